//! Running the steps of a plan.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::goal::is_applied;
use super::{Engine, Ownership, Progress};
use crate::database::error::{Error, Kind, ServerErrorKind, SqlFailure};
use crate::database::event::Event;
use crate::database::execute::journalled::finished_hash;
use crate::database::execute::{
    Done, HeadChange, Kept, Known, Source, StepError, Transaction, Work,
};
use crate::database::lock::is_contention;
use crate::database::mask::{escape, mask, shorten};
use crate::database::report::{Outcome, StepReport};
use crate::database::run::{Stored, Verb};
use crate::database::section::{STORED, Text, recorded};
use crate::database::state::{Compatible, Journal, Origin, Record, State};
use crate::database::who::{TOOL, jitter, now};
use crate::model::{Action, Graph, Step};
use crate::text::diagnostic::{Class, Frame};
use crate::text::revision::Direction;
use crate::text::{Dialect, LineIndex, RevisionId};

/// How often a revision is tried again when a lock on a table could not be had in time.
const RETRIES: u32 = 5;

/// A step with its SQL.
pub(super) struct Prepared<'m> {
    step: Step,
    text: Option<Text<'m>>,
}

/// What came of one try.
enum Tried {
    Done(Done),
    /// Somebody else has changed the rows.
    Overtaken,
}

