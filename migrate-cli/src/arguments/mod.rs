//! What can be typed: the global options and one type per command.
//!
//! Nothing here looks at a file or a database; what a parsed line means is the business of `commands`. Values that
//! come from environment variables are read where they are used, so that no help text can show them.

mod help;
mod proofs;
mod repeated;
mod schema;
pub(crate) mod usage;
mod values;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use migrate_core::model::Tool;
use migrate_core::text::Dialect;

pub(crate) use help::{command, inside};
pub(crate) use proofs::{Check, ScratchServers, Verify};
pub(crate) use repeated::read;
pub(crate) use schema::{Diff, Dump, Generation, Schema, SchemaCommand};
pub(crate) use values::protect;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "migrate-cli",
    about = "Schema migrations: SQL files with revision and down_revision",
    version,
    disable_help_subcommand = true,
    subcommand_required = true,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options that every command takes, before or after its name.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Global {
    /// The configuration file [env: MIGRATE_CONFIG] [default: migrate.toml, looked for upwards]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Global options"
    )]
    pub(crate) config: Option<PathBuf>,

    /// The migrations directory [env: MIGRATE_DIR] [default: what migrate.toml says, else ./migrations]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help_heading = "Global options"
    )]
    pub(crate) dir: Option<PathBuf>,

    /// The database [env: DATABASE_URL] [default: that of the environment]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help_heading = "Global options"
    )]
    pub(crate) database_url: Option<String>,

    /// The environment of migrate.toml [env: MIGRATE_ENV]
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        help_heading = "Global options"
    )]
    pub(crate) env: Option<String>,

    /// A key and a value for steps of the application and templates of revisions; may be given several times
    #[arg(
        short = 'x',
        value_name = "KEY=VALUE",
        value_parser = values::argument,
        help_heading = "Global options"
    )]
    pub(crate) arguments: Vec<(String, String)>,

    /// What is printed on stdout
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Global options"
    )]
    pub(crate) format: Format,

    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Global options"
    )]
    pub(crate) color: Color,

    /// Say nothing but what was asked for, and errors
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Global options"
    )]
    pub(crate) quiet: bool,

    /// Say more
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(crate) verbose: bool,
}

/// What is printed on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Human,
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// The commands. Their order here is that of the help.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set up a project: migrations directory, migrate.toml, revisions.lock
    Init(Init),
    /// Write a new revision file
    Revision(Revision),
    /// Join heads by a new revision
    Merge(Merge),
    /// Put one side of a fork on top of the other, or give a revision another id
    Rebase(Rebase),
    /// Check the drafts and record their digests in revisions.lock
    Lock(Lock),
    /// Take over the migrations of another tool: Alembic, sqlx, Diesel, Flyway ...
    Import(Import),
    /// Go up to a revision
    Upgrade(Upgrade),
    /// Do what the application does when it starts: switch, waiting, limits, then all heads
    Startup(Startup),
    /// Go down to a revision
    Downgrade(Downgrade),
    /// Take a revision back by its stored section and apply it again
    Redo(Redo),
    /// Record revisions as applied without running them
    Stamp(Stamp),
    /// Mend what a crash or an edited revision left behind
    Repair(Repair),
    /// Record what another tool has applied, without running anything
    Adopt(Adopt),
    /// Create the state tables in the database
    EnsureVersion(EnsureVersion),
    /// Where the database is, what is pending, who is at work
    Status(Status),
    /// The revisions that the database is at
    Current(Current),
    /// The steps of an upgrade or downgrade, without doing them
    Plan(Plan),
    /// The revisions that no other stands on
    Heads(Heads),
    /// The revisions that several others stand on
    Branches(Branches),
    /// The revisions, newest first
    History(History),
    /// A revision in full
    Show(Show),
    /// Open revision files in your editor
    Edit(Edit),
    /// Everything that a CI should refuse, part by part
    Check(Check),
    /// Prove the revisions on throw-away databases: up, down, up again
    Verify(Verify),
    /// What differs between two schemas: revisions, the desired one, databases, files
    Diff(Diff),
    /// Write a schema as the SQL that makes it
    Schema(Schema),
    /// The completion script of a shell
    Completions(Completions),
}

/// `init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The migrations directory to make [default: what --dir says, else migrations; of multi-database: databases]
    #[arg(value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// What the project is to have
    #[arg(short, long, value_enum, default_value_t, value_name = "NAME")]
    pub(crate) template: Template,
    /// multi-database: the name of a database; one for each [default: app and analytics]
    #[arg(long, value_name = "NAME", value_parser = values::database_name)]
    pub(crate) database: Vec<String>,
}

/// What a project is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Template {
    /// One database
    #[default]
    Single,
    /// One schema for SQLite, PostgreSQL and MySQL
    MultiDialect,
    /// Several databases, each with migrations of its own
    MultiDatabase,
}

