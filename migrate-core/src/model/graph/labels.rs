//! Branch labels and how they spread.

use super::{Graph, Index, IndexSet};

impl Graph {
    /// The labels declared by the revision.
    pub fn labels(&self, index: Index) -> impl Iterator<Item = &str> {
        let start = self.labels.partition_point(|(of, _)| *of < index);
        self.labels[start..]
            .iter()
            .take_while(move |(of, _)| *of == index)
            .map(|(_, label)| label.as_str())
    }

    /// All labels with the revisions that declare them, oldest first.
    pub fn all_labels(&self) -> impl Iterator<Item = (&str, Index)> {
        self.labels
            .iter()
            .map(|(index, label)| (label.as_str(), *index))
    }

    /// The revision that declares the label.
    pub fn labelled(&self, label: &str) -> Option<Index> {
        self.all_labels()
            .find(|(name, _)| *name == label)
            .map(|(_, index)| index)
    }

    /// The revisions that a label belongs to, as in Alembic: the one that declares it, all its descendants, and its
    /// ancestors up to the first branch point (dependents counted) or merge point.
    pub fn label_members(&self, declared: Index) -> IndexSet {
        let mut members = self.line_above([declared]);
        let mut at = declared;
        loop {
            let is_branch_point = self.above(at).nth(1).is_some();
            if is_branch_point || self.is_merge_point(at) {
                return members;
            }
            members.insert(at);
            match self.parents(at) {
                [parent] => at = *parent,
                _ => return members,
            }
        }
    }

    /// For every revision the labels that belong to it, in the order of their declaration.
    pub fn spread_labels(&self) -> Vec<Vec<&str>> {
        let mut spread = vec![Vec::new(); self.len()];
        for (label, declared) in self.all_labels() {
            for member in self.label_members(declared).iter() {
                spread[member.place()].push(label);
            }
        }
        spread
    }
}
