//! Statements of PostgreSQL that run outside of transactions, interrupted.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use migrate::{Class, Outcome, Run};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tokio::runtime::{Builder, Runtime};

use crate::binary;
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

/// A revision that ends its own session, among others that share its message: nobody can say which it was.
#[test]
fn a_message_of_several_revisions_that_was_cut_off_names_all_of_them() {
    const CUTS: &str =
        "INSERT INTO two SELECT 1 FROM fuse WHERE pg_terminate_backend(pg_backend_pid());";
    let lines = |third: (&'static str, &'static str)| {
        [
            ("CREATE TABLE one (i int);", "DROP TABLE one;"),
            ("CREATE TABLE two (i int);", "DROP TABLE two;"),
            third,
            ("CREATE TABLE four (i int);", "DROP TABLE four;"),
        ]
    };
    let cases = [
        (lines((CUTS, "")), "upgrade", "head", "r1 to r4"),
        (lines(("", CUTS)), "downgrade", "base", "r4 to r1"),
    ];
    for (sections, verb, spec, all) in cases {
        for single in [true, false] {
            let Some(database) = database("together") else {
                return;
            };
            let chain = Chain::of("\"postgres\"", &sections);
            let there = || match (verb, single) {
                ("upgrade", true) => Run::upgrade(spec).single(),
                ("upgrade", false) => Run::upgrade(spec),
                (_, true) => Run::downgrade(spec).single(),
                (_, false) => Run::downgrade(spec),
            };
            database.sql("CREATE TABLE fuse (i int)");
            if verb == "downgrade" {
                run(&chain, database.url(), Run::upgrade("head")).expect("all of them");
            }
            database.sql("INSERT INTO fuse VALUES (1)");
            let failure = run(&chain, database.url(), there()).expect_err("its session was ended");
            assert_eq!(failure.class(), Class::Interrupted, "{failure}");
            let text = failure.to_string();
            // How many share a message, when each is a transaction, hangs on how long the first has taken.
            let shared =
                text.contains("were one message, so it may have been at work on any of them");
            assert!(
                shared || !single && text.starts_with("revision r3 "),
                "{text}"
            );
            if single {
                assert!(text.contains(&format!("{all} were one message")), "{text}");
            }
            if shared {
                let next = match verb {
                    "upgrade" => "`migrate-cli upgrade` takes the others one by one",
                    _ => "`migrate-cli downgrade base` takes the others one by one",
                };
                assert!(text.contains(next), "{text}");
            }
            let unknown = failure.report().steps.iter();
            let unknown = unknown.filter(|step| step.outcome == Outcome::Unknown);
            assert_eq!(unknown.count() > 1, shared, "{text}");
            database.sql("DELETE FROM fuse");
            run(&chain, database.url(), there()).unwrap_or_else(|failure| panic!("{failure}"));
            let there = database.sql("SELECT tablename FROM pg_tables WHERE tablename = 'four'");
            assert_eq!(there.is_empty(), verb == "downgrade", "{there}");
        }
    }
}

/// The number of sessions that build the index, or wait to.
fn builders(database: &TestDatabase) -> String {
    database.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE UNIQUE INDEX%' AND state = 'active' AND datname = \
         current_database()",
    )
}

/// A transaction that the index waits for, open until it is dropped.
struct Blocker {
    runtime: Runtime,
    connection: Option<PgConnection>,
}

impl Blocker {
    fn new(database: &TestDatabase) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let connection = runtime.block_on(async {
            let mut connection = PgConnection::connect(database.url()).await?;
            sqlx::raw_sql("BEGIN; INSERT INTO \"A b\" VALUES (3)")
                .execute(&mut connection)
                .await?;
            Ok::<_, sqlx::Error>(connection)
        });
        Self {
            runtime,
            connection: Some(connection.expect("a transaction")),
        }
    }
}

impl Drop for Blocker {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // Rolled back by the server.
            let _ = self.runtime.block_on(connection.close());
        }
    }
}

/// Kills `migrate-cli` while its index waits for the end of a transaction. The server does not notice: it goes on until the
/// transaction ends, or until its patience does.
fn kill_in_the_middle(chain: &Chain, database: &TestDatabase) -> Blocker {
    run(chain, database.url(), Run::upgrade("r1")).unwrap_or_else(|failure| panic!("{failure}"));
    let directory = chain.directory();
    let mut runner = binary::command(directory.parent().expect("the project"));
    runner.args(["upgrade", "head", "--database-url", database.url()]);
    let blocker = Blocker::new(database);
    let mut runner = runner
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("migrate-cli");
    while database.sql(VALID).is_empty() {
        thread::sleep(Duration::from_millis(20));
    }
    runner.kill().expect("SIGKILL");
    runner.wait().expect("an end");
    blocker
}

#[test]
fn an_index_whose_process_was_killed_and_that_failed_is_built_anew() {
    let Some(database) = database("killed_invalid") else {
        return;
    };
    let chain = chain();
    chain.configure("[timeouts]\nddl_lock = \"1s\"\n");
    let blocker = kill_in_the_middle(&chain, &database);
    while builders(&database) != "0\n" {
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(database.sql(VALID), "i\tf\n");
    drop(blocker);
    run(&chain, database.url(), Run::upgrade("head")).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(database.sql(VALID), "i\tt\n");
    assert_eq!(database.sql("SELECT * FROM d"), "1\n");
}

#[test]
fn an_index_whose_process_was_killed_and_that_was_finished_is_not_built_again() {
    let Some(database) = database("killed_valid") else {
        return;
    };
    let chain = chain();
    chain.configure("[timeouts]\nddl_lock = \"60s\"\n");
    let blocker = kill_in_the_middle(&chain, &database);
    assert_eq!(builders(&database), "1\n", "the server goes on");
    drop(blocker);
    while builders(&database) != "0\n" {
        thread::sleep(Duration::from_millis(20));
    }
    let index = || database.sql("SELECT 'i'::regclass::oid");
    let before = index();
    run(&chain, database.url(), Run::upgrade("head")).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(index(), before, "the same index");
    assert_eq!(database.sql(VALID), "i\tt\n");
    assert_eq!(database.sql("SELECT * FROM d"), "1\n");
}
