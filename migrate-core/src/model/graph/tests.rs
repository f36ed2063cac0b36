//! Shapes, labels, and everything that can be wrong with a set.

use super::*;
use crate::model::vocabulary::{graph, ids, indices, problems};

#[test]
fn heads_and_bases() {
    let graph = graph("1975 #geo, 27c6 ae10, 3cac ae10, 6b0e 1975 ^27c6, ae10");
    assert_eq!(ids(&graph, graph.bases()), "ae10 1975");
    assert_eq!(ids(&graph, graph.heads()), "27c6 6b0e 3cac");
    assert_eq!(ids(&graph, graph.effective_heads()), "6b0e 3cac");
    let ae10 = indices(&graph, "ae10")[0];
    assert!(graph.is_branch_point(ae10) && !graph.is_merge_point(ae10));
}

/// Of two branches the one whose head was loaded last runs first; parents in reverse of the order written.
#[test]
fn the_order_is_alembics() {
    for (text, order) in [
        ("a, b a, c a", "a c b"),
        ("c a, b a, a", "a b c"),
        ("a, b a, c a, m b c", "a c b m"),
        ("a, b a, c a, m c b", "a b c m"),
        ("a, b a, x, y x", "x y a b"),
        ("b a, a, x ^b", "a b x"),
    ] {
        let graph = graph(text);
        assert_eq!(ids(&graph, graph.order()), order, "{text}");
    }
}

/// a <- b <- c #billing <- d <- m, b <- e <- m
#[test]
fn a_label_spreads_to_descendants_and_down_to_a_fork() {
    let graph = graph("a, b a, c0 b, c c0 #billing, d c, e b, m d e");
    let billing = graph.labelled("billing").expect("declared");
    assert_eq!(ids(&graph, graph.label_members(billing).iter()), "c0 c d m");
    let line = super::tests::graph("a, b a #all, c b");
    assert_eq!(
        ids(
            &line,
            line.label_members(line.labelled("all").expect("declared"))
                .iter()
        ),
        "a b c"
    );
    assert_eq!(line.spread_labels(), [["all"], ["all"], ["all"]]);
}

#[test]
fn every_problem_is_reported_at_once() {
    let id = |text: &str| text.parse::<RevisionId>().expect("an id");
    assert_eq!(
        problems("a1, a1, A1, b b, c zzz, d ^yyy, e a1 a1, f #x, g #x #a1, bills, h ^bill"),
        [
            Problem::DuplicateId { node: 1, first: 0 },
            Problem::CaseClash { node: 2, first: 0 },
            Problem::LabelClash {
                node: 8,
                label: "x".into(),
                with: 7
            },
            Problem::LabelClash {
                node: 8,
                label: "a1".into(),
                with: 0
            },
            Problem::SelfLoop { node: 3 },
            Problem::UnknownParent {
                node: 4,
                parent: id("zzz"),
                suggestion: None
            },
            Problem::UnknownDependency {
                node: 5,
                dependency: "yyy".into(),
                suggestion: None
            },
            Problem::DuplicateParent {
                node: 6,
                parent: id("a1")
            },
            Problem::UnknownDependency {
                node: 10,
                dependency: "bill".into(),
                suggestion: Some("bills".into())
            },
        ]
    );
}

#[test]
fn cycles_are_found_wherever_they_are() {
    assert_eq!(problems("a b, b a"), [Problem::Cycle { nodes: vec![0, 1] }]);
    assert_eq!(
        problems("a, b a ^c, c b"),
        [Problem::Cycle { nodes: vec![1, 2] }]
    );
    // The one Alembic does not see: below a head and above a base.
    let found = problems("a1, b1 a1 d1, c1 b1, d1 c1, e1 d1");
    assert_eq!(
        found,
        [Problem::Cycle {
            nodes: vec![3, 2, 1]
        }]
    );
    assert_eq!(problems("a b, b a, x y, y x").len(), 2, "each cycle once");
}

#[test]
fn a_hundred_thousand_revisions_in_line_and_in_one_merge() {
    let node = |id: String, down: Vec<RevisionId>| Node {
        id: id.parse().expect("an id"),
        down_revision: down,
        depends_on: vec![],
        labels: vec![],
    };
    let mut line: Vec<Node> = Vec::new();
    for number in 0..100_000 {
        let down = line
            .last()
            .map(|last| last.id.clone())
            .into_iter()
            .collect();
        line.push(node(format!("r{number}"), down));
    }
    let graph = Graph::new(line).expect("a sound set");
    assert_eq!(ids(&graph, graph.heads()), "r99999");
    assert_eq!(graph.ancestors(graph.heads()).len(), 100_000);

    let mut wide: Vec<Node> = (0..100_000)
        .map(|number| node(format!("r{number}"), vec![]))
        .collect();
    let all = wide.iter().map(|node| node.id.clone()).collect();
    wide.push(node("merge".to_owned(), all));
    let graph = Graph::new(wide).expect("a sound set");
    assert_eq!(ids(&graph, graph.heads()), "merge");
}
