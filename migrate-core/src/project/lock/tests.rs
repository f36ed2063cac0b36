//! The text of the lock file and back.

use super::{LockFile, Merge, State};
use crate::project::texts;
use crate::text::Dialect;
use crate::text::revision::Direction;

const DIGEST: &str = "v1:sha256:8108d289e0f6c937eb0bdb07708463a8d35830ce70870be78c0fcf0230763c0f";

fn full() -> String {
    format!(
        "# written by migrate-cli: commit it with the revisions, do not edit it\nformat 1\nreleased v1 a\nreleased v2 b,c\n\
         a locked down_revision:none branch_labels:core irreversible file:a b.sql\n  up {DIGEST} checked:sqlite,postgres checker:1\n\
         b locked down_revision:a breaking file:sub/b.sql\n  up dialect:postgres,mysql {DIGEST}\n  down {DIGEST} checked:sqlite checker:1\n\
         c draft down_revision:a depends_on:b file:c.sql\nd draft down_revision:b,c file:../other/d.sql\n"
    )
}

#[test]
fn what_is_written_is_read() {
    let text = full();
    let (lock, findings) = LockFile::parse("revisions.lock", &text);
    assert_eq!(texts(&findings), "");
    assert_eq!(lock.to_string(), text);
    assert_eq!(lock.entries[0].file, "a b.sql");
    assert!(lock.entries[0].irreversible && !lock.entries[0].breaking);
    assert_eq!(
        lock.entries[3].down_revision.iter().collect::<Vec<_>>(),
        ["b", "c"]
    );
    assert_eq!(lock.entries[2].state, State::Draft);
    let section = lock.sections(&lock.entries[1])[1];
    assert_eq!(section.direction, Direction::Down);
    assert!(section.is_checked(Dialect::Sqlite) && !section.is_checked(Dialect::Postgres));
    assert!(lock.sections(&lock.entries[2]).is_empty());
}

#[test]
fn windows_line_breaks_are_read() {
    let text = full().replace('\n', "\r\n");
    let (lock, findings) = LockFile::parse("revisions.lock", &text);
    assert_eq!(texts(&findings), "");
    assert_eq!(lock.to_string(), full());
}

#[test]
fn both_sides_of_a_conflict_are_read_and_the_ancestor_is_not() {
    let text = "format 1\na locked down_revision:none file:a.sql\n<<<<<<< ours\nb draft down_revision:a file:b.sql\n\
                ||||||| base\nx draft down_revision:a file:x.sql\n=======\nc draft down_revision:a file:c.sql\n>>>>>>> theirs\n";
    let (lock, findings) = LockFile::parse("revisions.lock", text);
    assert_eq!(lock.merge, Merge::Conflict);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        lock.entries
            .iter()
            .map(|entry| entry.id)
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}

#[test]
fn a_problem_never_hides_the_others() {
    let text = format!(
        "format 1\n  up {DIGEST}\nb draft down_revision:a file:b.sql\na draft down_revision:none file:a.sql\n  sideways {DIGEST}\n\
         a draft down_revision:none file:a.sql\nnonsense\nc locked down_revision:b wild file:c.sql\nreleased v1\n"
    );
    let (_, findings) = LockFile::parse("revisions.lock", &text);
    insta::assert_snapshot!(texts(&findings));
}
