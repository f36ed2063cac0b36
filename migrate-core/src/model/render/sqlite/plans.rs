//! What is asked of each table, gathered from the operations.

use std::collections::{BTreeMap, BTreeSet};

use super::alter::{Plan, plan};
use super::table::is_same;
use crate::model::diff::{Changes, Item, Operation, Renames};
use crate::model::schema::{Name, Schema};

/// The new names; a column of which only the case differs is the same column for SQLite.
pub(super) fn renames(changes: &Changes<'_>) -> Renames {
    let mut renames = Renames::default();
    for operation in &changes.operations {
        match *operation {
            Operation::Rename {
                before: Item::Table(before),
                after: Item::Table(after),
            } => {
                renames.table(before.name.clone(), after.name.clone());
            }
            Operation::Rename {
                before: Item::Column(_, before),
                after: Item::Column(table, after),
            } => {
                renames.column(table.name.clone(), &before.name, &after.name);
            }
            _ => {}
        }
    }
    for operation in &changes.operations {
        let Operation::Drop(Item::Column(table, column)) = operation else {
            continue;
        };
        let name = renames.new_table(&table.name).unwrap_or(&table.name);
        let twin = changes.after.tables.get(name).and_then(|after| {
            let mut columns = after.columns.iter();
            columns.find(|it| is_same(&it.name, &column.name) && table.column(&it.name).is_none())
        });
        if let Some(twin) = twin {
            renames.column(name.clone(), &column.name, &twin.name);
        }
    }
    renames
}

/// How every table becomes what it shall be of which something changes; a part of a table that is new or goes comes and
/// goes with it.
pub(super) fn plans<'s>(
    changes: &Changes<'s>,
    renames: &Renames,
    now: &Schema,
) -> BTreeMap<&'s Name, Plan<'s>> {
    let mut plans = BTreeMap::new();
    let gone = changes.operations.iter().filter_map(|it| match it {
        Operation::Drop(Item::Table(table)) => Some(&table.name),
        _ => None,
    });
    let replaced: BTreeSet<&Name> = gone.collect();
    for operation in &changes.operations {
        let item = operation.item();
        let Some(name) = table_of(item) else { continue };
        let name = match operation {
            Operation::Drop(_) => renames.new_table(name).unwrap_or(name),
            _ => name,
        };
        if let (Some(table), Some(after)) = (now.tables.get(name), changes.after.tables.get(name))
            && !replaced.contains(name)
        {
            plans
                .entry(&after.name)
                .or_insert_with(|| plan(table, after));
        }
    }
    plans
}

/// The table that an item is a part of, or that it is.
pub(super) fn table_of<'s>(item: Item<'s>) -> Option<&'s Name> {
    match item {
        Item::Table(table)
        | Item::Column(table, _)
        | Item::PrimaryKey(table, _)
        | Item::Unique(table, _)
        | Item::Check(table, _)
        | Item::ForeignKey(table, _) => Some(&table.name),
        _ => None,
    }
}
