//! Commands that change a database, on SQLite files.

use super::{Project, assert_screen};

/// The demo with its database named.
fn demo() -> Project {
    Project::demo().variable("DATABASE_URL", "sqlite://app.db")
}

#[test]
fn a_lost_head_is_recorded_by_hand() {
    let project = Project::chain()
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada");
    project.run(&["-q", "upgrade"]);
    let session = project.session(&["stamp bbbb2222 --purge", "status", "plan upgrade"]);
    assert_screen!(session, "snapshots/head_by_hand.txt");
}

#[test]
fn up_and_down() {
    let session = demo().session(&[
        "upgrade",
        "upgrade heads --dry-run",
        "upgrade billing",
        "upgrade +1",
        "upgrade heads",
        "upgrade heads",
        "downgrade",
        "downgrade f0f0@-1",
        "plan downgrade ae10bb",
        "downgrade ae10bb --dry-run",
        "downgrade ae10bb",
        "downgrade base",
        "downgrade base",
        "-q upgrade heads",
    ]);
    assert_screen!(session, "snapshots/up_and_down.txt");
}

/// Nothing can be taken back where there is nothing: a mistyped name leaves no file.
#[test]
fn only_what_can_begin_a_database_makes_its_file() {
    let project = Project::chain().variable("DATABASE_URL", "sqlite://mistyped.db");
    let session = project.session(&[
        "downgrade base",
        "downgrade",
        "--format json downgrade base --stored",
        "redo",
        "redo aaaa",
        "repair --applied",
        "repair aaaa --retry",
        "repair --accept-edit aaaa",
    ]);
    assert_screen!(session, "snapshots/nothing_to_take_back.txt");
    assert!(!project.path("mistyped.db").exists());
    for begins in [&["upgrade"][..], &["stamp", "head"], &["ensure-version"]] {
        let name = format!("{}.db", begins[0]);
        let url = format!("sqlite://{name}");
        let all = [&["--database-url", &url], begins].concat();
        assert!(project.run(&all).status.success(), "{begins:?}");
        assert!(project.path(&name).exists(), "{begins:?}");
    }
}

#[test]
fn alone_they_mean_head_and_one_step_down() {
    let project = Project::chain().variable("DATABASE_URL", "sqlite://app.db");
    assert_screen!(
        project.session(&["upgrade", "downgrade", "upgrade -v"]),
        "snapshots/alone.txt"
    );
}

#[test]
fn runs_are_reported_as_json() {
    let project = Project::chain().variable("DATABASE_URL", "sqlite://app.db");
    let session = project.session(&[
        "--format json plan upgrade",
        "-q --format json upgrade bbbb",
        "-q --format json redo",
        "-q --format json upgrade --dry-run",
        "-q --format json upgrade zzzz",
        "-q --format json stamp head",
    ]);
    assert_screen!(session, "snapshots/runs_json.txt");
}

#[test]
fn a_tag_and_arguments_stand_in_the_report() {
    let project = Project::chain().variable("DATABASE_URL", "sqlite://app.db");
    let session = project.session(&[
        "-q -x tenant=acme --format json upgrade +1 --tag \"deploy 17\"",
        "-q -x tenant=acme -x tenant=other --format json upgrade aaaa -x dry --tag again",
        "-q -x tenant=acme --format json upgrade -x dry --tag again",
        "-q -x tenant=acme --format json upgrade --tag idle",
        "downgrade --tag \"taken back\" -x a=b",
        "redo -x a=b --tag x",
        "-q --format json stamp head -x a=b --tag x",
        "upgrade --tag \"\"",
        "upgrade -x =b",
        "-x tenant=acme heads",
    ]);
    assert_screen!(session, "snapshots/tag.txt");
}

#[test]
fn redo_and_stamp() {
    let session = demo().session(&[
        "stamp billing",
        "stamp -1",
        "stamp heads --purge",
        "stamp base",
        "upgrade heads",
        "redo",
        "redo 6b0",
        "redo billing",
        "stamp geo f0f0",
    ]);
    assert_screen!(session, "snapshots/redo_and_stamp.txt");
}

/// The second redo must not take back what is below, with its rows.
#[test]
fn a_redo_that_failed_half_way_does_not_go_on_below() {
    let project = Project::chain().variable("DATABASE_URL", "sqlite://app.db");
    project.done(&["revision", "-m", "draft", "--rev-id", "dddd4444"]);
    let name = project.file_of("dddd4444");
    let draft = |sql: &str| {
        let text = project.read(&name);
        let (header, _) = text.split_once("-- migrate:up").expect("a section");
        project.write(
            &name,
            &format!("{header}-- migrate:up\n{sql}\n\n-- migrate:down\nDROP TABLE d;\n"),
        );
    };
    draft("CREATE TABLE d (id INTEGER);");
    project.run(&["upgrade"]);
    draft("CREATE TABLE d (id INTEGER REFERENCES);");
    let mut session = project.session(&["redo", "redo", "current", "--format json redo"]);
    draft("CREATE TABLE d (id INTEGER, more TEXT);");
    session += &project.session(&["upgrade dddd", "redo", "downgrade", "redo cccc"]);
    assert_screen!(session, "snapshots/redo_failed.txt");
}