/// `revision`
#[derive(Debug, Args)]
pub(crate) struct Revision {
    /// What the revision does, in one line
    #[arg(short, long, value_name = "TEXT", value_parser = values::message)]
    pub(crate) message: String,
    /// The revision to stand on; `base` begins a new base [default: head]
    #[arg(long, value_name = "SPEC", value_parser = values::spec)]
    pub(crate) head: Option<String>,
    /// Allow a --head that is no head: this begins a branch
    #[arg(long)]
    pub(crate) splice: bool,
    /// A branch label for the new revision
    #[arg(long, value_name = "LABEL")]
    pub(crate) branch_label: Vec<String>,
    /// A revision that must be applied before
    #[arg(long, value_name = "SPEC", value_parser = values::spec)]
    pub(crate) depends_on: Vec<String>,
    /// The id, instead of a random one
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,
    /// Which of the configured directories takes the file
    #[arg(long, value_name = "DIR")]
    pub(crate) version_path: Option<PathBuf>,
    /// Write what makes the desired schema out of what the revisions make, proven on throw-away databases
    #[arg(long)]
    pub(crate) autogenerate: bool,
    #[command(flatten)]
    pub(crate) generation: schema::Generation,
}

/// `merge`
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The revisions to join [default: all heads]
    #[arg(value_name = "SPEC", value_parser = values::spec)]
    pub(crate) revisions: Vec<String>,
    /// What is said of the merge [default: the ids that are joined]
    #[arg(short, long, value_name = "TEXT", value_parser = values::message)]
    pub(crate) message: Option<String>,
    /// Allow revisions that are no heads
    #[arg(long)]
    pub(crate) splice: bool,
    /// A branch label for the new revision
    #[arg(long, value_name = "LABEL")]
    pub(crate) branch_label: Vec<String>,
    /// The id, instead of a random one
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,
}

/// `rebase`
#[derive(Debug, Args)]
pub(crate) struct Rebase {
    /// A revision of the side that moves, or its file [default: the side that holds only drafts]
    #[arg(value_name = "SPEC|FILE", value_parser = values::spec)]
    pub(crate) revision: Option<String>,
    /// What it is put on [default: the other head]
    #[arg(long, value_name = "SPEC", value_parser = values::spec)]
    pub(crate) onto: Option<String>,
    /// Another id for the revision, and for its file
    #[arg(long, value_name = "ID", requires = "revision")]
    pub(crate) rev_id: Option<String>,
    /// Change locked revisions too; databases that have them keep them as they were
    #[arg(long)]
    pub(crate) amend: bool,
    /// Show what would change and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `lock`
#[derive(Debug, Args)]
pub(crate) struct Lock {
    /// Change nothing; exit with 3 when something would have to be locked or does not agree
    #[arg(long, conflicts_with_all = ["amend", "release"])]
    pub(crate) check: bool,
    /// Take a locked revision as it stands now; databases that have it keep the old one
    #[arg(long, value_name = "SPEC", value_parser = values::spec)]
    pub(crate) amend: Vec<String>,
    /// Note that what is below the heads went out under this tag
    #[arg(long, value_name = "TAG")]
    pub(crate) release: Option<String>,
}

/// `import`
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Whose migrations: alembic, sqlx, refinery, diesel, flyway, dbmate, goose, golang-migrate
    #[arg(long, value_name = "TOOL", value_parser = values::tool)]
    pub(crate) from: Tool,
    /// The directories that hold them; DIALECT=DIR where there is one for each dialect
    #[arg(value_name = "DIR", required = true)]
    pub(crate) directories: Vec<PathBuf>,
    /// The dialect of their SQL [default: the one of the project, else of the database]
    #[arg(long, value_parser = values::dialect)]
    pub(crate) dialect: Option<Dialect>,
    /// Alembic: a file made by `alembic upgrade base:head --sql`, or DIALECT=FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) sql_file: Vec<PathBuf>,
    /// Alembic: a file made by `alembic downgrade head:base --sql`, or DIALECT=FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) down_sql_file: Vec<PathBuf>,
    /// Flyway: its flyway.conf or flyway.toml, for other prefixes, separators, suffixes and placeholders
    #[arg(long, value_name = "FILE")]
    pub(crate) conf: Vec<PathBuf>,
    /// Flyway: the value of `${NAME}`
    #[arg(long, value_name = "NAME=VALUE", value_parser = values::argument)]
    pub(crate) placeholder: Vec<(String, String)>,
    /// The table of the tool, where it is not the usual one
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// Write the files of an earlier import again
    #[arg(long)]
    pub(crate) replace: bool,
    /// Show what would be written and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `adopt`
#[derive(Debug, Args)]
pub(crate) struct Adopt {
    /// Which tool has migrated the database so far [default: the one whose table it has]
    #[arg(long, value_name = "TOOL", value_parser = values::tool)]
    pub(crate) from: Option<Tool>,
    /// The table of the tool, where it is not the usual one
    #[arg(long, value_name = "NAME", requires = "from")]
    pub(crate) table: Option<String>,
    /// Show what would be recorded and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) wait: LockWait,
}

/// How long a command that changes a database waits for the run lock.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct LockWait {
    /// How long to wait for another run, in seconds; 0 does not wait [default: timeouts.run_lock, else 60]
    #[arg(long, value_name = "SECS", value_parser = values::wait)]
    pub(crate) lock_wait: Option<Duration>,
}

