//! From a list of revisions to a graph: names resolved, everything wrong reported, sorted.

use std::borrow::Cow;
use std::collections::HashMap;

use once_cell::sync::OnceCell;

use super::sort::{Links, sort};
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

/// How many names are compared in search of suggestions: a broken set of 100,000 revisions is to fail quickly too.
const COMPARISONS: usize = 200_000;

/// A problem of a set of revisions. Numbers are places in the list given to [`Graph::new`]; for [`Graph::joined`] the
/// revisions of the graph come first.
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

/// What the new revisions stand on, by position.
struct NewLinks {
    parents: Links,
    dependencies: Links,
    /// Both, among the new revisions only and counted from the first of them: what the order is made from.
    among_new: Links,
}

/// What kind of name it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Id,
    Label,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
struct Owner<'a> {
    position: usize,
    spelling: &'a str,
    taken: Taken,
}

/// Names without regard to case, with their owners; more than one only when they clash.
struct Names<'a>(
    HashMap<Cow<'a, str>, Owner<'a>>,
    HashMap<&'a str, Owner<'a>>,
);

impl<'a> Names<'a> {
    fn find(&self, name: &str) -> Option<Owner<'a>> {
        match self.0.get(&fold(name)) {
            Some(owner) if owner.spelling == name => Some(*owner),
            _ => self.1.get(name).copied(),
        }
    }

    /// The name as it is spelt, when only the case is wrong.
    fn respelt(&self, name: &str) -> Option<Owner<'a>> {
        self.0.get(&fold(name)).copied()
    }
}

fn fold(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

struct Builder<'a> {
    graph: &'a Graph,
    extra: &'a [Node],
    problems: Vec<Problem>,
    comparisons: usize,
}

