//! What is seen of a database.

use serde::Serialize;

use crate::database::state::{Holder, Origin, State};
use crate::text::Chain;

/// A revision as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedRevision {
    /// The id.
    pub revision: String,
    /// Its message.
    pub message: String,
    /// Whether it is an effective head of the set.
    pub head: bool,
    /// Whether the set knows it.
    pub known: bool,
    /// Its state.
    pub state: State,
    /// How the row came to be.
    pub origin: Origin,
    /// When it was begun, by the database's clock.
    pub started_at: Option<String>,
    /// When it was finished.
    pub finished_at: Option<String>,
    /// Who has run it.
    pub who: String,
    /// For one in flight: how many statements have finished.
    pub statements_finished: Option<usize>,
    /// For one in flight: the rows that its batches have touched, if one was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// For one in flight: the statement that was begun, masked.
    pub statement: Option<String>,
    /// For one in flight: the error that it has stopped with.
    pub error: Option<String>,
    /// What vouches for it and everything below it.
    #[serde(skip)]
    pub(crate) chain: Chain,
}

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Current {
    /// The effective rows that the set knows.
    pub current: Vec<RecordedRevision>,
    /// What is in flight.
    pub in_flight: Vec<RecordedRevision>,
    /// The effective rows that the set does not know.
    pub unknown: Vec<RecordedRevision>,
}

/// Where a database is, and how far from the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The database, without password.
    pub target: String,
    /// What it speaks.
    pub dialect: &'static str,
    /// Whether it has state tables.
    pub tables: bool,
    /// Where it is.
    #[serde(flatten)]
    pub current: Current,
    /// How many revisions are applied.
    pub applied: usize,
    /// The revisions of the set that are not applied, oldest first.
    pub pending: Vec<String>,
    /// Applied revisions that the set does not know.
    pub unknown_applied: Vec<String>,
    /// Applied revisions that are not what the set says, each with what is different.
    pub differing: Vec<(String, String)>,
    /// Revisions that are missing below applied ones.
    pub missing: Vec<String>,
    /// The target of a downgrade that takes back just what stands above those, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back: Option<String>,
    /// Who holds the run lock.
    pub holder: Option<Holder>,
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LogEntry {
    /// The revision.
    pub revision: String,
    /// `upgrade`, `downgrade`, `stamp`, `repair`.
    pub action: String,
    /// `finished` or `failed`.
    pub outcome: String,
    /// When it was begun, by the database's clock.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
    /// The rows that its batches have touched, if it has batches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Who has run it.
    pub who: Option<String>,
    /// On which machine.
    pub host: Option<String>,
    /// With which version.
    pub tool: Option<String>,
    /// What it has failed with.
    pub error: Option<String>,
}
