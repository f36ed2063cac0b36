//! Looking at a database: nothing is created, nothing is locked.

use serde::Serialize;

use super::api::{finish, new_report, task};
use super::backend::{Backend, Row};
use super::connect::{Intent, connect};
use super::engine::{Engine, Ownership};
use super::error::{Error, Kind, ServerError, ServerErrorKind};
use super::event::Watch;
use super::lock::{Patience, is_contention};
use super::recorded::Recorded;
use super::run::Run;
use super::startup::{Look, look};
use super::state::{
    FORMAT, Holder, LockRow, Origin, Record, State, read_lock, read_log, read_record,
};
use super::target::Database;
use crate::model::{Applied, Migrations};
use crate::text::Chain;
use crate::text::diagnostic::Class;

/// A revision as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedRevision {
    /// The id.
    pub revision: String,
    /// Its message.
    pub message: String,
    /// Whether it is an effective head of the set.
    pub head: bool,
    /// Whether the set knows it.
    pub known: bool,
    /// Its state.
    pub state: State,
    /// How the row came to be.
    pub origin: Origin,
    /// When it was begun, by the database's clock.
    pub started_at: Option<String>,
    /// When it was finished.
    pub finished_at: Option<String>,
    /// Who has run it.
    pub who: String,
    /// For one in flight: how many statements have finished.
    pub statements_finished: Option<usize>,
    /// For one in flight: the rows that its batches have touched, if one was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// For one in flight: the statement that was begun, masked.
    pub statement: Option<String>,
    /// For one in flight: the error that it has stopped with.
    pub error: Option<String>,
    /// What vouches for it and everything below it.
    #[serde(skip)]
    pub(crate) chain: Chain,
}

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Current {
    /// The effective rows that the set knows.
    pub current: Vec<RecordedRevision>,
    /// What is in flight.
    pub in_flight: Vec<RecordedRevision>,
    /// The effective rows that the set does not know.
    pub unknown: Vec<RecordedRevision>,
}

/// Where a database is, and how far from the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The database, without password.
    pub target: String,
    /// What it speaks.
    pub dialect: &'static str,
    /// Whether it has state tables.
    pub tables: bool,
    /// Where it is.
    #[serde(flatten)]
    pub current: Current,
    /// How many revisions are applied.
    pub applied: usize,
    /// The revisions of the set that are not applied, oldest first.
    pub pending: Vec<String>,
    /// Applied revisions that the set does not know.
    pub unknown_applied: Vec<String>,
    /// Applied revisions that are not what the set says, each with what is different.
    pub differing: Vec<(String, String)>,
    /// Revisions that are missing below applied ones.
    pub missing: Vec<String>,
    /// The target of a downgrade that takes back just what stands above those, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back: Option<String>,
    /// Who holds the run lock.
    pub holder: Option<Holder>,
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LogEntry {
    /// The revision.
    pub revision: String,
    /// `upgrade`, `downgrade`, `stamp`, `repair`.
    pub action: String,
    /// `finished` or `failed`.
    pub outcome: String,
    /// When it was begun, by the database's clock.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
    /// The rows that its batches have touched, if it has batches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Who has run it.
    pub who: Option<String>,
    /// On which machine.
    pub host: Option<String>,
    /// With which version.
    pub tool: Option<String>,
    /// What it has failed with.
    pub error: Option<String>,
}

impl Migrations {
    /// Where the database is: its effective rows, and what is in flight.
    ///
    /// # Errors
    /// When the database cannot be read. Unknown rows are no error.
    pub async fn current(&self, database: impl Into<Database>) -> Result<Current, Error> {
        let database = database.into();
        let mut backend = connect(&database, Intent::Look, self.settings()?).await?;
        // Tables of another release are named before anything is read out of them.
        let current = match read_lock_row(&mut *backend, &database).await {
            Ok(Some(_)) => self.read_current(&mut *backend, &database).await,
            Ok(None) => Ok(Current::default()),
            Err(error) => Err(error),
        };
        finish(backend, &current).await;
        current
    }

