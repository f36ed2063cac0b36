//! Running the steps of a plan.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::goal::is_applied;
use super::prepare::Prepared;
use super::{Engine, Ownership, Progress};
use crate::database::error::{Error, Kind, ServerErrorKind};
use crate::database::event::Event;
use crate::database::execute::{
    Done, HeadChange, Kept, Known, Source, StepError, Transaction, Work,
};
use crate::database::lock::is_contention;
use crate::database::mask::mask;
use crate::database::report::{Outcome, StepReport};
use crate::database::row;
use crate::database::run::Verb;
use crate::database::section::{Text, recorded};
use crate::database::state::{Journal, Record, Rounds, State};
use crate::database::who::{TOOL, jitter};
use crate::model::{Action, Graph, Step};
use crate::text::RevisionId;
use crate::text::diagnostic::Class;
use crate::text::revision::Direction;

/// How often a revision is tried again when a lock on a table could not be had in time.
const RETRIES: u32 = 5;

/// What came of one try.
enum Tried {
    Done(Done),
    /// Somebody else has changed the rows.
    Overtaken,
}

impl<'e> Engine<'e> {
    pub(super) async fn run_steps(
        &mut self,
        graph: &Graph,
        steps: &[Step],
    ) -> Result<Progress, Error> {
        let prepared = self.prepare(graph, steps)?;
        if prepared.is_empty() && !self.task.verb.purges() {
            return Ok(Progress::Finished);
        }
        if self.is_one_message(&prepared) {
            return self.run_sharing(graph, &prepared, prepared.len()).await;
        }
        let whole = self.transaction() == Transaction::Run;
        if whole && self.ownership == Ownership::Own && !self.begin().await? {
            return Ok(Progress::Overtaken);
        }
        let first = self.report.steps.len();
        let outcome = self.run_prepared(graph, &prepared).await;
        if whole {
            return self.end(first, outcome).await;
        }
        outcome
    }

