//! `completions`: the script that completes our commands in a shell, and those inside an application.

use clap::Command;
use serde::Serialize;

use crate::arguments::{self, Completions};
use crate::context::Context;
use crate::output::{Human, Page, Reply};

#[derive(Serialize)]
struct Script {
    shell: String,
    script: String,
}

impl Human for Script {
    fn human(&self, page: &mut Page) {
        page.raw(&self.script);
    }
}

pub(crate) fn run(arguments: &Completions, context: &Context) -> Reply {
    let program = context.source.program();
    let mut command = match program {
        Some(program) => of_the_application(program),
        None => arguments::command(None),
    };
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Reply::new(Script {
        shell: arguments.shell.to_string(),
        script: match program {
            Some(program) => script.replace("migrate-cli", program),
            None => script,
        },
    })
}

/// The commands of `myapp migrate` below a command `myapp` that has no others: what else it has, it alone knows.
fn of_the_application(program: &'static str) -> Command {
    let mut names = program.split_whitespace().rev();
    let own = arguments::inside(names.next().unwrap_or(program));
    names.fold(own, |below, name| {
        Command::new(name)
            .subcommand(below)
            .disable_help_subcommand(true)
    })
}
