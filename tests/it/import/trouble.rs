//! What can be wrong with the files of another tool, and with its table.

use super::{imported, project};
use crate::cli::{Project, assert_screen};
use crate::servers;

/// A directory `old` with these files, and the words of an import of it.
fn files(words: &str, files: &[(&str, &str)]) -> String {
    let project = Project::empty();
    for (name, text) in files {
        project.write(&format!("old/{name}"), text);
    }
    let screen = project.session(&[words]);
    let written = project
        .listing()
        .into_iter()
        .any(|name| !name.starts_with("old/"));
    assert!(!written, "a refused import has written something\n{screen}");
    screen
}

#[test]
fn files_that_make_no_history() {
    let up = "CREATE TABLE t (id INTEGER);\n";
    let python = |revision: &str, down: &str| {
        format!(
            "\"\"\"x\"\"\"\nrevision = {revision}\ndown_revision = {down}\n\ndef upgrade():\n    pass\n"
        )
    };
    let mut screen = String::new();
    for (tool, names) in [
        (
            "sqlx",
            vec![("1_a.sql", up.to_owned()), ("01_b.sql", up.to_owned())],
        ),
        ("sqlx", vec![("notes.txt", String::new())]),
        (
            "golang-migrate",
            vec![
                ("2_b.up.sql", up.to_owned()),
                ("2_b.up.pgsql", up.to_owned()),
            ],
        ),
        (
            "refinery",
            vec![("V1__a.sql", up.to_owned()), ("U1__b.sql", up.to_owned())],
        ),
        (
            "dbmate",
            vec![("1_a.sql", "-- migrate:down\n-- migrate:up\n".to_owned())],
        ),
        ("dbmate", vec![("1_a.sql", up.to_owned())]),
        (
            "goose",
            vec![
                ("1_a.sql", up.to_owned()),
                (
                    "2_b.sql",
                    "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n".to_owned(),
                ),
            ],
        ),
        (
            "goose",
            vec![("1_a.sql", "-- +goose Up\n-- +goose Sideways\n".to_owned())],
        ),
        (
            "diesel",
            vec![
                ("2024_a/up.sql", up.to_owned()),
                ("2024_a/metadata.toml", "run_in_transaction = \n".to_owned()),
            ],
        ),
        ("alembic", vec![("a.py", python("'aaaa'", "'bbbb'"))]),
        (
            "alembic",
            vec![
                ("a.py", python("'aaaa'", "None")),
                ("b.py", python("make_id()", "'aaaa'")),
            ],
        ),
        (
            "alembic",
            vec![
                ("a.py", python("'aaaa'", "None")),
                ("b.py", python("'aaaa'", "None")),
            ],
        ),
        (
            "alembic",
            vec![
                ("a.py", python("'aaaa'", "'bbbb'")),
                ("b.py", python("'bbbb'", "'aaaa'")),
            ],
        ),
        (
            "alembic",
            vec![
                ("env.py", String::new()),
                ("script.py", "x = 1\n".to_owned()),
            ],
        ),
    ] {
        let names: Vec<(&str, &str)> = names
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        screen += &files(
            &format!("import --from {tool} --dialect sqlite old"),
            &names,
        );
        screen.push('\n');
    }
    assert_screen!(screen, "snapshots/no-history.txt");
}

#[test]
fn words_that_do_not_fit() {
    let project = project("sqlx");
    let screen = project.session(&[
        "import --from sqlx",
        "import --from rails old/migrations",
        "import --from dieseI old/migrations",
        "import --from sqlx old/migrations",
        "import --from sqlx --dialect sqlite nowhere",
        "import --from sqlx --dialect sqlite --sql-file up.sql old/migrations",
        "import --from alembic --dialect sqlite --sql-file nowhere.sql old",
        "--dir old/migrations import --from sqlx --dialect sqlite old/migrations",
        "import --from sqlx --dialect sqlite old/migrations",
        "import --from sqlx --dialect sqlite old/migrations",
        "-q import --from sqlx --dialect sqlite --replace old/migrations",
        "revision -m more",
        "import --from sqlx --dialect sqlite --replace old/migrations",
    ]);
    assert_screen!(masked(&screen), "snapshots/words.txt");
}

/// Random ids and the time in names of new files.
fn masked(screen: &str) -> String {
    let mut masked = String::new();
    for line in screen.lines() {
        let words: Vec<String> = line
            .split(' ')
            .map(|word| match word.split_once("_more") {
                Some((before, rest)) => {
                    let dir = before.rsplit_once('/').map_or("", |(dir, _)| dir);
                    let slash = if dir.is_empty() { "" } else { "/" };
                    format!("{dir}{slash}[NEW]_more{rest}")
                }
                None => word.to_owned(),
            })
            .collect();
        let line = words.join(" ");
        let line = match line.split_once("revision ") {
            Some((before, rest)) if rest.contains(", on 0010, draft") => {
                format!("{before}revision [ID], on 0010, draft")
            }
            _ => line,
        };
        masked += &line;
        masked.push('\n');
    }
    masked
}

