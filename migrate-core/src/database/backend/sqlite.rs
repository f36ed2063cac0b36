//! SQLite.
//!
//! The run lock is that of the file: every revision is one `BEGIN IMMEDIATE` transaction, and the fence tells whether
//! somebody else has been at work in between.

mod error;
mod heart;
mod near;
mod parts;
mod session;
mod settings;
mod watchdog;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{ConnectOptions, Connection};

use super::driver::{fetch, send};
use super::{Attempt, Backend, Effect, Executed, InARow, Lent, Pending, Row, SessionSettings, Who};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::execute::message::Part;
use crate::database::execute::transactional::{self, Bounds, Surroundings, step_error};
use crate::database::execute::{Done, Kept, Source, StepError, Transaction, Work, journalled};
use crate::database::recover;
use crate::database::session::asks_for_rebuild;
use crate::database::state::{Fence, Holder, SessionId, Tables, read_lock};
use crate::text::Dialect;
pub(crate) use error::translate;
use heart::Heart;
use session::AtWork;
use settings::{Locking, Settings};
use watchdog::Watchdog;

/// How long one try waits for another writer. Short, because heads are read again between tries.
pub(crate) const TRY: std::time::Duration = std::time::Duration::from_millis(200);

/// A connection to a SQLite database.
pub(crate) struct SqliteBackend<'c> {
    link: Link<'c>,
    tables: Tables,
    session: Option<AtWork>,
    watchdog: Watchdog,
    /// Whether the lock of the file is taken and let go for every transaction; known when it was asked for.
    locking: Option<Locking>,
    /// How to open the file once more, for the heartbeat.
    options: Option<SqliteConnectOptions>,
    heart: Option<Heart>,
}

impl Drop for SqliteBackend<'_> {
    fn drop(&mut self) {
        // Not closed: the run did not reach its end, and a statement of it may be running.
        if matches!(self.link, Link::Own(Some(_)) | Link::Pool(Some(_))) {
            self.watchdog.drop_run();
        }
    }
}

enum Link<'c> {
    /// Our own.
    Own(Option<SqliteConnection>),
    /// The one connection of a pool in memory. Unless the run reaches its end it is not given back.
    Pool(Option<PoolConnection<Sqlite>>),
    /// The caller's.
    Caller(&'c mut SqliteConnection),
}

impl Drop for Link<'_> {
    fn drop(&mut self) {
        if let Self::Pool(slot) = self
            && let Some(connection) = slot.take()
        {
            drop(connection.detach());
        }
    }
}

impl<'c> SqliteBackend<'c> {
    /// Opens a connection of our own.
    pub(crate) async fn open(
        options: &SqliteConnectOptions,
        table: &str,
    ) -> Result<Self, ServerError> {
        let options = options
            .clone()
            .busy_timeout(TRY)
            .disable_statement_logging();
        let connection = options
            .connect()
            .await
            .map_err(|error| translate(error, 0))?;
        let mut backend = Self::new(Link::Own(Some(connection)), table);
        backend.options = Some(options);
        Ok(backend)
    }

    /// Takes the connection of a pool in memory.
    pub(crate) async fn borrow(pool: &SqlitePool, table: &str) -> Result<Self, ServerError> {
        let connection = pool.acquire().await.map_err(|error| translate(error, 0))?;
        Ok(Self::new(Link::Pool(Some(connection)), table))
    }

    /// Works on the connection of a caller, inside the caller's transaction.
    pub(crate) fn on(connection: &'c mut SqliteConnection, table: &str) -> Self {
        Self::new(Link::Caller(connection), table)
    }

    fn new(link: Link<'c>, table: &str) -> Self {
        Self {
            link,
            tables: Tables::new(Dialect::Sqlite, None, table),
            session: None,
            watchdog: Watchdog::new(),
            locking: None,
            options: None,
            heart: None,
        }
    }

    fn connection(&mut self) -> Result<&mut SqliteConnection, ServerError> {
        match &mut self.link {
            Link::Own(Some(connection)) => Ok(connection),
            Link::Caller(connection) => Ok(connection),
            Link::Pool(Some(connection)) => Ok(connection),
            Link::Own(None) | Link::Pool(None) => Err(ServerError::new(
                ServerErrorKind::Disconnected,
                "the connection is closed",
            )),
        }
    }

