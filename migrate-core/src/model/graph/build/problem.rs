//! What can be wrong with a set of revisions.

use crate::text::RevisionId;

/// A problem of a set of revisions. Numbers are places in the list given to [`Graph::new`](super::Graph::new); for
/// [`Graph::joined`](super::Graph::joined) the revisions of the graph come first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// `node` has the id of `first`.
    DuplicateId {
        /// The later one.
        node: usize,
        /// The earlier one.
        first: usize,
    },
    /// The ids differ only in case.
    CaseClash {
        /// The later one.
        node: usize,
        /// The earlier one.
        first: usize,
    },
    /// `node` names itself as its parent or dependency.
    SelfLoop {
        /// The revision.
        node: usize,
    },
    /// No revision has this id.
    UnknownParent {
        /// The revision.
        node: usize,
        /// What it names.
        parent: RevisionId,
        /// What may have been meant.
        suggestion: Option<RevisionId>,
    },
    /// No revision has this id or label.
    UnknownDependency {
        /// The revision.
        node: usize,
        /// What it names.
        dependency: String,
        /// What may have been meant.
        suggestion: Option<String>,
    },
    /// The same parent twice.
    DuplicateParent {
        /// The revision.
        node: usize,
        /// The parent.
        parent: RevisionId,
    },
    /// The label is also an id or a label of `with`, perhaps in other case.
    LabelClash {
        /// The revision.
        node: usize,
        /// The label.
        label: String,
        /// The other one; `node` itself when it declares the label twice or bears it as its id.
        with: usize,
    },
    /// Each of these stands on the next, and the last on the first.
    Cycle {
        /// The revisions in that order.
        nodes: Vec<usize>,
    },
}

impl Problem {
    /// The revision that it is reported at.
    pub fn node(&self) -> usize {
        match self {
            Self::DuplicateId { node, .. }
            | Self::CaseClash { node, .. }
            | Self::SelfLoop { node }
            | Self::UnknownParent { node, .. }
            | Self::UnknownDependency { node, .. }
            | Self::DuplicateParent { node, .. }
            | Self::LabelClash { node, .. } => *node,
            Self::Cycle { nodes } => nodes.first().copied().unwrap_or_default(),
        }
    }
}
