//! What a run has done.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::backup::Backup;
use crate::model::Heads;

/// What a run has done, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The dialect that the server speaks.
    pub dialect: &'static str,
    /// The database, without password.
    pub target: String,
    /// `upgrade`, `downgrade`, `stamp`, `redo`, `repair`.
    pub direction: &'static str,
    /// The word that was given to the run by [`Run::tag`](super::Run::tag).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// What was given to the run by [`Run::argument`](super::Run::argument).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, String>,
    /// The effective rows before.
    pub from: Vec<String>,
    /// The effective rows now; for a dry run, as they would be.
    pub heads: Vec<String>,
    /// The steps in order.
    pub steps: Vec<StepReport>,
    /// The backup that was made before the first change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
    /// What a start-up that is switched off has found pending and left so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<String>,
    /// How many rows a stamp that forgets everything first has forgotten, those of revisions that were never finished and
    /// of those taken back among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purged: Option<usize>,
    /// What is to be known and stopped nothing.
    pub warnings: Vec<String>,
    /// Whether it was only asked what would be done.
    pub dry: bool,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
}

impl Report {
    pub(crate) fn new(direction: &'static str) -> Self {
        Self {
            dialect: "",
            target: String::new(),
            direction,
            tag: None,
            arguments: BTreeMap::new(),
            from: Vec::new(),
            heads: Vec::new(),
            steps: Vec::new(),
            backup: None,
            pending: Vec::new(),
            purged: None,
            warnings: Vec::new(),
            dry: false,
            duration: Duration::ZERO,
        }
    }

    /// The steps in order.
    pub fn steps(&self) -> &[StepReport] {
        &self.steps
    }

    /// Whether there was nothing to do, and nothing was left pending.
    pub fn is_up_to_date(&self) -> bool {
        self.steps.is_empty() && self.pending.is_empty() && self.purged.is_none_or(|rows| rows == 0)
    }
}

/// One step of a run. Its `Display` is one line, such as `upgrade 5cd038a8f131 add email to users (12 ms)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StepReport {
    /// The revision.
    pub revision: String,
    /// Its message.
    pub message: String,
    /// Its file; the words `stored section` when the SQL came from the database.
    pub file: String,
    /// What was to be done.
    pub action: StepAction,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
    /// What it takes away for good, as far as its statements say so: `drops table users`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub loses: Vec<String>,
    /// The number of statements that were run; where the step has failed, of those that stay.
    pub statements: usize,
    /// The rows that its batches have touched, also before an interruption, if it has batches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The effective rows after it.
    pub heads_after: Heads,
    /// What an edit that was accepted has changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// A part of a revision that is recorded anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Which part: `message`, `down_revision`, `depends_on`, `up` or `down`.
    pub what: &'static str,
    /// What was recorded; for a section its digest.
    pub before: String,
    /// What is recorded now.
    pub after: String,
    /// The two down sections line by line: `- ` gone, `+ ` new. Of an up section the old text is not recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepAction {
    /// Runs the up section.
    Upgrade,
    /// Runs the down section.
    Downgrade,
    /// Records the revision as applied.
    Stamp,
    /// Records the revision as no longer applied.
    Unstamp,
    /// Records what a person has decided.
    Repair,
}

impl StepAction {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
            Self::Stamp => "stamp",
            Self::Unstamp => "unstamp",
            Self::Repair => "repair",
        }
    }
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Not begun.
    Pending,
    /// Finished and recorded.
    Finished,
    /// Finished by this run after an earlier one had been interrupted.
    Recovered,
    /// Failed.
    Failed,
    /// The connection was lost: the server may have finished it, or may still.
    Unknown,
    /// Finished, and then taken back with the whole run.
    RolledBack,
}

impl StepReport {
    fn rows_shown(&self) -> String {
        self.rows
            .map_or_else(String::new, |rows| format!("{}, ", RowCount(rows)))
    }
}

/// A number of rows for people: `1 row`, `12,000 rows`.
///
/// ```
/// use migrate_core::database::RowCount;
///
/// assert_eq!(RowCount(12_000).to_string(), "12,000 rows");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCount(pub u64);

impl fmt::Display for RowCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str(if self.0 == 1 { " row" } else { " rows" })
    }
}

impl fmt::Display for StepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action.name(), self.revision)?;
        if !self.message.is_empty() {
            write!(f, " {}", self.message)?;
        }
        match self.outcome {
            Outcome::Pending => Ok(()),
            Outcome::Finished => write!(f, " ({}{})", self.rows_shown(), Shown(self.duration)),
            Outcome::Recovered => {
                write!(
                    f,
                    " (recovered, {}{})",
                    self.rows_shown(),
                    Shown(self.duration)
                )
            }
            Outcome::Failed => f.write_str(" (failed)"),
            Outcome::Unknown => f.write_str(" (outcome unknown)"),
            Outcome::RolledBack => f.write_str(" (rolled back)"),
        }
    }
}

/// A duration for people: `850 us`, `12 ms`, `3.4 s`, `2 min 5 s`.
pub(crate) struct Shown(pub(crate) Duration);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0;
        match time.as_secs() {
            0 if time.as_micros() < 1000 => write!(f, "{} us", time.as_micros()),
            0 => write!(f, "{} ms", time.as_millis()),
            1..60 => write!(f, "{:.1} s", time.as_secs_f64()),
            seconds if seconds % 60 == 0 => write!(f, "{} min", seconds / 60),
            seconds => write!(f, "{} min {} s", seconds / 60, seconds % 60),
        }
    }
}

/// Milliseconds for a field of a log line.
pub(crate) fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn milliseconds<S: Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_micros() as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let cases = [
            (Duration::from_micros(850), "850 us"),
            (Duration::from_millis(12), "12 ms"),
            (Duration::from_millis(3400), "3.4 s"),
            (Duration::from_secs(120), "2 min"),
            (Duration::from_secs(125), "2 min 5 s"),
        ];
        for (duration, shown) in cases {
            assert_eq!(Shown(duration).to_string(), shown);
        }
    }

    #[test]
    fn numbers_of_rows_read_well() {
        let cases = [
            (0, "0 rows"),
            (1, "1 row"),
            (999, "999 rows"),
            (1_000, "1,000 rows"),
            (12_345_678, "12,345,678 rows"),
        ];
        for (rows, shown) in cases {
            assert_eq!(RowCount(rows).to_string(), shown);
        }
    }

    #[test]
    fn a_step_is_one_line() {
        let step = StepReport {
            revision: "5cd038a8f131".into(),
            message: "add email to users".into(),
            file: "migrations/a.sql".into(),
            action: StepAction::Upgrade,
            outcome: Outcome::Finished,
            duration: Duration::from_millis(12),
            loses: Vec::new(),
            statements: 1,
            rows: None,
            heads_after: Heads::none(),
            changes: Vec::new(),
        };
        assert_eq!(
            step.to_string(),
            "upgrade 5cd038a8f131 add email to users (12 ms)"
        );
    }
}
