//! What can be migrated: [`Database`].

use std::fmt;
use std::str::FromStr;

#[cfg(feature = "mysql")]
use sqlx::mysql::{MySqlConnectOptions, MySqlPool};
#[cfg(feature = "postgres")]
use sqlx::postgres::{PgConnectOptions, PgPool};
#[cfg(feature = "sqlite")]
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::error::Error;
use crate::text::Dialect;
use crate::text::diagnostic::Class;

/// A database to be migrated: made from a pool of sqlx, from connect options, or from a URL.
///
/// From a pool only the options are taken: a run opens a connection of its own and leaves the pool's alone. The
/// exception is a SQLite database in memory, which exists in the pool's one connection only.
///
/// URLs may have the forms of sqlx and of SQLAlchemy:
///
/// ```
/// use migrate_core::database::Database;
///
/// # #[cfg(feature = "postgres")] {
/// let database: Database = "postgresql+asyncpg://app:secret@db.example/shop".parse()?;
/// assert_eq!(database.to_string(), "postgres://app:***@db.example/shop");
/// # }
/// # Ok::<_, migrate_core::database::Error>(())
/// ```
#[derive(Clone)]
pub struct Database {
    pub(crate) source: Source,
    shown: String,
}

/// Where the connection of a run comes from.
#[derive(Clone)]
pub(crate) enum Source {
    /// A file, or a database in memory that only this run sees.
    #[cfg(feature = "sqlite")]
    Sqlite(Box<SqliteConnectOptions>),
    /// A database in memory that lives in the pool.
    #[cfg(feature = "sqlite")]
    SqliteMemory(SqlitePool),
    #[cfg(feature = "postgres")]
    Postgres(Box<PgConnectOptions>),
    #[cfg(feature = "mysql")]
    Mysql(Box<MySqlConnectOptions>),
}

impl Database {
    /// The dialect as far as it is known before connecting: that of a MariaDB server is `mysql`.
    pub fn dialect(&self) -> Dialect {
        match self.source {
            #[cfg(feature = "sqlite")]
            Source::Sqlite(_) | Source::SqliteMemory(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Source::Postgres(_) => Dialect::Postgres,
            #[cfg(feature = "mysql")]
            Source::Mysql(_) => Dialect::Mysql,
        }
    }
}

impl Database {
    /// Another database of the same server, by the same user. SQLite has no server: it is the same one.
    #[cfg_attr(
        not(any(feature = "postgres", feature = "mysql")),
        allow(unused_variables)
    )]
    pub(crate) fn named(&self, name: &str) -> Self {
        match &self.source {
            #[cfg(feature = "sqlite")]
            Source::Sqlite(_) | Source::SqliteMemory(_) => self.clone(),
            #[cfg(feature = "postgres")]
            Source::Postgres(options) => PgConnectOptions::clone(options).database(name).into(),
            #[cfg(feature = "mysql")]
            Source::Mysql(options) => MySqlConnectOptions::clone(options).database(name).into(),
        }
    }

    /// This one, or where it names none (MySQL, MariaDB) the one that everybody may enter.
    pub(crate) fn or_maintenance(&self) -> Self {
        match &self.source {
            #[cfg(feature = "mysql")]
            Source::Mysql(options) if options.get_database().is_none_or(str::is_empty) => {
                self.named("information_schema")
            }
            _ => self.clone(),
        }
    }
}

/// The database without its password.
impl Database {
    /// Whether it is a SQLite file that nobody has made yet, in a folder that is there. Whoever only looks finds it empty;
    /// an upgrade makes it.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")] {
    /// let database: migrate_core::database::Database = "sqlite://not_there_yet.db".parse()?;
    /// assert!(database.is_absent());
    /// # }
    /// # Ok::<_, migrate_core::database::Error>(())
    /// ```
    pub fn is_absent(&self) -> bool {
        match &self.source {
            #[cfg(feature = "sqlite")]
            Source::Sqlite(options) => {
                let path = options.get_filename();
                let folder = path
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty());
                !is_memory(options) && !path.exists() && folder.is_none_or(std::path::Path::is_dir)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({})", self.shown)
    }
}

impl FromStr for Database {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        parse(url)
    }
}

/// The part of a URL before `:`, without the driver that SQLAlchemy names after `+`.
fn scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let scheme = scheme.split_once('+').map_or(scheme, |(scheme, _)| scheme);
    Some((scheme, rest))
}

