//! Real Alembic histories: see `tests/fixtures/alembic-graphs/README.md`.

use std::path::Path;

use crate::model::graph::{Graph, Node};
use crate::model::plan::{Applied, Target, plan};

fn load(name: &str) -> Graph {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures/alembic-graphs")
        .join(name);
    let text = std::fs::read_to_string(&path).expect("the fixture is in the repository");
    let list: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    let strings = |value: &serde_json::Value| -> Vec<String> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect()
    };
    let nodes = list.iter().map(|entry| Node {
        id: entry["id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("an id"),
        down_revision: strings(&entry["down"])
            .iter()
            .map(|id| id.parse().expect("an id"))
            .collect(),
        depends_on: strings(&entry["depends_on"]),
        labels: strings(&entry["labels"]),
    });
    Graph::new(nodes.collect()).expect("a sound history")
}

#[test]
fn up_and_down_give_consistent_rows() {
    for (name, revisions, merges) in [
        ("superset_fork_plaidcloud.json", 206, Some(27)),
        ("neutron.json", 132, None),
        ("glance.json", 29, None),
        ("warehouse.json", 288, Some(2)),
    ] {
        let graph = load(name);
        assert_eq!(graph.len(), revisions, "{name}");
        let found = graph
            .order()
            .filter(|index| graph.is_merge_point(*index))
            .count();
        assert!(
            merges.is_none_or(|merges| merges == found),
            "{name}: {found} merges"
        );
        let mut set = graph.none();
        let none = Applied::none(&graph);
        let up = plan(&graph, &none, &Target::AllHeads).expect("heads");
        assert_eq!(up.steps.len(), revisions, "{name}");
        for step in &up.steps {
            assert!(
                graph.below(step.index).all(|below| set.contains(below)),
                "{name}"
            );
            set.insert(step.index);
            assert_eq!(
                step.heads_after.to_vec(),
                graph.ids(&graph.maximal(&set)),
                "{name}"
            );
        }
        let all = Applied::exact(&graph, set.iter()).expect("closed");
        let down = plan(
            &graph,
            &all,
            &Target::Downgrade("base".parse().expect("a spec")),
        )
        .expect("base");
        assert_eq!(down.steps.len(), revisions, "{name}");
        for step in &down.steps {
            set.remove(step.index);
            assert_eq!(
                step.heads_after.to_vec(),
                graph.ids(&graph.maximal(&set)),
                "{name}"
            );
        }
    }
}

#[test]
fn neutron_has_two_branches() {
    let graph = load("neutron.json");
    assert_eq!(graph.heads().len(), 2);
    let dependencies: usize = graph
        .order()
        .map(|index| graph.dependencies(index).len())
        .sum();
    assert_eq!(dependencies, 10);
    for branch in ["expand", "contract"] {
        let spec = format!("{branch}@head").parse().expect("a spec");
        let heads = crate::model::resolve(&graph, &spec, None).expect("one head");
        assert_eq!(heads.len(), 1, "{branch}");
    }
}

#[test]
fn glance_has_one_effective_head() {
    let graph = load("glance.json");
    assert_eq!(graph.heads().len(), 2);
    assert_eq!(graph.effective_heads().len(), 1);
    let dependencies: usize = graph
        .order()
        .map(|index| graph.dependencies(index).len())
        .sum();
    assert_eq!(dependencies, 13);
    let head = crate::model::resolve(&graph, &"head".parse().expect("a spec"), None)
        .expect("the effective one");
    assert_eq!(head, graph.effective_heads());
}
