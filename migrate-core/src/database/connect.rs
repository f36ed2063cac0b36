//! From a [`Database`] to a connection of our own.

use std::time::{Duration, Instant};

use super::backend::Backend;
use super::error::{Error, Kind, ServerError, ServerErrorKind};
use super::event::{Event, Watch};
use super::report::Shown;
use super::run::Create;
use super::target::{Database, Source};
use crate::model::set::Settings;
use crate::text::diagnostic::Class;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Looking: nothing is created.
    Read,
    /// The same, and a SQLite file that nobody has made yet is an empty database.
    Look,
    /// Changing: a missing SQLite file is created, a missing database on a server if that was asked for.
    Change(Create),
}

/// What to do about a server that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It is an error at once.
    Fails,
    /// It is waited for, no longer than this.
    Awaited(Duration),
}

/// Opens the connection within the configured time.
pub(crate) async fn connect(
    database: &Database,
    intent: Intent,
    settings: &Settings,
) -> Result<Box<dyn Backend>, Error> {
    connect_or_wait(database, intent, settings, Absent::Fails, &Watch::default()).await
}

/// Opens the connection, waiting for a server that comes up.
pub(crate) async fn connect_or_wait(
    database: &Database,
    intent: Intent,
    settings: &Settings,
    absent: Absent,
    watch: &Watch,
) -> Result<Box<dyn Backend>, Error> {
    let begun = Instant::now();
    let (limit, longest) = match absent {
        Absent::Fails => (settings.timeouts.connect, Duration::MAX),
        // A packet that was lost on the way to a server that was not there yet is not waited for.
        Absent::Awaited(limit) => (limit, ATTEMPT),
    };
    let mut told = false;
    loop {
        let left = limit.saturating_sub(begun.elapsed());
        let attempt = tokio::time::timeout(left.min(longest), open(database, intent, settings));
        let mut error = match attempt.await {
            Ok(Ok(backend)) => return Ok(backend),
            Ok(Err(Problem::Error(error))) => return Err(error),
            Ok(Err(Problem::Server(error))) => error,
            Err(_) => ServerError::new(
                ServerErrorKind::Unreachable,
                format!("no connection within {}", Shown(left.min(longest))),
            ),
        };
        // What would be a lost connection later is a server that is not there.
        if error.kind == ServerErrorKind::Disconnected {
            error.kind = ServerErrorKind::Unreachable;
        }
        if comes_up(&error, absent) && begun.elapsed() + PAUSE < limit {
            if !told && error.kind == ServerErrorKind::Unreachable {
                told = true;
                let reason = error.message.as_str();
                tracing::info!(target: "migrate", event = "waiting", reason, "waiting for the database");
                watch.tell(&Event::Unreachable { reason });
            }
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        if told && error.detail.is_none() {
            error.detail = Some(format!("it was waited for, {} in all", Shown(limit)).into());
        }
        return Err(refused(database, error));
    }
}

/// Whether it may help to try again.
fn comes_up(error: &ServerError, absent: Absent) -> bool {
    match error.kind {
        // A server that is starting up says so, and will be there soon.
        ServerErrorKind::Busy => true,
        // A wrong password stays wrong.
        ServerErrorKind::Unreachable => absent != Absent::Fails && error.code.is_none(),
        _ => false,
    }
}

const PAUSE: Duration = Duration::from_millis(250);

/// The longest single attempt at a server that is waited for.
const ATTEMPT: Duration = Duration::from_secs(5);

enum Problem {
    Error(Error),
    Server(ServerError),
}

impl From<ServerError> for Problem {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

async fn open(
    database: &Database,
    intent: Intent,
    settings: &Settings,
) -> Result<Box<dyn Backend>, Problem> {
    match database.source {
        #[cfg(feature = "sqlite")]
        Source::Sqlite(ref options) => {
            use super::backend::sqlite::SqliteBackend;
            use sqlx::sqlite::SqliteConnectOptions;
            let options = match intent {
                Intent::Change(_) => SqliteConnectOptions::clone(options).create_if_missing(true),
                Intent::Look if database.is_absent() => SqliteConnectOptions::new().in_memory(true),
                Intent::Read | Intent::Look => {
                    SqliteConnectOptions::clone(options).create_if_missing(false)
                }
            };
            Ok(Box::new(
                SqliteBackend::open(&options, &settings.table).await?,
            ))
        }
        #[cfg(feature = "sqlite")]
        Source::SqliteMemory(ref pool) => {
            use super::backend::sqlite::SqliteBackend;
            let size = pool.options().get_max_connections();
            if size > 1 {
                return Err(Problem::Error(Error::with_help(
                    Class::Config,
                    format!(
                        "a SQLite database in memory belongs to its connection, and this pool may open {size} of them"
                    ),
                    "SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None)",
                )));
            }
            Ok(Box::new(
                SqliteBackend::borrow(pool, &settings.table).await?,
            ))
        }
        #[cfg(feature = "postgres")]
        Source::Postgres(ref options) => {
            use super::backend::postgres::PostgresBackend;
            let open =
                || PostgresBackend::open(options, settings.schema.as_deref(), &settings.table);
            let opened = match open().await {
                Err(error)
                    if error.kind == ServerErrorKind::MissingDatabase
                        && intent == Intent::Change(Create::Database) =>
                {
                    PostgresBackend::create_database(options).await?;
                    open().await
                }
                opened => opened,
            };
            Ok(Box::new(opened?))
        }
        #[cfg(feature = "mysql")]
        Source::Mysql(ref options) => {
            use super::backend::mysql::MysqlBackend;
            let schema = settings.schema.as_deref();
            match MysqlBackend::open(options, schema, &settings.table).await {
                Err(error)
                    if error.kind == ServerErrorKind::MissingDatabase
                        && intent == Intent::Change(Create::Database) =>
                {
                    let name = options.get_database().unwrap_or_default();
                    MysqlBackend::create_database(options, name).await?;
                    Ok(Box::new(
                        MysqlBackend::open(options, schema, &settings.table).await?,
                    ))
                }
                opened => Ok(Box::new(opened?)),
            }
        }
    }
}

fn refused(database: &Database, error: ServerError) -> Error {
    let target = database.to_string();
    if error.kind == ServerErrorKind::MissingDatabase {
        let (message, help) = match database.dialect() {
            crate::text::Dialect::Sqlite => (
                format!("{target} cannot be opened: {}", error.message),
                "`migrate-cli upgrade` creates the file, in a folder that is there",
            ),
            _ => (
                format!("{target}: {}", error.message),
                "`--create-database` creates it",
            ),
        };
        return Error::with_help(Class::Unreachable, message, help);
    }
    Error::new(Kind::Server {
        doing: "connecting to",
        target,
        error,
    })
}
