//! From actions to steps: the effective rows while they are taken.

use std::collections::BTreeSet;

use super::heads::Course;
use super::{Action, Applied, Step};
use crate::model::graph::{Graph, Index, IndexSet};

/// The steps of `actions`, taken one after the other from `applied`.
pub(crate) fn follow(graph: &Graph, applied: &Applied, actions: &[(Action, Index)]) -> Vec<Step> {
    let mut rows = Rows::new(graph, applied);
    let named = |rows: &[Index]| -> Vec<_> {
        rows.iter()
            .map(|index| (*index, graph.id(*index).clone()))
            .collect()
    };
    let all = |rows: &BTreeSet<Index>| named(&rows.iter().copied().collect::<Vec<_>>());
    let mut course = Course::from(all(&rows.rows));
    for (action, index) in actions {
        rows.step(*action, *index);
        let (lost, gained) = (named(&rows.lost), named(&rows.gained));
        course.push(lost, gained, rows.rows.len(), || all(&rows.rows));
    }
    let steps = actions.iter().zip(course.heads());
    steps
        .map(|((action, index), heads_after)| Step {
            index: *index,
            revision: graph.id(*index).clone(),
            action: *action,
            heads_after,
        })
        .collect()
}

/// An applied revision is a row when nothing applied stands on it.
struct Rows<'a> {
    graph: &'a Graph,
    applied: IndexSet,
    applied_above: Vec<u32>,
    /// Not applied, though something above is: once filled in, they are no rows.
    missing: BTreeSet<Index>,
    rows: BTreeSet<Index>,
    /// What the last step has taken away.
    lost: Vec<Index>,
    /// What the last step has added.
    gained: Vec<Index>,
}

impl<'a> Rows<'a> {
    fn new(graph: &'a Graph, applied: &Applied) -> Self {
        let mut applied_above = vec![0; graph.len()];
        for below in applied.set().iter().flat_map(|index| graph.below(index)) {
            applied_above[below.place()] += 1;
        }
        let below = graph.ancestors(applied.set().iter());
        Self {
            graph,
            applied: applied.set().clone(),
            applied_above,
            missing: below
                .iter()
                .filter(|index| !applied.contains(*index))
                .collect(),
            rows: applied.rows(graph).into_iter().collect(),
            lost: Vec::new(),
            gained: Vec::new(),
        }
    }

    fn step(&mut self, action: Action, index: Index) {
        self.lost.clear();
        self.gained.clear();
        if action.applies() {
            self.applied.insert(index);
            for below in self.graph.below(index) {
                self.applied_above[below.place()] += 1;
                self.drop_row(below);
            }
            if self.applied_above[index.place()] == 0 && !self.missing.contains(&index) {
                self.add_row(index);
            }
        } else {
            self.applied.remove(index);
            self.drop_row(index);
            for below in self.graph.below(index) {
                self.applied_above[below.place()] -= 1;
                if self.applied_above[below.place()] == 0 && self.applied.contains(below) {
                    self.add_row(below);
                }
            }
            if !self.missing.is_empty() {
                self.look_everywhere();
            }
        }
    }

    /// Across a gap the row below may be far away; rare enough to look at all.
    fn look_everywhere(&mut self) {
        let rows: BTreeSet<Index> = self.graph.maximal(&self.applied).into_iter().collect();
        let gone: Vec<Index> = self.rows.difference(&rows).copied().collect();
        let new: Vec<Index> = rows.difference(&self.rows).copied().collect();
        gone.into_iter().for_each(|index| self.drop_row(index));
        new.into_iter().for_each(|index| self.add_row(index));
    }

    fn add_row(&mut self, index: Index) {
        if self.rows.insert(index) && !forget(&mut self.lost, index) {
            self.gained.push(index);
        }
    }

    fn drop_row(&mut self, index: Index) {
        if self.rows.remove(&index) && !forget(&mut self.gained, index) {
            self.lost.push(index);
        }
    }
}

/// Takes `index` out of a list; whether it was there. What comes and goes within one step has not changed.
fn forget(list: &mut Vec<Index>, index: Index) -> bool {
    let place = list.iter().position(|other| *other == index);
    place.is_some_and(|place| {
        list.remove(place);
        true
    })
}
