//! A run, from the run lock to the last row.
//!
//! The same for every database and every verb: take the lock, finish what an interrupted run has left, compare what is
//! recorded with the set, plan, and run the plan step by step. Where runners interleave (SQLite) the fence says that
//! somebody else has been at work; then the rows are read again and what is left of the plan goes on.

mod backup;
mod failure;
mod goal;
mod prepare;
mod recovery;
mod renew;
mod repair;
mod steps;
mod together;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::backend::{Backend, READING, Row, SessionSettings, refused};
use super::backup::Order;
use super::error::{Error, Kind, Limit, ServerError, ServerErrorKind, Unplaced};
use super::event::{Event, Watch};
use super::execute::Transaction;
use super::lock::{self, Patience, is_contention};
use super::recorded::{Comparison, Recorded, compare};
use super::report::{Outcome, Report, StepAction, StepReport};
use super::run::{Fill, PerRun, Stored, Verb};
use super::state::{Fence, Holder};
use super::step::StepContext;
use super::who;
use crate::model::set::{Ahead, Set, Settings};
use crate::model::{Graph, Migrations, Plan, Step};
use crate::text::Dialect;
pub(crate) use goal::Goal;
use together::Pace;

/// What is to be done, apart from where.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) verb: Verb,
    pub(crate) stored: Stored,
    pub(crate) fill: Fill,
    pub(crate) transaction: PerRun,
    pub(crate) lock_wait: std::time::Duration,
    /// A word for this run; Rust steps are given it.
    pub(crate) tag: Option<String>,
    /// The keys and values of this run; Rust steps are given them.
    pub(crate) arguments: BTreeMap<String, String>,
    /// The backup that is made before the first change.
    pub(crate) backup: Option<Order>,
    /// When no further revision is begun.
    pub(crate) deadline: Option<Deadline>,
    pub(crate) watch: Watch,
}

/// When no further revision is begun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) limit: std::time::Duration,
    /// Whether the statement that is running is ended too.
    pub(crate) cancel: bool,
    /// Whose limit it is.
    pub(crate) of: Limit,
}

impl Deadline {
    /// The time that is left.
    pub(crate) fn left(&self) -> std::time::Duration {
        self.at.saturating_duration_since(Instant::now())
    }
}

/// Whose connection it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// Ours: it has a session and a run lock.
    Own,
    /// The caller's, in the caller's transaction.
    Caller,
}

/// A run at work.
pub(crate) struct Engine<'e> {
    pub(crate) migrations: &'e Migrations,
    pub(crate) set: &'e Set,
    pub(crate) settings: &'e Settings,
    pub(crate) backend: &'e mut dyn Backend,
    pub(crate) ownership: Ownership,
    pub(crate) task: &'e Task,
    pub(crate) report: &'e mut Report,
    dialect: Dialect,
    holder: Arc<Holder>,
    user: String,
    recorded: Recorded,
    fence: Fence,
    patience: Patience,
    pace: Pace,
    context: Arc<StepContext>,
}

impl<'e> Engine<'e> {
    pub(crate) fn new(
        migrations: &'e Migrations,
        backend: &'e mut dyn Backend,
        ownership: Ownership,
        task: &'e Task,
        report: &'e mut Report,
    ) -> Result<Self, Error> {
        let dialect = backend.dialect();
        if migrations.serving(dialect)?.is_none() {
            return Err(Error::new(Kind::NotServed {
                dialect,
                configured: migrations.dialects()?,
            }));
        }
        report.dialect = dialect.name();
        report.tag.clone_from(&task.tag);
        report.arguments.clone_from(&task.arguments);
        task.watch.tell(&Event::Connected {
            target: &report.target,
            dialect,
        });
        Ok(Self {
            migrations,
            set: migrations.set()?,
            settings: migrations.settings()?,
            ownership,
            patience: Patience::new(task.lock_wait).until(task.deadline),
            pace: Pace::START,
            context: Arc::new(StepContext {
                tag: task.tag.clone(),
                arguments: task.arguments.clone(),
            }),
            task,
            report,
            dialect,
            holder: Arc::new(who::holder()),
            user: who::user(),
            recorded: Recorded::default(),
            fence: Fence {
                epoch: 0,
                holder: None,
            },
            backend,
        })
    }

