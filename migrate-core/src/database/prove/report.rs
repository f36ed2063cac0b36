//! What a proof says.

use serde::Serialize;

use crate::database::error::Error;
use crate::model::schema::{Change, Difference};
use crate::text::diagnostic::Class;

/// What [`verify`](super::verify) has found on one database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// The dialect that the server speaks.
    pub dialect: &'static str,
    /// How many revisions there are.
    pub revisions: usize,
    /// The proofs, in their order.
    pub proofs: Vec<Proof>,
}

impl Verification {
    /// Whether nothing was found.
    pub fn passed(&self) -> bool {
        self.proofs
            .iter()
            .all(|proof| proof.verdict != Verdict::Failed)
    }
}

/// One proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Proof {
    /// What is proven, in one word: `single_head`, `upgrade`, `step_by_step`, `stamp`, `round_trip`, `existing`, `data`.
    pub proof: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// Why it was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What is worth knowing and not wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// The rows that steps have lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows_lost: Vec<RowsLost>,
}

/// What came of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// It was not run.
    NotRun,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The revision that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// One sentence, or the whole text of an error.
    pub message: String,
    /// The class of the error, if it is one.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "class")]
    pub class: Option<Class>,
    /// The object and what about it, if that is what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
}

fn class<S: serde::Serializer>(class: &Option<Class>, serializer: S) -> Result<S::Ok, S::Error> {
    match class {
        Some(class) => serializer.serialize_str(class.name()),
        None => serializer.serialize_none(),
    }
}

/// Rows that a step has lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RowsLost {
    /// The revision.
    pub revision: String,
    /// `upgrade` or `downgrade`.
    pub direction: &'static str,
    /// The table.
    pub table: String,
    /// How many rows it had.
    pub before: u64,
    /// How many are left; `None` when the table is gone.
    pub after: Option<u64>,
}

impl std::fmt::Display for RowsLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            revision,
            direction,
            table,
            before,
            after,
        } = self;
        match after {
            Some(after) => {
                let lost = before - after;
                write!(
                    f,
                    "the {direction} of {revision} loses {lost} of {before} rows of {table}"
                )
            }
            None => write!(
                f,
                "the {direction} of {revision} drops {table} with {before} rows"
            ),
        }
    }
}

impl Proof {
    pub(super) fn new(proof: &'static str) -> Self {
        Self {
            proof,
            verdict: Verdict::Passed,
            reason: None,
            findings: Vec::new(),
            remarks: Vec::new(),
            rows_lost: Vec::new(),
        }
    }

    pub(super) fn not_run(proof: &'static str, reason: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::NotRun,
            reason: Some(reason.into()),
            ..Self::new(proof)
        }
    }

    pub(super) fn find(&mut self, finding: Finding) {
        self.verdict = Verdict::Failed;
        self.findings.push(finding);
    }
}

impl Finding {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            revision: None,
            file: None,
            message: message.into(),
            class: None,
            difference: None,
        }
    }

    pub(super) fn of_error(error: &Error) -> Self {
        Self {
            class: Some(error.class()),
            ..Self::new(error.to_string())
        }
    }

    /// A difference, told by a sentence for each of the three ways: what is there and should not be, what is not there
    /// and should be, and what is not as it should be.
    pub(super) fn of_difference(
        difference: Difference,
        added: &str,
        removed: &str,
        changed: &str,
    ) -> Self {
        let object = &difference.object;
        let message = match &difference.change {
            Change::Added => format!("{object} {added}"),
            Change::Removed => format!("{object} {removed}"),
            Change::Changed(details) => {
                let details: Vec<String> = details.iter().map(ToString::to_string).collect();
                format!("{object} {changed}: {}", details.join(", "))
            }
        };
        Self {
            difference: Some(difference),
            ..Self::new(message)
        }
    }

    pub(super) fn at(self, revision: &str, file: &str) -> Self {
        Self {
            revision: Some(revision.to_owned()),
            file: Some(file.to_owned()),
            ..self
        }
    }
}
