//! What a run tells while it goes on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::backup::Backup;
use super::report::StepReport;
use super::state::Holder;
use crate::text::Dialect;

/// Something that has happened in a run; given to the function of [`Run::on_progress`](super::Run::on_progress).
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The connection stands.
    #[non_exhaustive]
    Connected {
        /// The database, without password.
        target: &'a str,
        /// What it speaks.
        dialect: Dialect,
    },
    /// The server is not there yet and is waited for.
    #[non_exhaustive]
    Unreachable {
        /// What was said.
        reason: &'a str,
    },
    /// Somebody else holds the run lock.
    #[non_exhaustive]
    Waiting {
        /// Who, if it can be known.
        holder: Option<&'a Holder>,
        /// For how long we have waited.
        waited: Duration,
    },
    /// A backup is about to be made.
    #[non_exhaustive]
    BackupBegins {
        /// The file, unless one of that name is there already.
        file: &'a std::path::Path,
    },
    /// The backup is made.
    #[non_exhaustive]
    BackupEnds {
        /// The backup.
        backup: &'a Backup,
    },
    /// It is known what will be done.
    #[non_exhaustive]
    Planned {
        /// The number of steps.
        steps: usize,
    },
    /// A step begins.
    #[non_exhaustive]
    StepBegins {
        /// The step, with outcome `pending`.
        step: &'a StepReport,
        /// Its number, from 1.
        number: usize,
        /// The number of steps.
        of: usize,
    },
    /// A down section that is recorded in the database is about to be run; its digest is the recorded one.
    #[non_exhaustive]
    StoredSection {
        /// The revision.
        revision: &'a str,
        /// The section, its marker first, masked.
        sql: &'a str,
    },
    /// A statement of a section that is not one transaction begins.
    #[non_exhaustive]
    StatementBegins {
        /// The revision.
        revision: &'a str,
        /// The number of the statement in its section, from 1.
        number: usize,
        /// The number of statements in the section.
        of: usize,
    },
    /// A round of a batch is committed.
    #[non_exhaustive]
    BatchRound {
        /// The revision.
        revision: &'a str,
        /// The number of the statement in its section, from 1.
        number: usize,
        /// The number of statements in the section.
        of: usize,
        /// The rounds so far, also those before an interruption.
        rounds: u64,
        /// The rows that the batches of the section have touched so far, also before an interruption.
        rows: u64,
        /// The rate of this batch in this run.
        rows_per_second: f64,
    },
    /// A Rust step has told how far it has come, by [`Step::progress`](super::Step::progress).
    #[non_exhaustive]
    RustStepProgress {
        /// The revision.
        revision: &'a str,
        /// The name of the step.
        name: &'a str,
        /// How much is done.
        done: u64,
        /// Of how much, if the step knows.
        total: Option<u64>,
        /// The rate since it was called.
        per_second: f64,
    },
    /// A step has ended, well or not.
    #[non_exhaustive]
    StepEnds {
        /// The step with its outcome.
        step: &'a StepReport,
        /// Its number, from 1.
        number: usize,
        /// The number of steps.
        of: usize,
    },
    /// The revision is tried again after a lock could not be had in time.
    #[non_exhaustive]
    Retrying {
        /// The revision.
        revision: &'a str,
        /// What the server said.
        reason: &'a str,
    },
    /// Something to know that stops nothing.
    #[non_exhaustive]
    Warning {
        /// One sentence.
        message: &'a str,
    },
}

/// The function that is told of events, if there is one.
#[derive(Clone, Default)]
pub(crate) struct Watch(Option<Arc<Tell>>);

type Tell = dyn Fn(&Event<'_>) + Send + Sync;

impl Watch {
    pub(crate) fn new(tell: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    /// Whether nobody is told.
    pub(crate) const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        if let Some(tell) = &self.0 {
            tell(event);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Watch(..)"
        } else {
            "Watch"
        })
    }
}
