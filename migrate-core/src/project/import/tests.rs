//! Whatever stands in the files of another tool: what an import writes can be read again, and says the same.

use std::fs;

use proptest::prelude::*;

use super::{Import, read};
use crate::model::Tool;
use crate::project::Search;
use crate::project::write::{Earlier, ImportEffect, WriteImport, import};
use crate::text::revision::{Direction, RevisionFile};
use crate::text::{Dialect, DialectSet};

/// Pieces that mean something to a lexer, to a tool, or to us.
const PIECES: [&str; 28] = [
    "\n",
    "\n",
    " ",
    ";",
    ";\n",
    "SELECT 1",
    "'",
    "\"",
    "`",
    "$$",
    "$a$",
    "--",
    "-- ",
    "/*",
    "*/",
    "\n-- migrate:up",
    "\n-- migrate:down transaction:false\n",
    "-- migrate:todo x\n",
    "-- MIGRATE : batch\n",
    "BEGIN;\n",
    "COMMIT;\n",
    "VACUUM;",
    "DELIMITER //\n",
    "\\",
    "#",
    "revision: 1",
    "\u{e9}",
    "CREATE TRIGGER t AFTER INSERT ON u BEGIN SELECT 1; END;",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..14).prop_map(|parts| parts.concat())
}

/// Imports one migration of sqlx and returns the file that was written.
fn imported(sql: &str, dialect: Dialect) -> RevisionFile {
    let root = tempfile::tempdir().expect("a directory");
    let old = root.path().join("old");
    fs::create_dir(&old).expect("a directory");
    fs::write(old.join("1_it.up.sql"), sql).expect("a file");
    fs::write(old.join("1_it.down.sql"), "SELECT 2;\n").expect("a file");
    let project = Search::from(root.path()).find_config().expect("a project");
    let reading = read(&Import::of(Tool::Sqlx, &old, dialect)).expect("one migration");
    let how = WriteImport {
        dialects: DialectSet::one(dialect),
        effect: ImportEffect::Write,
        earlier: Earlier::Refuse,
    };
    let imported = import(&project, reading, how).expect("it is written");
    assert_eq!(imported.revisions.len(), 1);
    let bytes = fs::read(root.path().join("migrations/1_it.sql")).expect("the file");
    let (file, findings) = RevisionFile::parse("1_it.sql", &bytes);
    assert_eq!(findings, [], "{sql:?}");
    file.expect("a revision")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_written_is_one_revision_with_one_section_each_way(
        sql in text(),
        dialect in prop::sample::select(&Dialect::ALL[..]),
    ) {
        let file = imported(&sql, dialect);
        let ways: Vec<Direction> = file.sections.iter().map(|section| section.direction).collect();
        prop_assert_eq!(ways, [Direction::Up, Direction::Down], "{:?}", sql);
        prop_assert_eq!(&file.header.message, "it");
        // The way back is untouched by whatever stands above it.
        let down = file.body(&file.sections[1]).trim();
        prop_assert_eq!(down, "SELECT 2;", "{:?}", sql);
    }
}
