//! The graph of 100,000 revisions: build, validate and sort.

use std::time::{Duration, Instant};

use migrate_core::model::graph::{Graph, Node};

use crate::rounds::rounds;
use crate::table::{Table, Unit};
use crate::{Outcome, Scope};

const COUNT: usize = 100_000;

pub fn measure(scope: &Scope, table: &mut Table) -> Outcome<()> {
    let times = rounds(&["10,000", "100,000"], scope.rounds, |name, _| {
        let nodes = chain(if name == "100,000" { COUNT } else { COUNT / 10 })?;
        let start = Instant::now();
        let graph = Graph::new(nodes).map_err(|problems| format!("{problems:?}"))?;
        let taken = start.elapsed();
        drop(graph);
        Ok::<Duration, Box<dyn std::error::Error>>(taken)
    })?;
    table.group("graph: build, validate, sort", &times, &[]);
    table.judge(
        "graph of 100,000 revisions",
        times.spread("100,000"),
        0.05,
        Unit::Seconds,
    );
    println!();
    Ok(())
}

/// A chain that forks and merges again at every tenth revision.
fn chain(count: usize) -> Outcome<Vec<Node>> {
    let id = |place: usize| format!("{place:012x}").parse();
    let parents = |place: usize| match (place, place % 10) {
        (0, _) => vec![],
        (_, 1 | 2) if place > 2 => vec![place - place % 10],
        (_, 3) if place > 3 => vec![place - 2, place - 1],
        _ => vec![place - 1],
    };
    (0..count)
        .map(|place| {
            Ok(Node {
                id: id(place)?,
                down_revision: parents(place)
                    .into_iter()
                    .map(id)
                    .collect::<Result<_, _>>()?,
                depends_on: Vec::new(),
                labels: Vec::new(),
            })
        })
        .collect()
}
