//! What is packed comes back.

use super::*;
use crate::model::Index;
use crate::text::revision::{Direction, absent_digest};
use crate::text::{Digest, RevisionId};

fn digest(text: &str) -> Digest {
    Digest::of([text.as_bytes()])
}

fn section<'a>(direction: Direction, dialects: &[Dialect], text: &'a str) -> SourceSection<'a> {
    SourceSection {
        direction,
        dialects: dialects.iter().copied().collect(),
        transactional: true,
        line: 7,
        text,
        digest: digest(text),
    }
}

fn revision<'a>(
    id: &'a str,
    below: &[u32],
    sections: Vec<SourceSection<'a>>,
) -> SourceRevision<'a> {
    SourceRevision {
        id,
        down_revision: below.iter().copied().map(Index).collect(),
        depends_on: Vec::new(),
        labels: Vec::new(),
        message: "a message",
        file: "migrations/file.sql",
        listed: "file.sql",
        created: None,
        irreversible: None,
        breaking: None,
        locked: true,
        sections,
    }
}

fn dialects(list: &[Dialect]) -> DialectSet {
    list.iter().copied().collect()
}

fn open(revisions: &[SourceRevision<'_>], list: &[Dialect]) -> Migrations {
    Migrations::from_packed(pack(revisions, dialects(list), &Settings::default()), None)
}

use crate::text::Dialect::{Mariadb, Mysql, Postgres, Sqlite};

/// a <- b, a <- c; d merges b and c
fn diamond() -> Vec<SourceRevision<'static>> {
    vec![
        revision(
            "a",
            &[],
            vec![
                section(Direction::Up, &[], "up a"),
                section(Direction::Down, &[], "down a"),
            ],
        ),
        revision(
            "b",
            &[0],
            vec![
                section(Direction::Up, &[Sqlite], "up b"),
                section(Direction::Up, &[Mysql], "UP b"),
            ],
        ),
        revision("c", &[0], vec![section(Direction::Up, &[], "up c")]),
        revision("d", &[1, 2], vec![]),
    ]
}

#[test]
fn every_field_comes_back() -> Result<(), UnpackError> {
    let mut source = revision(
        "b",
        &[0],
        vec![section(Direction::Up, &[Sqlite, Mysql], "SELECT 'é';\n")],
    );
    source.labels = vec!["billing", "geo"];
    source.created = Some("2026-11-21T08:00:00Z");
    source.irreversible = Some("data is gone");
    source.breaking = Some("old code reads the column");
    source.locked = false;
    let set = open(&[revision("a", &[], vec![]), source], &[Sqlite]);

    let entry = set.entry(Index(1))?;
    assert_eq!(entry.id, &RevisionId::trusted("b"));
    assert_eq!(entry.labels, ["billing", "geo"]);
    assert_eq!(
        (entry.message, entry.file),
        ("a message", "migrations/file.sql")
    );
    assert_eq!(entry.created, Some("2026-11-21T08:00:00Z"));
    assert_eq!(entry.irreversible, Some("data is gone"));
    assert_eq!(entry.breaking, Some("old code reads the column"));
    assert!(!entry.locked);

    let section = set
        .section(Index(1), Direction::Up, Sqlite)?
        .expect("there is one");
    assert_eq!(
        (section.text, section.line, section.transactional),
        ("SELECT 'é';\n", 7, true)
    );
    assert_eq!(section.digest, digest("SELECT 'é';\n"));
    assert_eq!(section.dialects, dialects(&[Sqlite, Mysql]));
    assert!(set.section(Index(1), Direction::Down, Sqlite)?.is_none());
    Ok(())
}

#[test]
fn settings_come_back() -> Result<(), UnpackError> {
    use std::time::Duration;
    let mut settings = Settings {
        table: "history".into(),
        schema: Some("app".into()),
        ..Settings::default()
    };
    settings.heads = HeadsPolicy::Many;
    settings.startup.ahead = Ahead::Refuse;
    settings.startup.auto = false;
    settings.startup.auto_env = "BACKEND_AUTO_MIGRATE".into();
    settings.startup.auto_in = [("ci".into(), true), ("stage".into(), false)].into();
    settings.startup.limit = Duration::ZERO;
    settings.timeouts.statement = Some(Duration::from_millis(1500));
    let set = Migrations::from_packed(pack(&diamond(), dialects(&[Sqlite]), &settings), None);
    assert_eq!(set.settings()?, &settings);
    assert_eq!(open(&[], &[]).settings()?, &Settings::default());
    Ok(())
}

