//! What a statement does to the transaction around it, on MySQL and MariaDB.

use super::change::{Change, ObjectKind, Rows, Verb};
use super::cursor::Cursor;
use super::read;
use crate::text::Dialect;

/// What a statement of MySQL or MariaDB does to the transaction around it.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::ddl::{Boundary, boundary};
///
/// let boundary = |sql| boundary(sql, Dialect::Mariadb);
/// assert_eq!(boundary("UPDATE a SET b = 1"), Boundary::Within);
/// assert_eq!(boundary("CREATE TABLE a (b int)"), Boundary::Commits);
/// assert_eq!(boundary("CALL rebuild()"), Boundary::Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// It is part of the transaction: committed and rolled back with it.
    Within,
    /// Data definition: it commits the transaction before it begins, and itself when it ends.
    Commits,
    /// It may commit the transaction, in the middle of its work too.
    Unknown,
}

/// What `statement` does to the transaction around it. Whatever is not known to be harmless is [`Boundary::Unknown`].
///
/// A statement that writes a table whose engine knows no transactions is [`Boundary::Within`] all the same: that cannot
/// be seen from its text.
pub fn boundary(statement: &str, dialect: Dialect) -> Boundary {
    match read(statement, dialect) {
        Change::Data(data) if data.verb == Verb::Load => Boundary::Unknown,
        Change::Data(_) => Boundary::Within,
        Change::CreateTable(table) if table.rows == Rows::Temporary => Boundary::Within,
        Change::Drop(drop) if drop.kind == ObjectKind::TemporaryTable => Boundary::Within,
        Change::Drop(drop) if drop.kind == ObjectKind::Other => Boundary::Unknown,
        Change::Create(create) if create.kind == ObjectKind::Other => Boundary::Unknown,
        Change::CreateTable(_)
        | Change::AlterTable(_)
        | Change::RenameTables(_)
        | Change::CreateIndex(_)
        | Change::DropIndex(_)
        | Change::Create(_)
        | Change::Drop(_)
        | Change::Truncate(_) => Boundary::Commits,
        Change::Reindex(_) | Change::Rename(_) | Change::Alter(..) | Change::Other => {
            other(statement, dialect)
        }
    }
}

fn other(statement: &str, dialect: Dialect) -> Boundary {
    let mut cursor = Cursor::new(statement, dialect);
    match cursor.take_word().as_deref() {
        Some("SET") => set(&cursor),
        Some("USE" | "SHOW" | "DESCRIBE" | "DESC" | "DO" | "SAVEPOINT" | "HELP") => {
            Boundary::Within
        }
        // MySQL's EXPLAIN ANALYZE and MariaDB's ANALYZE run what they explain.
        Some("EXPLAIN") if !cursor.has_word("ANALYZE") => Boundary::Within,
        _ => Boundary::Unknown,
    }
}

/// After `SET`: variables and character sets are harmless; `autocommit` and passwords are not.
fn set(cursor: &Cursor<'_>) -> Boundary {
    let first = cursor.peek_word();
    let harmful = matches!(
        first.as_deref(),
        Some("PASSWORD" | "STATEMENT" | "DEFAULT" | "RESOURCE" | "TRANSACTION")
    ) && !cursor.is_word("TRANSACTION")
        || cursor.words().any(|word| word == "AUTOCOMMIT");
    if harmful {
        Boundary::Unknown
    } else {
        Boundary::Within
    }
}
