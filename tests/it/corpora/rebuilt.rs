//! The final schema of a corpus, written out from nothing and loaded somewhere else, is the same schema: to us, and to the
//! dump of the server's own tool.

use migrate::Dialect;
use migrate::diff::{Renames, diff};
use migrate::render::{Options, render};
use migrate::schema::{Schema, compare};

use super::Directory;
use super::introspection::{migrated, read};
use crate::servers::{self, Server, TestDatabase};

/// A schema as a script that makes it out of nothing.
fn script(schema: &Schema) -> String {
    let empty = Schema::new(schema.dialect, &schema.default_namespace);
    let changes = diff(&empty, schema, &Renames::default());
    let statements = render(&changes, &Options::PLAIN).unwrap_or_else(|error| panic!("{error}"));
    let texts = statements.iter().map(|it| format!("{};\n", it.sql));
    texts.collect::<Vec<String>>().join("\n")
}

/// What `pg_dump` says of a schema, without our own tables, sorted: the names of objects are what it sorts by too, but the
/// order of what depends on each other is that of their making.
fn dumped(database: &TestDatabase) -> Vec<String> {
    let output = std::process::Command::new("pg_dump")
        .args(["--schema-only", "--no-owner"])
        .args(["--exclude-table", "schema_revisions*"])
        .args(["--dbname", database.url()])
        .output()
        .expect("pg_dump, which stands beside psql");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let is_said =
        |line: &&str| !line.is_empty() && !line.starts_with("--") && !line.starts_with('\\');
    let mut lines: Vec<String> = text.lines().filter(is_said).map(str::to_owned).collect();
    lines.sort();
    lines
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
    let (expected, found) = (dumped(&one), dumped(&other));
    let missing: Vec<&String> = expected.iter().filter(|it| !found.contains(it)).collect();
    let more: Vec<&String> = found.iter().filter(|it| !expected.contains(it)).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing {missing:#?}\nmore {more:#?}\n{script}"
    );
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
