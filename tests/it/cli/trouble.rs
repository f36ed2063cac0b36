//! What happens when something goes wrong: interrupted runs, edits, locks, signals.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use super::{Project, assert_screen};

fn chain() -> Project {
    Project::chain()
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada")
}

/// A revision outside of transactions whose second of three statements fails.
pub(super) fn half_done() -> Project {
    let project = chain();
    project.revision(
        "dddd4444",
        "cccc3333",
        "half done",
        "",
        "CREATE TABLE one (id INTEGER);\nINSERT INTO later VALUES (1);\nCREATE TABLE three (id INTEGER);\n",
        "DROP TABLE three;\nDROP TABLE one;\n",
    );
    let name = "migrations/dddd4444.sql";
    project.write(
        name,
        &project
            .read(name)
            .replace("migrate:up", "migrate:up transaction:false"),
    );
    assert!(project.run(&["lock"]).status.success());
    project
}

#[test]
fn a_revision_that_stopped_half_way_is_shown_and_repaired() {
    let project = half_done();
    let session = project.session(&[
        "upgrade",
        "status",
        "current",
        "current --check-heads",
        "--format json current",
        "upgrade",
        "repair --resume-from 3 --dry-run",
        "repair --resume-from 3",
        "upgrade",
        "status",
        "history --applied",
    ]);
    assert_screen!(session, "snapshots/half_done.txt");
}

#[test]
fn a_half_done_revision_can_be_called_finished() {
    let project = half_done();
    let session = project.session(&[
        "-q upgrade",
        "repair --applied dddd",
        "current",
        "--format json repair --retry",
    ]);
    assert_screen!(session, "snapshots/called_finished.txt");
}

/// What is recorded of the way back goes with it.
#[test]
fn a_way_back_that_was_removed_is_accepted() {
    let project = chain();
    project.run(&["upgrade"]);
    let name = "migrations/cccc3333.sql";
    let text = project.read(name);
    let (above, _) = text.split_once("-- migrate:down").expect("a section");
    let above = above.replace(
        "-- created",
        "-- irreversible: posts are precious\n-- created",
    );
    project.write(name, &above);
    let session = project.session(&[
        "lock --amend cccc",
        "repair --accept-edit cccc",
        "redo",
        "downgrade -1 --stored",
    ]);
    assert_screen!(session, "snapshots/removed_down.txt");
}

#[test]
fn an_edited_revision_is_accepted() {
    let project = chain();
    project.run(&["upgrade"]);
    let name = "migrations/bbbb2222.sql";
    project.write(
        name,
        &project.read(name).replace("email TEXT", "email VARCHAR"),
    );
    let session = project.session(&[
        "upgrade",
        "lock --amend bbbb",
        "status",
        "upgrade",
        "repair --accept-edit bbbb --dry-run",
        "repair --accept-edit bbbb",
        "upgrade",
        "status",
    ]);
    assert_screen!(session, "snapshots/accepted_edit.txt");
}

#[test]
fn a_gap_is_named_and_filled() {
    let project = Project::empty()
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada");
    project.write("migrate.toml", "[migrations]\ndialects = [\"sqlite\"]\n");
    let table = |name: &str| {
        (
            format!("CREATE TABLE {name} (id INTEGER);\n"),
            format!("DROP TABLE {name};\n"),
        )
    };
    let revision = |id: &str, down: &str| {
        let (up, down_sql) = table(&format!("t_{id}"));
        project.revision(id, down, &format!("table {id}"), "", &up, &down_sql);
    };
    revision("aaaa1111", "none");
    revision("cccc3333", "aaaa1111");
    assert!(project.run(&["lock"]).status.success());
    assert!(project.run(&["upgrade"]).status.success());
    // Somebody puts a revision below one that is applied.
    revision("bbbb2222", "aaaa1111");
    revision("cccc3333", "bbbb2222");
    let session = project.session(&[
        "lock --amend cccc",
        "upgrade",
        "status",
        "repair --accept-edit cccc",
        "upgrade --fill --dry-run",
        "upgrade --fill",
        "upgrade",
        "repair --accept-edit cccc",
        "upgrade",
        "status",
    ]);
    assert_screen!(session, "snapshots/gap.txt");
}

#[test]
fn a_lock_that_somebody_else_holds_ends_with_4() {
    let project = chain();
    project.run(&["upgrade", "aaaa"]);
    let mut holder = sqlite_shell(&project);
    let session = project.session(&[
        "upgrade --lock-wait 0",
        "--format json upgrade --lock-wait 100ms",
    ]);
    holder
        .kill()
        .and_then(|()| holder.wait())
        .expect("the shell ends");
    assert_eq!(session.matches("[exit 4]").count(), 2, "{session}");
    assert!(
        session.contains("\"class\": \"run_lock_timeout\""),
        "{session}"
    );
    assert!(project.run(&["upgrade"]).status.success());
}

