//! What is expected of statements, each in few words.

use super::*;
use crate::text::ddl::read;

/// The expectation in few words: `+` what is there after, `-` what is gone.
fn words(sql: &str, dialect: Dialect) -> String {
    match expectation(&read(sql, dialect), sql, dialect) {
        Expectation::Repeatable => "repeatable".to_owned(),
        Expectation::Unknown(why) => format!("? {why}"),
        Expectation::Facts(facts) => {
            let sign = |presence: &Presence| {
                if *presence == Presence::Present {
                    '+'
                } else {
                    '-'
                }
            };
            facts
                .iter()
                .map(|(fact, presence)| format!("{}{fact}", sign(presence)))
                .collect::<Vec<_>>()
                .join(", ")
        }
    }
}

#[test]
fn what_is_there_after_a_statement_and_not_before() {
    let cases = [
        ("CREATE TABLE a (b int)", "+table a"),
        ("CREATE TABLE IF NOT EXISTS a (b int)", "repeatable"),
        ("CREATE OR REPLACE TABLE a (b int)", "repeatable"),
        (
            "CREATE OR REPLACE TABLE a AS SELECT * FROM a",
            "? a table that is replaced by a query looks the same before and after",
        ),
        ("DROP TABLE a, x.b", "-table a, -table x.b"),
        ("DROP TABLE IF EXISTS a", "repeatable"),
        ("RENAME TABLE a TO b", "-table a, +table b"),
        ("RENAME TABLE a TO old, new TO a", "+table old, -table new"),
        (
            "RENAME TABLE a TO t, b TO a, t TO b",
            "? tables that take each other's names look the same before and after",
        ),
        ("TRUNCATE a", "repeatable"),
        ("ALTER TABLE a ADD b int", "+column a.b"),
        (
            "ALTER TABLE a ADD b int, DROP c, MODIFY d text",
            "+column a.b, -column a.c",
        ),
        ("ALTER TABLE a ADD COLUMN IF NOT EXISTS b int", "repeatable"),
        ("ALTER TABLE a MODIFY b bigint NOT NULL", "repeatable"),
        ("ALTER TABLE a CHANGE b b bigint", "repeatable"),
        (
            "ALTER TABLE a CHANGE b c bigint",
            "-column a.b, +column a.c",
        ),
        (
            "ALTER TABLE a RENAME COLUMN b TO c",
            "-column a.b, +column a.c",
        ),
        ("ALTER TABLE a RENAME TO x.b", "-table a, +table x.b"),
        (
            "ALTER TABLE a ADD INDEX i (b), ADD UNIQUE (c, d)",
            "+index i of a, +an index on a (c, d)",
        ),
        ("ALTER TABLE a ADD PRIMARY KEY (b)", "+the primary key of a"),
        (
            "ALTER TABLE a DROP PRIMARY KEY, ADD PRIMARY KEY (b)",
            "? nothing that it changes can be looked for",
        ),
        (
            "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (d)",
            "+constraint f of a",
        ),
        (
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c (d)",
            "+a foreign key from a (b) to c",
        ),
        (
            "ALTER TABLE a ADD CHECK (b > 0)",
            "? nothing that it changes can be looked for",
        ),
        (
            "ALTER TABLE a DROP FOREIGN KEY f, DROP INDEX i",
            "-constraint f of a, -index i of a",
        ),
        ("ALTER TABLE a ENGINE = InnoDB, COMMENT = 'x'", "repeatable"),
        (
            "ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b",
            "? nothing that it changes can be looked for",
        ),
        ("CREATE INDEX i ON a (b)", "+index i of a"),
        ("CREATE INDEX IF NOT EXISTS i ON a (b)", "repeatable"),
        ("DROP INDEX i ON a", "-index i of a"),
        ("CREATE VIEW v AS SELECT 1", "+view v"),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", "repeatable"),
        ("DROP VIEW v", "-view v"),
        (
            "CREATE TRIGGER t BEFORE INSERT ON x.a FOR EACH ROW SET @b = 1",
            "+trigger x.t",
        ),
        ("CREATE PROCEDURE p() SELECT 1", "+procedure p"),
        (
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
            "+event e",
        ),
        ("CREATE SEQUENCE s", "+sequence s"),
        ("CREATE DATABASE d", "+database d"),
        (
            "CREATE USER u",
            "? it is no statement whose effect can be looked for",
        ),
        ("ALTER DATABASE d CHARACTER SET utf8mb4", "repeatable"),
        ("ANALYZE TABLE a", "repeatable"),
        ("GRANT SELECT ON a TO b", "repeatable"),
        (
            "CALL p()",
            "? it is no statement whose effect can be looked for",
        ),
        (
            "INSERT INTO myisam VALUES (1)",
            "? it writes rows outside of a transaction",
        ),
    ];
    for (sql, expected) in cases {
        assert_eq!(words(sql, Dialect::Mariadb), expected, "{sql}");
    }
}

#[test]
fn on_postgres_a_guarded_index_is_looked_at_all_the_same() {
    let cases = [
        ("CREATE INDEX CONCURRENTLY i ON x.a (b)", "+index i of x.a"),
        (
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b)",
            "+index i of a",
        ),
        (
            "CREATE INDEX CONCURRENTLY ON a (b)",
            "? what is created has no name of its own",
        ),
        ("DROP INDEX CONCURRENTLY x.i", "-index x.i"),
        ("CREATE DATABASE d", "+database d"),
        ("VACUUM a", "repeatable"),
        ("REINDEX INDEX CONCURRENTLY i", "repeatable"),
    ];
    for (sql, expected) in cases {
        assert_eq!(words(sql, Dialect::Postgres), expected, "{sql}");
    }
}
