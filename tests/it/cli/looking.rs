//! Commands that look at a database.

use std::process::Command;

use super::{Project, assert_screen};

fn demo() -> Project {
    Project::demo()
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada")
}

#[test]
fn before_anything_was_run() {
    let project = demo();
    let mut session = project.session(&[
        "status",
        "current",
        "--format json current",
        "history --applied",
        "upgrade --dry-run f0f0",
    ]);
    assert!(!project.path("app.db").exists(), "who looks makes no file");
    session += &project.session(&[
        "ensure-version",
        "--format json ensure-version",
        "status",
        "current",
        "history --applied",
    ]);
    assert_screen!(session, "snapshots/looking_at_nothing.txt");
}

#[test]
fn where_the_database_is() {
    let project = demo();
    project.run(&["upgrade", "billing"]);
    let mut session = project.session(&[
        "status",
        "-v status",
        "current",
        "-v current",
        "current --check-heads",
        "--format json current",
        "history -i -r :5f1d",
        "history --graph -i",
        "show current",
        "show base",
        "show base --statements",
    ]);
    project.run(&["upgrade", "heads"]);
    session += &project.session(&[
        "status",
        "current",
        "current --check-heads",
        "--format json current",
        "history -r -1:current",
        "history -r current:",
        "upgrade heads",
        "--format json upgrade heads",
    ]);
    assert_screen!(session, "snapshots/looking.txt");
}

#[test]
fn rows_of_another_release_are_shown_with_time_and_who() {
    let project = Project::chain()
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada");
    project.run(&["upgrade"]);
    project.revision(
        "aaaa1111",
        "none",
        "create users",
        "",
        "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
        "DROP TABLE users;\n",
    );
    std::fs::remove_file(project.path("migrations/cccc3333.sql")).expect("a file");
    project.run(&["lock", "--amend", "cccc3333"]);
    let session = project.session(&[
        "status",
        "current",
        "--format json current",
        "-q history -i",
        "upgrade",
        "downgrade",
        "downgrade --stored --dry-run",
        "downgrade --stored",
        "current",
    ]);
    assert_screen!(session, "snapshots/unknown_rows.txt");
}

#[test]
fn what_was_run() {
    let project = Project::chain()
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada");
    for line in [&["upgrade", "bbbb"][..], &["downgrade"], &["stamp", "head"]] {
        assert!(project.run(line).status.success(), "{line:?}");
    }
    let session = project.session(&["history --applied"]);
    assert_screen!(session, "snapshots/log.txt");
    let json = project.session(&["-q --format json history --applied"]);
    assert_eq!(json.matches("\"revision\"").count(), 5, "{json}");
}

/// `status` of a database that nobody has migrated answers without a table and creates none.
#[test]
fn looking_creates_nothing() {
    let project = Project::chain().variable("DATABASE_URL", "sqlite://app.db");
    let before = project.listing();
    for line in [
        "status",
        "current",
        "plan upgrade",
        "history -i",
        "upgrade --dry-run",
    ] {
        project.session(&[line]);
        assert_eq!(project.listing(), before, "{line}");
    }
}

/// A reader that goes away is no failure.
#[test]
fn output_into_a_closed_pipe_is_no_error() {
    let project = Project::chain();
    let line = format!(
        "{} -q history | true; exit ${{PIPESTATUS[0]}}",
        crate::binary::path().display()
    );
    let status = Command::new("bash")
        .args(["-c", &line])
        .current_dir(project.path(""))
        .status();
    assert!(status.expect("bash").success());
}

/// A directory with very many mistakes: the first of them, one of every kind, and how many more there are.
#[test]
fn of_many_errors_the_first() {
    let project = Project::empty();
    project.write("migrate.toml", "[migrations]\ndialects = [\"sqlite\"]\n");
    for number in 0..1_500 {
        project.write(&format!("migrations/{number:04}.sql"), "-- no header\n");
    }
    project.revision(
        "zzzz",
        "nowhere",
        "an orphan",
        "",
        "SELECT 1;\n",
        "SELECT 1;\n",
    );
    let errors = |words: &[&str]| {
        let output = project.run(words);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        (text.matches("\nerror: ").count() + 1, text)
    };
    let (shown, text) = errors(&["heads"]);
    assert_eq!(shown, 22, "{text}");
    assert!(
        text.ends_with(
            "\n\nerror: 1,480 more like these, `-v` shows them, `--format json` lists all\n"
        ),
        "{text}"
    );
    assert!(text.contains("unknown down_revision `nowhere`"), "{text}");
    let (shown, _) = errors(&["-v", "heads"]);
    assert_eq!(shown, 1_501);
    let (json, _) = project.json(&["heads"]);
    // The orphan is missing from the lock file too.
    assert_eq!(json["errors"].as_array().map(Vec::len), Some(1_502));
    let checked = project.run(&["check"]);
    let checked = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.lines().count() < 150, "{checked}");
    assert!(
        checked.contains("more like these, `-v` shows them\n"),
        "{checked}"
    );
}

/// `status` reads no row below the effective ones while the numbers agree: here one that could not be read.
#[test]
fn status_reads_what_it_needs() {
    for server in crate::servers::each() {
        let kind = server.name();
        let database = server.database("quick");
        let project = Project::empty().variable("DATABASE_URL", database.url());
        project.write(
            "migrate.toml",
            &format!("[migrations]\ndialects = [\"{kind}\"]\n"),
        );
        for (id, down) in [("a1", "none"), ("b2", "a1"), ("c3", "b2"), ("d4", "c3")] {
            let up = format!("CREATE TABLE {id} (id INTEGER);\n");
            project.revision(id, down, id, "", &up, &format!("DROP TABLE {id};\n"));
        }
        project.done(&["lock"]);
        project.done(&["upgrade", "c3"]);
        database.sql("UPDATE schema_revisions SET origin = 'nobody' WHERE revision = 'a1'");
        let (status, exit) = project.json(&["status"]);
        assert_eq!(
            (&status["pending"], exit),
            (&serde_json::json!(["d4"]), 0),
            "{kind}: {status:#}"
        );
        project.done(&["current"]);
        // A row that the count knows nothing of: all of them are read, and that one is named.
        database.sql("DELETE FROM schema_revisions WHERE revision = 'b2'");
        let (status, exit) = project.json(&["status"]);
        assert_eq!(exit, 1, "{kind}: {status:#}");
        let said = status["error"]["message"].to_string();
        assert!(said.contains("nobody"), "{kind}: {said}");
    }
}
