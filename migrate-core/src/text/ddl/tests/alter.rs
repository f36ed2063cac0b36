//! ALTER TABLE.

use super::*;

#[test]
fn alterations() {
    check(&[
        (Mysql, "ALTER TABLE t ADD COLUMN a int", "alter t: +a"),
        (
            Mysql,
            "ALTER TABLE t ADD a int AFTER b, ADD COLUMN IF NOT EXISTS c int DEFAULT (1, 2) FIRST",
            "alter t: +a, +c skip",
        ),
        (
            Mysql,
            "ALTER TABLE t ADD (a int, b int, INDEX i (a))",
            "alter t: +a, +b, +index:i",
        ),
        (
            Mysql,
            "ALTER TABLE t ADD INDEX i (a), ADD KEY (b), ADD UNIQUE u (c), ADD PRIMARY KEY (d)",
            "alter t: +index:i, +index:-, +unique:u, +pk:-",
        ),
        (
            Mariadb,
            "ALTER TABLE t ADD INDEX IF NOT EXISTS i (a)",
            "alter t: +index:i skip",
        ),
        (
            Mysql,
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b (c) ON DELETE CASCADE, ADD CONSTRAINT k CHECK (a > 1)",
            "alter t: +fk:f, +check:k",
        ),
        (
            Mysql,
            "ALTER TABLE t ADD FULLTEXT INDEX ft (a), ALGORITHM=INPLACE, LOCK=NONE",
            "alter t: +index:ft, option, option",
        ),
        (
            Mysql,
            "ALTER TABLE t DROP COLUMN a, DROP b, DROP PRIMARY KEY, DROP INDEX i, DROP KEY k, DROP FOREIGN KEY f, DROP CONSTRAINT c, DROP CHECK d",
            "alter t: -a, -b, -pk, -index:i, -index:k, -fk:f, -constraint:c, -constraint:d",
        ),
        (
            Mariadb,
            "ALTER TABLE IF EXISTS t NOWAIT DROP COLUMN IF EXISTS a, DROP INDEX IF EXISTS i",
            "alter t skip: -a skip, -index:i skip",
        ),
        (
            Mysql,
            "ALTER TABLE t MODIFY a varchar(20) NOT NULL, CHANGE COLUMN b c int, RENAME COLUMN d TO e, RENAME INDEX f TO g",
            "alter t: ~a, ~b>c, d>e, index:f>g",
        ),
        (
            Mysql,
            "ALTER TABLE t ALTER a SET DEFAULT 1, ALTER INDEX i INVISIBLE",
            "alter t: ~a, option",
        ),
        (Mysql, "ALTER TABLE t RENAME TO u", "alter t: to u"),
        (Mysql, "ALTER TABLE t RENAME u", "alter t: to u"),
        (Mysql, "ALTER TABLE t RENAME = x.u", "alter t: to x.u"),
        (
            Mysql,
            "ALTER TABLE t ENGINE=InnoDB, COMMENT = 'a, b', DEFAULT CHARSET utf8mb4",
            "alter t: engine InnoDB, option, option",
        ),
        (
            Mysql,
            "ALTER TABLE t ADD PARTITION (PARTITION p VALUES LESS THAN (1))",
            "alter t: other",
        ),
        (
            Mysql,
            "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u",
            "alter t: other",
        ),
        (Mysql, "ALTER TABLE t ORDER BY a, b", "alter t: option"),
        (
            Mysql,
            "/*!40000 ALTER TABLE `t` DISABLE KEYS */",
            "alter t: option",
        ),
        (
            Postgres,
            "ALTER TABLE ONLY Public.T ADD CONSTRAINT C UNIQUE (a)",
            "alter public.t: +unique:c",
        ),
        (
            Postgres,
            "ALTER TABLE t ALTER COLUMN a TYPE bigint USING (a::bigint), ALTER b DROP NOT NULL",
            "alter t: ~a, ~b",
        ),
        (Postgres, "ALTER TABLE t RENAME a TO b", "alter t: a>b"),
        (Postgres, "ALTER TABLE t RENAME TO u", "alter t: to u"),
        (
            Postgres,
            "ALTER TABLE t RENAME CONSTRAINT a TO b",
            "alter t: constraint:a>b",
        ),
        (
            Postgres,
            "ALTER TABLE t VALIDATE CONSTRAINT c",
            "alter t: option",
        ),
        (
            Postgres,
            "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
            "alter t: detach p",
        ),
        (
            Postgres,
            "ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b",
            "other",
        ),
        (Sqlite, "ALTER TABLE t ADD a", "alter t: +a"),
        (Sqlite, "ALTER TABLE t DROP COLUMN key", "alter t: -key"),
    ]);
}
