//! What a database must be able to do for a run.
//!
//! One implementation for each kind of server. Everything above this trait is the same for all of them; everything
//! that knows sqlx's typed connections is below it.

mod driver;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use std::pin::Pin;
use std::time::Duration;

use super::error::{Error, Kind, ServerError, ServerErrorKind};
use super::execute::together::{self, Transactions};
use super::execute::{Done, Source, StepError, Work};
use super::state::{Fence, Holder, SessionId, Tables};
use crate::text::Dialect;

/// A connection, lent to a Rust step.
pub(crate) enum Lent<'c> {
    #[cfg(feature = "sqlite")]
    Sqlite(&'c mut sqlx::SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(&'c mut sqlx::PgConnection),
    #[cfg(feature = "mysql")]
    Mysql(&'c mut sqlx::MySqlConnection),
    /// So that a build without any database has a variant.
    #[allow(dead_code)]
    Nothing(std::marker::PhantomData<&'c ()>),
}

impl Lent<'_> {
    /// What makes an error of ours of what the driver says.
    pub(crate) fn translator(&self) -> fn(sqlx::Error, usize) -> ServerError {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => sqlite::translate,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => postgres::translate,
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => mysql::error::translate,
            Self::Nothing(_) => {
                |error, _| ServerError::new(ServerErrorKind::Other, error.to_string())
            }
        }
    }
}

/// What the methods of [`Backend`] return.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What most do who ask a database something, as errors say it.
pub(crate) const READING: &str = "reading the state tables of";

/// The error of somebody who was doing that with the state tables of `target`.
pub(crate) fn refused(
    backend: &dyn Backend,
    doing: &'static str,
    target: &str,
    error: ServerError,
) -> Error {
    if error.kind == ServerErrorKind::Permission {
        let grant = backend.tables().grant(backend.user());
        return Error::new(Kind::Permission { error, grant });
    }
    Error::new(Kind::Server {
        doing,
        target: target.to_owned(),
        error,
    })
}

/// A row of a result: every column is selected as text.
pub(crate) type Row = Vec<Option<String>>;

/// What a message did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Executed {
    /// How many statements have finished.
    pub(crate) results: usize,
    /// The rows that the last of them touched.
    pub(crate) affected: u64,
}

/// The settings of a run that a session is opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionSettings {
    /// For the locks of one statement of data definition.
    pub(crate) ddl_lock: Duration,
    /// For one statement.
    pub(crate) statement: Option<Duration>,
    /// Who runs: the server shows it for our session where it can.
    pub(crate) holder: Holder,
}

/// What came of one try to take the run lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// We have it.
    Taken,
    /// Somebody else has it. Who, is not known on SQLite.
    Held,
}

/// Who uses a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Somebody writes.
    Writers,
    /// Somebody writes or reads.
    Anybody,
}

/// What became of a statement that was in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It has happened.
    Happened,
    /// It has not, or may be run again without harm.
    NotHappened,
    /// The catalogue does not tell, and why.
    Unknown(String),
}

/// What is said around several transactions that follow each other.
pub(crate) struct InARow {
    pub(crate) before: &'static str,
    pub(crate) after: String,
}

/// A connection of our own to one database, with the session of a run.
///
/// Dropping it without [`close`](Backend::close) ends the connection too: the server then lets go of locks and
/// transaction by itself.
pub(crate) trait Backend: Send {
    /// What the server speaks; MariaDB is told from MySQL when connecting.
    fn dialect(&self) -> Dialect;

    /// The state tables, qualified by the schema found when the session was opened.
    fn tables(&self) -> &Tables;

    /// The user of the database, for the text that names a missing right.
    fn user(&self) -> &str;

    /// Sends statements as one message by the simple protocol and stops at the first error, which says how many
    /// statements had finished.
    fn execute(&mut self, sql: String) -> Pending<'_, Result<Executed, ServerError>>;

    /// Sends one reading statement by the simple protocol; its columns are all text.
    fn query(&mut self, sql: String) -> Pending<'_, Result<Vec<Row>, ServerError>>;

    /// Sets the session: once, before the first change.
    fn open_session(&mut self, settings: SessionSettings) -> Pending<'_, Result<(), ServerError>>;

    /// The session's number and start; known after [`open_session`](Backend::open_session).
    fn session(&self) -> Option<&SessionId>;

