//! Policies of row security (PostgreSQL).

use super::{Kind, Name, ObjectId};

/// A policy of row security.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Whether it lets in or keeps out.
    pub kind: PolicyKind,
    /// For which command.
    pub command: PolicyCommand,
    /// For whom, sorted; `PUBLIC` is everybody.
    pub roles: Vec<String>,
    /// Which rows are seen.
    pub using: Option<String>,
    /// Which rows may be written.
    pub with_check: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
}

/// Whether a policy lets in or keeps out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum PolicyKind {
    /// One of these must hold.
    #[default]
    Permissive,
    /// All of these must hold.
    Restrictive,
}

/// The command that a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum PolicyCommand {
    /// Every one.
    #[default]
    All,
    /// `SELECT`.
    Select,
    /// `INSERT`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
}

impl std::fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Permissive => "PERMISSIVE",
            Self::Restrictive => "RESTRICTIVE",
        })
    }
}

impl std::fmt::Display for PolicyCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::All => "ALL",
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        })
    }
}

impl Policy {
    /// What messages call it.
    pub fn id(&self, table: &Name) -> ObjectId {
        ObjectId::on(Kind::Policy, table.clone(), &self.name)
    }
}
