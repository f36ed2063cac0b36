//! `schema dump`: of what, where to, and that it is the same text always.

use super::{Project, assert_screen};
use crate::servers;

#[cfg(feature = "sqlite")]
#[test]
fn of_what_and_where_to() {
    let project = Project::chain().variable("DATABASE_URL", "sqlite://app.db");
    project.write(
        "wanted.sql",
        "create table   users (id integer primary key); create index i on users(id);\n",
    );
    let mut session = project.session(&[
        "schema dump",
        "schema dump bbbb",
        "schema dump base",
        "schema dump wanted.sql",
        "-q upgrade aaaa",
        "schema dump database",
        "--format json schema dump aaaa",
        "schema dump --check",
        "schema dump schema",
        "schema dump nothing",
        "schema dump nothing.sql",
        "schema dump nothing.db",
        "schema dump /",
        "schema dump -o out/schema.sql --check",
        "schema dump -o out/schema.sql",
        "schema dump -o out/schema.sql",
        "-q schema dump -o out/schema.sql --check",
        "schema dump aaaa -o out/schema.sql --check",
        "--format json schema dump aaaa -o out/schema.sql --check",
    ]);
    // Line breaks of another system are no difference.
    let text = project.read("out/schema.sql").replace('\n', "\r\n");
    project.write("out/schema.sql", &text);
    project.write("in_the_way", "");
    session += &project.session(&[
        "schema dump -o out/schema.sql --check",
        "schema dump -o in_the_way/schema.sql",
    ]);
    // A project that does not say for which database it is.
    let plain = Project::chain();
    plain.write("migrate.toml", "");
    session += &plain.session(&["-q schema dump", "-q schema dump aaaa --dialect sqlite"]);
    assert_screen!(session, "snapshots/dump.txt");
}

/// It stands where the configuration says, is renewed by the commands that say so, and read by none.
#[cfg(feature = "sqlite")]
#[test]
fn a_configured_dump_is_kept() {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\"]\nfile_template = \"{revision}\"\n\n[schema]\nfiles = [\"wanted.sql\"]\ndump = \"migrations/schema.sql\"\n",
    );
    project.write(
        "wanted.sql",
        "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
    );
    project.write("migrations/.keep", "");
    let mut session = project.session(&[
        "lock",
        "schema dump --check",
        "revision --autogenerate -m users --rev-id a1",
        "schema dump --check",
    ]);
    session += &project.read("migrations/schema.sql");
    session += "\n";
    // A revision by hand leaves it stale until somebody dumps.
    project.revision(
        "b2",
        "a1",
        "posts",
        "",
        "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n",
        "DROP TABLE posts;\n",
    );
    session += &project.session(&[
        "lock",
        "schema dump --check",
        "--format json schema dump --check",
        "schema dump",
        "schema dump",
        "heads",
    ]);
    session += &project.read("migrations/schema.sql");
    session += "\n";
    // Two databases, one file.
    std::fs::remove_file(project.path("migrations/schema.sql")).expect("a file");
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\"]\n\n[schema]\ndump = \"migrations/schema.sql\"\n",
    );
    session += &project.session(&["schema dump"]);
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\"]\n\n[schema]\ndump = { sqlite = \"one.sql\", postgres = \"other.sql\" }\n",
    );
    session += &project.session(&[
        "schema dump",
        "schema dump --check",
        "schema dump --dialect sqlite --check",
    ]);
    assert_screen!(session, "snapshots/dump_kept.txt");
}

/// On every database: the same text from the revisions, from a database at them, and from itself.
#[test]
fn the_same_text_for_the_same_schema() {
    for server in servers::each() {
        let kind = server.name();
        let database = server.database("dumped");
        let project = Project::empty().variable("DATABASE_URL", database.url());
        project.write(
            "migrate.toml",
            &format!("[migrations]\ndialects = [\"{kind}\"]\n"),
        );
        project.revision(
            "aaaa1111",
            "none",
            "create users",
            "",
            "CREATE TABLE zebras (id INTEGER PRIMARY KEY);\n\
             CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(90) NOT NULL UNIQUE, zebra INTEGER REFERENCES zebras (id), CHECK (id > 0));\n\
             CREATE INDEX ix_users_zebra ON users (zebra);\n\
             CREATE VIEW mails AS SELECT email FROM users;\n",
            "DROP VIEW mails;\nDROP TABLE users;\nDROP TABLE zebras;\n",
        );
        project.done(&["lock"]);
        project.done(&["upgrade"]);
        let revisions = project.done(&["schema", "dump"]);
        assert_eq!(revisions, project.done(&["schema", "dump"]), "{kind}");
        let live = project.done(&["schema", "dump", "database"]);
        assert_eq!(revisions, live, "{kind}");
        project.write("dump.sql", &revisions);
        let itself = project.done(&["schema", "dump", "dump.sql"]);
        assert_eq!(revisions, itself, "{kind}");
        let (compared, exit) = project.json(&["diff", "head", "dump.sql"]);
        assert_eq!(exit, 0, "{kind}: {compared:#}");
        // The order of what is made does not show.
        assert!(
            revisions.find("TABLE zebras") < revisions.find("TABLE users"),
            "{kind}: what is referred to comes first: {revisions}"
        );
        for word in ["mails", "ix_users_zebra"] {
            assert!(revisions.contains(word), "{kind}: {revisions}");
        }
        assert!(
            !revisions.contains("schema_revisions"),
            "{kind}: {revisions}"
        );
    }
}
