//! The command line of migrate: parse arguments, call migrate-core, print.
//!
//! | module | what |
//! |---|---|
//! | `arguments` | what can be typed |
//! | `settings` | options and environment variables together |
//! | `source`, `target`, `variables`, `context` | where the migrations come from, which database is meant, by which variables, and all together |
//! | `embedded` | the command line inside an application |
//! | `commands` | one file per command: call migrate-core, make a reply |
//! | `output`, `progress`, `failure`, `exit` | replies and failures, for people and as JSON, and how the process ends |
//!
//! The binary calls [`main`]. An application carries the command line with its own revisions by [`run`], or below a
//! subcommand of its own by [`Arguments`].

mod arguments;
mod commands;
mod context;
mod embedded;
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

use arguments::{Arguments as Typed, Color, Format, usage};
use context::Context;
use embedded::Embedded;
pub use embedded::{Arguments, command, run};
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
/// let code = migrate_cli::main(["migrate-cli", "--version"]);
/// assert_eq!(code, std::process::ExitCode::SUCCESS);
/// ```
pub fn main(words: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
    carry_out(words.into_iter().map(Into::into), None).into()
}

/// Runs one command line, with the revisions of a program or with those on disk.
fn carry_out(words: impl Iterator<Item = OsString>, embedded: Option<Embedded<'_>>) -> Exit {
    let words: Vec<OsString> = words.map(arguments::protect).collect();
    match parse(&words, embedded) {
        Ok(arguments) => execute(&arguments, embedded),
        Err(exit) => exit,
    }
}

fn parse(words: &[OsString], embedded: Option<Embedded<'_>>) -> Result<Typed, Exit> {
    let parsed = arguments::command(embedded.map(|embedded| embedded.program))
        .try_get_matches_from(words)
        .and_then(|matches| arguments::read(&matches));
    parsed.map_err(|error| {
        if !error.use_stderr() {
            let text = error.render().ansi().to_string();
            let text = match embedded {
                Some(Embedded { program, .. }) => text.replace("migrate-cli", program),
                None => text,
            };
            let _ = write!(anstream::stdout(), "{text}");
            return Exit::Fine;
        }
        let output = Output::new(format_of(words), Color::Auto, Volume::Normal).called(embedded);
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

fn execute(arguments: &Typed, embedded: Option<Embedded<'_>>) -> Exit {
    let global = &arguments.global;
    let volume = match (global.quiet, global.verbose) {
        (true, _) => Volume::Quiet,
        (_, true) => Volume::Verbose,
        _ => Volume::Normal,
    };
    let output = Output::new(global.format, global.color, volume).called(embedded);
    let settings = Settings::new(global);
    let context = Context {
        source: match embedded {
            Some(embedded) if arguments.command.autogenerates() && embedded.is_at_home() => {
                Source::at_home(embedded, &settings, output)
            }
            Some(embedded) => Source::embedded(embedded, settings.clone()),
            None => Source::directory(settings.clone(), output),
        },
        settings,
        output,
        variables: std::cell::OnceCell::new(),
    };
    match commands::run(&arguments.command, &context) {
        Ok(reply) => output.reply(&reply),
        Err(failure) => output.fail(&failure),
    }
}
