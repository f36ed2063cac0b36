//! Operations as SQL that a person would have written.
//!
//! [`render`] asks the dialect of the changes. What an operation comes to is decided here and nowhere else: the diff
//! says what changes, not how.
//!
//! | folder | what |
//! |---|---|
//! | `postgres` | PostgreSQL |
//! | `mysql` | MySQL and MariaDB |
//! | `sqlite` | SQLite |

mod mysql;
mod postgres;
mod sqlite;

use std::fmt;

use super::diff::Changes;
use super::schema::{Name, Object as _, ObjectId, Schema, Table, Trigger, TriggerKey};
use crate::text::Dialect;
pub use crate::text::sql::Transactional;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// Its text, without a terminator.
    pub sql: String,
    /// Whether it may run in a transaction.
    pub transactional: Transactional,
    /// In which revision it stands.
    pub stage: Stage,
    /// What data it takes away, in words: `table users`, `column users.email`.
    pub loses: Vec<String>,
    /// What a reader should know, as a comment above it.
    pub note: Option<String>,
    /// The trigger that it makes.
    pub trigger: Option<TriggerKey>,
}

impl Statement {
    /// A statement of the first revision that may run in a transaction and takes nothing away.
    pub fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            transactional: Transactional::Yes,
            stage: Stage::First,
            loses: Vec::new(),
            note: None,
            trigger: None,
        }
    }

    /// One that makes this trigger.
    fn creating(trigger: &Trigger, sql: String) -> Self {
        Self {
            trigger: Some(trigger.key()),
            ..Self::new(sql)
        }
    }
}

/// In which revision a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Stage {
    /// The one that changes what is there.
    #[default]
    First,
    /// One behind it, for what takes long while everybody works: `CREATE INDEX CONCURRENTLY`, `VALIDATE CONSTRAINT`.
    Second,
}

/// How careful the SQL is with a database that is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Safety {
    /// Nothing holds a lock for long that others wait for; what takes long goes into [`Stage::Second`].
    #[default]
    Safe,
    /// The plain form of everything, in one stage.
    Plain,
}

/// What a caller can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Options {
    /// How careful the SQL is.
    pub safety: Safety,
}

impl Options {
    /// The plain form of everything, in one stage: what a dump is written in.
    pub const PLAIN: Self = Self {
        safety: Safety::Plain,
    };
}

/// The statements that run these changes, in their order: all of the first stage, then all of the second.
///
/// # Errors
/// When there is a change that the database has no way to make.
///
/// # Examples
///
/// ```
/// use migrate_core::model::diff::{Renames, diff};
/// use migrate_core::model::render::{Options, render};
/// use migrate_core::model::schema::{EnumType, Name, Schema};
/// use migrate_core::text::Dialect;
///
/// let before = Schema::new(Dialect::Postgres, "public");
/// let mut after = before.clone();
/// after.enums.insert(EnumType::new(Name::bare("mood"), ["sad", "happy"]));
///
/// let changes = diff(&before, &after, &Renames::default());
/// let statements = render(&changes, &Options::default()).unwrap();
/// assert_eq!(statements[0].sql, "CREATE TYPE mood AS ENUM ('sad', 'happy')");
/// ```
pub fn render(changes: &Changes<'_>, options: &Options) -> Result<Vec<Statement>, RenderError> {
    let mut statements = match changes.after.dialect {
        Dialect::Postgres => postgres::render(changes, options)?,
        Dialect::Mysql | Dialect::Mariadb => mysql::render(changes, options)?,
        Dialect::Sqlite => sqlite::render(changes, options)?,
    };
    statements.sort_by_key(|statement| statement.stage);
    Ok(statements)
}

/// An identifier as a person writes it: quoted where it has to be.
pub(in crate::model) fn identifier(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Postgres => postgres::ident(name),
        Dialect::Mysql | Dialect::Mariadb => mysql::ident(name),
        Dialect::Sqlite => sqlite::ident(name),
    }
}

/// A name with its schema, if it is not in the default one.
pub(in crate::model) fn qualified(dialect: Dialect, name: &Name) -> String {
    let own = identifier(dialect, &name.name);
    match &name.schema {
        Some(schema) => format!("{}.{own}", identifier(dialect, schema)),
        None => own,
    }
}

/// What stores a value of one type in a column of another, such that what does not fit is an error and never another
/// value, as far as the database can tell.
pub(in crate::model) fn converted(dialect: Dialect, value: &str, from: &str, to: &str) -> String {
    match dialect {
        Dialect::Postgres => postgres::converted(value, from, to),
        Dialect::Mysql | Dialect::Mariadb => value.to_owned(),
        Dialect::Sqlite => sqlite::converted(value, from, to),
    }
}

/// Whether a change of the type writes every row anew, as far as it is known.
pub(in crate::model) fn writes_anew(dialect: Dialect, from: &str, to: &str) -> bool {
    dialect != Dialect::Postgres || postgres::rewrites(from, to)
}

/// The columns that tell a row of a table of SQLite from all others, as identifiers.
pub(in crate::model) fn row_of(table: &Table) -> Vec<String> {
    sqlite::row_of(table)
}

/// `CREATE TRIGGER` on MySQL and MariaDB for one that takes its place among the others of a schema.
pub(in crate::model) fn trigger_in_its_place(schema: &Schema, trigger: &Trigger) -> String {
    mysql::in_its_place(schema, trigger)
}

/// The place of a new trigger on MySQL and MariaDB: behind all of the same table, time and event.
pub(in crate::model) fn last_place(schema: &Schema, trigger: &Trigger) -> u32 {
    mysql::last_place(schema, trigger)
}

/// Counts the triggers of a table of MySQL or MariaDB anew, in the order in which `place` has them.
pub(in crate::model) fn renumber(
    schema: &mut Schema,
    table: &Name,
    place: impl Fn(&Trigger) -> u32,
) {
    mysql::renumber(schema, table, place);
}

/// A change that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RenderError {
    /// The object.
    pub object: ObjectId,
    /// What about it.
    pub message: String,
    /// What to do instead.
    pub help: String,
}

impl RenderError {
    /// An object, what cannot be done, and what to do instead.
    pub fn new(object: ObjectId, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            object,
            message: message.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            object,
            message,
            help,
        } = self;
        write!(f, "{object}: {message}; {help}")
    }
}

impl std::error::Error for RenderError {}
