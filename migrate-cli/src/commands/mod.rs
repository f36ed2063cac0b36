//! One file per command. Each has a `run` that calls migrate-core and makes a reply.

mod branches;
mod completions;
mod current;
mod heads;
mod history;
mod init;
mod listing;
mod plan;
mod show;

use crate::arguments::Command;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Reply;

/// Runs a command.
pub(crate) fn run(command: &Command, context: &Context) -> Result<Reply, Failure> {
    match command {
        Command::Init(arguments) => init::run(arguments, &context.settings),
        Command::Plan(arguments) => plan::run(arguments, context),
        Command::Heads(_) => heads::run(&context.source),
        Command::Branches(_) => branches::run(&context.source),
        Command::History(arguments) => history::run(arguments, context),
        Command::Show(arguments) => show::run(arguments, context),
        Command::Completions(arguments) => Ok(completions::run(arguments)),
        _ => Err(Failure::internal("x".into())),
    }
}
