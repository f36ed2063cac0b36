//! From a list of revisions to a graph: names resolved, everything wrong reported, sorted.

use std::collections::{HashMap, HashSet};

use once_cell::sync::OnceCell;

use super::{Edges, Graph, Index};
use crate::text::RevisionId;
use crate::text::diagnostic::nearest;

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

/// A problem of a set of revisions. Numbers are places in the list given to [`Graph::new`].
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
    /// The label is also an id or a label of `with`.
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

impl Graph {
    /// Checks the revisions, which stand in load order (by file name), and sorts them.
    ///
    /// The order is Alembic's where Alembic's is determined: a depth-first walk, so that branches run one after the
    /// other and of two branches the one whose head was loaded last runs first.
    ///
    /// # Errors
    /// Every problem of the set, in the order of the revisions, cycles last.
    pub fn new(nodes: Vec<Node>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let names = Names::new(&nodes, &mut problems);
        let below: Vec<(Vec<usize>, Vec<usize>)> = nodes
            .iter()
            .enumerate()
            .map(|(place, node)| names.below(&nodes, place, node, &mut problems))
            .collect();
        let order = sort(&below, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut places = vec![Index(0); nodes.len()];
        for (place, node) in order.iter().enumerate() {
            places[*node] = Index::at(place);
        }
        drop(names);
        let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
        let sorted = order.into_iter().filter_map(|place| {
            let node = nodes[place].take()?;
            let (parents, dependencies) = &below[place];
            let indices = |list: &[usize]| list.iter().map(|place| places[*place]).collect();
            Some(SortedNode {
                id: node.id,
                parents: indices(parents),
                dependencies: indices(dependencies),
                labels: node.labels,
            })
        });
        Ok(Self::from_sorted(sorted.collect()))
    }

    /// The graph of a list that [`Graph::new`] has checked and sorted before.
    #[doc(hidden)]
    pub fn from_sorted(nodes: Vec<SortedNode>) -> Self {
        let parents = Edges::new(nodes.iter().map(|node| node.parents.as_slice()));
        let dependencies = Edges::new(nodes.iter().map(|node| node.dependencies.as_slice()));
        let (children, dependents) = (parents.reversed(), dependencies.reversed());
        let mut ids = Vec::with_capacity(nodes.len());
        let mut labels = Vec::new();
        for (place, node) in nodes.into_iter().enumerate() {
            ids.push(node.id);
            labels.extend(
                node.labels
                    .into_iter()
                    .map(|label| (Index::at(place), label)),
            );
        }
        Self {
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

/// Ids and labels, each with the revision it stands for.
struct Names<'a> {
    ids: HashMap<&'a str, usize>,
    labels: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn new(nodes: &'a [Node], problems: &mut Vec<Problem>) -> Self {
        let mut ids = HashMap::with_capacity(nodes.len());
        let mut folded: HashMap<String, usize> = HashMap::with_capacity(nodes.len());
        for (node, Node { id, .. }) in nodes.iter().enumerate() {
            if let Some(first) = ids.get(id.as_str()) {
                problems.push(Problem::DuplicateId {
                    node,
                    first: *first,
                });
                continue;
            }
            ids.insert(id.as_str(), node);
            let first = *folded
                .entry(id.as_str().to_ascii_lowercase())
                .or_insert(node);
            if first != node {
                problems.push(Problem::CaseClash { node, first });
            }
        }
        let mut labels = HashMap::new();
        for (node, label) in nodes
            .iter()
            .enumerate()
            .flat_map(|(node, of)| of.labels.iter().map(move |l| (node, l)))
        {
            match ids
                .get(label.as_str())
                .or_else(|| labels.get(label.as_str()))
            {
                Some(with) => problems.push(Problem::LabelClash {
                    node,
                    label: label.clone(),
                    with: *with,
                }),
                None => {
                    labels.insert(label.as_str(), node);
                }
            }
        }
        Self { ids, labels }
    }

    /// The parents and the dependencies of a revision, without those that are wrong.
    fn below(
        &self,
        nodes: &[Node],
        place: usize,
        node: &Node,
        problems: &mut Vec<Problem>,
    ) -> (Vec<usize>, Vec<usize>) {
        let mut parents = Vec::with_capacity(node.down_revision.len());
        let mut seen = HashSet::new();
        for id in &node.down_revision {
            if !seen.insert(id) {
                problems.push(Problem::DuplicateParent {
                    node: place,
                    parent: id.clone(),
                });
                continue;
            }
            match self.ids.get(id.as_str()) {
                Some(parent) if nodes[*parent].id == node.id => {
                    problems.push(Problem::SelfLoop { node: place })
                }
                Some(parent) => parents.push(*parent),
                None => problems.push(Problem::UnknownParent {
                    node: place,
                    parent: id.clone(),
                    suggestion: nearest(id.as_str(), self.ids.keys().copied())
                        .map(RevisionId::trusted),
                }),
            }
        }
        let mut dependencies: Vec<usize> = Vec::with_capacity(node.depends_on.len());
        let mut seen = HashSet::new();
        for name in &node.depends_on {
            match self
                .ids
                .get(name.as_str())
                .or_else(|| self.labels.get(name.as_str()))
            {
                Some(target) if nodes[*target].id == node.id => {
                    problems.push(Problem::SelfLoop { node: place })
                }
                Some(target) => {
                    if seen.insert(*target) {
                        dependencies.push(*target);
                    }
                }
                None => problems.push(Problem::UnknownDependency {
                    node: place,
                    dependency: name.clone(),
                    suggestion: nearest(name, self.ids.keys().chain(self.labels.keys()).copied())
                        .map(str::to_owned),
                }),
            }
        }
        (parents, dependencies)
    }
}

/// Depth first without recursion: everything below a revision comes before it.
fn sort(below: &[(Vec<usize>, Vec<usize>)], problems: &mut Vec<Problem>) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Unseen,
        Open,
        Done,
    }
    let mut is_head = vec![true; below.len()];
    for target in below
        .iter()
        .flat_map(|(parents, dependencies)| parents.iter().chain(dependencies))
    {
        is_head[*target] = false;
    }
    let mut state = vec![State::Unseen; below.len()];
    let mut order = Vec::with_capacity(below.len());
    // The second pass finds the revisions that stand only on each other.
    let starts = (0..below.len())
        .rev()
        .filter(|place| is_head[*place])
        .chain(0..below.len());
    for start in starts {
        let mut stack: Vec<(usize, usize)> = Vec::new();
        if state[start] == State::Unseen {
            state[start] = State::Open;
            stack.push((start, 0));
        }
        while let Some((place, position)) = stack.last_mut() {
            let (parents, dependencies) = &below[*place];
            let next = dependencies
                .iter()
                .rev()
                .chain(parents.iter().rev())
                .nth(*position);
            *position += 1;
            match next {
                None => {
                    state[*place] = State::Done;
                    order.push(*place);
                    stack.pop();
                }
                Some(next) if state[*next] == State::Unseen => {
                    state[*next] = State::Open;
                    stack.push((*next, 0));
                }
                Some(next) if state[*next] == State::Open => {
                    let first = stack
                        .iter()
                        .position(|(place, _)| place == next)
                        .unwrap_or_default();
                    problems.push(Problem::Cycle {
                        nodes: stack[first..].iter().map(|(place, _)| *place).collect(),
                    });
                }
                Some(_) => {}
            }
        }
    }
    order
}
