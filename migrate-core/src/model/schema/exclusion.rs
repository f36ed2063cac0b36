//! Exclusion constraints (PostgreSQL).

use super::attribute::Deferral;
use super::{Kind, Name, ObjectId};

/// An exclusion constraint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Exclusion {
    /// Its name.
    pub name: String,
    /// All of it as the server writes it: `EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (..) DEFERRABLE`.
    pub definition: String,
    /// When it is checked; the definition says so too.
    pub deferral: Deferral,
    /// Its comment.
    pub comment: Option<String>,
}

impl Exclusion {
    /// What messages call it.
    pub fn id(&self, table: &Name) -> ObjectId {
        ObjectId::on(Kind::Exclusion, table.clone(), &self.name)
    }
}
