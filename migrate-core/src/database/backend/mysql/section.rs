//! A section as messages, with the journal that `writer` describes.
//!
//! A section without data definition is one transaction like any other. What may commit without being data
//! definition that can be looked for afterwards (`CALL`, `LOCK TABLES` ..) is noted like data definition, with a commit
//! of ours before it.

use std::time::Instant;

use sqlx::Connection as _;

use super::error::translate;
use super::writer::{Transaction, Writer};
use super::{BEGIN, MysqlBackend, engine, error};
use crate::database::backend::Backend;
use crate::database::backend::Lent;
use crate::database::backend::driver::send;
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::event::Event;
use crate::database::execute::batch::{Batch, Runner};
use crate::database::execute::call;
use crate::database::execute::journalled::{Control, control, finished_hash};
use crate::database::execute::message::{Message, Part, at_fence};
use crate::database::execute::parts::{self, Failed};
use crate::database::execute::transactional::{self, Surroundings, step_error};
use crate::database::execute::{Done, Kept, Source, StepError, Work};
use crate::database::session::changes_settings_of_mysql;
use crate::database::state::Rounds;
use crate::text::RevisionId;
use crate::text::ddl::{Boundary, Residue, boundary, residue};

/// A message that has grown so long is sent before the next statement is added. The server takes 16 MiB by default.
pub(super) const LONG: usize = 256 * 1024;

/// Runs `work`, whose section is `source`.
pub(super) async fn run(
    backend: &mut MysqlBackend,
    work: &Work<'_>,
    source: &Source<'_>,
    around: Surroundings,
) -> Result<Done, StepError> {
    let boundaries = boundaries(backend, source).await;
    let boundaries = boundaries.map_err(|error| {
        let lost = error.kind == ServerErrorKind::Disconnected;
        step_error(
            work,
            error,
            Part::Ours,
            None,
            if lost { Kept::Unknown } else { Kept::Nothing },
        )
    })?;
    let around = if changes_settings_of_mysql(source, &boundaries) {
        around
    } else {
        Surroundings {
            reset: Vec::new(),
            ..around
        }
    };
    let plain = source.transactional
        && boundaries
            .iter()
            .all(|boundary| *boundary == Boundary::Within);
    if plain && source.from == 0 && source.text.len() < LONG {
        return one_transaction(backend, work, source, around).await;
    }
    let started = Instant::now();
    let writer = Writer::new(
        backend.tables.clone(),
        backend.session().cloned(),
        work.fence.clone(),
    );
    let mut section = Section {
        backend,
        work,
        source,
        boundaries,
        writer,
        length: 0,
        scope: if source.transactional {
            Scope::Section
        } else {
            Scope::Statement
        },
        finished: source.from,
        batch: work.batch,
    };
    section.run(&around).await.map_err(|error| StepError {
        batch: section.batch,
        ..error
    })?;
    let statements = source.statement_count() - source.from;
    Ok(Done {
        epochs: section.writer.epochs,
        statements,
        rows: section.batch.map(|batch| batch.rows),
        duration: started.elapsed(),
    })
}

/// What each statement does to the transaction around it.
async fn boundaries(
    backend: &mut MysqlBackend,
    source: &Source<'_>,
) -> Result<Vec<Boundary>, ServerError> {
    let outside = engine::writers(backend, source).await?;
    let numbers = 0..source.statement_count();
    Ok(numbers
        .map(
            |number| match boundary(source.sql(number), source.dialect) {
                Boundary::Within if outside.contains(&number) => Boundary::Unknown,
                boundary => boundary,
            },
        )
        .collect())
}

/// A section that commits nothing by itself.
async fn one_transaction(
    backend: &mut MysqlBackend,
    work: &Work<'_>,
    source: &Source<'_>,
    around: Surroundings,
) -> Result<Done, StepError> {
    transactional::run(backend, work, around)
        .await
        .map_err(|error| located(error, source))
}

