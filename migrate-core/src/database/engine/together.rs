//! Revisions that share a message.
//!
//! A run that begins or ends with nothing applied, on a new database or a test's, has hundreds of small revisions before
//! it, and more time would go into the messages than into the revisions. A database that keeps rows is taken one revision
//! at a time, so that a run can be stopped between any two; and so is any, where somebody is told of each step. After the
//! first error the run goes on one by one too, from the first revision that the rows do not have: that way finds the
//! statement at fault.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::prepare::Prepared;
use super::{Engine, Progress};
use crate::database::error::{Error, ServerError, ServerErrorKind};
use crate::database::execute::together::Transactions;
use crate::database::execute::{Kept, Source, StepError, Transaction, Work};
use crate::database::report::{Outcome, StepReport};
use crate::database::state::{Record, Tables};
use crate::model::Graph;
use crate::text::RevisionId;
use crate::text::revision::Direction;

/// How long a message should take: a run is stopped between two of them.
const LONG: Duration = Duration::from_millis(100);

/// How many revisions share a message at most.
const MOST: usize = 32;

/// How long the text of a message is at most, in bytes.
const LARGE: usize = 256 * 1024;

/// The same of the message of a whole run.
const LARGEST: usize = 16 * LARGE;

/// How many revisions share a message, by what the ones before have taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// At most so many.
    Several(usize),
    /// One by one, to the end of the run.
    Alone,
}

impl Pace {
    /// The pace of a run's beginning.
    pub(super) const START: Self = Self::Several(1);

    /// So many revisions took so long.
    pub(super) fn took(&mut self, revisions: usize, time: Duration) {
        if let Self::Several(most) = self {
            let each = time / u32::try_from(revisions).unwrap_or(u32::MAX).max(1);
            let fit = LONG.as_micros() / each.as_micros().max(1);
            // Not faster than it is learnt how long they take.
            *most = usize::try_from(fit)
                .unwrap_or(MOST)
                .clamp(1, MOST.min(*most * 4));
        }
    }
}

