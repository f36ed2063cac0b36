//! Scripts of offline mode, read by the clients that people use, leave what a run leaves.

mod guards;
mod hard;
mod same;

use std::io::Write as _;
use std::process::{Command, Stdio};

use migrate::{Database, Dialect, Migrations, Offline, Run};

use crate::cli::Project;
use crate::servers::{Server, TestDatabase};

/// What the server speaks.
fn dialect(server: &Server) -> Dialect {
    match server.name() {
        "sqlite" => Dialect::Sqlite,
        "postgres" => Dialect::Postgres,
        _ => Dialect::Mariadb,
    }
}

/// What a client said, and whether it ended well.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) success: bool,
    pub(crate) text: String,
}

/// Gives a script to a client by stdin.
pub(crate) fn feed(mut command: Command, script: &str) -> Said {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; run scripts/setup"));
    let mut stdin = child.stdin.take().expect("a pipe");
    let script = script.to_owned();
    // A client that stops at an error reads no further.
    let writer = std::thread::spawn(move || drop(stdin.write_all(script.as_bytes())));
    let output = child.wait_with_output().expect("the client ends");
    writer.join().expect("the writer ends");
    Said {
        success: output.status.success(),
        text: String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr),
    }
}

/// The script of `offline` for the server of `database`, run by its client.
#[track_caller]
fn run_script(
    migrations: &Migrations,
    server: &Server,
    database: &TestDatabase,
    offline: &Offline,
) {
    let script = migrations
        .script(dialect(server), offline)
        .unwrap_or_else(|error| panic!("{}: {error}", server.name()));
    let said = feed(database.shell(), &script.sql);
    assert!(
        said.success,
        "{}: {}\n{}",
        server.name(),
        said.text,
        script.sql
    );
}

async fn run(migrations: &Migrations, database: &TestDatabase, run: Run) {
    let target: Database = database.url().parse().expect("a URL");
    migrations
        .run(&target, run)
        .await
        .unwrap_or_else(|failure| panic!("{}: {failure}", database.name()));
}

/// Everything recorded, without times, durations, sessions, who, and the epoch.
fn recorded(database: &TestDatabase) -> [String; 3] {
    [
        database.sql(
            "SELECT revision, parents, depends_on, message, digest, down_digest, chain, is_head, state, origin, statement_no, \
             statement_hash, statement, session_id, compatible, started_at IS NULL, finished_at IS NULL, duration_us IS NULL, \
             tool, error, down_section FROM schema_revisions ORDER BY revision",
        ),
        database.sql(
            "SELECT revision, action, outcome, digest, started_at IS NULL, finished_at IS NULL, duration_us IS NULL, \
             statements, tool, error FROM schema_revisions_log ORDER BY seq",
        ),
        database.sql(
            "SELECT id, format, holder, host, pid, application, since, heartbeat IS NULL FROM schema_revisions_lock",
        ),
    ]
}

/// Both databases hold the same objects and the same records.
#[track_caller]
fn assert_same(server: &Server, by_script: &TestDatabase, by_run: &TestDatabase, after: &str) {
    assert_eq!(
        by_script.schema(),
        by_run.schema(),
        "{} after {after}",
        server.name()
    );
    assert_eq!(
        recorded(by_script),
        recorded(by_run),
        "{} after {after}",
        server.name()
    );
}

/// The set of a project, locked.
fn set(project: &Project) -> Migrations {
    let locked = project.run(&["lock"]);
    assert!(
        locked.status.success(),
        "{}",
        String::from_utf8_lossy(&locked.stderr)
    );
    Migrations::from_dir(project.path("migrations")).unwrap_or_else(|error| panic!("{error}"))
}