    /// Whether a session that was recorded still works on the server.
    fn session_lives<'a>(
        &'a mut self,
        session: &'a SessionId,
    ) -> Pending<'a, Result<bool, ServerError>>;

    /// Whether somebody else uses the database at this moment. Asked where the run lock does not last longer than a
    /// transaction: who holds a lock of the file is alive.
    fn is_in_use(&mut self, by: Who) -> Pending<'_, Result<bool, ServerError>> {
        let _ = by;
        Box::pin(async { Ok(false) })
    }

    /// Tries once, without waiting, to take the run lock for this session. Where the database has no lock that lasts
    /// longer than a transaction (SQLite) this always succeeds.
    fn try_lock(&mut self) -> Pending<'_, Result<Attempt, ServerError>>;

    /// Lets go of the run lock.
    fn unlock(&mut self) -> Pending<'_, Result<(), ServerError>>;

    /// Creates what is missing of the state tables; under the run lock.
    fn create_tables(&mut self) -> Pending<'_, Result<(), ServerError>>;

    /// Makes `holder` the one who is recorded in the lock row, and returns the fence for its changes; under the run
    /// lock, with the tables there.
    fn register<'a>(&'a mut self, holder: &'a Holder) -> Pending<'a, Result<Fence, ServerError>>;

    /// Sends the data of a `COPY .. FROM STDIN`, the statement of `source` with this number.
    fn copy<'a>(
        &'a mut self,
        source: &'a Source<'a>,
        number: usize,
    ) -> Pending<'a, Result<(), ServerError>> {
        let _ = (source, number);
        let error = ServerError::new(ServerErrorKind::Config, "COPY is PostgreSQL's");
        Box::pin(async { Err(error) })
    }

    /// Lends the connection to a Rust step.
    fn lend(&mut self) -> Result<Lent<'_>, ServerError>;

    /// Runs one section and records it, all or nothing where the database can do that.
    ///
    /// On success the fence in `work` has moved by [`Done::epochs`].
    fn run<'a>(&'a mut self, work: &'a Work<'a>) -> Pending<'a, Result<Done, StepError>>;

    /// Runs several sections, all of them [plain](Self::is_plain), as one message, and says by how much the epoch has
    /// moved. After an error the rows say what has finished.
    fn run_several<'a>(
        &'a mut self,
        works: &'a [Work<'a>],
        transactions: Transactions,
    ) -> Pending<'a, Result<u64, ServerError>> {
        together::run(self, works, transactions)
    }

    /// Whether a section (or none) can share a message with others: nothing has to be looked at around it.
    fn is_plain(&self, section: Option<&Source<'_>>) -> bool {
        let _ = section;
        false
    }

    /// What lets several transactions that follow each other at once go without what is only of use to others in
    /// between: a statement before them, and those that must be run after them, whatever has come of them.
    fn in_a_row(&mut self) -> Pending<'_, Result<Option<InARow>, ServerError>> {
        Box::pin(async { Ok(None) })
    }

    /// Sends what leaves a transaction open as one message, and commits that. Nothing is heard of single statements.
    fn execute_and_commit(&mut self, mut sql: String) -> Pending<'_, Result<(), ServerError>> {
        sql.push_str("COMMIT");
        Box::pin(async move { self.execute(sql).await.map(drop) })
    }

    /// What opens a transaction of ours.
    fn begin(&self) -> &'static str {
        "BEGIN"
    }

    /// Whether a statement that was in flight when its session ended has happened.
    fn probe<'a>(
        &'a mut self,
        source: &'a Source<'a>,
        number: usize,
    ) -> Pending<'a, Result<Effect, ServerError>> {
        let _ = (source, number);
        Box::pin(async { Ok(Effect::Unknown("this database is not asked".to_owned())) })
    }

    /// Called before a statement of a `transaction:false` section that runs outside a transaction is sent: clears away
    /// what an earlier try may have left, such as an invalid index.
    fn before_statement<'a>(
        &'a mut self,
        source: &'a Source<'a>,
        number: usize,
    ) -> Pending<'a, Result<(), ServerError>> {
        let _ = (source, number);
        Box::pin(async { Ok(()) })
    }

    /// Ends the connection politely.
    fn close(self: Box<Self>) -> Pending<'static, ()>;
}