/// With the place that the message speaks of.
fn located(mut error: StepError, source: &Source<'_>) -> StepError {
    let Some(number) = error.statement else {
        return error;
    };
    let (statement, start) = (
        source.sql(number),
        source.script.statements[number].text.start,
    );
    if error.offset.is_none() {
        error.offset = error::place(statement, &error.error.message).map(|place| start + place);
    }
    error.error.message = error::own_part(statement, &error.error.message);
    error
}

/// How far a transaction around rows reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// From one statement of data definition to the next.
    Section,
    /// One statement: the section says `transaction:false`.
    Statement,
    /// From the `BEGIN` that such a section has written to its `COMMIT`.
    Written,
}

impl Scope {
    /// Data definition has committed what a section has begun.
    const fn after_commit(self) -> Self {
        match self {
            Self::Written => Self::Statement,
            scope => scope,
        }
    }
}

/// What a Rust step has made of the transaction around it.
enum Left {
    Open,
    /// It has defined data, or committed.
    Ended,
}

struct Section<'s, 'w> {
    backend: &'s mut MysqlBackend,
    work: &'s Work<'w>,
    source: &'s Source<'w>,
    boundaries: Vec<Boundary>,
    /// What is not sent yet.
    writer: Writer,
    length: usize,
    scope: Scope,
    /// The statements before this one are committed, as far as the messages tell that have come to their end.
    finished: usize,
    /// What the batches have done, once one was begun.
    batch: Option<Rounds>,
}

impl Section<'_, '_> {
    async fn run(&mut self, around: &Surroundings) -> Result<(), StepError> {
        self.restore_settings().await?;
        self.writer.open();
        let first = self.boundaries.get(self.source.from).copied();
        self.writer.claim(self.work, self.source, first, self.batch);
        let of = self.source.statement_count();
        for number in self.source.from..of {
            let revision = self.work.record.revision.as_str();
            self.work.watch.tell(&Event::StatementBegins {
                revision,
                number: number + 1,
                of,
            });
            self.statement(number).await?;
            if self.length > LONG {
                self.send().await?;
            }
        }
        self.writer.open();
        self.writer.message.extend(around.reset.iter().cloned());
        self.writer
            .finish_claimed(self.work, self.source, self.batch);
        self.writer.commit();
        self.send().await
    }

    /// A session that goes on where another one stopped makes the settings again that the section has made.
    async fn restore_settings(&mut self) -> Result<(), StepError> {
        for number in 0..self.source.from {
            // What a Rust step has set it has set for itself.
            if self.source.call(number).is_some() {
                continue;
            }
            let sql = self.source.sql(number);
            match residue(sql, self.source.dialect) {
                Residue::Nothing => {}
                Residue::Setting => self.writer.message.statement(self.source, number),
                Residue::Lost(what) => {
                    let message = format!(
                        "statement {} has left {what} in the session that has ended, and statement {} cannot go on without",
                        number + 1,
                        self.source.from + 1
                    );
                    let error = ServerError::new(ServerErrorKind::Lost, message);
                    return Err(StepError {
                        error,
                        statement: Some(number),
                        offset: None,
                        kept: Kept::Statements(self.source.from),
                        batch: None,
                        epochs: 0,
                    });
                }
            }
        }
        if self.writer.message.is_empty() {
            Ok(())
        } else {
            self.send().await
        }
    }

