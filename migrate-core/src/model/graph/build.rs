//! From a list of revisions to a graph: names resolved, everything wrong reported, sorted.
//!
//! `check` looks up every name and link with the `names`, and collects each `problem`.

mod check;
mod names;
mod problem;

use once_cell::sync::OnceCell;

use super::sort::sort;
use super::{Edges, Graph, Index};
use crate::text::RevisionId;
use check::{Builder, COMPARISONS};
pub use problem::Problem;

/// A revision to make a graph of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The id.
    pub id: RevisionId,
    /// The parents, in the order written.
    pub down_revision: Vec<RevisionId>,
    /// Ids or labels.
    pub depends_on: Vec<String>,
    /// The labels declared by it.
    pub labels: Vec<String>,
}

/// A revision of a list that is known to be sound and in topological order: what a packed set holds.
#[derive(Debug, Clone)]
pub struct SortedNode {
    /// The id.
    pub id: RevisionId,
    /// The parents, in the order written.
    pub parents: Vec<Index>,
    /// The dependencies, in the order written.
    pub dependencies: Vec<Index>,
    /// The labels declared by it.
    pub labels: Vec<String>,
}

impl Graph {
    /// Checks the revisions, which stand in load order (by file name), and sorts them.
    ///
    /// The order is Alembic's where Alembic's is determined: down from the heads, depth first, then reversed, so that
    /// branches run one after the other and of two branches the one whose head was loaded last runs first.
    ///
    /// # Errors
    /// Every problem of the set, in the order of the revisions; of each knot of cycles the shortest one through its
    /// first revision.
    pub fn new(nodes: Vec<Node>) -> Result<Self, Vec<Problem>> {
        Self::from_sorted(Vec::new()).joined(nodes)
    }

    /// The same graph with more revisions above; its own keep their [`Index`]. So revisions that only a database knows
    /// join the files, by their recorded parents and dependencies.
    ///
    /// ```
    /// use migrate_core::model::graph::{Graph, Index, Node};
    ///
    /// let node = |id: &str, down: &[&str]| Node {
    ///     id: id.parse().expect("an id"),
    ///     down_revision: down.iter().map(|id| id.parse().expect("an id")).collect(),
    ///     depends_on: vec![],
    ///     labels: vec![],
    /// };
    /// let files = Graph::new(vec![node("a", &[]), node("b", &["a"])]).expect("a sound set");
    /// let joined = files.joined(vec![node("newer", &["b"])]).expect("its parent is known");
    /// assert_eq!(joined.heads(), [Index(2)]);
    /// assert_eq!(joined.index("b"), files.index("b"));
    /// ```
    ///
    /// # Errors
    /// Every problem of the new revisions; numbers count the revisions of the graph first.
    pub fn joined(&self, mut extra: Vec<Node>) -> Result<Self, Vec<Problem>> {
        let mut builder = Builder {
            graph: self,
            extra: &extra,
            problems: Vec::new(),
            comparisons: COMPARISONS,
        };
        let names = builder.names();
        let links = builder.links(&names);
        let known = self.len();
        let order = sort(&links.among_new).unwrap_or_else(|cycles| {
            let cycles = cycles.into_iter().map(|cycle| Problem::Cycle {
                nodes: cycle.into_iter().map(|place| known + place).collect(),
            });
            builder.problems.extend(cycles);
            Vec::new()
        });
        let mut problems = builder.problems;
        if !problems.is_empty() {
            problems.sort_by_key(Problem::node);
            return Err(problems);
        }
        drop(names);
        let mut places = vec![Index(0); extra.len()];
        for (rank, place) in order.iter().enumerate() {
            places[*place] = Index::at(known + rank);
        }
        let index = |target: &u32| match (*target as usize).checked_sub(known) {
            Some(place) => places[place],
            None => Index(*target),
        };
        let mut joined = Parts {
            ids: self.ids.clone(),
            parents: self.parents.clone(),
            dependencies: self.dependencies.clone(),
            labels: self.labels.clone(),
        };
        for place in order {
            let Node { id, labels, .. } = &mut extra[place];
            let owner = Index::at(joined.ids.len());
            joined.ids.push(id.clone());
            joined
                .parents
                .push(links.parents.of(place).iter().map(index));
            joined
                .dependencies
                .push(links.dependencies.of(place).iter().map(index));
            joined.labels.extend(
                std::mem::take(labels)
                    .into_iter()
                    .map(|label| (owner, label)),
            );
        }
        Ok(joined.graph())
    }

    /// The graph of a list that [`Graph::new`] has checked and sorted before.
    #[doc(hidden)]
    pub fn from_sorted(nodes: Vec<SortedNode>) -> Self {
        let mut parts = Parts {
            ids: Vec::with_capacity(nodes.len()),
            parents: Edges::none(),
            dependencies: Edges::none(),
            labels: Vec::new(),
        };
        for (place, node) in nodes.into_iter().enumerate() {
            parts.ids.push(node.id);
            parts.parents.push(node.parents);
            parts.dependencies.push(node.dependencies);
            let labels = node.labels.into_iter();
            parts
                .labels
                .extend(labels.map(|label| (Index::at(place), label)));
        }
        parts.graph()
    }
}

/// What a graph is made of; the rest of it follows.
struct Parts {
    ids: Vec<RevisionId>,
    parents: Edges,
    dependencies: Edges,
    labels: Vec<(Index, String)>,
}

impl Parts {
    fn graph(self) -> Graph {
        let Self {
            ids,
            parents,
            dependencies,
            labels,
        } = self;
        let (children, dependents) = (parents.reversed(), dependencies.reversed());
        Graph {
            ids,
            parents,
            dependencies,
            children,
            dependents,
            labels,
            by_id: OnceCell::new(),
        }
    }
}
