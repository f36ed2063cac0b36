//! What a statement does, as a typed value: [`read`] turns the text of one statement into a [`Change`].
//!
//! Hand-written recursive descent over the tokens of [`sql`](super::sql). It reads what effect probes, lints and
//! previews ask about, names above all, and skips the rest; whatever it does not know is [`Change::Other`]. It never
//! fails, and nobody else matches SQL text with patterns of their own.
//!
//! | file | what |
//! |---|---|
//! | `change` | the types |
//! | `name` | names, with and without quotes and schema |
//! | `cursor` | the tokens, taken one by one |
//! | `table`, `alter`, `index`, `object`, `data` | one family of statements each |
//! | `definition` | what a table or index of SQLite is made of, in full |
//! | `shown` | what `SHOW CREATE` of MySQL and MariaDB says |
//! | `boundary` | what a statement does to the transaction around it, on MySQL and MariaDB |
//! | `loss` | what a section takes away for good |
//! | `was` | what a table or a column of the desired schema was called before |
//! | `residue` | what a statement leaves behind in the session |

mod alter;
mod boundary;
mod change;
mod cursor;
mod data;
mod definition;
mod index;
mod loss;
mod name;
mod object;
mod residue;
mod shown;
mod table;
mod was;

#[cfg(test)]
mod tests;

pub use boundary::{Boundary, boundary};
pub use change::{
    AlterTable, Alteration, Build, Change, Column, CreateIndex, CreateObject, CreateTable, Data,
    DropIndex, DropObject, Existing, Key, KeyKind, Missing, ObjectKind, Rename, RenameObject, Rows,
    Verb,
};
pub use definition::{
    ColumnDefinition, Constraint, ConstraintKind, IndexDefinition, Module, Part, Reference,
    TableDefinition, index_definition, table_definition, view_query, virtual_table,
};
pub use loss::{Loss, losses};
pub use name::Name;
pub use residue::{Residue, residue};
pub use shown::{
    ShownTable, shown_table, view_algorithm, without_database, without_definer, without_starts,
};
pub use was::{Was, was};

use super::Dialect;
use cursor::Cursor;

/// Reads one statement, without its terminator.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::ddl::{Change, read};
///
/// let Change::AlterTable(change) = read("ALTER TABLE app.users DROP email", Dialect::Mysql) else {
///     panic!("an ALTER TABLE is read as one");
/// };
/// assert_eq!(change.table.to_string(), "app.users");
/// assert_eq!(read("FROBNICATE users", Dialect::Mysql), Change::Other);
/// ```
pub fn read(statement: &str, dialect: Dialect) -> Change {
    let mut cursor = Cursor::new(statement, dialect);
    let change = match cursor.take_word().as_deref() {
        Some("CREATE") => create(&mut cursor),
        Some("DROP") => drop(&mut cursor),
        Some("ALTER") => alter::alter(&mut cursor),
        Some("RENAME") => table::rename(&mut cursor),
        Some("TRUNCATE") => table::truncate(&mut cursor),
        Some("REINDEX") => index::rebuild(&mut cursor),
        Some(word) => data::data(word, &mut cursor),
        // A query may stand in parentheses.
        None if cursor.take('(') => data::parenthesised(&mut cursor),
        None => None,
    };
    change.unwrap_or(Change::Other)
}

fn create(cursor: &mut Cursor<'_>) -> Option<Change> {
    let replace = cursor.take_words(&["OR", "REPLACE"]);
    let existing = if replace {
        Existing::Replace
    } else {
        Existing::Error
    };
    if let Some(change) = table::create(cursor, existing) {
        return Some(change);
    }
    if let Some(change) = index::create(cursor, existing) {
        return Some(change);
    }
    object::create(cursor, existing)
}

fn drop(cursor: &mut Cursor<'_>) -> Option<Change> {
    if let Some(change) = index::drop(cursor) {
        return Some(change);
    }
    object::drop(cursor)
}
