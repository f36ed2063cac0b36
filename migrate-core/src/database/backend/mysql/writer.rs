//! What is said for a section: its statements, and ours between them.
//!
//! Data definition commits the transaction before it, and itself. So the transaction that a statement of data
//! definition commits holds, last of all, the note that this statement is in flight: when the server is asked later,
//! the note is there, whatever has become of the statement. Rows that are written between two such statements are
//! committed by the second, together with its note. Only data definition can be in doubt.
//!
//! ```text
//! START TRANSACTION; fence; row `upgrading`; INSERT ..; note 2; | CREATE TABLE ..; |
//! fence and note 3 in one;                                      | CREATE INDEX ..; |
//! START TRANSACTION; fence; UPDATE ..; note 5;                  | ALTER TABLE ..;  |
//! START TRANSACTION; fence; settings put back; row `applied`; log; COMMIT
//! ```

use super::BEGIN;
use crate::database::execute::journalled::{finished_hash, in_flight};
use crate::database::execute::message::{Message, Part};
use crate::database::execute::{Source, Work};
use crate::database::state::{Fence, Journal, Rounds, SessionId, Started, State, Tables};
use crate::text::ddl::Boundary;
use crate::text::revision::Direction;

/// Whether a transaction of ours is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transaction {
    None,
    Open,
}

/// The part of a message that is not sent yet, and what the messages so far have left behind.
#[derive(Debug)]
pub(super) struct Writer {
    tables: Tables,
    session: Option<SessionId>,
    /// What the lock row says before the first message.
    fence: Fence,
    pub(super) message: Message,
    /// How many fences stand in the messages so far.
    pub(super) epochs: u64,
    /// Whether the messages so far leave a transaction of ours open.
    pub(super) transaction: Transaction,
    /// The statement that the row was begun with as in flight.
    noted: Option<usize>,
}

impl Writer {
    pub(super) const fn new(tables: Tables, session: Option<SessionId>, fence: Fence) -> Self {
        Self {
            tables,
            session,
            fence,
            message: Message::new(),
            epochs: 0,
            transaction: Transaction::None,
            noted: None,
        }
    }

    /// Opens a transaction, unless one is open.
    pub(super) fn open(&mut self) {
        if self.transaction == Transaction::Open {
            return;
        }
        self.message.ours(BEGIN);
        for sql in self.tables.fence(&self.fence()) {
            self.message.push(Part::Fence, &sql);
        }
        self.epochs += 1;
        self.transaction = Transaction::Open;
    }

    /// What the lock row must say by now.
    fn fence(&self) -> Fence {
        Fence {
            epoch: self.fence.epoch + self.epochs,
            ..self.fence.clone()
        }
    }

    /// Writes the row that says that the section has begun. A revision that is being taken back is no head any more.
    pub(super) fn claim(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        first: Option<Boundary>,
        batch: Option<Rounds>,
    ) {
        let mut record = work.record.clone();
        record.is_head = false;
        // The note of the first statement is part of it.
        let in_flight = (first == Some(Boundary::Commits)).then(|| in_flight(source, source.from));
        self.noted = in_flight.is_some().then_some(source.from);
        record.journal = Journal {
            statement_no: source.from,
            in_flight,
            finished: Some(finished_hash(source, source.from)),
            session: self.session.clone(),
            batch,
        };
        record.state = match work.direction {
            Direction::Up => State::Upgrading,
            Direction::Down => State::Downgrading,
        };
        if work.direction == Direction::Down {
            self.message.extend(self.tables.heads(&work.heads));
        }
        self.message.extend(self.tables.write_record(work, &record));
    }

    /// Notes that this statement is in flight, and all before it have finished.
    pub(super) fn note(&mut self, work: &Work<'_>, source: &Source<'_>, number: usize) {
        if self.noted == Some(number) {
            return;
        }
        let statement = in_flight(source, number);
        let revision = &work.record.revision;
        if self.transaction == Transaction::Open {
            let note = self.tables.begin_statement(revision, number, &statement);
            self.message.ours(&note);
            return;
        }
        let fence = self.fence();
        let noted = self
            .tables
            .fenced_begin_statement(&fence, revision, number, &statement);
        for sql in noted {
            self.message.push(Part::Fence, &sql);
        }
        self.epochs += 1;
    }

    /// A statement of data definition, with its note.
    pub(super) fn define(&mut self, work: &Work<'_>, source: &Source<'_>, number: usize) {
        self.note(work, source, number);
        self.message.statement(source, number);
        self.transaction = Transaction::None;
    }

    /// Commits this statement, and what stands before it in its transaction, together with the note.
    pub(super) fn commit_statement(&mut self, work: &Work<'_>, number: usize) {
        let note = self.tables.end_statement(&work.record.revision, number + 1);
        self.message.ours(&note);
        self.commit();
    }

    /// Commits, if there is something to commit.
    pub(super) fn commit(&mut self) {
        if self.transaction == Transaction::Open {
            self.message.ours("COMMIT");
            self.transaction = Transaction::None;
        }
    }

    /// Records a section that was claimed as finished, and leaves the transaction open.
    pub(super) fn finish_claimed(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        batch: Option<Rounds>,
    ) {
        if work.direction == Direction::Up {
            self.message.extend(self.tables.heads(&work.heads));
        }
        let mut record = work.record.clone();
        record.journal = Journal {
            statement_no: source.statement_count(),
            batch,
            ..Journal::default()
        };
        self.message
            .ours(&self.tables.update_row(&record, Started::Before));
        self.message.ours(&self.tables.log(work));
    }

    /// Records a section that was not claimed as finished, and leaves the transaction open.
    pub(super) fn finish(&mut self, work: &Work<'_>) {
        self.message.extend(self.tables.finish(work));
    }
}
