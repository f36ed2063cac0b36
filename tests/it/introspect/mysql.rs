//! MySQL and MariaDB: what is written here is MariaDB 10.11's spelling.

use super::{case, read, tell};
use crate::servers;

const T: &str = "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(10));";

#[tokio::test]
async fn every_kind_of_fact_makes_a_difference() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    tell(
        server,
        &[
            case("", T, &["table t is added"]),
            case(T, "DROP TABLE t", &["table t is removed"]),
            case(T, "ALTER TABLE t MODIFY b VARCHAR(20) NOT NULL DEFAULT 'x' COMMENT 'it''s'", &["column t.b: type varchar(10) -> varchar(20), nullability NULL -> NOT NULL, default none -> 'x', comment none -> it's"]),
            case(T, "ALTER TABLE t ADD c TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", &["column t.c is added"]),
            case(
                "CREATE TABLE t (c DATETIME(6));",
                "ALTER TABLE t MODIFY c DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
                &["column t.c: default none -> current_timestamp(6), on update none -> current_timestamp(6)"],
            ),
            case(T, "ALTER TABLE t MODIFY a INT AUTO_INCREMENT", &["column t.a: identity none -> AUTOINCREMENT"]),
            case(T, "ALTER TABLE t MODIFY b VARCHAR(10) COLLATE utf8mb4_bin", &["column t.b: collation none -> utf8mb4_bin"]),
            case(T, "ALTER TABLE t MODIFY b VARCHAR(10) CHARACTER SET latin1", &["column t.b: character set none -> latin1, collation none -> latin1_swedish_ci"]),
            case(T, "ALTER TABLE t MODIFY b VARCHAR(10) INVISIBLE", &["column t.b: visibility VISIBLE -> INVISIBLE"]),
            case(T, "ALTER TABLE t ADD c INT AS (a + 1) VIRTUAL", &["column t.c is added"]),
            case(
                "CREATE TABLE t (a INT, c INT AS (a + 1) VIRTUAL);",
                "ALTER TABLE t DROP c; ALTER TABLE t ADD c INT AS (a + 2) STORED",
                &["column t.c: generated `a` + 1 -> `a` + 2, generation VIRTUAL -> STORED"],
            ),
            case(T, "ALTER TABLE t MODIFY b VARCHAR(10) AFTER a, MODIFY a INT AFTER b", &["table t: order of columns a, b -> b, a"]),
            case(T, "ALTER TABLE t ENGINE = Aria", &["table t: engine InnoDB -> Aria, options none -> TRANSACTIONAL=1"]),
            case(T, "ALTER TABLE t COMMENT 'why' ROW_FORMAT = COMPRESSED", &["table t: comment none -> why, options none -> ROW_FORMAT=COMPRESSED"]),
            case(T, "ALTER TABLE t CONVERT TO CHARACTER SET latin1", &["table t: character set utf8mb4 -> latin1, collation utf8mb4_general_ci -> latin1_swedish_ci"]),
            case(T, "ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 2", &["table t: partitioning, line 1: none -> PARTITION BY HASH (`a`)"]),
            case(T, "ALTER TABLE t ADD SYSTEM VERSIONING", &["table t: system versioning no -> yes"]),
            case(
                "CREATE TABLE t (a DATE NOT NULL, b DATE NOT NULL);",
                "ALTER TABLE t ADD PERIOD FOR p (a, b)",
                &["table t: options none -> PERIOD FOR `p` (`a`, `b`)"],
            ),
            case(T, "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (a, b)", &["column t.b: nullability NULL -> NOT NULL", "primary key (a, b) on t: columns a -> a, b"]),
            case(T, "CREATE UNIQUE INDEX ix ON t (b)", &["index ix on t is added"]),
            case(
                "CREATE TABLE t (a INT, b TEXT, KEY ix (a));",
                "ALTER TABLE t DROP KEY ix, ADD UNIQUE KEY ix (a DESC, b(4)) COMMENT 'why'; ALTER TABLE t ALTER INDEX ix IGNORED",
                &["index ix on t: columns a -> a DESC, b(4), uniqueness not unique -> UNIQUE, visibility VISIBLE -> INVISIBLE, comment none -> why"],
            ),
            case("CREATE TABLE t (b TEXT, KEY ix (b(5)));", "ALTER TABLE t DROP KEY ix, ADD FULLTEXT KEY ix (b)", &["index ix on t: columns b(5) -> b, method btree -> fulltext"]),
            case("CREATE TABLE t (p POINT NOT NULL);", "ALTER TABLE t ADD SPATIAL KEY ix (p)", &["index ix on t is added"]),
            case(
                "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE t (p INT, KEY k (p), CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id));",
                "ALTER TABLE t DROP FOREIGN KEY fk; ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE ON UPDATE SET NULL",
                &["foreign key fk on t: on update RESTRICT -> SET NULL, on delete RESTRICT -> CASCADE"],
            ),
            case(T, "ALTER TABLE t ADD CONSTRAINT c CHECK (length(b) > 1)", &["check constraint c on t is added"]),
            case(T, "ALTER TABLE t ADD c JSON", &["column t.c is added", "check constraint c on t is added"]),
            case(
                "CREATE TABLE t (a INT, CONSTRAINT c CHECK (a > 0));",
                "ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (a > 1)",
                &["check constraint c on t: expression `a` > 0 -> `a` > 1"],
            ),
            case(
                "CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t;",
                "CREATE OR REPLACE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW v AS SELECT a FROM t WHERE a > 0 WITH LOCAL CHECK OPTION",
                &["view v: query select `t`.`a` AS `a` from `t` -> select `t`.`a` AS `a` from `t` where `t`.`a` > 0, \
                   check option no check option -> WITH LOCAL CHECK OPTION, options none -> ALGORITHM=MERGE, security DEFINER -> INVOKER"],
            ),
            case(
                "CREATE TABLE t (a INT); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;",
                "DROP TRIGGER g; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2",
                &["trigger g on t: definition CREATE TRIGGER `g` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.a = 1 -> \
                   CREATE TRIGGER `g` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.a = 2"],
            ),
            case("", "CREATE FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN x", &["function f() is added"]),
            case("", "CREATE PROCEDURE p(IN x INT) SELECT x", &["procedure p() is added"]),
            case("", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", &["event e is added"]),
            case("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1;", "SELECT SLEEP(1.1); DROP EVENT e; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", &[]),
            case("CREATE SEQUENCE s;", "ALTER SEQUENCE s INCREMENT 2 MAXVALUE 99 CYCLE", &["sequence s: increment 1 -> 2, maximum 9223372036854775806 -> 99, cycle no -> yes"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_name_of_the_database_is_in_no_text() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let script = "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE t (a INT, p INT REFERENCES p (id)); CREATE VIEW v AS SELECT a FROM t; CREATE SEQUENCE s; CREATE TABLE n (a BIGINT DEFAULT nextval(s));
                  CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;";
    let (one, other) = (server.database("one"), server.database("other"));
    one.sql(script);
    other.sql(script);
    let differences = migrate::schema::compare(&read(&one).await, &read(&other).await);
    assert!(differences.is_empty(), "{differences:?}");
}
