//! The set as `revisions.lock` and the names of the files have it, without its SQL and messages.

use std::collections::{HashMap, HashSet};

use super::directory::{self, Listed};
use super::lock_path;
use crate::model::Index;
use crate::model::set::{Migrations, SourceRevision, SourceSection, pack};
use crate::project::Project;
use crate::project::config::display;
use crate::project::lock::{Entry, LockFile, Merge, State, entry_of};
use crate::text::revision::RevisionFile;
use crate::text::{Dialect, DialectSet, Digest};

/// What compares a database with a project without reading its files: ids, links, digests and chains are there, texts
/// and messages are empty. Only the files of drafts are read.
///
/// `None` when that is not enough to be sure: no lock file, something wrong with it, or names that differ. Then
/// [`load`](super::load()) says what is the matter. Edits of locked files are not seen here; they are as soon as
/// something is pending, and by `check`.
pub fn listed(project: &Project, dialect: Dialect) -> Option<Migrations> {
    let text = std::fs::read_to_string(lock_path(project)).ok()?;
    let (lock, findings) = LockFile::parse("", &text);
    if !findings.is_empty() || lock.merge == Merge::Conflict {
        return None;
    }
    let files = files(project, &lock)?;
    let drafts = drafts(project, &lock, &files)?;
    let configured = project.config.migrations.dialects;
    let dialects = if configured.is_empty() {
        DialectSet::one(dialect)
    } else {
        configured
    };
    let mut places: HashMap<&str, Index> = HashMap::with_capacity(lock.entries.len());
    let mut revisions = Vec::with_capacity(lock.entries.len());
    let lists: Vec<(Vec<&str>, Vec<&str>, Vec<&str>)> = lock.entries.iter().map(links).collect();
    for (entry, (down_revision, depends_on, labels)) in lock.entries.iter().zip(&lists) {
        let index = Index(u32::try_from(revisions.len()).ok()?);
        let find = |names: &[&str]| {
            names
                .iter()
                .map(|name| places.get(name).copied())
                .collect::<Option<Vec<Index>>>()
        };
        let (down_revision, depends_on) = (find(down_revision)?, find(depends_on)?);
        let sections = match entry.state {
            State::Draft => drafts.get(entry.id)?.clone(),
            State::Locked => lock
                .sections(entry)
                .iter()
                .map(|line| source(line.direction, line.dialects, line.digest))
                .collect(),
        };
        // Labels share the name space of ids, and depends_on may name either.
        places.extend(labels.iter().chain([&entry.id]).map(|name| (*name, index)));
        revisions.push(SourceRevision {
            id: entry.id,
            down_revision,
            depends_on,
            labels: labels.clone(),
            message: "",
            file: &entry.file,
            listed: &entry.file,
            created: None,
            irreversible: entry.irreversible.then_some(""),
            breaking: entry.breaking.then_some(""),
            locked: entry.state == State::Locked,
            sections,
        });
    }
    let packed = pack(&revisions, dialects, &project.config.settings());
    Some(Migrations::from_packed(packed, None))
}

fn links<'a>(entry: &'a Entry<'_>) -> (Vec<&'a str>, Vec<&'a str>, Vec<&'a str>) {
    (
        entry.down_revision.iter().collect(),
        entry.depends_on.iter().collect(),
        entry.branch_labels.iter().collect(),
    )
}

fn source(
    direction: crate::text::revision::Direction,
    dialects: DialectSet,
    digest: Digest,
) -> SourceSection<'static> {
    SourceSection {
        direction,
        dialects,
        transactional: true,
        line: 0,
        text: "",
        digest,
    }
}

/// The files of the project, if they are those that the lock file names.
fn files(project: &Project, lock: &LockFile<'_>) -> Option<Vec<Listed>> {
    let mut findings = Vec::new();
    let files = directory::list(project, &mut findings);
    if !findings.is_empty() || files.len() != lock.entries.len() {
        return None;
    }
    let names: HashSet<&str> = lock.entries.iter().map(|entry| &*entry.file).collect();
    files
        .iter()
        .all(|file| names.contains(&*file.lock_name))
        .then_some(files)
}

/// The sections of the drafts as they stand in their files; `None` when a file has other links than its line.
fn drafts(
    project: &Project,
    lock: &LockFile<'_>,
    files: &[Listed],
) -> Option<HashMap<String, Vec<SourceSection<'static>>>> {
    let mut drafts = HashMap::new();
    for entry in lock
        .entries
        .iter()
        .filter(|entry| entry.state == State::Draft)
    {
        let listed = files.iter().find(|file| file.lock_name == entry.file)?;
        let bytes = std::fs::read(&listed.path).ok()?;
        let (file, findings) = RevisionFile::parse(&display(&project.root, &listed.path), &bytes);
        let file = file.filter(|_| findings.is_empty())?;
        let now = entry_of(&file, &listed.lock_name, State::Draft);
        let same = now.id == entry.id
            && now.down_revision == entry.down_revision
            && now.depends_on == entry.depends_on
            && now.branch_labels == entry.branch_labels;
        if !same {
            return None;
        }
        let sections = file
            .sections
            .iter()
            .map(|section| source(section.direction, section.dialects, file.digest(section)));
        drafts.insert(entry.id.to_owned(), sections.collect());
    }
    Some(drafts)
}
