//! Start-up: the switch, the one query, and what each finding leads to.

use std::time::{Duration, Instant};

use tracing::Instrument;

use super::api::{finish, new_report, task};
use super::backend::{Backend, Row};
use super::connect::{Intent, connect};
use super::engine::{Deadline, Engine, Ownership};
use super::error::{Error, Failure, Kind, ServerErrorKind};
use super::lock::{Patience, is_contention};
use super::report::Report;
use super::run::{Create, Run};
use super::state::FORMAT;
use super::target::Database;
use crate::model::Migrations;
use crate::model::set::{Head, StartupSettings};
use crate::text::Chain;
use crate::text::diagnostic::Class;

/// How often a start-up that only waits looks again.
const LOOK: Duration = Duration::from_millis(500);

impl Migrations {
    /// Brings the database to all heads while the application starts, by the settings of `[startup]`: one query and
    /// nothing else when there is nothing to do; otherwise the run lock, waiting and running within the limit.
    ///
    /// With `auto` off (by `migrate.toml` or by the environment variable, `MIGRATE_AUTO=0`) nothing is run: start-up then
    /// waits for somebody else to migrate, or refuses, or goes on with a warning.
    ///
    /// # Errors
    /// [`Failure`] when the application must not start: its revisions could not be applied, or the database has a history
    /// that it must not run beside.
    pub async fn startup(&self, database: impl Into<Database>) -> Result<Report, Failure> {
        let database = database.into();
        let begun = Instant::now();
        let run = Run::all_heads();
        let mut report = new_report(&database, &run.verb);
        let outcome = match self.warn_if_stale(&mut report) {
            Ok(()) => {
                let span = tracing::info_span!("migrate", verb = "startup", target = %database);
                self.start(&database, &run, begun, &mut report)
                    .instrument(span)
                    .await
            }
            Err(error) => Err(error),
        };
        report.duration = begun.elapsed();
        match outcome {
            Ok(()) => Ok(report),
            Err(error) => Err(Failure::new(error, report)),
        }
    }

    async fn start(
        &self,
        database: &Database,
        run: &Run,
        begun: Instant,
        report: &mut Report,
    ) -> Result<(), Error> {
        let settings = &self.settings()?.startup;
        let auto = is_auto(settings, |name| std::env::var(name).ok())?;
        let intent = if auto {
            Intent::Change(Create::File)
        } else {
            Intent::Read
        };
        let mut backend = connect(database, intent, self.settings()?).await?;
        let deadline = Deadline {
            at: begun + settings.limit,
            limit: settings.limit,
            cancel: settings.cancel_at_limit,
        };
        let outcome = match look(self, &mut *backend, report).await {
            Ok(Look::Equal) => Ok(()),
            Ok(Look::Other) if auto => {
                let run = run
                    .clone()
                    .lock_wait(self.settings()?.timeouts.run_lock.min(settings.limit));
                let task = task(&run, self.settings()?, Some(deadline));
                match Engine::new(self, &mut *backend, Ownership::Own, &task, report) {
                    Ok(mut engine) => engine.run().await,
                    Err(error) => Err(error),
                }
            }
            Ok(Look::Other) => {
                self.start_without_running(&mut *backend, run, deadline, report)
                    .await
            }
            Err(error) => Err(error),
        };
        finish(backend, &outcome).await;
        outcome
    }

    /// With `auto` off: judge, and wait, refuse or warn.
    async fn start_without_running(
        &self,
        backend: &mut dyn Backend,
        run: &Run,
        deadline: Deadline,
        report: &mut Report,
    ) -> Result<(), Error> {
        let settings = self.settings()?;
        let task = task(run, settings, None);
        loop {
            let mut seen = report.clone();
            let found = Engine::new(self, &mut *backend, Ownership::Own, &task, &mut seen)?
                .look()
                .await?;
            if found.pending.is_empty() && found.in_flight.is_empty() {
                *report = seen;
                report.steps.clear();
                return Ok(());
            }
            let pending: Vec<String> = found.in_flight.into_iter().chain(found.pending).collect();
            if settings.startup.wait {
                if Instant::now() + LOOK > deadline.at {
                    return Err(Error::new(Kind::RunTimeout {
                        limit: deadline.limit,
                        done: 0,
                        pending,
                    }));
                }
                tokio::time::sleep(super::who::jitter(LOOK)).await;
                continue;
            }
            if settings.startup.require_head {
                return Err(Error::new(Kind::Behind { pending }));
            }
            *report = seen;
            report.steps.clear();
            let message = format!(
                "start-up does not run what is pending: {}",
                pending.join(", ")
            );
            tracing::warn!("{message}");
            report.warnings.push(message);
            return Ok(());
        }
    }
}