impl<'a> Builder<'a> {
    /// All ids, then all labels: a name belongs to the id, else to the label that was loaded first.
    fn names(&mut self) -> Names<'a> {
        let (graph, extra) = (self.graph, self.extra);
        let known = graph.len();
        let mut names = Names(HashMap::with_capacity(known + extra.len()), HashMap::new());
        let ids = graph
            .ids
            .iter()
            .chain(extra.iter().map(|node| &node.id))
            .enumerate();
        for (position, id) in ids {
            let owner = Owner {
                position,
                spelling: id.as_str(),
                taken: Taken::Id,
            };
            let first = *names.0.entry(fold(owner.spelling)).or_insert(owner);
            if first.position == position {
                continue;
            }
            let same = names.find(id.as_str()).map(|owner| owner.position);
            self.problems.push(if let Some(first) = same {
                Problem::DuplicateId {
                    node: position,
                    first,
                }
            } else {
                names.1.insert(owner.spelling, owner);
                Problem::CaseClash {
                    node: position,
                    first: first.position,
                }
            });
        }
        let old = graph
            .labels
            .iter()
            .map(|(index, label)| (index.place(), label));
        let new = extra.iter().enumerate().flat_map(|(position, node)| {
            node.labels
                .iter()
                .map(move |label| (known + position, label))
        });
        for (position, label) in old.chain(new) {
            let owner = Owner {
                position,
                spelling: label,
                taken: Taken::Label,
            };
            let mut clash = None;
            names
                .0
                .entry(fold(label))
                .and_modify(|first| clash = Some(*first))
                .or_insert(owner);
            if let Some(first) = clash {
                names.1.entry(label).or_insert(owner);
                let (label, with) = (label.clone(), first.position);
                self.problems.push(Problem::LabelClash {
                    node: position,
                    label,
                    with,
                });
            }
        }
        names
    }

    fn links(&mut self, names: &Names<'a>) -> NewLinks {
        let (extra, known) = (self.extra, self.graph.len());
        let links = || Links::with_capacity(extra.len());
        let mut links = NewLinks {
            parents: links(),
            dependencies: links(),
            among_new: links(),
        };
        // Which node named a position last: finds what one node names twice without a set for each node.
        let mut named = vec![usize::MAX; known + extra.len()];
        let mut depended = named.clone();
        for (place, node) in extra.iter().enumerate() {
            let position = known + place;
            for parent in &node.down_revision {
                let Some(target) = self.parent(names, position, node, parent) else {
                    continue;
                };
                if std::mem::replace(&mut named[target], position) == position {
                    let parent = parent.clone();
                    self.problems.push(Problem::DuplicateParent {
                        node: position,
                        parent,
                    });
                    continue;
                }
                links.parents.add(target);
                if target >= known {
                    links.among_new.add(target - known);
                }
            }
            for dependency in &node.depends_on {
                let Some(target) = self.dependency(names, position, node, dependency) else {
                    continue;
                };
                if std::mem::replace(&mut depended[target], position) == position {
                    continue;
                }
                links.dependencies.add(target);
                if target >= known && named[target] != position {
                    links.among_new.add(target - known);
                }
            }
            links.parents.close();
            links.dependencies.close();
            links.among_new.close();
        }
        links
    }

    fn parent(
        &mut self,
        names: &Names<'a>,
        node: usize,
        from: &Node,
        parent: &RevisionId,
    ) -> Option<usize> {
        match names
            .find(parent.as_str())
            .filter(|owner| owner.taken == Taken::Id)
        {
            _ if *parent == from.id => {
                self.problems.push(Problem::SelfLoop { node });
                None
            }
            Some(owner) => Some(owner.position),
            None => {
                let suggestion = self.suggestion(names, parent.as_str(), Some(&from.id), Taken::Id);
                let suggestion = suggestion.map(|name| RevisionId::trusted(&name));
                self.problems.push(Problem::UnknownParent {
                    node,
                    parent: parent.clone(),
                    suggestion,
                });
                None
            }
        }
    }

    fn dependency(
        &mut self,
        names: &Names<'a>,
        node: usize,
        from: &Node,
        dependency: &str,
    ) -> Option<usize> {
        match names.find(dependency) {
            Some(owner) if owner.position == node || from.id == *dependency => {
                self.problems.push(Problem::SelfLoop { node });
                None
            }
            Some(owner) => Some(owner.position),
            None => {
                let suggestion = self.suggestion(names, dependency, Some(&from.id), Taken::Label);
                let dependency = dependency.to_owned();
                self.problems.push(Problem::UnknownDependency {
                    node,
                    dependency,
                    suggestion,
                });
                None
            }
        }
    }

    /// The other spelling, else the label's revision, else the nearest name; labels count where `up_to` allows them.
    fn suggestion(
        &mut self,
        names: &Names<'a>,
        name: &str,
        not: Option<&RevisionId>,
        up_to: Taken,
    ) -> Option<String> {
        let id_of = |owner: Owner<'a>| match (owner.taken, up_to) {
            (Taken::Label, Taken::Id) => self.id(owner.position).as_str(),
            _ => owner.spelling,
        };
        if let Some(owner) = names.respelt(name) {
            return Some(id_of(owner))
                .filter(|found| not.is_none_or(|id| id != found))
                .map(str::to_owned);
        }
        let (graph, extra) = (self.graph, self.extra);
        let ids = graph
            .ids
            .iter()
            .chain(extra.iter().map(|node| &node.id))
            .map(RevisionId::as_str);
        let ids = ids.filter(|id| not.is_none_or(|not| not != id));
        if self.comparisons < graph.len() + extra.len() {
            return None;
        }
        self.comparisons -= graph.len() + extra.len();
        let mut longer = ids
            .clone()
            .filter(|id| name.len() >= 3 && id.starts_with(name));
        if let (Some(only), None) = (longer.next(), longer.next()) {
            return Some(only.to_owned());
        }
        let labels = extra
            .iter()
            .flat_map(|node| &node.labels)
            .map(String::as_str);
        let labels = graph
            .labels
            .iter()
            .map(|(_, label)| label.as_str())
            .chain(labels);
        nearest(name, ids.chain(labels.filter(|_| up_to == Taken::Label))).map(str::to_owned)
    }

    fn id(&self, position: usize) -> &'a RevisionId {
        match position.checked_sub(self.graph.len()) {
            Some(place) => &self.extra[place].id,
            None => &self.graph.ids[position],
        }
    }
}
