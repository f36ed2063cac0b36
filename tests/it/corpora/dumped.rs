//! The final schema of each corpus as SQL from nothing: it makes the same schema elsewhere.

use migrate::diff::{Renames, diff};
use migrate::render::{Options, render};
use migrate::schema::{Schema, compare};
use migrate::{Dialect, Run};

use super::introspection::{migrated, read};
use super::{Directory, atuin};
use crate::chain::{Chain, block_on, run};
use crate::pairs::Written;
use crate::servers::{self, Server};

/// Asserts that a corpus, dumped as one revision, makes what its own migrations make, to the order of columns.
fn makes_the_same(server: &'static Server, corpus: &Directory) {
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
