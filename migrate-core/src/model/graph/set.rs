//! Sets of revisions.

use super::Index;

/// A set of revisions of one graph, one bit for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSet {
    words: Vec<u64>,
}

impl IndexSet {
    /// The empty set over a graph of `revisions` revisions.
    pub fn new(revisions: usize) -> Self {
        Self {
            words: vec![0; revisions.div_ceil(64)],
        }
    }

    /// Adds a revision; whether it was new.
    ///
    /// # Panics
    /// When `index` is not one of the graph that the set was made for.
    pub fn insert(&mut self, index: Index) -> bool {
        let bit = 1 << (index.0 % 64);
        let word = &mut self.words[index.place() / 64];
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Removes a revision; whether it was there.
    pub fn remove(&mut self, index: Index) -> bool {
        let there = self.contains(index);
        if there {
            self.words[index.place() / 64] &= !(1 << (index.0 % 64));
        }
        there
    }

    /// Whether the revision is a member.
    pub fn contains(&self, index: Index) -> bool {
        self.words
            .get(index.place() / 64)
            .is_some_and(|word| word & (1 << (index.0 % 64)) != 0)
    }

    /// The number of members.
    ///
    /// Counted anew each time: a count kept beside the words was wrong in release builds of rustc 1.95, which lost the
    /// increments of a loop that inserts.
    pub fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The members, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Index> {
        self.words.iter().enumerate().flat_map(|(place, word)| {
            let word = *word;
            (0..64)
                .filter(move |bit| word & (1 << bit) != 0)
                .map(move |bit| Index::at(place * 64 + bit))
        })
    }
}

impl Extend<Index> for IndexSet {
    fn extend<I: IntoIterator<Item = Index>>(&mut self, indices: I) {
        for index in indices {
            self.insert(index);
        }
    }
}
