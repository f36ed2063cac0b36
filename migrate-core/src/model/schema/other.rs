//! Objects that have no type of their own here: rules, aggregates, events and the like.

use super::{Kind, Name, Object, ObjectId};

/// An object of which only the definition is known: it is seen, compared and named, and not lost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Other {
    /// What it is called.
    pub id: ObjectId,
    /// What makes it, as the catalogue spells it; a description where the catalogue has no statement.
    pub definition: String,
    /// Its comment.
    pub comment: Option<String>,
}

impl Other {
    /// An object that stands for itself.
    pub fn new(kind: Kind, name: Name, definition: impl Into<String>) -> Self {
        Self {
            id: ObjectId::new(kind, name),
            definition: definition.into(),
            comment: None,
        }
    }

    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        self.id.clone()
    }
}

impl Object for Other {
    type Key = ObjectId;

    fn key(&self) -> ObjectId {
        self.id.clone()
    }
}
