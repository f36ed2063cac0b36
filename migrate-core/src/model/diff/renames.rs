//! Which object of the one schema is which of the other, where names do not tell.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::model::schema::{Name, Schema, Table};
use crate::text::Dialect;

/// Tables and columns that go by another name. Nothing is ever guessed: what is not listed here is dropped and made.
///
/// ```
/// use migrate_core::model::diff::Renames;
/// use migrate_core::model::schema::Name;
///
/// let renames: Renames = "table users -> people; column people.mail -> people.email".parse().unwrap();
/// assert_eq!(renames.new_table(&Name::bare("users")), Some(&Name::bare("people")));
/// assert_eq!(renames.to_string(), "table users -> people; column people.mail -> people.email");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Renames {
    tables: BTreeMap<Name, Name>,
    /// By the new name of the table and the old one of the column.
    columns: BTreeMap<(Name, String), String>,
}

impl Renames {
    /// A table goes by another name.
    pub fn table(&mut self, old: Name, new: Name) -> &mut Self {
        self.tables.insert(old, new);
        self
    }

    /// A column of a table goes by another name; the table is named as it will be.
    pub fn column(
        &mut self,
        table: Name,
        old: impl Into<String>,
        new: impl Into<String>,
    ) -> &mut Self {
        self.columns.insert((table, old.into()), new.into());
        self
    }

    /// Whether nothing is renamed.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.columns.is_empty()
    }

    /// What a table is called afterwards, if it is renamed.
    pub fn new_table(&self, old: &Name) -> Option<&Name> {
        self.tables.get(old)
    }

    /// What a column is called afterwards, if it is renamed; the table is named as it will be.
    pub fn new_column(&self, table: &Name, old: &str) -> Option<&str> {
        // A borrowed pair cannot be looked up in a map of owned ones; there are few renames.
        let found = self
            .columns
            .iter()
            .find(|((of, name), _)| of == table && name == old);
        found.map(|(_, new)| new.as_str())
    }

    /// Tables: old and new.
    pub fn tables(&self) -> impl Iterator<Item = (&Name, &Name)> {
        self.tables.iter()
    }

    /// Columns: the new name of the table, old and new.
    pub fn columns(&self) -> impl Iterator<Item = (&Name, &str, &str)> {
        self.columns
            .iter()
            .map(|((table, old), new)| (table, old.as_str(), new.as_str()))
    }

    /// The way back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let old_table = |new: &Name| {
            let old = self.tables.iter().find(|(_, it)| *it == new);
            old.map_or(new, |(old, _)| old).clone()
        };
        Self {
            tables: self
                .tables
                .iter()
                .map(|(old, new)| (new.clone(), old.clone()))
                .collect(),
            columns: self
                .columns
                .iter()
                .map(|((table, old), new)| ((old_table(table), new.clone()), old.clone()))
                .collect(),
        }
    }

    /// These, and on SQLite the tables of which only the case of the name differs, which is no difference there: nobody has
    /// to say that such a table is the same one.
    pub(super) fn with_case(&self, before: &Schema, after: &Schema) -> Cow<'_, Self> {
        let mut renames = Cow::Borrowed(self);
        if after.dialect != Dialect::Sqlite {
            return renames;
        }
        let is_new = |table: &&Table| {
            let is_renamed = self.tables.values().any(|it| *it == table.name);
            !before.tables.contains(&table.name) && !is_renamed
        };
        for new in after.tables.iter().filter(is_new) {
            let old = before.tables.iter().find(|old| {
                let is_one = old.name.name.eq_ignore_ascii_case(&new.name.name);
                is_one && !after.tables.contains(&old.name) && self.new_table(&old.name).is_none()
            });
            if let Some(old) = old {
                let renames = renames.to_mut();
                renames.table(old.name.clone(), new.name.clone());
            }
        }
        renames
    }

    /// Checks that every name is there on its side and not on the other.
    ///
    /// # Errors
    /// The first one that names nothing, with the names that could be meant.
    pub fn check(&self, before: &Schema, after: &Schema) -> Result<(), RenameError> {
        for (old, new) in &self.tables {
            let gone = || names(before, after);
            let made = || names(after, before);
            let what = format!("table {old} -> {new}");
            side(before.tables.contains(old), &what, old, "before", gone)?;
            side(after.tables.contains(new), &what, new, "after", made)?;
            if after.tables.contains(old) {
                return Err(RenameError::still_there(&what, &old.to_string(), "after"));
            }
            if before.tables.contains(new) {
                return Err(RenameError::still_there(&what, &new.to_string(), "before"));
            }
        }
        for ((table, old), new) in &self.columns {
            let what = format!("column {table}.{old} -> {table}.{new}");
            let old_table = self.tables.iter().find(|(_, it)| *it == table);
            let old_table = old_table.map_or(table, |(old, _)| old);
            let Some(one) = before.tables.get(old_table) else {
                return Err(RenameError::nothing(
                    &what,
                    &old_table.to_string(),
                    "before",
                    tables(before),
                ));
            };
            let Some(other) = after.tables.get(table) else {
                return Err(RenameError::nothing(
                    &what,
                    &table.to_string(),
                    "after",
                    tables(after),
                ));
            };
            let shown = |column: &str| format!("{table}.{column}");
            let gone = || columns(one, other);
            let made = || columns(other, one);
            side(one.column(old).is_some(), &what, shown(old), "before", gone)?;
            side(
                other.column(new).is_some(),
                &what,
                shown(new),
                "after",
                made,
            )?;
            if other.column(old).is_some() {
                return Err(RenameError::still_there(&what, &shown(old), "after"));
            }
            if one.column(new).is_some() {
                return Err(RenameError::still_there(&what, &shown(new), "before"));
            }
        }
        Ok(())
    }
}

