//! Tables and sequences: those that go, those that come, those that change.

use std::collections::{BTreeMap, HashSet};

use super::alter;
use super::change::{TableChange, TableChanges};
use super::foreign_keys::ForeignKeys;
use super::level::Terms;
use super::name::{ident, name};
use super::{Options, Statement, partitioning, sequence, table};
use crate::model::diff::{Changes, Item, Operation};
use crate::model::schema::{ForeignKey, Name, Sequence, Table};
use crate::text::Dialect;

/// The statements for all tables, sequences and foreign keys.
pub(super) fn render(changes: &Changes<'_>, options: &Options) -> Vec<Statement> {
    let dialect = changes.after.dialect;
    let tables = TableChanges::of(changes);
    // A table says its character set where nobody has told that of the database.
    let known = changes.before.collation.as_ref();
    let usual = known.and(changes.after.collation.as_deref());
    let (mut created, mut dropped, mut renamed) = (Vec::new(), Vec::new(), Vec::new());
    let (mut gone, mut made): (Vec<&Sequence>, Vec<Statement>) = (Vec::new(), Vec::new());
    for operation in &changes.operations {
        match *operation {
            Operation::Create(Item::Table(it)) => created.push(it),
            Operation::Drop(Item::Table(it)) => dropped.push(it),
            Operation::Rename {
                before: Item::Table(before),
                after: Item::Table(after),
            } => {
                renamed.push((&before.name, &after.name));
            }
            Operation::Create(Item::Sequence(it)) => {
                made.push(Statement::new(sequence::create(it)))
            }
            Operation::Drop(Item::Sequence(it)) => gone.push(it),
            Operation::Alter {
                before: Item::Sequence(before),
                after: Item::Sequence(after),
            } => {
                made.push(Statement::new(sequence::alter(before, after)));
            }
            _ => {}
        }
    }
    let (created, dropped) = (parents_first(created), children_first(dropped));
    let keys = ForeignKeys::plan(&tables, &created, &dropped, &renamed);

    let mut statements = keys.drop_first(options, dialect);
    statements.extend(dropped.into_iter().map(drop_table));
    statements.extend(rename(&renamed));
    statements.extend(made);
    for table in created {
        let sql = table::create(table, &keys.within(table), usual, dialect);
        statements.push(Statement::new(sql));
    }
    for change in tables.tables.values() {
        statements.extend(rename_columns(change, options, dialect));
        let dropped_keys = keys.drop_together(change);
        let altered = alter::alter(change, &dropped_keys, options, dialect);
        statements.extend(partitioning::around(change, altered, dialect));
    }
    statements.extend(keys.add(options, dialect));
    // A default may have needed them until now.
    statements.extend(gone.into_iter().map(|sequence| Statement {
        loses: vec![format!("where sequence {} stands", sequence.name)],
        ..Statement::new(format!("DROP SEQUENCE {}", name(&sequence.name)))
    }));
    statements
}

fn drop_table(table: &Table) -> Statement {
    Statement {
        loses: vec![format!("table {}", table.name)],
        ..Statement::new(format!("DROP TABLE {}", name(&table.name)))
    }
}

/// One `RENAME TABLE` for all of them: no new name is one that another table has had.
fn rename(renamed: &[(&Name, &Name)]) -> Option<Statement> {
    let parts: Vec<String> = renamed
        .iter()
        .map(|(old, new)| format!("{} TO {}", name(old), name(new)))
        .collect();
    let sql = match parts.as_slice() {
        [] => return None,
        [one] => format!("RENAME TABLE {one}"),
        all => format!("RENAME TABLE\n    {}", all.join(",\n    ")),
    };
    Some(Statement::new(sql))
}

/// Names first, so that everything behind goes by the new ones.
fn rename_columns(change: &TableChange<'_>, options: &Options, dialect: Dialect) -> Vec<Statement> {
    let terms = Terms::new(change.before, change.after, dialect);
    let rename = |old: &str, new: &str| {
        let sql = format!("RENAME COLUMN {} TO {}", ident(old), ident(new));
        alter::Action::new(sql, terms.note_down())
    };
    let actions = change
        .renamed
        .iter()
        .map(|(before, after)| rename(&before.name, &after.name));
    alter::together(&change.after.name, actions.collect(), options, dialect)
}

/// New tables, each behind those that its foreign keys refer to.
fn parents_first(tables: Vec<&Table>) -> Vec<&Table> {
    let mut ordered = sorted(tables);
    ordered.reverse();
    ordered
}

/// Tables that go, each before those that its foreign keys refer to.
fn children_first(tables: Vec<&Table>) -> Vec<&Table> {
    sorted(tables)
}

/// Tables, each before those that its foreign keys refer to, as far as they do not refer to each other.
fn sorted(tables: Vec<&Table>) -> Vec<&Table> {
    let by_name: BTreeMap<&Name, &Table> =
        tables.iter().map(|table| (&table.name, *table)).collect();
    let mut seen: HashSet<&Name> = HashSet::new();
    let mut ordered: Vec<&Table> = Vec::with_capacity(tables.len());
    for table in tables {
        // Depth first, on a stack of our own: a chain of tables may be long.
        let mut stack: Vec<(&Table, std::slice::Iter<'_, ForeignKey>)> = Vec::new();
        if seen.insert(&table.name) {
            stack.push((table, table.foreign_keys.iter()));
        }
        while let Some((table, keys)) = stack.last_mut() {
            match keys.next() {
                Some(key) => {
                    if let Some(parent) = by_name.get(&key.references)
                        && seen.insert(&parent.name)
                    {
                        stack.push((parent, parent.foreign_keys.iter()));
                    }
                }
                None => {
                    ordered.push(table);
                    stack.pop();
                }
            }
        }
    }
    ordered.reverse();
    ordered
}
