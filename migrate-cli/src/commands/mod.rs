//! One file per command. Each has a `run` that calls migrate-core and makes a reply.

mod completions;

use crate::arguments::Command;
use crate::failure::Failure;
use crate::output::{Output, Reply};
use crate::settings::Settings;

/// Runs a command.
pub(crate) fn run(
    command: &Command,
    _settings: &Settings,
    _output: Output,
) -> Result<Reply, Failure> {
    match command {
        Command::Completions(arguments) => Ok(completions::run(arguments)),
        _ => Err(Failure::internal("x".into())),
    }
}
