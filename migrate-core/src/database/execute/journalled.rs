//! A section that is not one transaction, statement by statement, with a committed note before and after each.
//!
//! On the databases whose data definition is transactional, a statement that may run in a transaction is committed
//! together with its note and is never in doubt; only one that may not, such as `CREATE INDEX CONCURRENTLY` or
//! `VACUUM`, can be left in flight.

use std::time::Instant;

use super::batch::{Batch, Runner};
use super::call;
use super::message::{Message, Part, at_fence};
use super::parts::Failed;
use super::transactional::{Surroundings, step_error};
use super::{Done, Kept, Source, StepError, Work};
use crate::database::backend::{Backend, Pending};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::event::Event;
use crate::database::mask::{mask, shorten};
use crate::database::state::{Fence, Journal, Rounds, Started, State, StatementInFlight};
use crate::text::Digest;
use crate::text::revision::Direction;
use crate::text::sql::Transactional;

/// Runs `work` statement by statement; `before` is called with each statement that runs outside a transaction.
pub(crate) fn run<'a, B: Backend + ?Sized>(
    backend: &'a mut B,
    work: &'a Work<'a>,
    source: &'a Source<'a>,
    around: Surroundings,
) -> Pending<'a, Result<Done, StepError>> {
    Box::pin(async move {
        let mut journal = Section {
            backend,
            work,
            source,
            around,
            epoch: 0,
            finished: source.from,
            batch: work.batch,
        };
        let started = Instant::now();
        match journal.run().await {
            Ok(()) => {
                let statements = source.statement_count() - source.from;
                Ok(Done {
                    epochs: journal.epoch,
                    statements,
                    rows: journal.batch.map(|batch| batch.rows),
                    duration: started.elapsed(),
                })
            }
            Err(error) => Err(StepError {
                epochs: journal.epoch,
                batch: journal.batch,
                ..error
            }),
        }
    })
}

/// A statement as the journal names it.
pub(crate) fn in_flight(source: &Source<'_>, number: usize) -> StatementInFlight {
    let sql = source.sql(number);
    StatementInFlight {
        hash: Digest::of([sql.as_bytes()]),
        text: shorten(&mask(sql, source.dialect), 2000),
    }
}

/// The COMMIT of the transaction that the section itself begins with statement `first`; `None` when there is none, or
/// when that is not what ends it.
pub(crate) fn commit_of(source: &Source<'_>, first: usize) -> Option<usize> {
    let control = |number: usize| match source.script.statements[number].transaction {
        Transactional::Control(what) => Some(what),
        _ => None,
    };
    if !matches!(control(first), Some("BEGIN" | "START TRANSACTION")) {
        return None;
    }
    let end = (first + 1..source.statement_count()).find(|number| control(*number).is_some())?;
    matches!(control(end), Some("COMMIT" | "END")).then_some(end)
}

/// A transaction that a `transaction:false` section begins or commits by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// By `BEGIN` or `START TRANSACTION`.
    Begin,
    /// By `COMMIT`.
    Commit,
}

/// Whether a statement begins or commits a transaction on MySQL and MariaDB, in the plain form of it.
pub(crate) fn control(source: &Source<'_>, number: usize) -> Option<Control> {
    let keywords = source.script.statements[number].keywords.iter();
    let keywords: Vec<&str> = keywords.map(String::as_str).collect();
    match keywords.as_slice() {
        ["START", "TRANSACTION"] | ["BEGIN"] | ["BEGIN", "WORK"] => Some(Control::Begin),
        ["COMMIT"] | ["COMMIT", "WORK"] => Some(Control::Commit),
        _ => None,
    }
}

/// Hash of the first statements of a section.
pub(crate) fn finished_hash(source: &Source<'_>, count: usize) -> Digest {
    let count = count.min(source.statement_count());
    Digest::of((0..count).map(|number| source.sql(number).as_bytes()))
}

