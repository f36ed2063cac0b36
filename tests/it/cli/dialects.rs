//! One project for several databases, and what of a database is looked at.

use super::{Project, told};
use crate::servers::{self, scratch_urls};

/// SQLite, PostgreSQL and MariaDB: one file has a section for each, and each database gets what it should.
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
#[test]
fn one_project_for_three_databases() {
    let Some(three) = servers::all_three() else {
        return;
    };
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\", \"mysql\"]\nfile_template = \"{revision}\"\n\n[schema]\n\
         files = { sqlite = \"lite.sql\", postgres = [\"types.sql\", \"post.sql\"], mysql = \"maria.sql\" }\n\
         dump = { sqlite = \"dumps/lite.sql\", postgres = \"dumps/post.sql\", mysql = \"dumps/maria.sql\" }\n",
    );
    project.write("migrations/.keep", "");
    project.done(&["lock"]);
    project.write("types.sql", "CREATE TYPE mood AS ENUM ('sad', 'glad');\n");
    let wanted = |lite: &str, post: &str, maria: &str| {
        project.write("lite.sql", lite);
        project.write("post.sql", post);
        project.write("maria.sql", maria);
    };
    let servers = scratch_urls(&three);
    let generate = |message: &str, id: &str| {
        let words = ["revision", "--autogenerate", "-m", message, "--rev-id", id];
        project.json(&[&words[..], &servers].concat())
    };
    wanted(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mood TEXT CHECK (mood IN ('sad', 'glad')));\n",
        "CREATE TABLE users (id integer PRIMARY KEY, mood mood);\n",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mood ENUM('sad', 'glad'));\n",
    );
    let (said, exit) = generate("users", "a1");
    assert_eq!(exit, 0, "{said:#}");
    // PostgreSQL has two stages here, the others do all of it in the first.
    wanted(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mood TEXT NOT NULL CHECK (mood IN ('sad', 'glad')));\nCREATE INDEX ix_mood ON users (mood);\n",
        "CREATE TABLE users (id integer PRIMARY KEY, mood mood NOT NULL);\nCREATE INDEX ix_mood ON users (mood);\n",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mood ENUM('sad', 'glad') NOT NULL);\nCREATE INDEX ix_mood ON users (mood);\n",
    );
    let (said, exit) = generate("stricter", "b2");
    assert_eq!(exit, 0, "{said:#}");
    let dialects = told(&said["databases"], "dialect");
    assert_eq!(dialects, ["sqlite", "postgres", "mariadb"]);
    assert_eq!(
        said["written"].as_array().map(Vec::len),
        Some(2),
        "{said:#}"
    );
    assert_eq!(said["dumped"].as_array().map(Vec::len), Some(3), "{said:#}");
    let second = said["written"][1]["file"].as_str().expect("a file");
    let text = project.read(second);
    for marker in [
        "-- migrate:up dialect:sqlite\n-- migrate:empty nothing to do here\n",
        "-- migrate:up dialect:postgres transaction:false\n",
        "-- migrate:up dialect:mysql\n-- migrate:empty nothing to do here\n",
    ] {
        assert!(text.contains(marker), "{marker}: {text}");
    }
    project.done(&["lock"]);
    let dumped = project.done(&[&["schema", "dump", "--check"][..], &servers].concat());
    assert_eq!(dumped.matches("up to date").count(), 3, "{dumped}");
    for server in three {
        let database = server.database("three");
        let on = |words: &[&str]| {
            let url = ["--database-url", database.url()];
            project.done(&[words, &url, &servers].concat())
        };
        let plain =
            |words: &[&str]| project.done(&[words, &["--database-url", database.url()]].concat());
        plain(&["upgrade", "a1"]);
        database.sql("INSERT INTO users VALUES (1, 'glad')");
        plain(&["upgrade"]);
        let checked = on(&["check"]);
        for part in ["drift", "schema"] {
            assert!(
                checked.contains(&format!("passed   {part}\n")),
                "{}: {checked}",
                server.name()
            );
        }
        plain(&["downgrade", "a1"]);
        assert_eq!(
            database.sql("SELECT mood FROM users"),
            "glad\n",
            "{}",
            server.name()
        );
    }
    // One of the servers is missing: nothing is half done.
    let words = ["revision", "--autogenerate", "-m", "more"];
    let (said, exit) = project.json(&[&words[..], &scratch_urls(&three[2..])].concat());
    assert_eq!(exit, 1);
    assert_eq!(
        said["error"]["message"],
        "the project is written for postgres too, and there is no server to try the SQL on"
    );
}

/// A URL does not tell MariaDB from MySQL, and the configuration does.
#[cfg(all(feature = "sqlite", feature = "mysql"))]
#[test]
fn mariadb_is_called_as_the_project_calls_it() {
    let Some(mariadb) = servers::mariadb() else {
        return;
    };
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"mariadb\"]\n\n[schema]\n\
         files = { sqlite = \"lite.sql\", mariadb = \"maria.sql\" }\ndump = { mariadb = \"dumped.sql\" }\n",
    );
    project.revision(
        "aaaa1111",
        "none",
        "create users",
        "",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name INTEGER);\n",
        "DROP TABLE users;\n",
    );
    project.done(&["lock"]);
    project.write(
        "lite.sql",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name INTEGER);\n",
    );
    // Another order of the columns is a remark, another column a finding.
    project.write(
        "maria.sql",
        "CREATE TABLE users (name INTEGER, id INTEGER PRIMARY KEY, mail INTEGER);\n",
    );
    let servers = scratch_urls(&[mariadb]);
    let (checked, exit) = project.json(&[&["check"][..], &servers].concat());
    let parts = checked["parts"].as_array().expect("the parts");
    let schema = parts.iter().find(|part| part["part"] == "schema");
    let schema = schema.expect("the part").clone();
    let findings = told(&schema["findings"], "message");
    assert_eq!((exit, findings.len()), (3, 1), "{checked:#}");
    assert!(findings[0].starts_with("mariadb: "), "{findings:?}");
    let remark = schema["remarks"][0].as_str().unwrap_or_default();
    assert!(remark.starts_with("mariadb: "), "{schema:#}");
    // The files that are named for it are its own.
    let dumped = project.done(&[&["schema", "dump"][..], &servers].concat());
    assert!(dumped.contains("dumped.sql"), "{dumped}");
}

