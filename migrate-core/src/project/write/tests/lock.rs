//! `lock`: what it locks, takes up, drops, refuses and amends.

use std::fs;
use std::path::Path;

use super::{Bench, id, new, now, texts};
use crate::project::load::{LoadMode, listed, load};
use crate::project::lock::{LockFile, Merge};
use crate::project::write::{LockChange, LockOptions, WriteLock, new_revision};
use crate::text::{Dialect, DialectSet};

#[test]
fn lock_locks_takes_up_drops_and_sorts() {
    let bench = Bench::sqlite();
    bench.file("b", "a");
    bench.file("a", "none");
    bench.write(
        "revisions.lock",
        "format 1\nb draft down_revision:a file:b.sql\nz draft down_revision:none file:z.sql\n",
    );
    let outcome = bench.lock().expect("locked");
    assert_eq!(outcome.locked, [id("a"), id("b")]);
    assert_eq!(outcome.taken_up, [id("a")]);
    assert_eq!(outcome.dropped, ["z"]);
    assert_eq!(outcome.change, LockChange::Changed);
    insta::assert_snapshot!(bench.lock_text());
    assert_eq!(bench.strict(), []);
    assert_eq!(bench.lock().expect("locked").change, LockChange::None);
}

#[test]
fn lock_joins_the_sides_of_a_conflict_and_accepts_two_heads() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.lock().expect("locked");
    let base = bench.lock_text();
    bench.file("b", "a");
    bench.file("c", "a");
    bench.write(
        "revisions.lock",
        &format!(
            "{base}<<<<<<< ours\nb draft down_revision:a file:b.sql\n||||||| base\n=======\nc draft down_revision:a file:c.sql\n>>>>>>> theirs\n"
        ),
    );
    let outcome = bench.lock().expect("locked");
    assert_eq!(outcome.merge, Merge::Conflict);
    let mut heads = outcome.heads;
    heads.sort();
    assert_eq!(heads, [id("b"), id("c")]);
    assert!(outcome.taken_up.is_empty(), "both sides were listed");
    let text = bench.lock_text();
    let (lock, findings) = LockFile::parse("revisions.lock", &text);
    assert_eq!(findings, []);
    assert_eq!(
        lock.entries
            .iter()
            .map(|entry| entry.id)
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}

#[test]
fn lock_refuses_and_writes_nothing() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.lock().expect("locked");
    let before = bench.lock_text();
    let edited = fs::read_to_string(bench.path("a.sql"))
        .expect("a file")
        .replace("INTEGER", "TEXT");
    bench.write("a.sql", &edited);
    bench.write(
        "b.sql",
        "-- b\n--\n-- revision: b\n-- down_revision: a\n\n-- migrate:up\n\n-- migrate:down\n",
    );
    let refused = bench.lock().expect_err("an edit and an empty draft");
    insta::assert_snapshot!(texts(&refused));
    assert_eq!(bench.lock_text(), before);
}

/// A line that cannot be read may be the one that protects a locked revision.
#[test]
fn lock_writes_nothing_over_what_it_cannot_read() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    bench.lock().expect("locked");
    let good = bench.lock_text();
    let (up, down) = ("  up v1:sha256:", "  down v1:sha256:");
    let broken = [
        good.replace("\na locked", "\na lokced"),
        good.replacen(up, "  up v1:sha257:", 1),
        good.replacen(down, "  down v1:sha256:zz", 1),
        good.replace("a locked down_revision:none file:a.sql\n", ""),
        format!("{good}released v1 a b c\n"),
        format!("{good}<<<<<<< ours\nc lokced\n=======\n>>>>>>> theirs\n"),
    ];
    let mut said = String::new();
    for text in broken {
        assert_ne!(text, good);
        bench.write("revisions.lock", &text);
        let refused = bench.lock().expect_err("a line that cannot be read");
        assert_eq!(bench.lock_text(), text, "nothing is written");
        said.push_str(&texts(&refused));
        said.push_str("\n\n");
    }
    fs::write(bench.path("revisions.lock"), b"format 1\n\xff\n").expect("a file");
    said.push_str(&texts(&bench.lock().expect_err("no text")));
    insta::assert_snapshot!(said);
}

#[test]
fn lock_check_says_what_would_change_and_writes_nothing() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    let options = LockOptions {
        write: WriteLock::Check,
        ..LockOptions::default()
    };
    let outcome = bench.lock_with(options).expect("fine");
    assert_eq!(
        (outcome.change, outcome.locked),
        (LockChange::New, vec![id("a")])
    );
    assert_eq!(bench.files(), ["a.sql"]);
}

