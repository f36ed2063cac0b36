//! The executor: one section of one revision, run and recorded.
//!
//! [`Work`] is everything that has to be known for that; the backends turn it into messages.

pub(crate) mod batch;
pub(crate) mod call;
pub(crate) mod journalled;
pub(crate) mod message;
pub(crate) mod parts;
pub(crate) mod together;
pub(crate) mod transactional;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::ServerError;
use super::event::Watch;
use super::state::{Fence, Holder, Record, Rounds};
use super::step::{StepContext, Steps};
use crate::text::revision::Direction;
use crate::text::sql::Script;
use crate::text::{Dialect, RevisionId};

/// One revision to be run in one direction.
#[derive(Debug)]
pub(crate) struct Work<'a> {
    /// The way it goes.
    pub(crate) direction: Direction,
    /// The row as it will stand when the section has finished: `applied` or `reverted`.
    pub(crate) record: Record,
    /// Whether the table has a row of this revision already.
    pub(crate) row: Known,
    /// The down section that is recorded with the row, with its marker line; of a downgrade only where it is another one
    /// than the recorded.
    pub(crate) down_section: Option<String>,
    /// Which other rows gain and lose `is_head`.
    pub(crate) heads: HeadChange,
    /// What is run; `None` when the revision has no section in this direction, and for stamps.
    pub(crate) section: Option<Source<'a>>,
    /// What the lock row must say.
    pub(crate) fence: Fence,
    /// What is written to the log.
    pub(crate) action: &'static str,
    /// Who runs it, for the log.
    pub(crate) holder: Arc<Holder>,
    /// Who opens and ends the transaction.
    pub(crate) transaction: Transaction,
    /// When no further round of a batch is begun.
    pub(crate) until: Option<Instant>,
    /// What the batches of the section have done before an interruption.
    pub(crate) batch: Option<Rounds>,
    /// Who is told of progress.
    pub(crate) watch: Watch,
    /// The functions of the application.
    pub(crate) steps: &'a Steps,
    /// What the run says to them.
    pub(crate) context: Arc<StepContext>,
}

/// Whether a revision has a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// It must be inserted.
    Absent,
    /// It must be replaced.
    Present,
}

/// Who opens and ends the transaction of a transactional section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transaction {
    /// The section has one of its own.
    Own,
    /// The caller has one; the section has a savepoint in it.
    Savepoint,
    /// The run has one, and takes everything back on the first error (`single`).
    Run,
}

/// Rows other than the revision's own whose `is_head` changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct HeadChange {
    pub(crate) gained: Vec<RevisionId>,
    pub(crate) lost: Vec<RevisionId>,
}

/// The text of a section, split.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// The text, split for the dialect of the server.
    pub(crate) script: Script,
    /// What it was split for.
    pub(crate) dialect: Dialect,
    /// Whether it runs in a transaction.
    pub(crate) transactional: bool,
    /// The file, or what else to call it.
    pub(crate) file: &'a str,
    /// The line of the file on which the text begins, from 1.
    pub(crate) line: usize,
    /// The first statement to run: those before are known to be finished.
    pub(crate) from: usize,
}

/// A section has finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done {
    /// By how much the epoch has moved.
    pub(crate) epochs: u64,
    /// How many statements were run.
    pub(crate) statements: usize,
    /// The rows that its batches have touched, if it has batches.
    pub(crate) rows: Option<u64>,
    /// How long it took.
    pub(crate) duration: Duration,
}

/// A section has not finished.
#[derive(Debug)]
pub(crate) struct StepError {
    /// What the server says.
    pub(crate) error: ServerError,
    /// The statement at fault, by its place in the script; `None` when it was one of ours.
    pub(crate) statement: Option<usize>,
    /// The place of the error in the section's text, in bytes, if it is known.
    pub(crate) offset: Option<usize>,
    /// What of the section stays in the database.
    pub(crate) kept: Kept,
    /// What its batches have done, if one was begun.
    pub(crate) batch: Option<Rounds>,
    /// By how much the epoch has moved all the same.
    pub(crate) epochs: u64,
}

/// What of a section that failed stays in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Nothing: it was rolled back.
    Nothing,
    /// So many statements from the beginning.
    Statements(usize),
    /// The connection was lost: the server may still commit.
    Unknown,
}
