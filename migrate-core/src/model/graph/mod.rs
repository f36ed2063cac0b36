//! The directed acyclic graph of revisions.
//!
//! Two kinds of edges: `down_revision` makes the graph (heads, bases, branches), `depends_on` adds order only. The
//! graph knows ids and labels, no files and no databases. A revision is named by its [`Index`], its place in a
//! topological order, so that "older" is "smaller" and a set of revisions is a bit set.

mod build;
mod labels;
mod set;
mod sort;
#[cfg(test)]
pub(crate) mod tests;
mod walk;

use std::collections::HashMap;

pub use build::{Node, Problem, SortedNode};
use once_cell::sync::OnceCell;
pub use set::IndexSet;

use crate::text::RevisionId;

/// A revision by its place in the topological order of its graph: 0 is the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index(pub u32);

impl Index {
    pub(crate) const fn place(self) -> usize {
        self.0 as usize
    }

    /// Graphs hold fewer than 2^32 revisions: [`Graph::new`] refuses more.
    pub(crate) const fn at(place: usize) -> Self {
        Self(place as u32)
    }
}

/// The graph: ids, parents, dependencies and labels, in topological order.
///
/// ```
/// use migrate_core::model::graph::{Graph, Node};
///
/// let node = |id: &str, down: &[&str]| Node {
///     id: id.parse().expect("an id"),
///     down_revision: down.iter().map(|id| id.parse().expect("an id")).collect(),
///     depends_on: vec![],
///     labels: vec![],
/// };
/// let graph = Graph::new(vec![node("b", &["a"]), node("a", &[])]).expect("a sound set");
/// let heads = graph.heads();
/// assert_eq!(graph.id(heads[0]), "b");
/// ```
#[derive(Debug, Clone)]
pub struct Graph {
    ids: Vec<RevisionId>,
    parents: Edges,
    dependencies: Edges,
    children: Edges,
    dependents: Edges,
    /// Declared labels, sorted by revision.
    labels: Vec<(Index, String)>,
    by_id: OnceCell<HashMap<RevisionId, Index>>,
}

/// Lists of revisions, one after the other in one vector: list `i` lies between `starts[i]` and `starts[i + 1]`.
#[derive(Debug, Clone)]
struct Edges {
    starts: Vec<u32>,
    targets: Vec<Index>,
}

impl Edges {
    /// The lists of no revision.
    fn none() -> Self {
        Self {
            starts: vec![0],
            targets: Vec::new(),
        }
    }

    /// The list of the next revision.
    fn push(&mut self, list: impl IntoIterator<Item = Index>) {
        self.targets.extend(list);
        self.starts.push(self.targets.len() as u32);
    }

    /// The same edges the other way round; every list ascending.
    fn reversed(&self) -> Self {
        let count = self.starts.len() - 1;
        let mut starts = vec![0_u32; count + 1];
        for target in &self.targets {
            starts[target.place() + 1] += 1;
        }
        for place in 0..count {
            starts[place + 1] += starts[place];
        }
        let mut next = starts.clone();
        let mut targets = vec![Index(0); self.targets.len()];
        for source in 0..count {
            for target in self.of(Index::at(source)) {
                let slot = &mut next[target.place()];
                targets[*slot as usize] = Index::at(source);
                *slot += 1;
            }
        }
        Self { starts, targets }
    }

    fn of(&self, index: Index) -> &[Index] {
        &self.targets[self.starts[index.place()] as usize..self.starts[index.place() + 1] as usize]
    }
}

impl Graph {
    /// The number of revisions.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no revision.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// All revisions, oldest first.
    pub fn order(&self) -> impl DoubleEndedIterator<Item = Index> + ExactSizeIterator + use<> {
        (0..self.ids.len()).map(Index::at)
    }

    /// The revision with exactly this id.
    pub fn index(&self, id: &str) -> Option<Index> {
        let by_id = self.by_id.get_or_init(|| {
            self.order()
                .map(|index| (self.id(index).clone(), index))
                .collect()
        });
        by_id.get(id).copied()
    }

    /// The id of a revision.
    ///
    /// # Panics
    /// When `index` is not one of this graph; so do all methods that take one.
    pub fn id(&self, index: Index) -> &RevisionId {
        &self.ids[index.place()]
    }

    /// The ids of these revisions.
    pub fn ids(&self, indices: &[Index]) -> Vec<RevisionId> {
        indices
            .iter()
            .map(|index| self.id(*index).clone())
            .collect()
    }

    /// The down revisions, in the order written.
    pub fn parents(&self, index: Index) -> &[Index] {
        self.parents.of(index)
    }

    /// The revisions of `depends_on`, in the order written.
    pub fn dependencies(&self, index: Index) -> &[Index] {
        self.dependencies.of(index)
    }

    /// The revisions whose down revision this is, oldest first.
    pub fn children(&self, index: Index) -> &[Index] {
        self.children.of(index)
    }

    /// The revisions that depend on this one, oldest first.
    pub fn dependents(&self, index: Index) -> &[Index] {
        self.dependents.of(index)
    }

    /// What must be applied before: parents, then dependencies.
    pub fn below(&self, index: Index) -> impl DoubleEndedIterator<Item = Index> {
        self.parents(index)
            .iter()
            .chain(self.dependencies(index))
            .copied()
    }

    /// What stands on it: children, then dependents.
    pub fn above(&self, index: Index) -> impl DoubleEndedIterator<Item = Index> {
        self.children(index)
            .iter()
            .chain(self.dependents(index))
            .copied()
    }

    /// Revisions that are nobody's down revision, oldest first.
    pub fn heads(&self) -> Vec<Index> {
        self.order()
            .filter(|index| self.children(*index).is_empty())
            .collect()
    }

    /// The maximal elements under down_revision and depends_on, oldest first; Alembic calls them real heads.
    pub fn effective_heads(&self) -> Vec<Index> {
        self.order()
            .filter(|index| self.above(*index).next().is_none())
            .collect()
    }

    /// Revisions without a down revision, oldest first.
    pub fn bases(&self) -> Vec<Index> {
        self.order()
            .filter(|index| self.parents(*index).is_empty())
            .collect()
    }

    /// Whether it has several children.
    pub fn is_branch_point(&self, index: Index) -> bool {
        self.children(index).len() > 1
    }

    /// Whether it has several parents.
    pub fn is_merge_point(&self, index: Index) -> bool {
        self.parents(index).len() > 1
    }
}