/// Two people type the same at once: the second waits, and is told who has done it.
#[test]
fn what_another_run_has_done_meanwhile_is_not_done_again() {
    let project = chain();
    project.run(&["upgrade", "aaaa"]);
    std::fs::copy(project.path("app.db"), project.path("done.db")).expect("a copy");
    project.run(&["--database-url", "sqlite://done.db", "upgrade"]);
    // As a run does: it writes while others may read, and then all of it is there.
    let mut other = python(
        &project,
        "import sqlite3, sys\nc = sqlite3.connect('app.db', isolation_level=None, timeout=60)\n\
         c.execute(\"ATTACH 'done.db' AS done\")\nc.execute('BEGIN IMMEDIATE')\nprint('held', flush=True)\n\
         sys.stdin.readline()\nfor t in ('schema_revisions', 'schema_revisions_lock'):\n \
         c.execute(f'DELETE FROM main.{t}')\n c.execute(f'INSERT INTO main.{t} SELECT * FROM done.{t}')\n\
         c.execute('COMMIT')\n",
    );
    let mut second = upgrading(&project);
    let mut told = BufReader::new(second.stderr.take().expect("a pipe")).lines();
    assert!(told.any(|line| line.is_ok_and(|line| line.starts_with("waiting for the run lock"))));
    drop(other.stdin.take());
    assert!(other.wait().expect("an end").success());
    let output = second.wait_with_output().expect("an end");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "nothing left to do: another run went on from aaaa1111, now at cccc3333\n"
    );
    assert!(output.status.success());
}

/// Python holds the write lock of the database until it is killed.
fn sqlite_shell(project: &Project) -> std::process::Child {
    python(
        project,
        "import sqlite3, sys, time\nc = sqlite3.connect('app.db', isolation_level=None)\n\
         c.execute('BEGIN EXCLUSIVE')\nprint('held', flush=True)\ntime.sleep(600)\n",
    )
}

/// Starts Python and waits until it holds the lock.
fn python(project: &Project, script: &str) -> std::process::Child {
    let mut child = std::process::Command::new("python3")
        .args(["-c", script])
        .current_dir(project.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    assert_eq!(line, "held\n");
    child
}

/// Counts to a large number: runs until it is stopped.
const ENDLESS: &str = "CREATE TABLE endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000)\nSELECT count(*) AS c FROM n;\n";

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_says_what_is_committed() {
    for (signal, name) in [("-INT", "Ctrl-C"), ("-TERM", "SIGTERM")] {
        let project = chain();
        project.revision(
            "dddd4444",
            "cccc3333",
            "endless",
            "",
            ENDLESS,
            "DROP TABLE endless;\n",
        );
        assert!(project.run(&["lock"]).status.success());
        let said = stopped(&project, signal, "[3/4]");
        assert!(
            said.contains(&format!("error: stopped by {name}")),
            "{said}"
        );
        assert!(
            said.contains("committed: aaaa1111, bbbb2222, cccc3333 (3 revisions)"),
            "{said}"
        );
        assert!(said.contains("dddd4444 was at work"), "{said}");
        // Again, at the one revision that is left.
        let said = stopped(&project, signal, "sqlite://app.db");
        assert!(said.contains("no revision was finished"), "{said}");
        let name = "migrations/dddd4444.sql";
        project.write(name, &project.read(name).replace("1000000000000", "10"));
        assert!(project.run(&["lock", "--amend", "dddd"]).status.success());
        let again = project.session(&["upgrade"]);
        assert!(again.contains("1 revision applied"), "{again}");
    }
}

/// An upgrade of `app.db`, what it tells to be read from pipes.
fn upgrading(project: &Project) -> std::process::Child {
    crate::binary::command(&project.path(""))
        .args(["upgrade"])
        .env("DATABASE_URL", "sqlite://app.db")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("migrate-cli")
}

/// Sends the signal to an upgrade a moment after it has told a line that begins so, and returns what it tells.
#[cfg(unix)]
fn stopped(project: &Project, signal: &str, after: &str) -> String {
    let mut child = upgrading(project);
    let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut said = String::new();
    for line in stderr.lines() {
        let line = line.expect("a line");
        said += &format!("{line}\n");
        if line.starts_with(after) {
            // The next has just begun or is about to.
            std::thread::sleep(Duration::from_millis(300));
            let pid = child.id().to_string();
            std::process::Command::new("kill")
                .args([signal, &pid])
                .status()
                .expect("kill");
        }
    }
    let status = child.wait().expect("an end");
    assert_eq!(status.code(), Some(1), "{said}");
    said
}

#[test]
fn colours_are_for_terminals() {
    let project = chain();
    let plain = project.run(&["history"]);
    assert!(!plain.stdout.contains(&0x1b));
    let coloured = project.run(&["--color", "always", "history"]);
    assert!(coloured.stdout.contains(&0x1b));
    let never = chain()
        .variable("CLICOLOR_FORCE", "1")
        .run(&["--color", "never", "show", "zzz"]);
    assert!(!never.stderr.contains(&0x1b) && !never.stderr.is_empty());
}

#[test]
fn no_text_of_a_file_steers_the_terminal() {
    let project = Project::empty();
    project.write("migrations/a.sql", "-- evil \u{9b}31m message\n--\n-- revision: a\n-- down_revision: none\n\n-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;\n");
    let output = project.run(&["history"]);
    let screen = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(!screen.contains('\u{9b}'), "{screen:?}");
}
