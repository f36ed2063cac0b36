//! SQLite: a section that is not one transaction, and another process that would like to run it too.

use std::thread;
use std::time::Duration;

use migrate::{Class, Event, Run};

use crate::chain::{Chain, run};
use crate::other_process::{self, Other, Role};
use crate::servers::{self, TestDatabase};

fn chain() -> Chain {
    Chain::of(
        "\"sqlite\"",
        &[(
            "!transaction:false\nCREATE TABLE a (b int);\nINSERT INTO a VALUES (1);",
            "!transaction:false\nDROP TABLE a;",
        )],
    )
}

/// The other process: migrates, and stops before the second statement until the file `go` is there.
fn at_work(role: Role) {
    let (migrations, database) = (role.migrations(), role.database());
    let run = Run::upgrade("head").on_progress(move |event| {
        if let Event::StatementBegins { number: 2, .. } = event {
            std::fs::write(role.file("begun"), "").expect("a file");
            while !role.file("go").exists() {
                thread::sleep(Duration::from_millis(10));
            }
        }
    });
    // The heart beats on one thread while the other one stands still.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(migrations.run(&database, run))
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// The other process; the test that it runs is [`another_process_waits_while_the_heartbeat_moves`].
fn other(chain: &Chain, place: &TestDatabase) -> Other {
    let test = "heartbeat::another_process_waits_while_the_heartbeat_moves";
    Other::start(test, chain, place)
}

/// What is in the table, and what the log says.
fn end(place: &TestDatabase) -> (String, String) {
    (
        place.sql("SELECT count(*) FROM a"),
        place.sql("SELECT action, revision, outcome FROM schema_revisions_log"),
    )
}

fn once() -> (String, String) {
    ("1\n".to_owned(), "upgrade\tr1\tfinished\n".to_owned())
}

/// Nothing but the heartbeat tells that the other process lives: between two statements it holds no lock.
#[test]
fn another_process_waits_while_the_heartbeat_moves() {
    if let Some(role) = other_process::role() {
        return at_work(role);
    }
    let Some(server) = servers::sqlite() else {
        return;
    };
    let (chain, place) = (chain(), server.database("heartbeat"));
    let mut other = other(&chain, &place);
    other.until("begun");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| run(&chain, place.url(), Run::upgrade("head")));
        // Longer than the time after which a session that is not heard of is taken for dead.
        thread::sleep(Duration::from_secs(8));
        assert!(!waiting.is_finished(), "it waits");
        other.tell("go");
        let output = other.end();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        let report = waiting.join().expect("no panic").expect("nothing to do");
        assert!(report.steps.is_empty());
    });
    assert_eq!(end(&place), once());
}

#[test]
fn a_process_that_was_killed_is_taken_over_at_once_on_its_own_machine() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let (chain, place) = (chain(), server.database("taken"));
    other(&chain, &place).kill_at("begun");
    let at_once = Run::upgrade("head").lock_wait(Duration::from_secs(1));
    run(&chain, place.url(), at_once).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(end(&place), once());
}

#[test]
fn a_session_on_another_machine_is_named_and_taken_over_when_it_is_not_heard_of() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let (chain, place) = (chain(), server.database("elsewhere"));
    other(&chain, &place).kill_at("begun");
    place.sql("UPDATE schema_revisions SET session_id = 'elsewhere/0-0:4711'");
    let impatient = Run::upgrade("head").lock_wait(Duration::from_millis(500));
    let failure = run(&chain, place.url(), impatient).expect_err("it may live");
    assert_eq!(failure.class(), Class::RunLockTimeout);
    let text = failure.to_string();
    assert!(
        text.contains("the run of r1 on elsewhere (pid 4711)"),
        "{text}"
    );
    run(&chain, place.url(), Run::upgrade("head")).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(end(&place), once());
}
