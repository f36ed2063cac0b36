//! SQLite: a section that is not one transaction, and another process that would like to run it too.
//!
//! The other process is this test binary once more, with [`at_work`] as its only test.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use migrate::{Class, Database, Event, Migrations, Run};

use crate::chain::{Chain, run};
use crate::servers::{self, TestDatabase};

/// Where the other process finds its migrations and its database, and where it waits for a file.
const FOLDER: &str = "MIGRATE_TEST_AT_WORK";

fn chain() -> Chain {
    Chain::of(
        "\"sqlite\"",
        &[(
            "!transaction:false\nCREATE TABLE a (b int);\nINSERT INTO a VALUES (1);",
            "!transaction:false\nDROP TABLE a;",
        )],
    )
}

/// Not a test: migrates, and stops before the second statement until the file `go` is there.
#[test]
#[ignore = "run by the tests of this module"]
fn at_work() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder).to_owned();
    let url = std::fs::read_to_string(folder.join("url")).expect("a URL");
    let migrations = Migrations::from_dir(folder.join("migrations")).expect("a directory");
    let database: Database = url.parse().expect("a URL");
    let run = Run::upgrade("head").on_progress(move |event| {
        if let Event::StatementBegins { number: 2, .. } = event {
            std::fs::write(folder.join("begun"), "").expect("a file");
            while !folder.join("go").exists() {
                thread::sleep(Duration::from_millis(10));
            }
        }
    });
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(migrations.run(&database, run))
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Starts the other process and waits until it stands before the second statement.
fn begin(chain: &Chain, place: &TestDatabase) -> Child {
    let directory = chain.directory();
    let folder = directory.parent().expect("the project");
    std::fs::write(folder.join("url"), place.url()).expect("a file");
    let child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "heartbeat::at_work", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the other process");
    while !folder.join("begun").exists() {
        thread::sleep(Duration::from_millis(10));
    }
    child
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
    let Some(server) = servers::sqlite() else {
        return;
    };
    let (chain, place) = (chain(), server.database("heartbeat"));
    let child = begin(&chain, &place);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| run(&chain, place.url(), Run::upgrade("head")));
        // Longer than the time after which a session that is not heard of is taken for dead.
        thread::sleep(Duration::from_secs(8));
        assert!(!waiting.is_finished(), "it waits");
        std::fs::write(chain.directory().with_file_name("go"), "").expect("a file");
        let output = child.wait_with_output().expect("an end");
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
    let mut child = begin(&chain, &place);
    child.kill().expect("SIGKILL");
    child.wait().expect("an end");
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
    let mut child = begin(&chain, &place);
    child.kill().expect("SIGKILL");
    child.wait().expect("an end");
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