impl<'e> Engine<'e> {
    /// Finds the SQL of every step, and refuses before the first what could not be run later.
    pub(super) fn prepare(
        &self,
        graph: &Graph,
        steps: &[Step],
    ) -> Result<Vec<Prepared<'e>>, Error> {
        let mut prepared = Vec::with_capacity(steps.len());
        for step in steps {
            let text = match step.action {
                Action::Upgrade => self.up(&step.revision)?,
                Action::Downgrade => self.down(&step.revision)?,
                Action::Stamp | Action::Unstamp => None,
            };
            if let Some(text) = &text {
                self.refuse_section(&step.revision, text)?;
            }
            prepared.push(Prepared {
                step: step.clone(),
                text,
            });
        }
        self.refuse_unknown_above(graph, steps)?;
        Ok(prepared)
    }

    fn up(&self, id: &RevisionId) -> Result<Option<Text<'e>>, Error> {
        match self.set.graph().index(id.as_str()) {
            Some(index) => Text::of_set(self.migrations, index, Direction::Up, self.dialect),
            None => Ok(None),
        }
    }

    /// The down section: the file wins. What the database has recorded is read when the step is run.
    fn down(&self, id: &RevisionId) -> Result<Option<Text<'e>>, Error> {
        let Some(index) = self.set.graph().index(id.as_str()) else {
            if self.task.stored == Stored::Allowed {
                return Ok(None);
            }
            return Err(Error::with_help(
                Class::UnknownRevision,
                format!("revision {id} is applied, and there is no file of it here"),
                "`--stored` runs the down section that the database has recorded",
            ));
        };
        if let Some(reason) = self.migrations.entry(index)?.irreversible {
            return Err(Error::with_help(
                Class::OutOfRange,
                format!("revision {id} cannot be taken back: {reason}"),
                "restore a backup, or write a new revision that goes forward",
            ));
        }
        Text::of_set(self.migrations, index, Direction::Down, self.dialect)
    }

    fn refuse_section(&self, id: &RevisionId, text: &Text<'_>) -> Result<(), Error> {
        if !text.transactional() && self.transaction() != Transaction::Own {
            let (why, help) = match self.ownership {
                Ownership::Caller => (
                    "inside the caller's",
                    "run it by `Migrations::upgrade`, outside of a transaction",
                ),
                Ownership::Own => ("for the whole run", "run it without `single`"),
            };
            return Err(Error::with_help(
                Class::Config,
                format!(
                    "revision {id} says `transaction:false` and cannot run in one transaction {why}"
                ),
                help,
            ));
        }
        // Split once more when it is run: what is wrong shows here, before anything has begun.
        text.source(id, self.dialect, 0).map(drop)
    }

    /// A revision on which something stands that is not taken back with it must stay.
    fn refuse_unknown_above(&self, graph: &Graph, steps: &[Step]) -> Result<(), Error> {
        for step in steps
            .iter()
            .filter(|step| !step.action.applies() && !self.purges())
        {
            let above = self.recorded.unknown_above(graph, &step.revision);
            if !above.is_empty() {
                return Err(Error::with_help(
                    Class::Ahead,
                    format!(
                        "revision {} cannot be taken back: {} stand{} on it, and this release does not know {}",
                        step.revision,
                        above.join(", "),
                        if above.len() == 1 { "s" } else { "" },
                        if above.len() == 1 { "it" } else { "them" },
                    ),
                    "`--stored` takes them back too, by the down sections that the database has recorded",
                ));
            }
        }
        Ok(())
    }

    pub(super) async fn run_steps(
        &mut self,
        graph: &Graph,
        steps: &[Step],
    ) -> Result<Progress, Error> {
        let prepared = self.prepare(graph, steps)?;
        let whole = self.transaction() == Transaction::Run && !prepared.is_empty();
        if (whole || self.purges()) && self.ownership == Ownership::Own && !self.begin().await? {
            return Ok(Progress::Overtaken);
        }
        let first = self.report.steps.len();
        let outcome = self.run_prepared(graph, &prepared).await;
        if whole || self.purges() {
            return self.end(first, outcome).await;
        }
        outcome
    }

    async fn run_prepared(
        &mut self,
        graph: &Graph,
        prepared: &[Prepared<'e>],
    ) -> Result<Progress, Error> {
        if self.purges() {
            let sql = self.backend.tables().purge();
            self.backend
                .execute(sql)
                .await
                .map_err(|error| self.server("writing the state tables of", error))?;
            self.recorded.clear();
        }
        for (place, Prepared { step, text }) in prepared.iter().enumerate() {
            self.check_deadline(place, prepared)?;
            let number = self.report.steps.len() + 1;
            let of = self.report.steps.len() + prepared.len() - place;
            let stored = self.stored(step, text.as_ref()).await?;
            let text = stored.as_ref().or(text.as_ref());
            let mut step_report = self.describe(step)?;
            if stored.is_some() {
                STORED.clone_into(&mut step_report.file);
            }
            self.task.watch.tell(&Event::StepBegins {
                step: &step_report,
                number,
                of,
            });
            let tried = self.run_step(graph, step, text).await;
            match &tried {
                Ok(Tried::Done(done)) => {
                    step_report.outcome = Outcome::Finished;
                    step_report.duration = done.duration;
                    step_report.statements = done.statements;
                }
                Ok(Tried::Overtaken) => return Ok(Progress::Overtaken),
                Err(error) if error.class() == Class::Interrupted => {
                    step_report.outcome = Outcome::Unknown
                }
                Err(_) => step_report.outcome = Outcome::Failed,
            }
            self.tell_end(step_report, number, of);
            tried?;
        }
        Ok(Progress::Finished)
    }

    pub(super) fn tell_end(&mut self, step: StepReport, number: usize, of: usize) {
        tracing::info!(revision = step.revision, action = step.action.name(), duration = ?step.duration, "{step}");
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
    async fn stored(
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
        let rows = self
            .backend
            .query(sql)
            .await
            .map_err(|error| self.server("reading the state tables of", error))?;
        match rows.into_iter().flatten().next().flatten() {
            Some(section) => {
                let stored = Text::stored(&step.revision, &section, recorded_digest)?;
                if let Some(text) = &stored {
                    self.refuse_section(&step.revision, text)?;
                    let sql = mask(&section, self.dialect);
                    self.task.watch.tell(&Event::StoredSection { revision: step.revision.as_str(), sql: &sql });
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
        let begun = Instant::now();
        loop {
            let section = text
                .map(|text| text.source(&step.revision, self.dialect, from))
                .transpose()?;
            let mut work = self.work(graph, step, section)?;
            work.record.started_at = (self.dialect == Dialect::Sqlite).then(now);
            if let (Direction::Down, Some(text)) = (work.direction, text) {
                work.record.down_digest = text.digest();
            }
            let error = match self.run_within_limit(&work).await? {
                Ok(done) => {
                    self.fence.epoch += done.epochs;
                    self.take_over(&work);
                    return Ok(Some(done));
                }
                Err(error) => error,
            };
            self.fence.epoch += error.epochs;
            let interleaves = self.fence.holder.is_none();
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
                    tracing::warn!(revision = step.revision.as_str(), reason, "trying again");
                    self.task.watch.tell(&Event::Retrying {
                        revision: step.revision.as_str(),
                        reason,
                    });
                    tokio::time::sleep(jitter(Duration::from_millis(200) * tries)).await;
                    if let Kept::Statements(finished) = error.kept {
                        from = finished;
                        // The row is there now, with what has finished.
                        self.note_claim(&work, finished);
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
        let left = deadline.at.saturating_duration_since(Instant::now());
        tokio::time::timeout(left, self.backend.run(work))
            .await
            .map_err(|_| {
                Error::new(Kind::RunTimeout {
                    limit: deadline.limit,
                    done: self.report.steps.len(),
                    pending: vec![work.record.revision.to_string()],
                })
            })
    }

    /// Everything that has to be known for a step.
    fn work<'w>(
        &self,
        graph: &Graph,
        step: &Step,
        section: Option<Source<'w>>,
    ) -> Result<Work<'w>, Error> {
        let row = self.recorded.row(step.revision.as_str());
        let (mut record, down_section) = match step.action {
            Action::Upgrade | Action::Stamp => self.applied_record(step)?,
            Action::Downgrade | Action::Unstamp => (self.reverted_record(step, row), None),
        };
        let mut heads = self.head_change(graph, step);
        heads
            .gained
            .retain(|id| self.recorded.unknown_above(graph, id).is_empty());
        record.journal.statement_no = section
            .as_ref()
            .map_or(0, |section| section.script.statements.len());
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
            watch: self.task.watch.clone(),
        })
    }

    /// The row of a revision of the set that has been applied or stamped, and the down section recorded with it.
    pub(super) fn applied_record(&self, step: &Step) -> Result<(Record, Option<String>), Error> {
        let index = self
            .set
            .graph()
            .index(step.revision.as_str())
            .ok_or_else(|| {
                Error::plain(
                    Class::UnknownRevision,
                    format!("there is no file of revision {}", step.revision),
                )
            })?;
        let graph = self.set.graph();
        let entry = self.migrations.entry(index)?;
        let chain = self.set.chain(index, self.dialect).ok_or_else(|| {
            Error::plain(
                Class::Config,
                format!("the migrations were not checked for {}", self.dialect),
            )
        })?;
        let down = self
            .migrations
            .section(index, Direction::Down, self.dialect)?;
        let record = Record {
            revision: step.revision.clone(),
            parents: graph.ids(graph.parents(index)),
            depends_on: graph.ids(graph.dependencies(index)),
            message: entry.message.to_owned(),
            digest: self.set.digest(index, Direction::Up, self.dialect),
            down_digest: self.set.digest(index, Direction::Down, self.dialect),
            chain,
            is_head: step.heads_after.contains(&step.revision),
            state: State::Applied,
            origin: if step.action == Action::Stamp {
                Origin::Stamp
            } else {
                Origin::Run
            },
            journal: Journal::default(),
            compatible: if entry.breaking.is_some() {
                Compatible::No
            } else {
                Compatible::Unknown
            },
            started_at: None,
            finished_at: None,
            duration_us: None,
            who: self.user.clone(),
            tool: TOOL.to_owned(),
            error: None,
        };
        Ok((record, down.as_ref().map(recorded)))
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

    pub(super) fn head_change(&self, graph: &Graph, step: &Step) -> HeadChange {
        let is_head = |id: &RevisionId| {
            self.recorded
                .row(id.as_str())
                .is_some_and(|row| row.is_head)
        };
        let below = graph.below(step.index).map(|index| graph.id(index).clone());
        let mut change = HeadChange::default();
        for id in below {
            let after = step.heads_after.contains(&id);
            if after && !is_head(&id) && is_applied(&self.recorded, id.as_str()) {
                change.gained.push(id);
            } else if !after && is_head(&id) {
                change.lost.push(id);
            }
        }
        change
    }

    /// Takes over into memory what the step has written.
    fn take_over(&mut self, work: &Work<'_>) {
        self.recorded.replace(work.record.clone());
        for id in &work.heads.gained {
            self.recorded.set_head(id, true);
        }
        for id in &work.heads.lost {
            self.recorded.set_head(id, false);
        }
    }

    fn note_claim(&mut self, work: &Work<'_>, finished: usize) {
        let mut record = work.record.clone();
        record.is_head = false;
        record.state = match work.direction {
            Direction::Up => State::Upgrading,
            Direction::Down => State::Downgrading,
        };
        record.journal.statement_no = finished;
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
                "nothing is recorded here yet: if the database has this schema already, `migrate-cli stamp {oldest}` says so"
            ));
        }
        if let Kept::Statements(finished) = failed.kept {
            let next = finished + 1;
            help.push(format!(
                "mend the cause and run again: it goes on with statement {next}"
            ));
        }
        Error::new(Kind::Sql(Box::new(self.sql_failure(work, failed, help))))
    }

    fn sql_failure(&self, work: &Work<'_>, failed: StepError, help: Vec<String>) -> SqlFailure {
        let StepError {
            mut error,
            statement,
            offset,
            kept,
            ..
        } = failed;
        error.message = escape(&error.message);
        let mut frame = None;
        let mut shown = None;
        let mut number = None;
        if let (Some(source), Some(place)) = (&work.section, statement) {
            let statement = &source.script.statements[place];
            let sql = mask(source.sql(place), source.dialect);
            number = Some((place + 1, source.script.statements.len()));
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
        SqlFailure {
            revision,
            error,
            statement: shown,
            number,
            frame,
            committed,
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
        }
        sql.push(tables.log_failure(work, text, duration));
        sql.push("COMMIT".to_owned());
        match self.backend.execute(sql.join(";\n")).await {
            Ok(_) => self.fence.epoch += 1,
            Err(error) => {
                tracing::warn!(%error, "the failure could not be written to the log");
                // A connection that cannot do even that is given up.
                let _ = self.backend.execute("ROLLBACK".to_owned()).await;
            }
        }
    }
}

/// The line of the file at this byte of the section's text.
fn frame_at(source: &Source<'_>, offset: usize) -> Frame {
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
