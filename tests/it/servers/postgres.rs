//! PostgreSQL through psql.

use std::process::Command;

use super::{Client, Server, Url, watchdog};

pub(super) fn server() -> Server {
    Server {
        url: watchdog::url("TEST_POSTGRES_URL", "postgres"),
        client: &Psql,
    }
}

struct Psql;

impl Client for Psql {
    fn command(&self, url: &Url<'_>, sql: &str) -> Command {
        let mut command = Command::new("psql");
        command
            .args(["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"])
            .args([
                "-h",
                url.host,
                "-p",
                url.port,
                "-U",
                url.user,
                "-d",
                url.database,
                "-c",
                sql,
            ])
            .env("PGPASSWORD", url.password);
        command
    }

    fn create(&self, name: &str) -> String {
        format!("CREATE DATABASE {name} TEMPLATE template0")
    }

    fn drop(&self, name: &str) -> String {
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    }
}
