//! In which order the operations can be run.
//!
//! Each operation has a place of its own, which is where a person would write it. From there it moves only as far as it
//! must: behind what it needs, and before what it has to be rid of.

mod circles;
mod graph;

use super::{Item, Name, Operation, Schema};
use crate::model::schema::Kind;
use crate::text::Dialect;
use circles::break_circles;
use graph::Graph;

/// Sorts operations so that each finds what it needs.
pub(super) fn sort<'s>(before: &'s Schema, after: &'s Schema, operations: &mut Vec<Operation<'s>>) {
    operations.sort_by_cached_key(rank);
    let graph = Graph::of(before, after, operations);
    let order = graph.order();
    *operations = order.into_iter().map(|place| operations[place]).collect();
    if after.dialect != Dialect::Sqlite {
        break_circles(before, operations);
    }
}

/// Where an operation stands when nothing else is said: what goes, then what is renamed, then what comes, table by table.
fn rank(operation: &Operation<'_>) -> (u8, i16, Option<Name>, i16, Name) {
    let item = operation.item();
    let place = i16::from(place(item.kind()));
    let (group, owner) = match item {
        Item::Table(table) => (place, Some(table.name.clone())),
        // Foreign keys come when all tables are there.
        Item::ForeignKey(table, _) => (
            i16::from(self::place(Kind::ForeignKey)),
            Some(table.name.clone()),
        ),
        _ if item.is_part() => (i16::from(self::place(Kind::Table)), item.owner().cloned()),
        _ => (place, item.owner().cloned()),
    };
    let name = match item {
        // Columns stand in their order already.
        Item::Column(..) => Name::bare(""),
        item => item.id().name,
    };
    match operation {
        Operation::Drop(_) => (0, -group, owner, -place, name),
        Operation::Rename { .. } => (1, group, owner, place, name),
        Operation::Create(_) | Operation::Alter { .. } => (2, group, owner, place, name),
    }
}

fn place(kind: Kind) -> u8 {
    match kind {
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
