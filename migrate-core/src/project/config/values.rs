//! The values of `migrate.toml` with their defaults.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::set::{HeadsPolicy, Settings, StartupSettings, Timeouts};
use crate::text::{Dialect, DialectSet};

/// Everything that `migrate.toml` can say. `Config::default()` is what holds without the file.
///
/// ```
/// use migrate_core::project::Config;
/// use migrate_core::text::Dialect;
///
/// let (config, findings) = Config::parse("migrate.toml", "[migrations]\ndialects = [\"sqlite\"]\n");
/// assert!(findings.is_empty());
/// assert!(config.migrations.dialects.contains(Dialect::Sqlite));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Config {
    /// `[migrations]`.
    pub migrations: MigrationsConfig,
    /// `[schema]`.
    pub schema: SchemaConfig,
    /// `[startup]`.
    pub startup: StartupSettings,
    /// `[timeouts]`.
    pub timeouts: Timeouts,
    /// `[lints]`.
    pub lints: Lints,
    /// `[environments.NAME]`.
    pub environments: BTreeMap<String, Environment>,
    /// `dotenv`.
    pub dotenv: Dotenv,
    /// `[hooks] post_write`: commands, each as its arguments, that run on a new file; `{file}` stands for its path.
    pub post_write: Vec<Vec<String>>,
}

impl Config {
    /// What an embedded set carries of the configuration.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.table.clone_from(&self.migrations.table);
        settings.schema.clone_from(&self.migrations.schema);
        settings.heads = self.migrations.heads;
        settings.startup = self.startup.clone();
        settings.timeouts = self.timeouts.clone();
        settings
    }
}

/// `[migrations]`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationsConfig {
    /// The directories that hold revisions, relative to `migrate.toml`; `revisions.lock` stands in the first.
    pub dirs: Vec<String>,
    /// Whether their sub-directories are read too.
    pub recursion: Recursion,
    /// The dialects that every revision must serve; empty: whoever asks says which.
    pub dialects: DialectSet,
    /// The name of the state table.
    pub table: String,
    /// Its schema; `None`: the one that is current when the session opens.
    pub schema: Option<String>,
    /// The name of new files.
    pub file_template: String,
    /// The files with the texts of new revisions, relative to `migrate.toml`.
    pub revision_template: RevisionTemplates,
    /// The longest slug in a file name, in characters.
    pub slug_length: usize,
    /// The time zone of the times in file names.
    pub timezone: Timezone,
    /// Whether several effective heads are allowed.
    pub heads: HeadsPolicy,
    /// Whether drafts may reach a release build.
    pub drafts: Drafts,
}

impl Default for MigrationsConfig {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            dirs: vec!["migrations".to_owned()],
            recursion: Recursion::Flat,
            dialects: DialectSet::EMPTY,
            table: settings.table,
            schema: settings.schema,
            file_template: "{year}{month}{day}_{hour}{minute}_{revision}_{slug}".to_owned(),
            revision_template: RevisionTemplates::default(),
            slug_length: 40,
            timezone: Timezone::Utc,
            heads: settings.heads,
            drafts: Drafts::Refuse,
        }
    }
}

/// The files with the texts of new revisions, by the kind of revision; `None`: the built-in text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RevisionTemplates {
    /// Written by hand.
    pub plain: Option<String>,
    /// With several parents.
    pub merge: Option<String>,
    /// With generated SQL.
    pub autogenerate: Option<String>,
}

/// `[schema]`: the schema that is wanted, and what of a database is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SchemaConfig {
    /// The files that hold the schema that is wanted, relative to `migrate.toml`, in the order in which they are loaded.
    pub files: PerDialect,
    /// Only objects with one of these names; all when there are none.
    pub include: Vec<String>,
    /// No object with one of these names.
    pub exclude: Vec<String>,
    /// Only objects of the default schema and of these (PostgreSQL); `None`: of all that the migrations or the files make.
    pub schemas: Option<Vec<String>>,
    /// The file that shows the schema at the heads, relative to `migrate.toml`: written by the commands, never read.
    pub dump: PerDialect,
}

