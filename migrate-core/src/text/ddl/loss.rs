//! What a section takes away for good: what a person wants to know before it runs.
//!
//! Only what the statements say by themselves. Code in a procedure or in a Rust step may do anything, and an `UPDATE`
//! that overwrites a value is not told from a backfill.

use std::fmt;

use super::change::{Alteration, Change, ObjectKind, Verb};
use super::{Name, read};
use crate::text::Dialect;

/// Something that is lost. Its `Display` is a short phrase: `drops table users`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loss {
    /// A table with its rows.
    Table(Name),
    /// A column with its values.
    Column {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// All rows of a table.
    AllRows(Name),
    /// Rows of a table.
    Rows(Name),
    /// A table that is dropped after another has been put together in its place: what was not copied is lost.
    Rebuilt(Name),
    /// A schema, on MySQL and MariaDB a database, with everything in it.
    Schema(Name),
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => write!(f, "drops table {table}"),
            Self::Column { table, column } => write!(f, "drops column {table}.{column}"),
            Self::AllRows(table) => write!(f, "empties table {table}"),
            Self::Rows(table) => write!(f, "deletes rows of {table}"),
            Self::Rebuilt(table) => write!(f, "rebuilds table {table}"),
            Self::Schema(schema) => write!(f, "drops schema {schema}"),
        }
    }
}

/// What these statements of one section take away, in their order, each once. What the section itself has made before
/// is not counted.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::ddl::losses;
///
/// let section = ["CREATE TABLE a (b int)", "ALTER TABLE users DROP COLUMN email", "DROP TABLE a"];
/// let found: Vec<String> = losses(section, Dialect::Sqlite).iter().map(ToString::to_string).collect();
/// assert_eq!(found, ["drops column users.email"]);
/// ```
pub fn losses<'s>(statements: impl IntoIterator<Item = &'s str>, dialect: Dialect) -> Vec<Loss> {
    let mut section = Section::default();
    for statement in statements {
        section.take(read(statement, dialect));
    }
    section.found
}

#[derive(Default)]
struct Section {
    /// The tables that the section has made.
    made: Vec<Name>,
    found: Vec<Loss>,
}

impl Section {
    fn take(&mut self, change: Change) {
        match change {
            Change::CreateTable(table) => self.made.push(table.name),
            Change::Drop(dropped) => {
                for name in dropped.names {
                    match dropped.kind {
                        ObjectKind::Table => self.lose(&name, Loss::Table(name.clone())),
                        ObjectKind::Schema | ObjectKind::Database => {
                            self.lose(&name, Loss::Schema(name.clone()));
                        }
                        _ => {}
                    }
                }
            }
            Change::AlterTable(altered) => {
                for action in altered.actions {
                    match action {
                        Alteration::DropColumn(column, _) => {
                            let table = altered.table.clone();
                            self.lose(&altered.table, Loss::Column { table, column });
                        }
                        Alteration::RenameTo(to) => self.rename(&altered.table, to),
                        _ => {}
                    }
                }
            }
            Change::RenameTables(renames) => {
                for rename in renames {
                    self.rename(&rename.from, rename.to);
                }
            }
            Change::Truncate(names) => {
                for name in names {
                    self.lose(&name, Loss::AllRows(name.clone()));
                }
            }
            Change::Data(data) if data.verb == Verb::Delete => {
                for name in data.tables {
                    self.lose(&name, Loss::Rows(name.clone()));
                }
            }
            _ => {}
        }
    }

    fn lose(&mut self, of: &Name, loss: Loss) {
        if !self.made.contains(of) && !self.found.contains(&loss) {
            self.found.push(loss);
        }
    }

    /// A table of ours that takes the name of one that was dropped is what that one was rebuilt as.
    fn rename(&mut self, from: &Name, to: Name) {
        let ours = self.made.contains(from);
        for loss in &mut self.found {
            if ours && matches!(loss, Loss::Table(name) if name.name == to.name) {
                *loss = Loss::Rebuilt(to.clone());
            }
        }
        if ours {
            self.made.push(to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statements of a section, parted by `;`, and what is lost.
    #[test]
    fn what_a_section_takes_away() {
        let cases: &[(&str, &[&str])] = &[
            ("CREATE TABLE a (b int)", &[]),
            ("DROP TABLE users", &["drops table users"]),
            (
                "DROP TABLE IF EXISTS app.users, posts CASCADE",
                &["drops table app.users", "drops table posts"],
            ),
            (
                "ALTER TABLE users DROP COLUMN email, DROP phone",
                &["drops column users.email", "drops column users.phone"],
            ),
            ("ALTER TABLE users DROP CONSTRAINT c", &[]),
            ("ALTER TABLE users ADD COLUMN email text", &[]),
            ("DROP INDEX i; DROP VIEW v; DROP SEQUENCE s", &[]),
            ("DROP SCHEMA app CASCADE", &["drops schema app"]),
            (
                "TRUNCATE users, posts",
                &["empties table users", "empties table posts"],
            ),
            (
                "DELETE FROM users WHERE id = 1; DELETE FROM users",
                &["deletes rows of users"],
            ),
            ("UPDATE users SET email = NULL", &[]),
            ("INSERT INTO users VALUES ('DROP TABLE users')", &[]),
            (
                "CREATE TEMP TABLE t AS SELECT 1; DELETE FROM t; DROP TABLE t",
                &[],
            ),
            (
                "CREATE TABLE users_new (id int); INSERT INTO users_new SELECT id FROM users; DROP TABLE users; \
                 ALTER TABLE users_new RENAME TO users; ALTER TABLE users DROP COLUMN id",
                &["rebuilds table users"],
            ),
            (
                "ALTER TABLE a RENAME TO b; DROP TABLE c",
                &["drops table c"],
            ),
        ];
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql] {
            for (section, expected) in cases {
                let found: Vec<String> = losses(section.split("; "), dialect)
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                assert_eq!(&found, expected, "{dialect}: {section}");
            }
        }
    }
}
