//! Indexes and everything else that has a name.

use super::*;

#[test]
fn indexes() {
    check(&[
        (Mysql, "CREATE INDEX i ON t (a)", "index i on t"),
        (
            Mysql,
            "CREATE UNIQUE INDEX i USING BTREE ON x.t (a) ALGORITHM=INPLACE",
            "unique index i on x.t",
        ),
        (
            Mariadb,
            "CREATE OR REPLACE INDEX i ON t (a)",
            "index i on t replace",
        ),
        (
            Mysql,
            "CREATE FULLTEXT INDEX `a b` ON t (a)",
            "index a b on t",
        ),
        (
            Postgres,
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS I ON app.t USING gin (a)",
            "unique index i on app.t skip concurrently",
        ),
        (Postgres, "CREATE INDEX ON t (a)", "index - on t"),
        (
            Sqlite,
            "CREATE INDEX IF NOT EXISTS main.i ON t (a)",
            "index main.i on t skip",
        ),
        (Mysql, "DROP INDEX i ON t", "drop index i on t"),
        (
            Postgres,
            "DROP INDEX CONCURRENTLY IF EXISTS a, b.c",
            "drop index a b.c skip concurrently",
        ),
        (Sqlite, "DROP INDEX i", "drop index i"),
        (
            Postgres,
            "REINDEX INDEX CONCURRENTLY i",
            "reindex concurrently",
        ),
        (Sqlite, "REINDEX t", "reindex"),
    ]);
}

#[test]
fn other_objects() {
    check(&[
        (
            Mysql,
            "CREATE ALGORITHM=MERGE DEFINER=`a`@`%` SQL SECURITY DEFINER VIEW v AS SELECT 1",
            "create View v",
        ),
        (
            Mysql,
            "CREATE OR REPLACE VIEW x.v (a) AS SELECT 1",
            "create View x.v replace",
        ),
        (
            Mysql,
            "CREATE DEFINER=CURRENT_USER() TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
            "create Trigger tr on t",
        ),
        (
            Mysql,
            "CREATE DEFINER='a'@'b' PROCEDURE p() BEGIN SELECT 1; END",
            "create Procedure p",
        ),
        (
            Mariadb,
            "CREATE OR REPLACE FUNCTION f(a int) RETURNS int RETURN a",
            "create Function f replace",
        ),
        (
            Mysql,
            "CREATE EVENT IF NOT EXISTS e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t",
            "create Event e skip",
        ),
        (
            Mariadb,
            "CREATE SEQUENCE s START WITH 1",
            "create Sequence s",
        ),
        (
            Mariadb,
            "CREATE PACKAGE BODY p AS END",
            "create PackageBody p",
        ),
        (
            Mysql,
            "CREATE DATABASE IF NOT EXISTS d",
            "create Schema d skip",
        ),
        (Postgres, "CREATE DATABASE d", "create Database d"),
        (
            Postgres,
            "CREATE SCHEMA AUTHORIZATION joe",
            "create Schema joe",
        ),
        (
            Postgres,
            "CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT 1",
            "create MaterializedView v skip",
        ),
        (
            Postgres,
            "CREATE TYPE mood AS ENUM ('a')",
            "create Type mood",
        ),
        (
            Postgres,
            "CREATE TRIGGER tr AFTER UPDATE OF a, b ON s.t FOR EACH ROW EXECUTE FUNCTION f()",
            "create Trigger tr on s.t",
        ),
        (
            Postgres,
            "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"",
            "create Extension uuid-ossp skip",
        ),
        (Sqlite, "CREATE TEMP VIEW v AS SELECT 1", "create View v"),
        (Mysql, "DROP VIEW IF EXISTS a, b", "drop View a b skip"),
        (Mysql, "DROP TRIGGER x.tr", "drop Trigger x.tr"),
        (
            Postgres,
            "DROP FUNCTION f(int, text), g()",
            "drop Function f g",
        ),
        (
            Postgres,
            "ALTER SEQUENCE a RENAME TO b",
            "rename Sequence a>b",
        ),
        (Postgres, "ALTER TYPE mood ADD VALUE 'c'", "alter Type mood"),
        (
            Mysql,
            "ALTER DATABASE d CHARACTER SET utf8mb4",
            "alter Schema d",
        ),
        (Mysql, "GRANT ALL ON *.* TO a", "other"),
        (Mysql, "", "other"),
        (Mysql, "CREATE", "other"),
        (Mysql, "ALTER TABLE", "other"),
    ]);
}

#[test]
fn postgres_cuts_long_names() {
    let long = "x".repeat(70);
    let Change::Drop(drop) = read(&format!("DROP TABLE {long}"), Postgres) else {
        panic!("a DROP")
    };
    assert_eq!(drop.names[0].name.len(), 63);
}