    async fn statement(&mut self, number: usize) -> Result<(), StepError> {
        if let Some(batch) = self.source.batch(number) {
            return self.rounds(batch).await;
        }
        if let Some(name) = self.source.call(number) {
            return match self.scope {
                Scope::Section => self.call(number, name).await,
                Scope::Statement | Scope::Written => self.call_outside(number, name).await,
            };
        }
        self.length += self.source.script.statements[number].text.len();
        match (control(self.source, number), self.scope) {
            (Some(Control::Begin), Scope::Statement) => {
                self.writer.open();
                self.scope = Scope::Written;
                return Ok(());
            }
            (Some(Control::Commit), Scope::Written) => {
                self.writer.commit_statement(self.work, number);
                self.scope = Scope::Statement;
                return Ok(());
            }
            _ => {}
        }
        match self.boundaries[number] {
            Boundary::Within => {
                self.writer.open();
                self.writer.message.statement(self.source, number);
                if self.scope == Scope::Statement {
                    self.writer.commit_statement(self.work, number);
                }
            }
            Boundary::Commits => {
                self.writer.define(self.work, self.source, number);
                self.scope = self.scope.after_commit();
            }
            Boundary::Unknown => {
                self.writer.open();
                self.writer.note(self.work, self.source, number);
                self.writer.message.ours("COMMIT");
                self.writer.message.statement(self.source, number);
                // It may have any number of results, so nothing may stand behind it.
                self.send().await?;
                self.writer.message.ours("SET autocommit = 1");
                // Which unlocks tables too, so that ours can be written.
                self.writer.transaction = Transaction::None;
                self.scope = self.scope.after_commit();
                self.writer.open();
            }
        }
        Ok(())
    }

    /// A statement that is run again and again, each round committed with its note. A round in a table without
    /// transactions is noted too late when it is cut off: then it is not counted, but its rows are done.
    async fn rounds(&mut self, batch: Batch) -> Result<(), StepError> {
        // The claim, when the batch is the first statement.
        self.writer.commit();
        self.send().await?;
        let finished = finished_hash(self.source, batch.number);
        let mut runner = Runner {
            backend: &mut *self.backend,
            work: self.work,
            source: self.source,
            begin: BEGIN,
            epochs: self.writer.epochs,
            done: self.batch.unwrap_or_default(),
        };
        let outcome = runner.run(batch, finished).await;
        self.writer.epochs = runner.epochs;
        self.batch = Some(runner.done);
        outcome.map_err(|error| located(error, self.source))?;
        self.finished = batch.number + 1;
        Ok(())
    }

    /// A Rust step. It is part of the transaction that is open, which is committed behind it, with the note. If it defines
    /// data, that commits what stands before it and the note that the step is in flight.
    async fn call(&mut self, number: usize, name: &str) -> Result<(), StepError> {
        self.writer.open();
        self.writer.note(self.work, self.source, number);
        self.send().await?;
        self.writer.transaction = Transaction::None;
        match self.call_inside(number, name).await {
            Ok(Left::Open) => {}
            Ok(Left::Ended) => self.end_of_call(number).await?,
            Err(failed) => return Err(self.call_failed(failed).await),
        }
        self.finished = number + 1;
        Ok(())
    }

    /// Calls it in the transaction that is open, and commits that with the note that it has finished.
    async fn call_inside(&mut self, number: usize, name: &str) -> Result<Left, Failed> {
        let tables = self.backend.tables();
        let note = tables.end_statement(&self.work.record.revision, number + 1);
        let dialect = self.source.dialect;
        let failed = |error| call::failed(error, number);
        let held = self.backend.connection.begin_with(call::OPEN).await;
        let mut held = held.map_err(|error| failed(translate(error, 0)))?;
        let lent = Lent::Mysql(&mut held);
        let mut outcome = call::call(lent, dialect, self.work, name, number).await;
        let mut left = Left::Open;
        if outcome.is_ok() {
            let closing = format!("{};\n{note}", call::CLOSE);
            outcome = match send!(&mut *held, closing) {
                Ok(_) => Ok(()),
                Err((results, error)) => match translate(error, results) {
                    error if call::is_gone(dialect, &error) => {
                        left = Left::Ended;
                        Ok(())
                    }
                    error => Err(failed(error)),
                },
            };
        }
        parts::settle(held, outcome, translate).await?;
        Ok(left)
    }

