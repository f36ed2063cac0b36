//! Everything that is printed: one reply on stdout, everything else on stderr.
//!
//! A command returns a [`Reply`] or a [`Failure`](crate::failure::Failure) and prints nothing itself, except what
//! happens while it runs (the target, progress, warnings), which goes to stderr through [`Output`]. So there is
//! exactly one document on stdout, whatever happens.

pub(crate) mod drawing;
mod few;
pub(crate) mod page;

use std::io::{self, Write};

use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::Paint;
use serde::Serialize;

use crate::arguments::{Color, Format};
use crate::embedded::Embedded;
use crate::exit::Exit;
use crate::failure::Failure;
use anstyle::Style;
pub(crate) use few::Few;
pub(crate) use page::Page;
use page::piece;

/// How a result is put for a person.
pub(crate) trait Human {
    /// Writes the result.
    fn human(&self, page: &mut Page);

    /// The same where it is what was done before a failure.
    fn partly(&self, page: &mut Page) {
        self.human(page);
    }
}

/// What a command answers: a result in both forms, and the exit code.
pub(crate) struct Reply {
    exit: Exit,
    body: Box<dyn Body>,
}

impl Reply {
    /// A result; all is well.
    pub(crate) fn new(result: impl Serialize + Human + 'static) -> Self {
        Self {
            exit: Exit::Fine,
            body: Box::new(result),
        }
    }

    /// The same with another exit code.
    pub(crate) fn exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }
}

trait Body {
    fn json(&self) -> serde_json::Result<String>;
    fn page(&self, page: &mut Page);
}

impl<T: Serialize + Human> Body for T {
    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    fn page(&self, page: &mut Page) {
        self.human(page);
    }
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Volume {
    /// `-q`
    Quiet,
    /// Neither.
    Normal,
    /// `-v`
    Verbose,
}

/// The two streams and how they are used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// What stdout carries.
    pub(crate) format: Format,
    /// How much is said.
    pub(crate) volume: Volume,
    /// What a person types before a command, where that is not `migrate-cli`.
    program: Option<&'static str>,
    /// Whether that program has models, and so writes revisions itself.
    has_models: bool,
}

/// The commands that only `migrate-cli` has: they work on files.
const OF_FILES: [&str; 8] = [
    "init",
    "revision",
    "merge",
    "rebase",
    "edit",
    "lock",
    "import",
    "completions",
];

impl Output {
    /// Decides once, for the whole process, when escape sequences are let through.
    pub(crate) fn new(format: Format, color: Color, volume: Volume) -> Self {
        match color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
        Self {
            format,
            volume,
            program: None,
            has_models: false,
        }
    }

    /// The same for a program that is called otherwise than `migrate-cli`.
    pub(crate) fn called(self, embedded: Option<Embedded<'_>>) -> Self {
        Self {
            program: embedded.map(|it| it.program),
            has_models: embedded.is_some_and(|it| it.migrations.models().is_some()),
            ..self
        }
    }

    /// A text that names commands as this program has them.
    pub(crate) fn named(self, text: String) -> String {
        let Some(program) = self.program else {
            return text;
        };
        let mut named = text;
        for before in ["`", "usage: "] {
            let typed = format!("{before}migrate-cli ");
            let mut parts = named.split(&typed);
            let mut text = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let command = part.split([' ', '`']).next().unwrap_or_default();
                let writes = self.has_models && part.starts_with("revision --autogenerate");
                let name = if OF_FILES.contains(&command) && !writes {
                    "migrate-cli"
                } else {
                    program
                };
                text.push_str(&format!("{before}{name} {part}"));
            }
            named = text;
        }
        named
    }

    /// A page that knows how much is to be said.
    fn page(self) -> Page {
        Page::new(self.volume)
    }

    /// The one document of a command that came to its end.
    pub(crate) fn reply(self, reply: &Reply) -> Exit {
        let text = match self.format {
            Format::Human => {
                let mut page = self.page();
                reply.body.page(&mut page);
                self.named(page.into_text())
            }
            Format::Json => match reply.body.json() {
                Ok(json) => json + "\n",
                Err(error) => {
                    return self.fail(&Failure::internal(format!(
                        "a result cannot be written: {error}"
                    )));
                }
            },
        };
        match print(&text) {
            Ok(()) => reply.exit,
            Err(exit) => exit,
        }
    }

    /// The one document of a command that failed: on stderr for people, on stdout as JSON.
    pub(crate) fn fail(self, failure: &Failure) -> Exit {
        match self.format {
            Format::Human => {
                let few = Few::of(&failure.diagnostics, Few::ERRORS, self.volume);
                for (place, diagnostic) in few.shown.iter().enumerate() {
                    if place > 0 {
                        self.say("\n");
                    }
                    self.diagnostic(diagnostic);
                }
                if let Some(rest) = few.rest() {
                    let mut page = self.page();
                    let rest = format!(": {rest}, `--format json` lists all");
                    page.end()
                        .line(piece(page::BAD, "error").and(page::BOLD, rest));
                    self.say(&page.into_text());
                }
                if let Some(report) = &failure.report {
                    let mut page = self.page();
                    report.partly(&mut page);
                    self.say(&page.into_text());
                }
                failure.exit
            }
            Format::Json => print(&self.named(failure.json() + "\n"))
                .err()
                .unwrap_or(failure.exit),
        }
    }

    /// Prints a finding on stderr.
    pub(crate) fn diagnostic(self, diagnostic: &Diagnostic) {
        let mut text = String::new();
        if diagnostic.write(&mut text, &Paint::ANSI).is_ok() {
            self.say(&(text + "\n"));
        }
    }

    /// Prints warnings on stderr unless `-q` was given; of many only the first, unless `-v` was.
    pub(crate) fn warnings<'a>(self, warnings: impl Iterator<Item = &'a Diagnostic>) {
        if self.volume > Volume::Quiet {
            self.few(&Few::of(warnings, 3, self.volume), "warning", page::WARN);
        }
    }

    /// Prints on stderr what a person has to do; of much only the first, unless `-v` was given.
    pub(crate) fn left_to_do(self, findings: &[Diagnostic]) {
        if self.format == Format::Human {
            self.few(&Few::of(findings, 10, self.volume), "error", page::BAD);
        }
    }

    fn few(self, few: &Few<'_>, level: &str, style: Style) {
        few.shown.iter().for_each(|it| self.diagnostic(it));
        if let Some(rest) = few.rest() {
            let mut page = self.page();
            page.line(piece(style, level).and(page::BOLD, format!(": {rest}")));
            self.say(&page.into_text());
        }
    }

    /// Prints a line on stderr unless `-q` was given.
    pub(crate) fn note(self, write: impl FnOnce(&mut Page)) {
        if self.volume > Volume::Quiet {
            let mut page = self.page();
            write(&mut page);
            self.say(&page.into_text());
        }
    }

    /// Prints on stderr. Nothing can be done when that fails.
    fn say(self, text: &str) {
        let text = self.named(text.to_owned());
        let _ = anstream::stderr().lock().write_all(text.as_bytes());
    }
}

/// Prints on stdout. A reader that has gone away (`| head`) is no failure.
fn print(text: &str) -> Result<(), Exit> {
    let mut stdout = anstream::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Exit::Fine),
        Err(_) => Err(Exit::Failed),
        Ok(()) => Ok(()),
    }
}
