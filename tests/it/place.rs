//! A database of any of the three kinds, for tests that say the same of all of them.

use std::fmt;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Column as _, ConnectOptions as _, Row as _, ValueRef as _};
use tempfile::TempDir;

use crate::servers::{self, TestDatabase};

/// An empty database.
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(TestDatabase),
    Mariadb(TestDatabase),
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
            Self::Mariadb(_) => "MariaDB",
        })
    }
}

/// One empty database of each kind that was asked for.
pub(crate) fn places(name: &str) -> Vec<Place> {
    let sqlite = Place::Sqlite(tempfile::tempdir().expect("a temporary directory"));
    let postgres = servers::postgres().map(|server| Place::Postgres(server.database(name)));
    let mariadb = servers::mariadb().map(|server| Place::Mariadb(server.database(name)));
    [Some(sqlite), postgres, mariadb]
        .into_iter()
        .flatten()
        .collect()
}

impl Place {
    /// The URL, with user and password.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("app.db").display()),
            Self::Postgres(database) | Self::Mariadb(database) => database.url().to_owned(),
        }
    }

    /// The dialect, as `migrate.toml` calls it.
    pub(crate) fn dialect(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
            Self::Mariadb(_) => "mariadb",
        }
    }

    /// Runs SQL past our code; a line per row, fields separated by tabs.
    pub(crate) fn sql(&self, sql: &str) -> String {
        match self {
            Self::Sqlite(_) => block_on(sqlite(&self.url(), sql)),
            Self::Postgres(database) | Self::Mariadb(database) => database.sql(sql),
        }
    }

    /// The tables, columns and indexes of the application, sorted: two databases with the same text have the same schema.
    pub(crate) fn schema(&self) -> String {
        self.sql(match self {
            Self::Sqlite(_) => {
                "SELECT type, name, tbl_name, sql FROM sqlite_schema \
                 WHERE tbl_name NOT LIKE 'schema_revisions%' ORDER BY type, name"
            }
            Self::Postgres(_) => {
                "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name NOT LIKE 'schema_revisions%' \
                 UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes \
                 WHERE schemaname = 'public' AND tablename NOT LIKE 'schema_revisions%' ORDER BY 1, 2"
            }
            Self::Mariadb(_) => {
                "SELECT table_name, column_name, column_type, is_nullable, column_default \
                 FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND table_name NOT LIKE 'schema_revisions%' \
                 UNION ALL SELECT table_name, index_name, column_name, seq_in_index, non_unique \
                 FROM information_schema.statistics \
                 WHERE table_schema = DATABASE() AND table_name NOT LIKE 'schema_revisions%' ORDER BY 1, 2, 3"
            }
        })
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

async fn sqlite(url: &str, sql: &str) -> String {
    let options: SqliteConnectOptions = url.parse().expect("a URL");
    let options = options
        .create_if_missing(true)
        .busy_timeout(std::time::Duration::from_secs(60));
    let mut connection: SqliteConnection = options.connect().await.expect("a connection");
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .fetch_all(&mut connection)
        .await
        .expect("rows");
    let text = |row: &sqlx::sqlite::SqliteRow| {
        let fields = row.columns().iter().map(|column| {
            let value = row.try_get_raw(column.ordinal()).expect("a value");
            if value.is_null() {
                return "NULL".to_owned();
            }
            row.try_get_unchecked::<String, _>(column.ordinal())
                .expect("text")
        });
        fields.collect::<Vec<_>>().join("\t") + "\n"
    };
    rows.iter().map(text).collect()
}
