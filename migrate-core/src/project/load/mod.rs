//! Reading a project's directories: the one loader of macro, command line, library and tests.
//!
//! [`load`] reads every file once, builds the graph, compares with `revisions.lock` and checks the SQL that is not
//! known to be checked. It never stops at the first problem: [`Loaded::diagnostics`] holds all of them, sorted.
//! [`listed()`] answers from the lock file and the list of file names, for commands that have nothing to do.

mod calls;
mod directory;
mod foreign;
pub(crate) mod links;
mod listed;
mod listing;
mod pack;
mod sections;
mod shares;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use calls::RustCall;
pub use listed::listed;
#[cfg(feature = "write")]
pub(crate) use listing::edits;
pub use pack::LoadError;
#[cfg(feature = "write")]
pub(crate) use sections::{check as check_sections, dialects_of};

use super::config::display;
use super::lock::{self, LockFile, State};
use super::{Config, Project, reason};
use crate::model::graph::{Graph, Index};
use crate::text::diagnostic::{Class, Diagnostic, Frame, Level};
use crate::text::revision::{Links, RevisionFile};
use crate::text::{DialectSet, Digest};

/// How strictly a directory is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadMode {
    /// What a directory that does not agree with its lock file means.
    pub lock: LockCheck,
    /// Whether drafts are allowed.
    pub build: Build,
    /// How much of the files is checked.
    pub depth: Depth,
    /// Whether several effective heads are a problem.
    pub heads: HeadsCheck,
    /// The dialects that every revision must serve and under which its SQL is checked.
    pub dialects: DialectSet,
}

/// What a directory that does not agree with its lock file means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockCheck {
    /// An error: for everything that changes a database, the macro and `check`.
    Strict,
    /// A warning, and what is not listed is a draft: for what only reads.
    Lenient,
    /// Nothing is compared: for `lock` itself.
    Ignored,
}

/// What is being built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// Drafts are read as they stand.
    Debug,
    /// Drafts are errors, unless the configuration allows them.
    Release,
}

/// How much of the files is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything.
    Full,
    /// Headers, markers, graph and lock file; no SQL.
    Headers,
}

/// Whether several effective heads are a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadsCheck {
    /// As the configuration says.
    Configured,
    /// They are none.
    Any,
}

impl LoadMode {
    /// For the macro, `check` and whatever changes a database.
    pub const fn strict(dialects: DialectSet) -> Self {
        Self {
            lock: LockCheck::Strict,
            build: Build::Debug,
            depth: Depth::Full,
            heads: HeadsCheck::Configured,
            dialects,
        }
    }

    /// For commands that only read: no SQL is checked, several heads are fine, the lock file is compared leniently.
    pub const fn reading() -> Self {
        Self {
            lock: LockCheck::Lenient,
            build: Build::Debug,
            depth: Depth::Headers,
            heads: HeadsCheck::Any,
            dialects: DialectSet::EMPTY,
        }
    }

    /// The same for a release build.
    #[must_use]
    pub const fn release(mut self) -> Self {
        self.build = Build::Release;
        self
    }

    /// The same without a look at SQL.
    #[must_use]
    pub const fn headers(mut self) -> Self {
        self.depth = Depth::Headers;
        self
    }

    /// The same with several heads allowed.
    #[must_use]
    pub const fn any_heads(mut self) -> Self {
        self.heads = HeadsCheck::Any;
        self
    }
}

/// A project as it was read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// Where it is and how it is configured.
    pub project: Project,
    /// The dialects it was checked for.
    pub dialects: DialectSet,
    /// The revisions: in the order of the graph, else in that of the directories.
    pub revisions: Vec<Revision>,
    /// Their graph; `None` when there is none because of errors.
    pub graph: Option<Graph>,
    /// The lock file.
    pub lock_path: PathBuf,
    /// Its text; `None` when it does not exist or cannot be read.
    pub lock_text: Option<String>,
    /// Everything that is wrong: errors first, then by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// A revision as it was read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Revision {
    /// The file.
    pub file: RevisionFile,
    /// Where it is.
    pub path: PathBuf,
    /// Its path as the lock file has it: relative to the first migrations directory.
    pub lock_name: String,
    /// As the lock file calls it; a draft when it is not listed.
    pub state: State,
    /// The digests of its sections, in the order of [`RevisionFile::sections`].
    pub digests: Vec<Digest>,
}

impl Loaded {
    /// Whether something is wrong that keeps the set from being used.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// The errors among the diagnostics.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|finding| finding.level == Level::Error)
    }

    /// The warnings among the diagnostics.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|finding| finding.level == Level::Warning)
    }

    /// What a release build says of the drafts; empty when the configuration allows them.
    pub fn drafts_in_release(&self) -> Vec<Diagnostic> {
        drafts(&self.project, &self.revisions)
    }

    /// The revision at a place of the graph.
    pub fn revision(&self, index: Index) -> Option<&Revision> {
        self.revisions.get(usize::try_from(index.0).ok()?)
    }

    /// The lock file, as far as it can be read.
    pub fn lock(&self) -> LockFile<'_> {
        self.lock_text
            .as_deref()
            .map_or_else(LockFile::default, |text| LockFile::parse("", text).0)
    }

    /// The configuration.
    pub const fn config(&self) -> &Config {
        &self.project.config
    }
}