    /// A Rust step in a section that says `transaction:false`: noted before and after.
    async fn call_outside(&mut self, number: usize, name: &str) -> Result<(), StepError> {
        self.writer.commit();
        self.writer.note(self.work, self.source, number);
        self.send().await?;
        let lent = Lent::Mysql(&mut self.backend.connection);
        let called = call::call(lent, self.source.dialect, self.work, name, number).await;
        call::was_left_open(&mut *self.backend).await;
        if let Err(failed) = called {
            let error = call::outside(failed.error);
            return Err(self.call_failed(Failed { error, ..failed }).await);
        }
        self.writer.message.ours("SET autocommit = 1");
        self.end_of_call(number).await?;
        self.finished = number + 1;
        Ok(())
    }

    /// Notes that a Rust step has finished, in a transaction of its own.
    async fn end_of_call(&mut self, number: usize) -> Result<(), StepError> {
        self.writer.open();
        self.writer.commit_statement(self.work, number);
        self.send().await
    }

    async fn call_failed(&mut self, failed: Failed) -> StepError {
        let (kept, epochs) = self.settle(&failed.error, self.finished).await;
        StepError {
            epochs,
            ..step_error(self.work, failed.error, failed.part, failed.offset, kept)
        }
    }

    async fn send(&mut self) -> Result<(), StepError> {
        // As between two batches: the server takes an empty message for a mistake.
        if self.writer.message.is_empty() {
            return Ok(());
        }
        self.length = 0;
        let (sql, message) = std::mem::replace(&mut self.writer.message, Message::new()).take();
        match self.backend.execute(sql).await {
            Ok(_) => {
                self.finished = self.finished_after(&message, usize::MAX);
                Ok(())
            }
            Err(error) => Err(self.failed(&message, error).await),
        }
    }

    /// How many statements are committed when so many parts of a message have finished.
    fn finished_after(&self, message: &Message, results: usize) -> usize {
        let ended = message
            .statements(results)
            .filter(|number| self.boundaries[*number] != Boundary::Within);
        ended
            .map(|number| number + 1)
            .fold(self.finished, usize::max)
    }

    async fn failed(&mut self, message: &Message, error: ServerError) -> StepError {
        let place = message.place("", &error);
        let finished = self.finished_after(message, error.results);
        // Out of range: the way in which the fence raises.
        let is_miss = error
            .code
            .as_deref()
            .is_some_and(|code| code.starts_with("1690"));
        let error = if is_miss {
            at_fence(error, place)
        } else {
            error
        };
        let (kept, epochs) = self.settle(&error, finished).await;
        let failed = StepError {
            epochs,
            ..step_error(self.work, error, place.part, place.offset, kept)
        };
        located(failed, self.source)
    }

    /// Takes back what is not committed, and reads what is.
    async fn settle(&mut self, error: &ServerError, finished: usize) -> (Kept, u64) {
        if error.kind == ServerErrorKind::Disconnected {
            return (Kept::Unknown, 0);
        }
        let before = self.work.fence.epoch;
        match read_journal(self.backend, &self.work.record.revision).await {
            Ok((epoch, noted)) => {
                let kept =
                    noted.map_or(Kept::Nothing, |noted| Kept::Statements(noted.max(finished)));
                (kept, epoch.unwrap_or(before).saturating_sub(before))
            }
            Err(_) => (Kept::Unknown, 0),
        }
    }
}

/// Rolls back, and reads the epoch and how many statements the row of a section that has begun says have finished.
pub(super) async fn read_journal(
    backend: &mut MysqlBackend,
    revision: &RevisionId,
) -> Result<(Option<u64>, Option<usize>), ServerError> {
    backend.execute("ROLLBACK".to_owned()).await?;
    let sql = backend.tables().select_journal(revision);
    let mut fields = backend
        .query(sql)
        .await?
        .into_iter()
        .flatten()
        .map(|field| field?.parse::<u64>().ok());
    let epoch = fields.next().flatten();
    let noted = fields.next().flatten();
    Ok((epoch, noted.and_then(|number| usize::try_from(number).ok())))
}
