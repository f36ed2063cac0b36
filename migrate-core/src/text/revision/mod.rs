//! A revision file: its header, its sections and their digests.

use std::ops::Range;
use std::sync::Arc;

use super::sql::Script;
use super::{Diagnostic, Dialect, DialectSet, Digest, RevisionId};

/// The way a section goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `-- migrate:up`.
    Up,
    /// `-- migrate:down`.
    Down,
}

/// A value of the header and the bytes it stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands in [`RevisionFile::text`].
    pub range: Range<usize>,
}

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The first line of prose; empty when there is none.
    pub message: String,
    /// The id.
    pub revision: Spanned<RevisionId>,
    /// None for a base, several for a merge, in the order written.
    pub down_revision: Vec<Spanned<RevisionId>>,
    /// The branch labels declared here.
    pub branch_labels: Vec<Spanned<String>>,
    /// Ids or labels of revisions that must be applied before.
    pub depends_on: Vec<Spanned<String>>,
    /// `created`, as written.
    pub created: Option<Spanned<String>>,
    /// `irreversible: <reason>`.
    pub irreversible: Option<Spanned<String>>,
    /// `breaking: <reason>`.
    pub breaking: Option<Spanned<String>>,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The way it goes.
    pub direction: Direction,
    /// The dialects it names; empty for the fallback.
    pub dialects: DialectSet,
    /// False with `transaction:false`.
    pub transactional: bool,
    /// The marker line, without its line break.
    pub marker: Range<usize>,
    /// Everything from the line after the marker to the next marker or the end of the file.
    pub body: Range<usize>,
    /// The line of the file on which `body` begins, from 1.
    pub line: usize,
}

/// A revision file that could be read.
#[derive(Debug, Clone)]
pub struct RevisionFile {
    /// The path as messages show it: relative to the project, with `/`.
    pub path: String,
    /// The text without byte order mark and with `\n` line breaks: what ranges refer to and what runs.
    pub text: Arc<str>,
    /// The header.
    pub header: Header,
    /// The sections in the order written.
    pub sections: Vec<Section>,
}

impl RevisionFile {
    /// Reads a file. Problems of header and markers are in the list; `None` when the header has no usable id.
    pub fn parse(path: &str, bytes: &[u8]) -> (Option<Self>, Vec<Diagnostic>) {
        let _ = (path, bytes);
        todo!()
    }

    /// The section that `dialect` uses for `direction`: the one that names it, else the one for its fallback dialect,
    /// else the one without a dialect.
    pub fn section(&self, direction: Direction, dialect: Dialect) -> Option<&Section> {
        let _ = (direction, dialect);
        todo!()
    }

    /// The text of a section as it is run.
    pub fn body(&self, section: &Section) -> &str {
        &self.text[section.body.clone()]
    }

    /// The digest of a section.
    pub fn digest(&self, section: &Section) -> Digest {
        let _ = section;
        todo!()
    }

    /// Splits a section under `dialect` and says everything that would keep it from running there.
    pub fn check(&self, section: &Section, dialect: Dialect) -> (Script, Vec<Diagnostic>) {
        let _ = (section, dialect);
        todo!()
    }
}

/// The digest of a section that does not exist, such as that of a merge revision: that of an empty text.
pub fn absent_digest(direction: Direction) -> Digest {
    let _ = direction;
    todo!()
}
