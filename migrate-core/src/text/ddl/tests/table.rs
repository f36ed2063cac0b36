//! CREATE TABLE, its columns and keys.

use super::*;

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
