//! Ancestors, descendants, lineages.

use super::{Graph, Index, IndexSet};

impl Graph {
    /// The empty set of this graph's revisions.
    pub fn none(&self) -> IndexSet {
        IndexSet::new(self.len())
    }

    /// These revisions.
    pub fn set(&self, indices: impl IntoIterator<Item = Index>) -> IndexSet {
        let mut set = self.none();
        set.extend(indices);
        set
    }

    /// These revisions and everything they stand on, by down_revision and depends_on.
    pub fn ancestors(&self, from: impl IntoIterator<Item = Index>) -> IndexSet {
        self.reach(from, |index| self.below(index))
    }

    /// These revisions and everything that stands on them, by down_revision and depends_on.
    pub fn descendants(&self, from: impl IntoIterator<Item = Index>) -> IndexSet {
        self.reach(from, |index| self.above(index))
    }

    /// These revisions and their ancestors by down_revision alone.
    pub fn line_below(&self, from: impl IntoIterator<Item = Index>) -> IndexSet {
        self.reach(from, |index| self.parents(index).iter().copied())
    }

    /// These revisions and their descendants by down_revision alone.
    pub fn line_above(&self, from: impl IntoIterator<Item = Index>) -> IndexSet {
        self.reach(from, |index| self.children(index).iter().copied())
    }

    /// The revision, its ancestors and its descendants by down_revision alone; siblings are not in it.
    pub fn lineage(&self, of: Index) -> IndexSet {
        let mut lineage = self.line_below([of]);
        lineage.extend(self.line_above([of]).iter());
        lineage
    }

    /// The members that no other member stands on, directly or through others, oldest first. Of an applied set these are
    /// the effective rows.
    pub fn maximal(&self, set: &IndexSet) -> Vec<Index> {
        let mut covered = self.none();
        let mut maximal = Vec::new();
        for index in self.order().rev() {
            let is_covered = covered.contains(index);
            if is_covered || set.contains(index) {
                covered.extend(self.below(index));
            }
            if set.contains(index) && !is_covered {
                maximal.push(index);
            }
        }
        maximal.reverse();
        maximal
    }

    fn reach<N>(&self, from: impl IntoIterator<Item = Index>, next: impl Fn(Index) -> N) -> IndexSet
    where
        N: Iterator<Item = Index>,
    {
        let mut reached = self.none();
        let mut todo: Vec<Index> = from
            .into_iter()
            .filter(|index| reached.insert(*index))
            .collect();
        while let Some(index) = todo.pop() {
            for next in next(index) {
                if reached.insert(next) {
                    todo.push(next);
                }
            }
        }
        reached
    }
}
