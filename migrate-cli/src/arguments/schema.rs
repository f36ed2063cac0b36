//! `diff` and `schema`.

use clap::Args;
use migrate_core::text::Dialect;

use super::proofs::ScratchServers;
use super::values;

/// `diff`
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// What is compared: a revision, `schema` (the desired one), `database` (the one that is meant), the URL of another,
    /// or a file of SQL
    #[arg(value_name = "A", required_unless_present = "locate", value_parser = values::spec)]
    pub(crate) before: Option<String>,
    /// With what
    #[arg(value_name = "B", required_unless_present = "locate", conflicts_with = "locate", value_parser = values::spec)]
    pub(crate) after: Option<String>,
    /// Say which revision a database equals: A, or the one that is meant
    #[arg(long)]
    pub(crate) locate: bool,
    /// For which database the sides are made [default: the kind of the one that is compared]
    #[arg(long, value_name = "DIALECT", value_parser = values::dialect)]
    pub(crate) dialect: Option<Dialect>,
    #[command(flatten)]
    pub(crate) scratch: ScratchServers,
}
