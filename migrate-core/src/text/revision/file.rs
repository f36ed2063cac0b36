//! The values a revision file consists of.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::text::sql::Script;
use crate::text::{Diagnostic, Dialect, DialectSet, Digest, RevisionId};

/// The way a section goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `-- migrate:up`.
    Up,
    /// `-- migrate:down`.
    Down,
}

impl Direction {
    /// Both, up first.
    pub const ALL: [Self; 2] = [Self::Up, Self::Down];

    /// The word in markers, digests and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
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
///
/// ```
/// use migrate_core::text::revision::{Direction, RevisionFile};
/// use migrate_core::text::Dialect;
///
/// let text = b"\
/// -- add email to users
/// --
/// -- revision: 5cd038a8f131
/// -- down_revision: none
///
/// -- migrate:up
/// ALTER TABLE users ADD COLUMN email TEXT;
///
/// -- migrate:down
/// ALTER TABLE users DROP COLUMN email;
/// ";
/// let (file, findings) = RevisionFile::parse("migrations/add_email.sql", text);
/// assert!(findings.is_empty());
/// let file = file.ok_or("no header")?;
/// assert_eq!(file.header.message, "add email to users");
/// let up = file.section(Direction::Up, Dialect::Sqlite).ok_or("no section")?;
/// assert_eq!(file.body(up).trim(), "ALTER TABLE users ADD COLUMN email TEXT;");
/// # Ok::<_, &str>(())
/// ```
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

/// What reading a file yields.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) file: Option<RevisionFile>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) links: Links,
}

/// Whether id, parents, dependencies and labels could be read: where they could not, what the graph lacks because of
/// it (a missing parent, a second head) is no finding of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Links {
    #[default]
    Sound,
    Broken,
}

impl RevisionFile {
    /// Reads a file. Problems of header and markers are in the list; `None` when the header has no usable id.
    pub fn parse(path: &str, bytes: &[u8]) -> (Option<Self>, Vec<Diagnostic>) {
        let Parsed {
            file, diagnostics, ..
        } = Self::read(path, bytes);
        (file, diagnostics)
    }

    /// As [`parse`](Self::parse), and whether the links could be read.
    pub(crate) fn read(path: &str, bytes: &[u8]) -> Parsed {
        super::read::parse(path, bytes)
    }

    /// The section that `dialect` uses for `direction`: the one that names it, else the one for its fallback dialect,
    /// else the one without a dialect.
    pub fn section(&self, direction: Direction, dialect: Dialect) -> Option<&Section> {
        let sections = || {
            self.sections
                .iter()
                .filter(|section| section.direction == direction)
        };
        let place = dialect.choose(sections().map(|section| section.dialects))?;
        sections().nth(place)
    }

    /// The text of a section as it is run.
    pub fn body(&self, section: &Section) -> &str {
        self.text.get(section.body.clone()).unwrap_or_default()
    }

    /// The digest of a section: over direction, dialects, options and normalised text.
    ///
    /// Line breaks, trailing blanks and lines that hold only a `-- migrate:allow` do not count.
    pub fn digest(&self, section: &Section) -> Digest {
        super::digest::of(section, self.body(section))
    }

    /// Splits a section under `dialect` and says everything that would keep it from running there.
    ///
    /// Ranges of the script refer to the [`body`](Self::body), frames to the whole file.
    pub fn check(&self, section: &Section, dialect: Dialect) -> (Script, Vec<Diagnostic>) {
        super::check::check(self, section, dialect)
    }

    /// Whether the revision joins branches.
    pub fn is_merge(&self) -> bool {
        self.header.down_revision.len() > 1
    }
}