    async fn run_work(&mut self, work: &Work<'_>) -> Result<Done, StepError> {
        let mut around = Surroundings {
            begin: "BEGIN IMMEDIATE",
            reset: Vec::new(),
            bounds: Bounds::Sent,
        };
        let Some(source) = &work.section else {
            return transactional::run(self, work, around).await;
        };
        let ours = |error| step_error(work, error, Part::Ours, None, Kept::Nothing);
        let settings = if settings::may_change(source) {
            let read = Settings::read(self.connection().map_err(ours)?, source).await;
            Some(read.map_err(|error| ours(translate(error, 0)))?)
        } else {
            None
        };
        if let Some(settings) = &settings {
            around.reset = settings.before_rows();
        }
        let mut outcome = if !source.transactional {
            self.heart = self.start_heart(work);
            let outcome = journalled::run(self, work, source, around).await;
            self.heart = None;
            outcome
        } else if source.has_parts()
            || work.transaction == Transaction::Own && asks_for_rebuild(source)
        {
            self.run_in_parts(work, source, around).await
        } else {
            transactional::run(self, work, around).await
        };
        if let Some(settings) = settings {
            let restored = settings.restore(self.connection().map_err(ours)?).await;
            // The outcome of the section counts more.
            if outcome.is_ok() {
                restored.map_err(|error| ours(translate(error, 0)))?;
            }
        }
        if let Err(error) = &mut outcome {
            self.locate(source, error).await;
        }
        outcome
    }

    /// The heartbeat of a section that is not one transaction; a database in memory is nobody else's.
    fn start_heart(&self, work: &Work<'_>) -> Option<Heart> {
        let (options, session) = (self.options.as_ref()?, self.session()?);
        let beat = self.tables.beat(&work.record.revision, session);
        Some(Heart::start(options, beat, heart::EVERY))
    }

    /// Finds the place of a syntax error.
    async fn locate(&mut self, source: &Source<'_>, error: &mut StepError) {
        let Some(number) = error.statement else {
            return;
        };
        let Ok(connection) = self.connection() else {
            return;
        };
        let found = near::locate(connection, source.sql(number), &error.error.message).await;
        if let Some(offset) = found {
            error.offset = Some(source.script.statements[number].text.start + offset);
        }
    }
}

