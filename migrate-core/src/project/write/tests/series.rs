//! Several new revisions as one change.

use std::fs;

use super::{Bench, new, now, texts};
use crate::project::write::{NewRevision, new_series};

/// Each on the one before, wherever it says that it stands.
#[test]
fn each_stands_on_the_one_before() {
    let bench = Bench::new(
        "[migrations]\ndialects = [\"sqlite\"]\ndirs = [\"migrations\", \"more\"]\nfile_template = \"{revision}\"\n",
    );
    fs::create_dir(bench.path("../more")).expect("a directory");
    let first = NewRevision {
        dir: Some("more".into()),
        ..new("first", "a", &[])
    };
    let series = [first, new("second", "b", &[]), new("third", "c", &[])];
    let written = new_series(&bench.load(), &series, now()).expect("written");
    let stands: Vec<String> = written
        .iter()
        .map(|one| format!("{} {:?} {}", one.id, one.down_revision, one.shown))
        .collect();
    insta::assert_snapshot!(stands.join("\n"), @r#"
    a [] more/a.sql
    b ["a"] more/b.sql
    c ["b"] more/c.sql
    "#);
    insta::assert_snapshot!(bench.lock_text(), @r"
    # written by migrate-cli: commit it with the revisions, do not edit it
    format 1
    a draft down_revision:none file:../more/a.sql
    b draft down_revision:a file:../more/b.sql
    c draft down_revision:b file:../more/c.sql
    ");
    assert!(!bench.load().has_errors());
}

#[test]
fn an_id_is_taken_by_another_of_the_series() {
    let bench = Bench::sqlite();
    let series = [new("first", "a", &[]), new("second", "A", &[])];
    let refused = new_series(&bench.load(), &series, now()).expect_err("taken");
    assert_eq!(texts(&refused), "error: the id `A` is taken: `a` exists");
}

/// What cannot be written in the middle takes back what was written before it.
#[test]
fn all_or_none() {
    let bench =
        Bench::new("[migrations]\ndialects = [\"sqlite\"]\nfile_template = \"{revision}\"\n");
    bench.file("a", "none");
    bench.lock().expect("locked");
    let before = bench.lock_text();
    let loaded = bench.load();
    // Somebody else was quicker with the name of the second file.
    bench.write("c.sql", "SELECT 1;");
    let series = [new("first", "b", &["a"]), new("second", "c", &[])];
    let refused = new_series(&loaded, &series, now()).expect_err("the name is taken");
    insta::assert_snapshot!(texts(&refused), @r"
    error: the file exists already
     --> migrations/c.sql
      = note: nothing was changed
    ");
    assert_eq!(bench.files(), ["a.sql", "c.sql", "revisions.lock"]);
    assert_eq!(bench.lock_text(), before);
}
