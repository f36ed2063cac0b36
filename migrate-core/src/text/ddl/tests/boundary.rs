//! What commits by itself, and what a statement leaves behind in its session.

use super::*;

#[test]
fn boundaries() {
    let cases = [
        ("INSERT INTO a VALUES (1)", Boundary::Within),
        ("WITH a AS (SELECT 1) SELECT * FROM a", Boundary::Within),
        ("SET foreign_key_checks = 0", Boundary::Within),
        ("/*!40101 SET NAMES utf8 */", Boundary::Within),
        (
            "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            Boundary::Within,
        ),
        ("USE x", Boundary::Within),
        ("DO SLEEP(1)", Boundary::Within),
        ("CREATE TEMPORARY TABLE a (b int)", Boundary::Within),
        ("DROP TEMPORARY TABLE a", Boundary::Within),
        ("EXPLAIN SELECT 1", Boundary::Within),
        ("CREATE TABLE a (b int)", Boundary::Commits),
        ("ALTER TABLE a ADD b int", Boundary::Commits),
        ("RENAME TABLE a TO b", Boundary::Commits),
        ("TRUNCATE a", Boundary::Commits),
        (
            "CREATE TRIGGER a BEFORE INSERT ON b FOR EACH ROW SET @x = 1",
            Boundary::Commits,
        ),
        ("DROP DATABASE a", Boundary::Commits),
        ("CALL p()", Boundary::Unknown),
        ("LOCK TABLES a WRITE", Boundary::Unknown),
        ("UNLOCK TABLES", Boundary::Unknown),
        ("ANALYZE TABLE a", Boundary::Unknown),
        ("EXPLAIN ANALYZE DELETE FROM a", Boundary::Unknown),
        ("OPTIMIZE TABLE a", Boundary::Unknown),
        ("GRANT SELECT ON a TO b", Boundary::Unknown),
        ("SET autocommit = 0", Boundary::Unknown),
        ("SET @@session.autocommit = 0", Boundary::Unknown),
        ("SET PASSWORD = 'x'", Boundary::Unknown),
        (
            "SET STATEMENT max_statement_time = 1 FOR ALTER TABLE a ADD b int",
            Boundary::Unknown,
        ),
        ("EXECUTE s", Boundary::Unknown),
        ("LOAD DATA INFILE 'a' INTO TABLE b", Boundary::Unknown),
        ("BEGIN NOT ATOMIC SELECT 1; END", Boundary::Unknown),
        ("FLUSH TABLES", Boundary::Unknown),
    ];
    for (sql, expected) in cases {
        assert_eq!(boundary(sql, Mariadb), expected, "{sql}");
    }
}

#[test]
fn residues() {
    let cases = [
        ("SET NAMES utf8", Residue::Setting),
        (
            "SET @OLD_SQL_MODE = @@SQL_MODE, SQL_MODE = 'ANSI'",
            Residue::Setting,
        ),
        (
            "SET @a = (SELECT max(b) FROM c)",
            Residue::Lost("a variable set from rows"),
        ),
        ("USE x", Residue::Setting),
        (
            "CREATE TEMPORARY TABLE a (b int)",
            Residue::Lost("a temporary table"),
        ),
        (
            "PREPARE a FROM 'SELECT 1'",
            Residue::Lost("a prepared statement"),
        ),
        ("SELECT b INTO @a FROM c", Residue::Lost("a user variable")),
        ("SELECT @a := b FROM c", Residue::Lost("a user variable")),
        ("INSERT INTO a SELECT @a", Residue::Nothing),
        ("INSERT INTO a VALUES (1)", Residue::Nothing),
        ("CREATE TABLE a (b int)", Residue::Nothing),
    ];
    for (sql, expected) in cases {
        assert_eq!(residue(sql, Mariadb), expected, "{sql}");
    }
}