    /// Where the database is, what is pending, what is unknown or in flight, and who holds the run lock.
    ///
    /// # Errors
    /// As [`current`](Self::current).
    pub async fn status(&self, database: impl Into<Database>) -> Result<Status, Error> {
        let database = database.into();
        let mut backend = connect(&database, Intent::Look, self.settings()?).await?;
        let status = self.read_status(&mut *backend, &database).await;
        finish(backend, &status).await;
        status
    }

    /// Whether the application may serve on this database: for health checks. One query, which changes nothing, when the
    /// database is at all heads of the set.
    ///
    /// True when nothing of the set is pending and start-up would not refuse: so also for an older release beside a newer
    /// schema, as `ahead` in `[startup]` allows, or a rolling update would take the old replicas out of service.
    ///
    /// # Errors
    /// As [`current`](Self::current).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use migrate_core::model::{Migrations, set::{Settings, pack}};
    /// # use migrate_core::text::{Dialect, DialectSet};
    /// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
    /// # let migrations = Migrations::from_packed(packed, None);
    /// # let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    /// // In the handler of `GET /health/ready`:
    /// let status = match migrations.is_up_to_date(&pool).await {
    ///     Ok(true) => 200,
    ///     Ok(false) => 503, // revisions are pending
    ///     Err(_) => 503,    // the database cannot be asked
    /// };
    /// # assert_eq!(status, 200);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    pub async fn is_up_to_date(&self, database: impl Into<Database>) -> Result<bool, Error> {
        let database = database.into();
        let mut backend = connect(&database, Intent::Look, self.settings()?).await?;
        let ready = self.is_ready(&mut *backend, &database).await;
        finish(backend, &ready).await;
        ready
    }

    async fn is_ready(
        &self,
        backend: &mut dyn Backend,
        database: &Database,
    ) -> Result<bool, Error> {
        let run = Run::startup();
        let mut report = new_report(database, &run.verb);
        let patience = Patience::new(self.settings()?.timeouts.run_lock);
        if look(self, backend, patience, &mut report).await? == Look::Equal {
            return Ok(true);
        }
        let task = task(&run, self.settings()?, None);
        let seen = Engine::new(self, backend, Ownership::Own, &task, &mut report)?
            .look()
            .await;
        match seen {
            Ok(seen) => Ok(seen.pending.is_empty()),
            Err(error) => match error.class() {
                Class::Gap | Class::HistoryDiffers | Class::Ahead | Class::Diverged => Ok(false),
                _ => Err(error),
            },
        }
    }

    /// Whether the database is exactly at all heads of this set and nothing is in flight, by the one query of a start-up.
    ///
    /// # Errors
    /// As [`current`](Self::current).
    pub async fn is_at_heads(&self, database: impl Into<Database>) -> Result<bool, Error> {
        let database = database.into();
        let mut report = new_report(&database, &Run::startup().verb);
        let mut backend = connect(&database, Intent::Look, self.settings()?).await?;
        let patience = Patience::new(self.settings()?.timeouts.run_lock);
        let found = look(self, &mut *backend, patience, &mut report).await;
        finish(backend, &found).await;
        Ok(found? == Look::Equal)
    }

    /// Whether the revision is applied.
    ///
    /// # Errors
    /// As [`current`](Self::current).
    pub async fn is_applied(
        &self,
        database: impl Into<Database>,
        revision: &str,
    ) -> Result<bool, Error> {
        let database = database.into();
        let mut backend = connect(&database, Intent::Look, self.settings()?).await?;
        let sql = backend.tables().select_state(revision);
        let rows = rows_of_ours(&mut *backend, &database, sql).await;
        finish(backend, &rows).await;
        let state = rows?.into_iter().flatten().next().flatten();
        Ok(state.as_deref() == Some(State::Applied.name()))
    }

    /// The log, oldest first.
    ///
    /// # Errors
    /// As [`current`](Self::current).
    pub async fn log(&self, database: impl Into<Database>) -> Result<Vec<LogEntry>, Error> {
        let database = database.into();
        let mut backend = connect(&database, Intent::Look, self.settings()?).await?;
        let sql = backend.tables().select_log();
        let rows = rows_of_ours(&mut *backend, &database, sql).await;
        finish(backend, &rows).await;
        Ok(rows?.into_iter().map(read_log).collect())
    }

    /// Every revision that is recorded as applied.
    ///
    /// # Errors
    /// As [`current`](Self::current).
    pub async fn applied(
        &self,
        database: impl Into<Database>,
    ) -> Result<Vec<RecordedRevision>, Error> {
        let database = database.into();
        let mut backend = connect(&database, Intent::Look, self.settings()?).await?;
        let recorded = read_all(&mut *backend, &database).await;
        finish(backend, &recorded).await;
        let mut applied: Vec<RecordedRevision> = Vec::new();
        for row in recorded?.applied() {
            applied.push(self.describe_row(row)?);
        }
        applied.sort_by(|a, b| (&a.finished_at, &a.revision).cmp(&(&b.finished_at, &b.revision)));
        Ok(applied)
    }

    async fn read_current(
        &self,
        backend: &mut dyn Backend,
        database: &Database,
    ) -> Result<Current, Error> {
        let sql = backend.tables().select_open();
        let Some(rows) = rows(backend, database, sql).await? else {
            return Ok(Current::default());
        };
        let mut current = Current::default();
        let mut seen: Vec<String> = Vec::new();
        for row in rows {
            let record = read_record(row).map_err(|what| unreadable(backend, what))?;
            if seen.iter().any(|id| record.revision == id.as_str()) {
                continue;
            }
            seen.push(record.revision.to_string());
            let described = self.describe_row(&record)?;
            match (record.in_flight(), described.known) {
                (true, _) => current.in_flight.push(described),
                (false, true) => current.current.push(described),
                (false, false) => current.unknown.push(described),
            }
        }
        for list in [
            &mut current.current,
            &mut current.in_flight,
            &mut current.unknown,
        ] {
            list.sort_by(|a, b| a.revision.cmp(&b.revision));
        }
        Ok(current)
    }

    async fn read_status(
        &self,
        backend: &mut dyn Backend,
        database: &Database,
    ) -> Result<Status, Error> {
        let dialect = backend.dialect();
        let mut status = Status {
            target: database.to_string(),
            dialect: dialect.name(),
            tables: false,
            current: Current::default(),
            applied: 0,
            pending: Vec::new(),
            unknown_applied: Vec::new(),
            differing: Vec::new(),
            missing: Vec::new(),
            back: None,
            holder: None,
        };
        let graph = self.set()?.graph();
        let Some(lock) = read_lock_row(backend, database).await? else {
            status.pending = graph
                .order()
                .map(|index| graph.id(index).to_string())
                .collect();
            return Ok(status);
        };
        status.tables = true;
        status.holder = lock.holder;
        status.current = self.read_current(backend, database).await?;
        let sql = backend.tables().count_applied();
        let counted = rows(backend, database, sql)
            .await?
            .and_then(|rows| rows.into_iter().flatten().next().flatten());
        status.applied = counted
            .and_then(|count| count.parse().ok())
            .unwrap_or_default();
        let set = self.set()?;
        let same = status.current.current.iter().all(|row| {
            let ours = graph
                .index(&row.revision)
                .and_then(|index| set.chain(index, dialect));
            ours.is_none_or(|chain| chain == row.chain)
        });
        // Everything below the effective rows is applied and as it was, as long as the numbers and the chains agree.
        let heads = status
            .current
            .current
            .iter()
            .filter_map(|row| graph.index(&row.revision));
        let applied = Applied::closure(graph, heads);
        if same && status.current.unknown.is_empty() && applied.set().len() == status.applied {
            let pending = graph.order().filter(|index| !applied.contains(*index));
            status.pending = pending.map(|index| graph.id(index).to_string()).collect();
            return Ok(status);
        }
        let recorded = read_all(backend, database).await?;
        let found = super::recorded::compare(&recorded, self.set()?, dialect, |_| false);
        status.pending = found.pending.iter().map(ToString::to_string).collect();
        status.missing = found.missing.iter().map(ToString::to_string).collect();
        status.back = found.back;
        status.unknown_applied = found.unknown;
        status.differing = found
            .differing
            .into_iter()
            .map(|it| (it.revision, it.what.to_owned()))
            .collect();
        Ok(status)
    }

    fn describe_row(&self, record: &Record) -> Result<RecordedRevision, Error> {
        let graph = self.set()?.graph();
        let index = graph.index(record.revision.as_str());
        let in_flight = record.in_flight();
        Ok(RecordedRevision {
            revision: record.revision.to_string(),
            message: record.message.clone(),
            head: index.is_some_and(|index| graph.above(index).next().is_none()),
            known: index.is_some(),
            state: record.state,
            origin: record.origin,
            started_at: record.started_at.clone(),
            finished_at: record.finished_at.clone(),
            who: record.who.clone(),
            statements_finished: in_flight.then_some(record.journal.statement_no),
            rows: record
                .journal
                .batch
                .filter(|_| in_flight)
                .map(|batch| batch.rows),
            statement: record
                .journal
                .in_flight
                .as_ref()
                .map(|statement| statement.text.clone()),
            error: record.error.clone(),
            chain: record.chain,
        })
    }
}

