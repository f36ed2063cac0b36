//! Extensions (PostgreSQL).

use super::{Kind, Name, Object, ObjectId};

/// An extension.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// The schema of its objects; `None` for the default one.
    pub namespace: Option<String>,
    /// Its version. Not compared: the server decides what it has.
    pub version: String,
}

impl Extension {
    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(Kind::Extension, Name::bare(&self.name))
    }
}

impl Object for Extension {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}
