//! What a database records about itself: the rows of the three state tables.
//!
//! Types here; beside them what [`tables`] say in SQL: the statements that create them, those that read, and those of
//! every change, one file for each of what is changed.

mod at_once;
mod fence;
mod journal;
mod literal;
mod log;
mod prepared;
mod read;
mod rows;
pub(crate) mod tables;

use std::fmt;

use crate::text::revision::{Direction, absent_digest};
use crate::text::{Chain, Digest, RevisionId};

pub(crate) use fence::SCRIPT_TABLE;
pub(crate) use literal::literal;
pub(crate) use read::{LockRow, read_flag, read_lock, read_log, read_record};
pub(crate) use rows::{DownSection, Started};
pub(crate) use tables::Tables;

/// The version of the tables' layout that this release reads and writes.
pub(crate) const FORMAT: i64 = 1;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// The word as it is recorded.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            pub(crate) fn read(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

words! {
    /// The state of a recorded revision.
    State {
        /// It is applied.
        Applied = "applied",
        /// Its up section was begun and has not finished.
        Upgrading = "upgrading",
        /// Its down section was begun and has not finished.
        Downgrading = "downgrading",
        /// It was applied once and is no longer.
        Reverted = "reverted",
    }
}

words! {
    /// How a row came to be.
    Origin {
        /// The revision was run.
        Run = "run",
        /// It was stamped.
        Stamp = "stamp",
        /// It was taken over from another tool.
        Adopt = "adopt",
    }
}

words! {
    /// Whether a release that does not know a revision may run beside it.
    Compatible {
        /// It may.
        Yes = "yes",
        /// It must not.
        No = "no",
        /// Nobody has said.
        Unknown = "unknown",
    }
}

/// A row of the state table; the stored down section is read apart, when it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) revision: RevisionId,
    pub(crate) parents: Vec<RevisionId>,
    pub(crate) depends_on: Vec<RevisionId>,
    pub(crate) message: String,
    pub(crate) digest: Digest,
    pub(crate) down_digest: Digest,
    pub(crate) chain: Chain,
    pub(crate) is_head: bool,
    pub(crate) state: State,
    pub(crate) origin: Origin,
    pub(crate) journal: Journal,
    pub(crate) compatible: Compatible,
    pub(crate) started_at: Option<String>,
    pub(crate) finished_at: Option<String>,
    pub(crate) duration_us: Option<u64>,
    pub(crate) who: String,
    pub(crate) tool: String,
    pub(crate) error: Option<String>,
}

impl Record {
    /// Whether it stands on that revision, as a child or by a dependency.
    pub(crate) fn stands_on(&self, id: &RevisionId) -> bool {
        self.parents.contains(id) || self.depends_on.contains(id)
    }

    /// The row of a revision of which nothing was recorded.
    pub(crate) fn unknown(revision: RevisionId) -> Self {
        Self {
            revision,
            parents: Vec::new(),
            depends_on: Vec::new(),
            message: String::new(),
            digest: absent_digest(Direction::Up),
            down_digest: absent_digest(Direction::Down),
            chain: Chain::from_bytes([0; 32]),
            is_head: false,
            state: State::Reverted,
            origin: Origin::Stamp,
            journal: Journal::default(),
            compatible: Compatible::Unknown,
            started_at: None,
            finished_at: None,
            duration_us: None,
            who: String::new(),
            tool: String::new(),
            error: None,
        }
    }

    pub(crate) const fn in_flight(&self) -> bool {
        matches!(self.state, State::Upgrading | State::Downgrading)
    }
}

/// How far a section that is not one transaction has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Journal {
    /// How many statements are known to be finished.
    pub(crate) statement_no: usize,
    /// The statement after those, if it was begun: whether it happened is not known.
    pub(crate) in_flight: Option<StatementInFlight>,
    /// With none in flight: hash of the statements that have finished, by which a text that was changed behind them is
    /// known.
    pub(crate) finished: Option<Digest>,
    /// The session that works on it, or did.
    pub(crate) session: Option<SessionId>,
    /// What the batches of the section have done, once one was begun.
    pub(crate) batch: Option<Rounds>,
}

/// How far the batches of a section have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Rounds {
    /// The rounds of the batch that is at work, also those before an interruption.
    pub(crate) rounds: u64,
    /// The rows that all batches of the section have touched.
    pub(crate) rows: u64,
}

impl Journal {
    /// What is recorded as `statement_hash`.
    pub(crate) fn hash(&self) -> Option<Digest> {
        self.in_flight
            .as_ref()
            .map(|statement| statement.hash)
            .or(self.finished)
    }
}

/// A statement that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatementInFlight {
    /// Hash of its whole text.
    pub(crate) hash: Digest,
    /// Its text, masked.
    pub(crate) text: String,
}

/// A session of the server: its number, and when it began, because numbers are used again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionId {
    pub(crate) id: String,
    pub(crate) start: String,
}

/// Who holds the run lock, as recorded in the lock row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Holder {
    /// A word made anew for every run.
    pub run: String,
    /// The name of the machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// The program.
    pub application: String,
    /// Since when, by the database's clock.
    pub since: Option<String>,
    /// When it was last heard of, by the database's clock.
    pub heartbeat: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} on {} (pid {})",
            self.application, self.host, self.pid
        )?;
        match &self.since {
            Some(since) => write!(f, " since {since}"),
            None => Ok(()),
        }
    }
}

/// The fencing token: what the lock row must say for a change of ours to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The epoch read under the lock; every change of ours moves it on by one.
    pub(crate) epoch: u64,
    /// The run that must be recorded as the holder; `None` on SQLite, where runners interleave.
    pub(crate) holder: Option<String>,
}
