//! Graphs are written as in `a<-b<-c, b<-d`: `b` on `a`, `c` and `d` on `b`. `c+d<-e` is a merge, `b{billing}` a label,
//! `e~>x` a dependency. The load order is that of the ids.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Graph, Index, IndexSet, Node, Problem};
use crate::text::RevisionId;

pub(crate) fn nodes(text: &str) -> Vec<Node> {
    let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
    for chain in text
        .split(',')
        .map(str::trim)
        .filter(|chain| !chain.is_empty())
    {
        let (chain, dependencies) = match chain.split_once("~>") {
            Some((node, dependencies)) => (
                node,
                dependencies
                    .split('+')
                    .map(|d| d.trim().to_owned())
                    .collect(),
            ),
            None => (chain, Vec::new()),
        };
        let mut parents: Vec<RevisionId> = Vec::new();
        for link in chain.split("<-") {
            let mut here = Vec::new();
            for word in link.split('+').map(str::trim) {
                let (id, label) = word
                    .trim_end_matches('}')
                    .split_once('{')
                    .unwrap_or((word, ""));
                let id = RevisionId::trusted(id);
                let node = nodes.entry(id.to_string()).or_insert_with(|| Node {
                    id: id.clone(),
                    down_revision: Vec::new(),
                    depends_on: Vec::new(),
                    labels: Vec::new(),
                });
                node.down_revision.extend(parents.iter().cloned());
                node.labels
                    .extend(Some(label.to_owned()).filter(|label| !label.is_empty()));
                node.depends_on.extend(dependencies.iter().cloned());
                here.push(id);
            }
            parents = here;
        }
    }
    nodes.into_values().collect()
}