#[test]
fn amend_accepts_an_edit_and_names_the_releases_that_have_the_old_one() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    bench
        .lock_with(LockOptions {
            release: Some("v1".into()),
            ..LockOptions::default()
        })
        .expect("released");
    bench.file("c", "b");
    bench
        .lock_with(LockOptions {
            release: Some("v2".into()),
            ..LockOptions::default()
        })
        .expect("released");
    let edited = fs::read_to_string(bench.path("b.sql"))
        .expect("a file")
        .replace("INTEGER", "TEXT");
    bench.write("b.sql", &edited);
    bench.lock().expect_err("edited");
    let options = LockOptions {
        amend: vec![id("b")],
        ..LockOptions::default()
    };
    let outcome = bench.lock_with(options.clone()).expect("amended");
    assert_eq!(outcome.amended.len(), 1);
    assert_eq!(outcome.amended[0].releases, ["v1", "v2"]);
    assert_eq!(bench.strict(), []);
    // A vanished one, too: its child must be gone before.
    fs::remove_file(bench.path("c.sql")).expect("removed");
    fs::remove_file(bench.path("b.sql")).expect("removed");
    bench.lock().expect_err("vanished");
    let both = LockOptions {
        amend: vec![id("b"), id("c")],
        ..options
    };
    let outcome = bench.lock_with(both).expect("amended");
    assert_eq!(outcome.dropped, ["b", "c"]);
    assert!(bench.lock_text().contains("released v2 c\n"));
}

#[test]
fn releases_are_marked_once() {
    let bench = Bench::sqlite();
    let release = |tag: &str| {
        bench.lock_with(LockOptions {
            release: Some(tag.into()),
            ..LockOptions::default()
        })
    };
    assert!(
        texts(&release("v1").expect_err("nothing to release")).contains("no revision to release")
    );
    bench.file("a", "none");
    release("v1").expect("released");
    assert!(texts(&release("v1").expect_err("again")).contains("marked already"));
    assert!(texts(&release("v 2").expect_err("a blank")).contains("cannot be the tag"));
}

#[test]
fn a_draft_that_was_edited_needs_no_command() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "none");
    bench.write(
        "revisions.lock",
        "format 1\na draft down_revision:none file:a.sql\nb draft down_revision:none file:b.sql\n",
    );
    bench.file("b", "a");
    let loaded = load(
        &bench.project(),
        LoadMode::strict(DialectSet::one(Dialect::Sqlite)),
    );
    assert_eq!(loaded.diagnostics, []);
}

#[test]
fn what_is_listed_agrees_with_the_loaded_set() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    bench.lock().expect("locked");
    new_revision(&bench.load(), &new("a draft", "c", &["b"]), now()).expect("written");
    let listed_set = listed(&bench.project(), Dialect::Sqlite).expect("enough to be sure");
    let set = load(
        &bench.project(),
        LoadMode::strict(DialectSet::one(Dialect::Sqlite)),
    )
    .migrations()
    .expect("a set");
    let heads = set.effective_heads(Dialect::Sqlite).expect("heads");
    assert_eq!(listed_set.len().expect("a set"), 3);
    let listed_heads = listed_set.effective_heads(Dialect::Sqlite).expect("heads");
    assert_eq!(listed_heads.len(), 1);
    assert_eq!(listed_heads[0].id, heads[0].id);
    assert_eq!(listed_heads[0].chain, heads[0].chain);
    bench.file("d", "c");
    assert!(
        listed(&bench.project(), Dialect::Sqlite).is_none(),
        "a file that is not listed"
    );
}

#[test]
fn fixtures_with_locked_revisions_have_a_lock_file_of_this_format() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/project");
    for name in [
        "edited_section",
        "edited_header",
        "locked_revision_lost",
        "locked_section_added",
    ] {
        let text = fs::read_to_string(root.join(name).join("migrations/revisions.lock"))
            .expect("a lock file");
        let (lock, findings) = LockFile::parse(name, &text);
        assert_eq!(findings, []);
        assert_eq!(lock.to_string(), text);
    }
}

#[test]
fn a_line_never_moves_because_another_is_added() {
    let bench = Bench::sqlite();
    for (id, down) in [
        ("m", "none"),
        ("z", "m"),
        ("a", "z"),
        ("k", "m"),
        ("b", "k, a"),
    ] {
        bench.file(id, down);
        let before = bench
            .files()
            .contains(&"revisions.lock".to_owned())
            .then(|| bench.lock_text());
        bench.lock().expect("locked");
        assert!(
            bench.lock_text().starts_with(&before.unwrap_or_default()),
            "{}",
            bench.lock_text()
        );
    }
}