    /// Says what would be done.
    pub(crate) async fn preview(&mut self) -> Result<Option<Plan>, Error> {
        self.read_rows().await?;
        self.report.from = self.recorded.heads();
        if let Verb::Repair { revision, decision } = &self.task.verb {
            self.preview_repair(revision, *decision).await?;
            return Ok(None);
        }
        let comparison = self.compare()?;
        self.judge(&comparison)?;
        let graph = self.graph()?;
        let plan = goal::plan(&graph, &self.recorded, self.set, &comparison, self.task)?;
        for prepared in self.prepare(&graph, &plan.steps)? {
            let stored = self.stored(&prepared.step, prepared.text.as_ref()).await?;
            let step = self.describe_prepared(&prepared, stored.as_ref())?;
            self.report.steps.push(step);
        }
        self.report.heads = plan.heads_after().iter().map(ToString::to_string).collect();
        self.report.purged = self.task.verb.purges().then(|| self.recorded.count());
        Ok(Some(plan))
    }

    /// Does it.
    pub(crate) async fn run(&mut self) -> Result<(), Error> {
        self.lock().await?;
        let outcome = match self.back_up().await {
            Ok(()) => self.run_locked().await,
            Err(error) => Err(error),
        };
        self.unlock(&outcome).await?;
        outcome
    }

