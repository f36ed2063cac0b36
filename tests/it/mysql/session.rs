//! The session of a run: what revisions find there, and what they may leave.

use std::time::Duration;

use migrate::{Class, Run};

use super::{database, upgrade};
use crate::chain::{Chain, run};

#[test]
fn two_pipes_mean_the_same_as_in_the_client() {
    let Some(database) = database("pipes") else {
        return;
    };
    let insert = "INSERT INTO a VALUES ('1'||'0', 'it\\'s', \"x\");";
    let create = "CREATE TABLE a (b varchar(10), c varchar(10), d varchar(10));";
    let chain = Chain::new(&[(format!("{create}\n{insert}"), "DROP TABLE a;".to_owned())]);
    upgrade(&chain, &database);
    database.sql(insert);
    assert_eq!(database.sql("SELECT DISTINCT * FROM a"), "1\tit's\tx\n");
}

#[test]
fn the_session_is_written_down() {
    let Some(database) = database("session") else {
        return;
    };
    let chain = Chain::new(&[(
        "CREATE TABLE a AS SELECT @@sql_mode LIKE '%STRICT_TRANS_TABLES%' AS strict, @@sql_mode LIKE '%PIPES%' AS pipes, \
         @@sql_mode LIKE '%IGNORE_SPACE%' AS spaces, @@time_zone AS zone, @@character_set_client AS charset, \
         @@lock_wait_timeout AS wait;",
        "DROP TABLE a;",
    )]);
    upgrade(&chain, &database);
    assert_eq!(
        database.sql("SELECT * FROM a"),
        "1\t0\t0\t+00:00\tutf8mb4\t5\n"
    );
}

#[test]
fn settings_of_a_revision_are_put_back() {
    let Some(database) = database("settings") else {
        return;
    };
    let name = database.name();
    let look = "SELECT @@sql_mode, @@foreign_key_checks, @@time_zone, @@character_set_client, @@autocommit, DATABASE()";
    let chain = Chain::new(&[
        (
            format!("CREATE TABLE before_it AS {look};"),
            "DROP TABLE before_it;".to_owned(),
        ),
        (
            format!(
                "!transaction:false\nSET sql_mode = '', foreign_key_checks = 0, time_zone = '+05:00';\nSET NAMES latin1;\nUSE mysql;\nCREATE TABLE \
                 {name}.b (a int);\nSET autocommit = 0;\nINSERT INTO {name}.b VALUES ('');"
            ),
            format!("DROP TABLE {name}.b;"),
        ),
        (
            format!("CREATE TABLE after_it AS {look};"),
            "DROP TABLE after_it;".to_owned(),
        ),
    ]);
    upgrade(&chain, &database);
    assert_eq!(
        database.sql("SELECT * FROM before_it"),
        database.sql("SELECT * FROM after_it")
    );
    assert_eq!(database.sql("SELECT * FROM b"), "0\n");
}

/// Somebody takes the lock row over while a revision runs: nothing of it counts from then on, whatever `sql_mode` it has
/// set, and whether a transaction or data definition comes next.
#[test]
fn the_fence_raises_under_every_sql_mode() {
    let cases = [
        "SET sql_mode = '';\nDO SLEEP(1.5);\nCREATE TABLE s (b int);\nINSERT INTO c VALUES (1);",
        "SET sql_mode = 'ANSI,NO_UNSIGNED_SUBTRACTION,HIGH_NOT_PRECEDENCE';\nDO SLEEP(1.5);\nCREATE TABLE s (b int);\nINSERT \
         INTO c VALUES (1);",
        "SET sql_mode = '';\nCREATE TABLE s AS SELECT SLEEP(1.5) AS b;\nALTER TABLE c ADD d int;",
    ];
    for section in cases {
        let Some(database) = database("fence") else {
            return;
        };
        let chain = Chain::new(&[("CREATE TABLE c (b int);", ""), (section, "")]);
        let url = database.url().to_owned();
        let failure = std::thread::scope(|scope| {
            let running = scope.spawn(|| run(&chain, &url, Run::upgrade("head")));
            while database.sql("SHOW TABLES LIKE 'c'").is_empty() {
                std::thread::sleep(Duration::from_millis(20));
            }
            std::thread::sleep(Duration::from_millis(300));
            // While a transaction of the run is open this waits for its end, and comes before the next fence.
            database
                .sql("UPDATE schema_revisions_lock SET epoch = epoch + 100, holder = 'another'");
            running.join().expect("no panic")
        });
        let failure = failure.expect_err("somebody else has taken over");
        assert_eq!(failure.class(), Class::Interrupted, "{failure}");
        assert_eq!(database.sql("SHOW TABLES LIKE 's'"), "s\n", "{section}");
        let left = database.sql("SELECT COUNT(*) FROM c; SHOW COLUMNS FROM c LIKE 'd'");
        assert_eq!(left, "0\n", "{section}");
    }
}

#[test]
fn a_lock_on_a_table_is_waited_for_and_tried_again() {
    let Some(database) = database("waiting") else {
        return;
    };
    database.sql("CREATE TABLE a (b int)");
    let chain = Chain::new(&[(
        "CREATE TABLE c (d int);\nALTER TABLE a ADD e int;",
        "DROP TABLE c;",
    )]);
    let url = database.url().to_owned();
    std::thread::scope(|scope| {
        // Six seconds: longer than one wait for the lock.
        scope.spawn(|| database.sql("BEGIN; SELECT * FROM a; DO SLEEP(6); COMMIT"));
        std::thread::sleep(Duration::from_millis(300));
        let report =
            run(&chain, &url, Run::upgrade("head")).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(report.steps.len(), 1);
    });
    assert_eq!(
        database.sql("SHOW COLUMNS FROM a LIKE 'e'").lines().count(),
        1
    );
}