struct Section<'s, 'w, B: ?Sized> {
    backend: &'s mut B,
    work: &'s Work<'w>,
    source: &'s Source<'w>,
    around: Surroundings,
    /// By how much the epoch has moved.
    epoch: u64,
    /// How many statements have finished and are recorded so.
    finished: usize,
    /// What the batches have done, once one was begun.
    batch: Option<Rounds>,
}

impl<B: Backend + ?Sized> Section<'_, '_, B> {
    async fn run(&mut self) -> Result<(), StepError> {
        let of = self.source.statement_count();
        self.claim().await?;
        let mut number = self.source.from;
        while number < of {
            let revision = self.work.record.revision.as_str();
            self.work.watch.tell(&Event::StatementBegins {
                revision,
                number: number + 1,
                of,
            });
            let last = match self.source.script.statements[number].transaction {
                Transactional::Yes => {
                    match (self.source.batch(number), self.source.call(number)) {
                        (Some(batch), _) => self.rounds(batch).await?,
                        (None, Some(name)) => self.call(number, name).await?,
                        (None, None) => self.together(number).await?,
                    }
                    number
                }
                Transactional::No(_) => {
                    self.apart(number).await?;
                    number
                }
                Transactional::Control(_) => match commit_of(self.source, number) {
                    Some(last) => {
                        self.own_transaction(number, last).await?;
                        last
                    }
                    None => {
                        self.apart(number).await?;
                        number
                    }
                },
            };
            number = last + 1;
        }
        self.finish().await
    }

    /// Writes the row that says that the section has begun. A revision that is being taken back is no head any more.
    async fn claim(&mut self) -> Result<(), StepError> {
        let mut record = self.work.record.clone();
        record.state = match self.work.direction {
            Direction::Up => State::Upgrading,
            Direction::Down => State::Downgrading,
        };
        record.is_head = false;
        record.journal = Journal {
            statement_no: self.source.from,
            in_flight: None,
            finished: Some(finished_hash(self.source, self.source.from)),
            session: self.backend.session().cloned(),
            batch: self.batch,
        };
        let mut statements = Vec::new();
        if self.work.direction == Direction::Down {
            statements.extend(self.backend.tables().heads(&self.work.heads));
        }
        statements.extend(self.backend.tables().write_record(self.work, &record));
        self.change(statements).await.map_err(|error| {
            // Somebody else was faster: the rows are to be read again.
            match error.error.kind {
                ServerErrorKind::FenceMissed | ServerErrorKind::Busy => StepError {
                    kept: Kept::Nothing,
                    ..error
                },
                _ => error,
            }
        })
    }

    /// A statement that may run in a transaction: its note is committed with it.
    async fn together(&mut self, number: usize) -> Result<(), StepError> {
        let note = self
            .backend
            .tables()
            .end_statement(&self.work.record.revision, number + 1);
        let mut message = self.open();
        message.statement(self.source, number);
        message.ours(&note);
        message.ours("COMMIT");
        self.send(message).await?;
        self.finished = number + 1;
        Ok(())
    }

    /// A statement that is run again and again, each round committed with its note.
    async fn rounds(&mut self, batch: Batch) -> Result<(), StepError> {
        let finished = finished_hash(self.source, batch.number);
        let mut runner = Runner {
            backend: &mut *self.backend,
            work: self.work,
            source: self.source,
            begin: self.around.begin,
            epochs: self.epoch,
            done: self.batch.unwrap_or_default(),
        };
        let outcome = runner.run(batch, finished).await;
        self.epoch = runner.epochs;
        self.batch = Some(runner.done);
        outcome?;
        self.finished = batch.number + 1;
        Ok(())
    }

    /// A transaction that the section itself begins and commits: the note is committed with it.
    async fn own_transaction(&mut self, first: usize, last: usize) -> Result<(), StepError> {
        let mut message = Message::new();
        for number in first..last {
            message.statement(self.source, number);
        }
        self.raise_fence(&mut message);
        message.ours(
            &self
                .backend
                .tables()
                .end_statement(&self.work.record.revision, last + 1),
        );
        message.statement(self.source, last);
        self.send(message).await?;
        self.finished = last + 1;
        Ok(())
    }