/// Asserts that a name is there.
fn side(
    there: bool,
    rename: &str,
    name: impl fmt::Display,
    side: &'static str,
    candidates: impl FnOnce() -> Vec<String>,
) -> Result<(), RenameError> {
    if there {
        return Ok(());
    }
    Err(RenameError::nothing(
        rename,
        &name.to_string(),
        side,
        candidates(),
    ))
}

fn tables(schema: &Schema) -> Vec<String> {
    schema.tables.iter().map(|it| it.name.to_string()).collect()
}

/// The tables that only the first has.
fn names(one: &Schema, other: &Schema) -> Vec<String> {
    let only = one
        .tables
        .iter()
        .filter(|it| !other.tables.contains(&it.name));
    only.map(|it| it.name.to_string()).collect()
}

/// The columns that only the first has.
fn columns(one: &Table, other: &Table) -> Vec<String> {
    let only = one
        .columns
        .iter()
        .filter(|it| other.column(&it.name).is_none());
    only.map(|it| format!("{}.{}", other.name, it.name))
        .collect()
}

/// As it is written in a hint, several separated by `;`.
impl fmt::Display for Renames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = self
            .tables
            .iter()
            .map(|(old, new)| format!("table {old} -> {new}"));
        let columns = self
            .columns
            .iter()
            .map(|((table, old), new)| format!("column {table}.{old} -> {table}.{new}"));
        let all: Vec<String> = tables.chain(columns).collect();
        f.write_str(&all.join("; "))
    }
}

/// `table a -> b` and `column t.a -> t.b` (or `column t.a -> b`), separated by `;`. Both sides name a column by the
/// table as it will be called.
impl FromStr for Renames {
    type Err = RenameError;

    fn from_str(text: &str) -> Result<Self, RenameError> {
        let mut renames = Self::default();
        for part in text.split(';').map(str::trim).filter(|it| !it.is_empty()) {
            let wrong = || RenameError {
                message: format!("`{part}` is no rename"),
                help: "write `table old -> new` or `column table.old -> table.new`".to_owned(),
            };
            let (kind, rest) = part.split_once(char::is_whitespace).ok_or_else(wrong)?;
            let (old, new) = rest.split_once("->").ok_or_else(wrong)?;
            let (old, new) = (old.trim(), new.trim());
            if old.is_empty() || new.is_empty() {
                return Err(wrong());
            }
            match kind {
                "table" => renames.table(name(old), name(new)),
                "column" => {
                    let (table, old) = old.rsplit_once('.').ok_or_else(wrong)?;
                    let new = match new.rsplit_once('.') {
                        Some((of, new)) if of == table => new,
                        Some(_) => return Err(wrong()),
                        None => new,
                    };
                    renames.column(name(table), old, new)
                }
                _ => return Err(wrong()),
            };
        }
        Ok(renames)
    }
}

fn name(text: &str) -> Name {
    match text.split_once('.') {
        Some((schema, name)) => Name::qualified(schema, name),
        None => Name::bare(text),
    }
}

/// A rename that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameError {
    /// What is wrong.
    pub message: String,
    /// What could be meant.
    pub help: String,
}

impl RenameError {
    fn nothing(rename: &str, name: &str, side: &str, candidates: Vec<String>) -> Self {
        let help = if candidates.is_empty() {
            "nothing can be meant: no such name is only on that side".to_owned()
        } else {
            format!("one of these could be meant: {}", candidates.join(", "))
        };
        Self {
            message: format!("`{rename}`: there is no {name} {side} the change"),
            help,
        }
    }

    fn still_there(rename: &str, name: &str, side: &str) -> Self {
        Self {
            message: format!("`{rename}`: {name} is there {side} the change too"),
            help: "rename only what has one name before and another one after".to_owned(),
        }
    }
}

/// The message and what mends it.
impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for RenameError {}
