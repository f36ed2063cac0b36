//! `check`: each part passed, failed, or not run with the reason.

use super::{Project, assert_screen, told};
use crate::servers;

#[cfg(feature = "sqlite")]
#[test]
fn part_by_part() {
    let project = Project::chain();
    let mut session = project.session(&["check", "--format json check"]);
    // A draft, then a second head.
    project.revision(
        "dddd4444",
        "cccc3333",
        "draft",
        "",
        "CREATE TABLE d (id INT);\n",
        "DROP TABLE d;\n",
    );
    session += &project.session(&["check", "-q lock", "-q check"]);
    project.revision(
        "eeee5555",
        "bbbb2222",
        "other",
        "",
        "CREATE TABLE e (id INT);\n",
        "DROP TABLE e;\n",
    );
    session += &project.session(&[
        "-q lock",
        "check",
        "-q merge --rev-id ffff6666",
        "-q lock",
        "-q check",
    ]);
    // An edit of history.
    let text = project
        .read("migrations/aaaa1111.sql")
        .replace("users", "persons");
    project.write("migrations/aaaa1111.sql", &text);
    session += &project.session(&["check"]);
    assert_screen!(session, "snapshots/check.txt");
}

#[cfg(feature = "sqlite")]
#[test]
fn a_broken_project_is_said_and_nothing_is_left_out() {
    let project = Project::chain();
    project.revision(
        "dddd4444",
        "zzzz9999",
        "orphan",
        "",
        "CREATE TABLE d (id INT);\n",
        "DROP TABLE d;\n",
    );
    assert_screen!(project.session(&["check"]), "snapshots/check_broken.txt");
}

/// What was done to the database by hand is found, on every database; what is only recorded is no drift.
#[test]
fn drift_is_told_object_by_object() {
    for server in servers::each() {
        let database = server.database("drift");
        let project = Project::empty().variable("DATABASE_URL", database.url());
        project.write(
            "migrate.toml",
            &format!("[migrations]\ndialects = [\"{}\"]\n", server.name()),
        );
        project.revision(
            "aaaa1111",
            "none",
            "create users",
            "",
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(90));\nCREATE INDEX ix_email ON users (email);\n",
            "DROP TABLE users;\n",
        );
        project.revision(
            "bbbb2222",
            "aaaa1111",
            "create posts",
            "",
            "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n",
            "DROP TABLE posts;\n",
        );
        assert!(project.run(&["lock"]).status.success());
        assert!(project.run(&["upgrade", "aaaa"]).status.success());
        let drift = |exit: i32| {
            let (json, ended) = project.json(&["check"]);
            assert_eq!(ended, exit, "{json:#}");
            let parts = json["parts"].as_array().expect("parts").clone();
            parts
                .into_iter()
                .find(|part| part["part"] == "drift")
                .expect("drift")
        };
        // What the tool before us has left is its own.
        database.sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)");
        assert_eq!(
            drift(0)["verdict"],
            "passed",
            "at an older revision it is as that revision makes it"
        );
        database.sql("ALTER TABLE users ADD COLUMN age INTEGER");
        database.sql("CREATE TABLE stray (id INTEGER)");
        match server.name() {
            "mysql" => drop(database.sql("DROP INDEX ix_email ON users")),
            _ => drop(database.sql("DROP INDEX ix_email")),
        }
        let found = drift(3);
        let messages = told(&found["findings"], "message");
        assert_eq!(
            messages,
            [
                "table stray is in the database and not in the migrations",
                "column users.age is in the database and not in the migrations",
                "index ix_email on users is in the migrations and not in the database",
            ],
            "on {}",
            server.name()
        );
    }
}

#[cfg(feature = "postgres")]
#[test]
fn a_protected_server_gets_no_throw_away_databases() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("protected");
    let project = Project::empty().variable("PROD_URL", database.url());
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"postgres\"]\n[environments.production]\nurl = { env = \"PROD_URL\" }\nprotected = true\n",
    );
    project.revision(
        "aaaa1111",
        "none",
        "create users",
        "",
        "CREATE TABLE users (id int);\n",
        "DROP TABLE users;\n",
    );
    assert!(project.run(&["lock"]).status.success());
    let check = project.run(&["--env", "production", "check"]);
    let text = String::from_utf8_lossy(&check.stdout);
    assert!(
        text.contains("not run  drift: the environment is protected, and no other server is named"),
        "{text}"
    );
    let session = project.session(&["-q --env production verify"]);
    assert_screen!(session, "snapshots/verify_protected.txt");
    // Another server is named: here the same one by another way.
    let output = project.run(&[
        "--env",
        "production",
        "check",
        "--scratch-url",
        server.url(),
    ]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("passed   drift"), "{text}");
}

/// Who names a database wants to know of it; the other parts are shown all the same.
#[test]
fn a_database_that_cannot_be_reached_hides_no_other_part() {
    let project = Project::chain();
    let session = project.session(&[
        "--database-url sqlite://no/such/folder/app.db check",
        "--format json --database-url sqlite://no/such/folder/app.db check",
    ]);
    assert_screen!(session, "snapshots/check_unreachable.txt");
}

/// A desired schema that cannot be had fails its own part.
#[cfg(feature = "sqlite")]
#[test]
fn a_desired_schema_that_cannot_be_had_hides_no_other_part() {
    let project = Project::chain();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\"]\n\n[schema]\nfiles = [\"wanted.sql\"]\n",
    );
    let mut session = project.session(&["check"]);
    project.write("wanted.sql", "CREATE TABEL users (id INT);\n");
    session += &project.session(&["check"]);
    project.write(
        "wanted.sql",
        "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
    );
    session += &project.session(&["check", "--format json check"]);
    assert_screen!(session, "snapshots/check_schema.txt");
}
