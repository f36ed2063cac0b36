//! The final schema of a corpus, written out from nothing and run somewhere else, is the same schema: to us, and to the
//! dump of the server's own tool where there is one.

use std::path::Path;

use migrate::schema::{Schema, compare};
use migrate::{Dialect, Run};
use migrate_core::model::autogenerate::dump;

use super::Directory;
use super::introspection::{migrated, read};
use crate::chain::{Chain, block_on, run};
use crate::servers::{self, Server, TestDatabase};

/// A schema as a script that makes it out of nothing.
fn script(schema: &Schema) -> String {
    dump(schema).unwrap_or_else(|error| panic!("{error}"))
}

/// What makes a schema, run in `other` as one revision, makes it there; the script, for what else is said of it.
fn made_in(other: &TestDatabase, schema: &Schema) -> Result<String, String> {
    let script = script(schema);
    upgraded(other, schema.dialect, &script);
    let differences = compare(&block_on(read(other)), schema);
    if differences.is_empty() {
        Ok(script)
    } else {
        Err(format!("{differences:#?}\n{script}"))
    }
}

/// What the server's own tool dumps of a schema, without our own tables, sorted: the names of objects are what it sorts
/// by too, but the order of what depends on each other is that of their making.
fn dumped(server: &Server, database: &TestDatabase) -> Vec<String> {
    let mut command = match server.name() {
        "postgres" => {
            let mut command = std::process::Command::new("pg_dump");
            command
                .args(["--schema-only", "--no-owner"])
                .args(["--exclude-table", "schema_revisions*"])
                .args(["--dbname", database.url()]);
            command
        }
        _ => mariadb_dump(database),
    };
    let output = command.output().expect("the tool stands beside the client");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let is_said =
        |line: &&str| !line.is_empty() && !line.starts_with("--") && !line.starts_with('\\');
    // The order of the keys of a table on MariaDB is that of their making too, and the last line has no comma.
    let lines = text.lines().filter(is_said);
    let lines = lines.map(|line| line.trim_end_matches(',').to_owned());
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

/// `mariadb-dump` with the login of the client.
fn mariadb_dump(database: &TestDatabase) -> std::process::Command {
    let client = database.shell();
    let is_database = |argument: &str| argument.starts_with("--database");
    let login = client
        .get_args()
        .filter(|it| !is_database(&it.to_string_lossy()));
    let own = [
        "schema_revisions",
        "schema_revisions_log",
        "schema_revisions_lock",
    ];
    let mut command = std::process::Command::new("mariadb-dump");
    command
        .args(login)
        .args(["--no-data", "--routines", "--triggers", "--events"])
        .args(own.map(|table| format!("--ignore-table={}.{table}", database.name())))
        .arg(database.name())
        .envs(
            client
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    command
}

fn rebuilt(server: &'static Server, name: &str, directory: &Directory) {
    let (one, other) = (
        server.database(name),
        server.database(&format!("{name}_again")),
    );
    block_on(migrated(directory, &one));
    let schema = block_on(read(&one));
    assert!(!schema.is_empty());
    let script = made_in(&other, &schema).unwrap_or_else(|trouble| panic!("{trouble}"));
    // SQLite keeps the statements as they were typed.
    if server.name() == "sqlite" {
        return;
    }
    let (expected, found) = (dumped(server, &one), dumped(server, &other));
    let missing: Vec<&String> = expected.iter().filter(|it| !found.contains(it)).collect();
    let more: Vec<&String> = found.iter().filter(|it| !expected.contains(it)).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing {missing:#?}\nmore {more:#?}\n{script}"
    );
}

#[test]
fn atuin_on_sqlite() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    for part in ["client-sqlite", "server-sqlite", "scripts-sqlite"] {
        let atuin = super::atuin::directory(part, Dialect::Sqlite);
        rebuilt(server, "rebuilt_atuin", &atuin);
    }
}

#[test]
fn temporal_on_mariadb() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    rebuilt(server, "rebuilt_temporal", &super::temporal::directory());
}

#[test]
fn crates_io_and_atuin_on_postgres() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let (crates_io, _) = super::crates_io::directory();
    rebuilt(server, "rebuilt_crates_io", &crates_io);
    let atuin = super::atuin::directory("server-postgres", Dialect::Postgres);
    rebuilt(server, "rebuilt_atuin", &atuin);
}

/// What the pairs of MariaDB come to, each made out of nothing: every object and every option of a table.
#[test]
fn every_pair_of_mariadb() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pairs/mysql");
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the pairs") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a pair");
        let (_, after) = text.split_once("\n-- after\n").expect("a schema after");
        let (after, _) = after.split_once("\n-- up\n").expect("the way up");
        let (one, other) = (server.database("pair"), server.database("pair_again"));
        upgraded(&one, Dialect::Mysql, after);
        if let Err(trouble) = made_in(&other, &block_on(read(&one))) {
            failures.push(format!("{}\n{trouble}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Runs a script as a revision, so that it needs no `DELIMITER`.
fn upgraded(database: &TestDatabase, dialect: Dialect, script: &str) {
    let chain = Chain::of(
        &format!("\"{dialect}\""),
        &[(script.to_owned(), String::new())],
    );
    run(&chain, database.url(), Run::upgrade("head"))
        .unwrap_or_else(|failure| panic!("{failure}\n{script}"));
}