/// A word for a run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Tag {
    /// A word for this run: it stands in the report and is given to the steps of the application
    #[arg(long, value_name = "TEXT", value_parser = values::tag)]
    pub(crate) tag: Option<String>,
}

/// What a script does about Rust steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum RustSteps {
    #[default]
    Refuse,
    Comment,
}

/// The backup before a change.
#[derive(Debug, Clone, Args)]
pub(crate) struct Backup {
    /// Make a backup in this directory first, if there is something to do [default: `backup` of the environment]
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    pub(crate) backup: Option<PathBuf>,
    /// Make no backup, whatever the environment says
    #[arg(long, conflicts_with = "backup")]
    pub(crate) no_backup: bool,
}

/// A run as a script.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Offline mode")]
pub(crate) struct Script {
    /// Write a script for psql, mariadb, mysql or sqlite3 instead; SPEC is then FROM:TO
    #[arg(long, conflicts_with = "lock_wait")]
    pub(crate) sql: bool,
    /// What the script is written for [default: that of the project, else of the database]
    #[arg(long, value_name = "DIALECT", requires = "sql", value_parser = values::dialect)]
    pub(crate) dialect: Option<Dialect>,
    /// What is done about Rust steps, which a script cannot call: no script, or a comment in their place
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "HOW",
        requires = "sql"
    )]
    pub(crate) rust_steps: RustSteps,
    /// Write it to a file instead of stdout
    #[arg(short, long, value_name = "FILE", requires = "sql")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file when it is there already
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

/// `upgrade`
#[derive(Debug, Args)]
pub(crate) struct Upgrade {
    /// Where to: head, heads, an id or its beginning, a label, +1, label@head ...
    #[arg(value_name = "SPEC", default_value = "head", value_parser = values::spec)]
    pub(crate) spec: String,
    /// Show the steps and change nothing
    #[arg(long, conflicts_with = "sql")]
    pub(crate) dry_run: bool,
    /// Run the revisions that are missing below applied ones, in order
    #[arg(long, conflicts_with = "sql")]
    pub(crate) fill: bool,
    /// Make the database when the server does not have it
    #[arg(long, conflicts_with = "sql")]
    pub(crate) create_database: bool,
    /// Wait for a database that is not up yet and for other runs; no further revision is begun after so many seconds
    #[arg(long = "wait", value_name = "SECS", value_parser = values::wait)]
    pub(crate) limit: Option<Duration>,
    #[command(flatten)]
    pub(crate) backup: Backup,
    #[command(flatten)]
    pub(crate) tag: Tag,
    #[command(flatten)]
    pub(crate) wait: LockWait,
    #[command(flatten)]
    pub(crate) script: Script,
}

/// `startup`
#[derive(Debug, Args)]
pub(crate) struct Startup {
    #[command(flatten)]
    pub(crate) tag: Tag,
}

/// `downgrade`
#[derive(Debug, Args)]
pub(crate) struct Downgrade {
    /// Where to: -1, base, an id or its beginning, label@-1 ...
    #[arg(value_name = "SPEC", default_value = "-1", value_parser = values::spec)]
    pub(crate) spec: String,
    /// Show the steps and change nothing
    #[arg(long, conflicts_with = "sql")]
    pub(crate) dry_run: bool,
    /// Run the down sections stored in the database, also those of revisions without a file here
    #[arg(long, conflicts_with = "sql")]
    pub(crate) stored: bool,
    #[command(flatten)]
    pub(crate) backup: Backup,
    #[command(flatten)]
    pub(crate) tag: Tag,
    #[command(flatten)]
    pub(crate) wait: LockWait,
    #[command(flatten)]
    pub(crate) script: Script,
}

/// `redo`
#[derive(Debug, Args)]
pub(crate) struct Redo {
    /// The revision [default: the one that the database is at]
    #[arg(value_name = "SPEC", value_parser = values::spec)]
    pub(crate) spec: Option<String>,
    #[command(flatten)]
    pub(crate) tag: Tag,
    #[command(flatten)]
    pub(crate) wait: LockWait,
}

