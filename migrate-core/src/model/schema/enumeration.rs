//! Enum types (PostgreSQL).

use super::{Kind, Name, Object, ObjectId};

/// An enum type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct EnumType {
    /// Its name.
    pub name: Name,
    /// Its labels, in their order.
    pub labels: Vec<String>,
    /// Its comment.
    pub comment: Option<String>,
}

impl EnumType {
    /// An enum type with these labels.
    pub fn new<S: Into<String>>(name: Name, labels: impl IntoIterator<Item = S>) -> Self {
        Self {
            name,
            labels: labels.into_iter().map(Into::into).collect(),
            comment: None,
        }
    }

    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(Kind::Enum, self.name.clone())
    }
}

impl Object for EnumType {
    type Key = Name;

    fn key(&self) -> Name {
        self.name.clone()
    }
}
