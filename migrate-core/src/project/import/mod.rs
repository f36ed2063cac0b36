//! Taking over the migrations of another tool.
//!
//! [`read`] makes of a directory a [`Reading`]: migrations as values, in the words of none of the tools. [`pair`] makes one
//! of several, where a tool has a directory for each dialect.
//! [`write::import`](super::write::import) makes revision files of it, with ids by which adopting a database finds them
//! again ([`Tool`]). Nothing is dropped in silence: what cannot be taken over is an error among the notices, its revision
//! says `-- migrate:todo` and stays a draft.
//!
//! | file | what |
//! |---|---|
//! | `folder` | files and their texts |
//! | `script` | SQL that remembers where it was cut from |
//! | `alembic`, `sqlx`, `refinery` ... | one tool each: its names, its markers |
//! | `pair` | the same migrations in several dialects |
//! | `convert` | SQL of a tool to a section of ours |

mod alembic;
mod convert;
mod dbmate;
mod diesel;
mod flyway;
mod folder;
mod golang_migrate;
mod goose;
mod pair;
mod refinery;
mod script;
mod sqlx;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::Tool;
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::{Dialect, DialectSet, RevisionId};
pub(super) use convert::convert;
use folder::Folder;
pub use pair::pair;
pub(super) use script::{Script, Transaction};

/// What is read and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Whose files they are.
    pub tool: Tool,
    /// The directories; most tools have one.
    pub dirs: Vec<PathBuf>,
    /// What paths in messages are relative to.
    pub start: PathBuf,
    /// The dialect of the SQL: what cuts it into statements.
    pub dialect: Dialect,
    /// The name of the tool's own table, where it is not the usual one.
    pub table: Option<String>,
    /// Values of Flyway's `${name}` placeholders.
    pub placeholders: BTreeMap<String, String>,
    /// Flyway's configuration files, the later before the earlier.
    pub configurations: Vec<PathBuf>,
    /// What `alembic upgrade --sql` has printed.
    pub sql_files: Vec<PathBuf>,
    /// What `alembic downgrade --sql` has printed.
    pub down_sql_files: Vec<PathBuf>,
}

impl Import {
    /// The import of one directory, with nothing else said.
    pub fn of(tool: Tool, dir: impl Into<PathBuf>, dialect: Dialect) -> Self {
        Self {
            tool,
            dirs: vec![dir.into()],
            start: PathBuf::new(),
            dialect,
            table: None,
            placeholders: BTreeMap::new(),
            configurations: Vec::new(),
            sql_files: Vec::new(),
            down_sql_files: Vec::new(),
        }
    }
}

/// The migrations of a directory, or of one for each dialect.
#[derive(Debug)]
pub struct Reading {
    /// Whose they are.
    pub tool: Tool,
    /// The dialects of their SQL.
    pub dialects: DialectSet,
    /// Where they are.
    pub(super) dirs: Vec<PathBuf>,
    /// The migrations, parents before children where they form a chain.
    pub(super) migrations: Vec<Variants>,
    /// Warnings about what is no migration; errors about what should be one and cannot be.
    pub(super) notices: Vec<Diagnostic>,
}

/// One migration in every dialect that was read.
#[derive(Debug)]
pub(super) struct Variants {
    /// The one that was read first, which the header is made of.
    pub(super) first: (Dialect, Migration),
    pub(super) others: Vec<(Dialect, Migration)>,
}

