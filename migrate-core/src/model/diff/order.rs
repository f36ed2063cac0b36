//! In which order the operations can be run.

use super::{Item, Operation};
use crate::model::schema::Kind;

/// Sorts operations so that each finds what it needs.
pub(super) fn sort(operations: &mut [Operation<'_>]) {
    operations.sort_by_cached_key(rank);
}

/// Where an operation stands when nothing else is said: what goes first, then what is renamed, then what comes.
fn rank(operation: &Operation<'_>) -> (u8, i16) {
    let place = i16::from(place(&operation.item()));
    match operation {
        Operation::Drop(_) => (0, -place),
        Operation::Rename { .. } => (1, place),
        Operation::Create(_) | Operation::Alter { .. } => (2, place),
    }
}

fn place(item: &Item<'_>) -> u8 {
    match item.kind() {
        Kind::Database => 0,
        Kind::Namespace => 1,
        Kind::Extension => 2,
        Kind::Collation | Kind::TextSearch | Kind::ForeignServer => 3,
        Kind::Enum => 4,
        Kind::Composite => 5,
        Kind::Domain => 6,
        Kind::Range => 7,
        Kind::Sequence => 8,
        Kind::Table => 9,
        Kind::Column => 10,
        Kind::PrimaryKey => 11,
        Kind::Unique => 12,
        Kind::Check => 13,
        Kind::Exclusion => 14,
        Kind::Index => 15,
        Kind::ForeignKey => 16,
        Kind::View => 17,
        Kind::MaterializedView => 18,
        Kind::Function => 19,
        Kind::Procedure => 20,
        Kind::Trigger => 22,
        Kind::Policy => 23,
        Kind::Grant => 25,
        _ => 21,
    }
}
