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
//! without a runtime.

mod mariadb;
mod postgres;
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
    /// The command that runs one SQL text and prints the rows, fields separated by tabs.
    fn command(&self, url: &Url<'_>, sql: &str) -> Command;
    fn create(&self, name: &str) -> String;
    fn drop(&self, name: &str) -> String;
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
    /// URL of the server's own database, for tests that make databases themselves.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A new empty database whose name begins with `name`; dropped with the value.
    pub(crate) fn database(&'static self, name: &str) -> TestDatabase {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name: String = name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '_'
                }
            })
            .collect();
        let name = format!("t_{name:.30}_{}_{number}", std::process::id());
        self.run(&self.url, &self.client.create(&name));
        TestDatabase {
            server: self,
            url: self.url_of(&name),
            name,
        }
    }

    /// URL of a database of this server.
    pub(crate) fn url_of(&self, database: &str) -> String {
        let (place, _) = self.url.rsplit_once('/').expect("a URL with a database");
        format!("{place}/{database}")
    }

    fn run(&self, url: &str, sql: &str) -> String {
        let output = self
            .client
            .command(&Url::parse(url), sql)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| {
                panic!("the server's client does not start: {error}; run scripts/setup")
            });
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}\n{errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
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

    /// Runs SQL with the server's own client and returns what it prints: a line per row, fields separated by tabs.
    ///
    /// # Panics
    ///
    /// When the SQL fails, with what the client says.
    #[track_caller]
    pub(crate) fn sql(&self, sql: &str) -> String {
        self.server.run(&self.url, sql)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the database of the failed test was {}", self.name);
        }
        let sql = self.server.client.drop(&self.name);
        // The server may have been ended by the test; a second panic would hide the first.
        let _ = self
            .server
            .client
            .command(&Url::parse(&self.server.url), &sql)
            .stdin(Stdio::null())
            .output();
    }
}