/// What a filter leaves out, what belongs to an extension and what other tools keep is nobody's difference.
#[cfg(feature = "postgres")]
#[test]
fn what_it_does_not_own_is_left_alone() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("owned");
    let project = Project::empty().variable("DATABASE_URL", database.url());
    let toml = |schema: &str| project.wants("postgres", "", schema);
    toml("exclude = [\"audit_*\", \"legacy.*\"]\n");
    project.revision(
        "aaaa1111",
        "none",
        "create users",
        "",
        "CREATE EXTENSION IF NOT EXISTS citext;\n\
         CREATE TABLE users (id integer PRIMARY KEY, mail citext);\n\
         CREATE TABLE audit_users (id integer);\n\
         CREATE SCHEMA legacy;\nCREATE TABLE legacy.users (id integer);\n",
        "DROP SCHEMA legacy CASCADE;\nDROP TABLE audit_users;\nDROP TABLE users;\nDROP EXTENSION citext;\n",
    );
    project.done(&["lock"]);
    // Nothing of what is filtered is wanted: it is not dropped either.
    project.write(
        "schema.sql",
        "CREATE EXTENSION citext;\nCREATE TABLE users (id integer PRIMARY KEY, mail citext);\n",
    );
    let said = project.done(&["revision", "--autogenerate", "-m", "more"]);
    assert!(said.contains("nothing to do"), "{said}");
    project.done(&["upgrade"]);
    // What others do to the database: a trigram index of the administrator, the table of another tool, their audit.
    database.sql(
        "CREATE EXTENSION pgcrypto; CREATE TABLE alembic_version (version_num text); CREATE TABLE flyway_schema_history (x int); \
         CREATE TABLE audit_more (id int); CREATE TABLE legacy.more (id int)",
    );
    let (compared, exit) = project.json(&["diff", "head", "database"]);
    let texts = told(&compared["differences"], "text");
    assert_eq!((texts, exit), (vec!["extension pgcrypto is added"], 3));
    let dump = project.done(&["schema", "dump", "database"]);
    for word in ["alembic", "flyway", "audit", "legacy", "crypt(", "citext_"] {
        assert!(!dump.contains(word), "{word}: {dump}");
    }
    // The other way round: only what is included.
    toml("include = [\"audit_*\"]\n");
    let (compared, exit) = project.json(&["diff", "head", "database"]);
    assert_eq!(exit, 3, "{compared:#}");
    assert_eq!(
        compared["differences"][0]["text"],
        "table audit_more is added"
    );
    assert_eq!(
        compared["differences"].as_array().map(Vec::len),
        Some(1),
        "{compared:#}"
    );
}

/// Schemas besides the default one.
#[cfg(feature = "postgres")]
#[test]
fn several_schemas() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("schemas");
    let project = Project::empty().variable("DATABASE_URL", database.url());
    let toml = |schema: &str| project.wants("postgres", "file_template = \"{revision}\"\n", schema);
    toml("");
    project.write("migrations/.keep", "");
    project.done(&["lock"]);
    project.write(
        "schema.sql",
        "CREATE TABLE users (id integer PRIMARY KEY);\nCREATE SCHEMA billing;\n\
         CREATE TABLE billing.users (id integer PRIMARY KEY REFERENCES users);\n\
         CREATE SCHEMA other;\nCREATE TABLE other.things (id integer);\n",
    );
    project.done(&["revision", "--autogenerate", "-m", "all", "--rev-id", "a1"]);
    let text = project.read("migrations/a1.sql");
    for sql in [
        "CREATE SCHEMA billing",
        "CREATE TABLE billing.users",
        "CREATE TABLE other.things",
    ] {
        assert!(text.contains(sql), "{sql}: {text}");
    }
    project.done(&["lock"]);
    project.done(&["upgrade"]);
    let checked = project.done(&["check"]);
    assert!(
        checked.contains("passed   drift\n") && checked.contains("passed   schema\n"),
        "{checked}"
    );
    // A schema of somebody else is nobody's drift: the revisions do not make it.
    database.sql("CREATE SCHEMA stranger; CREATE TABLE stranger.x (id int)");
    let checked = project.done(&["check"]);
    assert!(checked.contains("passed   drift\n"), "{checked}");
    // Only one of them is looked at.
    toml("schemas = [\"billing\"]\n");
    database.sql("DROP TABLE other.things; ALTER TABLE billing.users ADD COLUMN x int");
    let (compared, _) = project.json(&["diff", "head", "database"]);
    let texts = told(&compared["differences"], "text");
    assert_eq!(texts, ["column billing.users.x is added"]);
}
