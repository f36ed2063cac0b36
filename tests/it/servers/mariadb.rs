//! MariaDB through its client.

use std::process::Command;

use super::{Client, Server, Url, watchdog};

pub(super) fn server() -> Server {
    Server {
        url: watchdog::url("TEST_MYSQL_URL", "mysql"),
        client: &Mariadb,
    }
}

struct Mariadb;

impl Client for Mariadb {
    fn command(&self, url: &Url<'_>, sql: &str) -> Command {
        let mut command = Command::new("mariadb");
        command
            .args([
                "--no-defaults",
                "--batch",
                "--skip-column-names",
                "--default-character-set=utf8mb4",
            ])
            .args([
                "-h",
                url.host,
                "-P",
                url.port,
                "-u",
                url.user,
                "-e",
                sql,
                url.database,
            ])
            .env("MYSQL_PWD", url.password);
        command
    }

    fn create(&self, name: &str) -> String {
        format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")
    }

    fn drop(&self, name: &str) -> String {
        format!("DROP DATABASE IF EXISTS {name}")
    }
}
