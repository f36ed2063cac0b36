//! How a table is partitioned, and whether it keeps the history of its rows.

use super::Statement;
use super::change::TableChange;
use super::name::{ident, name};
use super::partition::{Partitioning, plain};
use super::table::is_period;
use crate::model::schema::{MysqlTable, Table};
use crate::text::Dialect;

/// The other changes of a table, between what makes room for them and what needs them.
pub(super) fn around(
    change: &TableChange<'_>,
    altered: Vec<Statement>,
    dialect: Dialect,
) -> Vec<Statement> {
    let (Some(before), Some(after)) = (change.before.mysql(), change.after.mysql()) else {
        return altered;
    };
    let mut first = Vec::new();
    let mut last = Vec::new();
    if change.options {
        versioning(change, before, after, (&mut first, &mut last));
        partitions(
            change.after,
            before,
            after,
            (&mut first, &mut last),
            dialect,
        );
    }
    // Aria leaves behind what it never said.
    if before.engine.eq_ignore_ascii_case("Aria") && after.engine != before.engine {
        let table = name(&change.after.name);
        last.push(Statement::new(format!(
            "ALTER TABLE {table} PAGE_CHECKSUM=DEFAULT"
        )));
    }
    // Otherwise the server refuses what would change rows of the past.
    let keeps = after.system_versioned || has_row_times(before);
    let of_history = before.system_versioned && keeps && !altered.is_empty();
    let history = |value: &str| {
        let set = format!("SET SESSION system_versioning_alter_history = {value}");
        of_history.then(|| Statement::new(set))
    };
    first
        .into_iter()
        .chain(history("KEEP"))
        .chain(altered)
        .chain(history("DEFAULT"))
        .chain(last)
        .collect()
}

type Around<'a> = (&'a mut Vec<Statement>, &'a mut Vec<Statement>);

/// `WITH SYSTEM VERSIONING`, unless it comes or goes with columns of its own.
fn versioning(
    change: &TableChange<'_>,
    before: &MysqlTable,
    after: &MysqlTable,
    (first, last): Around<'_>,
) {
    let table = name(&change.after.name);
    match (before.system_versioned, after.system_versioned) {
        (true, false) if !has_row_times(before) => first.push(Statement {
            loses: vec![history(change.after)],
            ..Statement::new(format!("ALTER TABLE {table} DROP SYSTEM VERSIONING"))
        }),
        (false, true) if !has_row_times(after) => {
            last.push(Statement::new(format!(
                "ALTER TABLE {table} ADD SYSTEM VERSIONING"
            )));
        }
        _ => {}
    }
}

/// The rows of the past.
pub(super) fn history(table: &Table) -> String {
    format!("history of table {}", table.name)
}

/// Whether a table has columns of its own for the times of its rows.
pub(super) fn has_row_times(options: &MysqlTable) -> bool {
    options
        .options
        .iter()
        .any(|it| is_period(it) && it.starts_with("PERIOD FOR SYSTEM_TIME"))
}

fn partitions(
    table: &Table,
    before: &MysqlTable,
    after: &MysqlTable,
    (first, last): Around<'_>,
    dialect: Dialect,
) {
    if before.partitioning == after.partitioning {
        return;
    }
    let head = format!("ALTER TABLE {}", name(&table.name));
    let Some(new_text) = &after.partitioning else {
        first.push(Statement::new(format!("{head} REMOVE PARTITIONING")));
        return;
    };
    let new = Partitioning::read(new_text, dialect);
    let old = before
        .partitioning
        .as_ref()
        .map(|text| Partitioning::read(text, dialect));
    match old
        .filter(|old| old.head == new.head && new.has_bounds())
        .and_then(|old| stepwise(&old, &new))
    {
        Some((dropped, added)) => {
            if !dropped.is_empty() {
                let names: Vec<String> = dropped.iter().map(|name| ident(name)).collect();
                last.push(Statement {
                    loses: dropped
                        .iter()
                        .map(|it| format!("partition {it} of table {}", table.name))
                        .collect(),
                    ..Statement::new(format!("{head} DROP PARTITION {}", names.join(", ")))
                });
            }
            if !added.is_empty() {
                last.push(Statement::new(format!(
                    "{head} ADD PARTITION (\n    {}\n)",
                    added.join(",\n    ")
                )));
            }
        }
        None => last.push(Statement::new(format!(
            "{head}\n{}",
            plain(new_text, dialect)
        ))),
    }
}

/// The names of partitions that go and the partitions that come behind the others, when that is all.
fn stepwise(old: &Partitioning, new: &Partitioning) -> Option<(Vec<String>, Vec<String>)> {
    let (mut dropped, mut kept) = (Vec::new(), Vec::new());
    for partition in &old.partitions {
        if new.partitions.contains(partition) {
            kept.push(partition);
        } else {
            dropped.push(partition.name.clone());
        }
    }
    let written = new.written();
    let in_order = new
        .partitions
        .iter()
        .take(kept.len())
        .eq(kept.iter().copied());
    let renamed = new
        .partitions
        .iter()
        .skip(kept.len())
        .any(|it| dropped.contains(&it.name));
    (in_order && !kept.is_empty() && !renamed).then(|| (dropped, written[kept.len()..].to_vec()))
}
