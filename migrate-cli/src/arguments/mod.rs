//! What can be typed: the global options and one type per command.
//!
//! | module | what |
//! |---|---|
//! | `global` | what every command takes |
//! | `files`, `runs`, `looking`, `proofs`, `schema` | the commands, by what they do |
//! | `values`, `repeated` | values that are checked while they are read; options that may be given again |
//! | `usage`, `help` | what is said of a line that cannot be read, and the help |
//!
//! Nothing here looks at a file or a database; what a parsed line means is the business of `commands`. Values that
//! come from environment variables are read where they are used, so that no help text can show them.

mod files;
mod global;
mod help;
mod looking;
mod proofs;
mod repeated;
mod runs;
mod schema;
pub(crate) mod usage;
mod values;

use clap::{Parser, Subcommand};

pub(crate) use files::{Edit, Import, Init, Lock, Merge, Rebase, Revision, Template};
pub(crate) use global::{Color, Format, Global};
pub(crate) use help::{command, inside};
pub(crate) use looking::{
    Branches, Completions, Current, Direction, Heads, History, Plan, Show, Status,
};
pub(crate) use proofs::{Check, ScratchServers, Verify};
pub(crate) use repeated::read;
pub(crate) use runs::{
    Adopt, Backup, Downgrade, EnsureVersion, LockWait, Redo, Repair, RunOptions, RustSteps, Script,
    Stamp, Startup, Upgrade,
};
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

impl Command {
    /// Whether it writes what makes the desired schema.
    pub(crate) fn autogenerates(&self) -> bool {
        matches!(self, Self::Revision(revision) if revision.autogenerate)
    }
}
