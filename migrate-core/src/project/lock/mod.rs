//! `revisions.lock`: the list of revisions that is kept beside their files.
//!
//! ```text
//! # written by migrate-cli: commit it with the revisions, do not edit it
//! format 1
//! released v1.0 1975ea83b712
//! 1975ea83b712 locked down_revision:none file:20251020_0900_1975ea83b712_create_users.sql
//!   up v1:sha256:9f86d0... checked:sqlite,postgres checker:1
//!   down v1:sha256:60303a... checked:sqlite,postgres checker:1
//! 5cd038a8f131 draft down_revision:1975ea83b712 file:20251024_1740_5cd038a8f131_add_email.sql
//!   up v1:sha256:fd61a0...
//! ```
//!
//! Parents stand before their children, so that two branches which both add a revision change the same last lines and
//! git asks. `file:` is relative to the directory of the lock file and ends its line. The parser borrows from the text
//! and goes on after every problem: a command that has nothing to do decides from this file alone.

mod compare;
mod parse;
mod render;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use compare::entry_of;

use crate::text::diagnostic::Diagnostic;
use crate::text::revision::Direction;
use crate::text::{DialectSet, Digest};

/// The name of the lock file.
pub const FILE_NAME: &str = "revisions.lock";

/// The format this release writes and reads.
pub const FORMAT: u32 = 1;

/// The version of the checker whose verdict a lock line records. It grows when a later release refuses what this one
/// accepts; sections that were checked by another version are checked again.
pub const CHECKER_VERSION: u32 = 1;

/// What is said about children that stand before their parents.
pub(crate) const NOT_IN_ORDER: &str = "the lock file is not in order";

/// A lock file, borrowed from its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockFile<'a> {
    /// What was marked as released.
    pub releases: Vec<Release<'a>>,
    /// The revisions, in the order of the file.
    pub entries: Vec<Entry<'a>>,
    /// The sections of all revisions; each entry knows its own.
    pub sections: Vec<LockedSection>,
    /// Whether git left a conflict in it.
    pub merge: Merge,
    /// Lines that name an id or a file of a line above.
    pub(crate) repeated: Vec<Entry<'a>>,
    /// The findings of lines that cannot be read. Each may have locked a revision, so nothing may be written over them.
    pub unreadable: Vec<Diagnostic>,
}

/// Whether a lock file holds the markers of a git conflict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Merge {
    /// It holds none.
    #[default]
    Clean,
    /// It holds some; the entries are those of both sides.
    Conflict,
}

/// A line `released <tag> <heads>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release<'a> {
    /// The tag.
    pub tag: &'a str,
    /// The effective heads at that time.
    pub heads: List<'a>,
}

/// The line of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The id.
    pub id: &'a str,
    /// Whether it may still be edited.
    pub state: State,
    /// The parents.
    pub down_revision: List<'a>,
    /// Ids or labels.
    pub depends_on: List<'a>,
    /// The labels declared.
    pub branch_labels: List<'a>,
    /// Whether the header holds `irreversible`.
    pub irreversible: bool,
    /// Whether the header holds `breaking`.
    pub breaking: bool,
    /// The file, relative to the directory of the lock file, with `/`.
    pub file: Cow<'a, str>,
    /// Its sections in [`LockFile::sections`].
    pub sections: Range<usize>,
    /// The bytes of the line; empty for an entry that was not read from a file.
    pub line: Range<usize>,
}

/// Whether a revision may still be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It may: files are read as they stand.
    Draft,
    /// It may not.
    Locked,
}

impl State {
    /// The word in the lock file and in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Locked => "locked",
        }
    }
}

/// The line of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockedSection {
    /// The way it goes.
    pub direction: Direction,
    /// The dialects it names; empty for the fallback.
    pub dialects: DialectSet,
    /// Its digest.
    pub digest: Digest,
    /// The dialects under which it was checked.
    pub checked: DialectSet,
    /// By which version of the checker; 0 when it was not.
    pub checker: u32,
}

impl LockedSection {
    /// Whether this very checker has accepted the section under `dialect`.
    pub const fn is_checked(&self, dialect: crate::text::Dialect) -> bool {
        self.checker == CHECKER_VERSION && self.checked.contains(dialect)
    }
}

/// Ids parted by commas; empty for `none`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List<'a>(Cow<'a, str>);

impl<'a> List<'a> {
    /// The items in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(',').filter(|item| !item.is_empty())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A list of these.
    pub fn of<'i>(items: impl IntoIterator<Item = &'i str>) -> Self {
        let mut text = String::new();
        for item in items {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(item);
        }
        Self(Cow::Owned(text))
    }

    /// A list as it stands in the file; `none` is the empty one.
    fn read(text: &'a str) -> Self {
        Self(Cow::Borrowed(if text == "none" { "" } else { text }))
    }

    /// As it stands in the file.
    pub fn as_str(&self) -> &str {
        if self.0.is_empty() { "none" } else { &self.0 }
    }
}

impl LockFile<'_> {
    /// The sections of an entry.
    pub fn sections(&self, entry: &Entry<'_>) -> &[LockedSection] {
        self.sections
            .get(entry.sections.clone())
            .unwrap_or_default()
    }
}
