//! Sections with data definition: each statement is committed, noted, and not run twice.

use migrate::{Class, Run};

use super::{contents, database, downgrade, recorded, upgrade};
use crate::chain::{Chain, run};

#[test]
fn statements_of_every_kind_run_up_and_down() {
    let Some(database) = database("kinds") else {
        return;
    };
    let chain = Chain::new(&[
        (
            "CREATE TABLE a (id int PRIMARY KEY, name varchar(20));\nINSERT INTO a VALUES (1, 'x');\nCREATE INDEX i ON a (name);\nUPDATE a SET name = 'y';",
            "DROP TABLE a;",
        ),
        (
            "INSERT INTO a VALUES (2, 'z');\nDELETE FROM a WHERE id = 1;",
            "DELETE FROM a;\nINSERT INTO a VALUES (1, 'y');",
        ),
        (
            "CREATE VIEW v AS SELECT name FROM a;\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//\nDELIMITER ;\nCALL p();\nSELECT * FROM a;\n\
             CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.name = CONCAT(NEW.name, '!');\nINSERT INTO a VALUES (3, 'w');",
            "DELETE FROM a WHERE id = 3;\nDROP TRIGGER t;\nDROP PROCEDURE p;\nDROP VIEW v;",
        ),
        (
            "!transaction:false\nALTER TABLE a ADD b int NOT NULL DEFAULT 5;\nANALYZE TABLE a;\nUPDATE a SET b = b + 1;\nLOCK TABLES a WRITE;\nUNLOCK TABLES;",
            "ALTER TABLE a DROP b;",
        ),
    ]);
    let report = upgrade(&chain, &database);
    assert_eq!(report.steps.len(), 4);
    assert_eq!(
        recorded(&database),
        "r1 applied, r2 applied, r3 applied, r4 applied head"
    );
    assert_eq!(database.sql("SELECT * FROM a"), "2\tz\t6\n3\tw!\t6\n");
    let after = contents(&database);

    assert!(upgrade(&chain, &database).is_up_to_date());
    downgrade(&chain, &database, "-2");
    assert_eq!(
        recorded(&database),
        "r1 applied, r2 applied head, r3 reverted, r4 reverted"
    );
    upgrade(&chain, &database);
    assert_eq!(contents(&database), after);
    downgrade(&chain, &database, "base");
    assert_eq!(contents(&database), "");
    assert_eq!(
        recorded(&database),
        "r1 reverted, r2 reverted, r3 reverted, r4 reverted"
    );
}

