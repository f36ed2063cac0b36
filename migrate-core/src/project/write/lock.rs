//! `migrate-cli lock`: drafts become locked, and the lock file is written anew from the files.

use std::borrow::Cow;
use std::collections::HashMap;

use super::files::{self, Change, Existing};
use super::order::parents_first;
use crate::model::graph::{Graph, Index};
use crate::project::Project;
use crate::project::config::display;
use crate::project::load::{
    LoadMode, Loaded, LockCheck, Revision, check_sections, dialects_of, edits, load,
};
use crate::project::lock::{
    CHECKER_VERSION, Entry, FORMAT, List, LockFile, LockedSection, Merge, Release, State, entry_of,
};
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::{DialectSet, RevisionId};

/// What `lock` is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockOptions {
    /// The dialects that every revision must serve; empty: header, markers and graph are checked, and each section
    /// under the dialects it names.
    pub dialects: DialectSet,
    /// Locked revisions whose edits, or whose disappearance, are accepted.
    pub amend: Vec<RevisionId>,
    /// The tag under which the effective heads are marked as released.
    pub release: Option<String>,
    /// Whether anything is written.
    pub write: WriteLock,
}

/// Whether `lock` writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WriteLock {
    /// It does.
    #[default]
    Write,
    /// It only says what it would do: `lock --check`.
    Check,
}

/// What `lock` did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockOutcome {
    /// Drafts that are locked now; those that were not listed stand in [`taken_up`](Self::taken_up) too.
    pub locked: Vec<RevisionId>,
    /// Files that were not listed.
    pub taken_up: Vec<RevisionId>,
    /// Lines without a file that went.
    pub dropped: Vec<String>,
    /// Locked revisions whose edits were accepted.
    pub amended: Vec<Amended>,
    /// Whether the two sides of a git conflict were joined.
    pub merge: Merge,
    /// The effective heads; more than one is for the caller to mention.
    pub heads: Vec<RevisionId>,
    /// Whether the lock file is another than before.
    pub change: LockChange,
    /// The lock file as messages show it.
    pub shown: String,
    /// What is worth a look.
    pub warnings: Vec<Diagnostic>,
}

/// Whether the lock file is another than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockChange {
    /// It stays as it is.
    None,
    /// It does not exist yet.
    New,
    /// It changes.
    Changed,
}

/// A locked revision whose edit was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// Its id.
    pub id: String,
    /// The tags of the releases that contain it, whose databases may have the older text.
    pub releases: Vec<String>,
}

/// Locks all drafts, takes up files that are not listed, drops drafts that are gone, joins the sides of a git conflict
/// and sorts.
///
/// # Errors
/// Everything that keeps a revision from being locked; nothing is written then.
pub fn lock(project: &Project, options: &LockOptions) -> Result<LockOutcome, Vec<Diagnostic>> {
    let mode = LoadMode {
        lock: LockCheck::Ignored,
        ..LoadMode::strict(options.dialects).headers().any_heads()
    };
    let loaded = load(project, mode);
    let mut findings: Vec<Diagnostic> = loaded.diagnostics.clone();
    let shown = display(&project.root, &loaded.lock_path);
    let (old, _) = LockFile::parse(&shown, loaded.lock_text.as_deref().unwrap_or_default());
    findings.extend(unknown_format(&loaded, &shown));
    findings.extend(unreadable(&loaded, &old, &shown));
    let places = old.entries.iter().enumerate();
    let job = Job {
        loaded: &loaded,
        old: &old,
        options,
        shown: &shown,
        places: places.map(|(place, entry)| (entry.id, place)).collect(),
    };
    job.check(&mut findings);
    let Some(graph) = loaded
        .graph
        .as_ref()
        .filter(|_| !findings.iter().any(is_error))
    else {
        Diagnostic::sort(&mut findings);
        return Err(findings.into_iter().filter(is_error).collect());
    };
    let mut new = job.entries(graph);
    new.releases.clone_from(&old.releases);
    let heads: Vec<RevisionId> = graph.ids(&graph.effective_heads());
    if let Some(tag) = &options.release {
        new.releases
            .push(job.release(tag, &heads).map_err(|finding| vec![*finding])?);
    }
    let text = new.to_string();
    let outcome = job.outcome(graph, heads, &text, findings);
    if options.write == WriteLock::Write && outcome.change != LockChange::None {
        files::write(&[Change {
            path: loaded.lock_path.clone(),
            shown,
            text,
            existing: Existing::Replace,
        }])?;
    }
    Ok(outcome)
}

