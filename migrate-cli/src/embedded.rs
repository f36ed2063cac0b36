//! The command line inside an application: its revisions and Rust steps are those of the program.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use migrate_core::model::Migrations;

use crate::{arguments, carry_out};

/// A set of revisions inside a program, and what that program is called.
#[derive(Clone, Copy)]
pub(crate) struct Embedded<'m> {
    pub(crate) migrations: &'m Migrations,
    /// Such as `myapp migrate`: what a person types before a command.
    pub(crate) program: &'static str,
}

impl Embedded<'_> {
    /// Whether this program knows models and the directory of its revisions, as a development build in the source tree
    /// does: there it writes the revisions that the models want.
    pub(crate) fn is_at_home(&self) -> bool {
        let directory = self.migrations.directory().map(Path::new);
        self.migrations.models().is_some() && directory.is_some_and(Path::is_dir)
    }
}

/// Runs the words of this process as a command line with the revisions of `migrations`: a whole `main`.
///
/// Every command that reads revisions or works on a database is there, without a directory and without `migrate.toml`; the
/// commands that write files say where they can be run instead. With a set from `Migrations::from_dir`, such as in a
/// development build, a new file is seen without a build.
///
/// ```no_run
/// # use migrate_core::model::{Migrations, set::{Settings, pack}};
/// # use migrate_core::text::DialectSet;
/// # let packed = pack(&[], DialectSet::EMPTY, &Settings::default());
/// # #[allow(non_snake_case)]
/// # let MIGRATIONS = Migrations::from_packed(packed, None);
/// fn main() -> std::process::ExitCode {
/// # let packed = pack(&[], DialectSet::EMPTY, &Settings::default());
/// # #[allow(non_snake_case)]
/// # let MIGRATIONS = Migrations::from_packed(packed, None);
///     migrate_cli::run(&MIGRATIONS)
/// }
/// ```
pub fn run(migrations: &Migrations) -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    on_a_thread_of_its_own(migrations, &program(&words), &words)
}

/// The command line as a subcommand of an application's own: what stands behind its name.
///
/// ```
/// use clap::{Parser, Subcommand};
///
/// #[derive(Parser)]
/// struct App {
///     #[command(subcommand)]
///     command: Command,
/// }
///
/// #[derive(Subcommand)]
/// enum Command {
///     /// Serve requests
///     Serve,
///     /// Migrate the database
///     Migrate(migrate_cli::Arguments),
/// }
///
/// let app = App::parse_from(["myapp", "migrate", "downgrade", "-1", "--dry-run"]);
/// match app.command {
///     Command::Serve => {}
///     // `-> ExitCode`, with the revisions of the application
///     Command::Migrate(arguments) => drop(arguments),
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// A command and its options; `--help` lists them
    #[arg(
        value_name = "COMMAND",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<OsString>,
}

impl Arguments {
    /// Runs them with the revisions of `migrations`, and says how the process is to end. It can be called inside an
    /// asynchronous runtime, whose thread it blocks.
    pub fn run(&self, migrations: &Migrations) -> ExitCode {
        let all: Vec<OsString> = std::env::args_os().collect();
        // What stands before our words: the program and the name that it has given us.
        let own = all.len().saturating_sub(self.words.len()).max(1);
        let program = program(all.get(..own).unwrap_or(&all));
        let words = std::iter::once(program.clone().into()).chain(self.words.iter().cloned());
        on_a_thread_of_its_own(migrations, &program, &words.collect::<Vec<_>>())
    }
}

/// Our commands as a part of an application's parser, under the name that they have there: for what is made of the whole
/// of it, such as completions.
///
/// `completions` of [`Arguments`] knows nothing of the application's own commands. An application that has some makes the
/// script itself:
///
/// ```
/// use clap::CommandFactory as _;
/// # use clap::Parser;
/// # #[derive(Parser)]
/// # enum App { Serve, Migrate(migrate_cli::Arguments) }
///
/// let mut app = App::command()
///     .name("myapp")
///     .mut_subcommand("migrate", |_| migrate_cli::command("migrate"));
/// let mut script = Vec::new();
/// clap_complete::generate(clap_complete::Shell::Bash, &mut app, "myapp", &mut script);
/// let script = String::from_utf8(script)?;
/// assert!(script.contains("myapp__subcmd__migrate__subcmd__downgrade") && script.contains("serve"));
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
pub fn command(name: &'static str) -> clap::Command {
    arguments::inside(name)
}

/// The words by which a person calls us: the name of the program without its folder, and the names of subcommands.
fn program(words: &[OsString]) -> String {
    let first = words.first().map(Path::new).and_then(Path::file_stem);
    let first = first.map_or_else(
        || "the application".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    let rest = words.iter().skip(1).map(|word| word.to_string_lossy());
    let names = rest.filter(|word| !word.starts_with('-'));
    names.fold(first, |program, name| format!("{program} {name}"))
}

/// A runtime cannot be started on a thread that drives one.
fn on_a_thread_of_its_own(migrations: &Migrations, program: &str, words: &[OsString]) -> ExitCode {
    let embedded = Embedded {
        migrations,
        // Once for the life of the process.
        program: Box::leak(program.to_owned().into_boxed_str()),
    };
    let words = || words.iter().cloned();
    if tokio::runtime::Handle::try_current().is_err() {
        return carry_out(words(), Some(embedded)).into();
    }
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| carry_out(words(), Some(embedded)));
        match thread.join() {
            Ok(exit) => exit.into(),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_called_as_it_was() {
        let cases = [
            (vec!["/usr/bin/myapp", "migrate"], "myapp migrate"),
            (vec!["./shop"], "shop"),
            (
                vec!["shop", "--config=x", "db", "migrate"],
                "shop db migrate",
            ),
            (vec![], "the application"),
        ];
        for (words, expected) in cases {
            let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
            assert_eq!(program(&words), expected);
        }
    }
}
