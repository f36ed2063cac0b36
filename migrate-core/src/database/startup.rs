//! Start-up: the switch, the one query, and what each finding leads to.

mod announce;
mod look;
mod switch;

use std::time::{Duration, Instant};

use super::api::{finish, order, task};
use super::backend::Backend;
use super::connect::{Absent, Intent, connect_or_wait};
use super::engine::{Deadline, Engine, Ownership, Seen};
use super::error::{Error, Failure, Kind, Limit, left_pending};
use super::event::{Event, Watch};
use super::lock::Patience;
use super::report::Report;
use super::run::{Create, Run};
use super::target::Database;
use crate::model::Migrations;
use crate::model::set::HeadsPolicy;
use crate::text::Dialect;
use crate::text::diagnostic::Class;
use announce::Audience;
pub(crate) use look::{Look, look};
use switch::{Position, Switch};

/// How often a start-up that only waits looks again.
const LOOK: Duration = Duration::from_secs(1);

impl Migrations {
    /// Brings the database to all heads while the application starts, by the settings of `[startup]`: one query and
    /// nothing else when there is nothing to do; otherwise the run lock, waiting and running within the limit. A database
    /// that is not up yet is waited for.
    ///
    /// With `auto` off (by `migrate.toml`, by the environment, or by the variable, `MIGRATE_AUTO=0`) nothing is run:
    /// start-up then waits for somebody else to migrate, or refuses, or goes on with a warning.
    ///
    /// Start, success and failure are told to the subscriber of `tracing`, or on stderr where there is none. For a start-up
    /// with options there is [`Run::startup`].
    ///
    /// # Errors
    /// [`Failure`] when the application must not start: its revisions could not be applied, or the database has a history
    /// that it must not run beside.
    pub async fn startup(&self, database: impl Into<Database>) -> Result<Report, Failure> {
        self.run(database, Run::startup()).await
    }

    /// As [`startup`](Self::startup), into `report`.
    pub(super) async fn start_into(
        &self,
        database: &Database,
        run: &Run,
        begun: Instant,
        report: &mut Report,
    ) -> Result<(), Error> {
        let audience = Audience::of(&run.watch);
        let mut run = run.clone();
        run.watch = audience.watch(&run.watch);
        let outcome = self.start(database, &run, begun, audience, report).await;
        report.duration = begun.elapsed();
        audience.ends(database, report, &outcome);
        outcome
    }

    async fn start(
        &self,
        database: &Database,
        run: &Run,
        begun: Instant,
        audience: Audience,
        report: &mut Report,
    ) -> Result<(), Error> {
        let settings = self.settings()?;
        let startup = &settings.startup;
        let variable = |name: &str| {
            let own = std::env::var(name).ok().filter(|value| !value.is_empty());
            own.or_else(|| run.variables.get(name).cloned())
        };
        let switch = Switch::read(startup, run.environment.as_deref(), variable)?;
        audience.begins(database, &switch, startup.limit);
        let deadline = Deadline {
            at: begun + startup.limit,
            limit: startup.limit,
            cancel: startup.cancel_at_limit,
            of: Limit::Startup(self.by_hand()?),
        };
        if switch.position == Position::Off {
            return self
                .start_without_running(database, run, &switch, deadline, report)
                .await;
        }
        let intent = Intent::Change(Create::File);
        let mut backend = self.reach(database, intent, &run.watch, deadline).await?;
        let patience = self.patience(deadline)?;
        let outcome = match look(self, &mut *backend, patience, report).await {
            Ok(Look::Equal) => Ok(()),
            Ok(Look::Other) => {
                let mut task = task(run, settings, Some(deadline));
                task.backup = order(run, database);
                match Engine::new(self, &mut *backend, Ownership::Own, &task, report) {
                    Ok(mut engine) => engine.run().await,
                    Err(error) => Err(error),
                }
            }
            Err(error) => Err(error),
        };
        finish(backend, &outcome).await;
        outcome
    }

