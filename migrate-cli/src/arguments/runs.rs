//! Commands that change a database, or write the script that does.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use migrate_core::model::Tool;
use migrate_core::text::Dialect;

use super::proofs::ScratchServers;
use super::values;

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
    pub(crate) options: RunOptions,
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
    pub(crate) options: RunOptions,
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
    pub(crate) options: RunOptions,
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
    pub(crate) options: RunOptions,
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
    #[arg(long, value_name = "N", value_parser = values::statement_number)]
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

/// What every run takes that is typed as one.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunOptions {
    #[command(flatten)]
    pub(crate) tag: Tag,
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
