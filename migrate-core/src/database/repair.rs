//! Mending what only a person can decide: [`Repair`].

use std::time::Duration;

use super::event::{Event, Watch};
use super::run::{Effect, Run, Verb};

/// What a person has decided; given to [`Migrations::repair`](crate::model::Migrations::repair).
///
/// ```
/// use migrate_core::database::Repair;
///
/// // Statement 3 of the interrupted revision has happened: go on with the fourth at the next upgrade.
/// let repair = Repair::resume_from("5cd038a8f131", 4);
/// # let _ = repair;
/// ```
#[derive(Debug, Clone)]
#[must_use = "a repair does nothing before it is given to `Migrations::repair`"]
pub struct Repair {
    pub(crate) revision: String,
    pub(crate) decision: Decision,
    effect: Effect,
    lock_wait: Option<Duration>,
    watch: Watch,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// All of the interrupted section has happened.
    Applied,
    /// The statement in flight has not happened.
    Retry,
    /// The next run goes on with the statement of this number, from 1, of the text as it is now.
    ResumeFrom(usize),
    /// The text as it is now is what was applied.
    AcceptEdit,
}

impl Repair {
    fn new(revision: impl Into<String>, decision: Decision) -> Self {
        Self {
            revision: revision.into(),
            decision,
            effect: Effect::Real,
            lock_wait: None,
            watch: Watch::default(),
        }
    }

    /// All of the interrupted section has happened: the revision is recorded as if it had finished.
    pub fn applied(revision: impl Into<String>) -> Self {
        Self::new(revision, Decision::Applied)
    }

    /// The statement that was in flight has not happened: the next run begins with it.
    pub fn retry(revision: impl Into<String>) -> Self {
        Self::new(revision, Decision::Retry)
    }

    /// Everything before statement `number` (from 1) of the section as it is now has happened, and nothing from there on.
    pub fn resume_from(revision: impl Into<String>, number: usize) -> Self {
        Self::new(revision, Decision::ResumeFrom(number))
    }

    /// The text of the revision as it is now is taken for what was applied: digest and parents are recorded anew, and the
    /// chains of it and of everything above it.
    pub fn accept_edit(revision: impl Into<String>) -> Self {
        Self::new(revision, Decision::AcceptEdit)
    }

    /// Only report what would be recorded.
    pub fn dry(mut self) -> Self {
        self.effect = Effect::Dry;
        self
    }

    /// How long to wait for the run lock instead of the configured time; zero: not at all.
    pub fn lock_wait(mut self, limit: Duration) -> Self {
        self.lock_wait = Some(limit);
        self
    }

    /// Have `tell` called with every [`Event`].
    pub fn on_progress(mut self, tell: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.watch = Watch::new(tell);
        self
    }

    pub(crate) fn into_run(self) -> Run {
        Run {
            effect: self.effect,
            lock_wait: self.lock_wait,
            watch: self.watch,
            ..Run::new(Verb::Repair {
                revision: self.revision,
                decision: self.decision,
            })
        }
    }
}
