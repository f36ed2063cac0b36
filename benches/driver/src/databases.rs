//! Fresh databases, and the databases' own clients.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Sqlite,
    Postgres,
    Mysql,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Sqlite, Kind::Postgres, Kind::Mysql];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Sqlite => "sqlite",
            Kind::Postgres => "postgres",
            Kind::Mysql => "mysql",
        }
    }

    /// What is printed, with the conditions of the measurement.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Sqlite => "SQLite on tmpfs",
            Kind::Postgres => "PostgreSQL, fsync off",
            Kind::Mysql => "MariaDB, fsync on",
        }
    }
}

/// Where the servers are and where the files lie.
pub struct Databases {
    postgres: String,
    mysql: String,
    /// On tmpfs, so that no disk is measured.
    memory: PathBuf,
    /// For generated files.
    pub work: PathBuf,
}

/// A database that goes when the value does.
pub struct Fresh<'a> {
    databases: &'a Databases,
    pub kind: Kind,
    pub url: String,
    name: String,
}

impl Databases {
    pub fn from_environment() -> Outcome<Self> {
        let from = |name: &str| {
            env::var(name).map_err(|_| format!("{name} is not set, start me through scripts/bench"))
        };
        Ok(Self {
            postgres: from("TEST_POSTGRES_URL")?,
            mysql: from("TEST_MYSQL_URL")?,
            memory: from("BENCH_MEMORY")?.into(),
            work: from("BENCH_WORK")?.into(),
        })
    }

    /// An empty database. Making it is not measured.
    pub fn fresh(&self, kind: Kind) -> Outcome<Fresh<'_>> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("bench_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let url = match kind {
            Kind::Sqlite => format!("sqlite:///{}?mode=rwc", self.memory.join(&name).display()),
            Kind::Postgres => beside(&self.postgres, &name),
            Kind::Mysql => beside(&self.mysql, &name),
        };
        if let Some(home) = self.home(kind) {
            finish(client(kind, home).args(sql_option(kind, &format!("CREATE DATABASE {name}"))))?;
        }
        Ok(Fresh {
            databases: self,
            kind,
            url,
            name,
        })
    }

    fn home(&self, kind: Kind) -> Option<&str> {
        match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(&self.postgres),
            Kind::Mysql => Some(&self.mysql),
        }
    }
}

fn beside(url: &str, name: &str) -> String {
    format!(
        "{}/{name}",
        url.rsplit_once('/').map_or(url, |(place, _)| place)
    )
}

impl Fresh<'_> {
    /// The client on this database.
    pub fn client(&self) -> Command {
        client(self.kind, &self.url)
    }

    /// The client that runs one statement.
    pub fn statement(&self, sql: &str) -> Command {
        let mut command = self.client();
        command.args(sql_option(self.kind, sql));
        command
    }

    /// The client that runs a script.
    pub fn script(&self, path: &Path) -> Outcome<Command> {
        let mut command = self.client();
        command.stdin(File::open(path)?);
        Ok(command)
    }

    /// How many tables of the workload there are.
    pub fn tables(&self) -> Outcome<usize> {
        let names = match self.kind {
            Kind::Sqlite => {
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name GLOB '*_[0-9][0-9][0-9][0-9]'"
            }
            Kind::Postgres => {
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '_[0-9]{4}$'"
            }
            Kind::Mysql => {
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND table_name REGEXP '_[0-9]{4}$'"
            }
        };
        let output = self.statement(names).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        let databases = self.databases;
        if let Some(home) = databases.home(self.kind) {
            let _ = client(self.kind, home)
                .args(sql_option(
                    self.kind,
                    &format!("DROP DATABASE {}", self.name),
                ))
                .status();
        } else {
            for suffix in ["", "-journal", "-wal", "-shm"] {
                let _ = fs::remove_file(databases.memory.join(format!("{}{suffix}", self.name)));
            }
        }
    }
}

fn client(kind: Kind, url: &str) -> Command {
    let mut command = Command::new(match kind {
        Kind::Sqlite => "sqlite3",
        Kind::Postgres => "psql",
        Kind::Mysql => "mariadb",
    });
    match kind {
        Kind::Sqlite => {
            let path = url
                .trim_start_matches("sqlite:///")
                .split('?')
                .next()
                .unwrap_or_default();
            command.args(["-batch", "-bail", path]);
        }
        Kind::Postgres => {
            command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url]);
        }
        Kind::Mysql => {
            let rest = url.split_once('@').map_or("", |(_, rest)| rest);
            let (place, database) = rest.split_once('/').unwrap_or((rest, ""));
            let port = place.split_once(':').map_or("3306", |(_, port)| port);
            command.args([
                "--no-defaults",
                "-N",
                "-B",
                "-h127.0.0.1",
                "-umigrate",
                "-pmigrate",
                "-P",
                port,
                database,
            ]);
        }
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn sql_option(kind: Kind, sql: &str) -> Vec<String> {
    match kind {
        Kind::Sqlite => vec![sql.to_owned()],
        Kind::Postgres => vec!["-c".to_owned(), sql.to_owned()],
        Kind::Mysql => vec!["-e".to_owned(), sql.to_owned()],
    }
}

/// Runs a command to its end and returns how long it took.
///
/// # Errors
/// What it said, when it failed.
pub fn finish(command: &mut Command) -> Outcome<Duration> {
    let start = Instant::now();
    let output = command.output()?;
    let taken = start.elapsed();
    if output.status.success() {
        return Ok(taken);
    }
    Err(format!("{command:?}\n{}", String::from_utf8_lossy(&output.stderr)).into())
}