    async fn run_prepared(
        &mut self,
        graph: &Graph,
        prepared: &[Prepared<'e>],
    ) -> Result<Progress, Error> {
        if self.task.verb.purges() {
            let sql = self.backend.tables().purge();
            self.backend
                .execute(sql)
                .await
                .map_err(|error| self.server("writing the state tables of", error))?;
            // When it is done once more, because somebody else was faster, the first time counts.
            self.report.purged.get_or_insert(self.recorded.count());
            self.recorded.clear();
        }
        let shares = self.transaction() == Transaction::Own && self.may_share(prepared);
        let mut place = 0;
        while place < prepared.len() {
            self.check_deadline(place, prepared)?;
            let rest = &prepared[place..];
            let of = self.report.steps.len() + rest.len();
            let count = if shares { self.sharing(rest) } else { 1 };
            let progress = match &rest[..count] {
                [alone] => self.run_alone(graph, alone, of).await?,
                several => self.run_sharing(graph, several, of).await?,
            };
            if progress == Progress::Overtaken {
                return Ok(progress);
            }
            place += count;
        }
        Ok(Progress::Finished)
    }

    /// Runs one step by itself.
    async fn run_alone(
        &mut self,
        graph: &Graph,
        prepared: &Prepared<'e>,
        of: usize,
    ) -> Result<Progress, Error> {
        let Prepared { step, text, .. } = prepared;
        let stored = self.stored(step, text.as_ref()).await?;
        let text = stored.as_ref().or(text.as_ref());
        let mut step_report = self.describe_prepared(prepared, stored.as_ref())?;
        let number = self.report.steps.len() + 1;
        self.task.watch.tell(&Event::StepBegins {
            step: &step_report,
            number,
            of,
        });
        let begun = Instant::now();
        let tried = self.run_step(graph, step, text).await;
        self.pace.took(1, begun.elapsed());
        match &tried {
            Ok(Tried::Done(done)) => {
                step_report.outcome = Outcome::Finished;
                step_report.duration = done.duration;
                step_report.statements = done.statements;
                step_report.rows = done.rows;
            }
            Ok(Tried::Overtaken) => return Ok(Progress::Overtaken),
            Err(error) if error.is_run_lock() => {
                // Somebody else was at work all the time: it was not begun.
                return tried.map(|_| Progress::Finished);
            }
            Err(error) => {
                step_report.outcome = if error.leaves_unknown() {
                    Outcome::Unknown
                } else {
                    Outcome::Failed
                };
                step_report.statements = error.carried_out();
                step_report.duration = begun.elapsed();
            }
        }
        self.tell_end(step_report, number, of);
        tried?;
        Ok(Progress::Finished)
    }

    pub(super) fn tell_end(&mut self, step: StepReport, number: usize, of: usize) {
        tracing::info!(
            target: "migrate",
            event = "step",
            revision = step.revision,
            action = step.action.name(),
            duration_ms = crate::database::report::whole_ms(step.duration),
            "{step}"
        );
        self.task.watch.tell(&Event::StepEnds {
            step: &step,
            number,
            of,
        });
        self.report.steps.push(step);
    }

    fn check_deadline(&self, place: usize, prepared: &[Prepared<'_>]) -> Result<(), Error> {
        match self.task.deadline {
            Some(deadline) if Instant::now() >= deadline.at => Err(Error::new(Kind::RunTimeout {
                limit: deadline.limit,
                of: deadline.of,
                done: place,
                pending: prepared[place..]
                    .iter()
                    .map(|prepared| prepared.step.revision.to_string())
                    .collect(),
            })),
            _ => Ok(()),
        }
    }

    /// The recorded down section, where that is what runs: for a redo always, else where there is no file.
    pub(super) async fn stored(
        &mut self,
        step: &Step,
        text: Option<&Text<'e>>,
    ) -> Result<Option<Text<'e>>, Error> {
        let redo = matches!(self.task.verb, Verb::Redo(_));
        let unknown = self.set.graph().index(step.revision.as_str()).is_none();
        if step.action != Action::Downgrade || !(redo || unknown) {
            return Ok(None);
        }
        let Some(row) = self.recorded.row(step.revision.as_str()) else {
            return Ok(None);
        };
        let recorded_digest = row.down_digest;
        let sql = self
            .backend
            .tables()
            .select_down_section(step.revision.as_str());
        let rows = self.ask(sql).await?;
        match rows.into_iter().flatten().next().flatten() {
            Some(section) => {
                let stored = Text::stored(&step.revision, &section, recorded_digest)?;
                // The same text: then that of the files can run, and has its Rust steps.
                if redo && text.is_some_and(|text| text.digest() == recorded_digest) {
                    let same = stored.as_ref().map(|stored| {
                        let source = stored.source(&step.revision, self.dialect, 0)?;
                        Ok::<bool, Error>(source.has_calls())
                    });
                    if same.transpose()? == Some(true) {
                        return Ok(None);
                    }
                }
                if let Some(text) = &stored {
                    self.refuse_section(&step.revision, text)?;
                    let sql = mask(&section, self.dialect);
                    self.task.watch.tell(&Event::StoredSection {
                        revision: step.revision.as_str(),
                        sql: &sql,
                    });
                }
                Ok(stored)
            }
            // Nothing to run when it was applied without a down section, unless the file has one now.
            None if text.is_some()
                || crate::text::revision::absent_digest(Direction::Down) == recorded_digest =>
            {
                Ok(None)
            }
            None => Err(Error::with_help(
                Class::UnknownRevision,
                format!(
                    "the database has recorded no down section for {}",
                    step.revision
                ),
                "use the files of the release that applied it",
            )),
        }
    }

    async fn run_step(
        &mut self,
        graph: &Graph,
        step: &Step,
        text: Option<&Text<'_>>,
    ) -> Result<Tried, Error> {
        Ok(self
            .run_step_from(graph, step, text, 0)
            .await?
            .map_or(Tried::Overtaken, Tried::Done))
    }

    /// Runs a step, the first statements of which are known to have finished; `None` when somebody else has changed the
    /// rows.
    pub(super) async fn run_step_from(
        &mut self,
        graph: &Graph,
        step: &Step,
        text: Option<&Text<'_>>,
        mut from: usize,
    ) -> Result<Option<Done>, Error> {
        let mut tries = 0;
        let mut farthest = (from, None);
        let begun = Instant::now();
        loop {
            let work = self.work(graph, step, text, from)?;
            let error = match self.run_within_limit(&work).await? {
                Ok(done) => {
                    self.fence.epoch += done.epochs;
                    self.patience.seen(self.fence.epoch);
                    self.take_over(&work);
                    return Ok(Some(done));
                }
                Err(error) => error,
            };
            self.fence.epoch += error.epochs;
            let interleaves = self.fence.holder.is_none();
            if let Kept::Statements(finished) = error.kept
                && (finished, error.batch) > farthest
            {
                // What has come further since the last try is not stuck, however often it must wait.
                farthest = (finished, error.batch);
                tries = 0;
            }
            match error.error.kind {
                // Rows are read again: somebody else may have run this very revision.
                ServerErrorKind::FenceMissed | ServerErrorKind::Busy
                    if interleaves
                        && error.kept == Kept::Nothing
                        && work.transaction != Transaction::Savepoint =>
                {
                    if is_contention(&error.error) {
                        self.patience
                            .pause(self.dialect, None, &self.task.watch)
                            .await?;
                    }
                    return Ok(None);
                }
                ServerErrorKind::FenceMissed => {
                    let holder = crate::database::lock::holder(self.backend).await;
                    return Err(Error::new(Kind::FenceLost {
                        revision: Some(step.revision.to_string()),
                        holder,
                    }));
                }
                ServerErrorKind::LockTimeout | ServerErrorKind::Busy
                    if tries < RETRIES
                        && work.transaction == Transaction::Own
                        && error.kept != Kept::Unknown =>
                {
                    tries += 1;
                    let reason = error.error.message.as_str();
                    tracing::warn!(
                        target: "migrate",
                        event = "retry",
                        revision = step.revision.as_str(),
                        reason,
                        "trying again"
                    );
                    self.task.watch.tell(&Event::Retrying {
                        revision: step.revision.as_str(),
                        reason,
                    });
                    tokio::time::sleep(jitter(Duration::from_millis(200) * tries)).await;
                    if let Kept::Statements(finished) = error.kept {
                        from = finished;
                        // The row is there now, with what has finished.
                        self.note_claim(&work, finished, error.batch);
                    }
                }
                _ => return Err(self.failed(&work, error, begun.elapsed()).await),
            }
        }
    }

    /// Runs `work`; with `cancel_at_limit` no longer than until the limit.
    async fn run_within_limit(
        &mut self,
        work: &Work<'_>,
    ) -> Result<Result<Done, StepError>, Error> {
        let Some(deadline) = self.task.deadline.filter(|deadline| deadline.cancel) else {
            return Ok(self.backend.run(work).await);
        };
        tokio::time::timeout(deadline.left(), self.backend.run(work))
            .await
            .map_err(|_| {
                Error::new(Kind::Cancelled {
                    limit: deadline.limit,
                    of: deadline.of,
                    revision: work.record.revision.to_string(),
                })
            })
    }

    /// Everything that has to be known for a step whose section, from statement `from` on, is `text`.
    pub(super) fn work<'w>(
        &self,
        graph: &Graph,
        step: &Step,
        text: Option<&'w Text<'_>>,
        from: usize,
    ) -> Result<Work<'w>, Error>
    where
        'e: 'w,
    {
        let section = text
            .map(|text| text.source(&step.revision, self.dialect, from))
            .transpose()?;
        let row = self.recorded.row(step.revision.as_str());
        let (mut record, mut down_section) = match step.action {
            Action::Upgrade | Action::Stamp => self.applied_record(step)?,
            Action::Downgrade | Action::Unstamp => (self.reverted_record(step, row), None),
        };
        if let (false, Some(text)) = (step.action.applies(), text)
            && record.down_digest != text.digest()
        {
            // The file wins, and what is recorded says what is run.
            record.down_digest = text.digest();
            down_section = self.down_section(&step.revision)?;
        }
        let mut heads = self.head_change(step);
        heads
            .gained
            .retain(|id| self.recorded.unknown_above(graph, id).is_empty());
        if !step.action.applies() {
            heads
                .gained
                .extend(self.recorded.unknown_below(graph, &step.revision));
        }
        record.journal.statement_no = section.as_ref().map_or(0, Source::statement_count);
        Ok(Work {
            direction: if step.action.applies() {
                Direction::Up
            } else {
                Direction::Down
            },
            record,
            row: if row.is_some() {
                Known::Present
            } else {
                Known::Absent
            },
            down_section,
            heads,
            section,
            fence: self.fence.clone(),
            action: match step.action {
                Action::Upgrade => "upgrade",
                Action::Downgrade => "downgrade",
                Action::Stamp | Action::Unstamp => "stamp",
            },
            holder: Arc::clone(&self.holder),
            transaction: self.transaction(),
            until: self.task.deadline.map(|deadline| deadline.at),
            batch: row
                .filter(|row| row.in_flight())
                .and_then(|row| row.journal.batch),
            watch: self.task.watch.clone(),
            steps: &self.migrations.steps,
            context: Arc::clone(&self.context),
        })
    }

