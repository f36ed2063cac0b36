//! Headers, sections and digests. What is said about mistakes stands in `project::load`'s snapshots.

use super::{Direction, RevisionFile, absent_digest};
use crate::text::{Dialect, DialectSet};

fn parse(text: &str) -> RevisionFile {
    let (file, findings) = RevisionFile::parse("x.sql", text.as_bytes());
    assert!(findings.is_empty(), "{findings:?}");
    file.expect("a revision")
}

fn with_header(rest: &str) -> RevisionFile {
    parse(&format!(
        "-- m\n--\n-- revision: x\n-- down_revision: none\n\n{rest}"
    ))
}

/// The digest of the only section.
fn digest(rest: &str) -> String {
    let file = with_header(rest);
    file.digest(&file.sections[0]).to_string()
}

#[test]
fn every_key_of_the_header() {
    let file = parse(
        "-- join both\n-- with more prose\n--\n-- revision: x\n-- down_revision: a, b c\n-- branch_labels: l1,l2\n-- depends_on: none\n\
         -- created: 2025-10-24T17:40:00Z\n-- irreversible: why: because\n-- breaking: drops\n--\n-- author: not a key here\n",
    );
    let header = &file.header;
    assert_eq!(header.message, "join both");
    assert_eq!(
        header
            .down_revision
            .iter()
            .map(|id| id.value.as_str())
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    assert_eq!(
        header
            .branch_labels
            .iter()
            .map(|label| &*label.value)
            .collect::<Vec<_>>(),
        ["l1", "l2"]
    );
    assert!(header.depends_on.is_empty() && file.is_merge());
    for item in header
        .branch_labels
        .iter()
        .chain(&header.created)
        .chain(&header.irreversible)
    {
        assert_eq!(file.text[item.range.clone()], item.value);
    }
    assert_eq!(
        header.irreversible.as_ref().map(|item| &*item.value),
        Some("why: because")
    );
}

#[test]
fn where_the_message_is_looked_for() {
    let cases = [
        ("-- m\n--\n-- revision: x\n-- down_revision: none\n", "m"),
        ("-- m\n\n-- revision: x\n-- down_revision: none\n", "m"),
        (
            "-- (c) us\n\n-- m\n--\n-- revision: x\n-- down_revision: none\n",
            "m",
        ),
        ("-- revision: x\n-- down_revision: none\n--\n-- m\n", "m"),
        ("-- revision: x\n-- down_revision: none\n", ""),
        (
            "\u{feff}\r\n\r\n-- m\r\n--\r\n-- revision: x\r\n-- down_revision: none\r\n",
            "m",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(parse(text).header.message, message, "{text:?}");
    }
}

#[test]
fn which_section_serves_a_dialect() {
    let file = with_header(
        "-- migrate:up\nA\n-- migrate:up dialect:mysql,sqlite transaction:false\nB\n-- migrate:down\nC",
    );
    let body = |direction, dialect| {
        file.section(direction, dialect)
            .map(|section| file.body(section).trim())
    };
    assert_eq!(body(Direction::Up, Dialect::Postgres), Some("A"));
    assert_eq!(body(Direction::Up, Dialect::Sqlite), Some("B"));
    assert_eq!(body(Direction::Up, Dialect::Mariadb), Some("B"));
    assert_eq!(body(Direction::Down, Dialect::Mariadb), Some("C"));
    let section = &file.sections[1];
    assert_eq!(
        section.dialects,
        DialectSet::one(Dialect::Sqlite).with(Dialect::Mysql)
    );
    assert!(!section.transactional);
    assert_eq!(section.line, 9);
}

#[test]
fn what_is_no_marker() {
    let file = with_header("-- migrate:up\nSELECT '\n -- migrate:down\n-- migrate:upper\n';\n");
    assert_eq!(file.sections.len(), 1);
}

/// Digests are written into lock files and databases: these values never change.
#[test]
fn golden_digests() {
    let cases = [
        (
            "-- migrate:up\nSELECT 1;\n",
            "v1:sha256:8fb6b3f43b79c870f2bcab1d96b14cb8df4aceef820ee9bd98032b93f6af13d0",
        ),
        (
            "-- migrate:down\nSELECT 1;\n",
            "v1:sha256:9de37ca76e79be634be49cd9690b041a2544bd664e76c8b0c50e4a12e22e98cb",
        ),
        (
            "-- migrate:up dialect:mysql,sqlite transaction:false\nSELECT 1;\n\n  SELECT 2;\n",
            "v1:sha256:57df7a5c4d74b7302ce6ead8475cd1bf7abcaface7e77d5cff03ebcabd7ef1ad",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(digest(text), expected, "{text}");
    }
    assert_eq!(
        absent_digest(Direction::Up).to_string(),
        "v1:sha256:a8be6877d200e0b4fc006a538ea3aeac3f43bdabdb7c530f4df759ea8ed03cd4"
    );
    assert_eq!(
        absent_digest(Direction::Down).to_string(),
        "v1:sha256:9285732789dbe5e2a3c8429e71d25ac74cf8152efae057e69eb5d3231875db57"
    );
}

#[test]
fn what_does_not_count_in_a_digest() {
    let plain = digest("-- migrate:up\nSELECT 1;\nSELECT ':';\n");
    let same = [
        "-- migrate:up\r\nSELECT 1;\r\nSELECT ':';\r\n",
        "-- migrate:up   \nSELECT 1;  \nSELECT ':';\t\n\n\n",
        "-- migrate:up\nSELECT 1;\n-- migrate:allow some-rule because\nSELECT ':';",
        "-- migrate:up\n  --migrate: Allow x y\nSELECT 1;\nSELECT ':';",
    ];
    for text in same {
        assert_eq!(digest(text), plain, "{text:?}");
    }
    let other = [
        "-- migrate:up\nSELECT 1;\nSELECT  ':';\n",
        "-- migrate:up\nSELECT 1;\nSELECT ':'; -- migrate:allow x y\n",
        "-- migrate:up dialect:sqlite\nSELECT 1;\nSELECT ':';\n",
        "-- migrate:up transaction:false\nSELECT 1;\nSELECT ':';\n",
        "-- migrate:up\n\nSELECT 1;\nSELECT ':';\n",
        "-- migrate:up\nSELECT 1;\n-- migrate:rust f\nSELECT ':';\n",
    ];
    for text in other {
        assert_ne!(digest(text), plain, "{text:?}");
    }
    assert_eq!(
        digest("-- migrate:up dialect:sqlite,mysql\nx"),
        digest("-- migrate:up  dialect:mysql,sqlite\nx"),
        "the order of dialects does not count"
    );
    assert_eq!(
        digest("-- migrate:up\n\n"),
        absent_digest(Direction::Up).to_string()
    );
}
