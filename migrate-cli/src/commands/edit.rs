//! `edit`: revision files in the editor of the user.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use migrate_core::project::load::{LoadMode, LockCheck, load};
use migrate_core::project::lock::State;
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Level};
use serde::Serialize;

use super::show::resolved;
use crate::arguments::{Edit, Format};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, GOOD, WARN, piece};
use crate::output::{Human, Page, Reply, Volume};

#[derive(Serialize)]
struct Edited {
    edited: Vec<File>,
}

#[derive(Serialize)]
struct File {
    revision: String,
    file: String,
    changed: bool,
    #[serde(skip)]
    path: PathBuf,
    #[serde(skip)]
    before: Vec<u8>,
}

pub(crate) fn run(arguments: &Edit, context: &Context) -> Result<Reply, Failure> {
    let loaded = context.source.loaded()?;
    let editor = Editor::of_user(|name| std::env::var(name).ok())?;
    let mut files: Vec<File> = Vec::new();
    for index in resolved(&arguments.specs, context)? {
        let Some(revision) = loaded.revision(index) else {
            continue;
        };
        let id = revision.file.header.revision.value.to_string();
        if revision.state == State::Locked {
            context.output.note(|page| {
                let advice = format!(
                    " is locked: what is changed in its sections is accepted by `migrate-cli lock --amend {id}` only"
                );
                page.line(piece(WARN, "note: ").and(BOLD, &id).and(DIM, advice));
            });
        }
        files.push(File {
            revision: id,
            file: revision.file.path.clone(),
            changed: false,
            path: revision.path.clone(),
            before: std::fs::read(&revision.path).unwrap_or_default(),
        });
    }
    if files.is_empty() {
        let message = format!("`{}` names no revision to edit", arguments.specs.join(" "));
        return Err(Diagnostic::error(Class::UnknownRevision, message).into());
    }
    editor.open(files.iter().map(|file| &*file.path), context.output.format)?;
    for file in &mut files {
        let after = std::fs::read(&file.path).unwrap_or_default();
        file.changed = after != file.before;
    }
    if files.iter().any(|file| file.changed) {
        complain(context)?;
    }
    Ok(Reply::new(Edited { edited: files }))
}

/// Says what is wrong with the project now; nothing is refused, since the files are saved.
fn complain(context: &Context) -> Result<(), Failure> {
    let mut mode = LoadMode::strict(context.source.dialects()?).any_heads();
    mode.lock = LockCheck::Lenient;
    let loaded = load(context.source.project()?, mode);
    let findings: Vec<Diagnostic> = loaded
        .diagnostics
        .into_iter()
        .map(|mut finding| {
            finding.level = Level::Warning;
            finding
        })
        .collect();
    context.output.warnings(findings.iter());
    Ok(())
}

/// The program with which the user edits.
#[derive(Debug, PartialEq, Eq)]
struct Editor {
    /// The variable that names it.
    by: &'static str,
    program: String,
    arguments: Vec<String>,
}

impl Editor {
    /// `VISUAL`, else `EDITOR`.
    fn of_user(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| {
            let value = variable(name)?;
            (!value.trim().is_empty()).then_some((name, value))
        });
        let Some((by, value)) = named else {
            let error = Diagnostic::error(Class::Config, "no editor is named");
            return Err(error
                .note("neither VISUAL nor EDITOR is set")
                .help("`export EDITOR=vim`, or open the file yourself: `migrate-cli show SPEC` names it")
                .into());
        };
        let mut words = words(&value).ok_or_else(|| {
            Diagnostic::error(
                Class::Config,
                format!("{by} has a quote that is not closed: {value}"),
            )
        })?;
        let program = words.remove(0);
        Ok(Self {
            by,
            program,
            arguments: words,
        })
    }

    /// Opens the files and waits for the end. The one document on stdout stays ours.
    fn open<'f>(
        &self,
        files: impl Iterator<Item = &'f Path>,
        format: Format,
    ) -> Result<(), Failure> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(files);
        if format == Format::Json {
            command.stdout(Stdio::from(io::stderr()));
        }
        let problem = |message: String| -> Failure {
            Diagnostic::error(Class::Config, message)
                .note(format!("{} names it", self.by))
                .into()
        };
        let status = command.status().map_err(|error| {
            problem(format!(
                "the editor `{}` cannot be started: {}",
                self.program,
                error.kind()
            ))
        })?;
        if status.success() {
            return Ok(());
        }
        Err(problem(format!(
            "the editor `{}` failed: {status}",
            self.program
        )))
    }
}

/// The words of a command line, as a shell would see them as far as quotes go; `None` when a quote is not closed.
/// There is at least one where the text is not blank.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let (mut inside, mut quote) = (false, None);
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() => {
                inside = false;
                continue;
            }
            _ => {
                if !inside {
                    words.push(String::new());
                }
                inside = true;
                words.last_mut()?.push(c);
                continue;
            }
        }
        if !inside {
            words.push(String::new());
        }
        inside = true;
    }
    quote.is_none().then_some(words)
}

impl Human for Edited {
    fn human(&self, page: &mut Page) {
        if page.volume() == Volume::Quiet {
            return;
        }
        for file in &self.edited {
            let word = if file.changed {
                piece(GOOD, "edited   ")
            } else {
                piece(DIM, "unchanged ")
            };
            page.line(word.and(BOLD, &file.file));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_may_have_several_words() {
        for (visual, editor, expected) in [
            (None, Some("vim"), "EDITOR: vim"),
            (Some("code --wait"), Some("vim"), "VISUAL: code | --wait"),
            (Some("  "), Some("vim"), "EDITOR: vim"),
            (
                Some("'/opt/My Editor/e' -n \"a b\"c ''"),
                None,
                "VISUAL: /opt/My Editor/e | -n | a bc | ",
            ),
        ] {
            let variable = |name: &str| match name {
                "VISUAL" => visual.map(ToOwned::to_owned),
                _ => editor.map(ToOwned::to_owned),
            };
            let found = Editor::of_user(variable).unwrap_or_else(|_| panic!("{expected}"));
            let words = [vec![found.program], found.arguments].concat();
            assert_eq!(format!("{}: {}", found.by, words.join(" | ")), expected);
        }
        assert!(Editor::of_user(|_| None).is_err());
        assert!(Editor::of_user(|_| Some("vim '".to_owned())).is_err());
    }
}
