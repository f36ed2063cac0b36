//! `completions`: the script that completes our commands in a shell.

use serde::Serialize;

use crate::arguments::{self, Completions};
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

pub(crate) fn run(arguments: &Completions) -> Reply {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut arguments::command(None),
        "migrate-cli",
        &mut script,
    );
    let script = String::from_utf8_lossy(&script).into_owned();
    Reply::new(Script {
        shell: arguments.shell.to_string(),
        script,
    })
}