/// The texts that would be something else among our markers.
#[test]
fn texts_that_look_like_ours() {
    let project = Project::empty();
    project.write(
        "old/1_a.sql",
        "/* migrate:batch was here */\nINSERT INTO t VALUES ('\n-- migrate:down\n');\nBEGIN;\nSELECT 1;\nCOMMIT;\nSELECT 2;\n",
    );
    project.write("old/2_revision: 7.sql", "SELECT '${x}';\n");
    project.write("old/3_.sql", "SELECT 3\n-- the end");
    let mut screen = project.session(&["import --from sqlx --dialect sqlite old", "lock --check"]);
    for name in project.listing() {
        if name.starts_with("migrations/") && !name.ends_with(".lock") {
            screen += &format!("\n==== {name}\n{}", project.read(&name));
        }
    }
    assert_screen!(screen, "snapshots/look-alikes.txt");
}

const SQLX: &str =
    "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, success BOOLEAN NOT NULL);";

/// What the table of the other tool can say that cannot be adopted. Nothing is recorded then.
#[test]
fn tables_that_cannot_be_adopted() {
    let mut screen = String::new();
    for (tool, table, words) in [
        ("sqlx", String::new(), "adopt"),
        ("sqlx", String::new(), "adopt --from sqlx"),
        ("sqlx", SQLX.to_owned(), "adopt --from diesel"),
        ("sqlx", SQLX.to_owned(), "adopt --from diesel --table _sqlx_migrations"),
        ("sqlx", format!("{SQLX} INSERT INTO _sqlx_migrations VALUES (1, 1), (2, 0);"), "adopt"),
        ("sqlx", format!("{SQLX} INSERT INTO _sqlx_migrations VALUES (1, 1), (7, 1), (8, 1);"), "adopt"),
        ("sqlx", format!("{SQLX} INSERT INTO _sqlx_migrations VALUES (10, 1);"), "adopt"),
        (
            "sqlx",
            format!("{SQLX} CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, dirty BOOLEAN NOT NULL);"),
            "adopt",
        ),
        (
            "golang-migrate",
            "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (2, true)".to_owned(),
            "adopt",
        ),
    ] {
        let Some((project, database)) = imported(tool) else {
            return;
        };
        for statement in table.split_inclusive(';').filter(|text| !text.trim().is_empty()) {
            database.sql(statement);
        }
        screen += &project.session_on(&database, &[words, "-q current"]);
        screen.push('\n');
    }
    assert_screen!(screen, "snapshots/no-adopt.txt");
}

/// The other tool goes on for a while; then ours does, and the other one once more.
#[test]
fn adopting_again() {
    let Some((project, database)) = imported("sqlx") else {
        return;
    };
    database.sql(&format!(
        "{SQLX} INSERT INTO _sqlx_migrations VALUES (1, 1);"
    ));
    let mut screen = project.session_on(&database, &["-q adopt", "current"]);
    database.sql("INSERT INTO _sqlx_migrations VALUES (2, 1)");
    screen += &project.session_on(&database, &["adopt", "upgrade head", "adopt", "current"]);
    assert_screen!(screen, "snapshots/again.txt");
}

#[test]
fn a_table_of_another_name_in_another_schema() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let Some((project, _)) = imported("goose") else {
        return;
    };
    let database = server.database("adopt_schema");
    let project = project.variable("DATABASE_URL", database.url());
    database.sql(
        "CREATE SCHEMA app; \
         CREATE TABLE app.versions (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, version_id bigint NOT NULL, is_applied boolean NOT NULL); \
         INSERT INTO app.versions (version_id, is_applied) VALUES (0, true), (1, true)",
    );
    let screen = project.session_on(
        &database,
        &[
            "adopt",
            "adopt --from goose --table app.versions",
            "current",
        ],
    );
    assert_screen!(screen, "snapshots/schema.txt");
}

/// Whoever goes on with `upgrade` where `adopt` was meant is told.
#[test]
fn an_upgrade_where_the_tables_are_there_names_adopt() {
    let Some((project, database)) = imported("sqlx") else {
        return;
    };
    database.sql(&format!(
        "{SQLX} INSERT INTO _sqlx_migrations VALUES (1, 1);"
    ));
    database.sql("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
    let screen = project.session_on(&database, &["upgrade"]);
    assert!(screen.contains("`migrate-cli adopt`"), "{screen}");
}
