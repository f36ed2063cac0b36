//! Plans: what a run will do, computed before anything runs.
//!
//! [`plan`] is a pure function of the graph, the applied set and a target. Everything that changes a database runs a
//! plan, every preview prints one.

mod applied;
mod compute;
mod heads;
mod rows;
mod target;
#[cfg(test)]
mod tests;

pub use applied::{Applied, Gap};
pub use compute::plan;
pub use heads::Heads;
#[cfg(feature = "runtime")]
pub(crate) use rows::follow;
pub use target::{Purge, Target};

use crate::model::graph::Index;
use crate::text::RevisionId;

/// What a run does, step by step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What kind of run it is.
    pub operation: Operation,
    /// The effective rows before the first step.
    pub from: Vec<RevisionId>,
    /// The target, as the user wrote it.
    pub target: String,
    /// The steps in order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The effective rows after the last step.
    pub fn heads_after(&self) -> Vec<RevisionId> {
        self.steps
            .last()
            .map_or_else(|| self.from.clone(), |step| step.heads_after.to_vec())
    }
}

/// What kind of run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Up.
    Upgrade,
    /// Down.
    Downgrade,
    /// Rows only.
    Stamp,
    /// Down and up again.
    Redo,
}

impl Operation {
    /// The word in JSON documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
            Self::Stamp => "stamp",
            Self::Redo => "redo",
        }
    }
}

/// One step: what is done with one revision, and where the database is then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The revision.
    pub index: Index,
    /// Its id.
    pub revision: RevisionId,
    /// What is done.
    pub action: Action,
    /// The effective rows afterwards.
    pub heads_after: Heads,
}

/// What is done with a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Its up section runs.
    Upgrade,
    /// Its down section runs.
    Downgrade,
    /// It is recorded as applied; nothing runs.
    Stamp,
    /// It is recorded as reverted; nothing runs.
    Unstamp,
}

impl Action {
    /// The word in messages and JSON documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
            Self::Stamp => "stamp",
            Self::Unstamp => "unstamp",
        }
    }

    /// Whether the revision is applied afterwards.
    pub const fn applies(self) -> bool {
        matches!(self, Self::Upgrade | Self::Stamp)
    }
}
