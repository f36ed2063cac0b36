//! Revisions in two stages, as PostgreSQL takes them: from the desired schema to a database and back.

use super::Project;
use crate::servers;

/// A table with rows gets an index, a reference and a NOT NULL: what takes long stands in a revision of its own.
fn project() -> Project {
    let project = Project::empty();
    project.wants(
        "postgres",
        "file_template = \"{slug}.md/{revision}\"\nrecursive = true\n",
        "",
    );
    project.revision(
        "aaaa1111",
        "none",
        "create users",
        "",
        "CREATE TABLE teams (id integer PRIMARY KEY);\nCREATE TABLE users (id integer PRIMARY KEY, team integer, mail text);\n",
        "DROP TABLE users;\nDROP TABLE teams;\n",
    );
    project.done(&["lock"]);
    project.write(
        "schema.sql",
        "CREATE TABLE teams (id integer PRIMARY KEY);\n\
         CREATE TABLE users (id integer PRIMARY KEY, team integer REFERENCES teams, mail text NOT NULL);\n\
         CREATE INDEX ix_users_mail ON users (mail);\n",
    );
    project
}

#[test]
fn up_down_and_in_between() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("stages");
    let project = project().variable("DATABASE_URL", database.url());
    project.done(&["upgrade"]);
    database
        .sql("INSERT INTO teams VALUES (1); INSERT INTO users VALUES (1, 1, 'a'), (2, NULL, 'b')");
    let before = database.schema();

    let words = [
        "revision",
        "--autogenerate",
        "-m",
        "stricter",
        "--rev-id",
        "b2",
    ];
    let (said, exit) = project.json(&words);
    assert_eq!(exit, 0, "{said:#}");
    let files: Vec<String> = said["written"]
        .as_array()
        .expect("files")
        .iter()
        .filter_map(|it| it["file"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(files.len(), 2, "{said:#}");
    assert!(
        files[1].starts_with("migrations/stricter_online_part"),
        "{files:?}"
    );
    let (first, second) = (project.read(&files[0]), project.read(&files[1]));
    assert!(
        first.contains("-- revision: b2\n-- down_revision: aaaa1111\n"),
        "{first}"
    );
    assert!(second.contains("\n-- down_revision: b2\n"), "{second}");
    assert!(
        first.contains("NOT VALID") && !first.contains("CONCURRENTLY"),
        "{first}"
    );
    assert!(
        second.contains("-- migrate:up transaction:false\n")
            && second.contains("CREATE INDEX CONCURRENTLY ix_users_mail")
            && second.contains("VALIDATE CONSTRAINT"),
        "{second}"
    );
    project.done(&["lock"]);
    project.done(&["upgrade"]);
    let after = database.schema();
    assert_ne!(before, after);
    let checked = project.done(&["check"]);
    for part in ["lock", "heads", "drift", "schema"] {
        assert!(checked.contains(&format!("passed   {part}\n")), "{checked}");
    }
    assert!(
        project
            .done(&["revision", "--autogenerate", "-m", "more"])
            .contains("nothing to do")
    );

    project.done(&["downgrade", "-1"]);
    let between = database.schema();
    assert!(between != before && between != after, "{between:?}");
    let located = project.done(&["diff", "--locate"]);
    assert!(located.contains("equals   b2"), "{located}");
    project.done(&["upgrade"]);
    assert_eq!(after, database.schema());
    project.done(&["downgrade", "aaaa"]);
    assert_eq!(before, database.schema());
    assert_eq!(database.sql("SELECT count(*) FROM users"), "2\n");
    project.done(&["verify"]);
}

/// What keeps the second file from being written takes the first one back.
#[test]
fn both_are_written_or_none() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let project = project().variable("MIGRATE_SCRATCH_URL", server.url());
    let lock = project.read("migrations/revisions.lock");
    // A file stands where a folder is to be made.
    project.write("migrations/stricter_online_part.md", "");
    let before = project.listing();
    let (said, exit) = project.json(&["revision", "--autogenerate", "-m", "stricter"]);
    assert_eq!(
        (exit, said["error"]["class"].as_str()),
        (1, Some("config")),
        "{said:#}"
    );
    let file = said["error"]["file"].as_str().expect("a file");
    assert!(
        file.starts_with("migrations/stricter_online_part.md/"),
        "{said:#}"
    );
    assert_eq!(said["error"]["notes"][0], "nothing was changed");
    assert_eq!(before, project.listing());
    assert_eq!(lock, project.read("migrations/revisions.lock"));
}