    /// Connects, waiting for a database that comes up.
    async fn reach(
        &self,
        database: &Database,
        intent: Intent,
        watch: &Watch,
        deadline: Deadline,
    ) -> Result<Box<dyn Backend>, Error> {
        let settings = self.settings()?;
        let limit = settings.timeouts.connect.min(deadline.left());
        connect_or_wait(database, intent, settings, Absent::Awaited(limit), watch).await
    }

    fn patience(&self, deadline: Deadline) -> Result<Patience, Error> {
        Ok(Patience::new(self.settings()?.timeouts.run_lock).until(Some(deadline)))
    }

    /// The command that does by hand what a start-up does.
    fn by_hand(&self) -> Result<&'static str, Error> {
        // Not by the number of heads, which a start-up at head has no need to decode.
        Ok(match self.settings()?.heads {
            HeadsPolicy::One => "migrate-cli upgrade",
            HeadsPolicy::Many => "migrate-cli upgrade heads",
        })
    }

    /// With the switch off: judge, and wait, refuse or warn.
    async fn start_without_running(
        &self,
        database: &Database,
        run: &Run,
        switch: &Switch,
        deadline: Deadline,
        report: &mut Report,
    ) -> Result<(), Error> {
        let startup = &self.settings()?.startup;
        loop {
            let mut seen = report.clone();
            let pending = self.pending(database, run, deadline, &mut seen).await?;
            if pending.is_empty() {
                *report = seen;
                return Ok(());
            }
            if startup.wait {
                if deadline.left() < LOOK {
                    return Err(Error::new(Kind::NobodyMigrated {
                        limit: deadline.limit,
                        pending,
                        switch: switch.to_string(),
                    }));
                }
                tokio::time::sleep(super::who::jitter(LOOK)).await;
                continue;
            }
            let switch = switch.to_string();
            if startup.require_head {
                return Err(Error::new(Kind::Behind { pending, switch }));
            }
            *report = seen;
            let message = format!(
                "{}; `{}` does",
                left_pending(&pending, &switch),
                self.by_hand()?
            );
            tracing::warn!(target: "migrate", event = "pending", pending = pending.len(), "{message}");
            run.watch.tell(&Event::Warning { message: &message });
            report.warnings.push(message);
            report.pending = pending;
            return Ok(());
        }
    }

    /// What is pending or in flight, after the judgement of a start-up; nothing is changed.
    async fn pending(
        &self,
        database: &Database,
        run: &Run,
        deadline: Deadline,
        report: &mut Report,
    ) -> Result<Vec<String>, Error> {
        let backend = self
            .reach(database, Intent::Read, &run.watch, deadline)
            .await;
        let mut backend = match backend {
            Ok(backend) => backend,
            // A file that nobody has made yet is an empty database.
            Err(error)
                if database.dialect() == Dialect::Sqlite && error.class() == Class::Unreachable =>
            {
                let graph = self.set()?.graph();
                let order = graph.order();
                return Ok(order.map(|index| graph.id(index).to_string()).collect());
            }
            Err(error) => return Err(error),
        };
        let task = task(run, self.settings()?, Some(deadline));
        let seen = match look(self, &mut *backend, self.patience(deadline)?, report).await {
            Ok(Look::Equal) => Ok(Seen::default()),
            Ok(Look::Other) => {
                match Engine::new(self, &mut *backend, Ownership::Own, &task, report) {
                    Ok(mut engine) => engine.look().await,
                    Err(error) => Err(error),
                }
            }
            Err(error) => Err(error),
        };
        finish(backend, &seen).await;
        let Seen {
            mut pending,
            in_flight,
        } = seen?;
        pending.extend(
            in_flight
                .into_iter()
                .filter(|id| !pending.contains(id))
                .collect::<Vec<_>>(),
        );
        Ok(pending)
    }
}
