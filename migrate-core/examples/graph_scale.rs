//! How long a graph of 100,000 revisions takes: `cargo run --release -p migrate-core --example graph_scale`.

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::time::Instant;

use migrate_core::model::graph::{Graph, Node, Problem};
use migrate_core::model::{Applied, Target, plan};
use migrate_core::text::id::InvalidId;

const COUNT: usize = 100_000;

fn main() -> Result<(), String> {
    let nodes = (0..COUNT).map(node).collect::<Result<Vec<_>, InvalidId>>();
    let nodes = nodes.map_err(|error| error.to_string())?;
    let start = Instant::now();
    let graph = Graph::new(nodes).map_err(|problems: Vec<Problem>| format!("{problems:?}"))?;
    println!("build, validate, sort: {:?}", start.elapsed());
    let start = Instant::now();
    let plan = plan(&graph, &Applied::none(&graph), &Target::AllHeads);
    let plan = plan.map_err(|error| error.to_string())?;
    println!("plan of {} steps: {:?}", plan.steps.len(), start.elapsed());
    Ok(())
}

fn node(place: usize) -> Result<Node, InvalidId> {
    let id = |place: usize| format!("{place:012x}").parse();
    Ok(Node {
        id: id(place)?,
        down_revision: place
            .checked_sub(1)
            .map(id)
            .transpose()?
            .into_iter()
            .collect(),
        depends_on: Vec::new(),
        labels: Vec::new(),
    })
}