fn is_error(finding: &Diagnostic) -> bool {
    finding.level == crate::text::Level::Error
}

/// A lock file of a later release is not overwritten.
pub(super) fn unknown_format(loaded: &Loaded, shown: &str) -> Option<Diagnostic> {
    let text = loaded.lock_text.as_deref()?;
    let number = text.lines().find_map(|line| line.strip_prefix("format "))?;
    let number: u32 = number.trim().parse().ok()?;
    let message = format!("the lock file has format {number}, this release writes format {FORMAT}");
    (number != FORMAT).then(|| {
        Diagnostic::error(Class::LockFile, message)
            .at(Frame::file(shown))
            .help("use the release that wrote it, or a newer one")
    })
}

/// What cannot be read may have locked revisions: written anew, the file would not protect them any more.
pub(super) fn unreadable(loaded: &Loaded, lock: &LockFile<'_>, shown: &str) -> Vec<Diagnostic> {
    if loaded.lock_text.is_none() && loaded.lock_path.exists() {
        let finding = Diagnostic::error(Class::LockFile, "the lock file cannot be read as text");
        return vec![
            finding
                .at(Frame::file(shown))
                .help("put it back from version control"),
        ];
    }
    lock.unreadable.clone()
}

struct Job<'a> {
    loaded: &'a Loaded,
    old: &'a LockFile<'a>,
    options: &'a LockOptions,
    shown: &'a str,
    /// Where each id stands in the old file.
    places: HashMap<&'a str, usize>,
}

impl<'a> Job<'a> {
    fn old_entry(&self, revision: &Revision) -> Option<&'a Entry<'a>> {
        let place = self
            .places
            .get(revision.file.header.revision.value.as_str())?;
        self.old.entries.get(*place)
    }

    fn is_amended(&self, id: &str) -> bool {
        self.options.amend.iter().any(|amended| *amended == id)
    }

    /// The line of a revision that stays locked as it is.
    fn kept(&self, revision: &Revision) -> Option<&'a Entry<'a>> {
        let entry = self.old_entry(revision)?;
        (entry.state == State::Locked && !self.is_amended(entry.id)).then_some(entry)
    }

    fn check(&self, findings: &mut Vec<Diagnostic>) {
        for id in &self.options.amend {
            let known = self.old.entries.iter().any(|entry| *id == entry.id);
            if !known {
                let message = format!("`{id}` cannot be amended: it is not listed");
                findings.push(
                    Diagnostic::error(Class::UnknownRevision, message).at(Frame::file(self.shown)),
                );
            }
        }
        let may_go = |id: &str| self.is_amended(id);
        edits(self.loaded, self.old, self.shown, may_go, findings);
        for revision in &self.loaded.revisions {
            let as_locked = Revision {
                state: State::Locked,
                ..revision.clone()
            };
            check_sections(
                &as_locked,
                self.kept(revision),
                self.old,
                self.options.dialects,
                findings,
            );
        }
    }

