//! The files of a large directory, looked at by several threads.
//!
//! Thousands of small files are mostly a wait for the system: opening, reading, closing. Each thread takes runs of
//! neighbours, as many as it gets to; what comes of them is put back in the order of the files.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many files are one share: a thread costs as much to start as some tens of them.
const SHARE: usize = 64;

/// More threads than this wait for each other.
const MOST: usize = 8;

/// Runs `work` on runs of neighbours and returns what comes of each, in their order.
pub(super) fn each<T: Send, R: Send>(items: Vec<T>, work: impl Fn(Vec<T>) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    shared(items, cores.min(MOST), work)
}

fn shared<T: Send, R: Send>(
    mut items: Vec<T>,
    threads: usize,
    work: impl Fn(Vec<T>) -> R + Sync,
) -> Vec<R> {
    let threads = threads.min(items.len() / SHARE);
    if threads < 2 {
        return vec![work(items)];
    }
    let mut shares = Vec::new();
    while !items.is_empty() {
        let rest = items.split_off(SHARE.min(items.len()));
        shares.push(std::mem::replace(&mut items, rest));
    }
    let queue = Mutex::new(shares.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take = || {
        let mut done = Vec::new();
        while let Some((place, share)) = next() {
            done.push((place, work(share)));
        }
        done
    };
    let mut results = thread::scope(|scope| {
        // Where no thread is to be had, those that are there do its part.
        let started: Vec<_> = (1..threads)
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, take).ok())
            .collect();
        let mut results = take();
        for thread in started {
            match thread.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_unstable_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_neighbours_and_their_results_in_order() {
        for count in [0, 1, SHARE, 2 * SHARE - 1, 2 * SHARE, 3 * SHARE + 7, 1001] {
            for threads in [1, 2, 3, 8] {
                let items: Vec<usize> = (0..count).collect();
                let results = shared(items.clone(), threads, |share| share);
                assert_eq!(results.concat(), items, "{count} by {threads}");
            }
        }
    }

    #[test]
    fn a_large_directory_is_shared() {
        let everybody = std::sync::Barrier::new(2);
        let ids = shared(vec![(); 2 * SHARE], 2, |_| {
            // Goes on when a second one is here.
            everybody.wait();
            thread::current().id()
        });
        assert_ne!(ids[0], ids[1]);
    }
}
