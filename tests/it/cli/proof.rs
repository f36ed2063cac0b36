//! What the proof of `revision --autogenerate` finds: then nothing is written.

use super::{Project, assert_screen};
use crate::servers;

/// Rows may be in the way of what is stricter than it was: that is for a person to say, in the file too.
#[cfg(feature = "sqlite")]
#[test]
fn rows_that_may_not_fit() {
    let project = Project::empty();
    project.wants("sqlite", "file_template = \"{revision}\"\n", "");
    project.revision(
        "aaaa1111",
        "none",
        "create flags",
        "",
        "CREATE TABLE flags (id INTEGER PRIMARY KEY, raised BOOLEAN NOT NULL);\n",
        "DROP TABLE flags;\n",
    );
    project.done(&["lock"]);
    // A rebuild by this table's rules would leave rows out without a word.
    project.write(
        "schema.sql",
        "CREATE TABLE flags (id INTEGER PRIMARY KEY, raised BOOLEAN NOT NULL UNIQUE ON CONFLICT IGNORE);\n",
    );
    let mut session = project.session(&["revision --autogenerate -m \"one flag\" --rev-id b2"]);
    let text = project.read("migrations/b2.sql");
    let (_, sections) = text.split_once("\n\n").expect("a header");
    session += sections;
    assert_screen!(session, "snapshots/proof_rows.txt");
}

/// A database that does more than it is told: an event trigger that the revisions have made.
#[cfg(feature = "postgres")]
#[test]
fn a_database_that_meddles() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let meddling = [
        (
            "a column of its own",
            "IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'seen') THEN ALTER TABLE users ADD COLUMN seen boolean; END IF;",
            [
                "postgres: column users.seen is there after the up and should not be",
                "postgres: column users.seen is there after the down and should not be",
                "",
            ],
        ),
        (
            "rows that go",
            "DELETE FROM users WHERE id = 2;",
            [
                "postgres: the rows of users are not the same after the up",
                "postgres: after the up: the values of users.age should have become NULL, 1, 2, and are NULL, 1",
                "postgres: the rows of users are not the same after the down",
            ],
        ),
        (
            "values that are others",
            "UPDATE users SET age = 0 WHERE age::text = '1';",
            [
                "postgres: after the up: the values of users.age should have become NULL, 1, 2, and are NULL, 0, 2",
                "",
                "",
            ],
        ),
    ];
    for (what, body, expected) in meddling {
        let project = Project::empty().variable("MIGRATE_SCRATCH_URL", server.url());
        let function = format!(
            "CREATE FUNCTION meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;\n"
        );
        project.wants("postgres", "", "");
        let users = "CREATE TABLE users (id integer PRIMARY KEY, age text);\n";
        let trigger = "CREATE EVENT TRIGGER meddle ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION meddle();\n";
        project.revision(
            "aaaa1111",
            "none",
            "create users",
            "",
            &format!("{users}{function}{trigger}"),
            "DROP EVENT TRIGGER meddle;\nDROP FUNCTION meddle;\nDROP TABLE users;\n",
        );
        project.done(&["lock"]);
        project.write(
            "schema.sql",
            &format!(
                "{}{function}{trigger}",
                users.replace("age text", "age integer")
            ),
        );
        let before = project.listing();
        let (said, exit) = project.json(&["revision", "--autogenerate", "-m", "age is a number"]);
        assert_eq!(exit, 1, "{what}: {said:#}");
        assert_eq!(
            said["error"]["message"],
            "the generated revision does not do what it should: nothing is written",
            "{what}"
        );
        let notes: Vec<&str> = said["error"]["notes"]
            .as_array()
            .expect("notes")
            .iter()
            .filter_map(|it| it.as_str())
            .collect();
        let expected: Vec<&str> = expected.into_iter().filter(|it| !it.is_empty()).collect();
        assert_eq!(notes, expected, "{what}");
        // What was tried is shown all the same.
        let sql = said["report"]["revisions"][0]["sections"][0]["sql"].to_string();
        assert!(sql.contains("age TYPE integer"), "{what}: {sql}");
        assert_eq!(before, project.listing(), "{what}");
    }
}

/// Values of another type afterwards are those that the database makes of them.
#[test]
fn values_in_columns_of_another_type() {
    for server in servers::each() {
        let kind = server.name();
        let (types, before, after) = match kind {
            "sqlite" => (
                "",
                "n TEXT, s INTEGER, r INTEGER, b TEXT, d DATE",
                "n INTEGER, s TEXT, r REAL, b BLOB, d TEXT",
            ),
            "postgres" => (
                "CREATE TYPE mood AS ENUM ('1', '2', '3');\n",
                "n text, s integer, r integer, b date, d timestamp, e text, u text, j json",
                "n integer, s text, r numeric(10,2), b timestamptz, d date, e mood, u bigint, j jsonb",
            ),
            _ => (
                "",
                "n VARCHAR(20), s INTEGER, r INTEGER, b DATE, d DATETIME, e ENUM('x', 'y'), u INTEGER, j VARCHAR(20)",
                "n INTEGER, s VARCHAR(20), r DECIMAL(10,2), b DATETIME, d DATE, e VARCHAR(10), u BIGINT UNSIGNED, j VARBINARY(20)",
            ),
        };
        let project = Project::empty().variable("MIGRATE_SCRATCH_URL", server.url());
        project.wants(kind, "", "");
        let create =
            |columns: &str| format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {columns});\n");
        project.revision(
            "aaaa1111",
            "none",
            "t",
            "",
            &create(before),
            "DROP TABLE t;\n",
        );
        project.done(&["lock"]);
        project.write("schema.sql", &format!("{types}{}", create(after)));
        let (said, exit) = project.json(&[
            "revision",
            "--autogenerate",
            "-m",
            "types",
            "--allow-destructive",
        ]);
        assert_eq!(exit, 0, "{kind}: {said:#}");
        let on = &said["databases"][0];
        assert_eq!(
            (&on["rows_kept"], &on["warnings"]),
            (&1.into(), &serde_json::Value::Null),
            "{kind}: {said:#}"
        );
    }
}
