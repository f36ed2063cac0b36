//! What a section has set by `PRAGMA`, and which databases it has attached: put back after it.
//!
//! Only what the section names is read, so that a section without pragmas costs nothing.

use std::collections::BTreeSet;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};

use crate::database::execute::Source;
use crate::database::session::{SQLITE_SETTINGS, pragmas};
use crate::text::Dialect;

/// The one setting that SQLite does not tell; it shows in what it does.
const LIKE: &str = "case_sensitive_like";

/// What a section may change of the connection, as it was before.
#[derive(Debug, Default)]
pub(super) struct Settings {
    values: Vec<(&'static str, String)>,
    attached: Option<BTreeSet<String>>,
}

impl Settings {
    /// Reads what the pragmas and the `ATTACH`es of `source` may change.
    pub(super) async fn read(
        connection: &mut SqliteConnection,
        source: &Source<'_>,
    ) -> Result<Self, sqlx::Error> {
        let mut settings = Self::default();
        let named: BTreeSet<String> = pragmas(source).flatten().collect();
        for (name, _) in SQLITE_SETTINGS {
            if named.contains(name)
                && let Some(value) = value(connection, name).await?
            {
                settings.values.push((name, value));
            }
        }
        if begins(source, "ATTACH") {
            settings.attached = Some(attached(connection).await?);
        }
        Ok(settings)
    }

    /// What must be put back before our own rows are written, in the transaction of the section.
    pub(super) fn before_rows(&self) -> Vec<String> {
        self.values
            .iter()
            .filter(|(name, _)| *name == "query_only")
            .map(|(name, value)| format!("PRAGMA {name} = {value}"))
            .collect()
    }

    /// Puts back what is no longer as it was.
    pub(super) async fn restore(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<(), sqlx::Error> {
        for (name, before) in &self.values {
            if value(connection, name).await?.as_ref() != Some(before) {
                let sql = format!("PRAGMA {name} = {before}");
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&mut *connection)
                    .await?;
            }
        }
        if let Some(before) = &self.attached {
            for name in attached(connection).await?.difference(before) {
                let name = crate::text::sql::quote_ident(name, Dialect::Sqlite);
                let sql = format!("DETACH {name}");
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&mut *connection)
                    .await?;
            }
        }
        Ok(())
    }
}

/// How a connection holds the lock of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Locking {
    /// From the first to the last statement of a transaction, with a journal that is there as long.
    EachTransaction,
    /// Otherwise: as the application has set it, or with a write-ahead log.
    Otherwise,
}

impl Locking {
    pub(super) async fn of(connection: &mut SqliteConnection) -> Result<Self, sqlx::Error> {
        let locking = value(connection, "main.locking_mode").await?;
        let journal = value(connection, "main.journal_mode").await?;
        Ok(match (locking.as_deref(), journal.as_deref()) {
            (Some("normal"), Some("delete" | "truncate" | "persist")) => Self::EachTransaction,
            _ => Self::Otherwise,
        })
    }
}

/// Whether a section has something of which [`Settings`] must be read.
pub(super) fn may_change(source: &Source<'_>) -> bool {
    begins(source, "PRAGMA") || begins(source, "ATTACH") || source.has_calls()
}

fn begins(source: &Source<'_>, keyword: &str) -> bool {
    let mut statements = source.script.statements.iter();
    statements.any(|statement| {
        statement
            .keywords
            .first()
            .is_some_and(|word| word == keyword)
    })
}

async fn value(
    connection: &mut SqliteConnection,
    name: &str,
) -> Result<Option<String>, sqlx::Error> {
    let sql = if name == LIKE {
        "SELECT 'a' NOT LIKE 'A'".to_owned()
    } else {
        format!("PRAGMA {name}")
    };
    let row = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_optional(connection)
        .await?;
    text(row)
}

async fn attached(connection: &mut SqliteConnection) -> Result<BTreeSet<String>, sqlx::Error> {
    let rows = sqlx::raw_sql("SELECT name FROM pragma_database_list")
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|row| text(Some(row)).map(Option::unwrap_or_default))
        .collect()
}

/// The first column as SQLite writes it: numbers, mostly.
fn text(row: Option<SqliteRow>) -> Result<Option<String>, sqlx::Error> {
    row.map_or(Ok(None), |row| row.try_get_unchecked(0))
}

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;
    use crate::text::sql::split;

    fn source(text: &str) -> Source<'_> {
        Source {
            text,
            script: split(text, Dialect::Sqlite),
            dialect: Dialect::Sqlite,
            transactional: true,
            file: "x.sql",
            line: 1,
            from: 0,
        }
    }

    /// Each is changed to a value that it does not have by default, and read, changed and put back.
    #[tokio::test]
    async fn every_setting_can_be_read_and_put_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.path().join("app.db"))
            .create_if_missing(true);
        for (name, _) in SQLITE_SETTINGS {
            let mut connection = SqliteConnection::connect_with(&options)
                .await
                .expect("a file");
            let changed = match name {
                "cache_size" | "journal_size_limit" | "max_page_count" | "busy_timeout" => "6000",
                "analysis_limit" | "wal_autocheckpoint" | "threads" => "3",
                "cache_spill" | "mmap_size" => "500000000",
                "locking_mode" => "exclusive",
                "automatic_index" | "foreign_keys" | "short_column_names" | "trusted_schema" => "0",
                "synchronous" => "3",
                _ => "1",
            };
            let sql = format!("PRAGMA {name} = {changed}");
            let source = source(&sql);
            let settings = Settings::read(&mut connection, &source)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let before = value(&mut connection, name).await.expect("a value");
            assert!(before.is_some(), "{name} can be read");
            sqlx::raw_sql(AssertSqlSafe(sql.clone()))
                .execute(&mut connection)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let after = value(&mut connection, name).await.expect("a value");
            assert_ne!(before, after, "{name} was changed");
            settings
                .restore(&mut connection)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let restored = value(&mut connection, name).await.expect("a value");
            assert_eq!(restored, before, "{name} is as it was");
            connection.close().await.expect("closed");
        }
    }

    #[tokio::test]
    async fn what_was_attached_is_detached() {
        let mut connection = SqliteConnection::connect("sqlite::memory:")
            .await
            .expect("memory");
        let sql = "ATTACH ':memory:' AS \"a b\"";
        let settings = Settings::read(&mut connection, &source(sql))
            .await
            .expect("settings");
        sqlx::raw_sql(sql)
            .execute(&mut connection)
            .await
            .expect("attached");
        settings.restore(&mut connection).await.expect("detached");
        let names = attached(&mut connection).await.expect("names");
        assert_eq!(names, BTreeSet::from(["main".to_owned()]));
    }
}
