//! The final schema of a corpus, written out from nothing and loaded somewhere else, is the same schema: to us, and to the
//! dump of the server's own tool.

use std::path::Path;

use migrate::diff::{Renames, diff};
use migrate::render::{Options, render};
use migrate::schema::{Schema, compare};
use migrate::{Dialect, Run};

use super::Directory;
use super::introspection::{migrated, read};
use crate::chain::{Chain, block_on, run};
use crate::servers::{self, Server, TestDatabase};

/// A schema as a script that makes it out of nothing.
fn script(schema: &Schema) -> String {
    let empty = Schema::new(schema.dialect, &schema.default_namespace);
    let changes = diff(&empty, schema, &Renames::default());
    let statements = render(&changes, &Options::PLAIN).unwrap_or_else(|error| panic!("{error}"));
    let texts = statements.iter().map(|it| format!("{};\n", it.sql));
    texts.collect::<Vec<String>>().join("\n")
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

async fn rebuilt(server: &'static Server, name: &str, directory: &Directory) {
    let (one, other) = (
        server.database(name),
        server.database(&format!("{name}_again")),
    );
    migrated(directory, &one).await;
    let schema = read(&one).await;
    let script = script(&schema);
    other.sql(&script);
    let differences = compare(&read(&other).await, &schema);
    assert!(differences.is_empty(), "{differences:#?}\n{script}");
    let (expected, found) = (dumped(server, &one), dumped(server, &other));
    let missing: Vec<&String> = expected.iter().filter(|it| !found.contains(it)).collect();
    let more: Vec<&String> = found.iter().filter(|it| !expected.contains(it)).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing {missing:#?}\nmore {more:#?}\n{script}"
    );
}

#[tokio::test]
async fn temporal_on_mariadb() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    rebuilt(server, "rebuilt_temporal", &super::temporal::directory()).await;
}

#[tokio::test]
async fn crates_io_and_atuin_on_postgres() {
    let Some(server) = servers::postgres() else {
        return;
    };
    rebuilt(
        server,
        "rebuilt_crates_io",
        &super::crates_io::directory().0,
    )
    .await;
    let atuin = super::atuin::directory("server-postgres", Dialect::Postgres);
    rebuilt(server, "rebuilt_atuin", &atuin).await;
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
        upgraded(&one, after);
        let schema = block_on(read(&one));
        let script = script(&schema);
        upgraded(&other, &script);
        let differences = compare(&block_on(read(&other)), &schema);
        if !differences.is_empty() {
            failures.push(format!("{}\n{differences:#?}\n{script}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Runs a script as a revision, so that it needs no `DELIMITER`.
fn upgraded(database: &TestDatabase, script: &str) {
    let chain = Chain::of("\"mysql\"", &[(script.to_owned(), String::new())]);
    run(&chain, database.url(), Run::upgrade("head"))
        .unwrap_or_else(|failure| panic!("{failure}\n{script}"));
}
