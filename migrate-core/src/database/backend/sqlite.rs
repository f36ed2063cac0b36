//! SQLite.
//!
//! The run lock is that of the file: every revision is one `BEGIN IMMEDIATE` transaction, and the fence tells whether
//! somebody else has been at work in between.
//!
//! # Rebuilding a table
//!
//! What `ALTER TABLE` cannot do is done by building a new table and renaming it, and that needs foreign keys off, which
//! SQLite allows only outside of a transaction. A section asks for it in SQLite's own words, by
//! `PRAGMA foreign_keys = OFF` as one of its statements: then foreign keys are off before its transaction begins, and
//! before it commits `PRAGMA foreign_key_check` must find nothing that it had not found before.

mod heart;
mod near;
mod session;
mod settings;
mod watchdog;

use std::collections::BTreeMap;
use std::time::Instant;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{ConnectOptions, Connection};

use super::driver::{fetch, send};
use super::{Attempt, Backend, Effect, Executed, Lent, Pending, Row, SessionSettings, Who};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::execute::message::{Message, Part};
use crate::database::execute::parts::{self, Failed};
use crate::database::execute::transactional::{self, Bounds, Surroundings, done, step_error};
use crate::database::execute::{Done, Kept, Source, StepError, Transaction, Work, journalled};
use crate::database::recover;
use crate::database::session::asks_for_rebuild;
use crate::database::state::tables::Wording;
use crate::database::state::{Fence, Holder, SessionId, Tables, read_lock};
use crate::text::Dialect;
use heart::Heart;
use session::AtWork;
use settings::Settings;
use watchdog::Watchdog;

/// How long one try waits for another writer. Short, because heads are read again between tries.
pub(crate) const TRY: std::time::Duration = std::time::Duration::from_millis(200);

/// A connection to a SQLite database.
pub(crate) struct SqliteBackend<'c> {
    link: Link<'c>,
    tables: Tables,
    session: Option<AtWork>,
    watchdog: Watchdog,
    /// How to open the file once more, for the heartbeat.
    options: Option<SqliteConnectOptions>,
    heart: Option<Heart>,
    /// Whether the connection was given the statements of every upgrade.
    prepared: bool,
}

