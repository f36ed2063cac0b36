//! Columns and constraints of a `CREATE TABLE`.

use super::part::{group, names, parts};
use super::{ColumnDefinition, Constraint, ConstraintKind, Part, Reference, TableDefinition};
use crate::text::ddl::cursor::Cursor;

const COLUMN_CONSTRAINTS: [&str; 11] = [
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "GENERATED",
    "AS",
];

/// A constraint of the table; `false` when the item is a column.
pub(super) fn table_constraint(cursor: &mut Cursor<'_>, table: &mut TableDefinition) -> bool {
    const BEGINNINGS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    if !cursor.is_one_of(&BEGINNINGS) {
        return false;
    }
    let mut name = None;
    while !cursor.at_end() && !cursor.is_punct(',') && !cursor.is_punct(')') {
        if cursor.take_keyword("CONSTRAINT") {
            name = cursor.identifier();
        } else if cursor.take_words(&["PRIMARY", "KEY"]) {
            let (parts, autoincrement) = parts(cursor);
            let on_conflict = on_conflict(cursor);
            let kind = ConstraintKind::PrimaryKey {
                parts,
                autoincrement,
                on_conflict,
            };
            table.push(name.take(), None, kind);
        } else if cursor.take_keyword("UNIQUE") {
            let (parts, _) = parts(cursor);
            let on_conflict = on_conflict(cursor);
            table.push(
                name.take(),
                None,
                ConstraintKind::Unique { parts, on_conflict },
            );
        } else if cursor.take_keyword("CHECK") {
            let check = ConstraintKind::Check(group(cursor).unwrap_or_default());
            table.push(name.take(), None, check);
            on_conflict(cursor);
        } else if cursor.take_words(&["FOREIGN", "KEY"]) {
            let columns = names(cursor);
            if cursor.take_keyword("REFERENCES")
                && let Some(reference) = reference(cursor, columns)
            {
                table.push(name.take(), None, ConstraintKind::ForeignKey(reference));
            }
        } else {
            cursor.skip();
        }
    }
    true
}

pub(super) fn column(cursor: &mut Cursor<'_>, table: &mut TableDefinition) {
    let Some(column) = cursor.identifier() else {
        cursor.skip_item();
        return;
    };
    // The type.
    while !cursor.at_end()
        && !cursor.is_punct(',')
        && !cursor.is_punct(')')
        && !cursor.is_one_of(&COLUMN_CONSTRAINTS)
    {
        if cursor.skip_group().is_none() {
            cursor.skip();
        }
    }
    let mut definition = ColumnDefinition {
        name: column.clone(),
        ..ColumnDefinition::default()
    };
    let here = || Some(column.clone());
    let mut name = None;
    while !cursor.at_end() && !cursor.is_punct(',') && !cursor.is_punct(')') {
        if cursor.take_keyword("CONSTRAINT") {
            name = cursor.identifier();
            continue;
        }
        if cursor.take_words(&["PRIMARY", "KEY"]) {
            let descending = cursor.take_keyword("DESC");
            cursor.take_keyword("ASC");
            let on_conflict = on_conflict(cursor);
            let autoincrement = cursor.take_keyword("AUTOINCREMENT");
            let parts = vec![Part {
                descending,
                ..Part::column(&column)
            }];
            let kind = ConstraintKind::PrimaryKey {
                parts,
                autoincrement,
                on_conflict,
            };
            table.push(name.take(), here(), kind);
        } else if cursor.take_words(&["NOT", "NULL"]) {
            definition.not_null_conflict = on_conflict(cursor);
        } else if cursor.take_keyword("NULL") {
            on_conflict(cursor);
        } else if cursor.take_keyword("UNIQUE") {
            let on_conflict = on_conflict(cursor);
            let parts = vec![Part::column(&column)];
            table.push(
                name.take(),
                here(),
                ConstraintKind::Unique { parts, on_conflict },
            );
        } else if cursor.take_keyword("CHECK") {
            let check = ConstraintKind::Check(group(cursor).unwrap_or_default());
            table.push(name.take(), here(), check);
        } else if cursor.take_keyword("DEFAULT") {
            if cursor.skip_group().is_none() {
                let _ = cursor.take('-') || cursor.take('+');
                cursor.skip();
            }
        } else if cursor.take_keyword("COLLATE") {
            definition.collation = cursor.identifier();
        } else if cursor.take_keyword("REFERENCES") {
            if let Some(reference) = reference(cursor, vec![column.clone()]) {
                table.push(name.take(), here(), ConstraintKind::ForeignKey(reference));
            }
        } else if cursor.take_words(&["GENERATED", "ALWAYS"]) {
            continue;
        } else if cursor.take_keyword("AS") {
            definition.generated = group(cursor);
            cursor.take_one_of(&["STORED", "VIRTUAL"]);
        } else {
            cursor.skip();
        }
        name = None;
    }
    table.columns.push(definition);
}

/// After `REFERENCES`.
fn reference(cursor: &mut Cursor<'_>, columns: Vec<String>) -> Option<Reference> {
    let mut reference = Reference {
        columns,
        table: cursor.name()?,
        referred: names(cursor),
        on_update: None,
        on_delete: None,
        match_type: None,
        deferrable: None,
    };
    loop {
        if cursor.take_words(&["ON", "DELETE"]) {
            reference.on_delete = action(cursor);
        } else if cursor.take_words(&["ON", "UPDATE"]) {
            reference.on_update = action(cursor);
        } else if cursor.take_words(&["ON", "INSERT"]) {
            action(cursor);
        } else if cursor.take_keyword("MATCH") {
            reference.match_type = cursor.take_word();
        } else if cursor.take_words(&["NOT", "DEFERRABLE"]) {
            initially(cursor);
        } else if cursor.take_keyword("DEFERRABLE") {
            reference.deferrable = Some(initially(cursor));
        } else {
            return Some(reference);
        }
    }
}

/// Whether `INITIALLY DEFERRED` follows.
fn initially(cursor: &mut Cursor<'_>) -> bool {
    let deferred = cursor.take_words(&["INITIALLY", "DEFERRED"]);
    cursor.take_words(&["INITIALLY", "IMMEDIATE"]);
    deferred
}

fn action(cursor: &mut Cursor<'_>) -> Option<String> {
    let first = cursor.take_word()?;
    if matches!(first.as_str(), "SET" | "NO") {
        let second = cursor.take_word()?;
        return Some(format!("{first} {second}"));
    }
    Some(first)
}

fn on_conflict(cursor: &mut Cursor<'_>) -> Option<String> {
    if cursor.take_words(&["ON", "CONFLICT"]) {
        cursor.take_word()
    } else {
        None
    }
}

impl TableDefinition {
    fn push(&mut self, name: Option<String>, column: Option<String>, kind: ConstraintKind) {
        self.constraints.push(Constraint { name, column, kind });
    }
}
