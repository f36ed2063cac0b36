//! What a statement leaves behind in the session, beside what it does to the database.
//!
//! A section that is resumed goes on in a new session: settings are made once more, anything else that the session
//! held is gone.

use super::change::{Change, ObjectKind, Rows};
use super::cursor::Cursor;
use super::read;
use crate::text::Dialect;

/// What a statement leaves behind in the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Residue {
    /// Nothing.
    Nothing,
    /// A setting, which is the same when the statement is run once more.
    Setting,
    /// Something that is lost with the session, and what.
    Lost(&'static str),
}

/// What `statement` leaves behind in the session.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::ddl::{Residue, residue};
///
/// let residue = |sql| residue(sql, Dialect::Mysql);
/// assert_eq!(residue("SET foreign_key_checks = 0"), Residue::Setting);
/// assert_eq!(residue("CREATE TEMPORARY TABLE a (b int)"), Residue::Lost("a temporary table"));
/// assert_eq!(residue("DROP TABLE a"), Residue::Nothing);
/// ```
pub fn residue(statement: &str, dialect: Dialect) -> Residue {
    match read(statement, dialect) {
        Change::CreateTable(table) if table.rows == Rows::Temporary => {
            Residue::Lost("a temporary table")
        }
        Change::Drop(drop) if drop.kind == ObjectKind::TemporaryTable => Residue::Nothing,
        Change::Data(_) => data(statement, dialect),
        Change::Other => other(statement, dialect),
        _ => Residue::Nothing,
    }
}

/// `SELECT .. INTO @variable` and `SELECT @variable := ..`.
fn data(statement: &str, dialect: Dialect) -> Residue {
    let mut cursor = Cursor::new(statement, dialect);
    if !dialect.is_mysql_family() {
        return Residue::Nothing;
    }
    while !cursor.at_end() {
        let into = cursor.take_keyword("INTO");
        if cursor.take('@') {
            cursor.identifier();
            if into || cursor.take(':') && cursor.take('=') {
                return Residue::Lost("a user variable");
            }
        } else if !into {
            cursor.skip();
        }
    }
    Residue::Nothing
}

fn other(statement: &str, dialect: Dialect) -> Residue {
    let mut cursor = Cursor::new(statement, dialect);
    match cursor.take_word().as_deref() {
        // What a variable was set to from rows may be something else by now.
        Some("SET") if cursor.has_word("SELECT") || cursor.has_word("LAST_INSERT_ID") => {
            Residue::Lost("a variable set from rows")
        }
        Some("SET" | "USE") => Residue::Setting,
        Some("PREPARE") => Residue::Lost("a prepared statement"),
        Some("LOCK") => Residue::Lost("a lock"),
        Some("DECLARE") => Residue::Lost("a cursor"),
        _ => Residue::Nothing,
    }
}
