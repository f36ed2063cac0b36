//! What can be changed in place, dialect by dialect, and what has to be made anew.

mod mysql;
mod postgres;
mod sqlite;

use super::{Item, Schema};
use crate::model::schema::ORDER_OF_COLUMNS;
use crate::model::schema::compare::Detail;
use crate::text::Dialect;

/// How an object becomes what it shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alteration {
    /// In place; what depends on it stays.
    InPlace,
    /// In place, but what depends on it has to stand aside meanwhile: it is dropped before and made again behind.
    Disruptive,
    /// It is dropped and made again, with what depends on it.
    Replace,
}

/// One object that differs in something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) before: Item<'a>,
    pub(super) after: Item<'a>,
    pub(super) details: &'a [Detail],
    pub(super) schemas: (&'a Schema, &'a Schema),
}

impl Change<'_> {
    /// Whether it differs in nothing else than these.
    pub(super) fn is_only(&self, respects: &[&str]) -> bool {
        self.details
            .iter()
            .all(|detail| respects.contains(&detail.what))
    }

    /// Whether it differs in this.
    pub(super) fn has(&self, respect: &str) -> bool {
        self.details.iter().any(|detail| detail.what == respect)
    }
}

/// How this object becomes what it shall be.
pub(super) fn alteration(dialect: Dialect, change: Change<'_>) -> Alteration {
    match dialect {
        Dialect::Postgres => postgres::alteration(change),
        Dialect::Mysql | Dialect::Mariadb => mysql::alteration(change),
        Dialect::Sqlite => sqlite::alteration(change),
    }
}

/// Whether a difference is one that this database can do something about.
pub(super) fn matters(dialect: Dialect, detail: &Detail) -> bool {
    // Only MySQL and MariaDB can place a column; the others put it last, and nobody rewrites a table for that.
    detail.what != ORDER_OF_COLUMNS || dialect.is_mysql_family()
}

/// Whether an object can be given another name: it is the same but for that, and belongs to the same table.
pub(super) fn can_rename(dialect: Dialect, item: &Item<'_>) -> bool {
    dialect == Dialect::Postgres
        && matches!(
            item,
            Item::Unique(..)
                | Item::Check(..)
                | Item::Exclusion(..)
                | Item::ForeignKey(..)
                | Item::Index(..)
                | Item::Sequence(_)
        )
}

/// Whether keys over a column stay what they are when it changes its type.
pub(super) fn keys_follow(dialect: Dialect, before: &str, after: &str) -> bool {
    dialect != Dialect::Postgres || postgres::keys_follow(before, after)
}
