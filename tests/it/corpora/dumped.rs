//! The final schema of each corpus as SQL from nothing: it makes the same schema elsewhere.

use migrate::diff::{Renames, diff};
use migrate::render::{Options, render};
use migrate::schema::{Schema, compare};
use migrate::{Dialect, Run};

use super::introspection::{migrated, read};
use super::{Directory, atuin};
use crate::chain::{Chain, block_on, run};
use crate::pairs::Written;
use crate::servers::{self, Server, TestDatabase};

/// Asserts that a corpus, dumped as one revision, makes what its own migrations make, to the order of columns.
/// Returns both databases.
fn makes_the_same(server: &'static Server, corpus: &Directory) -> [TestDatabase; 2] {
    let original = server.database("dump_of");
    let schema = block_on(async {
        migrated(corpus, &original).await;
        read(&original).await
    });
    assert!(!schema.is_empty());
    let nothing = Schema::new(schema.dialect, &schema.default_namespace);
    let changes = diff(&nothing, &schema, &Renames::default());
    let statements = render(&changes, &Options::PLAIN).unwrap_or_else(|error| panic!("{error}"));
    let written = Written::of(&statements);
    let sections: Vec<(String, String)> = written
        .sections
        .iter()
        .map(|section| (section.for_chain(), String::new()))
        .collect();
    assert_eq!(sections.len(), 1, "a schema from nothing is one revision");
    let chain = Chain::of(&format!("\"{}\"", server.name()), &sections);
    let copy = server.database("dump_in");
    run(&chain, copy.url(), Run::upgrade("head"))
        .unwrap_or_else(|failure| panic!("{failure}\n{}", written.shown()));
    let found = compare(&schema, &block_on(read(&copy)));
    assert!(found.is_empty(), "{found:#?}\n{}", written.shown());
    [original, copy]
}

#[test]
fn atuin_on_sqlite() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    for part in ["client-sqlite", "server-sqlite", "scripts-sqlite"] {
        makes_the_same(server, &atuin::directory(part, Dialect::Sqlite));
    }
}

/// What `pg_dump` says of a schema, without our own tables, in the order of its lines: that of the objects is the one in
/// which they were made, as far as it does not follow from their names.
#[cfg(feature = "postgres")]
fn pg_dump(database: &TestDatabase) -> Vec<String> {
    let output = std::process::Command::new("pg_dump")
        .args(["--schema-only", "--no-owner"])
        .args(["--exclude-table", "schema_revisions*"])
        .args(["--dbname", database.url()])
        .output()
        .expect("pg_dump, which comes with psql");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let is_said =
        |line: &&str| !line.is_empty() && !line.starts_with("--") && !line.starts_with('\\');
    let mut lines: Vec<String> = text.lines().filter(is_said).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[cfg(feature = "postgres")]
#[test]
fn crates_io_and_atuin_on_postgres_are_rebuilt_to_the_dump_of_the_server() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let corpora = [
        super::crates_io::directory().0,
        atuin::directory("server-postgres", Dialect::Postgres),
    ];
    for corpus in corpora {
        let [original, copy] = makes_the_same(server, &corpus);
        let (expected, found) = (pg_dump(&original), pg_dump(&copy));
        assert!(!expected.is_empty());
        let missing: Vec<&String> = expected.iter().filter(|it| !found.contains(it)).collect();
        let more: Vec<&String> = found.iter().filter(|it| !expected.contains(it)).collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "missing {missing:#?}\nmore {more:#?}"
        );
    }
}
