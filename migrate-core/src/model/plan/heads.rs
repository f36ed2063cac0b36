//! The effective rows after a step.
//!
//! A plan of ten thousand revisions may have ten thousand rows after each of them. So the steps of a plan share what they
//! know: how each of them changes the rows, and now and then the rows themselves.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::model::graph::Index;
use crate::text::RevisionId;

/// The effective rows after a step of a plan, oldest first. A clone costs nothing; [`to_vec`](Heads::to_vec) takes as long
/// as there are rows.
#[derive(Clone)]
pub struct Heads {
    course: Arc<Course>,
    /// How many steps have been taken.
    steps: usize,
}

/// The rows along a plan.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// Rows in full, and after how many steps: so often that a step is never further away than there are rows, and so
    /// seldom that all of them together are no more than there are changes.
    full: Vec<(usize, Vec<Row>)>,
    changes: Vec<Change>,
}

type Row = (Index, RevisionId);

/// What one step does to the rows.
#[derive(Debug, Default)]
struct Change {
    lost: Vec<Row>,
    gained: Vec<Row>,
    /// How many rows there are then.
    rows: usize,
}

impl Course {
    /// Adds a step.
    ///
    /// `rows` are those after it, asked for only when they are kept in full.
    pub(super) fn push(
        &mut self,
        lost: Vec<Row>,
        gained: Vec<Row>,
        rows: usize,
        all: impl FnOnce() -> Vec<Row>,
    ) {
        self.changes.push(Change { lost, gained, rows });
        let steps = self.changes.len();
        let since = self.full.last().map_or(steps, |(at, _)| steps - at);
        if since >= rows {
            self.full.push((steps, all()));
        }
    }

    /// What begins with these rows.
    pub(super) fn from(rows: Vec<Row>) -> Self {
        Self {
            full: vec![(0, rows)],
            changes: Vec::new(),
        }
    }

    /// The rows after each step.
    pub(super) fn heads(self) -> impl Iterator<Item = Heads> {
        let course = Arc::new(self);
        (1..=course.changes.len()).map(move |steps| Heads {
            course: Arc::clone(&course),
            steps,
        })
    }
}

impl Heads {
    /// No rows: the database is at base.
    pub fn none() -> Self {
        Self {
            course: Arc::default(),
            steps: 0,
        }
    }

    /// The rows.
    pub fn to_vec(&self) -> Vec<RevisionId> {
        let Course { full, changes } = &*self.course;
        let place = full.partition_point(|(at, _)| *at <= self.steps);
        let (at, rows) = match place.checked_sub(1).and_then(|place| full.get(place)) {
            Some((at, rows)) => (*at, rows.as_slice()),
            None => (0, [].as_slice()),
        };
        let mut rows: BTreeMap<Index, &RevisionId> =
            rows.iter().map(|(index, id)| (*index, id)).collect();
        for change in &changes[at..self.steps] {
            for (index, _) in &change.lost {
                rows.remove(index);
            }
            rows.extend(change.gained.iter().map(|(index, id)| (*index, id)));
        }
        rows.into_values().cloned().collect()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.change().map_or(0, |change| change.rows)
    }

    /// Whether there is none: the database is at base.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows that the step has taken away.
    pub fn lost(&self) -> impl Iterator<Item = &RevisionId> {
        let rows = self.change().map_or(&[][..], |change| &change.lost);
        rows.iter().map(|(_, id)| id)
    }

    /// The rows that the step has added.
    pub fn gained(&self) -> impl Iterator<Item = &RevisionId> {
        let rows = self.change().map_or(&[][..], |change| &change.gained);
        rows.iter().map(|(_, id)| id)
    }

    fn change(&self) -> Option<&Change> {
        self.course.changes.get(self.steps.checked_sub(1)?)
    }
}

impl PartialEq for Heads {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.to_vec() == other.to_vec()
    }
}

impl Eq for Heads {}

impl fmt::Debug for Heads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.to_vec()).finish()
    }
}

#[cfg(feature = "runtime")]
impl serde::Serialize for Heads {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.to_vec().iter().map(RevisionId::as_str))
    }
}

#[cfg(test)]
mod tests {
    use crate::model::graph::{Graph, Node};
    use crate::model::{Applied, Target, plan};

    fn bases(count: usize) -> Graph {
        let node = |place: usize| Node {
            id: format!("base{place}").parse().expect("an id"),
            down_revision: Vec::new(),
            depends_on: Vec::new(),
            labels: Vec::new(),
        };
        Graph::new((0..count).map(node).collect()).expect("a sound set")
    }

    #[test]
    fn a_plan_with_ten_thousand_rows_keeps_no_more_than_it_has_steps() {
        const COUNT: usize = 10_000;
        let graph = bases(COUNT);
        let nothing = Applied::none(&graph);
        let up = plan(&graph, &nothing, &Target::AllHeads).expect("heads");
        let all = Applied::closure(&graph, graph.effective_heads());
        let base = "base".parse().expect("a spec");
        let down = plan(&graph, &all, &Target::Downgrade(base)).expect("base");
        for (plan, before) in [(up, 0), (down, COUNT)] {
            let last = &plan.steps.last().expect("steps").heads_after;
            assert_eq!(last.len(), COUNT - before);
            assert_eq!(plan.heads_after().len(), COUNT - before);
            let full = last.course.full.iter().map(|(_, rows)| rows.len());
            let changes = last.course.changes.iter();
            let changed = changes.map(|change| change.lost.len() + change.gained.len());
            assert!(full.sum::<usize>() + changed.sum::<usize>() <= 3 * COUNT);
            let middle = &plan.steps[COUNT / 2 - 1].heads_after;
            assert_eq!(middle.to_vec().len(), COUNT / 2);
        }
    }
}
