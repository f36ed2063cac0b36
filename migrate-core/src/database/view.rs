//! Looking at a database: nothing is created, nothing is locked.
//!
//! `values` is what is seen, `status` puts it together, `rows` reads the tables without a lock.

mod rows;
mod status;
mod values;

use super::api::{finish, new_report, task};
use super::backend::Backend;
use super::connect::{Intent, connect};
use super::engine::{Engine, Ownership};
use super::error::Error;
use super::lock::Patience;
use super::run::Run;
use super::startup::{Look, look};
use super::state::{State, read_log};
use super::target::Database;
use crate::model::Migrations;
use crate::text::diagnostic::Class;
use rows::{read_all, read_lock_row, rows_of_ours};

pub use values::{Current, LogEntry, RecordedRevision, Status};

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
}