impl Backend for SqliteBackend<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn tables(&self) -> &Tables {
        &self.tables
    }

    fn user(&self) -> &'static str {
        ""
    }

    fn execute(&mut self, sql: String) -> Pending<'_, Result<Executed, ServerError>> {
        Box::pin(async move {
            let _quiet = match &self.heart {
                Some(heart) if !heart::may_beat_during(&sql) => Some(heart.hold().await),
                _ => None,
            };
            let watchdog = self.watchdog.clone();
            let connection = self.connection()?;
            watchdog.begin();
            let sent = send!(connection, sql, watchdog.begin());
            watchdog.end();
            sent.map_err(|(results, error)| watchdog.explain(translate(error, results)))
        })
    }

    fn query(&mut self, sql: String) -> Pending<'_, Result<Vec<Row>, ServerError>> {
        Box::pin(async move {
            let connection = self.connection()?;
            fetch!(connection, sql).map_err(|error| translate(error, 0))
        })
    }

    fn open_session(&mut self, settings: SessionSettings) -> Pending<'_, Result<(), ServerError>> {
        self.session = Some(AtWork::new(&settings.holder));
        Box::pin(async move {
            let mut watchdog = self.watchdog.clone();
            let limit = settings.statement;
            match &mut self.link {
                Link::Caller(_) => return Ok(()),
                // A handler of the application's stays unless there is something to watch for.
                Link::Pool(_) if limit.is_none() => {}
                _ => watchdog
                    .watch(self.connection()?, limit)
                    .await
                    .map_err(|error| translate(error, 0))?,
            }
            self.watchdog = watchdog;
            self.execute("PRAGMA foreign_keys = ON".to_owned())
                .await
                .map(drop)
        })
    }

    fn session(&self) -> Option<&SessionId> {
        self.session.as_ref().map(AtWork::session)
    }

    fn session_lives<'a>(
        &'a mut self,
        session: &'a SessionId,
    ) -> Pending<'a, Result<bool, ServerError>> {
        let own = self.session.as_ref();
        let lives = own.is_none_or(|own| own.may_live(session));
        Box::pin(async move { Ok(lives) })
    }

    fn is_in_use(&mut self, by: Who) -> Pending<'_, Result<bool, ServerError>> {
        let sql = match by {
            Who::Writers => "BEGIN IMMEDIATE;\nROLLBACK",
            Who::Anybody => "BEGIN EXCLUSIVE;\nROLLBACK",
        };
        Box::pin(async move {
            match self.execute(sql.to_owned()).await {
                Ok(_) => Ok(false),
                Err(error) if error.kind == ServerErrorKind::Busy => Ok(true),
                Err(error) => Err(error),
            }
        })
    }

    fn try_lock(&mut self) -> Pending<'_, Result<Attempt, ServerError>> {
        Box::pin(async { Ok(Attempt::Taken) })
    }

    fn unlock(&mut self) -> Pending<'_, Result<(), ServerError>> {
        Box::pin(async { Ok(()) })
    }

    fn create_tables(&mut self) -> Pending<'_, Result<(), ServerError>> {
        let create = self.tables.create().join(";\n");
        let sql = match self.link {
            Link::Caller(_) => create,
            _ => format!("BEGIN IMMEDIATE;\n{create};\nCOMMIT"),
        };
        Box::pin(async move {
            match self.execute(sql).await {
                Ok(_) => Ok(()),
                Err(error) => {
                    if !matches!(self.link, Link::Caller(_)) {
                        // The error that counts is the first one.
                        let _ = self.execute("ROLLBACK".to_owned()).await;
                    }
                    Err(error)
                }
            }
        })
    }

    fn register<'a>(&'a mut self, _: &'a Holder) -> Pending<'a, Result<Fence, ServerError>> {
        let sql = self.tables.select_lock();
        Box::pin(async move {
            let row = self.query(sql).await?.pop();
            let row = row.ok_or_else(|| {
                ServerError::new(ServerErrorKind::Other, "the lock row is missing")
            })?;
            let lock =
                read_lock(row).map_err(|error| ServerError::new(ServerErrorKind::Other, error))?;
            Ok(Fence {
                epoch: lock.epoch,
                holder: None,
            })
        })
    }

    fn begin(&self) -> &'static str {
        "BEGIN IMMEDIATE"
    }

    fn is_plain(&self, section: Option<&Source<'_>>) -> bool {
        let plain = |source: &Source<'_>| {
            source.transactional
                && !source.has_parts()
                && !settings::may_change(source)
                // Of one transaction the rows are written at its end, and it may want to see those before it.
                && !self.tables.are_named_in(source.text)
        };
        // The time that a statement may take is counted by its results.
        !matches!(self.link, Link::Caller(_))
            && !self.watchdog.is_watching()
            && section.is_none_or(plain)
    }

    /// Between two transactions SQLite lets go of the file, removes its journal, and looks for that of others. For the
    /// length of one message the file stays ours: the transactions are as safe, and a third of the calls to the system
    /// are saved, among them the flushes of the directory. Where there is a write-ahead log there is nothing to save, and
    /// what the application has chosen stays.
    fn in_a_row(&mut self) -> Pending<'_, Result<Option<InARow>, ServerError>> {
        Box::pin(async move {
            if !matches!(self.link, Link::Own(_)) {
                return Ok(None);
            }
            let locking = match self.locking {
                Some(known) => known,
                None => Locking::of(self.connection()?)
                    .await
                    .map_err(|error| translate(error, 0))?,
            };
            self.locking = Some(locking);
            Ok((locking == Locking::EachTransaction).then(|| InARow {
                before: "PRAGMA main.locking_mode = EXCLUSIVE",
                // The lock is let go at the end of the next transaction.
                after: format!(
                    "PRAGMA main.locking_mode = NORMAL;\nSELECT 1 FROM {} WHERE id = 1",
                    self.tables.lock
                ),
            }))
        })
    }

    /// By what sqlx has for the statement that begins a transaction: it is handed to SQLite as it is, however many
    /// statements it holds, and nothing comes back but the outcome. Where results come back, each of them wakes us, and
    /// every statement is kept until the last has run.
    fn execute_and_commit(&mut self, sql: String) -> Pending<'_, Result<(), ServerError>> {
        Box::pin(async move {
            let begun = self
                .connection()?
                .begin_with(sqlx::AssertSqlSafe(sql))
                .await;
            let committed = match begun {
                Ok(transaction) => transaction.commit().await,
                Err(error) => Err(error),
            };
            committed.map_err(|error| translate(error, 0))
        })
    }

    fn run<'a>(&'a mut self, work: &'a Work<'a>) -> Pending<'a, Result<Done, StepError>> {
        Box::pin(self.run_work(work))
    }

    fn lend(&mut self) -> Result<Lent<'_>, ServerError> {
        self.connection().map(Lent::Sqlite)
    }

    fn probe<'a>(
        &'a mut self,
        source: &'a Source<'a>,
        number: usize,
    ) -> Pending<'a, Result<Effect, ServerError>> {
        recover::probe(self, source, number)
    }

    fn close(mut self: Box<Self>) -> Pending<'static, ()> {
        match &mut self.link {
            Link::Own(slot) => {
                let connection = slot.take();
                Box::pin(async move {
                    if let Some(connection) = connection {
                        // Nothing of ours is open any more: an error here has no consequence.
                        let _ = connection.close().await;
                    }
                })
            }
            // Given back: the run has reached its end.
            Link::Pool(slot) => {
                let connection = slot.take();
                let watched = self.watchdog.is_watching();
                Box::pin(async move {
                    if let Some(mut connection) = connection
                        && watched
                        && Watchdog::leave(&mut connection).await.is_err()
                    {
                        drop(connection.detach());
                    }
                })
            }
            Link::Caller(_) => Box::pin(async {}),
        }
    }
}
