//! Atuin: sqlx's layout, on SQLite and PostgreSQL.

use std::path::Path;

use migrate::{Class, Database, Dialect, Migrations};
use migrate_core::model::Tool;

#[cfg(feature = "postgres")]
use super::text;
use super::{Directory, corpus, names};
use crate::servers;

pub(super) fn directory(part: &str, dialect: Dialect) -> Directory {
    let (directory, imported) =
        Directory::imported(Tool::Sqlx, dialect, &corpus("atuin").join(part));
    assert_eq!(imported.left, [], "{part}");
    directory
}

async fn to_head(migrations: &Migrations, target: &Database) -> Vec<String> {
    let report = migrations
        .upgrade(target, "head")
        .await
        .unwrap_or_else(|failure| panic!("{failure}"));
    let again = migrations
        .upgrade(target, "head")
        .await
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert!(again.is_up_to_date());
    report
        .steps()
        .iter()
        .map(|step| step.revision.clone())
        .collect()
}

/// How many migrations upstream has; the files are counted again, so that none is left out silently.
fn upstream(part: &str) -> Vec<String> {
    let folder = corpus("atuin").join(part);
    let versions = names(Path::new(&folder));
    versions
        .iter()
        .filter(|name| !name.ends_with(".down.sql"))
        .map(|name| name.split('_').next().unwrap_or("").to_owned())
        .collect()
}

#[tokio::test]
async fn the_three_sqlite_directories_apply() {
    for part in ["client-sqlite", "server-sqlite", "scripts-sqlite"] {
        let Some(server) = servers::sqlite() else {
            return;
        };
        let database = server.database("atuin");
        let target: Database = database.url().parse().expect("a URL");
        let directory = directory(part, Dialect::Sqlite);
        assert_eq!(
            to_head(&directory.migrations(), &target).await,
            upstream(part),
            "{part}"
        );
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn the_postgres_directory_applies_with_its_triggers_and_dollar_bodies() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("atuin");
    let target: Database = database.url().parse().expect("a URL");
    let directory = directory("server-postgres", Dialect::Postgres);
    assert_eq!(
        to_head(&directory.migrations(), &target).await,
        upstream("server-postgres")
    );
    let triggers = database.sql("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal");
    assert_ne!(triggers.trim(), "0");
}

#[tokio::test]
async fn a_down_script_that_is_no_sqlite_fails_and_changes_nothing() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let database = server.database("atuin");
    let target: Database = database.url().parse().expect("a URL");
    let directory = directory("scripts-sqlite", Dialect::Sqlite);
    let migrations = directory.migrations();
    to_head(&migrations, &target).await;

    let failure = migrations
        .downgrade(&target, "-1")
        .await
        .expect_err("alter table .. drop index");
    assert_eq!(failure.class(), Class::SqlFailed, "{failure}");
    assert!(failure.to_string().contains("drop index"), "{failure}");
    assert_eq!(failure.report().heads, ["20250402170430"], "still at head");
    let again = migrations
        .upgrade(&target, "head")
        .await
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert!(again.is_up_to_date());
}

/// The server as it runs today: sqlx has migrated it. It is imported and adopted, and nothing is run.
#[cfg(feature = "postgres")]
#[test]
fn a_live_database_of_sqlx_is_adopted() {
    use crate::cli::Project;

    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("atuin_live");
    let folder = corpus("atuin").join("server-postgres");
    database.sql(
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
         installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, \
         execution_time BIGINT NOT NULL)",
    );
    for file in names(&folder) {
        database.sql(&text(&folder.join(&file)));
        let version = file.split('_').next().unwrap_or_default();
        database.sql(&format!(
            "INSERT INTO _sqlx_migrations VALUES ({version}, '', now(), true, '\\x00', 1)"
        ));
    }
    let before = (database.schema(), super::dump(&database));

    let project = Project::empty().variable("DATABASE_URL", database.url());
    let old = folder.display().to_string();
    for words in [&["import", "--from", "sqlx", &old][..], &["adopt"]] {
        let output = project.run(words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?}\n{said}");
    }
    let status = project.session(&["status"]);
    assert!(status.contains("nothing is pending"), "{status}");
    assert_eq!((database.schema(), super::dump(&database)), before);
    let count = names(&folder).len().to_string();
    let log = "SELECT count(*) FROM schema_revisions_log WHERE action = 'stamp'";
    assert_eq!(database.sql(log).trim(), count);
    let others = "SELECT count(*) FROM schema_revisions_log WHERE action <> 'stamp'";
    assert_eq!(database.sql(others).trim(), "0");
}