    /// A statement that must run outside a transaction: noted before, sent alone.
    async fn apart(&mut self, number: usize) -> Result<(), StepError> {
        let statement = in_flight(self.source, number);
        let note =
            self.backend
                .tables()
                .begin_statement(&self.work.record.revision, number, &statement);
        self.change(vec![note]).await?;
        self.backend
            .before_statement(self.source, number)
            .await
            .map_err(|error| self.failed(error, Part::Ours, None))?;
        let mut message = Message::new();
        message.statement(self.source, number);
        let sql = message.sql();
        if let Err(error) = self
            .backend
            .execute(self.source.sql(number).to_owned())
            .await
        {
            let place = message.place(&sql, &error);
            let error = self.failed(error, Part::Statement(number), place.offset);
            return Err(error);
        }
        self.finished = number + 1;
        Ok(())
    }

    /// A Rust step, outside of transactions of ours: noted before and after.
    async fn call(&mut self, number: usize, name: &str) -> Result<(), StepError> {
        let revision = &self.work.record.revision;
        let statement = in_flight(self.source, number);
        let tables = self.backend.tables();
        let (begin, end) = (
            tables.begin_statement(revision, number, &statement),
            tables.end_statement(revision, number + 1),
        );
        self.change(vec![begin]).await?;
        let dialect = self.backend.dialect();
        let called = match self.backend.lend() {
            Ok(lent) => call::call(lent, dialect, self.work, name, number).await,
            Err(error) => Err(call::failed(error, number)),
        };
        let left_open = call::was_left_open(self.backend).await;
        match called {
            Ok(()) if !left_open => {}
            Ok(()) => return Err(self.call_failed(call::left_open(name, number))),
            Err(failed) => return Err(self.call_failed(failed)),
        }
        self.change(vec![end]).await?;
        self.finished = number + 1;
        Ok(())
    }

    fn call_failed(&self, failed: Failed) -> StepError {
        let error = call::outside(failed.error);
        self.failed(error, failed.part, failed.offset)
    }

    /// Records the section as finished.
    async fn finish(&mut self) -> Result<(), StepError> {
        let tables = self.backend.tables();
        let mut statements = self.around.reset.clone();
        if self.work.direction == Direction::Up {
            statements.extend(tables.heads(&self.work.heads));
        }
        let mut record = self.work.record.clone();
        record.journal.statement_no = self.source.statement_count();
        record.journal.batch = self.batch;
        statements.push(tables.update_row(&record, Started::Before));
        statements.push(tables.log(self.work));
        self.change(statements).await
    }

    fn open(&self) -> Message {
        let mut message = Message::new();
        message.ours(self.around.begin);
        self.raise_fence(&mut message);
        message
    }

    fn raise_fence(&self, message: &mut Message) {
        let fence = Fence {
            epoch: self.work.fence.epoch + self.epoch,
            ..self.work.fence.clone()
        };
        for sql in self.backend.tables().fence(&fence) {
            message.push(Part::Fence, &sql);
        }
    }

    /// A transaction of ours alone.
    async fn change(&mut self, statements: Vec<String>) -> Result<(), StepError> {
        let mut message = self.open();
        message.extend(statements);
        message.ours("COMMIT");
        self.send(message).await
    }

    async fn send(&mut self, message: Message) -> Result<(), StepError> {
        let sql = message.sql();
        match self.backend.execute(sql.clone()).await {
            Ok(_) => {
                self.epoch += 1;
                Ok(())
            }
            Err(error) => {
                let place = message.place(&sql, &error);
                let error = at_fence(error, place);
                if error.kind != ServerErrorKind::Disconnected {
                    // The error that counts is the first one.
                    let _ = self.backend.execute("ROLLBACK".to_owned()).await;
                }
                Err(self.failed(error, place.part, place.offset))
            }
        }
    }

    fn failed(&self, error: ServerError, part: Part, offset: Option<usize>) -> StepError {
        let kept = match error.kind {
            ServerErrorKind::Disconnected => Kept::Unknown,
            _ => Kept::Statements(self.finished),
        };
        step_error(self.work, error, part, offset, kept)
    }
}
