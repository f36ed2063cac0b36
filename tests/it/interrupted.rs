//! Statements of PostgreSQL that run outside of transactions, interrupted.

use std::thread;
use std::time::Duration;

use migrate::{Class, Run};

use crate::chain::{Chain, run};
use crate::servers::{self, TestDatabase};

fn database(name: &str) -> Option<TestDatabase> {
    servers::postgres().map(|server| server.database(name))
}

/// A table with rows, and a unique index on it that is built concurrently.
fn chain() -> Chain {
    Chain::of(
        "\"postgres\"",
        &[
            (
                "CREATE TABLE \"A b\" (c int);\nINSERT INTO \"A b\" VALUES (1), (2);",
                "DROP TABLE \"A b\";",
            ),
            (
                "!transaction:false\nCREATE TABLE d (e int);\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS I ON \"A b\" (c);\n\
                 INSERT INTO d VALUES (1);",
                "!transaction:false\nDROP INDEX CONCURRENTLY i;\nDROP TABLE d;",
            ),
        ],
    )
}

const VALID: &str = "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'i'";

/// `IF NOT EXISTS` would take the invalid index for the index.
#[test]
fn an_index_that_could_not_be_built_is_built_anew() {
    let Some(database) = database("invalid") else {
        return;
    };
    let chain = chain();
    run(&chain, database.url(), Run::upgrade("r1")).unwrap_or_else(|failure| panic!("{failure}"));
    database.sql("INSERT INTO \"A b\" VALUES (2)");
    let failure =
        run(&chain, database.url(), Run::upgrade("head")).expect_err("a row that is there twice");
    assert_eq!(failure.class(), Class::SqlFailed);
    assert_eq!(database.sql(VALID), "i\tf\n");
    database.sql("DELETE FROM \"A b\" WHERE c = 2");
    run(&chain, database.url(), Run::upgrade("head")).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(database.sql(VALID), "i\tt\n");
    assert_eq!(database.sql("SELECT * FROM d"), "1\n");
}

#[test]
fn an_index_whose_session_was_ended_is_built_anew() {
    let Some(database) = database("ended") else {
        return;
    };
    let chain = chain();
    run(&chain, database.url(), Run::upgrade("r1")).unwrap_or_else(|failure| panic!("{failure}"));
    thread::scope(|scope| {
        // The index waits for the end of this transaction.
        scope.spawn(|| {
            database.sql("BEGIN; INSERT INTO \"A b\" VALUES (3); SELECT pg_sleep(2); COMMIT")
        });
        thread::sleep(Duration::from_millis(300));
        let running = scope.spawn(|| run(&chain, database.url(), Run::upgrade("head")));
        while database.sql(VALID).is_empty() {
            thread::sleep(Duration::from_millis(20));
        }
        database.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE UNIQUE INDEX%' AND pid <> \
             pg_backend_pid()",
        );
        let failure = running
            .join()
            .expect("no panic")
            .expect_err("the session was ended");
        assert_eq!(failure.class(), Class::Interrupted, "{failure}");
    });
    assert_eq!(database.sql(VALID), "i\tf\n");
    run(&chain, database.url(), Run::upgrade("head")).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(database.sql(VALID), "i\tt\n");
    assert_eq!(database.sql("SELECT * FROM d"), "1\n");
    run(&chain, database.url(), Run::downgrade("base"))
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(database.sql(VALID), "");
}
