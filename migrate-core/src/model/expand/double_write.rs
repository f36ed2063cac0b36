//! The triggers that write to both columns of a bridge what is written to either.
//!
//! | file | what |
//! |---|---|
//! | `postgres` | a function, and a trigger that calls it before a row is written |
//! | `mysql` | two triggers before a row is written |
//! | `sqlite` | two triggers behind it, because those before it cannot change the row |
//!
//! A row that is inserted has one of the two values, or none; where a column has a default, its value says nothing, and
//! the other one counts if it is given. When a row is changed, the column that changes is followed by the one that does
//! not. A row from before that nobody has filled yet is left to the backfill: filling it is no change to be followed.

mod mysql;
mod postgres;
mod sqlite;

use crate::model::schema::{Column, Function, Name, Schema, Table, Trigger};
use crate::text::{Dialect, Digest};

/// Two columns that hold the same, under the names they have at the time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    /// The table as it is.
    pub(super) table: &'a Table,
    /// What the new column is called in the end: the triggers are called after it.
    pub(super) called: &'a str,
    pub(super) old: &'a Column,
    pub(super) new: &'a Column,
    pub(super) given: Given,
}

/// Whose value counts when a row comes with both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// Both stay as they are: whoever gives both knows both.
    Both,
    /// That of the new column: the old one has a default.
    New,
    /// That of the old column: the new one has a default.
    Old,
}

impl Given {
    /// By the defaults that the columns have while both are there.
    pub(super) fn of(old: &Column, wanted: &Column) -> Self {
        match (&old.default, &wanted.default) {
            (Some(_), _) => Self::New,
            (None, Some(_)) => Self::Old,
            (None, None) => Self::Both,
        }
    }
}

impl Pair<'_> {
    /// Whether values are the same in both.
    fn is_rename(&self) -> bool {
        self.old.data_type.eq_ignore_ascii_case(&self.new.data_type)
    }
}

/// What writes to both columns.
#[derive(Debug, Clone, Default)]
pub(super) struct DoubleWrite {
    pub(super) functions: Vec<Function>,
    pub(super) triggers: Vec<Trigger>,
}

/// The triggers of a pair.
pub(super) fn double_write(schema: &Schema, pair: &Pair<'_>) -> DoubleWrite {
    match schema.dialect {
        Dialect::Postgres => postgres::double_write(pair),
        Dialect::Mysql | Dialect::Mariadb => mysql::double_write(schema, pair),
        Dialect::Sqlite => sqlite::double_write(pair),
    }
}

/// What the triggers, and the function that they call, are named.
pub(super) struct Names {
    pub(super) function: Option<Name>,
    pub(super) triggers: Vec<String>,
}

impl Names {
    /// Of the bridge to a column.
    pub(super) fn of(dialect: Dialect, table: &Name, column: &str) -> Self {
        let name = |end: &str| name(&table.name, column, end);
        match dialect {
            Dialect::Postgres => Self {
                function: Some(Name {
                    schema: table.schema.clone(),
                    name: name(""),
                }),
                triggers: vec![name("")],
            },
            _ => Self {
                function: None,
                triggers: vec![name("_insert"), name("_update")],
            },
        }
    }
}

/// `users_email_double_write`; what is too long for a database ends in a digest of all of it.
fn name(table: &str, column: &str, end: &str) -> String {
    const LONGEST: usize = 63;
    const END: &str = "_double_write";
    let whole = format!("{table}_{column}");
    let room = LONGEST - END.len() - end.len();
    if whole.len() <= room {
        return format!("{whole}{END}{end}");
    }
    const DIGITS: usize = 8;
    let digest = Digest::of([whole.as_bytes()]).to_string();
    let digits = &digest[digest.len() - DIGITS..];
    let mut length = room - DIGITS - 1;
    while !whole.is_char_boundary(length) {
        length -= 1;
    }
    format!("{}_{digits}{END}{end}", &whole[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_enough_and_stay_apart() {
        assert_eq!(name("users", "email", ""), "users_email_double_write");
        let (one, other) = ("é".repeat(40), format!("{}x", "é".repeat(40)));
        let names = [name(&one, "c", "_insert"), name(&other, "c", "_insert")];
        assert!(names.iter().all(|it| it.len() <= 63), "{names:?}");
        assert_ne!(names[0], names[1]);
    }
}
