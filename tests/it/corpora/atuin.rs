//! Atuin: sqlx's layout, on SQLite and PostgreSQL.

use std::path::Path;

use migrate::{Class, Database, Dialect, Migrations};

use super::{Directory, Foreign, Section, corpus, message, names, read};
use crate::servers;

/// `VERSION_name.sql`, or `VERSION_name.up.sql` with `VERSION_name.down.sql`.
pub(super) fn directory(part: &str, dialect: Dialect) -> Directory {
    let folder = corpus("atuin").join(part);
    let files = names(&folder);
    let migration = |file: &String| {
        let stem = file.trim_end_matches(".sql").trim_end_matches(".up");
        let (version, name) = stem.split_once('_').expect("VERSION_name");
        let down = folder.join(format!("{stem}.down.sql"));
        Foreign {
            id: version.to_owned(),
            message: message(name),
            up: Section::Transactional(read(&folder.join(file))),
            down: if down.exists() {
                Section::Transactional(read(&down))
            } else {
                Section::ForwardOnly
            },
        }
    };
    let migrations: Vec<Foreign> = files
        .iter()
        .filter(|file| !file.ends_with(".down.sql"))
        .map(migration)
        .collect();
    Directory::chain(dialect, &migrations)
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