/// Whether foreign keys hold while a section runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    On,
    /// It rebuilds tables.
    Off,
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
            options: None,
            heart: None,
            prepared: false,
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
        // `PRAGMA temp_store` drops what is temporary; what an application's function does nobody knows.
        if settings::may_change(source) || source.has_calls() {
            self.tables.wording = Wording::Plain;
        }
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

    /// A section that takes several messages inside its one transaction: one with Rust steps, and one during which
    /// foreign keys are off.
    async fn run_in_parts(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        mut around: Surroundings,
    ) -> Result<Done, StepError> {
        let started = Instant::now();
        let own = work.transaction == Transaction::Own;
        let keys = if own && asks_for_rebuild(source) {
            Keys::Off
        } else {
            Keys::On
        };
        if keys == Keys::Off
            && let Err(failed) = self.foreign_keys_off().await
        {
            return Err(failed.abandon(self, work, around.bounds).await);
        }
        let outcome = if own && source.has_calls() {
            around.bounds = Bounds::Held;
            self.run_held(work, source, &around, keys).await
        } else {
            self.run_parts(work, source, &around, keys).await
        };
        match outcome {
            Ok(()) => Ok(done(work, started)),
            Err(failed) => Err(failed.abandon(self, work, around.bounds).await),
        }
    }

    async fn foreign_keys_off(&mut self) -> Result<(), Failed> {
        let off = self.execute("PRAGMA foreign_keys = OFF".to_owned()).await;
        off.map(drop).map_err(Failed::ours)
    }

    /// In a transaction that the driver knows of.
    async fn run_held(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        around: &Surroundings,
        keys: Keys,
    ) -> Result<(), Failed> {
        let (tables, watchdog) = (self.tables.clone(), self.watchdog.clone());
        let connection = self.connection().map_err(Failed::ours)?;
        let mut held = connection
            .begin_with(around.begin)
            .await
            .map_err(|error| Failed::ours(translate(error, 0)))?;
        let mut inside = SqliteBackend::on(&mut held, "");
        inside.tables = tables;
        inside.watchdog = watchdog;
        let outcome = inside.run_parts(work, source, around, keys).await;
        drop(inside);
        parts::settle(held, outcome, translate).await
    }

    /// Between the ends of the transaction. A rebuild must not leave a violation that was not there before.
    async fn run_parts(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        around: &Surroundings,
        keys: Keys,
    ) -> Result<(), Failed> {
        if keys == Keys::On {
            return parts::run(self, work, source, around).await;
        }
        let mut opening = Message::new();
        transactional::open(&mut opening, &self.tables, work, around);
        parts::send(self, opening).await?;
        let before = self.violations().await?;
        let rest = parts::statements(self, work, source, Message::new()).await?;
        parts::send(self, rest).await?;
        let after = self.violations().await?;
        let new = after
            .iter()
            .find(|(pair, count)| before.get(*pair).is_none_or(|known| known < count));
        if let Some(((table, parent), count)) = new {
            let count = count - before.get(&(table.clone(), parent.clone())).unwrap_or(&0);
            let rows = if count == 1 {
                "a row".to_owned()
            } else {
                format!("{count} rows")
            };
            let message =
                format!("foreign_key_check: {rows} of {table} would refer to nothing in {parent}");
            let error = ServerError::new(ServerErrorKind::Other, message);
            return Err(Failed::ours(error));
        }
        let mut closing = Message::new();
        transactional::finish(&mut closing, &self.tables, work, around);
        parts::send(self, closing).await
    }

    /// How many rows of which table refer to nothing in which other. Rows are counted and not named, because a rebuild
    /// may number them anew.
    async fn violations(&mut self) -> Result<BTreeMap<(String, String), usize>, Failed> {
        let sql = "SELECT \"table\", parent FROM pragma_foreign_key_check".to_owned();
        let rows = self.query(sql).await.map_err(Failed::ours)?;
        let mut found = BTreeMap::new();
        for row in rows {
            let mut fields = row.into_iter().map(Option::unwrap_or_default);
            let pair = (
                fields.next().unwrap_or_default(),
                fields.next().unwrap_or_default(),
            );
            *found.entry(pair).or_insert(0) += 1;
        }
        Ok(found)
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
            // Not on a connection that others go on with.
            if matches!(self.link, Link::Own(_)) && !self.prepared {
                let prepare = self.tables.prepare_on_sqlite().join(";\n");
                self.execute(prepare).await?;
                self.prepared = true;
                self.tables.wording = Wording::Prepared;
            }
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

pub(super) fn translate(error: sqlx::Error, results: usize) -> ServerError {
    use ServerErrorKind as Kind;
    let mut translated = match &error {
        sqlx::Error::Database(database) => {
            let code: u32 = database
                .code()
                .and_then(|code| code.parse().ok())
                .unwrap_or_default();
            let message = database.message();
            let kind = match code & 0xff {
                3 | 8 | 23 => Kind::Permission,
                5 | 6 => Kind::Busy,
                14 => Kind::MissingDatabase,
                _ if message.starts_with("no such table") => Kind::MissingTable,
                _ if message.ends_with("already exists") => Kind::AlreadyExists,
                _ => Kind::Other,
            };
            let mut translated = ServerError::new(kind, message);
            translated.code = Some(name(code));
            translated
        }
        sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) => {
            ServerError::new(Kind::Disconnected, error.to_string())
        }
        sqlx::Error::Configuration(_) => ServerError::new(Kind::Config, error.to_string()),
        _ => ServerError::new(Kind::Other, error.to_string()),
    };
    translated.results = results;
    translated
}

/// The name of a result code, as SQLite's documentation lists it.
fn name(code: u32) -> String {
    let name = match code & 0xff {
        1 => "SQLITE_ERROR",
        3 => "SQLITE_PERM",
        5 => "SQLITE_BUSY",
        6 => "SQLITE_LOCKED",
        8 => "SQLITE_READONLY",
        9 => watchdog::INTERRUPTED,
        10 => "SQLITE_IOERR",
        11 => "SQLITE_CORRUPT",
        13 => "SQLITE_FULL",
        14 => "SQLITE_CANTOPEN",
        18 => "SQLITE_TOOBIG",
        19 => "SQLITE_CONSTRAINT",
        20 => "SQLITE_MISMATCH",
        23 => "SQLITE_AUTH",
        26 => "SQLITE_NOTADB",
        _ => return format!("code {code}"),
    };
    if code > 0xff {
        format!("{name}, code {code}")
    } else {
        name.to_owned()
    }
}
