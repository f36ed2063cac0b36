//! A statement that is run again and again until it touches no row: `-- migrate:batch`.
//!
//! Each round is one transaction with the note of how far the batch has come, so a batch is never in doubt: whoever goes
//! on after an interruption begins with the next round. The same for every database.

use std::time::{Duration, Instant};

use super::message::{Message, Part, at_fence};
use super::transactional::step_error;
use super::{Kept, Source, StepError, Work};
use crate::database::backend::Backend;
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::event::Event;
use crate::database::state::{Fence, Rounds};
use crate::text::Digest;
use crate::text::sql::DirectiveKind;

/// How long a pause goes on without a look at the limit.
const PIECE: Duration = Duration::from_secs(1);

/// What the directive before a statement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) number: usize,
    pub(crate) pause: Duration,
    pub(crate) max_rounds: u64,
}

impl Source<'_> {
    /// The batch that the statement with this number is.
    pub(crate) fn batch(&self, number: usize) -> Option<Batch> {
        let mut directives = self.script.statements[number].directives.iter();
        directives.find_map(|directive| match directive.kind {
            DirectiveKind::Batch { pause, max_rounds } => Some(Batch {
                number,
                pause,
                max_rounds,
            }),
            _ => None,
        })
    }
}

/// A batch at work.
pub(crate) struct Runner<'s, 'w, B: ?Sized> {
    pub(crate) backend: &'s mut B,
    pub(crate) work: &'s Work<'w>,
    pub(crate) source: &'s Source<'w>,
    /// What opens a transaction.
    pub(crate) begin: &'static str,
    /// By how much the epoch has moved.
    pub(crate) epochs: u64,
    /// How far it has come.
    pub(crate) done: Rounds,
}

/// What a round has touched.
enum Round {
    Rows(u64),
    Nothing,
}

impl<B: Backend + ?Sized> Runner<'_, '_, B> {
    /// Runs rounds until one touches no row. `finished` is the hash of the statements before.
    pub(crate) async fn run(&mut self, batch: Batch, finished: Digest) -> Result<(), StepError> {
        let begun = Instant::now();
        let before = self.done;
        loop {
            if let Some(over) = self.over_limit(batch) {
                return Err(over);
            }
            match self.round(batch, finished).await? {
                Round::Nothing => {
                    self.done.rounds = 0;
                    return Ok(());
                }
                Round::Rows(rows) => {
                    self.done.rounds += 1;
                    self.done.rows += rows;
                }
            }
            let seconds = begun.elapsed().as_secs_f64().max(f64::EPSILON);
            self.work.watch.tell(&Event::BatchRound {
                revision: self.work.record.revision.as_str(),
                number: batch.number + 1,
                of: self.source.statement_count(),
                rounds: self.done.rounds,
                rows: self.done.rows,
                rows_per_second: (self.done.rows - before.rows) as f64 / seconds,
            });
            self.pause(batch).await?;
        }
    }

    async fn round(&mut self, batch: Batch, finished: Digest) -> Result<Round, StepError> {
        let mut message = self.open();
        message.statement(self.source, batch.number);
        let rows = self.send(batch, message).await?;
        let tables = self.backend.tables();
        let revision = &self.work.record.revision;
        let note = if rows == 0 {
            tables.end_batch(revision, batch.number + 1, self.done.rows)
        } else if self.done.rounds >= batch.max_rounds {
            return Err(self.not_converging(batch).await);
        } else {
            let done = Rounds {
                rounds: self.done.rounds + 1,
                rows: self.done.rows + rows,
            };
            tables.round(revision, finished, done)
        };
        let mut message = Message::new();
        message.ours(&note);
        message.ours("COMMIT");
        self.send(batch, message).await?;
        self.epochs += 1;
        Ok(match rows {
            0 => Round::Nothing,
            rows => Round::Rows(rows),
        })
    }

    fn open(&self) -> Message {
        let mut message = Message::new();
        message.ours(self.begin);
        let fence = Fence {
            epoch: self.work.fence.epoch + self.epochs,
            ..self.work.fence.clone()
        };
        for sql in self.backend.tables().fence(&fence) {
            message.push(Part::Fence, &sql);
        }
        message
    }

    /// Sends a message and says how many rows its last statement has touched.
    async fn send(&mut self, batch: Batch, message: Message) -> Result<u64, StepError> {
        let sql = message.sql();
        match self.backend.execute(sql.clone()).await {
            Ok(executed) => Ok(executed.affected),
            Err(error) => {
                let place = message.place(&sql, &error);
                let error = at_fence(error, place);
                if error.kind != ServerErrorKind::Disconnected {
                    // The error that counts is the first one.
                    let _ = self.backend.execute("ROLLBACK".to_owned()).await;
                }
                Err(self.failed(batch, error, place.part, place.offset))
            }
        }
    }

    async fn not_converging(&mut self, batch: Batch) -> StepError {
        // The error that counts is ours.
        let _ = self.backend.execute("ROLLBACK".to_owned()).await;
        let message = format!(
            "the batch does not converge: it still touches rows after {} rounds and {} rows",
            self.done.rounds, self.done.rows
        );
        let error = ServerError {
            hint: Some(
                "its WHERE must not match the rows that are done; a batch that needs more rounds says `max-rounds:N`"
                    .into(),
            ),
            ..ServerError::new(ServerErrorKind::Other, message)
        };
        // Who has mended it is given all rounds again.
        self.done.rounds = 0;
        self.failed(batch, error, Part::Statement(batch.number), None)
    }

    /// Between two rounds nothing is half done, so that is where a limit can end a run.
    fn over_limit(&self, batch: Batch) -> Option<StepError> {
        let over = self.work.until.is_some_and(|until| Instant::now() >= until);
        over.then(|| {
            let message = "the limit of the run was over between two rounds of a batch";
            let error = ServerError::new(ServerErrorKind::LimitOver, message);
            self.failed(batch, error, Part::Statement(batch.number), None)
        })
    }

    async fn pause(&mut self, batch: Batch) -> Result<(), StepError> {
        let mut left = batch.pause;
        while left > PIECE {
            tokio::time::sleep(PIECE).await;
            left -= PIECE;
            if let Some(over) = self.over_limit(batch) {
                return Err(over);
            }
        }
        if !left.is_zero() {
            tokio::time::sleep(left).await;
        }
        Ok(())
    }

    fn failed(
        &self,
        batch: Batch,
        error: ServerError,
        part: Part,
        offset: Option<usize>,
    ) -> StepError {
        let kept = match error.kind {
            ServerErrorKind::Disconnected => Kept::Unknown,
            _ => Kept::Statements(batch.number),
        };
        StepError {
            epochs: self.epochs,
            batch: Some(self.done),
            ..step_error(self.work, error, part, offset, kept)
        }
    }
}