    /// The down section of the files, as it is recorded.
    fn down_section(&self, id: &RevisionId) -> Result<Option<String>, Error> {
        let Some(index) = self.set.graph().index(id.as_str()) else {
            return Ok(None);
        };
        let section = self
            .migrations
            .section(index, Direction::Down, self.dialect)?;
        Ok(section.as_ref().map(recorded))
    }

    /// The row of a revision of the set that has been applied or stamped, and the down section recorded with it.
    pub(super) fn applied_record(&self, step: &Step) -> Result<(Record, Option<String>), Error> {
        let (mut record, down) = row::applied(self.migrations, step, self.dialect, &self.user)?;
        if let (Action::Stamp, Verb::Stamp { origin, .. }) = (step.action, &self.task.verb) {
            record.origin = *origin;
        }
        Ok((record, down))
    }

    fn reverted_record(&self, step: &Step, row: Option<&Record>) -> Record {
        let row = row
            .cloned()
            .unwrap_or_else(|| Record::unknown(step.revision.clone()));
        Record {
            is_head: false,
            state: State::Reverted,
            journal: Journal::default(),
            who: self.user.clone(),
            tool: TOOL.to_owned(),
            error: None,
            ..row
        }
    }

    pub(super) fn head_change(&self, step: &Step) -> HeadChange {
        let is_head = |id: &RevisionId| {
            self.recorded
                .row(id.as_str())
                .is_some_and(|row| row.is_head)
        };
        let others = |id: &&RevisionId| **id != step.revision;
        let gained = step.heads_after.gained().filter(others);
        let gained = gained
            .filter(|id| !is_head(id) && is_applied(&self.recorded, id.as_str()))
            .cloned()
            .collect();
        let lost = step.heads_after.lost().filter(others);
        let lost = lost.filter(|id| is_head(id)).cloned().collect();
        HeadChange { gained, lost }
    }

