//! The verbs of [`Migrations`].

use std::time::{Duration, Instant};

use tracing::Instrument;

use super::backend::Backend;
use super::backup::Order;
use super::connect::{Absent, Intent, connect, connect_or_wait};
use super::engine::{Deadline, Engine, Ownership, Task};
use super::error::{Error, Failure, Limit};
use super::repair::Repair;
use super::report::Report;
use super::run::{Create, Effect, Run, Verb};
use super::target::Database;
use crate::model::set::Settings;
use crate::model::{Migrations, Operation, Plan};

impl Migrations {
    /// Does what `run` asks for, on a connection of its own.
    ///
    /// # Errors
    /// [`Failure`] says why it did not reach its end, and holds the report of what was done until then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use migrate_core::model::{Migrations, set::{Settings, pack}};
    /// # use migrate_core::text::{Dialect, DialectSet};
    /// use migrate_core::database::{Database, Run};
    ///
    /// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
    /// # let migrations = Migrations::from_packed(packed, None);
    /// let database: Database = "sqlite::memory:".parse()?;
    /// let report = migrations.run(&database, Run::upgrade("heads")).await?;
    /// assert!(report.is_up_to_date());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    pub async fn run(&self, database: impl Into<Database>, run: Run) -> Result<Report, Failure> {
        self.run_reporting(&database.into(), &run).await
    }

    /// Upgrades to `spec`, such as `head`: [`Run::upgrade`] without options.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn upgrade(
        &self,
        database: impl Into<Database>,
        spec: &str,
    ) -> Result<Report, Failure> {
        self.run(database, Run::upgrade(spec)).await
    }

    /// Downgrades to `spec`, such as `-1`: [`Run::downgrade`] without options.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn downgrade(
        &self,
        database: impl Into<Database>,
        spec: &str,
    ) -> Result<Report, Failure> {
        self.run(database, Run::downgrade(spec)).await
    }

    /// Records what `spec` says as applied, without running anything: [`Run::stamp`] with one spec.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn stamp(
        &self,
        database: impl Into<Database>,
        spec: &str,
    ) -> Result<Report, Failure> {
        self.run(database, Run::stamp([spec])).await
    }

    /// Records what a person has decided about a revision that is in flight or edited.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn repair(
        &self,
        database: impl Into<Database>,
        repair: Repair,
    ) -> Result<Report, Failure> {
        self.run_reporting(&database.into(), &repair.into_run())
            .await
    }

    /// Creates the state tables where they are missing, and a missing SQLite file.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn ensure_tables(&self, database: impl Into<Database>) -> Result<(), Failure> {
        let nothing = Run::stamp(Vec::<String>::new());
        self.run_reporting(&database.into(), &nothing)
            .await
            .map(drop)
    }

    /// The plan of `run` for the database as it is now; nothing is changed, no lock is taken.
    ///
    /// # Errors
    /// When the database cannot be read, and when the run would be refused.
    pub async fn plan(&self, database: impl Into<Database>, run: Run) -> Result<Plan, Error> {
        let database = database.into();
        let mut report = new_report(&database, &run.verb);
        let task = task(&run, self.settings()?, None);
        let mut backend = connect(&database, Intent::Look, self.settings()?).await?;
        let plan = match Engine::new(self, &mut *backend, Ownership::Own, &task, &mut report) {
            Ok(mut engine) => engine.preview().await,
            Err(error) => Err(error),
        };
        finish(backend, &plan).await;
        let nothing = || Plan {
            operation: Operation::Redo,
            from: Vec::new(),
            target: String::new(),
            steps: Vec::new(),
        };
        Ok(plan?.unwrap_or_else(nothing))
    }

    async fn run_reporting(&self, database: &Database, run: &Run) -> Result<Report, Failure> {
        let begun = Instant::now();
        let mut report = new_report(database, &run.verb);
        report.dry = run.effect == Effect::Dry;
        let outcome = match self.warn_if_stale(&mut report) {
            Ok(()) => {
                let starts = run.verb == Verb::AllHeads && !report.dry;
                let verb = if starts { "startup" } else { run.verb.name() };
                let span = tracing::info_span!(target: "migrate", "migrate", verb, %database);
                let done = async {
                    if starts {
                        self.start_into(database, run, begun, &mut report).await
                    } else {
                        self.run_into(database, run, begun, &mut report).await
                    }
                };
                done.instrument(span).await
            }
            Err(error) => Err(error),
        };
        report.duration = begun.elapsed();
        match outcome {
            Ok(()) => Ok(report),
            Err(error) => Err(Failure::new(error, report)),
        }
    }

    /// A debug build that finds its directory says when the two differ: a file that cargo did not see would otherwise
    /// be missing without a word.
    pub(crate) fn warn_if_stale(&self, report: &mut Report) -> Result<(), Error> {
        if let Some(stale) = self.stale()? {
            tracing::warn!(target: "migrate", event = "warning", "{stale}");
            report.warnings.push(stale.to_string());
        }
        Ok(())
    }

    async fn run_into(
        &self,
        database: &Database,
        run: &Run,
        begun: Instant,
        report: &mut Report,
    ) -> Result<(), Error> {
        let settings = self.settings()?;
        let deadline = run.wait.map(|limit| Deadline {
            at: begun + limit,
            limit,
            cancel: false,
            of: Limit::Wait,
        });
        let mut task = task(run, settings, deadline);
        task.backup = order(run, database);
        // Nothing can be taken back or repaired where there is no file, so a mistyped name makes none.
        let begins_anew = run.verb.may_begin_a_database() || run.create == Create::Database;
        let intent = if report.dry || !begins_anew {
            Intent::Look
        } else {
            Intent::Change(run.create)
        };
        let absent = run.wait.map_or(Absent::Fails, Absent::Awaited);
        let mut backend = connect_or_wait(database, intent, settings, absent, &task.watch).await?;
        let outcome = match Engine::new(self, &mut *backend, Ownership::Own, &task, report) {
            Ok(mut engine) if run.effect == Effect::Dry => engine.preview().await.map(drop),
            Ok(mut engine) => engine.run().await,
            Err(error) => Err(error),
        };
        finish(backend, &outcome).await;
        outcome
    }
}

/// Closes the connection politely, unless nobody knows what is going on there: then it is dropped.
pub(crate) async fn finish<T>(backend: Box<dyn Backend>, outcome: &Result<T, Error>) {
    if !outcome.as_ref().is_err_and(Error::leaves_unknown) {
        // Not longer than this: the server has everything it needs.
        let _ = tokio::time::timeout(Duration::from_secs(5), backend.close()).await;
    }
}

pub(crate) fn new_report(database: &Database, verb: &Verb) -> Report {
    let mut report = Report::new(verb.name());
    report.target = database.to_string();
    report.dialect = database.dialect().name();
    report
}

/// The backup that `run` is to make.
pub(super) fn order(run: &Run, database: &Database) -> Option<Order> {
    let directory = run.backup.clone()?;
    Some(Order {
        directory,
        database: database.clone(),
    })
}

pub(crate) fn task(run: &Run, settings: &Settings, deadline: Option<Deadline>) -> Task {
    Task {
        verb: run.verb.clone(),
        stored: run.stored,
        fill: run.fill,
        transaction: run.transaction,
        lock_wait: run
            .lock_wait
            .or(run.wait)
            .unwrap_or(settings.timeouts.run_lock),
        tag: run.tag.clone(),
        arguments: run.arguments.clone(),
        backup: None,
        deadline,
        watch: run.watch.clone(),
    }
}
