//! SQLite: a directory as the server, files as its databases.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, ValueRef};

use super::{Client, Server};

pub(super) fn server() -> Server {
    // One directory for each process: cleaned by the databases that leave it, and small if a process is killed.
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sqlite");
    fs::create_dir_all(&directory).expect("a directory for SQLite files");
    Server {
        url: format!("sqlite:///{}/home", directory.display()),
        client: &Files,
    }
}

struct Files;

fn path(url: &str) -> PathBuf {
    PathBuf::from(
        url.strip_prefix("sqlite:///")
            .expect("a URL of an SQLite file"),
    )
}

impl Client for Files {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn shell(&self, url: &str) -> Command {
        let mut command = Command::new("sqlite3");
        command.arg(path(url));
        command
    }

    fn run(&self, url: &str, sql: &str) -> Result<String, String> {
        let options = SqliteConnectOptions::new()
            .filename(path(url))
            .foreign_keys(true);
        let sql = sql.to_owned();
        // A thread of its own, because the caller may stand in a runtime already.
        let work = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| error.to_string())?;
            runtime
                .block_on(rows(options, sql))
                .map_err(|error| error.to_string())
        });
        work.join().expect("no panic in the thread")
    }

    fn create(&self, home: &str, name: &str) -> Result<String, String> {
        let path = path(home).with_file_name(name);
        fs::write(&path, "")
            .map(|()| String::new())
            .map_err(|error| error.to_string())
    }

    fn drop(&self, home: &str, name: &str) -> Result<String, String> {
        for suffix in ["-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(path(home).with_file_name(format!("{name}{suffix}")));
        }
        fs::remove_file(path(home).with_file_name(name))
            .map(|()| String::new())
            .map_err(|error| error.to_string())
    }

    fn schema(&self) -> &'static str {
        SCHEMA
    }
}

async fn rows(options: SqliteConnectOptions, sql: String) -> Result<String, sqlx::Error> {
    let mut connection = options.connect().await?;
    let rows = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_all(&mut connection)
        .await?;
    connection.close().await?;
    let line = |row: &SqliteRow| {
        let fields: Result<Vec<String>, sqlx::Error> =
            (0..row.len()).map(|place| field(row, place)).collect();
        fields.map(|fields| fields.join("\t") + "\n")
    };
    rows.iter().map(line).collect()
}

fn field(row: &SqliteRow, place: usize) -> Result<String, sqlx::Error> {
    if row.try_get_raw(place)?.is_null() {
        return Ok("NULL".to_owned());
    }
    row.try_get_unchecked::<String, _>(place)
}

/// Columns through the pragma, because ALTER TABLE leaves its own layout in the text of CREATE TABLE.
const SCHEMA: &str = "\
SELECT 'column', tables.name, columns.cid, columns.name, columns.type, columns.\"notnull\", columns.dflt_value, columns.pk
  FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
 WHERE tables.type = 'table' AND tables.name NOT LIKE 'schema\\_revisions%' ESCAPE '\\' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
UNION ALL
SELECT 'foreign key', tables.name, keys.\"table\", keys.\"from\", keys.\"to\", keys.on_update, keys.on_delete, ''
  FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys
 WHERE tables.type = 'table' AND tables.name NOT LIKE 'schema\\_revisions%' ESCAPE '\\' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
UNION ALL
SELECT type, tbl_name, name, coalesce(sql, ''), '', '', '', '' FROM sqlite_schema
 WHERE type <> 'table' AND tbl_name NOT LIKE 'schema\\_revisions%' ESCAPE '\\'";
