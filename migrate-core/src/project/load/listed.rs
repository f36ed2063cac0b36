//! The set as `revisions.lock` lists it, without its SQL and messages.

use super::{glance, lock_path};
use crate::model::Index;
use crate::model::set::{Migrations, SourceRevision, SourceSection, pack};
use crate::project::Project;
use crate::project::config::display;
use crate::project::lock::{Entry, LockFile, State};
use crate::text::revision::RevisionFile;
use crate::text::{Dialect, DialectSet, Digest};

use std::collections::HashMap;

/// What compares a database with a project without reading its files: ids, links, digests and chains are there, texts
/// and messages are empty. Only the files of drafts are read.
///
/// `None` where the lock file and the names of the files are not enough, as with [`glance`]; then
/// [`load`](super::load()) says what is the matter.
pub fn listed(project: &Project, dialect: Dialect) -> Option<Migrations> {
    glance(project, dialect)?;
    let configured = project.config.migrations.dialects;
    let dialects = if configured.is_empty() {
        DialectSet::one(dialect)
    } else {
        configured
    };
    let path = lock_path(project);
    let text = std::fs::read_to_string(&path).ok()?;
    let (lock, _) = LockFile::parse("", &text);
    let drafts = drafts(project, &lock)?;
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

/// The sections of the drafts as they stand in their files.
fn drafts(
    project: &Project,
    lock: &LockFile<'_>,
) -> Option<HashMap<String, Vec<SourceSection<'static>>>> {
    let first = project.dirs.first()?;
    let mut drafts = HashMap::new();
    for entry in lock
        .entries
        .iter()
        .filter(|entry| entry.state == State::Draft)
    {
        let path = first.join(&*entry.file);
        let bytes = std::fs::read(&path).ok()?;
        let (file, findings) = RevisionFile::parse(&display(&project.root, &path), &bytes);
        let file = file.filter(|_| findings.is_empty())?;
        let sections = file
            .sections
            .iter()
            .map(|section| source(section.direction, section.dialects, file.digest(section)));
        drafts.insert(entry.id.to_owned(), sections.collect());
    }
    Some(drafts)
}