/// `stamp`
#[derive(Debug, Args)]
pub(crate) struct Stamp {
    /// The revisions that the database is at
    #[arg(value_name = "SPEC", required = true, value_parser = values::spec)]
    pub(crate) specs: Vec<String>,
    /// Forget everything recorded first, also revisions unknown here
    #[arg(long, conflicts_with = "sql")]
    pub(crate) purge: bool,
    /// Make the database when the server does not have it
    #[arg(long, conflicts_with = "sql")]
    pub(crate) create_database: bool,
    /// Compare what the database holds with what the revisions make first, and record nothing when it differs
    #[arg(long, conflicts_with_all = ["sql", "create_database"])]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) scratch: ScratchServers,
    #[command(flatten)]
    pub(crate) tag: Tag,
    #[command(flatten)]
    pub(crate) wait: LockWait,
    #[command(flatten)]
    pub(crate) script: Script,
}

/// `repair`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("how").required(true).args(["applied", "retry", "resume_from", "accept_edit"])))]
pub(crate) struct Repair {
    /// The revision that was interrupted [default: the one in flight]
    #[arg(value_name = "SPEC", value_parser = values::spec)]
    pub(crate) revision: Option<String>,
    /// All of its section has happened: record it as finished
    #[arg(long)]
    pub(crate) applied: bool,
    /// The statement in flight has not happened: the next run begins with it
    #[arg(long)]
    pub(crate) retry: bool,
    /// What stands before this statement of the section has happened, counted from 1, and nothing from there on
    #[arg(long, value_name = "N")]
    pub(crate) resume_from: Option<NonZeroUsize>,
    /// Take the text of an edited revision for what was applied: digest, parents and chains of it and all above
    #[arg(long, value_name = "SPEC", conflicts_with = "revision", value_parser = values::spec)]
    pub(crate) accept_edit: Option<String>,
    /// Show what would be recorded and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) wait: LockWait,
}

/// `ensure-version`
#[derive(Debug, Args)]
pub(crate) struct EnsureVersion {
    /// Make the database when the server does not have it
    #[arg(long)]
    pub(crate) create_database: bool,
    /// Wait for a database that is not up yet and for other runs, in seconds; no further revision is begun after that
    #[arg(long = "wait", value_name = "SECS", value_parser = values::wait)]
    pub(crate) limit: Option<Duration>,
    #[command(flatten)]
    pub(crate) wait: LockWait,
}

/// `status`
#[derive(Debug, Args)]
pub(crate) struct Status {}

/// `current`
#[derive(Debug, Args)]
pub(crate) struct Current {
    /// Exit with 3 unless the database is at all heads
    #[arg(short, long)]
    pub(crate) check_heads: bool,
}

/// `plan`
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The way
    #[arg(value_enum)]
    pub(crate) direction: Direction,
    /// Where to [default: head, or -1]
    #[arg(value_name = "SPEC", value_parser = values::spec)]
    pub(crate) spec: Option<String>,
    /// Start from these revisions instead of asking a database: comma-separated, or base
    #[arg(long, value_name = "REVS", value_delimiter = ',')]
    pub(crate) from: Vec<String>,
}

/// The way of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Direction {
    Upgrade,
    Downgrade,
}

/// `heads`
#[derive(Debug, Args)]
pub(crate) struct Heads {
    /// Leave out heads that another revision depends on
    #[arg(long)]
    pub(crate) resolve_dependencies: bool,
}

/// `branches`
#[derive(Debug, Args)]
pub(crate) struct Branches {}

/// `history`
#[derive(Debug, Args)]
pub(crate) struct History {
    /// Only these: A:B, A:, :B; both ends included
    #[arg(short, long, value_name = "A:B", value_parser = values::spec)]
    pub(crate) range: Option<String>,
    /// Mark what the database is at
    #[arg(short, long)]
    pub(crate) indicate_current: bool,
    /// Draw how the revisions stand on each other
    #[arg(long)]
    pub(crate) graph: bool,
    /// What was run on the database, newest first
    #[arg(long, conflicts_with_all = ["range", "indicate_current", "graph"])]
    pub(crate) applied: bool,
}

/// `show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The revisions
    #[arg(value_name = "SPEC", required = true, value_parser = values::spec)]
    pub(crate) specs: Vec<String>,
    /// How each section splits into statements
    #[arg(long)]
    pub(crate) statements: bool,
    /// The dialect for sections that name none [default: that of the project, else of the database]
    #[arg(long, value_parser = values::dialect, requires = "statements")]
    pub(crate) dialect: Option<Dialect>,
}

/// `edit`
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// The revisions; `current` asks the database
    #[arg(value_name = "SPEC", required = true, value_parser = values::spec)]
    pub(crate) specs: Vec<String>,
}

/// `completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

impl Command {
    /// Whether it writes what makes the desired schema.
    pub(crate) fn autogenerates(&self) -> bool {
        matches!(self, Self::Revision(revision) if revision.autogenerate)
    }
}
