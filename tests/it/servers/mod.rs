//! Real database servers for the tests.
//!
//! `scripts/test` starts one PostgreSQL and one MariaDB and names them in `TEST_POSTGRES_URL` and `TEST_MYSQL_URL`. Without
//! these, as under plain `cargo test`, the first test that asks starts its own through `scripts/servers.sh`, and a pipe to
//! that script ends the server with the test process. Each test gets databases of its own, dropped when it is done:
//!
//! ```ignore
//! let Some(server) = servers::postgres() else { return };
//! let database = server.database("upgrade");
//! let pool = PgPool::connect(database.url()).await?;
//! ```
//!
//! A server that cannot be had is a failure. `None` is only for databases that the caller did not ask for in
//! `MIGRATE_TEST_DATABASES`.
//!
//! All calls block: databases are made and dropped by the server's own client, which also works in `Drop` and in tests
//! without a runtime. SQLite takes part as a server whose databases are files.

mod mariadb;
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod tests;
mod watchdog;

use std::env;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The PostgreSQL server, or `None` when `MIGRATE_TEST_DATABASES` does not name `postgres`.
pub(crate) fn postgres() -> Option<&'static Server> {
    static SERVER: OnceLock<Server> = OnceLock::new();
    is_wanted("postgres").then(|| SERVER.get_or_init(postgres::server))
}

/// The MariaDB server, or `None` when `MIGRATE_TEST_DATABASES` does not name `mysql`.
pub(crate) fn mariadb() -> Option<&'static Server> {
    static SERVER: OnceLock<Server> = OnceLock::new();
    is_wanted("mysql").then(|| SERVER.get_or_init(mariadb::server))
}

/// SQLite as a server of files, or `None` when `MIGRATE_TEST_DATABASES` does not name `sqlite`.
#[cfg(feature = "sqlite")]
pub(crate) fn sqlite() -> Option<&'static Server> {
    static SERVER: OnceLock<Server> = OnceLock::new();
    is_wanted("sqlite").then(|| SERVER.get_or_init(sqlite::server))
}

/// Every database that this build and the caller of the tests know.
pub(crate) fn each() -> impl Iterator<Item = &'static Server> {
    [
        #[cfg(feature = "sqlite")]
        sqlite(),
        #[cfg(feature = "postgres")]
        postgres(),
        #[cfg(feature = "mysql")]
        mariadb(),
    ]
    .into_iter()
    .flatten()
}

/// SQLite, PostgreSQL and MariaDB for one project, or `None` when not all of them are asked for.
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub(crate) fn all_three() -> Option<[&'static Server; 3]> {
    Some([sqlite()?, postgres()?, mariadb()?])
}

/// The options that name servers for throw-away databases; SQLite needs none.
#[cfg(all(feature = "sqlite", feature = "mysql"))]
pub(crate) fn scratch_urls<'s>(servers: &[&'s Server]) -> Vec<&'s str> {
    let named = servers.iter().filter(|server| server.name() != "sqlite");
    named
        .flat_map(|server| ["--scratch-url", server.url()])
        .collect()
}

/// How many rounds a fault test takes: a bounded set by default, the long one under `scripts/test --faults`.
pub(crate) fn rounds(bounded: usize, long: usize) -> usize {
    if env::var_os("MIGRATE_TEST_FAULTS").is_some() {
        long
    } else {
        bounded
    }
}

fn is_wanted(name: &str) -> bool {
    let wanted = env::var("MIGRATE_TEST_DATABASES")
        .map_or(true, |list| list.split(',').any(|each| each.trim() == name));
    if !wanted {
        eprintln!("not asked for in MIGRATE_TEST_DATABASES: {name}");
    }
    wanted
}

/// A running server.
pub(crate) struct Server {
    /// URL of the database that is always there.
    url: String,
    /// How a database is made, dropped and asked.
    client: &'static dyn Client,
}