/// The database says that it is at a revision which nobody has a file of any more.
#[test]
fn a_lost_head_is_left_behind_by_a_purge() {
    let project = Project::chain()
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada");
    project.run(&["upgrade"]);
    std::fs::remove_file(project.path("migrations/cccc3333.sql")).expect("a file");
    project.run(&["lock", "--amend", "cccc3333"]);
    let session = project.session(&[
        "status",
        "downgrade",
        "stamp head",
        "stamp head --purge",
        "current --check-heads",
        "stamp base --purge",
        "current",
        "stamp head",
        "stamp base",
        "stamp base --purge",
        "stamp base --purge",
    ]);
    assert_screen!(session, "snapshots/lost_head.txt");
}

#[test]
fn sql_that_fails_is_shown_where_it_stands() {
    let project = Project::chain().variable("DATABASE_URL", "sqlite://app.db");
    project.revision(
        "dddd4444",
        "cccc3333",
        "broken",
        "",
        "CREATE TABLE fine (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n",
        "DROP TABLE fine;\n",
    );
    let session = project.session(&["lock", "upgrade", "--format json upgrade", "upgrade cccc"]);
    assert_screen!(session, "snapshots/sql_failed.txt");
}

#[test]
fn a_draft_is_run_again_and_locked() {
    let project = Project::empty().variable("DATABASE_URL", "sqlite://app.db");
    project.run(&["init"]);
    project.run(&["revision", "-m", "create users", "--rev-id", "aaaa1111"]);
    let name = project.file_of("aaaa1111");
    let text = project
        .read(&name)
        .replace("up\n", "up\nCREATE TABLE users (id INTEGER);\n");
    project.write(&name, &text.replace("down\n", "down\nDROP TABLE users;\n"));
    let mut session = project.session(&["upgrade"]);
    project.write(
        &name,
        &project
            .read(&name)
            .replace("(id INTEGER)", "(id INTEGER, name TEXT)"),
    );
    session += &project.session(&["upgrade", "redo", "lock", "upgrade"]);
    assert_screen!(session, "snapshots/draft.txt");
}

#[test]
fn a_protected_environment_refuses_drafts_and_what_runs_stored_sql() {
    let project = Project::chain();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\"]\n[environments.production]\nurl = \"sqlite://prod.db\"\nprotected = true\n",
    );
    let mut session = project.session(&["--env production upgrade", "--env production redo"]);
    session += &project.session(&[
        "--env production downgrade --stored",
        "--env production downgrade",
    ]);
    project.run(&["revision", "-m", "draft", "--rev-id", "dddd4444"]);
    session += &project.session(&["--env production upgrade"]);
    assert_screen!(session, "snapshots/protected.txt");
}

#[test]
fn which_database_is_meant() {
    let project = Project::chain();
    let session = project.session(&[
        "upgrade",
        "--format json upgrade",
        "--env production upgrade",
        "--database-url oracle://x upgrade",
        "--database-url nonsense upgrade",
        "--database-url sqlite://a.db upgrade",
        "--database-url sqlite:///./b.db upgrade aaaa",
        "--database-url sqlite://missing/c.db upgrade",
        "--database-url sqlite:///migrations/c.db upgrade",
        "--database-url sqlite://migrations upgrade",
    ]);
    assert_screen!(session, "snapshots/which_database.txt");
    assert!(project.path("a.db").exists() && project.path("b.db").exists());
    let both = Project::chain()
        .variable("DATABASE_URL", "sqlite://variable.db")
        .variable("MIGRATE_ENV", "local");
    both.write(
        "migrate.toml",
        "[environments.local]\nurl = \"sqlite://local.db\"\n",
    );
    assert_screen!(
        both.session(&["upgrade", "--env nowhere upgrade"]),
        "snapshots/two_databases.txt"
    );
}

#[test]
fn a_server_that_cannot_be_reached_ends_with_5() {
    for (url, format) in [
        ("postgres://app:hunter2@127.0.0.1:1/shop", "human"),
        ("mysql://app:hunter2@127.0.0.1:1/shop", "json"),
        (
            "postgresql+asyncpg://app:hunter2@no-such-host.invalid/shop",
            "human",
        ),
    ] {
        let project = Project::chain().variable("DATABASE_URL", url);
        for command in ["upgrade", "status", "current", "downgrade"] {
            let output = project.run(&["--format", format, command]);
            let screen = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            assert_eq!(output.status.code(), Some(5), "{command}\n{screen}");
            assert!(
                !screen.contains("hunter2") && screen.contains("is the server running"),
                "{screen}"
            );
            assert_eq!(
                format == "json",
                screen.contains("\"class\": \"unreachable\""),
                "{screen}"
            );
        }
    }
}

#[test]
fn passwords_are_never_printed() {
    let project = Project::chain().variable(
        "DATABASE_URL",
        "postgres://app:hunter2@127.0.0.1:1/shop?sslpassword=hunter2",
    );
    for line in [
        "upgrade",
        "downgrade",
        "stamp head",
        "plan upgrade",
        "redo",
        "-v upgrade",
        "--format json upgrade",
        "init",
    ] {
        let session = project.session(&[line]);
        assert!(!session.contains("hunter2"), "{session}");
    }
    for url in [
        "postgres://app:hunter2@[::1",
        "mysql://app:hunter2@h:port/x",
        "oracle://app:hunter2@h/x",
        "app:hunter2@h/x",
    ] {
        let output = project.run(&["--database-url", url, "upgrade"]);
        let screen = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            !screen.contains("hunter2") && !screen.is_empty(),
            "{screen}"
        );
    }
}
