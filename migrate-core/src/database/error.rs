//! What can go wrong with a database: one error type, whose texts stand in `text`. `server` is what a server said,
//! `failure` the error together with what the run had done.

mod failure;
mod server;
mod text;

use std::fmt;
use std::time::Duration;

use super::state::Holder;
use crate::model::desired::ModelErrors;
use crate::model::set::UnpackError;
use crate::model::spec::SpecError;
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::{Dialect, DialectSet};

pub use failure::Failure;
pub(crate) use server::{ServerError, ServerErrorKind, Unplaced};
pub(crate) use text::left_pending;

/// What kept a run from reaching its end.
///
/// Its `Display` is the whole text for a person, with the place in the file and the command that mends it; its `Debug`
/// is the same, so that `fn main() -> Result<(), Failure>` prints something readable.
#[derive(Clone)]
pub struct Error(Box<Kind>);

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Macro and library of different releases.
    Unpack(UnpackError),
    /// The spec cannot be resolved.
    Spec(SpecError),
    /// A text that stands for itself.
    Plain(Diagnostic),
    /// The set was not built for what the server speaks.
    NotServed {
        dialect: Dialect,
        configured: DialectSet,
    },
    /// The server said something outside of any section of a revision.
    Server {
        doing: &'static str,
        target: String,
        error: ServerError,
    },
    /// Permission denied to the state tables.
    Permission { error: ServerError, grant: String },
    /// A section failed.
    Sql(Box<SqlFailure>),
    /// The run lock could not be had in time.
    RunLock {
        waited: Duration,
        holder: Option<Holder>,
        dialect: Dialect,
        limit: Limit,
    },
    /// No further revision is begun.
    RunTimeout {
        limit: Duration,
        of: Limit,
        done: usize,
        pending: Vec<String>,
    },
    /// The revision at work was cut off; a statement of it may still be running.
    Cancelled {
        limit: Duration,
        of: Limit,
        revision: String,
    },
    /// The time of the start-up is over, between two rounds of a batch.
    LimitInBatch {
        limit: Duration,
        of: Limit,
        revision: String,
        rows: u64,
    },
    /// Somebody else has taken over.
    FenceLost {
        revision: Option<String>,
        holder: Option<Holder>,
    },
    /// A revision is in flight and only a person can say what became of it.
    InDoubt {
        revision: String,
        what: String,
        help: Vec<String>,
    },
    /// The applied set is not closed.
    Gap {
        missing: Vec<String>,
        above: Vec<String>,
        /// The target of a downgrade that takes back what stands above it.
        back: Option<String>,
    },
    /// Applied revisions differ from those of the set.
    HistoryDiffers { revisions: Vec<Difference> },
    /// The database has revisions that the set does not know.
    Ahead {
        unknown: Vec<String>,
        incompatible: Vec<String>,
    },
    /// Both sides have revisions that the other does not know.
    Diverged {
        unknown: Vec<String>,
        pending: Vec<String>,
    },
    /// Start-up is told not to migrate, and to refuse when something is pending.
    Behind {
        pending: Vec<String>,
        switch: String,
    },
    /// Start-up is told not to migrate but to wait for somebody who does, and nobody has.
    NobodyMigrated {
        limit: Duration,
        pending: Vec<String>,
        switch: String,
    },
    /// The tables are of another release.
    Format { found: i64 },
    /// A row of the state tables cannot be understood.
    Unreadable { table: String, what: String },
}

/// Which limit was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// That for the run lock.
    Lock,
    /// That of `--wait`.
    Wait,
    /// That of start-up; the command that does the same by hand.
    Startup(&'static str),
}

/// An applied revision that is not what the set says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) revision: String,
    pub(crate) what: &'static str,
    pub(crate) draft: bool,
}

/// A section that failed.
#[derive(Debug, Clone)]
pub(crate) struct SqlFailure {
    pub(crate) revision: String,
    pub(crate) error: ServerError,
    /// The statement, masked.
    pub(crate) statement: Option<String>,
    /// Its number in the section, from 1, and the number of all.
    pub(crate) number: Option<(usize, usize)>,
    pub(crate) frame: Option<Frame>,
    pub(crate) committed: String,
    /// How many of its statements this run has carried out for good.
    pub(crate) carried_out: usize,
    pub(crate) help: Vec<String>,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(kind))
    }

    pub(crate) fn plain(class: Class, message: impl Into<String>) -> Self {
        Self::new(Kind::Plain(Diagnostic::error(class, message)))
    }

    pub(crate) fn diagnosed(finding: Diagnostic) -> Self {
        Self::new(Kind::Plain(finding))
    }

    pub(crate) fn with_help(
        class: Class,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::new(Kind::Plain(Diagnostic::error(class, message).help(help)))
    }

    /// How many statements of the section that has failed were carried out for good.
    pub(crate) fn carried_out(&self) -> usize {
        match &*self.0 {
            Kind::Sql(failure) => failure.carried_out,
            _ => 0,
        }
    }

    /// Adds a way out to the error of a section.
    pub(crate) fn and_help(mut self, help: String) -> Self {
        if let Kind::Sql(failure) = &mut *self.0 {
            failure.help.push(help);
        }
        self
    }

    /// Whether the run lock could not be had. An SQL failure may have the same class, where another writer holds the file.
    pub(crate) const fn is_run_lock(&self) -> bool {
        matches!(*self.0, Kind::RunLock { .. })
    }

    /// Whether nobody knows what its connection is doing: a statement may still be at work there, or it is lost.
    pub(crate) fn leaves_unknown(&self) -> bool {
        matches!(*self.0, Kind::Cancelled { .. }) || self.class() == Class::Interrupted
    }

    /// The stable class of the error.
    pub fn class(&self) -> Class {
        match &*self.0 {
            Kind::Unpack(error) => error.class(),
            Kind::Spec(error) => error.class(),
            Kind::Plain(diagnostic) => diagnostic.class,
            Kind::NotServed { .. } | Kind::Format { .. } | Kind::Unreadable { .. } => Class::Config,
            Kind::Server { error, .. } => error.kind.class(),
            Kind::Permission { .. } => Class::Permission,
            Kind::Sql(failure) => failure.error.kind.class(),
            Kind::RunLock { .. } => Class::RunLockTimeout,
            Kind::RunTimeout { .. }
            | Kind::Cancelled { .. }
            | Kind::LimitInBatch { .. }
            | Kind::NobodyMigrated { .. } => Class::RunTimeout,
            Kind::FenceLost { .. } => Class::Interrupted,
            Kind::InDoubt { .. } => Class::InDoubt,
            Kind::Gap { .. } => Class::Gap,
            Kind::HistoryDiffers { .. } => Class::HistoryDiffers,
            Kind::Ahead { .. } => Class::Ahead,
            Kind::Diverged { .. } => Class::Diverged,
            Kind::Behind { .. } => Class::Pending,
        }
    }
}

impl From<UnpackError> for Error {
    fn from(error: UnpackError) -> Self {
        Self::new(Kind::Unpack(error))
    }
}

impl From<ModelErrors> for Error {
    fn from(errors: ModelErrors) -> Self {
        Self::new(Kind::Plain(errors.diagnostic()))
    }
}

impl From<SpecError> for Error {
    fn from(error: SpecError) -> Self {
        Self::new(Kind::Spec(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.diagnostic().to_string();
        f.write_str(text.strip_prefix("error: ").unwrap_or(&text))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