/// The few things that differ between the servers.
trait Client: Sync {
    /// `sqlite`, `postgres` or `mysql`.
    fn name(&self) -> &'static str;
    /// The client that people use, on a database; it reads a script from stdin.
    fn shell(&self, url: &str) -> Command;
    /// Runs SQL and returns the rows as lines, fields separated by tabs.
    fn run(&self, url: &str, sql: &str) -> Result<String, String>;
    /// Makes the database; `home` is the URL of one that is always there.
    fn create(&self, home: &str, name: &str) -> Result<String, String>;
    /// Drops the database and whoever is connected to it.
    fn drop(&self, home: &str, name: &str) -> Result<String, String>;
    /// A query for the schema as the catalogues have it: kind, table, then what describes the object; without the
    /// tables that `migrate` keeps.
    fn schema(&self) -> &'static str;
}

/// Runs one of the clients that come with the servers.
fn client(mut command: Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{command:?}: {error}; run scripts/setup"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// The parts of `scheme://user:password@host:port/database`, all of which our URLs have.
struct Url<'a> {
    user: &'a str,
    password: &'a str,
    host: &'a str,
    port: &'a str,
    database: &'a str,
}

impl<'a> Url<'a> {
    fn parse(url: &'a str) -> Self {
        let parts = || {
            let (_, rest) = url.split_once("://")?;
            let (login, rest) = rest.split_once('@')?;
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            let (place, rest) = rest.split_once('/')?;
            let (host, port) = place.split_once(':')?;
            let database = rest.split('?').next()?;
            Some(Url {
                user,
                password,
                host,
                port,
                database,
            })
        };
        parts().unwrap_or_else(|| {
            panic!("expected scheme://user:password@host:port/database, found {url}")
        })
    }
}

impl Server {
    /// `sqlite`, `postgres` or `mysql`.
    pub(crate) fn name(&self) -> &'static str {
        self.client.name()
    }

    /// URL of the server's own database, for tests that make databases themselves.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// URL of a database of this server.
    pub(crate) fn url_of(&self, database: &str) -> String {
        let (place, _) = self.url.rsplit_once('/').expect("a URL with a database");
        format!("{place}/{database}")
    }

    #[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    /// Asks a database of the server by its own client.
    #[track_caller]
    pub(crate) fn ask(&self, url: &str, sql: &str) -> String {
        self.client
            .run(url, sql)
            .unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// A new empty database whose name begins with `name`; dropped with the value.
    #[track_caller]
    pub(crate) fn database(&'static self, name: &str) -> TestDatabase {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        };
        let name: String = name.chars().take(30).map(plain).collect();
        let name = format!("t_{name}_{}_{number}", std::process::id());
        self.client
            .create(&self.url, &name)
            .unwrap_or_else(|error| panic!("{name} cannot be created: {error}"));
        TestDatabase {
            server: self,
            url: self.url_of(&name),
            name,
        }
    }
}

/// A database of one test.
pub(crate) struct TestDatabase {
    server: &'static Server,
    name: String,
    url: String,
}

impl TestDatabase {
    /// URL of the database, with user and password.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Name of the database.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The client that people use, on this database; it reads a script from stdin.
    #[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub(crate) fn shell(&self) -> Command {
        self.server.client.shell(&self.url)
    }

    /// Runs SQL past the library, with the server's own client where it has one, and returns a line per row, fields
    /// separated by tabs.
    ///
    /// # Panics
    ///
    /// When the SQL fails, with what the client says.
    #[track_caller]
    pub(crate) fn sql(&self, sql: &str) -> String {
        self.server
            .client
            .run(&self.url, sql)
            .unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// The schema as the catalogues have it, a line per object, sorted; without the tables that `migrate` keeps.
    #[track_caller]
    pub(crate) fn schema(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .sql(self.server.client.schema())
            .lines()
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the database of the failed test was {}", self.name);
        }
        // The server may have been ended by the test; a second panic would hide the first.
        let _ = self.server.client.drop(&self.server.url, &self.name);
    }
}
