//! Check constraints.

use super::attribute::{Enforcement, Inheritance, Origin, Validity};
use super::{Kind, Name, ObjectId};

/// A check constraint of a table or a domain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Check {
    /// Its name; SQLite has one only if it was written.
    pub name: Option<String>,
    /// What must not be false, without the parentheses around all of it.
    pub expression: String,
    /// The column it was written at (SQLite, and MariaDB, where it goes by redefining the column).
    pub column: Option<String>,
    /// Whether rows that were there before have been checked.
    pub validity: Validity,
    /// Whether it is checked at all.
    pub enforcement: Enforcement,
    /// Whether children get it too.
    pub inheritance: Inheritance,
    /// Whether it comes from a parent.
    pub origin: Origin,
    /// Its comment.
    pub comment: Option<String>,
}

impl Check {
    /// What messages call it.
    pub fn id(&self, table: &Name) -> ObjectId {
        ObjectId::constraint(Kind::Check, table, self.name.as_deref(), &self.expression)
    }
}
