//! From directories to revision files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Files, Revision, foreign, shares};
use crate::project::config::{Recursion, display, normalise, relative};
use crate::project::lock::{self, State};
use crate::project::{Project, config, reason};
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::{Links, Parsed, RevisionFile};

/// A file that should be a revision.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) path: PathBuf,
    /// As messages show it.
    pub(super) shown: String,
    /// As the lock file has it.
    pub(super) lock_name: String,
}

/// Reads every revision file of the project.
pub(super) fn read(project: &Project, findings: &mut Vec<Diagnostic>) -> Files {
    let listed = list(project, findings);
    let mut all = Shelf::default();
    for shelf in shares::each(listed, Shelf::read) {
        all.append(shelf);
    }
    findings.append(&mut all.findings);
    findings.extend(all.foreign.finding());
    all.files
}

/// What some files hold.
#[derive(Debug, Default)]
struct Shelf {
    files: Files,
    foreign: foreign::Foreign,
    findings: Vec<Diagnostic>,
}

impl Shelf {
    fn read(listed: Vec<Listed>) -> Self {
        let mut shelf = Self::default();
        for listed in listed {
            shelf.file(listed);
        }
        shelf
    }

    fn file(&mut self, listed: Listed) {
        let Listed {
            path,
            shown,
            lock_name,
        } = listed;
        if let Some(style) = foreign::by_extension(&shown) {
            self.foreign.add(style, shown);
            return;
        }
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("cannot read the file: {}", reason(&error));
                self.findings.push(
                    Diagnostic::error(Class::InvalidRevision, message).at(Frame::file(shown)),
                );
                self.files.broken.push(lock_name);
                self.files.links = Links::Broken;
                return;
            }
        };
        if !shown.to_ascii_lowercase().ends_with(".sql") {
            self.findings.push(stranger(&shown));
            return;
        }
        let Parsed {
            file,
            mut diagnostics,
            links,
        } = RevisionFile::read(&shown, &bytes);
        match file {
            Some(file) => {
                self.findings.append(&mut diagnostics);
                self.files.revisions.push(revision(file, path, lock_name));
            }
            None => {
                match foreign::by_name(&shown).filter(|_| foreign::has_no_header(&bytes)) {
                    Some(style) => self.foreign.add(style, shown),
                    None => self.findings.append(&mut diagnostics),
                }
                self.files.broken.push(lock_name);
            }
        }
        if links == Links::Broken {
            self.files.links = Links::Broken;
        }
    }

    /// Puts what comes after it behind it.
    fn append(&mut self, after: Self) {
        let Self {
            files,
            foreign,
            mut findings,
        } = after;
        self.files.revisions.extend(files.revisions);
        self.files.broken.extend(files.broken);
        if files.links == Links::Broken {
            self.files.links = Links::Broken;
        }
        self.foreign.append(foreign);
        self.findings.append(&mut findings);
    }
}

pub(super) fn revision(file: RevisionFile, path: PathBuf, lock_name: String) -> Revision {
    let digests = file
        .sections
        .iter()
        .map(|section| file.digest(section))
        .collect();
    Revision {
        file,
        path,
        lock_name,
        state: State::Draft,
        digests,
    }
}

fn stranger(shown: &str) -> Diagnostic {
    Diagnostic::error(Class::InvalidRevision, "this is no revision file")
        .at(Frame::file(shown))
        .note("hidden files, *.md and the backups of editors are passed over; everything else must be a revision")
        .help("move it out of the migrations directory")
}

/// The files of the directories that should be revisions, sorted within each directory.
pub(super) fn list(project: &Project, findings: &mut Vec<Diagnostic>) -> Vec<Listed> {
    let Some(first) = project.dirs.first() else {
        return Vec::new();
    };
    let mut listed = Vec::new();
    let schema = &project.config.schema;
    let schema_files: BTreeSet<PathBuf> = schema
        .files
        .names()
        .chain(schema.dump.names())
        .map(|name| normalise(&project.root.join(name)))
        .collect();
    for dir in &project.dirs {
        // Names of one directory are built from its own, not by comparing paths file by file.
        let lister = Lister {
            project,
            first,
            schema_files: &schema_files,
            findings,
        };
        let shown = display(&project.root, dir);
        let lock_name = relative(first, dir);
        lister.directory(dir, &shown, &lock_name, &mut listed);
    }
    listed
}

