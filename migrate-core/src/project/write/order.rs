//! The order of lines in the lock file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::model::graph::{Graph, Index};

/// All revisions, parents before their children, and otherwise as `rank` says.
pub(super) fn parents_first<K: Ord>(graph: &Graph, rank: impl Fn(Index) -> K) -> Vec<Index> {
    let mut waiting: Vec<usize> = graph
        .order()
        .map(|index| graph.below(index).count())
        .collect();
    let ranked = |index: Index| Reverse((rank(index), index));
    let ready = graph
        .order()
        .filter(|index| graph.below(*index).next().is_none());
    let mut ready: BinaryHeap<_> = ready.map(ranked).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while let Some(Reverse((_, index))) = ready.pop() {
        order.push(index);
        for above in graph.above(index) {
            let left = &mut waiting[above.0 as usize];
            *left -= 1;
            if *left == 0 {
                ready.push(ranked(above));
            }
        }
    }
    order
}
