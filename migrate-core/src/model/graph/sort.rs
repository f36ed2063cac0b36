//! The topological order, and the cycles that forbid it.

use std::collections::VecDeque;

/// Nodes by their position, each with the nodes it stands on.
pub(super) struct Links {
    ends: Vec<u32>,
    items: Vec<u32>,
}

impl Links {
    pub(super) fn with_capacity(nodes: usize) -> Self {
        Self {
            ends: Vec::with_capacity(nodes),
            items: Vec::with_capacity(nodes),
        }
    }

    pub(super) fn add(&mut self, target: usize) {
        self.items.push(target as u32);
    }

    /// Ends the list of the current node.
    pub(super) fn close(&mut self) {
        self.ends.push(self.items.len() as u32);
    }

    pub(super) fn of(&self, node: usize) -> &[u32] {
        let start = if node == 0 { 0 } else { self.ends[node - 1] };
        &self.items[start as usize..self.ends[node] as usize]
    }

    fn len(&self) -> usize {
        self.ends.len()
    }
}

/// The nodes so that each comes after all it stands on, or the cycles.
///
/// The order is Alembic's: down from the heads as loaded, the parents as written, then reversed. A node waits until
/// all that stands on it is out, so each link is looked at once.
pub(super) fn sort(links: &Links) -> Result<Vec<usize>, Vec<Vec<usize>>> {
    let mut waiting = vec![0u32; links.len()];
    for target in &links.items {
        waiting[*target as usize] += 1;
    }
    let mut stack: Vec<u32> = (0..links.len() as u32)
        .rev()
        .filter(|node| waiting[*node as usize] == 0)
        .collect();
    let mut order = Vec::with_capacity(links.len());
    while let Some(node) = stack.pop() {
        order.push(node as usize);
        for target in links.of(node as usize).iter().rev() {
            waiting[*target as usize] -= 1;
            if waiting[*target as usize] == 0 {
                stack.push(*target);
            }
        }
    }
    if order.len() < links.len() {
        return Err(cycles(links));
    }
    order.reverse();
    Ok(order)
}

/// One cycle of every knot (strongly connected component), each from its node that was loaded first.
fn cycles(links: &Links) -> Vec<Vec<usize>> {
    let knots = knots(links);
    let mut found = Vec::new();
    let mut seen = vec![false; knots.len()];
    let mut before = vec![u32::MAX; links.len()];
    for start in 0..links.len() {
        let knot = knots[start] as usize;
        if !std::mem::replace(&mut seen[knot], true)
            && let Some(cycle) = shortest(links, &knots, start, &mut before)
        {
            found.push(cycle);
        }
    }
    found
}

/// The shortest way from `start` back to itself inside its knot; `before` is used once per node as knots are disjoint.
fn shortest(links: &Links, knots: &[u32], start: usize, before: &mut [u32]) -> Option<Vec<usize>> {
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for target in links.of(node).iter().map(|target| *target as usize) {
            if target == start {
                let mut cycle = vec![node];
                while let Some(last) = cycle.last().copied().filter(|last| *last != start) {
                    cycle.push(before[last] as usize);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if knots[target] == knots[start] && before[target] == u32::MAX {
                before[target] = node as u32;
                queue.push_back(target);
            }
        }
    }
    None
}

/// The number of the strongly connected component of each node: Tarjan's algorithm with a stack of its own.
fn knots(links: &Links) -> Vec<u32> {
    const NEW: u32 = u32::MAX;
    let len = links.len();
    let (mut entered, mut low, mut knots) = (vec![NEW; len], vec![0u32; len], vec![NEW; len]);
    let (mut open, mut path) = (Vec::new(), Vec::new());
    let (mut clock, mut count) = (0, 0);
    for root in 0..len {
        if entered[root] != NEW {
            continue;
        }
        path.push((root, 0));
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if *next == 0 {
                entered[node] = clock;
                low[node] = clock;
                clock += 1;
                open.push(node);
            }
            if let Some(target) = links.of(node).get(*next).map(|target| *target as usize) {
                *next += 1;
                if entered[target] == NEW {
                    path.push((target, 0));
                } else if knots[target] == NEW {
                    low[node] = low[node].min(entered[target]);
                }
                continue;
            }
            path.pop();
            if let Some((above, _)) = path.last() {
                low[*above] = low[*above].min(low[node]);
            }
            if low[node] == entered[node] {
                while let Some(member) = open.pop() {
                    knots[member] = count;
                    if member == node {
                        break;
                    }
                }
                count += 1;
            }
        }
    }
    knots
}