    /// Takes over into memory what the step has written.
    pub(super) fn take_over(&mut self, work: &Work<'_>) {
        self.recorded.replace(work.record.clone());
        for id in &work.heads.gained {
            self.recorded.set_head(id, true);
        }
        for id in &work.heads.lost {
            self.recorded.set_head(id, false);
        }
    }

    fn note_claim(&mut self, work: &Work<'_>, finished: usize, batch: Option<Rounds>) {
        let mut record = work.record.clone();
        record.is_head = false;
        record.state = match work.direction {
            Direction::Up => State::Upgrading,
            Direction::Down => State::Downgrading,
        };
        record.journal.statement_no = finished;
        record.journal.batch = batch;
        self.recorded.replace(record);
    }

    /// Begins the one transaction of a run; false when somebody else writes and the rows must be read again.
    async fn begin(&mut self) -> Result<bool, Error> {
        match self.backend.execute(self.backend.begin().to_owned()).await {
            Ok(_) => Ok(true),
            Err(error) if is_contention(&error) => {
                self.patience
                    .pause(self.dialect, None, &self.task.watch)
                    .await?;
                Ok(false)
            }
            Err(error) => Err(self.server("beginning a transaction on", error)),
        }
    }

    /// Ends it: with a commit when all has gone well.
    async fn end(
        &mut self,
        first: usize,
        outcome: Result<Progress, Error>,
    ) -> Result<Progress, Error> {
        let outcome = match outcome {
            Ok(Progress::Finished) => match self.backend.execute("COMMIT".to_owned()).await {
                Ok(_) => return Ok(Progress::Finished),
                Err(error) if is_contention(&error) && self.fence.holder.is_none() => {
                    Ok(Progress::Overtaken)
                }
                Err(error) => Err(self.server("committing to", error)),
            },
            outcome => outcome,
        };
        // What counts is why it failed; without a connection there is nothing to roll back.
        let _ = self.backend.execute("ROLLBACK".to_owned()).await;
        for step in &mut self.report.steps[first..] {
            if step.outcome == Outcome::Finished {
                step.outcome = Outcome::RolledBack;
            }
        }
        if matches!(outcome, Ok(Progress::Overtaken)) {
            self.report.steps.truncate(first);
        } else {
            // What was taken over into memory is not in the database.
            self.recorded = Default::default();
            self.report.heads.clone_from(&self.report.from);
        }
        outcome
    }
}