#[test]
fn heads_are_read_from_the_opening() -> Result<(), UnpackError> {
    let mut revisions = diamond();
    revisions.pop();
    let set = open(&revisions, &[Sqlite, Mysql]);
    let heads = set.effective_heads(Mysql)?;
    assert_eq!(
        heads.iter().map(|head| head.id).collect::<Vec<_>>(),
        ["b", "c"]
    );
    for head in heads {
        assert_eq!(set.set()?.chain(head.index, Mysql), Some(head.chain));
    }
    Ok(())
}

#[test]
fn a_chain_vouches_for_everything_below_it() -> Result<(), UnpackError> {
    let head = |revisions: &[SourceRevision<'_>], dialect| -> Result<Chain, UnpackError> {
        Ok(open(revisions, &[Sqlite, Mysql]).effective_heads(dialect)?[0].chain)
    };
    let before = head(&diamond(), Sqlite)?;

    let mut edited = diamond();
    edited[0].sections[0].digest = digest("something else");
    assert_ne!(head(&edited, Sqlite)?, before, "an edit at the base");

    let mut down = diamond();
    down[0].sections[1].digest = digest("something else");
    assert_eq!(
        head(&down, Sqlite)?,
        before,
        "a down section is no part of the chain"
    );

    let mut relinked = diamond();
    relinked[2].down_revision = vec![Index(1)];
    assert_ne!(head(&relinked, Sqlite)?, before, "another parent");

    let mut swapped = diamond();
    swapped[3].down_revision.reverse();
    assert_eq!(
        head(&swapped, Sqlite)?,
        before,
        "the order of parents does not matter"
    );

    let mut other = diamond();
    other[1].sections[1].digest = digest("something else");
    assert_eq!(head(&other, Sqlite)?, before, "another dialect's section");
    assert_ne!(head(&other, Mysql)?, head(&diamond(), Mysql)?);
    Ok(())
}

#[test]
fn a_dialect_is_served_by_its_section_or_its_fallback() -> Result<(), UnpackError> {
    let both = open(&diamond(), &[Sqlite, Mysql]);
    assert_eq!(both.serving(Mariadb)?, Some(Mysql));
    assert_eq!(both.serving(Postgres)?, None);
    let section = both
        .section(Index(1), Direction::Up, Mariadb)?
        .expect("that of mysql");
    assert_eq!(section.text, "UP b");
    assert!(both.section(Index(0), Direction::Up, Postgres)?.is_none());
    assert!(both.effective_heads(Postgres)?.is_empty());
    assert_eq!(
        both.set()?.digest(Index(3), Direction::Up, Sqlite),
        absent_digest(Direction::Up)
    );
    Ok(())
}

#[test]
fn the_fingerprint_tells_which_files_there_were() -> Result<(), UnpackError> {
    let mut renamed = diamond();
    let before = open(&renamed, &[Sqlite]).fingerprint()?;
    renamed[0].listed = "other.sql";
    assert_ne!(open(&renamed, &[Sqlite]).fingerprint()?, before);
    Ok(())
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let packed = pack(&diamond(), dialects(&[Sqlite]), &Settings::default());
    for length in 0..packed.index.len() {
        let cut = PackedSet {
            text: packed.text.clone(),
            index: packed.index[..length].to_vec(),
        };
        let set = Migrations::from_packed(cut, None);
        assert!(set.set().is_err(), "{length} bytes of the index");
    }
    let mut other = packed;
    other.index[0] = 9;
    let error = Migrations::from_packed(other, None)
        .len()
        .expect_err("another format");
    assert_eq!(
        error.to_string(),
        "the embedded migrations have format 9, this library reads format 1: build `migrate`, `migrate-core` and \
         `migrate-macros` from one release"
    );
}
