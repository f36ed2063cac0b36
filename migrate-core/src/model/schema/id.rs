//! What a message calls an object.

use std::fmt;

use super::Name;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        /// The kind of an object.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "runtime", derive(serde::Serialize))]
        #[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $variant,)+
        }

        impl Kind {
            /// All of them, in the order in which a script would create them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As messages say it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

kinds! {
    /// The database itself: what holds for all of it.
    Database = "database",
    /// A schema.
    Namespace = "schema",
    /// An extension.
    Extension = "extension",
    /// An enum type.
    Enum = "enum",
    /// A domain.
    Domain = "domain",
    /// A composite type.
    Composite = "composite type",
    /// A sequence.
    Sequence = "sequence",
    /// A table.
    Table = "table",
    /// A column of a table.
    Column = "column",
    /// A primary key.
    PrimaryKey = "primary key",
    /// A unique constraint.
    Unique = "unique constraint",
    /// A check constraint.
    Check = "check constraint",
    /// An exclusion constraint.
    Exclusion = "exclusion constraint",
    /// An index.
    Index = "index",
    /// A foreign key.
    ForeignKey = "foreign key",
    /// A policy of row security.
    Policy = "policy",
    /// A view.
    View = "view",
    /// A materialized view.
    MaterializedView = "materialized view",
    /// A function.
    Function = "function",
    /// A procedure.
    Procedure = "procedure",
    /// A trigger.
    Trigger = "trigger",
    /// A rewrite rule (PostgreSQL).
    Rule = "rule",
    /// Extended statistics (PostgreSQL).
    Statistics = "statistics",
    /// An aggregate function (PostgreSQL).
    Aggregate = "aggregate",
    /// An operator (PostgreSQL).
    Operator = "operator",
    /// A cast (PostgreSQL).
    Cast = "cast",
    /// A collation (PostgreSQL).
    Collation = "collation",
    /// A range type (PostgreSQL).
    Range = "range type",
    /// A text search configuration (PostgreSQL).
    TextSearch = "text search configuration",
    /// An event trigger (PostgreSQL).
    EventTrigger = "event trigger",
    /// A publication (PostgreSQL).
    Publication = "publication",
    /// A foreign server (PostgreSQL).
    ForeignServer = "foreign server",
    /// A scheduled event (MySQL, MariaDB).
    Event = "event",
    /// A package (MariaDB).
    Package = "package",
    /// The body of a package (MariaDB).
    PackageBody = "package body",
    /// A right that somebody has.
    Grant = "grant",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An object, as a message names it.
///
/// ```
/// use migrate_core::model::schema::{Kind, Name, ObjectId};
///
/// let index = ObjectId::on(Kind::Index, Name::bare("users"), "ix_users_email");
/// assert_eq!(index.to_string(), "index ix_users_email on users");
/// let column = ObjectId::on(Kind::Column, Name::qualified("app", "users"), "email");
/// assert_eq!(column.to_string(), "column app.users.email");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct ObjectId {
    /// What it is.
    pub kind: Kind,
    /// The table or view it belongs to.
    #[cfg_attr(feature = "runtime", serde(skip_serializing_if = "Option::is_none"))]
    pub table: Option<Name>,
    /// Its name: with the argument types for a function, and what it covers in parentheses for a constraint without a
    /// name.
    pub name: Name,
}

impl ObjectId {
    /// Of an object that stands for itself.
    pub fn new(kind: Kind, name: Name) -> Self {
        Self {
            kind,
            table: None,
            name,
        }
    }

    /// Of an object of a table.
    pub fn on(kind: Kind, table: Name, name: impl Into<String>) -> Self {
        Self {
            kind,
            table: Some(table),
            name: Name::bare(name),
        }
    }

    /// Of a constraint of a table; one without a name is called by what it covers.
    pub(super) fn constraint(kind: Kind, table: &Name, name: Option<&str>, covers: &str) -> Self {
        match name {
            Some(name) => Self::on(kind, table.clone(), name),
            None => Self::on(kind, table.clone(), format!("({covers})")),
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, table, name } = self;
        match (kind, table) {
            (Kind::Column, Some(table)) => write!(f, "{kind} {table}.{name}"),
            (_, Some(table)) => write!(f, "{kind} {name} on {table}"),
            (Kind::Database, None) => write!(f, "{kind}"),
            (_, None) => write!(f, "{kind} {name}"),
        }
    }
}