    /// The revisions in the order of the lock file: parents first; those that are listed keep their order, and new
    /// ones come last, so that a line never moves because another is added.
    fn order(&self, graph: &Graph) -> Vec<&'a Revision> {
        let rank = |index: Index| {
            let listed = self
                .places
                .get(graph.id(index).as_str())
                .copied()
                .unwrap_or(usize::MAX);
            let name = self
                .loaded
                .revision(index)
                .map_or("", |revision| &revision.lock_name);
            (listed, name)
        };
        parents_first(graph, rank)
            .into_iter()
            .filter_map(|index| self.loaded.revision(index))
            .collect()
    }

    fn entries(&self, graph: &Graph) -> LockFile<'a> {
        let mut new = LockFile::default();
        for revision in self.order(graph) {
            let mut entry = entry_of(&revision.file, &revision.lock_name, State::Locked);
            let start = new.sections.len();
            let kept = self
                .kept(revision)
                .map_or(&[][..], |entry| self.old.sections(entry));
            new.sections
                .extend(locked_sections(revision, kept, self.options.dialects));
            entry.sections = start..new.sections.len();
            new.entries.push(entry);
        }
        new
    }

    fn release(&self, tag: &'a str, heads: &[RevisionId]) -> Result<Release<'a>, Box<Diagnostic>> {
        let error = |message: String| {
            Diagnostic::error(Class::LockFile, message).at(Frame::file(self.shown))
        };
        if tag.is_empty() || tag.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Box::new(
                error(format!(
                    "`{}` cannot be the tag of a release",
                    tag.escape_default()
                ))
                .help("a tag is one word, such as v1.4.0"),
            ));
        }
        if self.old.releases.iter().any(|release| release.tag == tag) {
            return Err(Box::new(
                error(format!("the release `{tag}` is marked already"))
                    .help("give this one another tag"),
            ));
        }
        if heads.is_empty() {
            return Err(Box::new(error(
                "there is no revision to release".to_owned(),
            )));
        }
        Ok(Release {
            tag,
            heads: List::of(heads.iter().map(RevisionId::as_str)),
        })
    }

    fn outcome(
        &self,
        graph: &Graph,
        heads: Vec<RevisionId>,
        text: &str,
        findings: Vec<Diagnostic>,
    ) -> LockOutcome {
        let ids: HashMap<&str, &Revision> = self
            .loaded
            .revisions
            .iter()
            .map(|revision| (revision.file.header.revision.value.as_str(), revision))
            .collect();
        let newly = |revision: &&Revision| {
            self.old_entry(revision)
                .is_none_or(|entry| entry.state == State::Draft)
        };
        let id = |revision: &Revision| revision.file.header.revision.value.clone();
        let amended = self
            .old
            .entries
            .iter()
            .filter(|entry| entry.state == State::Locked && self.is_amended(entry.id));
        let before = self.loaded.lock_text.as_deref();
        LockOutcome {
            locked: self.loaded.revisions.iter().filter(newly).map(id).collect(),
            taken_up: self
                .loaded
                .revisions
                .iter()
                .filter(|revision| self.old_entry(revision).is_none())
                .map(id)
                .collect(),
            dropped: self
                .old
                .entries
                .iter()
                .filter(|entry| !ids.contains_key(entry.id))
                .map(|entry| entry.id.to_owned())
                .collect(),
            amended: amended
                .map(|entry| Amended {
                    id: entry.id.to_owned(),
                    releases: releases_with(self.old, graph, entry.id),
                })
                .collect(),
            merge: self.old.merge,
            heads,
            change: match before {
                None => LockChange::New,
                Some(before) if before == text => LockChange::None,
                Some(_) => LockChange::Changed,
            },
            shown: self.shown.to_owned(),
            warnings: findings,
        }
    }
}

/// The tags of the releases that contain a revision; one that is gone was in those that name it.
pub(super) fn releases_with(lock: &LockFile<'_>, graph: &Graph, id: &str) -> Vec<String> {
    let contains = |release: &&Release<'_>| {
        let heads = release.heads.iter().filter_map(|head| graph.index(head));
        release.heads.iter().any(|head| head == id)
            || graph
                .index(id)
                .is_some_and(|index| graph.ancestors(heads).contains(index))
    };
    lock.releases
        .iter()
        .filter(contains)
        .map(|release| Cow::Borrowed(release.tag).into_owned())
        .collect()
}

/// The lock lines of the sections of a revision that was checked under `dialects`; `kept` are those it has already.
pub(super) fn locked_sections(
    revision: &Revision,
    kept: &[LockedSection],
    dialects: DialectSet,
) -> Vec<LockedSection> {
    let sections = revision.file.sections.iter().zip(&revision.digests);
    sections
        .map(|(section, digest)| {
            let before = kept
                .iter()
                .find(|line| line.digest == *digest && line.checker == CHECKER_VERSION);
            let before = before.map_or(DialectSet::EMPTY, |line| line.checked);
            let checked = dialects_of(revision, section, dialects).union(before);
            let checker = if checked.is_empty() {
                0
            } else {
                CHECKER_VERSION
            };
            let (direction, dialects) = (section.direction, section.dialects);
            LockedSection {
                direction,
                dialects,
                digest: *digest,
                checked,
                checker,
            }
        })
        .collect()
}
