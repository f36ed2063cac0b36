//! SQLite: two triggers behind the writing of a row, because those before it cannot change the row.

use super::{DoubleWrite, Given, Names, Pair};
use crate::model::render::{converted, identifier, row_of};
use crate::model::schema::{Column, Trigger};
use crate::text::Dialect::Sqlite;

pub(super) fn double_write(pair: &Pair<'_>) -> DoubleWrite {
    let names = Names::of(Sqlite, &pair.table.name, pair.called);
    let bodies = [insert(pair), update(pair)];
    let triggers = names.triggers.into_iter().zip(bodies);
    let triggers = triggers.map(|(name, body)| {
        let definition = format!("CREATE TRIGGER {} {body}", identifier(Sqlite, &name));
        Trigger::new(pair.table.name.clone(), name, definition)
    });
    DoubleWrite {
        functions: Vec::new(),
        triggers: triggers.collect(),
    }
}

fn insert(pair: &Pair<'_>) -> String {
    let (old, new, table) = names(pair);
    let (forward, back) = (value(pair.old, pair.new), value(pair.new, pair.old));
    let (for_new, for_old) = match pair.given {
        Given::Both => (
            format!("coalesce(NEW.{new}, {forward})"),
            format!("coalesce(NEW.{old}, {back})"),
        ),
        Given::New => (
            format!("coalesce(NEW.{new}, {forward})"),
            format!("coalesce({back}, NEW.{old})"),
        ),
        Given::Old => (
            format!("coalesce({forward}, NEW.{new})"),
            format!("coalesce(NEW.{old}, {back})"),
        ),
    };
    format!(
        "AFTER INSERT ON {table}
WHEN {}
BEGIN
    UPDATE {table} SET
           {new} = {for_new},
           {old} = {for_old}
     WHERE {};
END",
        differ(pair),
        this_row(pair)
    )
}

fn update(pair: &Pair<'_>) -> String {
    let (old, new, table) = names(pair);
    let (forward, back) = (value(pair.old, pair.new), value(pair.new, pair.old));
    let (to_old, to_new) = if pair.is_rename() {
        (String::new(), String::new())
    } else {
        (
            format!("\n       AND NOT (OLD.{new} IS NULL AND OLD.{old} IS NOT NULL)"),
            format!("\n       AND NOT (OLD.{old} IS NULL AND OLD.{new} IS NOT NULL)"),
        )
    };
    let row = this_row(pair);
    format!(
        "AFTER UPDATE OF {old}, {new} ON {table}
WHEN {}
BEGIN
    UPDATE {table} SET {new} = {forward}
     WHERE {row}
       AND {} AND {}{to_new};
    UPDATE {table} SET {old} = {back}
     WHERE {row}
       AND {} AND {}{to_old};
END",
        differ(pair),
        changes(pair.old, "IS NOT"),
        changes(pair.new, "IS"),
        changes(pair.new, "IS NOT"),
        changes(pair.old, "IS"),
    )
}

fn names(pair: &Pair<'_>) -> (String, String, String) {
    (
        identifier(Sqlite, &pair.old.name),
        identifier(Sqlite, &pair.new.name),
        identifier(Sqlite, &pair.table.name.name),
    )
}

/// The value of one column as one for the other.
fn value(from: &Column, to: &Column) -> String {
    let column = format!("NEW.{}", identifier(Sqlite, &from.name));
    converted(Sqlite, &column, &from.data_type, &to.data_type)
}

/// Whether there is something to do: also what ends it where triggers fire themselves.
fn differ(pair: &Pair<'_>) -> String {
    let value = value(pair.old, pair.new);
    let new = identifier(Sqlite, &pair.new.name);
    format!("{value}{} IS NOT NEW.{new}", binary([pair.old, pair.new]))
}

fn changes(column: &Column, how: &str) -> String {
    let name = identifier(Sqlite, &column.name);
    format!("NEW.{name}{} {how} OLD.{name}", binary([column, column]))
}

/// Values are compared byte for byte also where a collation says otherwise.
fn binary(columns: [&Column; 2]) -> &'static str {
    if columns.iter().any(|it| it.collation.is_some()) {
        " COLLATE BINARY"
    } else {
        ""
    }
}

/// The row that was written.
fn this_row(pair: &Pair<'_>) -> String {
    let names = row_of(pair.table);
    let equal: Vec<String> = names.iter().map(|it| format!("{it} = NEW.{it}")).collect();
    equal.join(" AND ")
}
