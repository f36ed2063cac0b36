//! What a table or an index is made of, read from the statement that SQLite keeps of it.
//!
//! SQLite's pragmas tell columns, keys and indexes, and lose the rest: names of constraints, checks, collations, what a
//! generated column is computed from, when a foreign key is checked. All of that is in the text.
//!
//! `table` reads the columns and constraints, `part` what stands in parentheses.

mod part;
mod table;
#[cfg(test)]
mod tests;

use super::cursor::Cursor;
use super::name::Name;
use crate::text::Dialect;
use part::{group, names, parts};
use table::{column, table_constraint};

/// What a `CREATE TABLE` of SQLite says beyond what the pragmas tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableDefinition {
    /// Its columns.
    pub columns: Vec<ColumnDefinition>,
    /// Its constraints, those written at a column too, in their order.
    pub constraints: Vec<Constraint>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: String,
    /// Its collation.
    pub collation: Option<String>,
    /// What it is computed from, without the parentheses.
    pub generated: Option<String>,
    /// The `ON CONFLICT` of its `NOT NULL`.
    pub not_null_conflict: Option<String>,
}

/// A constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Its name.
    pub name: Option<String>,
    /// The column it was written at.
    pub column: Option<String>,
    /// What it says.
    pub kind: ConstraintKind,
}

/// What a constraint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey {
        /// Its parts.
        parts: Vec<Part>,
        /// Whether it is `AUTOINCREMENT`.
        autoincrement: bool,
        /// `ON CONFLICT`.
        on_conflict: Option<String>,
    },
    /// `UNIQUE`.
    Unique {
        /// Its parts.
        parts: Vec<Part>,
        /// `ON CONFLICT`.
        on_conflict: Option<String>,
    },
    /// `CHECK`: the expression without the parentheses.
    Check(String),
    /// `REFERENCES`.
    ForeignKey(Reference),
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The columns.
    pub columns: Vec<String>,
    /// The other table.
    pub table: Name,
    /// The columns there; none for its primary key.
    pub referred: Vec<String>,
    /// `ON UPDATE`, in upper case.
    pub on_update: Option<String>,
    /// `ON DELETE`, in upper case.
    pub on_delete: Option<String>,
    /// `MATCH`, in upper case.
    pub match_type: Option<String>,
    /// `DEFERRABLE`, and whether `INITIALLY DEFERRED`.
    pub deferrable: Option<bool>,
}

/// A part of a key or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The column, or the expression, without collation and order.
    pub text: String,
    /// The column, if it is one.
    pub column: Option<String>,
    /// `COLLATE`.
    pub collation: Option<String>,
    /// Whether `DESC`.
    pub descending: bool,
}

/// What a `CREATE INDEX` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexDefinition {
    /// Its parts.
    pub parts: Vec<Part>,
    /// What stands behind `WHERE`.
    pub predicate: Option<String>,
}

/// A `CREATE VIRTUAL TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The module.
    pub name: String,
    /// What stands in its parentheses.
    pub arguments: String,
}

/// Reads a `CREATE TABLE` of SQLite; `None` when it is none with a list of columns.
///
/// ```
/// use migrate_core::text::ddl::table_definition;
///
/// let table = table_definition("CREATE TABLE t (a INT CONSTRAINT positive CHECK (a > 0))").unwrap();
/// assert_eq!(table.constraints[0].name.as_deref(), Some("positive"));
/// ```
pub fn table_definition(statement: &str) -> Option<TableDefinition> {
    let mut cursor = Cursor::new(statement, Dialect::Sqlite);
    if !cursor.take_keyword("CREATE") {
        return None;
    }
    cursor.take_one_of(&["TEMP", "TEMPORARY"]);
    if !cursor.take_keyword("TABLE") {
        return None;
    }
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    if !cursor.take('(') {
        return None;
    }
    let mut table = TableDefinition::default();
    while !cursor.at_end() && !cursor.is_punct(')') {
        let place = cursor.place();
        if !table_constraint(&mut cursor, &mut table) {
            column(&mut cursor, &mut table);
        }
        cursor.take(',');
        if cursor.place() == place {
            cursor.skip();
        }
    }
    Some(table)
}

/// Reads a `CREATE INDEX` of SQLite; `None` when it is none.
pub fn index_definition(statement: &str) -> Option<IndexDefinition> {
    let mut cursor = Cursor::new(statement, Dialect::Sqlite);
    if !cursor.take_keyword("CREATE") {
        return None;
    }
    cursor.take_keyword("UNIQUE");
    if !cursor.take_keyword("INDEX") {
        return None;
    }
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    if !cursor.take_keyword("ON") {
        return None;
    }
    cursor.name()?;
    let (parts, _) = parts(&mut cursor);
    let predicate = cursor
        .take_keyword("WHERE")
        .then(|| cursor.rest().trim().to_owned());
    Some(IndexDefinition { parts, predicate })
}

/// Reads a `CREATE VIRTUAL TABLE`; `None` when it is none.
pub fn virtual_table(statement: &str) -> Option<Module> {
    let mut cursor = Cursor::new(statement, Dialect::Sqlite);
    if !cursor.take_words(&["CREATE", "VIRTUAL", "TABLE"]) {
        return None;
    }
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    if !cursor.take_keyword("USING") {
        return None;
    }
    let name = cursor.identifier()?;
    let arguments = group(&mut cursor).unwrap_or_default();
    Some(Module { name, arguments })
}

/// What a `CREATE VIEW` shows: the columns it names, and its query; `None` when it is none.
pub fn view_query(statement: &str, dialect: Dialect) -> Option<(Vec<String>, String)> {
    let mut cursor = Cursor::new(statement, dialect);
    if !cursor.take_keyword("CREATE") || !cursor.skip_past("VIEW") {
        return None;
    }
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    let columns = names(&mut cursor);
    if !cursor.skip_past("AS") {
        return None;
    }
    Some((columns, cursor.rest().trim().to_owned()))
}
