//! Domains (PostgreSQL).

use super::attribute::Nullability;
use super::{Check, Kind, Name, Object, ObjectId};

/// A domain: a type with constraints.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Domain {
    /// Its name.
    pub name: Name,
    /// The type below it.
    pub data_type: String,
    /// Whether it takes NULL.
    pub nullability: Nullability,
    /// The expression of its default.
    pub default: Option<String>,
    /// Its collation, when it is not that of the type.
    pub collation: Option<String>,
    /// What its values must be, sorted by name.
    pub checks: Vec<Check>,
    /// Its comment.
    pub comment: Option<String>,
}

impl Domain {
    /// A domain without constraints.
    pub fn new(name: Name, data_type: impl Into<String>) -> Self {
        Self {
            name,
            data_type: data_type.into(),
            nullability: Nullability::default(),
            default: None,
            collation: None,
            checks: Vec::new(),
            comment: None,
        }
    }

    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(Kind::Domain, self.name.clone())
    }
}

impl Object for Domain {
    type Key = Name;

    fn key(&self) -> Name {
        self.name.clone()
    }
}