fn parse(url: &str) -> Result<Database, Error> {
    let url = url.trim();
    let Some((scheme, rest)) = scheme(url) else {
        return Err(Error::with_help(
            Class::Config,
            "the database URL has no scheme",
            "write sqlite://FILE, postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE",
        ));
    };
    match scheme {
        "sqlite" | "sqlite3" => parse_sqlite(rest),
        "postgres" | "postgresql" => parse_postgres(rest),
        "mysql" | "mariadb" => parse_mysql(rest),
        other => Err(Error::with_help(
            Class::Config,
            format!("the scheme `{other}` of the database URL is not known"),
            "known are sqlite, postgres (postgresql), mysql and mariadb",
        )),
    }
}

/// The text for a scheme whose driver is not in this build.
#[cfg_attr(
    all(feature = "sqlite", feature = "postgres", feature = "mysql"),
    allow(dead_code)
)]
fn not_built_in(scheme: &str) -> Error {
    Error::with_help(
        Class::Config,
        format!("this program was built without the driver for {scheme}"),
        format!("build it with the cargo feature `{scheme}`"),
    )
}

/// `//x.db` and `x.db` are relative, as in sqlx; so are `///./dir/x.db` and `///x.db`, as in SQLAlchemy, where the
/// reading of sqlx would be a file in the root directory. `///dir/x.db` is absolute, because the application gives the
/// same URL to sqlx; so is SQLAlchemy's `////dir/x.db`. `:memory:`, and SQLAlchemy's empty path, are in memory.
#[cfg(feature = "sqlite")]
fn parse_sqlite(rest: &str) -> Result<Database, Error> {
    let (path, query) = rest
        .split_once('?')
        .map_or((rest, None), |(path, query)| (path, Some(query)));
    let path = match path.strip_prefix("///") {
        Some("") => ":memory:".to_owned(),
        Some(path) if path.starts_with("./") || path.starts_with("../") => path.to_owned(),
        Some(path) if path.starts_with('/') || !path.contains('/') => path.to_owned(),
        Some(path) => format!("/{path}"),
        None => path.strip_prefix("//").unwrap_or(path).to_owned(),
    };
    let path = if path.is_empty() { ":memory:" } else { &path };
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    let options: SqliteConnectOptions = format!("sqlite:{path}{query}").parse().map_err(bad_url)?;
    Ok(Database::from(options))
}

#[cfg(not(feature = "sqlite"))]
fn parse_sqlite(_: &str) -> Result<Database, Error> {
    Err(not_built_in("sqlite"))
}

#[cfg(feature = "postgres")]
fn parse_postgres(rest: &str) -> Result<Database, Error> {
    let options: PgConnectOptions = format!("postgres:{rest}").parse().map_err(bad_url)?;
    Ok(Database {
        source: Source::Postgres(Box::new(options)),
        shown: redact(&format!("postgres:{rest}")),
    })
}

#[cfg(not(feature = "postgres"))]
fn parse_postgres(_: &str) -> Result<Database, Error> {
    Err(not_built_in("postgres"))
}

#[cfg(feature = "mysql")]
fn parse_mysql(rest: &str) -> Result<Database, Error> {
    let options: MySqlConnectOptions = format!("mysql:{rest}").parse().map_err(bad_url)?;
    Ok(Database {
        source: Source::Mysql(Box::new(options)),
        shown: redact(&format!("mysql:{rest}")),
    })
}

#[cfg(not(feature = "mysql"))]
fn parse_mysql(_: &str) -> Result<Database, Error> {
    Err(not_built_in("mysql"))
}

/// The driver's own text can hold the whole URL, so only its kind is told.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
fn bad_url(error: sqlx::Error) -> Error {
    let text = match error {
        sqlx::Error::Configuration(error) => redact(&error.to_string()),
        _ => "it cannot be parsed".to_owned(),
    };
    Error::with_help(
        Class::Config,
        format!("the database URL is not right: {text}"),
        "characters such as `@`, `/` and `#` in a password are written as %40, %2F and %23",
    )
}

