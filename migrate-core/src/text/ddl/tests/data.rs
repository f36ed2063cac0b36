//! Statements that read and write rows.

use super::*;

#[test]
fn data_and_the_tables_it_writes() {
    check(&[
        (Mysql, "SELECT * FROM a", "Select"),
        (Mysql, "(SELECT 1) UNION (SELECT 2)", "Select"),
        (Mysql, "INSERT IGNORE INTO a.b (c) VALUES (1)", "Insert a.b"),
        (Mysql, "REPLACE a SELECT 1", "Replace a"),
        (
            Mysql,
            "UPDATE a JOIN b ON a.c = b.c SET a.d = 1",
            "Update a b",
        ),
        (
            Mysql,
            "UPDATE LOW_PRIORITY a AS x, b SET c = 1",
            "Update a b",
        ),
        (Mysql, "DELETE FROM a WHERE b = 1", "Delete a"),
        (
            Mysql,
            "DELETE x FROM a AS x LEFT JOIN b ON x.c = b.c WHERE b.c IS NULL",
            "Delete a b",
        ),
        (
            Mysql,
            "WITH RECURSIVE a AS (SELECT 1), b (c) AS (SELECT 2) SELECT * FROM a",
            "Select",
        ),
        (
            Postgres,
            "WITH a AS MATERIALIZED (SELECT 1) INSERT INTO b SELECT * FROM a",
            "Insert b",
        ),
        (Sqlite, "INSERT OR IGNORE INTO a VALUES (1)", "Insert a"),
        (Mysql, "LOAD DATA LOCAL INFILE 'x' INTO TABLE a", "Load a"),
        (Postgres, "COPY a FROM STDIN", "Load"),
    ]);
}
