//! What looks like a rename and is none so far.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::diff::{Changes, Item, Operation, Renames};
use crate::model::schema::{Name, Table};

/// Something that goes while something alike comes: perhaps it only changes its name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LikelyRename {
    /// A table.
    Table {
        /// The one that goes.
        old: Name,
        /// The one that comes.
        new: Name,
    },
    /// A column.
    Column {
        /// The table, as it will be called.
        table: Name,
        /// The one that goes.
        old: String,
        /// The one that comes.
        new: String,
    },
}

impl LikelyRename {
    /// Of a table.
    pub fn table(old: Name, new: Name) -> Self {
        Self::Table { old, new }
    }

    /// Of a column; the table is named as it will be called.
    pub fn column(table: Name, old: impl Into<String>, new: impl Into<String>) -> Self {
        Self::Column {
            table,
            old: old.into(),
            new: new.into(),
        }
    }

    /// Makes it a rename.
    pub fn add_to(&self, renames: &mut Renames) {
        match self {
            Self::Table { old, new } => renames.table(old.clone(), new.clone()),
            Self::Column { table, old, new } => renames.column(table.clone(), old, new),
        };
    }

    /// What is said on the command line to make it one: `users.mail=email`.
    pub fn option(&self) -> String {
        match self {
            Self::Table { old, new } => format!("{old}={new}"),
            Self::Column { table, old, new } => format!("{table}.{old}={new}"),
        }
    }
}

/// For people: `column users.mail is gone and users.email is new`.
impl fmt::Display for LikelyRename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { old, new } => write!(f, "table {old} is gone and {new} is new"),
            Self::Column { table, old, new } => {
                write!(f, "column {table}.{old} is gone and {table}.{new} is new")
            }
        }
    }
}

/// What looks like a rename: a column that goes while one of its type comes, a table that goes while one with at least
/// half of its columns comes. Each name is in one of them at most.
pub fn likely_renames(changes: &Changes<'_>) -> Vec<LikelyRename> {
    let mut gone_tables = Vec::new();
    let mut new_tables = Vec::new();
    let mut gone_columns = Vec::new();
    let mut new_columns = Vec::new();
    for operation in &changes.operations {
        match operation {
            Operation::Drop(Item::Table(table)) => gone_tables.push(*table),
            Operation::Create(Item::Table(table)) => new_tables.push(*table),
            Operation::Drop(Item::Column(table, column)) => gone_columns.push((*table, *column)),
            Operation::Create(Item::Column(table, column)) => new_columns.push((*table, *column)),
            _ => {}
        }
    }
    let mut likely = Vec::new();
    for old in gone_tables {
        // What is dropped and made again under its own name is no rename.
        if new_tables.iter().any(|new| new.name == old.name) {
            continue;
        }
        let best = new_tables
            .iter()
            .map(|new| (alike(old, new), *new))
            .filter(|(alike, _)| *alike >= 50)
            .max_by_key(|(alike, _)| *alike);
        if let Some((_, new)) = best {
            new_tables.retain(|it| it.name != new.name);
            likely.push(LikelyRename::Table {
                old: old.name.clone(),
                new: new.name.clone(),
            });
        }
    }
    for (table, old) in gone_columns {
        let place = table.columns.iter().position(|it| it.name == old.name);
        let is_alike = |(of, new): &(&Table, &crate::model::schema::Column)| {
            of.name == table.name
                && new.name != old.name
                && new.data_type.eq_ignore_ascii_case(&old.data_type)
        };
        // The one at the same place, else the first.
        let found = new_columns
            .iter()
            .position(|new| {
                is_alike(new) && new.0.columns.iter().position(|it| it.name == new.1.name) == place
            })
            .or_else(|| new_columns.iter().position(is_alike));
        if let Some(found) = found {
            let (table, new) = new_columns.remove(found);
            likely.push(LikelyRename::Column {
                table: table.name.clone(),
                old: old.name.clone(),
                new: new.name.clone(),
            });
        }
    }
    likely
}

/// How many of a hundred columns two tables have in common.
fn alike(one: &Table, other: &Table) -> usize {
    let columns = |table: &Table| -> BTreeSet<(String, String)> {
        let pair = |it: &crate::model::schema::Column| (it.name.clone(), it.data_type.clone());
        table.columns.iter().map(pair).collect()
    };
    let (one, other) = (columns(one), columns(other));
    let all = one.union(&other).count();
    if all == 0 {
        return 0;
    }
    one.intersection(&other).count() * 100 / all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diff::diff;
    use crate::model::schema::{Column, Schema};
    use crate::text::Dialect;

    /// `users: id INT, mail TEXT; posts: id INT`
    fn schema(text: &str) -> Schema {
        let mut schema = Schema::new(Dialect::Postgres, "public");
        for table in text.split(';').filter(|it| !it.trim().is_empty()) {
            let (name, columns) = table.split_once(':').expect("a table");
            let mut table = Table::new(Dialect::Postgres, Name::bare(name.trim()));
            for column in columns.split(',') {
                let (name, kind) = column.trim().split_once(' ').expect("a column");
                table.columns.push(Column::new(name, kind));
            }
            schema.tables.insert(table);
        }
        schema
    }

    #[test]
    fn what_looks_like_a_rename() {
        for (before, after, expected) in [
            (
                "a: id INT, mail TEXT",
                "a: id INT, email TEXT",
                "a.mail=email",
            ),
            ("a: id INT, mail TEXT", "a: id INT, email JSON", ""),
            (
                "a: id INT, x TEXT, y TEXT",
                "a: id INT, p TEXT, q TEXT",
                "a.x=p a.y=q",
            ),
            ("a: id INT, x TEXT", "a: id INT, x TEXT, y TEXT", ""),
            ("a: id INT, x TEXT", "b: id INT, x TEXT", "a=b"),
            ("a: id INT, x TEXT", "b: id INT, x TEXT; c: id INT", "a=b"),
            ("a: id INT, x TEXT", "b: key INT, y TEXT", ""),
            ("a: id INT", "a: id INT; b: id INT", ""),
        ] {
            let (before, after) = (schema(before), schema(after));
            let changes = diff(&before, &after, &Renames::default());
            let found: Vec<String> = likely_renames(&changes)
                .iter()
                .map(LikelyRename::option)
                .collect();
            assert_eq!(found.join(" "), expected, "{:?}", changes.operations);
        }
    }
}
