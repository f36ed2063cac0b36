//! What a section has failed with, made an error with its place, and written to the log.

use std::time::Duration;

use super::Engine;
use crate::database::error::{Error, Kind, ServerErrorKind, SqlFailure};
use crate::database::execute::journalled::finished_hash;
use crate::database::execute::{Kept, Source, StepError, Transaction, Work};
use crate::database::lock::{Patience, is_contention};
use crate::database::mask::{escape, mask, shorten};
use crate::database::report::{Outcome, RowCount, StepAction, StepReport};
use crate::database::run::Verb;
use crate::database::state::Rounds;
use crate::text::LineIndex;
use crate::text::diagnostic::Frame;
use crate::text::revision::Direction;

/// How long others are waited for so that a failure is logged, unless the run waits for nobody: who is to read of it
/// waits too.
const LOGGED_WITHIN: Duration = Duration::from_secs(5);

impl Engine<'_> {
    /// Makes an error of what a section has failed with, and writes it to the log.
    pub(super) async fn failed(
        &mut self,
        work: &Work<'_>,
        failed: StepError,
        duration: Duration,
    ) -> Error {
        let nothing_recorded = self.recorded.applied().next().is_none();
        let id = work.record.revision.clone();
        let text = escape(&shorten(&failed.error.to_string(), 4000));
        if work.transaction == Transaction::Own && failed.kept != Kept::Unknown {
            self.log_failure(work, &failed, &text, duration).await;
        }
        if let (ServerErrorKind::LimitOver, Some(deadline)) =
            (failed.error.kind, self.task.deadline)
        {
            return Error::new(Kind::LimitInBatch {
                limit: deadline.limit,
                of: deadline.of,
                revision: id.to_string(),
                rows: failed.batch.unwrap_or_default().rows,
            });
        }
        if failed.error.kind == ServerErrorKind::Lost {
            return Error::new(Kind::InDoubt {
                revision: id.to_string(),
                what: failed.error.message,
                help: vec![
                    format!("`migrate-cli repair --applied {id}` when the rest was done by hand"),
                    format!(
                        "`migrate-cli repair --resume-from 1 {id}` when what it has done was taken back by hand"
                    ),
                ],
            });
        }
        let permission = failed.error.kind == ServerErrorKind::Permission;
        let ours = failed.statement.is_none();
        if permission && ours {
            return self.server("writing the state tables of", failed.error);
        }
        let mut help = Vec::new();
        if failed.error.kind == ServerErrorKind::AlreadyExists
            && nothing_recorded
            && work.direction == Direction::Up
        {
            let bases = self.set.graph().bases();
            let oldest = bases
                .first()
                .map(|index| self.set.graph().id(*index).clone())
                .unwrap_or(id.clone());
            help.push(format!(
                "nothing is recorded here yet: if the database has this schema already, `migrate-cli stamp {oldest}` says so, or `migrate-cli adopt` if another tool has migrated it"
            ));
        }
        if let Kept::Statements(finished) = failed.kept {
            let next = finished + 1;
            help.push(format!(
                "mend the cause and run again: it goes on with statement {next}"
            ));
        }
        if self.is_second_half_of_redo(work) && failed.kept == Kept::Nothing {
            help.push(format!("mend the cause, then `migrate-cli upgrade {id}`"));
        }
        Error::new(Kind::Sql(Box::new(self.sql_failure(work, failed, help))))
    }

    /// Whether a redo has taken the revision back and now applies it again.
    fn is_second_half_of_redo(&self, work: &Work<'_>) -> bool {
        let took_back = |step: &StepReport| {
            step.action == StepAction::Downgrade
                && step.outcome == Outcome::Finished
                && step.revision == work.record.revision.as_str()
        };
        matches!(self.task.verb, Verb::Redo(_))
            && work.direction == Direction::Up
            && self.report.steps.iter().any(took_back)
    }

    fn sql_failure(&self, work: &Work<'_>, failed: StepError, help: Vec<String>) -> SqlFailure {
        let StepError {
            mut error,
            statement,
            offset,
            kept,
            batch,
            ..
        } = failed;
        error.message = escape(&error.message);
        let mut frame = None;
        let mut shown = None;
        let mut number = None;
        if let (Some(source), Some(place)) = (&work.section, statement) {
            let statement = &source.script.statements[place];
            let sql = mask(source.sql(place), source.dialect);
            number = Some((place + 1, source.statement_count()));
            if sql != source.sql(place) || sql.lines().count() > 1 {
                shown = Some(shorten(&sql, 1000));
            }
            // A line that holds a secret is not shown.
            if sql == source.sql(place) {
                frame = Some(frame_at(source, offset.unwrap_or(statement.text.start)));
            } else {
                let at = source.line + statement.position.line - 1;
                frame = Some(Frame::file(format!("{}:{at}", source.file)));
            }
        } else if let Some(source) = &work.section {
            frame = Some(Frame::file(source.file));
        }
        let revision = work.record.revision.to_string();
        let committed = match kept {
            Kept::Nothing => match self.report.steps.iter().filter(|step| step.outcome == Outcome::Finished).count() {
                0 => "nothing was committed".to_owned(),
                _ if self.is_second_half_of_redo(work) => format!("{revision} was taken back, and nothing of it is applied again"),
                _ if work.transaction == Transaction::Run => "nothing was committed: the whole run was rolled back".to_owned(),
                1 => "nothing of this revision was committed; the revision before it was".to_owned(),
                count => format!("nothing of this revision was committed; the {count} before it were"),
            },
            Kept::Statements(0) => format!("no statement of it was committed; {revision} is recorded as begun"),
            Kept::Statements(1) => format!("statement 1 is committed; {revision} is recorded as begun"),
            Kept::Statements(count) => format!("statements 1 to {count} are committed; {revision} is recorded as begun"),
            Kept::Unknown => "the connection was lost: the server may have committed this revision, or may still; the next \
                              run finds out"
                .to_owned(),
        };
        let begun_at = work.section.as_ref().map_or(0, |source| source.from);
        let carried_out = match kept {
            Kept::Statements(count) => count.saturating_sub(begun_at),
            Kept::Nothing | Kept::Unknown => 0,
        };
        let committed = match batch {
            Some(Rounds { rows, .. }) if rows > 0 => {
                format!("{committed}; its batches have touched {}", RowCount(rows))
            }
            _ => committed,
        };
        SqlFailure {
            revision,
            error,
            statement: shown,
            number,
            frame,
            committed,
            carried_out,
            help,
        }
    }

    /// One row of the log; that it cannot be written changes nothing.
    async fn log_failure(
        &mut self,
        work: &Work<'_>,
        failed: &StepError,
        text: &str,
        duration: Duration,
    ) {
        let tables = self.backend.tables();
        let mut sql = vec![self.backend.begin().to_owned()];
        sql.extend(tables.fence(&self.fence));
        if let Kept::Statements(finished) = failed.kept {
            let hash = work
                .section
                .as_ref()
                .map(|source| finished_hash(source, finished));
            sql.push(tables.fail(&work.record.revision, finished, hash, text));
            if let (Some(batch), Some(hash)) = (failed.batch, hash) {
                // Before the error, which it would take out of the row.
                let round = tables.round(&work.record.revision, hash, batch);
                sql.insert(sql.len() - 1, round);
            }
        }
        sql.push(tables.log_failure(work, text, duration));
        sql.push("COMMIT".to_owned());
        let sql = sql.join(";\n");
        let limit = LOGGED_WITHIN.min(self.task.lock_wait);
        let mut patience = Patience::new(limit).until(self.task.deadline);
        loop {
            let Err(error) = self.backend.execute(sql.clone()).await else {
                self.fence.epoch += 1;
                return;
            };
            // What counts is the first error; and there may be none to roll back.
            let _ = self.backend.execute("ROLLBACK".to_owned()).await;
            let goes_on = is_contention(&error)
                && patience
                    .pause(self.dialect, None, &self.task.watch)
                    .await
                    .is_ok();
            if !goes_on {
                tracing::warn!(target: "migrate", %error, "the failure could not be written to the log");
                return;
            }
        }
    }
}

/// The line of the file at this byte of the section's text.
pub(super) fn frame_at(source: &Source<'_>, offset: usize) -> Frame {
    let lines = LineIndex::new(source.text);
    let position = lines.position(source.text, offset);
    let rest = &source.text[offset.min(source.text.len())..];
    let word = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .count();
    Frame {
        file: source.file.to_owned(),
        line: source.line + position.line - 1,
        column: position.column,
        text: lines.line(source.text, position.line).to_owned(),
        width: word.max(1),
        label: String::new(),
    }
}