impl Variants {
    pub(super) fn each(&self) -> impl Iterator<Item = &(Dialect, Migration)> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl Reading {
    /// How many migrations there are.
    pub fn len(&self) -> usize {
        self.migrations.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.migrations.is_empty()
    }
}

/// One migration of another tool.
#[derive(Debug)]
pub(super) struct Migration {
    /// As the tool writes it, for messages.
    pub(super) version: String,
    pub(super) id: RevisionId,
    pub(super) down_revision: Vec<RevisionId>,
    pub(super) depends_on: Vec<String>,
    pub(super) branch_labels: Vec<String>,
    pub(super) message: String,
    /// Lines of prose beside the message.
    pub(super) prose: Vec<String>,
    pub(super) created: Option<String>,
    /// The file it is from, as messages show it.
    pub(super) file: String,
    /// `None`: there is nothing to run in this direction, and nothing was meant to be.
    pub(super) up: Option<Script>,
    pub(super) down: Down,
}

/// The way back of a migration.
#[derive(Debug)]
pub(super) enum Down {
    Script(Script),
    /// The reason, for the header.
    Irreversible(String),
    /// Nothing to run, as for a merge.
    Nothing,
}

/// Reads the directories of `import`.
///
/// ```no_run
/// use migrate_core::model::Tool;
/// use migrate_core::project::import::{Import, read};
/// use migrate_core::text::Dialect;
///
/// let reading = read(&Import::of(Tool::Sqlx, "/src/app/migrations", Dialect::Postgres)).map_err(|found| found[0].to_string())?;
/// println!("{} migrations", reading.len());
/// # Ok::<_, String>(())
/// ```
///
/// # Errors
/// What keeps the migrations from being put in order: unreadable files, versions that stand twice, unknown parents.
pub fn read(import: &Import) -> Result<Reading, Vec<Diagnostic>> {
    let folders = import
        .dirs
        .iter()
        .map(|dir| Folder::open(&import.start, dir))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|finding| vec![*finding])?;
    let mut notices = Vec::new();
    let migrations = match import.tool {
        Tool::Alembic => alembic::read(import, &folders, &mut notices)?,
        Tool::Sqlx => sqlx::read(&folders, &mut notices)?,
        Tool::Refinery => refinery::read(&folders, &mut notices)?,
        Tool::Diesel => diesel::read(&folders, &mut notices)?,
        Tool::Flyway => flyway::read(import, &folders, &mut notices)?,
        Tool::Dbmate => dbmate::read(&folders, &mut notices)?,
        Tool::Goose => goose::read(import, &folders, &mut notices)?,
        Tool::GolangMigrate => golang_migrate::read(&folders, &mut notices)?,
    };
    if migrations.is_empty() {
        let dirs: Vec<&str> = folders.iter().map(|folder| folder.shown.as_str()).collect();
        let message = format!("no migration of {} in {}", import.tool, dirs.join(", "));
        let mut findings = vec![Diagnostic::error(Class::Config, message).help(
            "`--from` names the tool whose files they are, DIR the directory that holds them",
        )];
        findings.append(&mut notices);
        return Err(findings);
    }
    let alone = |migration| Variants {
        first: (import.dialect, migration),
        others: Vec::new(),
    };
    Ok(Reading {
        tool: import.tool,
        dialects: DialectSet::one(import.dialect),
        dirs: import
            .dirs
            .iter()
            .map(|dir| import.start.join(dir))
            .collect(),
        migrations: migrations.into_iter().map(alone).collect(),
        notices,
    })
}

/// A migration of a tool that numbers them, before it has its place in the chain.
#[derive(Debug)]
struct Numbered {
    tool: Tool,
    /// As in the name of the file, with the letter where the tool has one.
    version: String,
    name: String,
    file: String,
    up: Script,
    down: Down,
}

/// Puts migrations in the order of their versions, each on the one before it.
fn chain(mut numbered: Vec<Numbered>) -> Result<Vec<Migration>, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    numbered.sort_by_cached_key(|one| one.tool.order(&one.version));
    for pair in numbered.windows(2) {
        let [first, second] = pair else { continue };
        if first.tool.key(&first.version) == second.tool.key(&second.version) {
            let message = format!("the version {} stands twice", second.version);
            findings.push(
                Diagnostic::error(Class::DuplicateRevision, message)
                    .at(Frame::file(&*second.file))
                    .note(format!("the other is {}", first.file))
                    .help("remove one of them, or give it another version"),
            );
        }
    }
    let mut migrations: Vec<Migration> = Vec::with_capacity(numbered.len());
    for one in numbered {
        match one.tool.id(&one.version) {
            Ok(id) => migrations.push(Migration {
                down_revision: migrations
                    .last()
                    .map(|last| last.id.clone())
                    .into_iter()
                    .collect(),
                created: created(&one.version),
                id,
                version: one.version,
                depends_on: Vec::new(),
                branch_labels: Vec::new(),
                message: words(&one.name),
                prose: Vec::new(),
                file: one.file,
                up: Some(one.up),
                down: one.down,
            }),
            Err(invalid) => findings.push(
                Diagnostic::error(Class::InvalidRevision, invalid.to_string())
                    .at(Frame::file(&*one.file))
                    .help("rename the file"),
            ),
        }
    }
    if findings.is_empty() {
        Ok(migrations)
    } else {
        Err(findings)
    }
}

/// A name as a message: `create_users` says "create users".
fn words(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| c == '_' || c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// The time that a version of fourteen digits is, which all these tools take in UTC.
fn created(version: &str) -> Option<String> {
    let digits = version.trim_start_matches(['V', 'U']);
    let digits: String = digits.chars().filter(|c| *c != '-').collect();
    if digits.len() < 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4),
        part(4..6),
        part(6..8),
        part(8..10),
        part(10..12),
        part(12..14)
    );
    let time: jiff::Timestamp = text.parse().ok()?;
    let year = time.to_zoned(jiff::tz::TimeZone::UTC).year();
    (1990..2200).contains(&year).then_some(text)
}