#[test]
fn what_has_failed_goes_on_at_the_statement_that_failed() {
    let Some(database) = database("failed") else {
        return;
    };
    // Statement 5 fails: its transaction, with statement 4 in it, is rolled back.
    let chain = Chain::new(&[(
        "CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);\nCREATE TABLE b (id int PRIMARY KEY);\n\
         INSERT INTO a VALUES (2);\nINSERT INTO gone VALUES (1);\nCREATE TABLE c (id int);",
        "DROP TABLE c;\nDROP TABLE b;\nDROP TABLE a;",
    )]);
    let failure =
        run(&chain, database.url(), Run::upgrade("head")).expect_err("a table that is not there");
    assert_eq!(failure.class(), Class::SqlFailed);
    let text = failure.to_string().replace(database.name(), "DATABASE");
    insta::assert_snapshot!(text, @r"
    revision r1 failed: Table 'DATABASE.gone' doesn't exist (1146, SQLSTATE 42S02)
      --> migrations/0001.sql:11:13
       |
    11 | INSERT INTO gone VALUES (1);
       |             ^^^^
       |
       = note: statement 5 of 6
       = note: statements 1 to 3 are committed; r1 is recorded as begun
       = help: mend the cause and run again: it goes on with statement 4
    ");
    assert_eq!(recorded(&database), "r1 upgrading");
    assert_eq!(
        database.sql("SELECT * FROM a; SELECT statement_no FROM schema_revisions"),
        "1\n3\n"
    );

    // Who asks for the other direction is told why it is tried again.
    for ask in [Run::downgrade("base"), Run::redo(None)] {
        let failure = run(&chain, database.url(), ask).expect_err("it is still not there");
        let text = failure.to_string();
        let why = "an earlier run has begun to apply r1 and not finished: that comes first, before anything is taken back; \
                   `migrate-cli repair --applied r1` says that all of it has happened";
        assert!(text.starts_with("revision r1 failed: "), "{text}");
        assert!(text.ends_with(why), "{text}");
    }

    database.sql("CREATE TABLE gone (id int)");
    upgrade(&chain, &database);
    assert_eq!(recorded(&database), "r1 applied head");
    assert_eq!(
        database.sql("SELECT * FROM a; SELECT * FROM gone"),
        "1\n2\n1\n"
    );
}

#[test]
fn a_syntax_error_shows_its_place_and_commits_nothing_of_its_transaction() {
    let Some(database) = database("syntax") else {
        return;
    };
    let chain = Chain::new(&[(
        "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nALTER TABLE a\n  ADD COLUMN b int DEFALT 1;",
        "DROP TABLE a;",
    )]);
    let failure = run(&chain, database.url(), Run::upgrade("head")).expect_err("a syntax error");
    insta::assert_snapshot!(failure.to_string(), @r"
    revision r1 failed: You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near '1' at line 2 (1064, SQLSTATE 42000)
      --> migrations/0001.sql:10:27
       |
    10 |   ADD COLUMN b int DEFALT 1;
       |                           ^
       |
       = note: statement 3 of 3
       = note: ALTER TABLE a
                 ADD COLUMN b int DEFALT 1
       = note: statement 1 is committed; r1 is recorded as begun
       = help: mend the cause and run again: it goes on with statement 2
    ");
    assert_eq!(failure.report().steps[0].statements, 1);
    assert_eq!(
        database.sql("SELECT COUNT(*) FROM a; SELECT statement_no FROM schema_revisions"),
        "0\n1\n"
    );
}

#[test]
fn rows_in_a_table_without_transactions_are_not_written_twice() {
    let Some(database) = database("myisam") else {
        return;
    };
    let chain = Chain::new(&[(
        "CREATE TABLE m (id int) ENGINE = MyISAM;\nINSERT INTO m VALUES (1);\nINSERT INTO m VALUES (2);\nINSERT INTO gone VALUES (1);",
        "DROP TABLE m;",
    )]);
    run(&chain, database.url(), Run::upgrade("head")).expect_err("a table that is not there");
    assert_eq!(
        database.sql("SELECT * FROM m; SELECT statement_no FROM schema_revisions"),
        "1\n2\n3\n"
    );
    database.sql("CREATE TABLE gone (id int)");
    upgrade(&chain, &database);
    assert_eq!(
        database.sql("SELECT * FROM m; SELECT * FROM gone"),
        "1\n2\n1\n"
    );
}

/// Longer than what is sent at once: the transaction goes on from message to message.
#[test]
fn a_long_section_is_sent_in_parts_and_stays_one_transaction() {
    let Some(database) = database("long") else {
        return;
    };
    let text = "x".repeat(30_000);
    let inserts: String = (0..30)
        .map(|number| format!("INSERT INTO a VALUES ({number}, '{text}');\n"))
        .collect();
    let chain = Chain::new(&[
        (
            format!(
                "CREATE TABLE a (b int PRIMARY KEY, c longtext);\n{inserts}INSERT INTO gone VALUES (1);"
            ),
            String::new(),
        ),
        (inserts.replace("INTO a", "INTO d"), String::new()),
    ]);
    run(&chain, database.url(), Run::upgrade("head")).expect_err("a table that is not there");
    assert_eq!(
        database.sql("SELECT COUNT(*) FROM a; SELECT statement_no FROM schema_revisions"),
        "0\n1\n"
    );
    database.sql("CREATE TABLE gone (b int)");
    run(&chain, database.url(), Run::upgrade("head")).expect_err("another table that is not there");
    assert_eq!(database.sql("SELECT COUNT(*) FROM a"), "30\n");
    assert_eq!(recorded(&database), "r1 applied head");
    database.sql("CREATE TABLE d (b int PRIMARY KEY, c longtext)");
    upgrade(&chain, &database);
    assert_eq!(
        database.sql("SELECT COUNT(*), MIN(LENGTH(c)) FROM d"),
        "30\t30000\n"
    );
}

/// A transaction that a `transaction:false` section writes out is one: all of it is run again, or nothing.
#[test]
fn a_transaction_that_a_section_writes_out_is_one() {
    let Some(database) = database("written") else {
        return;
    };
    let chain = Chain::new(&[(
        "!transaction:false\nCREATE TABLE a (b int);\nINSERT INTO a VALUES (1);\nBEGIN;\nINSERT INTO a VALUES (2);\nINSERT INTO \
         gone VALUES (1);\nCOMMIT;\nINSERT INTO a VALUES (3);",
        "",
    )]);
    run(&chain, database.url(), Run::upgrade("head")).expect_err("a table that is not there");
    assert_eq!(
        database.sql("SELECT * FROM a; SELECT statement_no FROM schema_revisions"),
        "1\n2\n"
    );
    database.sql("CREATE TABLE gone (b int)");
    upgrade(&chain, &database);
    assert_eq!(
        database.sql("SELECT * FROM a; SELECT * FROM gone"),
        "1\n2\n3\n1\n"
    );
}

/// What `mariadb-dump` writes, with its executable comments, locks and delimiters.
#[test]
fn an_unedited_dump_runs_as_the_first_revision() {
    let Some(source) = database("dumped") else {
        return;
    };
    source.sql(
        "CREATE TABLE a (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20) DEFAULT 'it''s; so'); INSERT INTO a (name) VALUES \
         ('x'), ('-- y'); CREATE TABLE b (a_id int, FOREIGN KEY (a_id) REFERENCES a (id)); INSERT INTO b VALUES (1); CREATE \
         VIEW v AS SELECT name FROM a",
    );
    source.sql(
        "DELIMITER //\nCREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW BEGIN SET NEW.a_id = NEW.a_id + 0; END//\nCREATE \
         PROCEDURE p() BEGIN SELECT 1; END//",
    );
    let (login, place) = source
        .url()
        .trim_start_matches("mysql://")
        .split_once('@')
        .expect("a URL with a user");
    let (user, password) = login.split_once(':').expect("a user with a password");
    let (host, port) = place
        .split('/')
        .next()
        .and_then(|place| place.split_once(':'))
        .expect("a place");
    let dump = std::process::Command::new("mariadb-dump")
        .args([
            "--no-defaults",
            "--routines",
            "--triggers",
            "-h",
            host,
            "-P",
            port,
            "-u",
            user,
            source.name(),
        ])
        .env("MYSQL_PWD", password)
        .output()
        .expect("mariadb-dump");
    let dump = String::from_utf8(dump.stdout).expect("UTF-8");
    assert!(
        dump.contains("LOCK TABLES") && dump.contains("DELIMITER"),
        "{dump}"
    );
    let database = database("restored").expect("the server is there");
    let chain = Chain::new(&[(dump, String::new())]);
    upgrade(&chain, &database);
    assert_eq!(contents(&database), contents(&source));
}

/// A database from before the migrations: what the error advises works, though the first revision is recorded as begun.
#[test]
fn the_stamp_that_is_advised_where_everything_exists_already_can_be_made() {
    let Some(database) = database("before") else {
        return;
    };
    let chain = Chain::new(&[
        ("CREATE TABLE t (id int);", "DROP TABLE t;"),
        ("CREATE TABLE u (id int);", "DROP TABLE u;"),
    ]);
    database.sql("CREATE TABLE t (id int)");
    let failure =
        run(&chain, database.url(), Run::upgrade("head")).expect_err("a table that is there");
    assert!(
        failure.to_string().contains("`migrate-cli stamp r1`"),
        "{failure}"
    );
    assert_eq!(recorded(&database), "r1 upgrading");
    run(&chain, database.url(), Run::stamp(["r1"])).unwrap_or_else(|failure| panic!("{failure}"));
    upgrade(&chain, &database);
    assert_eq!(recorded(&database), "r1 applied, r2 applied head");
    downgrade(&chain, &database, "base");
    assert_eq!(database.sql("SHOW TABLES LIKE '_'"), "");
}
