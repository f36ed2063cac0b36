//! `diff` and `schema`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use migrate_core::database::Way;
use migrate_core::model::autogenerate::LikelyRename;
use migrate_core::text::Dialect;

use super::proofs::ScratchServers;
use super::values;

/// `schema`
#[derive(Debug, Args)]
pub(crate) struct Schema {
    #[command(subcommand)]
    pub(crate) what: SchemaCommand,
}

/// What is done with a schema.
#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// Write a schema as the SQL that makes it
    Dump(Dump),
}

/// `schema dump`
#[derive(Debug, Args)]
pub(crate) struct Dump {
    /// Which one: a revision, `database` (the one that is meant), `schema` (the desired one), a URL, or a file [default:
    /// heads]
    #[arg(value_name = "WHAT", value_parser = values::spec)]
    pub(crate) side: Option<String>,
    /// The file [default: `dump` of the configuration where nothing is named, else stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write nothing; exit with 3 when the file says something else
    #[arg(long)]
    pub(crate) check: bool,
    /// For which database it is made [default: the kind of the one that is dumped]
    #[arg(long, value_name = "DIALECT", value_parser = values::dialect)]
    pub(crate) dialect: Option<Dialect>,
    #[command(flatten)]
    pub(crate) scratch: ScratchServers,
}

/// How a revision is generated.
#[derive(Debug, Args)]
#[command(next_help_heading = "Autogenerate", group = ArgGroup::new("generated").args(["autogenerate", "contract"]))]
pub(crate) struct Generation {
    /// Columns that get another name or type come beside the old ones, which are kept for the older release: writes the
    /// revisions that expand, backfill and switch
    #[arg(long, requires = "autogenerate", conflicts_with = "allow_destructive")]
    pub(crate) expand_contract: bool,
    /// Drop what `--expand-contract` has kept for an older release, when no such release runs any more: all of it, or
    /// the columns that are named; may be given several times
    #[arg(
        long,
        value_name = "TABLE.COLUMN",
        num_args = 0..=1,
        default_missing_value = "",
        value_parser = values::spec,
        conflicts_with = "autogenerate"
    )]
    pub(crate) contract: Option<Vec<String>>,
    /// Show the SQL and write nothing
    #[arg(long, requires = "generated")]
    pub(crate) dry_run: bool,
    /// A table or a column that goes by another name: users=people, or users.mail=email; may be given several times
    #[arg(long, value_name = "OLD=NEW", requires = "autogenerate", value_parser = values::rename)]
    pub(crate) rename: Vec<LikelyRename>,
    /// Write it without asking even if it takes data away
    #[arg(long, requires = "autogenerate")]
    pub(crate) allow_destructive: bool,
    #[command(flatten)]
    pub(crate) scratch: ScratchServers,
}

impl Generation {
    /// In how many steps the schema becomes the desired one.
    pub(crate) fn way(&self) -> Way {
        match &self.contract {
            // Without a name the option has an empty value.
            Some(columns) => {
                let named = columns.iter().filter(|it| !it.is_empty());
                Way::Contract(named.cloned().collect())
            }
            None if self.expand_contract => Way::Expand,
            None => Way::AtOnce,
        }
    }
}

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
    /// Print the SQL that makes B out of A; nobody has run it yet
    #[arg(long, conflicts_with = "locate")]
    pub(crate) sql: bool,
    /// A table or a column that goes by another name in B: users=people, or users.mail=email; may be given several times
    #[arg(long, value_name = "OLD=NEW", requires = "sql", value_parser = values::rename)]
    pub(crate) rename: Vec<LikelyRename>,
    /// For which database the sides are made [default: the kind of the one that is compared]
    #[arg(long, value_name = "DIALECT", value_parser = values::dialect)]
    pub(crate) dialect: Option<Dialect>,
    #[command(flatten)]
    pub(crate) scratch: ScratchServers,
}
