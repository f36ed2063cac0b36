//! What the lock file and the names of the files say, without reading the files.

use std::collections::HashSet;

use super::{directory, lock_path};
use crate::project::Project;
use crate::project::config::display;
use crate::project::lock::{LockFile, Merge, State};
use crate::text::revision::{Direction, RevisionFile, absent_digest};
use crate::text::{Chain, Dialect, Digest, RevisionId};

/// A project as its lock file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Glance {
    /// The effective heads with their chains, in the order of the lock file.
    pub heads: Vec<(RevisionId, Chain)>,
    /// The number of revisions.
    pub revisions: usize,
}

/// The effective heads of a project for `dialect`, from `revisions.lock` and the list of file names alone; only the
/// files of drafts are read.
///
/// `None` when that is not enough to be sure: no lock file, something wrong with it, or names that differ. Then
/// [`load`](super::load()) says what is the matter. Edits of locked files are not seen here; they are as soon as
/// something is pending, and by `check`.
pub fn glance(project: &Project, dialect: Dialect) -> Option<Glance> {
    let path = lock_path(project);
    let text = std::fs::read_to_string(&path).ok()?;
    let (lock, findings) = LockFile::parse("", &text);
    if !findings.is_empty() || lock.merge == Merge::Conflict {
        return None;
    }
    let mut findings = Vec::new();
    let files = directory::list(project, &mut findings);
    if !findings.is_empty() || files.len() != lock.entries.len() {
        return None;
    }
    let names: HashSet<&str> = lock.entries.iter().map(|entry| &*entry.file).collect();
    if !files.iter().all(|file| names.contains(&*file.lock_name)) {
        return None;
    }
    let draft = |entry: &crate::project::lock::Entry<'_>| -> Option<Digest> {
        let listed = files.iter().find(|file| file.lock_name == entry.file)?;
        let bytes = std::fs::read(&listed.path).ok()?;
        let (file, findings) = RevisionFile::parse(&display(&project.root, &listed.path), &bytes);
        let file = file.filter(|_| findings.is_empty())?;
        let now = crate::project::lock::entry_of(&file, &listed.lock_name, State::Draft);
        let same = now.id == entry.id
            && now.down_revision == entry.down_revision
            && now.depends_on == entry.depends_on
            && now.branch_labels == entry.branch_labels;
        let up = file.section(Direction::Up, dialect);
        same.then(|| {
            up.map_or_else(
                || absent_digest(Direction::Up),
                |section| file.digest(section),
            )
        })
    };
    let heads = lock.effective_heads(dialect, draft)?;
    let heads = heads
        .into_iter()
        .map(|head| Some((RevisionId::new(head.id).ok()?, head.chain)))
        .collect::<Option<Vec<_>>>()?;
    Some(Glance {
        heads,
        revisions: lock.entries.len(),
    })
}
