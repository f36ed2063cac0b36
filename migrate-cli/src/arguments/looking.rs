//! Commands that look.

use clap::{Args, ValueEnum};
use migrate_core::text::Dialect;

use super::values;

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

/// `completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}
