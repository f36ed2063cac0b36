//! New revisions: the order, its files and its lines in the lock file, written all or none.
//!
//! `check` says what an order may not say, `text` makes the text, `place` the name and the directory.

mod check;
pub(super) mod place;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use super::files::{self, Change, Existing};
use crate::project::config::{display, relative};
use crate::project::load::Loaded;
use crate::project::lock::{LockFile, State, entry_of};
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::revision::{Direction, RevisionFile};
use crate::text::{DialectSet, RevisionId};
use check::check;
use place::{dir, name};
use text::{read_back, text};

/// A revision to be written.
#[derive(Debug, Clone, Default)]
pub struct NewRevision {
    /// The message, as typed.
    pub message: String,
    /// The id; `None`: one at random.
    pub id: Option<String>,
    /// The parents; several make it a merge, none a base.
    pub down_revision: Vec<RevisionId>,
    /// The labels it declares.
    pub branch_labels: Vec<String>,
    /// Ids or labels of what it depends on.
    pub depends_on: Vec<String>,
    /// Whether a parent may have other children.
    pub splice: Splice,
    /// The directory, one of the configured ones; `None`: that of the first parent.
    pub dir: Option<PathBuf>,
    /// The sections with their SQL; empty: empty ones for the configured dialects.
    pub sections: Vec<NewSection>,
    /// Keys and values for the template of the text, as `-x` gives them.
    pub arguments: BTreeMap<String, String>,
}

/// A section to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSection {
    /// The way it goes.
    pub direction: Direction,
    /// The dialects it names.
    pub dialects: DialectSet,
    /// The SQL.
    pub text: String,
    /// False with `transaction:false`.
    pub transactional: bool,
}

/// Whether a new revision may stand on one that is no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Splice {
    /// It may not.
    #[default]
    Refuse,
    /// It may, and begins a new branch.
    Allow,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The id.
    pub id: RevisionId,
    /// The file.
    pub path: PathBuf,
    /// The file as messages show it.
    pub shown: String,
    /// Its text.
    pub text: String,
    /// The parents.
    pub down_revision: Vec<RevisionId>,
}

/// Writes a new draft and its line in the lock file.
///
/// # Errors
/// Everything that is wrong with the project or the order; nothing is written then.
pub fn new_revision(
    loaded: &Loaded,
    new: &NewRevision,
    now: SystemTime,
) -> Result<Written, Vec<Diagnostic>> {
    let mut written = new_series(loaded, std::slice::from_ref(new), now)?;
    written.pop().ok_or_else(Vec::new)
}

/// Writes new drafts of which each stands on the one before it, and their lines in the lock file: all of them or none.
/// The first stands where it says; [`down_revision`](NewRevision::down_revision) and [`dir`](NewRevision::dir) of the
/// others are those that follow from it.
///
/// # Errors
/// Everything that is wrong with the project or the orders; nothing is written then.
pub fn new_series(
    loaded: &Loaded,
    series: &[NewRevision],
    now: SystemTime,
) -> Result<Vec<Written>, Vec<Diagnostic>> {
    if loaded.has_errors() {
        return Err(loaded.errors().cloned().collect());
    }
    let mut written: Vec<Written> = Vec::new();
    let mut lines = String::new();
    let mut folder = PathBuf::new();
    for new in series {
        let new = NewRevision {
            down_revision: match written.last() {
                Some(before) => vec![before.id.clone()],
                None => new.down_revision.clone(),
            },
            ..new.clone()
        };
        let id = check(loaded, &new, &written)?;
        let text = text(loaded, &new, &id, now)?;
        let name = name(loaded, &new, &id, now)?;
        if written.is_empty() {
            folder = dir(loaded, &new)?;
        }
        let path = folder.join(name);
        let shown = display(&loaded.project.root, &path);
        let file = read_back(loaded, &new, &id, &shown, &text)?;
        let first = loaded.project.dirs.first().unwrap_or(&loaded.project.root);
        lines.push_str(&lock_line(&file, &relative(first, &path)));
        written.push(Written {
            id,
            path,
            shown,
            text,
            down_revision: new.down_revision,
        });
    }
    let new_file = |one: &Written| Change {
        path: one.path.clone(),
        shown: one.shown.clone(),
        text: one.text.clone(),
        existing: Existing::Refuse,
    };
    let mut changes: Vec<Change> = written.iter().map(new_file).collect();
    changes.push(Change {
        path: loaded.lock_path.clone(),
        shown: display(&loaded.project.root, &loaded.lock_path),
        text: lock_text(loaded)? + &lines,
        existing: Existing::Replace,
    });
    files::write(&changes)?;
    Ok(written)
}

fn error(class: Class, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(class, message)
}

/// The line of a draft in the lock file, where its file has this name.
fn lock_line(file: &RevisionFile, name: &str) -> String {
    format!("{}\n", entry_of(file, name, State::Draft))
}

/// The lock file with the lines that it lacks.
fn lock_text(loaded: &Loaded) -> Result<String, Vec<Diagnostic>> {
    let mut text = match &loaded.lock_text {
        Some(text) => {
            let (_, findings) =
                LockFile::parse(&display(&loaded.project.root, &loaded.lock_path), text);
            if !findings.is_empty() {
                return Err(findings);
            }
            let text = text.replace("\r\n", "\n");
            if text.ends_with('\n') {
                text
            } else {
                text + "\n"
            }
        }
        None => LockFile::default().to_string(),
    };
    let lock = loaded.lock();
    let listed: std::collections::HashSet<&str> =
        lock.entries.iter().map(|entry| entry.id).collect();
    for revision in &loaded.revisions {
        if !listed.contains(revision.file.header.revision.value.as_str()) {
            text.push_str(&lock_line(&revision.file, &revision.lock_name));
        }
    }
    Ok(text)
}