/// Whether start-up migrates: the environment before the configuration.
fn is_auto(
    settings: &StartupSettings,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<bool, Error> {
    let name = &settings.auto_env;
    let Some(value) = variable(name).filter(|value| !value.trim().is_empty()) else {
        return Ok(settings.auto);
    };
    match value.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "on" | "yes" => Ok(true),
        "0" | "false" | "off" | "no" => Ok(false),
        _ => Err(Error::with_help(
            Class::Config,
            format!("the environment variable {name} is `{value}`"),
            format!("{name}=1 migrates at start-up, {name}=0 does not"),
        )),
    }
}

/// What the one query says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Heads and chains are those of the set, and nothing is in flight.
    Equal,
    /// Anything else.
    Other,
}

/// The one query of a start-up at head: one statement, one round trip, whatever the number of revisions. Of the set only
/// the heads are decoded.
pub(crate) async fn look(
    migrations: &Migrations,
    backend: &mut dyn Backend,
    report: &mut Report,
) -> Result<Look, Error> {
    let dialect = backend.dialect();
    let Some(serving) = migrations.serving(dialect)? else {
        return Err(Error::new(Kind::NotServed {
            dialect,
            configured: migrations.dialects()?,
        }));
    };
    report.dialect = dialect.name();
    let heads = migrations.effective_heads(serving)?;
    let mut patience = Patience::new(migrations.settings()?.timeouts.run_lock);
    let rows = loop {
        let sql = backend
            .tables()
            .select_heads(heads.iter().map(|head| head.id));
        match backend.query(sql).await {
            Ok(rows) => break rows,
            Err(error) if error.kind == ServerErrorKind::MissingTable && heads.is_empty() => {
                return Ok(Look::Equal);
            }
            Err(error) if error.kind == ServerErrorKind::MissingTable => return Ok(Look::Other),
            Err(error) if is_contention(&error) => {
                patience
                    .pause(dialect, None, &super::event::Watch::default())
                    .await?;
            }
            Err(error) if error.kind == ServerErrorKind::Permission => {
                let grant = backend.tables().grant(backend.user());
                return Err(Error::new(Kind::Permission { error, grant }));
            }
            Err(error) => {
                let target = report.target.clone();
                return Err(Error::new(Kind::Server {
                    doing: "reading the state tables of",
                    target,
                    error,
                }));
            }
        }
    };
    let look = judge(&heads, rows)?;
    if look == Look::Equal {
        report.from = heads.iter().map(|head| head.id.to_owned()).collect();
        report.from.sort_unstable();
        report.heads.clone_from(&report.from);
    }
    Ok(look)
}

fn judge(heads: &[Head<'_>], rows: Vec<Row>) -> Result<Look, Error> {
    let mut rows = rows.into_iter();
    let Some([Some(format), here, ..]) = rows.next().as_deref().map(|row| {
        [
            row.first().cloned().flatten(),
            row.get(1).cloned().flatten(),
        ]
    }) else {
        return Ok(Look::Other);
    };
    let format: i64 = format.parse().unwrap_or_default();
    if format != FORMAT {
        return Err(Error::new(Kind::Format { found: format }));
    }
    if here.as_deref() != Some("1") {
        return Ok(Look::Other);
    }
    let mut found = 0;
    let mut seen: Vec<String> = Vec::new();
    for row in rows {
        let mut fields = row.into_iter().skip(2).map(Option::unwrap_or_default);
        let mut next = || fields.next().unwrap_or_default();
        let (id, chain, is_head, state) = (
            next(),
            next(),
            super::state::sql::read_flag(&next()),
            next(),
        );
        if seen.contains(&id) {
            continue;
        }
        let head = heads.iter().find(|head| head.id == id);
        match (head, is_head, state.as_str()) {
            (Some(head), true, "applied")
                if chain
                    .parse::<Chain>()
                    .is_ok_and(|chain| chain == head.chain) =>
            {
                found += 1
            }
            _ => return Ok(Look::Other),
        }
        seen.push(id);
    }
    Ok(if found == heads.len() {
        Look::Equal
    } else {
        Look::Other
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_comes_before_the_configuration() {
        let settings = |auto| StartupSettings {
            auto,
            ..StartupSettings::default()
        };
        let cases = [
            (true, None, Some(true)),
            (false, None, Some(false)),
            (true, Some("0"), Some(false)),
            (true, Some("off"), Some(false)),
            (false, Some("1"), Some(true)),
            (false, Some(" True "), Some(true)),
            (true, Some(""), Some(true)),
            (true, Some("maybe"), None),
        ];
        for (auto, value, expected) in cases {
            let found = is_auto(&settings(auto), |_| value.map(str::to_owned)).ok();
            assert_eq!(found, expected, "{auto} {value:?}");
        }
    }
}
