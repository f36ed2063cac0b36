//! The SQL dialects that sections can be written in.

use std::fmt;
use std::str::FromStr;

/// A dialect of SQL, as it is named in `dialect:` options and in `migrate.toml`.
///
/// ```
/// use migrate_core::text::Dialect;
///
/// assert_eq!("postgres".parse(), Ok(Dialect::Postgres));
/// assert_eq!(Dialect::Mariadb.fallback(), Some(Dialect::Mysql));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL.
    Mysql,
    /// MariaDB. Where a file has no section for it, the one for MySQL serves.
    Mariadb,
}

impl Dialect {
    /// All dialects, in the order in which they are listed everywhere.
    pub const ALL: [Self; 4] = [Self::Sqlite, Self::Postgres, Self::Mysql, Self::Mariadb];

    /// The name used in files, configuration and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
        }
    }

    /// The dialect whose section serves when there is none for this one.
    pub const fn fallback(self) -> Option<Self> {
        match self {
            Self::Mariadb => Some(Self::Mysql),
            _ => None,
        }
    }

    /// The place of the section that this dialect uses among sections with these dialect lists: the one that names it,
    /// else the one that names its [`fallback`](Self::fallback), else the one that names none.
    ///
    /// ```
    /// use migrate_core::text::{Dialect, DialectSet};
    ///
    /// let sections = [DialectSet::EMPTY, DialectSet::one(Dialect::Mysql)];
    /// assert_eq!(Dialect::Mariadb.choose(sections), Some(1));
    /// assert_eq!(Dialect::Sqlite.choose(sections), Some(0));
    /// ```
    pub fn choose(self, sections: impl IntoIterator<Item = DialectSet>) -> Option<usize> {
        let rank = |set: DialectSet| match (set.contains(self), self.fallback()) {
            (true, _) => Some(0),
            (false, Some(fallback)) if set.contains(fallback) => Some(1),
            _ => set.is_empty().then_some(2),
        };
        let ranked = sections
            .into_iter()
            .enumerate()
            .filter_map(|(place, set)| Some((rank(set)?, place)));
        ranked.min().map(|(_, place)| place)
    }

    /// Whether the lexical rules are MySQL's (MySQL and MariaDB).
    pub const fn is_mysql_family(self) -> bool {
        matches!(self, Self::Mysql | Self::Mariadb)
    }

    /// Whether data definition can be rolled back.
    pub const fn has_transactional_ddl(self) -> bool {
        !self.is_mysql_family()
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name.
#[cfg(feature = "runtime")]
impl serde::Serialize for Dialect {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The text is not the name of a dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDialect(pub String);

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown dialect `{}`: expected sqlite, postgres, mysql or mariadb",
            self.0
        )
    }
}

impl std::error::Error for UnknownDialect {}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.name() == text)
            .ok_or_else(|| UnknownDialect(text.to_owned()))
    }
}

/// A set of dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DialectSet(u8);

impl DialectSet {
    /// No dialect.
    pub const EMPTY: Self = Self(0);

    /// The set of this one dialect.
    pub const fn one(dialect: Dialect) -> Self {
        Self(1 << dialect as u8)
    }

    /// This set and `dialect`.
    #[must_use]
    pub const fn with(self, dialect: Dialect) -> Self {
        Self(self.0 | 1 << dialect as u8)
    }

    /// Whether `dialect` is a member.
    pub const fn contains(self, dialect: Dialect) -> bool {
        self.0 & (1 << dialect as u8) != 0
    }

    /// Whether there is no member.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members both sets have.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The members that one of the sets has.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The members in the order of [`Dialect::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Dialect> {
        Dialect::ALL
            .into_iter()
            .filter(move |dialect| self.contains(*dialect))
    }

    /// The set as a byte, for the embedded index.
    pub const fn to_bits(self) -> u8 {
        self.0
    }

    /// The set of a byte made by [`to_bits`](Self::to_bits); unknown bits are dropped.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 0b1111)
    }
}

impl FromIterator<Dialect> for DialectSet {
    fn from_iter<I: IntoIterator<Item = Dialect>>(dialects: I) -> Self {
        dialects.into_iter().fold(Self::EMPTY, Self::with)
    }
}

/// The names, separated by commas.
impl fmt::Display for DialectSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, dialect) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(dialect.name())?;
        }
        Ok(())
    }
}
