//! `startup`: what the application does when it starts, as a command of its own, such as for an init container.

use migrate_core::database::Run;

use super::runs::carry_out;
use crate::arguments::{LockWait, RunOptions, Startup};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Reply;

pub(crate) fn run(arguments: &Startup, context: &Context) -> Result<Reply, Failure> {
    let target = context.announced()?;
    let mut run = Run::startup().variables(context.variables()?.of_file().clone());
    if let Some(name) = &target.environment {
        run = run.environment(name);
    }
    let options = RunOptions {
        tag: arguments.tag.clone(),
        wait: LockWait { lock_wait: None },
    };
    carry_out(context, &target, run, &options)
}
