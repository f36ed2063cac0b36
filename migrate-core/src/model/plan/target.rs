//! Where a run is to go.

use std::fmt;

use crate::model::spec::Spec;

/// Where a run is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Up to this spec.
    Upgrade(Spec),
    /// Up to all effective heads: what start-up does.
    AllHeads,
    /// The revisions that are missing below applied ones, in order: `upgrade --fill`.
    Fill,
    /// Down to this spec.
    Downgrade(Spec),
    /// Rows as if these specs had been reached; nothing runs.
    Stamp {
        /// The specs, all seen from the starting rows.
        specs: Vec<Spec>,
        /// What happens to the rows that are there.
        purge: Purge,
    },
    /// Down and up again; `None`: the one effective row.
    Redo(Option<Spec>),
}

/// What a stamp does with the rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purge {
    /// Keeps those that the specs do not touch.
    #[default]
    No,
    /// Drops all of them first, also those of unknown revisions.
    Yes,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upgrade(spec) | Self::Downgrade(spec) | Self::Redo(Some(spec)) => spec.fmt(f),
            Self::AllHeads => f.write_str("heads"),
            Self::Fill => f.write_str("missing revisions"),
            Self::Stamp { specs, .. } => {
                for (position, spec) in specs.iter().enumerate() {
                    let separator = if position == 0 { "" } else { " " };
                    write!(f, "{separator}{spec}")?;
                }
                Ok(())
            }
            Self::Redo(None) => f.write_str("current"),
        }
    }
}
