//! Foreign keys.

use std::fmt;

use super::attribute::{Deferral, Enforcement, Origin, Validity};
use super::{Kind, Name, ObjectId};

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct ForeignKey {
    /// Its name; SQLite has one only if it was written.
    pub name: Option<String>,
    /// The columns of this table.
    pub columns: Vec<String>,
    /// The other table.
    pub references: Name,
    /// The columns of the other table; empty where SQLite takes its primary key.
    pub referred_columns: Vec<String>,
    /// What a change of the other table's key does.
    pub on_update: Action,
    /// What the end of the other table's row does.
    pub on_delete: Action,
    /// The columns that `ON DELETE SET NULL` or `SET DEFAULT` sets, when it is not all of them (PostgreSQL 15).
    pub set_columns: Vec<String>,
    /// What a key that is partly NULL means.
    pub match_type: Match,
    /// When it is checked.
    pub deferral: Deferral,
    /// Whether rows that were there before have been checked.
    pub validity: Validity,
    /// Whether it is checked at all (PostgreSQL 18).
    pub enforcement: Enforcement,
    /// Whether the last columns are a `PERIOD` (PostgreSQL 18).
    pub period: bool,
    /// Whether it comes from a parent.
    pub origin: Origin,
    /// Its comment.
    pub comment: Option<String>,
}

/// What becomes of a row when the row it refers to changes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum Action {
    /// `NO ACTION`: that fails, unless it is mended in time.
    #[default]
    NoAction,
    /// `RESTRICT`: that fails at once.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}

/// What a key that is partly NULL means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum Match {
    /// It refers to nothing.
    #[default]
    Simple,
    /// It must not be.
    Full,
    /// The other columns must be found. SQLite and MySQL read the word and do nothing about it.
    Partial,
}

impl Action {
    /// The action of these words, as catalogues spell them.
    pub fn read(words: &str) -> Option<Self> {
        let all = [
            Self::NoAction,
            Self::Restrict,
            Self::Cascade,
            Self::SetNull,
            Self::SetDefault,
        ];
        all.into_iter()
            .find(|action| action.name().eq_ignore_ascii_case(words))
    }

    /// As SQL writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Simple => "MATCH SIMPLE",
            Self::Full => "MATCH FULL",
            Self::Partial => "MATCH PARTIAL",
        })
    }
}

impl ForeignKey {
    /// One with the defaults of SQL.
    pub fn new(columns: Vec<String>, references: Name, referred_columns: Vec<String>) -> Self {
        Self {
            name: None,
            columns,
            references,
            referred_columns,
            on_update: Action::default(),
            on_delete: Action::default(),
            set_columns: Vec::new(),
            match_type: Match::default(),
            deferral: Deferral::default(),
            validity: Validity::default(),
            enforcement: Enforcement::default(),
            period: false,
            origin: Origin::default(),
            comment: None,
        }
    }

    /// What messages call it.
    pub fn id(&self, table: &Name) -> ObjectId {
        let covers = self.columns.join(", ");
        ObjectId::constraint(Kind::ForeignKey, table, self.name.as_deref(), &covers)
    }
}
