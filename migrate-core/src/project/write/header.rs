//! The text of a header and of section markers, as they are written everywhere.

use std::fmt;

use crate::text::revision::Direction;
use crate::text::{DialectSet, RevisionId};

/// The header of a file that is to be written.
pub(super) struct HeaderText<'a> {
    pub(super) message: &'a str,
    /// Lines below the message.
    pub(super) prose: &'a [String],
    pub(super) id: &'a RevisionId,
    pub(super) down_revision: Vec<String>,
    pub(super) branch_labels: &'a [String],
    pub(super) depends_on: &'a [String],
    pub(super) created: Option<&'a str>,
    pub(super) irreversible: Option<&'a str>,
}

impl fmt::Display for HeaderText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "-- {}\n--", self.message)?;
        for line in self.prose {
            match line.as_str() {
                "" => writeln!(f, "--")?,
                line => writeln!(f, "-- {line}")?,
            }
        }
        if !self.prose.is_empty() {
            writeln!(f, "--")?;
        }
        writeln!(f, "-- revision: {}", self.id)?;
        let parents = if self.down_revision.is_empty() {
            "none".to_owned()
        } else {
            self.down_revision.join(", ")
        };
        writeln!(f, "-- down_revision: {parents}")?;
        for (key, items) in [
            ("branch_labels", self.branch_labels),
            ("depends_on", self.depends_on),
        ] {
            if !items.is_empty() {
                writeln!(f, "-- {key}: {}", items.join(", "))?;
            }
        }
        for (key, value) in [
            ("created", self.created),
            ("irreversible", self.irreversible),
        ] {
            if let Some(value) = value {
                writeln!(f, "-- {key}: {value}")?;
            }
        }
        Ok(())
    }
}

/// The marker of a section; it names dialects where there are any.
pub(super) fn marker(direction: Direction, dialects: DialectSet) -> String {
    if dialects.is_empty() {
        format!("-- migrate:{direction}")
    } else {
        format!("-- migrate:{direction} dialect:{dialects}")
    }
}
