//! What may be said differently for each dialect.

use crate::text::Dialect;

/// A value for each dialect that has one. What is said for MySQL holds for MariaDB too, unless that has its own.
///
/// ```
/// use migrate_core::model::desired::PerDialect;
/// use migrate_core::text::Dialect;
///
/// let now = PerDialect { sqlite: Some("CURRENT_TIMESTAMP"), postgres: Some("now()"), ..PerDialect::NONE };
/// assert_eq!(now.get(Dialect::Postgres), Some("now()"));
/// assert_eq!(now.get(Dialect::Mariadb), None);
/// assert_eq!(PerDialect::all("0").get(Dialect::Mariadb), Some("0"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerDialect<T> {
    /// For SQLite.
    pub sqlite: Option<T>,
    /// For PostgreSQL.
    pub postgres: Option<T>,
    /// For MySQL, and for MariaDB if that has no own value.
    pub mysql: Option<T>,
    /// For MariaDB alone.
    pub mariadb: Option<T>,
}

impl<T> PerDialect<T> {
    /// No value for any dialect.
    pub const NONE: Self = Self {
        sqlite: None,
        postgres: None,
        mysql: None,
        mariadb: None,
    };
}

impl<T: Copy> PerDialect<T> {
    /// The same value for every dialect.
    pub const fn all(value: T) -> Self {
        Self {
            sqlite: Some(value),
            postgres: Some(value),
            mysql: Some(value),
            mariadb: None,
        }
    }

    /// The value for a dialect.
    pub const fn get(&self, dialect: Dialect) -> Option<T> {
        match (dialect, self.mariadb) {
            (Dialect::Sqlite, _) => self.sqlite,
            (Dialect::Postgres, _) => self.postgres,
            (Dialect::Mariadb, Some(own)) => Some(own),
            (Dialect::Mysql | Dialect::Mariadb, _) => self.mysql,
        }
    }
}

impl<T> Default for PerDialect<T> {
    fn default() -> Self {
        Self::NONE
    }
}
