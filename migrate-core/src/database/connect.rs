//! From a [`Database`] to a connection of our own.

#[cfg(feature = "sqlite")]
use std::path::Path;
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
        let left = limit.saturating_sub(begun.elapsed()).max(LEAST);
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

/// The time that an attempt has in any case: a limit of nothing is meant for the waiting.
const LEAST: Duration = Duration::from_secs(1);

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
        #[cfg(feature = "sqlite")]
        if let Source::Sqlite(options) = &database.source {
            let (why, help) = unopened(options.get_filename(), &error.message);
            let message = format!("{target} cannot be opened: {why}");
            return Error::with_help(Class::Unreachable, message, help);
        }
        return Error::with_help(
            Class::Unreachable,
            format!("{target}: {}", error.message),
            "`migrate-cli upgrade --create-database` creates it",
        );
    }
    Error::new(Kind::Server {
        doing: "connecting to",
        target,
        error,
    })
}

/// Why a SQLite file cannot be opened, of which SQLite says one thing only, and what helps.
#[cfg(feature = "sqlite")]
fn unopened(path: &Path, said: &str) -> (String, String) {
    let shown = path.display();
    if path.is_dir() {
        let help = format!("name a file in it, such as sqlite://{shown}/app.db");
        return ("it is a directory".to_owned(), help);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    let Some(folder) = folder else {
        let help = if path.exists() {
            "make the file and its folder accessible for this user"
        } else {
            "`migrate-cli upgrade` creates the file"
        };
        return (said.to_owned(), help.to_owned());
    };
    let why = format!("there is no folder {}", folder.display());
    // `sqlite:///a/b.db` is relative for SQLAlchemy.
    let beside = path.strip_prefix("/").ok().filter(|beside| {
        beside
            .parent()
            .is_some_and(|folder| !folder.as_os_str().is_empty() && folder.is_dir())
    });
    let help = match beside {
        Some(beside) => format!(
            "that is an absolute path; below the current directory it is sqlite://{}",
            beside.display()
        ),
        None => format!("make it (`mkdir -p {}`) and run again", folder.display()),
    };
    (why, help)
}