/// Reads a project and says everything that is wrong with it.
pub fn load(project: &Project, mode: LoadMode) -> Loaded {
    let lock_path = lock_path(project);
    let lock_shown = display(&project.root, &lock_path);
    let mut diagnostics = Vec::new();
    let mut files = directory::read(project, &mut diagnostics);
    let (lock_text, missing) = read_lock(&lock_path, &lock_shown);
    let text = lock_text.as_deref().unwrap_or_default();

    let (lock, findings) = match &lock_text {
        Some(text) => LockFile::parse(&lock_shown, text),
        None => (LockFile::default(), Vec::new()),
    };
    let list = listing::Listing::new(&lock, &lock_shown, text);
    list.set_states(&mut files.revisions);
    let mut lock_findings: Vec<Diagnostic> = missing.into_iter().chain(findings).collect();
    // Without a readable line there is nothing to compare with, and one finding has said so.
    if lock_text.is_some() && (lock_findings.is_empty() || !lock.entries.is_empty()) {
        list.compare(&files.revisions, &files.broken, &mut lock_findings);
    }
    if mode.build == Build::Release {
        diagnostics.extend(drafts(project, &files.revisions));
    }
    if mode.depth == Depth::Full {
        for revision in &files.revisions {
            sections::check(
                revision,
                list.entry(revision),
                &lock,
                mode.dialects,
                &mut diagnostics,
            );
        }
    }
    let graph = links::graph(&mut files, project, mode, &mut diagnostics);
    if graph.is_none() {
        // Revisions without an order cannot be listed in it.
        lock_findings.retain(|finding| finding.message != lock::NOT_IN_ORDER);
    }
    match mode.lock {
        LockCheck::Strict => diagnostics.append(&mut lock_findings),
        LockCheck::Lenient => diagnostics.extend(lock_findings.into_iter().map(as_warning)),
        LockCheck::Ignored => {}
    }
    Diagnostic::sort(&mut diagnostics);
    Loaded {
        project: project.clone(),
        dialects: mode.dialects,
        revisions: files.revisions,
        graph,
        lock_path,
        lock_text,
        diagnostics,
    }
}

/// A revision that is not on disk yet.
#[cfg(feature = "write")]
pub(crate) fn unwritten(file: RevisionFile, path: PathBuf, lock_name: String) -> Revision {
    directory::revision(file, path, lock_name)
}

/// Puts revisions in the order of their graph.
///
/// # Errors
/// Everything that is wrong with their links.
#[cfg(feature = "write")]
pub(crate) fn sorted(
    project: &Project,
    revisions: Vec<Revision>,
) -> Result<(Vec<Revision>, Graph), Vec<Diagnostic>> {
    let mut files = Files {
        revisions,
        ..Files::default()
    };
    let mut findings = Vec::new();
    let mode = LoadMode::reading();
    match links::graph(&mut files, project, mode, &mut findings) {
        Some(graph) => Ok((files.revisions, graph)),
        None => Err(findings),
    }
}

/// The files of the directories that should be revisions, as the lock file has them.
pub(crate) fn file_names(project: &Project) -> Vec<String> {
    let listed = directory::list(project, &mut Vec::new());
    listed.into_iter().map(|file| file.lock_name).collect()
}

/// The lock file of a project: in its first migrations directory.
pub fn lock_path(project: &Project) -> PathBuf {
    project
        .dirs
        .first()
        .map_or_else(|| project.root.clone(), Clone::clone)
        .join(lock::FILE_NAME)
}

fn read_lock(path: &std::path::Path, shown: &str) -> (Option<String>, Option<Diagnostic>) {
    match std::fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => (Some(text), None),
            Err(_) => {
                let finding = Diagnostic::error(Class::LockFile, "the lock file is not UTF-8")
                    .at(Frame::file(shown));
                (None, Some(finding.help("put it back from version control")))
            }
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let finding = Diagnostic::error(Class::LockFile, "the lock file does not exist")
                .at(Frame::file(shown));
            (None, Some(finding.help("`migrate-cli lock` writes it")))
        }
        Err(error) => {
            let message = format!("cannot read the lock file: {}", reason(&error));
            (
                None,
                Some(Diagnostic::error(Class::LockFile, message).at(Frame::file(shown))),
            )
        }
    }
}

fn as_warning(mut finding: Diagnostic) -> Diagnostic {
    finding.level = Level::Warning;
    finding
}

fn drafts(project: &Project, revisions: &[Revision]) -> Vec<Diagnostic> {
    if project.config.migrations.drafts == super::config::Drafts::Allow {
        return Vec::new();
    }
    revisions
        .iter()
        .filter(|revision| revision.state == State::Draft)
        .map(draft)
        .collect()
}

fn draft(revision: &Revision) -> Diagnostic {
    let id = &revision.file.header.revision;
    let source = crate::text::source::Source::new(&revision.file.path, &revision.file.text);
    Diagnostic::error(
        Class::Draft,
        format!("the draft `{}` in a release build", id.value),
    )
    .at(source.frame(id.range.clone(), "may still be edited"))
    .help("`migrate-cli lock` checks and locks all drafts")
}

/// What the directories hold.
#[derive(Debug, Default)]
struct Files {
    revisions: Vec<Revision>,
    /// Files that are no usable revision, by their path as the lock file has it.
    broken: Vec<String>,
    /// Whether the links of all files could be read.
    links: Links,
}