struct Lister<'a> {
    project: &'a Project,
    first: &'a Path,
    /// What `[schema]` names: it may stand among the revisions and is none.
    schema_files: &'a BTreeSet<PathBuf>,
    findings: &'a mut Vec<Diagnostic>,
}

impl Lister<'_> {
    fn directory(mut self, dir: &Path, shown: &str, lock_name: &str, listed: &mut Vec<Listed>) {
        self.walk(dir, shown, lock_name, listed);
    }

    fn walk(&mut self, dir: &Path, shown: &str, lock_name: &str, listed: &mut Vec<Listed>) {
        let mut entries = match entries(dir) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("cannot read the directory: {}", reason(&error));
                self.findings
                    .push(Diagnostic::error(Class::Config, message).at(Frame::file(shown)));
                return;
            }
        };
        entries.sort();
        for (name, is_dir) in entries {
            let path = dir.join(&name);
            let Some(name) = name.to_str() else {
                let shown = join(shown, &name.to_string_lossy());
                let finding =
                    Diagnostic::error(Class::InvalidRevision, "the name of this file is not UTF-8");
                self.findings
                    .push(finding.at(Frame::file(shown)).help("rename it"));
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let (shown, lock_name) = (join(shown, name), join(lock_name, name));
            if is_dir {
                self.sub_directory(&path, &shown, &lock_name, listed);
            } else if !is_passed_over(name) && !self.schema_files.contains(&path) {
                listed.push(Listed {
                    path,
                    shown,
                    lock_name,
                });
            }
        }
    }

    fn sub_directory(
        &mut self,
        dir: &Path,
        shown: &str,
        lock_name: &str,
        listed: &mut Vec<Listed>,
    ) {
        // A directory of the list is read by its own right, wherever it is.
        if self.project.dirs.iter().any(|other| other == dir) && dir != self.first {
            return;
        }
        match self.project.config.migrations.recursion {
            Recursion::Recursive => self.walk(dir, shown, lock_name, listed),
            Recursion::Flat => {
                let inside = entries(dir).unwrap_or_default();
                let sql = |(name, is_dir): &(std::ffi::OsString, bool)| {
                    !is_dir
                        && Path::new(name)
                            .extension()
                            .is_some_and(|extension| extension == "sql")
                        && !self.schema_files.contains(&dir.join(name))
                };
                if let Some((name, _)) = inside.iter().filter(|entry| sql(entry)).min() {
                    let name = name.to_string_lossy();
                    let shown = join(shown, &name);
                    let lock_name = join(lock_name, &name);
                    if name == "up.sql" || name == "down.sql" {
                        listed.push(Listed {
                            path: dir.join(&*name),
                            shown,
                            lock_name,
                        });
                        return;
                    }
                    self.findings.push(
                        Diagnostic::error(Class::InvalidRevision, "a sub-directory with SQL files that are not read")
                            .at(Frame::file(shown))
                            .help("`recursive = true` below `[migrations]` in migrate.toml reads them; else move them"),
                    );
                }
            }
        }
    }
}

/// Names and whether they are directories; links are followed.
fn entries(dir: &Path) -> std::io::Result<Vec<(std::ffi::OsString, bool)>> {
    std::fs::read_dir(dir)?
        .map(|entry| {
            let entry = entry?;
            let kind = entry.file_type()?;
            let is_dir = if kind.is_symlink() {
                entry.path().is_dir()
            } else {
                kind.is_dir()
            };
            Ok((entry.file_name(), is_dir))
        })
        .collect()
}

fn join(dir: &str, name: &str) -> String {
    if dir == "." {
        name.to_owned()
    } else {
        format!("{dir}/{name}")
    }
}

/// The lock file, the configuration, documentation, and what editors and merge tools leave behind.
fn is_passed_over(name: &str) -> bool {
    const BACKUPS: [&str; 7] = ["~", ".bak", ".swp", ".swo", ".tmp", ".orig", ".rej"];
    let lower = name.to_ascii_lowercase();
    name == lock::FILE_NAME
        || name == config::FILE_NAME
        || lower.ends_with(".md")
        || BACKUPS.iter().any(|end| lower.ends_with(end))
        || (name.starts_with('#') && name.ends_with('#'))
}
