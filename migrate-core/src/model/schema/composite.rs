//! Composite types (PostgreSQL).

use super::{Kind, Name, Object, ObjectId};

/// A composite type: `CREATE TYPE .. AS (..)`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct CompositeType {
    /// Its name.
    pub name: Name,
    /// Its attributes, in their order.
    pub attributes: Vec<Attribute>,
    /// Its comment.
    pub comment: Option<String>,
}

/// One attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: String,
    /// Its collation, when it is not that of the type.
    pub collation: Option<String>,
}

impl CompositeType {
    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(Kind::Composite, self.name.clone())
    }
}

impl Object for CompositeType {
    type Key = Name;

    fn key(&self) -> Name {
        self.name.clone()
    }
}
