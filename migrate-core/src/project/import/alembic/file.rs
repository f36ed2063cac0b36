//! A file of Alembic as far as it is read without Python, and whether the files hang together.

use std::collections::HashMap;
use std::ops::Range;

use super::python::{Module, Spot, Value, literal};
use crate::project::import::folder::SourceFile;
use crate::text::diagnostic::{Class, Diagnostic, Frame, nearest};
use crate::text::source::Source;

/// A file of Alembic as far as it is read without Python.
pub(super) struct File {
    pub(super) file: SourceFile,
    pub(super) revision: Spot,
    pub(super) down_revision: Vec<Spot>,
    pub(super) branch_labels: Vec<Spot>,
    pub(super) depends_on: Vec<Spot>,
    pub(super) docstring: String,
}

impl File {
    pub(super) fn read(file: SourceFile) -> Result<Self, Box<Diagnostic>> {
        let module = Module::read(&file.text);
        let list = |name: &str| match module.assigned(name) {
            None => Ok(Vec::new()),
            Some((token, tokens)) => match literal(tokens) {
                Some(Value::None) => Ok(Vec::new()),
                Some(Value::Text(spot)) => Ok(vec![spot]),
                Some(Value::List(items)) => Ok(items),
                None => Err(unreadable(&file, token.range.clone(), name)),
            },
        };
        let revision = match list("revision")?.as_slice() {
            [one] => one.clone(),
            _ => {
                let source = Source::new(&file.shown, &file.text);
                return Err(Box::new(
                    Diagnostic::error(
                        Class::InvalidRevision,
                        "no `revision = \"..\"`: this is no migration of Alembic",
                    )
                    .at(source.frame(0..1, "expected it in this file"))
                    .help(
                        "name the directory that holds the migrations, such as `alembic/versions`",
                    ),
                ));
            }
        };
        let (down_revision, branch_labels, depends_on) = (
            list("down_revision")?,
            list("branch_labels")?,
            list("depends_on")?,
        );
        let docstring = module.docstring().unwrap_or_default();
        Ok(Self {
            revision,
            down_revision,
            branch_labels,
            depends_on,
            docstring,
            file,
        })
    }

    pub(super) fn frame(&self, range: &Range<usize>, label: &str) -> Frame {
        Source::new(&self.file.shown, &self.file.text).frame(range.clone(), label)
    }
}

fn unreadable(file: &SourceFile, range: Range<usize>, name: &str) -> Box<Diagnostic> {
    let source = Source::new(&file.shown, &file.text);
    Box::new(
        Diagnostic::error(
            Class::InvalidRevision,
            format!("the value of `{name}` is known only to Python"),
        )
        .at(source.frame(range, "expected texts, None, or a tuple of texts"))
        .help("write the value itself; the import never runs the file"),
    )
}

/// Ids that stand twice, and names that nothing has.
pub(super) fn links(files: &[File]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut ids: HashMap<&str, &File> = HashMap::new();
    for file in files {
        if let Some(first) = ids.insert(&file.revision.text, file) {
            findings.push(
                Diagnostic::error(
                    Class::DuplicateRevision,
                    format!("two files have the revision `{}`", file.revision.text),
                )
                .at(file.frame(&file.revision.range, "the second one"))
                .note(format!("the other is {}", first.file.shown)),
            );
        }
    }
    let names = || {
        files
            .iter()
            .flat_map(|file| std::iter::once(&file.revision).chain(&file.branch_labels))
    };
    for file in files {
        for parent in &file.down_revision {
            if !ids.contains_key(parent.text.as_str()) {
                findings.push(unknown(file, parent, "down_revision", ids.keys().copied()));
            }
        }
        for name in &file.depends_on {
            if !names().any(|other| other.text.starts_with(&name.text)) {
                findings.push(unknown(
                    file,
                    name,
                    "depends_on",
                    names().map(|spot| spot.text.as_str()),
                ));
            }
        }
    }
    findings
}

fn unknown<'a>(
    file: &File,
    spot: &Spot,
    key: &str,
    names: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let finding = Diagnostic::error(
        Class::MissingParent,
        format!("unknown {key} `{}`", spot.text),
    )
    .at(file.frame(&spot.range, "no file has this revision"));
    match nearest(&spot.text, names) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help("name all directories of `version_locations`, one after the other"),
    }
}
