//! Statements and what they are read as, one line each.

use proptest::prelude::*;

use super::*;
use crate::text::Dialect::{self, Mariadb, Mysql, Postgres, Sqlite};

/// The change in few words.
fn words(change: &Change) -> String {
    let list = |names: &[Name]| {
        names
            .iter()
            .map(Name::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let existing = |existing: Existing| match existing {
        Existing::Error => "",
        Existing::Skip => " skip",
        Existing::Replace => " replace",
    };
    let missing = |missing: Missing| {
        if missing == Missing::Skip {
            " skip"
        } else {
            ""
        }
    };
    let build = |build: Build| {
        if build == Build::Concurrently {
            " concurrently"
        } else {
            ""
        }
    };
    match change {
        Change::CreateTable(table) => {
            let temporary = if table.rows == Rows::Temporary {
                " temporary"
            } else {
                ""
            };
            let columns: Vec<_> = table
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .collect();
            let keys: Vec<_> = table.keys.iter().map(key).collect();
            let engine = table
                .engine
                .as_ref()
                .map_or_else(String::new, |engine| format!(" engine {engine}"));
            let query = if table.from_query { " query" } else { "" };
            format!(
                "table {}{temporary}{}({})[{}]{engine}{query}",
                table.name,
                existing(table.existing),
                columns.join(" "),
                keys.join(" ")
            )
        }
        Change::AlterTable(alter) => {
            let actions: Vec<_> = alter.actions.iter().map(alteration).collect();
            format!(
                "alter {}{}: {}",
                alter.table,
                missing(alter.missing),
                actions.join(", ")
            )
        }
        Change::RenameTables(renames) => renames
            .iter()
            .map(|Rename { from, to }| format!("{from}>{to}"))
            .collect::<Vec<_>>()
            .join(" "),
        Change::CreateIndex(index) => format!(
            "{}index {} on {}{}{}",
            if index.unique { "unique " } else { "" },
            index
                .name
                .as_ref()
                .map_or_else(|| "-".to_owned(), Name::to_string),
            index.table,
            existing(index.existing),
            build(index.build)
        ),
        Change::DropIndex(index) => format!(
            "drop index {}{}{}{}",
            list(&index.names),
            index
                .table
                .as_ref()
                .map_or_else(String::new, |table| format!(" on {table}")),
            missing(index.missing),
            build(index.build)
        ),
        Change::Reindex(how) => format!("reindex{}", build(*how)),
        Change::Create(object) => {
            let on = object
                .on
                .as_ref()
                .map_or_else(String::new, |table| format!(" on {table}"));
            format!(
                "create {:?} {}{on}{}",
                object.kind,
                object.name,
                existing(object.existing)
            )
        }
        Change::Drop(object) => format!(
            "drop {:?} {}{}",
            object.kind,
            list(&object.names),
            missing(object.missing)
        ),
        Change::Rename(object) => format!(
            "rename {:?} {}>{}",
            object.kind, object.rename.from, object.rename.to
        ),
        Change::Alter(kind, name) => format!("alter {kind:?} {name}"),
        Change::Truncate(names) => format!("truncate {}", list(names)),
        Change::Data(data) => format!("{:?} {}", data.verb, list(&data.tables))
            .trim_end()
            .to_owned(),
        Change::Other => "other".to_owned(),
    }
}

fn key(key: &Key) -> String {
    let kind = match key.kind {
        KeyKind::Primary => "pk",
        KeyKind::Unique => "unique",
        KeyKind::Index => "index",
        KeyKind::Foreign => "fk",
        KeyKind::Check => "check",
        KeyKind::Other => "constraint",
    };
    format!("{kind}:{}", key.name.as_deref().unwrap_or("-"))
}

fn alteration(action: &Alteration) -> String {
    let if_missing = |missing: &Missing| {
        if *missing == Missing::Skip {
            " skip"
        } else {
            ""
        }
    };
    let if_there = |existing: &Existing| {
        if *existing == Existing::Skip {
            " skip"
        } else {
            ""
        }
    };
    match action {
        Alteration::AddColumn(column, existing) => {
            format!("+{}{}", column.name, if_there(existing))
        }
        Alteration::DropColumn(name, missing) => format!("-{name}{}", if_missing(missing)),
        Alteration::ModifyColumn(name, missing) => format!("~{name}{}", if_missing(missing)),
        Alteration::ChangeColumn(rename, missing) => {
            format!("~{}>{}{}", rename.from, rename.to, if_missing(missing))
        }
        Alteration::RenameColumn(rename) => format!("{}>{}", rename.from, rename.to),
        Alteration::AddKey(added, existing) => format!("+{}{}", key(added), if_there(existing)),
        Alteration::DropPrimaryKey => "-pk".to_owned(),
        Alteration::DropIndex(name, missing) => format!("-index:{name}{}", if_missing(missing)),
        Alteration::DropForeignKey(name, missing) => format!("-fk:{name}{}", if_missing(missing)),
        Alteration::DropConstraint(name, missing) => {
            format!("-constraint:{name}{}", if_missing(missing))
        }
        Alteration::RenameIndex(rename) => format!("index:{}>{}", rename.from, rename.to),
        Alteration::RenameConstraint(rename) => format!("constraint:{}>{}", rename.from, rename.to),
        Alteration::RenameTo(name) => format!("to {name}"),
        Alteration::Engine(engine) => format!("engine {engine}"),
        Alteration::Option => "option".to_owned(),
        Alteration::DetachPartition(name, _) => format!("detach {name}"),
        Alteration::Other => "other".to_owned(),
    }
}

fn check(cases: &[(Dialect, &str, &str)]) {
    for (dialect, sql, expected) in cases {
        assert_eq!(words(&read(sql, *dialect)), *expected, "{dialect}: {sql}");
    }
}

#[test]
fn tables() {
    check(&[
        (
            Mysql,
            "CREATE TABLE t (a int, b varchar(10) DEFAULT 'x,y')",
            "table t(a b)[]",
        ),
        (
            Mysql,
            "create table if not exists `my db`.`t``x` (`a` int)",
            "table my db.t`x skip(a)[]",
        ),
        (
            Mariadb,
            "CREATE OR REPLACE TABLE t (a int) ENGINE=InnoDB",
            "table t replace(a)[] engine InnoDB",
        ),
        (
            Mysql,
            "CREATE TEMPORARY TABLE t (a int)",
            "table t temporary(a)[]",
        ),
        (
            Mysql,
            "CREATE TABLE t (a int, PRIMARY KEY (a), KEY k (a), UNIQUE KEY u (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES b (c), CHECK (a > 0))",
            "table t(a)[pk:- index:k unique:u fk:f check:-]",
        ),
        (
            Mysql,
            "CREATE TABLE t (a int, INDEX (a), FULLTEXT KEY ft (b), CONSTRAINT UNIQUE u (a))",
            "table t(a)[index:- index:ft unique:u]",
        ),
        (Mysql, "CREATE TABLE t LIKE other", "table t()[]"),
        (Mysql, "CREATE TABLE t (LIKE other)", "table t()[]"),
        (Mysql, "CREATE TABLE t AS SELECT 1", "table t()[] query"),
        (
            Mysql,
            "CREATE TABLE t (a int) ENGINE MyISAM SELECT 1 AS a",
            "table t(a)[] engine MyISAM query",
        ),
        (Mysql, "CREATE TABLE t (SELECT 1)", "table t()[] query"),
        (Mysql, "/*!40101 CREATE TABLE */ t (a int)", "table t(a)[]"),
        (
            Mysql,
            "CREATE TABLE t (a int COMMENT 'it''s; -- /* so', b int) -- end",
            "table t(a b)[]",
        ),
        (
            Postgres,
            "CREATE TABLE Public.\"Users\" (ID int, \"E\"\"Mail\" text, CONSTRAINT pk PRIMARY KEY (id))",
            "table public.Users(id E\"Mail)[pk:pk]",
        ),
        (
            Postgres,
            "CREATE UNLOGGED TABLE t (key text, index int, EXCLUDE USING gist (r WITH &&))",
            "table t(key index)[constraint:-]",
        ),
        (
            Postgres,
            "CREATE TABLE t (a int) WITH (fillfactor = 70)",
            "table t(a)[]",
        ),
        (
            Postgres,
            "CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (2)",
            "table p()[]",
        ),
        (
            Sqlite,
            "CREATE TABLE IF NOT EXISTS main.[a b] ('x' INTEGER PRIMARY KEY) STRICT",
            "table main.a b skip(x)[]",
        ),
        (Mysql, "DROP TABLE a, b.c", "drop Table a b.c"),
        (Mysql, "DROP TABLE IF EXISTS a CASCADE", "drop Table a skip"),
        (Mysql, "DROP TEMPORARY TABLE a", "drop TemporaryTable a"),
        (Mysql, "RENAME TABLE a TO b, c TO d.e", "a>b c>d.e"),
        (Mariadb, "RENAME TABLE a WAIT 5 TO b", "a>b"),
        (Mysql, "TRUNCATE TABLE a", "truncate a"),
        (Postgres, "TRUNCATE a, ONLY b CASCADE", "truncate a b"),
    ]);
}

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

#[test]
fn where_a_definition_stands() {
    let sql = "ALTER TABLE t ADD a int DEFAULT (1), ADD b text";
    let Change::AlterTable(alter) = read(sql, Mysql) else {
        panic!("an ALTER TABLE")
    };
    let definitions: Vec<_> = alter
        .actions
        .iter()
        .filter_map(|action| match action {
            Alteration::AddColumn(column, _) => Some(&sql[column.definition.clone()]),
            _ => None,
        })
        .collect();
    assert_eq!(definitions, ["int DEFAULT (1)", "text"]);
}

#[test]
fn the_columns_of_a_key_and_what_it_refers_to() {
    let cases = [
        (
            "ALTER TABLE t ADD INDEX (a, b(10) DESC)",
            vec!["a", "b"],
            None,
        ),
        (
            "ALTER TABLE t ADD UNIQUE u USING BTREE (`a`)",
            vec!["a"],
            None,
        ),
        (
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES x.b (c) ON DELETE CASCADE",
            vec!["a"],
            Some("x.b"),
        ),
        ("ALTER TABLE t ADD INDEX i ((lower(a)))", vec![], None),
        ("ALTER TABLE t ADD CHECK (a > 0)", vec![], None),
    ];
    for (sql, columns, references) in cases {
        let Change::AlterTable(alter) = read(sql, Mysql) else {
            panic!("an ALTER TABLE")
        };
        let [Alteration::AddKey(key, _)] = alter.actions.as_slice() else {
            panic!("one key: {sql}")
        };
        assert_eq!(key.columns, columns, "{sql}");
        assert_eq!(
            key.references.as_ref().map(Name::to_string).as_deref(),
            references,
            "{sql}"
        );
    }
}

#[test]
fn postgres_cuts_long_names() {
    let long = "x".repeat(70);
    let Change::Drop(drop) = read(&format!("DROP TABLE {long}"), Postgres) else {
        panic!("a DROP")
    };
    assert_eq!(drop.names[0].name.len(), 63);
}

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

/// Scraps of SQL in any order.
fn scrap() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "CREATE",
        "DROP",
        "ALTER",
        "RENAME",
        "TABLE",
        "INDEX",
        "VIEW",
        "TRIGGER",
        "OR",
        "REPLACE",
        "IF",
        "NOT",
        "EXISTS",
        "ADD",
        "COLUMN",
        "CONSTRAINT",
        "KEY",
        "PRIMARY",
        "UNIQUE",
        "ON",
        "TO",
        "a",
        "`b`",
        "\"c\"",
        "'d'",
        "1",
        ".",
        ",",
        "(",
        ")",
        ";",
        "=",
        "@",
        ":",
        "SELECT",
        "WITH",
        "AS",
        "INSERT",
        "INTO",
        "UPDATE",
        "DELETE",
        "FROM",
        "SET",
        "WHERE",
        "TEMPORARY",
        "CONCURRENTLY",
        "/*!40101",
        "*/",
        "--",
        "\n",
        "$$",
        "`",
        "'",
        "DEFINER",
        "[",
        "]",
        "é",
        "U&\"x\"",
    ])
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(text in "\\PC{0,60}") {
        for dialect in Dialect::ALL {
            let _ = (read(&text, dialect), boundary(&text, dialect), residue(&text, dialect));
        }
    }

    #[test]
    fn no_order_of_scraps_makes_it_panic(scraps in prop::collection::vec(scrap(), 0..20)) {
        let text = scraps.join(" ");
        for dialect in Dialect::ALL {
            let _ = (read(&text, dialect), boundary(&text, dialect), residue(&text, dialect));
        }
    }
}
