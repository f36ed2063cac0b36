//! Tables that go and refer to each other.

use std::collections::{HashMap, HashSet};

use crate::model::diff::{Item, Name, Operation, Schema};
use crate::model::schema::{ForeignKey, Table};

/// Of tables that go and refer to each other in a circle, a foreign key goes first.
pub(super) fn break_circles<'s>(before: &'s Schema, operations: &mut Vec<Operation<'s>>) {
    let mut going: HashSet<&Name> = HashSet::new();
    for operation in operations.iter() {
        if let Operation::Drop(Item::Table(table)) = operation {
            going.insert(&table.name);
        }
    }
    if going.len() < 2 {
        return;
    }
    let mut referring: HashMap<&Name, Vec<(&'s Table, &'s ForeignKey)>> = HashMap::new();
    for table in going.iter().filter_map(|name| before.tables.get(name)) {
        for key in table
            .foreign_keys
            .iter()
            .filter(|it| it.references != table.name)
        {
            referring
                .entry(&key.references)
                .or_default()
                .push((table, key));
        }
    }
    let mut out: Vec<Operation<'s>> = Vec::with_capacity(operations.len());
    for operation in operations.drain(..) {
        if let Operation::Drop(Item::Table(table)) = operation {
            going.remove(&table.name);
            let mut keys = referring.remove(&table.name).unwrap_or_default();
            keys.retain(|(other, key)| {
                going.contains(&other.name) && !Item::ForeignKey(other, key).is_inherited()
            });
            keys.sort_by_key(|(other, key)| key.id(&other.name));
            out.extend(
                keys.into_iter()
                    .map(|(other, key)| Operation::Drop(Item::ForeignKey(other, key))),
            );
        }
        out.push(operation);
    }
    *operations = out;
}
