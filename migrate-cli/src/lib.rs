//! The command line of migrate: parse arguments, call migrate-core, print.
//!
//! | module | what |
//! |---|---|
//! | `arguments` | what can be typed |
//! | `settings` | options and environment variables together |
//! | `source`, `target`, `variables`, `context` | where the migrations come from, which database is meant, by which variables, and all together |
//! | `commands` | one file per command: call migrate-core, make a reply |
//! | `output`, `progress`, `failure`, `exit` | replies and failures, for people and as JSON, and how the process ends |
//!
//! The binary calls [`run`]; an application can do the same with its own arguments.

mod arguments;
mod commands;
mod context;
mod exit;
mod failure;
mod output;
mod progress;
mod settings;
mod source;
mod target;
mod variables;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use arguments::{Arguments, Color, Format, usage};
use context::Context;
use exit::Exit;
use failure::Failure;
use output::{Output, Volume};
use settings::Settings;
use source::Source;

/// Runs one command line, its first word the name of the program, and says how the process is to end.
///
/// Everything is printed: the result on stdout, the rest on stderr. Nothing is asked, and the process is not ended.
///
/// ```
/// let code = migrate_cli::run(["migrate-cli", "--version"]);
/// assert_eq!(code, std::process::ExitCode::SUCCESS);
/// ```
pub fn run(words: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
    let words: Vec<OsString> = words
        .into_iter()
        .map(|word| arguments::protect(word.into()))
        .collect();
    match parse(&words) {
        Ok(arguments) => execute(&arguments).into(),
        Err(exit) => exit.into(),
    }
}

fn parse(words: &[OsString]) -> Result<Arguments, Exit> {
    let parsed = arguments::command()
        .try_get_matches_from(words)
        .and_then(|matches| arguments::read(&matches));
    parsed.map_err(|error| {
        if !error.use_stderr() {
            let _ = write!(anstream::stdout(), "{}", error.render().ansi());
            return Exit::Fine;
        }
        let output = Output::new(format_of(words), Color::Auto, Volume::Normal);
        output.fail(&Failure::from(usage::explain(&error, words)))
    })
}

/// The format asked for by words that could not be parsed as a whole.
fn format_of(words: &[OsString]) -> Format {
    let asks = |(index, word): (usize, &OsString)| {
        *word == *"--format=json"
            || (*word == *"--format" && words.get(index + 1).is_some_and(|next| *next == *"json"))
    };
    if words.iter().enumerate().any(asks) {
        Format::Json
    } else {
        Format::Human
    }
}

fn execute(arguments: &Arguments) -> Exit {
    let global = &arguments.global;
    let volume = match (global.quiet, global.verbose) {
        (true, _) => Volume::Quiet,
        (_, true) => Volume::Verbose,
        _ => Volume::Normal,
    };
    let output = Output::new(global.format, global.color, volume);
    let settings = Settings::new(global);
    let context = Context {
        source: Source::directory(settings.clone(), output),
        settings,
        output,
        variables: std::cell::OnceCell::new(),
    };
    match commands::run(&arguments.command, &context) {
        Ok(reply) => output.reply(&reply),
        Err(failure) => output.fail(&failure),
    }
}