impl<'e> Engine<'e> {
    /// How many of these steps share the next message: 1 when the first goes alone.
    pub(super) fn sharing(&self, steps: &[Prepared<'e>]) -> usize {
        let Pace::Several(most) = self.pace else {
            return 1;
        };
        let mut bytes = 0;
        let fit = steps.iter().take(most).take_while(|prepared| {
            bytes += prepared.length();
            bytes <= LARGE && prepared.plain
        });
        fit.count().max(1)
    }

    /// Whether the one transaction of the whole run is one message.
    pub(super) fn is_one_message(&self, steps: &[Prepared<'e>]) -> bool {
        self.may_share(steps)
            && self.transaction() == Transaction::Run
            && !self.task.verb.purges()
            && self.pace != Pace::Alone
            // Between its revisions a run with a limit asks whether it is over.
            && self.task.deadline.is_none()
            && steps.iter().map(Prepared::length).sum::<usize>() <= LARGEST
            && steps.iter().all(|prepared| prepared.plain)
    }

    /// Whether some of these steps, all of a run, may share a message.
    pub(super) fn may_share(&self, steps: &[Prepared<'e>]) -> bool {
        let deadline = self.task.deadline;
        let begins_with_nothing =
            self.report.from.is_empty() && deadline.is_none_or(|deadline| !deadline.cancel);
        // How long it takes to take back what holds rows cannot be learnt from the steps before.
        let ends_with_nothing = deadline.is_none()
            && steps
                .last()
                .is_some_and(|last| last.step.heads_after.is_empty());
        self.task.watch.is_none() && (begins_with_nothing || ends_with_nothing)
    }

    /// Runs the steps in one message. Whatever goes wrong in it is said to be overtaken: the rows are read again, and
    /// what is left is run one by one.
    pub(super) async fn run_sharing(
        &mut self,
        graph: &Graph,
        steps: &[Prepared<'e>],
        of: usize,
    ) -> Result<Progress, Error> {
        let transactions = match self.transaction() {
            Transaction::Run => Transactions::Whole,
            Transaction::Own | Transaction::Savepoint => Transactions::Each,
        };
        let mut reports: Vec<StepReport> = Vec::with_capacity(steps.len());
        let mut works: Vec<Work<'_>> = Vec::with_capacity(steps.len());
        let mut before: Vec<Option<Record>> = Vec::with_capacity(steps.len());
        let epoch = self.fence.epoch;
        for prepared in steps {
            let work = self.work(graph, &prepared.step, prepared.text.as_ref(), 0)?;
            let mut report = self.describe_prepared(prepared, None)?;
            report.statements = work.section.as_ref().map_or(0, Source::statement_count);
            reports.push(report);
            before.push(self.recorded.row(prepared.step.revision.as_str()).cloned());
            // As if it had run: the next one stands on it.
            self.fence.epoch += 1;
            self.take_over(&work);
            works.push(work);
        }
        if transactions == Transactions::Whole {
            settle_heads(&mut works);
        }
        let begun = Instant::now();
        let outcome = self.backend.run_several(&works, transactions).await;
        self.pace.took(steps.len(), begun.elapsed());
        self.fence.epoch = epoch + outcome.as_ref().copied().unwrap_or_default();
        self.patience.seen(self.fence.epoch);
        if let Err(error) = &outcome {
            self.pace = Pace::Alone;
            for (work, before) in works.iter().zip(before).rev() {
                self.give_back(work, before);
            }
            if error.kind == ServerErrorKind::Disconnected {
                return Err(self.lost(&works, reports, error.clone(), of).await);
            }
            tracing::debug!(target: "migrate", %error, "going on one by one");
        }
        let durations = match (&outcome, transactions) {
            // All of it is committed: how long it took is not worth an error.
            (Ok(_), _) => self.finished(steps.len()).await.unwrap_or_default(),
            (Err(_), Transactions::Whole) => HashMap::new(),
            (Err(_), Transactions::Each) => self.finished(steps.len()).await?,
        };
        for mut report in reports {
            let taken = durations.get(&report.revision);
            if outcome.is_err() && taken.is_none() {
                // It and what comes after it is run again.
                return Ok(Progress::Overtaken);
            }
            report.duration = taken.copied().unwrap_or_default();
            report.outcome = Outcome::Finished;
            self.tell_finished(report, of);
        }
        Ok(match outcome {
            Ok(_) => Progress::Finished,
            Err(_) => Progress::Overtaken,
        })
    }

    /// Takes back what [`take_over`](Self::take_over) has noted, the last first. `before` is the row as it was.
    fn give_back(&mut self, work: &Work<'_>, before: Option<Record>) {
        match before {
            Some(row) => self.recorded.replace(row),
            None => self.recorded.forget(&work.record.revision),
        }
        for id in &work.heads.gained {
            self.recorded.set_head(id, false);
        }
        for id in &work.heads.lost {
            self.recorded.set_head(id, true);
        }
    }

    /// The last revisions that this run has finished, and how long they took, as they are recorded.
    async fn finished(&mut self, most: usize) -> Result<HashMap<String, Duration>, Error> {
        let sql = self
            .backend
            .tables()
            .select_finished(&self.holder.run, most);
        self.ask(sql).await.map(Tables::read_finished)
    }

    /// The connection is gone in the middle of a message: any of its revisions may have been at work.
    async fn lost(
        &mut self,
        works: &[Work<'_>],
        reports: Vec<StepReport>,
        error: ServerError,
        of: usize,
    ) -> Error {
        for mut report in reports {
            report.outcome = Outcome::Unknown;
            self.tell_finished(report, of);
        }
        let failed = StepError {
            error,
            statement: None,
            offset: None,
            kept: Kept::Unknown,
            batch: None,
            epochs: 0,
        };
        let lost = self.failed(&works[0], failed, Duration::ZERO).await;
        match works {
            [first, .., last] => lost.and_help(format!(
                "{} to {} were one message, so it may have been at work on any of them: `migrate-cli status` shows \
                 which are applied, `migrate-cli {}` takes the others one by one",
                first.record.revision,
                last.record.revision,
                match first.direction {
                    Direction::Up => "upgrade",
                    Direction::Down => "downgrade base",
                },
            )),
            _ => lost,
        }
    }

    fn tell_finished(&mut self, report: StepReport, of: usize) {
        let number = self.report.steps.len() + 1;
        self.tell_end(report, number, of);
    }
}

/// Nobody sees the heads between the revisions of one transaction: each is written as it is at the end.
fn settle_heads(works: &mut [Work<'_>]) {
    let written: HashSet<RevisionId> = works
        .iter()
        .map(|work| work.record.revision.clone())
        .collect();
    let mut covered = HashSet::new();
    for work in works.iter_mut().rev() {
        if covered.contains(&work.record.revision) {
            work.record.is_head = false;
        }
        let (within, before) = std::mem::take(&mut work.heads.lost)
            .into_iter()
            .partition(|id| written.contains(id));
        work.heads.lost = before;
        covered.extend::<Vec<_>>(within);
    }
}

impl Prepared<'_> {
    /// The length of what it sends.
    fn length(&self) -> usize {
        self.text.as_ref().map_or(0, |text| text.text().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_grows_with_what_fits_and_shrinks_with_what_does_not() {
        let mut pace = Pace::START;
        let ms = Duration::from_millis;
        for (revisions, taken, next) in [
            (1, ms(1), 4),
            (4, ms(2), 16),
            (16, ms(8), 32),
            (32, ms(16), 32),
            (32, ms(3200), 1),
            (1, ms(40), 2),
            (2, Duration::ZERO, 8),
            (8, ms(5000), 1),
        ] {
            pace.took(revisions, taken);
            assert_eq!(pace, Pace::Several(next), "{revisions} in {taken:?}");
        }
        let mut pace = Pace::Alone;
        pace.took(1, ms(1));
        assert_eq!(pace, Pace::Alone);
    }
}
