//! SQLite: pragmas and what they lose.

use migrate::schema::Name;

use super::{case, read, tell};
use crate::servers;

const T: &str = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);";

#[tokio::test]
async fn every_kind_of_fact_makes_a_difference() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    tell(
        server,
        &[
            case("", T, &["table t is added"]),
            case(T, "DROP TABLE t", &["table t is removed"]),
            case(T, "ALTER TABLE t ADD COLUMN c NUMERIC(10, 2) NOT NULL DEFAULT 1.5", &["column t.c is added"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR(10));", &["column t.b: type TEXT -> VARCHAR(10)"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT);", &["column t.a: identity none -> AUTOINCREMENT"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER, b TEXT, PRIMARY KEY (a DESC));", &["primary key (a DESC) on t: columns a -> a DESC"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER CONSTRAINT pk PRIMARY KEY, b TEXT);", &["primary key pk on t: name none -> pk"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT;", &["table t: STRICT no -> yes"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) WITHOUT ROWID;", &["table t: WITHOUT ROWID no -> yes", "column t.a: nullability NULL -> NOT NULL"]),
            case(T, "DROP TABLE t; CREATE TABLE t (b TEXT, a INTEGER PRIMARY KEY);", &["table t: order of columns a, b -> b, a"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE);", &["column t.b: collation none -> NOCASE"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL ON CONFLICT IGNORE);", &["column t.b: nullability NULL -> NOT NULL, options none -> NOT NULL ON CONFLICT IGNORE"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE);", &["unique constraint (b) on t is added"]),
            case(T, "DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT CHECK (length(b) > 1));", &["check constraint (length(b) > 1) on t is added"]),
            case(
                "CREATE TABLE t (a INT, b AS (a + 1) VIRTUAL);",
                "DROP TABLE t; CREATE TABLE t (a INT, b AS (a + 2) STORED);",
                &["column t.b: generated a + 1 -> a + 2, generation VIRTUAL -> STORED"],
            ),
            case(
                "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (p INT REFERENCES p);",
                "DROP TABLE t; CREATE TABLE t (p INT REFERENCES P (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);",
                &["foreign key (p) on t: referred columns none -> id, on delete NO ACTION -> CASCADE, deferral NOT DEFERRABLE -> DEFERRABLE INITIALLY DEFERRED"],
            ),
            case(T, "CREATE INDEX ix ON t (b)", &["index ix on t is added"]),
            case(
                "CREATE TABLE t (a, b COLLATE NOCASE); CREATE INDEX ix ON t (a, b);",
                "DROP INDEX ix; CREATE UNIQUE INDEX ix ON t (lower(a) DESC, b COLLATE BINARY) WHERE a > 0;",
                &["index ix on t: columns a, b -> lower(a) DESC, b COLLATE BINARY, uniqueness not unique -> UNIQUE, predicate none -> a > 0"],
            ),
            case(T, "CREATE VIEW v AS SELECT a FROM t", &["view v is added"]),
            case(
                "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t;",
                "DROP VIEW v; CREATE VIEW v (x) AS SELECT a + 1 FROM t;",
                &["view v: columns none -> x, query SELECT a FROM t -> SELECT a + 1 FROM t"],
            ),
            case(
                "CREATE TABLE t (a); CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE a = 1; END;",
                "DROP TRIGGER g; CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE a = 2; END;",
                &["trigger g on t: definition CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE a = 1; END -> \
                   CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE a = 2; END"],
            ),
            case("CREATE VIRTUAL TABLE n USING fts5(body);", "DROP TABLE n; CREATE VIRTUAL TABLE n USING fts5(body, title);", &["table n: module fts5(body) -> fts5(body, title)"]),
            // What only looks different.
            case("CREATE TABLE t (a INT DEFAULT NULL);", "DROP TABLE t; create table \"t\" ( a int ); -- the same", &[]),
            case("CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t;", "DROP VIEW v; CREATE VIEW v AS select \"a\"  from [t];", &[]),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_broken_view_and_the_shadow_tables_of_a_module_are_no_trouble() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let database = server.database("broken");
    database.sql("CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE VIRTUAL TABLE n USING fts5(body);");
    database.sql("PRAGMA legacy_alter_table = 1; DROP TABLE t;");
    let schema = read(&database).await;
    let tables: Vec<&str> = schema
        .tables
        .iter()
        .map(|table| table.name.name.as_str())
        .collect();
    assert_eq!(tables, ["n"]);
    assert!(schema.views.contains(&Name::bare("v")));
}
