//! Triggers.

use super::attribute::Origin;
use super::{Kind, Name, Object, ObjectId};

/// A trigger of a table or a view.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Trigger {
    /// The table or view.
    pub table: Name,
    /// Its name.
    pub name: String,
    /// The whole `CREATE TRIGGER`, without a definer.
    pub definition: String,
    /// Whether it fires (PostgreSQL).
    pub state: TriggerState,
    /// Its place among the triggers of the same table, time and event, from 1 (MySQL, MariaDB).
    pub order: u32,
    /// Who defined it (MySQL, MariaDB). Not compared: it is whoever ran the revision.
    pub definer: Option<String>,
    /// The `sql_mode` it runs under (MySQL, MariaDB). Not compared: it is the session's that defined it.
    pub sql_mode: Option<String>,
    /// Whether it comes from the trigger of a partitioned table.
    pub origin: Origin,
    /// Its comment.
    pub comment: Option<String>,
}

/// When a trigger fires (PostgreSQL).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum TriggerState {
    /// Unless the session replays a replica.
    #[default]
    Enabled,
    /// Never.
    Disabled,
    /// Only when the session replays a replica.
    Replica,
    /// Always.
    Always,
}

impl std::fmt::Display for TriggerState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Replica => "enabled for replicas",
            Self::Always => "enabled always",
        })
    }
}

/// What a trigger is known by: its table and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TriggerKey {
    /// The table or view.
    pub table: Name,
    /// Its name.
    pub name: String,
}

impl Trigger {
    /// A trigger with this definition.
    pub fn new(table: Name, name: impl Into<String>, definition: impl Into<String>) -> Self {
        Self {
            table,
            name: name.into(),
            definition: definition.into(),
            state: TriggerState::default(),
            order: 1,
            definer: None,
            sql_mode: None,
            origin: Origin::default(),
            comment: None,
        }
    }

    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        ObjectId::on(Kind::Trigger, self.table.clone(), &self.name)
    }
}

impl Object for Trigger {
    type Key = TriggerKey;

    fn key(&self) -> TriggerKey {
        TriggerKey {
            table: self.table.clone(),
            name: self.name.clone(),
        }
    }
}
