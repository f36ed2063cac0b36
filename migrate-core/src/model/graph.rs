//! The directed acyclic graph of revisions.

use crate::text::RevisionId;

/// A revision by its place in the topological order of its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index(pub u32);

/// What the graph is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The id.
    pub id: RevisionId,
    /// The parents, in the order written.
    pub down_revision: Vec<RevisionId>,
    /// Ids or labels.
    pub depends_on: Vec<String>,
    /// The labels declared by this revision.
    pub labels: Vec<String>,
}

/// A problem of a set of revisions; `node` fields are positions in the list given to [`Graph::new`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Problem {
    DuplicateId {
        node: usize,
        first: usize,
    },
    /// Two ids that differ only in case.
    CaseClash {
        node: usize,
        first: usize,
    },
    SelfLoop {
        node: usize,
    },
    UnknownParent {
        node: usize,
        parent: RevisionId,
        suggestion: Option<RevisionId>,
    },
    UnknownDependency {
        node: usize,
        dependency: String,
        suggestion: Option<String>,
    },
    DuplicateParent {
        node: usize,
        parent: RevisionId,
    },
    LabelClash {
        node: usize,
        label: String,
        with: usize,
    },
    /// The revisions of one cycle in order: each stands on the next, the last on the first.
    Cycle {
        nodes: Vec<usize>,
    },
}

/// The graph: ids, parents, dependencies, labels, in topological order (oldest first).
#[derive(Debug, Clone)]
pub struct Graph {}

impl Graph {
    /// Checks and sorts; `nodes` in load order (by file name).
    ///
    /// # Errors
    /// Every problem of the set at once.
    pub fn new(nodes: Vec<Node>) -> Result<Self, Vec<Problem>> {
        let _ = nodes;
        todo!()
    }
}
