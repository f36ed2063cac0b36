//! The files of another tool's directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::project::config::display;
use crate::project::reason;
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::normalised;

/// A directory that is read.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    start: PathBuf,
    /// As messages show it.
    pub(super) shown: String,
}

/// An entry of a directory.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// As messages show it.
    pub(super) shown: String,
    pub(super) kind: Kind,
}

/// What an entry is; links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
}

/// A file that was read.
#[derive(Debug, Clone)]
pub(super) struct SourceFile {
    /// As messages show it.
    pub(super) shown: String,
    /// Without byte order mark, with `\n` line breaks.
    pub(super) text: Arc<str>,
}

impl Folder {
    pub(super) fn open(start: &Path, dir: &Path) -> Result<Self, Box<Diagnostic>> {
        let path = start.join(dir);
        let shown = display(start, &path);
        if path.is_dir() {
            return Ok(Self {
                path,
                start: start.to_owned(),
                shown,
            });
        }
        let what = if path.exists() {
            "this is no directory"
        } else {
            "the directory does not exist"
        };
        Err(Box::new(
            Diagnostic::error(Class::Config, what)
                .at(Frame::file(shown))
                .help("name the directory that holds the migrations of the other tool"),
        ))
    }

    /// A directory below this one, if it is there.
    pub(super) fn below(&self, name: &str) -> Option<Self> {
        let path = self.path.join(name);
        path.is_dir().then(|| Self {
            shown: display(&self.start, &path),
            path,
            start: self.start.clone(),
        })
    }

    /// Files and directories, sorted by name; hidden ones are no migrations of any tool.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, Vec<Diagnostic>> {
        entries(&self.start, &self.path)
    }

    /// The files here and in all directories below, sorted by their path.
    pub(super) fn files(&self) -> Result<Vec<Entry>, Vec<Diagnostic>> {
        let mut files = Vec::new();
        let mut open = vec![self.path.clone()];
        while let Some(dir) = open.pop() {
            for entry in entries(&self.start, &dir)? {
                match entry.kind {
                    Kind::Directory => open.push(entry.path),
                    Kind::File => files.push(entry),
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }
}

fn entries(start: &Path, dir: &Path) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let shown = display(start, dir);
    let cannot = |error: &std::io::Error| {
        let message = format!("cannot read the directory: {}", reason(error));
        vec![Diagnostic::error(Class::Config, message).at(Frame::file(&*shown))]
    };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|error| cannot(&error))? {
        let path = entry.map_err(|error| cannot(&error))?.path();
        let shown = display(start, &path);
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(vec![
                Diagnostic::error(Class::Config, "the name of this file is not UTF-8")
                    .at(Frame::file(shown))
                    .help("rename it"),
            ]);
        };
        if name.starts_with('.') {
            continue;
        }
        entries.push(Entry {
            name: name.to_owned(),
            kind: if path.is_dir() {
                Kind::Directory
            } else {
                Kind::File
            },
            path,
            shown,
        });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

impl Entry {
    /// Its text.
    pub(super) fn read(&self) -> Result<SourceFile, Vec<Diagnostic>> {
        read(&self.path, &self.shown)
    }

    /// The file of this name beside it, if there is one.
    pub(super) fn inside(&self, name: &str) -> Option<Self> {
        let path = self.path.join(name);
        path.is_file().then(|| Self {
            name: name.to_owned(),
            shown: format!("{}/{name}", self.shown),
            kind: Kind::File,
            path,
        })
    }

    /// A file that is no migration: said, so that nothing is left out in silence.
    pub(super) fn passed_over(&self, why: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(Class::InvalidRevision, why).at(Frame::file(&*self.shown))
    }
}

/// The text of a file.
pub(super) fn read(path: &Path, shown: &str) -> Result<SourceFile, Vec<Diagnostic>> {
    let bytes = std::fs::read(path).map_err(|error| {
        let message = format!("cannot read the file: {}", reason(&error));
        vec![Diagnostic::error(Class::Config, message).at(Frame::file(shown))]
    })?;
    let text = normalised(shown, &bytes).map_err(|finding| vec![*finding])?;
    Ok(SourceFile {
        shown: shown.to_owned(),
        text: text.as_ref().into(),
    })
}
