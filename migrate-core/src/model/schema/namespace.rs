//! Schemas of a PostgreSQL database.

use super::{Kind, Name, Object, ObjectId};

/// A schema other than the default one. The word is PostgreSQL's own for it, because [`Schema`](super::Schema) is all
/// of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its comment.
    pub comment: Option<String>,
}

impl Namespace {
    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(Kind::Namespace, Name::bare(&self.name))
    }
}

impl Object for Namespace {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}
