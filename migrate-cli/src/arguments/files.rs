//! Commands that write files.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use migrate_core::model::Tool;
use migrate_core::text::Dialect;

use super::{schema, values};

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

/// `edit`
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// The revisions; `current` asks the database
    #[arg(value_name = "SPEC", required = true, value_parser = values::spec)]
    pub(crate) specs: Vec<String>,
}
