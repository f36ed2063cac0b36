//! One file per command. Each has a `run` that calls migrate-core and makes a reply.

mod adopt;
mod autogenerate;
mod branches;
mod check;
mod completions;
mod current;
mod diff;
mod edit;
mod ensure_version;
mod heads;
mod history;
mod import;
mod init;
mod listing;
mod lock;
mod plan;
mod rebase;
mod repair;
mod report;
mod revision;
mod runs;
mod schema;
mod scratch;
mod script;
mod show;
mod sides;
mod stamped;
mod startup;
mod status;
mod verify;

use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::Class;

use crate::arguments::Command;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Reply;
use crate::source::{Source, no_files};

/// Runs a command.
pub(crate) fn run(command: &Command, context: &Context) -> Result<Reply, Failure> {
    if let Source::Embedded(_) = &context.source {
        refuse_inside_a_program(command, context)?;
    }
    match command {
        Command::Init(arguments) => init::run(arguments, &context.settings),
        Command::Revision(arguments) => revision::revision(arguments, context),
        Command::Merge(arguments) => revision::merge(arguments, context),
        Command::Rebase(arguments) => rebase::run(arguments, context),
        Command::Lock(arguments) => lock::run(arguments, context),
        Command::Import(arguments) => import::run(arguments, context),
        Command::Startup(arguments) => startup::run(arguments, context),
        Command::Upgrade(arguments) => runs::upgrade(arguments, context),
        Command::Downgrade(arguments) => runs::downgrade(arguments, context),
        Command::Redo(arguments) => runs::redo(arguments, context),
        Command::Stamp(arguments) => runs::stamp(arguments, context),
        Command::Plan(arguments) => plan::run(arguments, context),
        Command::Status(_) => status::run(context),
        Command::Current(arguments) => current::run(arguments, context),
        Command::Heads(arguments) => heads::run(arguments, &context.source),
        Command::Branches(_) => branches::run(&context.source),
        Command::History(arguments) => history::run(arguments, context),
        Command::Show(arguments) => show::run(arguments, context),
        Command::Edit(arguments) => edit::run(arguments, context),
        Command::Completions(arguments) => Ok(completions::run(arguments, context)),
        Command::Check(arguments) => check::run(arguments, context),
        Command::Verify(arguments) => verify::run(arguments, context),
        Command::Diff(arguments) => diff::run(arguments, context),
        Command::Schema(arguments) => schema::run(arguments, context),
        Command::Repair(arguments) => repair::run(arguments, context),
        Command::Adopt(arguments) => adopt::run(arguments, context),
        Command::EnsureVersion(arguments) => ensure_version::run(arguments, context),
    }
}

/// What has no place inside an application: what writes files.
fn refuse_inside_a_program(command: &Command, context: &Context) -> Result<(), Failure> {
    let name = match command {
        Command::Revision(_) if command.autogenerates() && context.source.models().is_some() => {
            return Err(Diagnostic::error(
                Class::Config,
                "`revision --autogenerate` writes a file, and this program does not know where its revisions stand",
            )
            .help("run a debug build of it in the source tree: there it knows its directory")
            .into());
        }
        Command::Init(_) => "init",
        Command::Revision(_) => "revision",
        Command::Merge(_) => "merge",
        Command::Rebase(_) => "rebase",
        Command::Lock(_) => "lock",
        Command::Import(_) => "import",
        Command::Edit(_) => "edit",
        _ => return Ok(()),
    };
    Err(no_files(&format!("`{name}`")).into())
}
