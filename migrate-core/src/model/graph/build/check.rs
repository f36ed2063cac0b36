//! Ids, labels and links of the revisions that join a graph: every name is looked up, and what is wrong is collected.

use std::collections::HashMap;

use super::names::{Names, Owner, Taken, fold};
use super::{Node, Problem};
use crate::model::graph::Graph;
use crate::model::graph::sort::Links;
use crate::text::RevisionId;
use crate::text::diagnostic::nearest;

/// How many names are compared in search of suggestions: a broken set of 100,000 revisions is to fail quickly too.
pub(super) const COMPARISONS: usize = 200_000;

/// What the new revisions stand on, by position.
pub(super) struct NewLinks {
    pub(super) parents: Links,
    pub(super) dependencies: Links,
    /// Both, among the new revisions only and counted from the first of them: what the order is made from.
    pub(super) among_new: Links,
}

pub(super) struct Builder<'a> {
    pub(super) graph: &'a Graph,
    pub(super) extra: &'a [Node],
    pub(super) problems: Vec<Problem>,
    pub(super) comparisons: usize,
}

impl<'a> Builder<'a> {
    /// All ids, then all labels: a name belongs to the id, else to the label that was loaded first.
    pub(super) fn names(&mut self) -> Names<'a> {
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

    pub(super) fn links(&mut self, names: &Names<'a>) -> NewLinks {
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
        if self.stands_next_to(node, parent) {
            return Some(node - 1);
        }
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

    /// Whether `parent` is the revision that was loaded before: so it is for most, and then no table has to be asked. Where
    /// names clash, only the table knows whose a name is.
    fn stands_next_to(&self, node: usize, parent: &RevisionId) -> bool {
        let before = node.checked_sub(self.graph.len() + 1);
        let before = before.and_then(|place| self.extra.get(place));
        self.problems.is_empty() && before.is_some_and(|before| before.id == *parent)
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
