//! MySQL and MariaDB: `mysqldump` or `mariadb-dump`, in one transaction of reading.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use tokio::process::Command;

use super::file::{NewFile, private};
use super::login::{Login, bare_host};
use super::program::{Called, run};
use super::{failed, quoted, quoted_path, refused};
use crate::database::backend::Backend;
use crate::database::error::Error;
use crate::text::Dialect;

/// Dumps the database, and returns the command that restores it.
pub(super) async fn dump(
    options: &MySqlConnectOptions,
    backend: &mut dyn Backend,
    new: &NewFile,
) -> Result<String, Error> {
    let Some(database) = options.get_database() else {
        return Err(failed(
            "the URL names no database",
            "write mysql://USER@HOST/DATABASE",
        ));
    };
    let made = how_it_was_made(backend, database).await?;
    let dialect = backend.dialect();
    // Each server's own program first: they differ in what they ask the server for.
    let programs = match dialect {
        Dialect::Mariadb => ["mariadb-dump", "mysqldump"],
        _ => ["mysqldump", "mariadb-dump"],
    };
    for program in programs {
        let file = OptionFile::write(options, program)?;
        let mut command = Command::new(program);
        let mut defaults = std::ffi::OsString::from("--defaults-extra-file=");
        defaults.push(&file.0);
        command.arg(defaults).args([
            "--single-transaction",
            "--routines",
            "--triggers",
            "--events",
            "--hex-blob",
            "--no-tablespaces",
            "--default-character-set=utf8mb4",
            "--",
            database,
        ]);
        match run(command, new).await? {
            Called::Done => return Ok(restore(options, database, &made, dialect, new.path())),
            Called::NotFound => {}
        }
    }
    Err(failed(
        format!(
            "neither `{}` nor `{}` is here, and {dialect} needs one of them",
            programs[0], programs[1]
        ),
        "install the client of the server (package mariadb-client or mysql-client), or back up by other means and leave out \
         `--backup`",
    ))
}

/// The statement that makes an empty database with the character set of this one.
async fn how_it_was_made(backend: &mut dyn Backend, database: &str) -> Result<String, Error> {
    let sql = "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name \
               = DATABASE()";
    let rows = backend
        .query(sql.to_owned())
        .await
        .map_err(|error| refused(&error))?;
    let mut statement = format!("CREATE DATABASE {}", identifier(database));
    let mut fields = rows.into_iter().flatten().flatten();
    if let (Some(set), Some(collation)) = (fields.next(), fields.next()) {
        let _ = write!(statement, " CHARACTER SET {set} COLLATE {collation}");
    }
    Ok(statement)
}

fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn restore(
    options: &MySqlConnectOptions,
    database: &str,
    made: &str,
    dialect: Dialect,
    backup: &Path,
) -> String {
    let program = if dialect == Dialect::Mariadb {
        "mariadb"
    } else {
        "mysql"
    };
    let place = match options.get_socket() {
        Some(socket) => format!("--socket={}", quoted_path(socket)),
        None => format!(
            "--host={} --port={}",
            quoted(bare_host(options.get_host())),
            options.get_port()
        ),
    };
    let client = format!(
        "{program} {place} --user={} --password",
        quoted(options.get_username())
    );
    // The database is dropped and made again, so that nothing is left of what the run has created.
    let anew = format!("DROP DATABASE {}; {made}", identifier(database));
    format!(
        "{client} --execute={} && {client} {} < {}",
        quoted(&anew),
        quoted(database),
        quoted_path(backup)
    )
}

/// A file of options that only its owner can read: host, user and password. It is gone with the value.
struct OptionFile(PathBuf);

impl OptionFile {
    fn write(options: &MySqlConnectOptions, program: &str) -> Result<Self, Error> {
        let text = text(options);
        let name = format!("migrate-{}.cnf", crate::database::who::holder().run);
        let path = std::env::temp_dir().join(name);
        let written = private(&path).and_then(|mut file| {
            let own = Self(path.clone());
            file.write_all(text.as_bytes()).map(|()| own)
        });
        written.map_err(|error| {
            failed(
                format!(
                    "the options of `{program}` cannot be written to {}: {error}",
                    path.display()
                ),
                "the directory for temporary files (TMPDIR) must be writable",
            )
        })
    }
}

impl Drop for OptionFile {
    fn drop(&mut self) {
        // What cannot be removed now cannot be removed at all.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn text(options: &MySqlConnectOptions) -> String {
    let login = Login::of(options);
    let mut text = "[client]\n".to_owned();
    let mut add = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}=\"{}\"", escaped(value));
    };
    match options.get_socket() {
        Some(socket) => add("socket", &socket.to_string_lossy()),
        None => {
            add("host", bare_host(options.get_host()));
            add("port", &options.get_port().to_string());
            add("protocol", "tcp");
        }
    }
    add("user", options.get_username());
    if let Some(password) = &login.password {
        add("password", password);
    }
    for name in ["ssl-ca", "ssl-cert", "ssl-key"] {
        if let Some(value) = login.parameter(name) {
            add(name, value);
        }
    }
    let (mariadb, mysql) = match options.get_ssl_mode() {
        MySqlSslMode::Disabled => ("skip-ssl", "ssl-mode=DISABLED"),
        MySqlSslMode::Preferred => ("", ""),
        MySqlSslMode::Required => ("ssl", "ssl-mode=REQUIRED"),
        MySqlSslMode::VerifyCa => ("ssl\nssl-verify-server-cert", "ssl-mode=VERIFY_CA"),
        MySqlSslMode::VerifyIdentity => ("ssl\nssl-verify-server-cert", "ssl-mode=VERIFY_IDENTITY"),
    };
    // Which of the two a program is cannot be seen from its name. `loose-`: it passes over the words of the other.
    for line in mariadb.lines().chain(mysql.lines()) {
        let _ = writeln!(text, "loose-{line}");
    }
    text
}

/// A value in double quotes.
fn escaped(value: &str) -> String {
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_stands_in_the_file_and_nowhere_else() {
        let options: MySqlConnectOptions =
            "mysql://app:p%22a%5Css%20%23%40@db:3307/shop?ssl-mode=DISABLED"
                .parse()
                .unwrap();
        assert_eq!(
            text(&options),
            "[client]\nhost=\"db\"\nport=\"3307\"\nprotocol=\"tcp\"\nuser=\"app\"\npassword=\"p\\\"a\\\\ss #@\"\nloose-skip-ssl\n\
             loose-ssl-mode=DISABLED\n"
        );
        let restore = restore(
            &options,
            "shop",
            "CREATE DATABASE `shop`",
            Dialect::Mariadb,
            Path::new("b.sql"),
        );
        assert_eq!(
            restore,
            "mariadb --host=db --port=3307 --user=app --password --execute='DROP DATABASE `shop`; CREATE DATABASE `shop`' && \
             mariadb --host=db --port=3307 --user=app --password shop < b.sql"
        );
    }
}