    async fn run_locked(&mut self) -> Result<(), Error> {
        let mut goal: Option<Goal> = None;
        loop {
            self.read().await?;
            if goal.is_none() && self.report.from.is_empty() {
                self.report.from = self.recorded.heads();
            }
            let attempt = self.attempt(&mut goal).await;
            self.report.heads = self.recorded.heads();
            match attempt {
                Ok(Progress::Finished) => return Ok(()),
                Ok(Progress::Overtaken) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Recovers, plans and runs, until the end or until somebody else was faster.
    async fn attempt(&mut self, goal: &mut Option<Goal>) -> Result<Progress, Error> {
        if let Verb::Repair { revision, decision } = &self.task.verb {
            return self.repair(revision, *decision).await;
        }
        if self.recover().await? == Progress::Overtaken {
            return Ok(Progress::Overtaken);
        }
        let comparison = self.compare()?;
        self.judge(&comparison)?;
        let graph = self.graph()?;
        let steps = match goal {
            Some(goal) => goal.rest(&graph, &self.recorded)?,
            None => {
                let plan = goal::plan(&graph, &self.recorded, self.set, &comparison, self.task)?;
                let steps = plan.steps.clone();
                *goal = Some(Goal::new(&plan, &self.task.verb));
                self.task.watch.tell(&Event::Planned { steps: steps.len() });
                steps
            }
        };
        if !steps.is_empty() && self.renew_downs(&comparison).await? == Progress::Overtaken {
            return Ok(Progress::Overtaken);
        }
        self.run_steps(&graph, &steps).await
    }

    /// Opens the session and takes the run lock, with the tables there.
    async fn lock(&mut self) -> Result<(), Error> {
        let mut statement = self.settings.timeouts.statement;
        if let Some(deadline) = self.task.deadline.filter(|deadline| deadline.cancel) {
            statement = Some(statement.map_or(deadline.limit, |limit| limit.min(deadline.limit)));
        }
        let session = SessionSettings {
            ddl_lock: self.settings.timeouts.ddl_lock,
            statement,
            holder: Holder::clone(&self.holder),
        };
        self.backend
            .open_session(session)
            .await
            .map_err(|error| self.server("opening a session on", error))?;
        if self.ownership == Ownership::Own {
            let taken = lock::acquire(self.backend, &mut self.patience, &self.task.watch).await;
            taken
                .map_err(|error| error.at(|error| self.server("taking the run lock on", error)))?;
        }
        Ok(())
    }

    /// Reads the rows, creating the tables if they are missing, and becomes the recorded holder.
    async fn read(&mut self) -> Result<(), Error> {
        loop {
            match self.try_read().await {
                Ok(()) => return Ok(()),
                Err(error) => self.wait_after(error).await?,
            }
        }
    }

    async fn try_read(&mut self) -> Result<(), Unplaced> {
        if self.ownership == Ownership::Caller && self.recorded.lock.is_none() {
            // First: on PostgreSQL a look at a missing table would end the caller's transaction.
            self.backend.create_tables().await?;
        }
        match self
            .backend
            .query(self.backend.tables().select_lock())
            .await
        {
            Ok(rows) if !rows.is_empty() => {}
            Ok(_) => self.backend.create_tables().await?,
            Err(error) if error.kind == ServerErrorKind::MissingTable => {
                self.backend.create_tables().await?
            }
            Err(error) => return Err(error.into()),
        }
        let mut recorded = Recorded::read(self.backend).await?;
        if recorded.lock.is_none() {
            // The lock row was there and the state table was not.
            self.backend.create_tables().await?;
            recorded = Recorded::read(self.backend).await?;
        }
        if self.fence.holder.is_none() {
            self.fence = self.backend.register(&self.holder).await?;
        }
        // On SQLite somebody may have written between the two; and a message of ours that has failed may have moved it.
        if let Some(lock) = &recorded.lock
            && self.fence.holder.as_ref().is_none_or(|run| {
                lock.holder
                    .as_ref()
                    .is_some_and(|holder| holder.run == *run)
            })
        {
            self.fence.epoch = lock.epoch;
        }
        self.patience.seen(self.fence.epoch);
        self.recorded = recorded;
        self.recorded.note_unknown(self.set.graph());
        Ok(())
    }

    /// Reads the rows as they are, and writes nothing.
    pub(super) async fn read_rows(&mut self) -> Result<(), Error> {
        self.recorded = loop {
            match Recorded::read(self.backend).await {
                Ok(recorded) => break recorded,
                Err(error) => self.wait_after(error).await?,
            }
        };
        self.recorded.note_unknown(self.set.graph());
        Ok(())
    }

    /// Waits when the rows could not be read because somebody else writes.
    async fn wait_after(&mut self, error: Unplaced) -> Result<(), Error> {
        match error {
            Unplaced::Server(error) if is_contention(&error) => {
                self.patience
                    .pause(self.dialect, None, &self.task.watch)
                    .await
            }
            error => Err(error.at(|error| self.server(READING, error))),
        }
    }

    /// What the state tables say, read outside of our transactions.
    async fn ask(&mut self, sql: String) -> Result<Vec<Row>, Error> {
        let rows = lock::ask(self.backend, &mut self.patience, &self.task.watch, sql).await;
        rows.map_err(|error| error.at(|error| self.server(READING, error)))
    }

    /// Lets go of everything. A connection that is lost, or in an unknown state, is simply dropped.
    async fn unlock(&mut self, outcome: &Result<(), Error>) -> Result<(), Error> {
        if self.ownership == Ownership::Caller {
            return Ok(());
        }
        if outcome.as_ref().is_err_and(Error::leaves_unknown) {
            return Ok(());
        }
        if self.fence.holder.is_some() {
            let sql = self.backend.tables().unregister(&self.holder.run);
            let unregistered = self.backend.execute(sql).await;
            if outcome.is_ok() {
                unregistered
                    .map_err(|error| self.server("letting go of the run lock on", error))?;
            }
        }
        let unlocked = self.backend.unlock().await;
        if outcome.is_ok() {
            unlocked.map_err(|error| self.server("letting go of the run lock on", error))?;
        }
        Ok(())
    }

    pub(crate) fn compare(&self) -> Result<Comparison, Error> {
        // The set is decoded: an entry cannot fail any more.
        let is_draft = |index| {
            self.migrations
                .entry(index)
                .is_ok_and(|entry| !entry.locked)
        };
        Ok(compare(&self.recorded, self.set, self.dialect, is_draft))
    }

    /// Reads and compares, and refuses what a run would refuse.
    pub(crate) async fn look(&mut self) -> Result<Seen, Error> {
        self.read_rows().await?;
        self.report.from = self.recorded.heads();
        self.report.heads.clone_from(&self.report.from);
        let found = self.compare()?;
        self.judge(&found)?;
        Ok(Seen {
            pending: found.pending.iter().map(ToString::to_string).collect(),
            in_flight: self
                .recorded
                .in_flight()
                .map(|row| row.revision.to_string())
                .collect(),
        })
    }

    /// Refuses what this verb must not go on with, and warns of the rest.
    fn judge(&mut self, found: &Comparison) -> Result<(), Error> {
        let starts = self.task.verb == Verb::AllHeads;
        let upgrades = starts || matches!(self.task.verb, Verb::Upgrade(_));
        if upgrades && !found.missing.is_empty() && self.task.fill == Fill::Refuse {
            return Err(Error::new(Kind::Gap {
                missing: found.missing.iter().map(ToString::to_string).collect(),
                above: found.above.iter().map(ToString::to_string).collect(),
                back: found.back.clone(),
            }));
        }
        // What stands above a gap that is being filled has other parents than were recorded, as after a rebase. It can be
        // accepted once nothing is missing below it.
        let above = |revision: &str| found.above.iter().any(|id| id == revision);
        let (later, differing): (Vec<_>, Vec<_>) = found
            .differing
            .iter()
            .cloned()
            .partition(|difference| above(&difference.revision));
        if upgrades && !differing.is_empty() {
            return Err(Error::new(Kind::HistoryDiffers {
                revisions: differing,
            }));
        }
        if upgrades {
            for difference in later {
                self.warn(format!(
                    "{}: {}; `migrate-cli repair --accept-edit {0}` accepts that when the gap is filled",
                    difference.revision, difference.what
                ));
            }
        }
        if found.unknown.is_empty() {
            return Ok(());
        }
        if starts && !found.pending.is_empty() {
            return Err(Error::new(Kind::Diverged {
                unknown: found.unknown.clone(),
                pending: found.pending.iter().map(ToString::to_string).collect(),
            }));
        }
        if starts {
            self.refuse_ahead(found)?;
        }
        self.warn(format!(
            "applied and not known here: {}",
            found.unknown.join(", ")
        ));
        Ok(())
    }

    /// An old release beside a newer schema starts, unless the schema or the configuration says no.
    fn refuse_ahead(&self, found: &Comparison) -> Result<(), Error> {
        let refused = match self.settings.startup.ahead {
            Ahead::Allow => &[],
            Ahead::Compatible => found.incompatible.as_slice(),
            Ahead::Refuse => found.unknown.as_slice(),
        };
        if refused.is_empty() {
            return Ok(());
        }
        Err(Error::new(Kind::Ahead {
            unknown: found.unknown.clone(),
            incompatible: refused.to_vec(),
        }))
    }

    fn warn(&mut self, message: String) {
        if !self.report.warnings.contains(&message) {
            tracing::warn!(target: "migrate", event = "warning", "{message}");
            self.task.watch.tell(&Event::Warning { message: &message });
            self.report.warnings.push(message);
        }
    }

    /// The graph of the set, joined with what only the database knows when its sections may be run.
    fn graph(&self) -> Result<std::borrow::Cow<'e, Graph>, Error> {
        let unknown = || {
            self.recorded
                .applied()
                .any(|row| self.set.graph().index(row.revision.as_str()).is_none())
        };
        if matches!(self.task.verb, Verb::Downgrade(_))
            && self.task.stored == Stored::Allowed
            && unknown()
        {
            return goal::joined(self.set.graph(), &self.recorded).map(std::borrow::Cow::Owned);
        }
        Ok(std::borrow::Cow::Borrowed(self.set.graph()))
    }

    fn describe(&self, step: &Step) -> Result<StepReport, Error> {
        let entry = self
            .set
            .graph()
            .index(step.revision.as_str())
            .map(|index| self.migrations.entry(index))
            .transpose()?;
        let message = entry.as_ref().map(|entry| entry.message.to_owned());
        let recorded = || {
            self.recorded
                .row(step.revision.as_str())
                .map(|row| row.message.clone())
        };
        Ok(StepReport {
            revision: step.revision.to_string(),
            message: message.or_else(recorded).unwrap_or_default(),
            file: entry.map_or_else(
                || super::section::STORED.to_owned(),
                |entry| entry.file.to_owned(),
            ),
            action: match step.action {
                crate::model::Action::Upgrade => StepAction::Upgrade,
                crate::model::Action::Downgrade => StepAction::Downgrade,
                crate::model::Action::Stamp => StepAction::Stamp,
                crate::model::Action::Unstamp => StepAction::Unstamp,
            },
            outcome: Outcome::Pending,
            duration: std::time::Duration::ZERO,
            loses: Vec::new(),
            statements: 0,
            rows: None,
            heads_after: step.heads_after.clone(),
            changes: Vec::new(),
        })
    }

    /// An error of the server outside of any section.
    fn server(&self, doing: &'static str, error: ServerError) -> Error {
        refused(self.backend, doing, &self.report.target, error)
    }

    /// Who opens the transaction of a section.
    fn transaction(&self) -> Transaction {
        let stamps = matches!(self.task.verb, Verb::Stamp { .. });
        match self.ownership {
            Ownership::Caller => Transaction::Savepoint,
            Ownership::Own if stamps || self.task.transaction == PerRun::Single => Transaction::Run,
            Ownership::Own => Transaction::Own,
        }
    }
}

/// What a look has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Seen {
    /// Revisions of the set that are not applied, oldest first.
    pub(crate) pending: Vec<String>,
    pub(crate) in_flight: Vec<String>,
}

/// How far an attempt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// To the end.
    Finished,
    /// Somebody else has changed the rows: they must be read again.
    Overtaken,
}