pub(crate) fn graph(text: &str) -> Graph {
    Graph::new(nodes(text)).unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

/// The demo project of the research: two bases, a fork that is merged, two labels, a dependency between branches.
pub(in crate::model) const DEMO: &str = "ae1027a6acf1<-ae10bb3c9d02<-27c6a30d7c24{billing}<-5f1d0c2b9e77, \
    ae10bb3c9d02<-3cac04ae8714, 5f1d0c2b9e77+3cac04ae8714<-f0f0c0ffee01, \
    1975ea83b712{geo}<-6b0e77aa1190, 6b0e77aa1190~>27c6a30d7c24";

fn names(graph: &Graph, indices: impl IntoIterator<Item = Index>) -> String {
    indices
        .into_iter()
        .map(|index| graph.id(index).as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn at(graph: &Graph, id: &str) -> Index {
    graph.index(id).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn the_demo_project() {
    let graph = graph(DEMO);
    assert_eq!(
        names(&graph, graph.order()),
        "ae1027a6acf1 ae10bb3c9d02 3cac04ae8714 27c6a30d7c24 5f1d0c2b9e77 f0f0c0ffee01 1975ea83b712 6b0e77aa1190",
        "what `alembic history` shows, reversed"
    );
    assert_eq!(names(&graph, graph.heads()), "f0f0c0ffee01 6b0e77aa1190");
    assert_eq!(
        names(&graph, graph.effective_heads()),
        "f0f0c0ffee01 6b0e77aa1190"
    );
    assert_eq!(names(&graph, graph.bases()), "ae1027a6acf1 1975ea83b712");
    assert!(graph.is_branch_point(at(&graph, "ae10bb3c9d02")));
    assert!(
        !graph.is_branch_point(at(&graph, "27c6a30d7c24")),
        "a dependent is no child"
    );
    assert!(graph.is_merge_point(at(&graph, "f0f0c0ffee01")));
    let spread = graph.spread_labels();
    let labels = |id| spread[at(&graph, id).place()].join(" ");
    let table = [
        ("27c6a30d7c24", "billing"),
        ("5f1d0c2b9e77", "billing"),
        ("f0f0c0ffee01", "billing"),
        ("3cac04ae8714", ""),
        ("ae10bb3c9d02", ""),
        ("1975ea83b712", "geo"),
        ("6b0e77aa1190", "geo"),
    ];
    for (id, expected) in table {
        assert_eq!(labels(id), expected, "{id}");
    }
    assert_eq!(
        names(&graph, graph.lineage(at(&graph, "3cac04ae8714")).iter()),
        "ae1027a6acf1 ae10bb3c9d02 3cac04ae8714 f0f0c0ffee01"
    );
    assert_eq!(
        names(&graph, graph.ancestors([at(&graph, "6b0e77aa1190")]).iter()),
        "ae1027a6acf1 ae10bb3c9d02 27c6a30d7c24 1975ea83b712 6b0e77aa1190"
    );
}

#[test]
fn a_label_climbs_down_to_the_base_of_a_plain_chain() {
    let graph = graph("a<-b{x}<-c");
    assert_eq!(graph.spread_labels(), [["x"], ["x"], ["x"]]);
}

#[test]
fn a_head_that_another_depends_on_is_not_effective() {
    let graph = graph("aa01<-dd01, ee01~>dd01");
    assert_eq!(names(&graph, graph.heads()), "dd01 ee01");
    assert_eq!(names(&graph, graph.effective_heads()), "ee01");
}

#[test]
fn a_dependency_may_be_a_label() {
    let graph = graph("a{base_tables}<-b, x~>base_tables");
    assert_eq!(graph.dependencies(at(&graph, "x")), [at(&graph, "a")]);
}

fn problems(nodes: Vec<Node>) -> Vec<Problem> {
    Graph::new(nodes).expect_err("problems")
}

#[test]
fn every_problem_has_its_name() {
    let id = RevisionId::trusted;
    let unknown = |node, parent: &str, suggestion: Option<&str>| Problem::UnknownParent {
        node,
        parent: id(parent),
        suggestion: suggestion.map(id),
    };
    let clash = |node, label: &str, with| Problem::LabelClash {
        node,
        label: label.to_owned(),
        with,
    };
    let node = |id: &str| nodes(id).remove(0);
    assert_eq!(
        problems(vec![node("a"), node("b"), node("a")]),
        [Problem::DuplicateId { node: 2, first: 0 }]
    );
    assert_eq!(
        problems(vec![node("abc"), node("ABC")]),
        [Problem::CaseClash { node: 1, first: 0 }]
    );
    assert_eq!(problems(nodes("a<-a")), [Problem::SelfLoop { node: 0 }]);
    assert_eq!(problems(nodes("a, a~>a")), [Problem::SelfLoop { node: 0 }]);
    assert_eq!(
        problems(nodes("a{x}, a~>x")),
        [Problem::SelfLoop { node: 0 }],
        "by its own label"
    );
    let without = |text: &str, gone: &str| {
        let mut nodes = nodes(text);
        nodes.retain(|node| node.id != *gone);
        problems(nodes)
    };
    assert_eq!(
        without("5cd038a8f131, 5cd038a8f132<-b", "5cd038a8f132"),
        [unknown(1, "5cd038a8f132", Some("5cd038a8f131"))]
    );
    assert_eq!(
        without("5cd0<-b, 5cd038a8f131", "5cd0"),
        [unknown(1, "5cd0", Some("5cd038a8f131"))],
        "a part of an id"
    );
    assert_eq!(
        without("ABC<-b, abc", "ABC"),
        [unknown(1, "ABC", Some("abc"))],
        "in other case"
    );
    assert_eq!(
        without("a{billing}, billing<-b", "billing"),
        [unknown(1, "billing", Some("a"))],
        "a label is no parent"
    );
    assert_eq!(
        problems(nodes("a{billing}, b~>biling")),
        [Problem::UnknownDependency {
            node: 1,
            dependency: "biling".into(),
            suggestion: Some("billing".into())
        }]
    );
    assert_eq!(
        problems(nodes("a+a<-b")),
        [Problem::DuplicateParent {
            node: 1,
            parent: id("a")
        }]
    );
    assert_eq!(problems(nodes("a{x}, b{x}")), [clash(1, "x", 0)]);
    assert_eq!(
        problems(nodes("a{x}, b{X}")),
        [clash(1, "X", 0)],
        "labels too differ not only in case"
    );
    assert_eq!(problems(nodes("a, b{a}")), [clash(1, "a", 0)], "an id");
    assert_eq!(problems(nodes("a{a}")), [clash(0, "a", 0)], "its own id");
}

#[test]
fn all_problems_are_reported_at_once_in_the_order_of_the_list() {
    let mut list = nodes("a<-b, c<-d<-c, e<-e, a+a<-f, g{a}, h~>nowhere");
    list.push(list[0].clone());
    let nodes: Vec<usize> = problems(list).iter().map(Problem::node).collect();
    assert_eq!(nodes, [2, 4, 5, 6, 7, 8]);
}

#[test]
fn cycles_are_found_wherever_they_hide() {
    let cycle = |nodes: &[usize]| Problem::Cycle {
        nodes: nodes.to_vec(),
    };
    assert_eq!(problems(nodes("a<-b<-c<-a")), [cycle(&[0, 2, 1])]);
    assert_eq!(
        problems(nodes("a<-b, a~>b")),
        [cycle(&[0, 1])],
        "through a dependency"
    );
    assert_eq!(problems(nodes("a, b~>c, c~>b")), [cycle(&[1, 2])]);
    assert_eq!(
        problems(nodes("a<-b<-a, c<-d<-c")),
        [cycle(&[0, 1]), cycle(&[2, 3])],
        "two knots"
    );
    // Alembic lists e1 as the head and runs b1 before its parent d1.
    assert_eq!(
        problems(nodes("a1+d1<-b1<-c1<-d1<-e1")),
        [cycle(&[1, 3, 2])]
    );
}

#[test]
fn unknown_rows_join_above_and_the_rest_keeps_its_place() {
    let files = graph(DEMO);
    let extra = nodes("f0f0c0ffee01<-aaaa<-bbbb, bbbb~>6b0e77aa1190");
    let joined = files.joined(
        extra
            .into_iter()
            .filter(|node| node.id != *"f0f0c0ffee01")
            .collect(),
    );
    let joined = joined.expect("their parents are known");
    for index in files.order() {
        assert_eq!(files.id(index), joined.id(index));
    }
    assert_eq!(names(&joined, joined.effective_heads()), "bbbb");
    assert_eq!(
        files.joined(nodes("ae1027a6acf1")).expect_err("known"),
        [Problem::DuplicateId { node: 8, first: 0 }]
    );
}

#[test]
fn the_maximal_elements_of_a_set_with_a_gap() {
    let graph = graph("a<-b<-c");
    let set: IndexSet = graph.set([Index(0), Index(2)]);
    assert_eq!(names(&graph, graph.maximal(&set)), "c");
}

#[test]
fn a_hundred_thousand_revisions_in_line_and_side_by_side() {
    const COUNT: usize = 100_000;
    let id = |place: usize| RevisionId::trusted(&format!("r{place:06}"));
    let node = |place, down_revision| Node {
        id: id(place),
        down_revision,
        depends_on: vec![],
        labels: vec![],
    };
    let chain = (0..COUNT).map(|place| {
        node(
            place,
            (place > 0).then(|| id(place - 1)).into_iter().collect(),
        )
    });
    let chain = Graph::new(chain.rev().collect()).expect("a chain");
    assert_eq!(chain.heads(), [Index::at(COUNT - 1)]);
    assert_eq!(chain.ancestors(chain.heads()).len(), COUNT);

    let wide = (0..COUNT).map(|place| node(place, vec![]));
    let wide = wide
        .chain([node(COUNT, (0..COUNT).map(id).collect())])
        .collect();
    let wide = Graph::new(wide).expect("a merge");
    assert_eq!(wide.parents(Index::at(COUNT)).len(), COUNT);

    let ring = (0..COUNT)
        .map(|place| node(place, vec![id((place + 1) % COUNT)]))
        .collect();
    assert!(
        matches!(problems(ring).as_slice(), [Problem::Cycle { nodes }] if nodes.len() == COUNT)
    );

    let lost = (0..COUNT)
        .map(|place| node(place, vec![id(place + COUNT)]))
        .collect();
    assert_eq!(
        problems(lost).len(),
        COUNT,
        "suggestions do not take for ever"
    );
}

/// Random graphs: each revision stands on up to three earlier ones and depends on up to two.
pub(crate) fn any_graph() -> impl Strategy<Value = Graph> {
    let links = |most| prop::collection::vec(any::<prop::sample::Index>(), 0..=most);
    prop::collection::vec((links(3), links(2), any::<u16>()), 1..14).prop_map(|rows| {
        let ids: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(place, row)| format!("{:04x}_{place}", row.2))
            .collect();
        let mut nodes: Vec<Node> = Vec::new();
        for (place, (parents, dependencies, _)) in rows.iter().enumerate() {
            let below = |list: &[prop::sample::Index]| {
                let mut found: Vec<&String> = Vec::new();
                for pick in list.iter().filter(|_| place > 0) {
                    let id = &ids[pick.index(place)];
                    if !found.contains(&id) {
                        found.push(id);
                    }
                }
                found
            };
            nodes.push(Node {
                id: RevisionId::trusted(&ids[place]),
                down_revision: below(parents)
                    .into_iter()
                    .map(|id| RevisionId::trusted(id))
                    .collect(),
                depends_on: below(dependencies).into_iter().cloned().collect(),
                labels: Vec::new(),
            });
        }
        nodes.sort_by(|a, b| a.id.cmp(&b.id));
        Graph::new(nodes).expect("links go to earlier revisions")
    })
}

proptest! {
    #[test]
    fn the_order_is_topological(graph in any_graph()) {
        for index in graph.order() {
            prop_assert!(graph.below(index).all(|below| below < index));
        }
    }

    #[test]
    fn ancestors_and_descendants_mirror_each_other(graph in any_graph()) {
        for one in graph.order() {
            for other in graph.order() {
                prop_assert_eq!(graph.ancestors([one]).contains(other), graph.descendants([other]).contains(one));
            }
        }
    }

    #[test]
    fn maximal_elements_are_those_below_no_other(graph in any_graph(), bits in any::<u16>()) {
        let set = graph.set(graph.order().filter(|index| bits & (1 << index.0) != 0));
        let expected: Vec<Index> = set.iter()
            .filter(|one| set.iter().all(|other| other == *one || !graph.ancestors([other]).contains(*one)))
            .collect();
        prop_assert_eq!(graph.maximal(&set), expected);
    }
}
