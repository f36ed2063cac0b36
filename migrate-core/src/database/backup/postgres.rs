//! PostgreSQL: `pg_dump`, which reads one snapshot while others go on writing.

use sqlx::postgres::PgConnectOptions;
use tokio::process::Command;

use super::file::NewFile;
use super::login::{Login, bare_host};
use super::program::{Called, run};
use super::{failed, quoted, quoted_path};
use crate::database::error::Error;

/// Dumps the database, and returns the command that restores it.
pub(super) async fn dump(options: &PgConnectOptions, new: &NewFile) -> Result<String, Error> {
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    let port = options.get_port().to_string();
    let host = options.get_socket().map_or_else(
        || bare_host(options.get_host()).to_owned(),
        |socket| socket.display().to_string(),
    );
    let login = Login::of(options);
    let mut command = Command::new("pg_dump");
    // The password stands nowhere but in the environment of the program: a command line can be seen by everybody.
    command
        .args(["--format=custom", "--no-password"])
        .env("PGHOST", &host)
        .env("PGPORT", &port)
        .env("PGUSER", user)
        .env("PGDATABASE", database);
    if let Some(password) = &login.password {
        command.env("PGPASSWORD", password);
    }
    for (parameter, variable) in [
        ("sslmode", "PGSSLMODE"),
        ("sslrootcert", "PGSSLROOTCERT"),
        ("sslcert", "PGSSLCERT"),
        ("sslkey", "PGSSLKEY"),
    ] {
        if let Some(value) = login.parameter(parameter) {
            command.env(variable, value);
        }
    }
    match run(command, new).await? {
        Called::Done => {}
        Called::NotFound => {
            return Err(failed(
                "`pg_dump` is not here, and PostgreSQL needs it",
                "install the client of PostgreSQL (package postgresql-client), or back up by other means and leave out \
                 `--backup`",
            ));
        }
    }
    // The database is dropped and made again, so that nothing is left of what the run has created.
    let maintenance = if database == "postgres" {
        "template1"
    } else {
        "postgres"
    };
    Ok(format!(
        "pg_restore --host={} --port={port} --username={} --clean --create --if-exists --exit-on-error \
         --dbname={maintenance} {}",
        quoted(&host),
        quoted(user),
        quoted_path(new.path())
    ))
}