/// The rows of a reading statement; `None` when there are no tables.
async fn rows(
    backend: &mut dyn Backend,
    database: &Database,
    sql: String,
) -> Result<Option<Vec<Row>>, Error> {
    let mut patience = Patience::new(std::time::Duration::from_secs(30));
    loop {
        match backend.query(sql.clone()).await {
            Ok(rows) => return Ok(Some(rows)),
            Err(error) if error.kind == ServerErrorKind::MissingTable => return Ok(None),
            Err(error) if is_contention(&error) => {
                patience
                    .pause(backend.dialect(), None, &Watch::default())
                    .await?;
            }
            Err(error) => return Err(refused(backend, database, error)),
        }
    }
}

fn refused(backend: &dyn Backend, database: &Database, error: ServerError) -> Error {
    if error.kind == ServerErrorKind::Permission {
        return Error::new(Kind::Permission {
            error,
            grant: backend.tables().grant(backend.user()),
        });
    }
    Error::new(Kind::Server {
        doing: "reading the state tables of",
        target: database.to_string(),
        error,
    })
}

async fn read_lock_row(
    backend: &mut dyn Backend,
    database: &Database,
) -> Result<Option<LockRow>, Error> {
    let sql = backend.tables().select_lock();
    let Some(row) = rows(backend, database, sql)
        .await?
        .and_then(|rows| rows.into_iter().next())
    else {
        return Ok(None);
    };
    let lock = read_lock(row).map_err(|what| unreadable(backend, what))?;
    if lock.format != FORMAT {
        return Err(Error::new(Kind::Format { found: lock.format }));
    }
    Ok(Some(lock))
}

/// The rows that `sql` reads out of the tables of the current schema; none where there are no tables.
async fn rows_of_ours(
    backend: &mut dyn Backend,
    database: &Database,
    sql: String,
) -> Result<Vec<Row>, Error> {
    match read_lock_row(backend, database).await? {
        Some(_) => Ok(rows(backend, database, sql).await?.unwrap_or_default()),
        None => Ok(Vec::new()),
    }
}

async fn read_all(backend: &mut dyn Backend, database: &Database) -> Result<Recorded, Error> {
    use super::recorded::ReadError;
    let mut patience = Patience::new(std::time::Duration::from_secs(30));
    loop {
        match Recorded::read(backend).await {
            Ok(recorded) => return Ok(recorded),
            Err(ReadError::Error(error)) => return Err(error),
            Err(ReadError::Server(error)) if is_contention(&error) => {
                patience
                    .pause(backend.dialect(), None, &Watch::default())
                    .await?;
            }
            Err(ReadError::Server(error)) => return Err(refused(backend, database, error)),
        }
    }
}

fn unreadable(backend: &dyn Backend, what: String) -> Error {
    Error::new(Kind::Unreadable {
        table: backend.tables().state.clone(),
        what,
    })
}