/// A URL with its password, and every parameter that may hold one, replaced by `***`.
pub(crate) fn redact(url: &str) -> String {
    let (before_query, query) = url
        .split_once('?')
        .map_or((url, None), |(url, query)| (url, Some(query)));
    let mut shown = match before_query.split_once("://") {
        Some((scheme, rest)) => {
            // The last `@` ends the password, even where somebody forgot to escape one in it.
            match rest.rsplit_once('@') {
                Some((user, host)) => match user.split_once(':') {
                    Some((user, _)) => format!("{scheme}://{user}:***@{host}"),
                    None => format!("{scheme}://{user}@{host}"),
                },
                None => before_query.to_owned(),
            }
        }
        None => before_query.to_owned(),
    };
    if let Some(query) = query {
        let parts: Vec<String> = query
            .split('&')
            .map(|part| match part.split_once('=') {
                Some((key, _)) if key.to_ascii_lowercase().contains("pass") => format!("{key}=***"),
                _ => part.to_owned(),
            })
            .collect();
        shown.push('?');
        shown.push_str(&parts.join("&"));
    }
    shown
}

#[cfg(feature = "sqlite")]
impl From<SqliteConnectOptions> for Database {
    fn from(options: SqliteConnectOptions) -> Self {
        let shown = if is_memory(&options) {
            "sqlite::memory:".to_owned()
        } else {
            format!("sqlite://{}", options.get_filename().display())
        };
        Self {
            source: Source::Sqlite(Box::new(options)),
            shown,
        }
    }
}

/// sqlx says it nowhere but in the `Debug` of the options: the file name alone does not tell, and the URL that it would
/// write (`to_url_lossy`) is a panic for these very databases.
#[cfg(feature = "sqlite")]
fn is_memory(options: &SqliteConnectOptions) -> bool {
    options.get_filename() == std::path::Path::new(":memory:")
        || format!("{options:?}").contains("in_memory: true")
}

#[cfg(feature = "sqlite")]
impl From<&SqlitePool> for Database {
    fn from(pool: &SqlitePool) -> Self {
        let options = SqliteConnectOptions::clone(&pool.connect_options());
        if is_memory(&options) {
            Self {
                source: Source::SqliteMemory(pool.clone()),
                shown: "sqlite::memory:".to_owned(),
            }
        } else {
            Self::from(options)
        }
    }
}

#[cfg(feature = "postgres")]
impl From<PgConnectOptions> for Database {
    fn from(options: PgConnectOptions) -> Self {
        let user = options.get_username();
        let database = options.get_database().unwrap_or(user);
        let shown = match options.get_socket() {
            Some(socket) => format!("postgres://{user}@/{database}?host={}", socket.display()),
            None => format!(
                "postgres://{user}@{}:{}/{database}",
                options.get_host(),
                options.get_port()
            ),
        };
        Self {
            source: Source::Postgres(Box::new(options)),
            shown,
        }
    }
}

#[cfg(feature = "postgres")]
impl From<&PgPool> for Database {
    fn from(pool: &PgPool) -> Self {
        Self::from(PgConnectOptions::clone(&pool.connect_options()))
    }
}

#[cfg(feature = "mysql")]
impl From<MySqlConnectOptions> for Database {
    fn from(options: MySqlConnectOptions) -> Self {
        use sqlx::ConnectOptions;
        let shown = redact(options.to_url_lossy().as_str());
        Self {
            source: Source::Mysql(Box::new(options)),
            shown,
        }
    }
}

#[cfg(feature = "mysql")]
impl From<&MySqlPool> for Database {
    fn from(pool: &MySqlPool) -> Self {
        Self::from(MySqlConnectOptions::clone(&pool.connect_options()))
    }
}

macro_rules! from_pool {
    ($feature:literal, $pool:ty, $options:ty) => {
        #[cfg(feature = $feature)]
        impl From<$pool> for Database {
            fn from(pool: $pool) -> Self {
                Self::from(&pool)
            }
        }

        #[cfg(feature = $feature)]
        impl From<&$options> for Database {
            fn from(options: &$options) -> Self {
                Self::from(options.clone())
            }
        }
    };
}

from_pool!("sqlite", SqlitePool, SqliteConnectOptions);
from_pool!("postgres", PgPool, PgConnectOptions);
from_pool!("mysql", MySqlPool, MySqlConnectOptions);

impl From<&Database> for Database {
    fn from(database: &Database) -> Self {
        database.clone()
    }
}
