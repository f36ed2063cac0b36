//! Introspecting the final schema of each corpus: nothing that the catalogue counts is missing, and what migrations have
//! made is what the servers' own clients make of the same scripts.

use std::collections::BTreeMap;

use migrate::schema::{Filter, Kind, Schema, compare};
use migrate::{Database, Migrations, Settings, introspect};

use super::Directory;
use crate::servers::{self, TestDatabase};

pub(super) async fn read(database: &TestDatabase) -> Schema {
    let target: Database = database.url().parse().expect("a URL");
    introspect(&target, &Settings::default(), &Filter::default())
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

pub(super) async fn migrated(directory: &Directory, database: &TestDatabase) {
    let migrations: Migrations = directory.migrations();
    let target: Database = database.url().parse().expect("a URL");
    migrations
        .upgrade(&target, "head")
        .await
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// How many objects of each kind there are.
fn counts(schema: &Schema) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for id in schema.objects() {
        *counts.entry(id.kind.name()).or_default() += 1;
    }
    counts
}

/// Asserts that there are as many objects of each kind as the database itself counts.
#[track_caller]
fn counted(schema: &Schema, database: &TestDatabase, queries: &[(&[Kind], &str)]) {
    let found = counts(schema);
    for (kinds, query) in queries {
        let expected: usize = database.sql(query).trim().parse().expect("a number");
        let sum: usize = kinds.iter().filter_map(|kind| found.get(kind.name())).sum();
        assert_eq!(sum, expected, "{kinds:?}: {query}");
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn atuin_on_sqlite() {
    const OWN: &str = "NOT LIKE 'schema_revisions%'";
    for part in ["client-sqlite", "server-sqlite", "scripts-sqlite"] {
        let Some(server) = servers::sqlite() else {
            return;
        };
        let database = server.database("introspect_atuin");
        migrated(
            &super::atuin::directory(part, migrate::Dialect::Sqlite),
            &database,
        )
        .await;
        let schema = read(&database).await;
        assert!(!schema.is_empty());
        let tables = format!(
            "pragma_table_list l WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite_%' AND l.name {OWN} AND l.type = 'table'"
        );
        let of_tables = |what: &str, extra: &str| {
            let (list, condition) = tables.split_once(" WHERE ").expect("a condition");
            format!("SELECT count(*) FROM {list}, {what} WHERE {condition} {extra}")
        };
        counted(
            &schema,
            &database,
            &[
                (&[Kind::Table], &format!("SELECT count(*) FROM {tables}")),
                (
                    &[Kind::Column],
                    &of_tables("pragma_table_xinfo(l.name) c", ""),
                ),
                (
                    &[Kind::Index],
                    &of_tables("pragma_index_list(l.name) i", "AND i.origin = 'c'"),
                ),
                (
                    &[Kind::Unique],
                    &of_tables("pragma_index_list(l.name) i", "AND i.origin = 'u'"),
                ),
                (
                    &[Kind::ForeignKey],
                    &of_tables("pragma_foreign_key_list(l.name) f", "AND f.seq = 0"),
                ),
                (
                    &[Kind::View],
                    "SELECT count(*) FROM sqlite_schema WHERE type = 'view'",
                ),
                (
                    &[Kind::Trigger],
                    "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'",
                ),
            ],
        );
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn atuin_and_crates_io_on_postgres() {
    use super::crates_io::{directory, raw_scripts};

    let Some(server) = servers::postgres() else {
        return;
    };
    let atuin = server.database("introspect_atuin");
    migrated(
        &super::atuin::directory("server-postgres", migrate::Dialect::Postgres),
        &atuin,
    )
    .await;
    let crates_io = server.database("introspect_crates_io");
    migrated(&directory().0, &crates_io).await;
    for database in [&atuin, &crates_io] {
        let schema = read(database).await;
        let class = |kinds: &str| {
            format!(
                "SELECT count(*) FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ({kinds}) \
                 AND relname NOT LIKE 'schema\\_revisions%'"
            )
        };
        let on_class = |from: &str, condition: &str| {
            format!(
                "SELECT count(*) FROM {from} WHERE c.relnamespace = 'public'::regnamespace \
                 AND c.relname NOT LIKE 'schema\\_revisions%' AND {condition}"
            )
        };
        let constraints = |letter: &str| {
            on_class(
                "pg_constraint k JOIN pg_class c ON c.oid = k.conrelid",
                &format!("k.contype = '{letter}'"),
            )
        };
        counted(
            &schema,
            database,
            &[
                (&[Kind::Table], &class("'r', 'p'")),
                (&[Kind::View], &class("'v'")),
                (&[Kind::MaterializedView], &class("'m'")),
                (&[Kind::Sequence], &class("'S'")),
                (
                    &[Kind::Index, Kind::PrimaryKey, Kind::Unique, Kind::Exclusion],
                    &class("'i', 'I'"),
                ),
                (
                    &[Kind::Column],
                    &on_class(
                        "pg_attribute a JOIN pg_class c ON c.oid = a.attrelid",
                        "a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')",
                    ),
                ),
                (&[Kind::PrimaryKey], &constraints("p")),
                (&[Kind::Unique], &constraints("u")),
                (&[Kind::ForeignKey], &constraints("f")),
                (&[Kind::Check], &constraints("c")),
                (
                    &[Kind::Trigger],
                    &on_class(
                        "pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid",
                        "NOT t.tgisinternal",
                    ),
                ),
                (
                    &[Kind::Function, Kind::Procedure, Kind::Aggregate],
                    "SELECT count(*) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS \
                     (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')",
                ),
                (
                    &[Kind::Enum, Kind::Domain],
                    "SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')",
                ),
                (
                    &[Kind::Extension],
                    "SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql'",
                ),
            ],
        );
    }
    // By psql, in one go, past everything of ours.
    let raw = server.database("introspect_crates_raw");
    for script in raw_scripts() {
        raw.sql(&script);
    }
    let differences = compare(&read(&raw).await, &read(&crates_io).await);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[cfg(feature = "mysql")]
#[tokio::test]
async fn temporal_on_mariadb() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let database = server.database("introspect_temporal");
    migrated(&super::temporal::directory(), &database).await;
    let schema = read(&database).await;
    let of = |what: &str, table: &str, condition: &str| {
        format!(
            "SELECT count(DISTINCT {what}) FROM information_schema.{table} WHERE TABLE_SCHEMA = DATABASE() \
             AND TABLE_NAME NOT LIKE 'schema\\_revisions%' {condition}"
        )
    };
    counted(
        &schema,
        &database,
        &[
            (
                &[Kind::Table],
                &of("TABLE_NAME", "TABLES", "AND TABLE_TYPE = 'BASE TABLE'"),
            ),
            (
                &[Kind::Column],
                &of("TABLE_NAME, COLUMN_NAME", "COLUMNS", ""),
            ),
            (
                &[Kind::Index, Kind::PrimaryKey],
                &of("TABLE_NAME, INDEX_NAME", "STATISTICS", ""),
            ),
            (
                &[Kind::Index, Kind::PrimaryKey, Kind::ForeignKey, Kind::Check],
                &format!(
                    "SELECT ({}) + ({}) + (SELECT count(*) FROM information_schema.CHECK_CONSTRAINTS \
                     WHERE CONSTRAINT_SCHEMA = DATABASE())",
                    of("TABLE_NAME, INDEX_NAME", "STATISTICS", ""),
                    of(
                        "TABLE_NAME, CONSTRAINT_NAME",
                        "KEY_COLUMN_USAGE",
                        "AND REFERENCED_TABLE_NAME IS NOT NULL"
                    )
                ),
            ),
        ],
    );
}