/// Files that may be other ones for each dialect.
///
/// ```
/// use migrate_core::project::Config;
/// use migrate_core::text::Dialect;
///
/// let text = "[schema]\nfiles = { sqlite = \"lite.sql\", mysql = [\"a.sql\", \"b.sql\"] }\n";
/// let (config, findings) = Config::parse("migrate.toml", text);
/// assert!(findings.is_empty());
/// assert_eq!(config.schema.files.of(Dialect::Mariadb), ["a.sql", "b.sql"]);
/// assert!(config.schema.files.of(Dialect::Postgres).is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PerDialect {
    /// For every dialect that has none of its own.
    pub all: Vec<String>,
    /// For one dialect.
    pub own: Vec<(Dialect, Vec<String>)>,
}

impl PerDialect {
    /// Those of a dialect; MariaDB takes those of MySQL when it has none.
    pub fn of(&self, dialect: Dialect) -> &[String] {
        let own = |dialect: Dialect| self.own.iter().find(|(it, _)| *it == dialect);
        let found = own(dialect).or_else(|| own(dialect.fallback()?));
        found.map_or(&self.all, |(_, files)| files)
    }

    /// Whether there are none, for any dialect.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.own.is_empty()
    }

    /// All of them, for whichever dialect.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        let own = self.own.iter().flat_map(|(_, names)| names);
        self.all.iter().chain(own)
    }
}

/// Whether sub-directories are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recursion {
    /// Only the directory itself.
    #[default]
    Flat,
    /// Everything below it.
    Recursive,
}

/// What a release build does with drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drafts {
    /// It fails.
    #[default]
    Refuse,
    /// It takes them; for benches.
    Allow,
}

/// The time zone of file names. `created` is always UTC.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Timezone {
    /// UTC.
    #[default]
    Utc,
    /// That of the computer.
    Local,
    /// One of the IANA database, such as `Europe/Berlin`.
    Named(String),
}

/// Whether the command line reads the variables of a `.env` file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Dotenv {
    /// Only the environment counts.
    #[default]
    Ignored,
    /// `dotenv = true`, which is `.env`, or `dotenv = "FILE"`, relative to `migrate.toml`: for variables that the
    /// environment does not set.
    Read(String),
}

/// `[environments.NAME]`. Its `auto` stands in [`StartupSettings::auto_in`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Environment {
    /// Where its database is.
    pub url: Option<Url>,
    /// Whether drafts, `--stored` and `redo` are refused there.
    pub protection: Protection,
    /// Where upgrades and downgrades of the command line put a backup first, relative to `migrate.toml`.
    pub backup: Option<String>,
}

/// Whether an environment is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protection {
    /// Everything is allowed.
    #[default]
    Open,
    /// `protected = true`: drafts, `--stored` and `redo` are refused.
    Protected,
}

/// The address of a database.
#[derive(Clone, PartialEq, Eq)]
pub enum Url {
    /// `{ env = "NAME" }`: the value of an environment variable.
    Env(String),
    /// A literal without a password.
    Literal(String),
}

/// The text of the address; a literal holds no password.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "${name}"),
            Self::Literal(url) => f.write_str(url),
        }
    }
}

/// `[lints]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Lints {
    /// `policy`.
    pub policy: Policy,
    /// The level of single rules, by name.
    pub rules: BTreeMap<String, LintLevel>,
}

/// The set of rules that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Each rule at its own default level.
    #[default]
    Default,
    /// `no-breakage`: whatever would break the running release is an error.
    NoBreakage,
}

/// The level of a lint rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintLevel {
    /// Silent.
    Off,
    /// Printed by `lint` only.
    Info,
    /// A warning.
    Warn,
    /// An error.
    Error,
}
