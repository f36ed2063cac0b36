//! Primary keys and unique constraints, and the parts that keys and indexes are made of.

use std::fmt;

use super::attribute::{Deferral, NullsDistinct, Origin};
use super::{Kind, Name, ObjectId};

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct PrimaryKey {
    /// Its name; MySQL and MariaDB have none, SQLite only one that was written.
    pub name: Option<String>,
    /// Its columns, in their order.
    pub parts: Vec<KeyPart>,
    /// Further columns that its index holds (PostgreSQL).
    pub include: Vec<String>,
    /// Whether the last part is `WITHOUT OVERLAPS` (PostgreSQL 18).
    pub without_overlaps: bool,
    /// When it is checked.
    pub deferral: Deferral,
    /// `ON CONFLICT ..` (SQLite): `REPLACE`, `IGNORE` ..
    pub on_conflict: Option<String>,
    /// `fillfactor=70` and the like, sorted (PostgreSQL).
    pub storage_parameters: Vec<String>,
    /// The tablespace of its index, when it is not the database's (PostgreSQL).
    pub tablespace: Option<String>,
    /// Whether it comes from a parent.
    pub origin: Origin,
    /// Its comment.
    pub comment: Option<String>,
}

/// A unique constraint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Unique {
    /// Its name; SQLite has one only if it was written.
    pub name: Option<String>,
    /// Its columns, in their order.
    pub parts: Vec<KeyPart>,
    /// Further columns that its index holds (PostgreSQL).
    pub include: Vec<String>,
    /// Whether two NULLs are the same.
    pub nulls: NullsDistinct,
    /// Whether the last part is `WITHOUT OVERLAPS` (PostgreSQL 18).
    pub without_overlaps: bool,
    /// When it is checked.
    pub deferral: Deferral,
    /// `ON CONFLICT ..` (SQLite): `REPLACE`, `IGNORE` ..
    pub on_conflict: Option<String>,
    /// `fillfactor=70` and the like, sorted (PostgreSQL).
    pub storage_parameters: Vec<String>,
    /// The tablespace of its index, when it is not the database's (PostgreSQL).
    pub tablespace: Option<String>,
    /// Whether it comes from a parent.
    pub origin: Origin,
    /// Its comment.
    pub comment: Option<String>,
}

/// One part of a key or an index.
///
/// ```
/// use migrate_core::model::schema::{KeyPart, Order};
///
/// let part = KeyPart { order: Order::Descending, ..KeyPart::column("created_at") };
/// assert_eq!(part.to_string(), "created_at DESC");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct KeyPart {
    /// A column or an expression.
    pub source: PartSource,
    /// In which order.
    pub order: Order,
    /// Where NULLs stand, when it is not where the order puts them (PostgreSQL).
    pub nulls: Nulls,
    /// The operator class with its parameters, when it is not the default of the type (PostgreSQL).
    pub operator_class: Option<String>,
    /// The collation, when it is not that of the column or expression.
    pub collation: Option<String>,
    /// How many characters of the column (MySQL, MariaDB).
    pub prefix: Option<u32>,
}

/// What one part of a key is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum PartSource {
    /// A column.
    Column(String),
    /// An expression, as the catalogue spells it.
    Expression(String),
    /// A period of the table, in which no other row may have the parts before it: `WITHOUT OVERLAPS` (MariaDB).
    Period(String),
}

/// The order of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum Order {
    /// `ASC`.
    #[default]
    Ascending,
    /// `DESC`.
    Descending,
}

/// Where NULLs stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum Nulls {
    /// Where the order puts them.
    #[default]
    Default,
    /// `NULLS FIRST`, of an ascending part.
    First,
    /// `NULLS LAST`, of a descending part.
    Last,
}

impl KeyPart {
    /// A column in ascending order.
    pub fn column(name: impl Into<String>) -> Self {
        Self::of(PartSource::Column(name.into()))
    }

    /// An expression in ascending order.
    pub fn expression(text: impl Into<String>) -> Self {
        Self::of(PartSource::Expression(text.into()))
    }

    fn of(source: PartSource) -> Self {
        Self {
            source,
            order: Order::default(),
            nulls: Nulls::default(),
            operator_class: None,
            collation: None,
            prefix: None,
        }
    }

    /// A period, `WITHOUT OVERLAPS`.
    pub fn period(name: impl Into<String>) -> Self {
        Self::of(PartSource::Period(name.into()))
    }

    /// The column, if it is one.
    pub fn column_name(&self) -> Option<&str> {
        match &self.source {
            PartSource::Column(name) => Some(name),
            PartSource::Expression(_) | PartSource::Period(_) => None,
        }
    }
}

/// For people, without quotes.
impl fmt::Display for KeyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            PartSource::Column(name) => f.write_str(name)?,
            PartSource::Expression(text) => f.write_str(text)?,
            PartSource::Period(name) => write!(f, "{name} WITHOUT OVERLAPS")?,
        }
        if let Some(prefix) = self.prefix {
            write!(f, "({prefix})")?;
        }
        if let Some(collation) = &self.collation {
            write!(f, " COLLATE {collation}")?;
        }
        if let Some(class) = &self.operator_class {
            write!(f, " {class}")?;
        }
        if self.order == Order::Descending {
            f.write_str(" DESC")?;
        }
        match self.nulls {
            Nulls::Default => Ok(()),
            Nulls::First => f.write_str(" NULLS FIRST"),
            Nulls::Last => f.write_str(" NULLS LAST"),
        }
    }
}

/// The parts for people, separated by commas.
pub(super) fn parts(parts: &[KeyPart]) -> String {
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    parts.join(", ")
}

impl PrimaryKey {
    /// What messages call it.
    pub fn id(&self, table: &Name) -> ObjectId {
        ObjectId::constraint(
            Kind::PrimaryKey,
            table,
            self.name.as_deref(),
            &parts(&self.parts),
        )
    }
}

impl Unique {
    /// What messages call it.
    pub fn id(&self, table: &Name) -> ObjectId {
        ObjectId::constraint(
            Kind::Unique,
            table,
            self.name.as_deref(),
            &parts(&self.parts),
        )
    }
}
