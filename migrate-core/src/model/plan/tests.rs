//! Targets, starting rows, expected steps, expected rows; one table for each shape of graph.

use crate::model::vocabulary::{graph, table};

/// a <- b <- c
#[test]
fn a_line() {
    let graph = graph("a, b a, c b");
    table(
        &graph,
        &[
            ("", "upgrade head", "+a +b +c -> c"),
            ("", "upgrade heads", "+a +b +c -> c"),
            ("", "start", "+a +b +c -> c"),
            ("a", "upgrade head", "+b +c -> c"),
            ("c", "upgrade head", "-> c"),
            ("c", "upgrade a", "-> c"),
            ("c", "upgrade base", "-> c"),
            ("", "upgrade +1", "+a -> a"),
            ("", "upgrade +2", "+a +b -> b"),
            ("a", "upgrade +2", "+b +c -> c"),
            (
                "a",
                "upgrade +3",
                "out_of_range: `+3` goes above head: only 2 of 3 steps can be made, up to c",
            ),
            (
                "a",
                "upgrade -1",
                "invalid_spec: `-1` goes down, upgrade goes up",
            ),
            ("", "upgrade a+1", "+a +b -> b"),
            ("", "upgrade head-1", "+a +b -> b"),
            ("", "upgrade base+1", "+a -> a"),
            (
                "",
                "upgrade a-1",
                "out_of_range: `a-1` goes below base: a has only 0 of the 1 revisions below it",
            ),
            ("c", "downgrade -1", "-c -> b"),
            ("c", "downgrade -3", "-c -b -a ->"),
            (
                "c",
                "downgrade -4",
                "out_of_range: `-4` goes below base: c has only 2 of the 3 revisions below it",
            ),
            (
                "",
                "downgrade -1",
                "out_of_range: `-1` goes below base: nothing is applied",
            ),
            ("c", "downgrade base", "-c -b -a ->"),
            ("", "downgrade base", "->"),
            ("c", "downgrade a", "-c -b -> a"),
            ("b", "downgrade b", "-> b"),
            (
                "b",
                "downgrade c",
                "not_applied: revision c is not applied, so there is no way down to it",
            ),
            ("c", "downgrade c-1", "-c -> b"),
            (
                "c",
                "downgrade a-1",
                "out_of_range: `a-1` goes below base: a has only 0 of the 1 revisions below it",
            ),
            (
                "c",
                "downgrade +1",
                "invalid_spec: `+1` goes up, downgrade goes down",
            ),
            ("", "stamp b", "+a +b -> b"),
            ("c", "stamp a", "-c -b -> a"),
            ("c", "stamp base", "-c -b -a ->"),
            ("c", "stamp --purge b", "-c -> b"),
            ("b", "redo", "-b +b -> b"),
            (
                "c",
                "redo b",
                "not_an_ancestor: revision b cannot be redone: others that are applied stand on it (to choose from: c)",
            ),
            (
                "",
                "redo",
                "not_applied: nothing is applied, so there is nothing to redo",
            ),
            ("a", "redo b", "not_applied: revision b is not applied"),
        ],
    );
}

/// a <- b <- c, b <- d: two heads
#[test]
fn a_fork() {
    let graph = graph("a, b a, c b #left, d b #right");
    table(
        &graph,
        &[
            ("", "upgrade heads", "+a +b +d +c -> d c"),
            (
                "",
                "upgrade head",
                "multiple_heads: `head` is ambiguous: there are 2 heads (to choose from: d, c)",
            ),
            ("", "upgrade left@head", "+a +b +c -> c"),
            (
                "b",
                "upgrade +1",
                "ambiguous_walk: `+1` is ambiguous: there are 2 ways above b (to choose from: d, c)",
            ),
            ("b", "upgrade right@+1", "+d -> d"),
            ("c", "upgrade right@+1", "+d -> d c"),
            (
                "c d",
                "downgrade -1",
                "ambiguous_walk: `-1` is ambiguous: the database has 2 effective rows to begin at (to choose from: d, c)",
            ),
            ("c d", "downgrade left@-1", "-c -> d"),
            (
                "c d",
                "downgrade left@-2",
                "ambiguous_walk: `left@-2` goes below b, on which other applied branches stand (to choose from: d)",
            ),
            ("c d", "downgrade b", "-c -d -> b"),
            ("c d", "downgrade left@b", "-c -> d"),
            ("c d", "downgrade a", "-c -d -b -> a"),
            (
                "c d",
                "downgrade heads",
                "multiple_heads: `heads` names 2 revisions, downgrade goes to one (to choose from: d, c)",
            ),
            (
                "c d",
                "redo",
                "ambiguous_walk: the database has 2 effective rows: name the one to redo (to choose from: d, c)",
            ),
            ("c d", "redo c", "-c +c -> d c"),
            ("", "stamp heads", "+a +b +d +c -> d c"),
            ("c", "stamp d", "+d -> d c"),
            ("c d", "stamp b", "-c -d -> b"),
            ("", "stamp c d", "+a +b +d +c -> d c"),
            (
                "c",
                "upgrade right@c",
                "not_in_branch: revision c is not in the branch `right` (in `right@c`)",
            ),
        ],
    );
}

/// ae1027 <- ae10bb <- 27c6 #billing <- 5f1d <- f0f0 (merges 3cac), ae10bb <- 3cac; 1975 #geo <- 6b0e ^27c6
#[test]
fn the_demo_project() {
    let graph = graph(
        "1975 #geo, 27c6 ae10bb #billing, 3cac ae10bb, 5f1d 27c6, 6b0e 1975 ^27c6, ae1027, ae10bb ae1027, f0f0 5f1d 3cac",
    );
    table(
        &graph,
        &[
            ("27c6", "upgrade billing@head", "+3cac +5f1d +f0f0 -> f0f0"),
            ("f0f0", "downgrade 27c6", "-f0f0 -5f1d -> 3cac 27c6"),
            (
                "f0f0 6b0e",
                "downgrade ae10bb",
                "-6b0e -f0f0 -5f1d -27c6 -3cac -> ae10bb 1975",
            ),
            (
                "f0f0 6b0e",
                "downgrade base",
                "-6b0e -1975 -f0f0 -5f1d -27c6 -3cac -ae10bb -ae1027 ->",
            ),
            (
                "f0f0 6b0e",
                "downgrade 1975-1",
                "out_of_range: `1975-1` goes below base: 1975 has only 0 of the 1 revisions below it",
            ),
            ("f0f0 6b0e", "downgrade geo@base", "-6b0e -1975 -> f0f0"),
            ("f0f0", "downgrade -1", "-f0f0 -> 3cac 5f1d"),
            (
                "f0f0",
                "downgrade -2",
                "ambiguous_walk: `-2` is ambiguous: there are 2 ways below the merge f0f0 (to choose from: 5f1d, 3cac)",
            ),
            ("", "upgrade billing", "+ae1027 +ae10bb +27c6 -> 27c6"),
            (
                "f0f0 6b0e",
                "stamp 27c6",
                "-6b0e -f0f0 -5f1d -> 3cac 27c6 1975",
            ),
            (
                "",
                "upgrade 6b0e",
                "+ae1027 +ae10bb +27c6 +1975 +6b0e -> 6b0e",
            ),
        ],
    );
}

/// a; b on a; c on a; x depends on a, b and c: Alembic fails with a KeyError.
#[test]
fn dependencies_of_which_one_stands_on_another() {
    let graph = graph("a, b a, c a, x ^a ^b ^c");
    table(
        &graph,
        &[
            ("", "upgrade heads", "+a +c +b +x -> x"),
            ("x", "downgrade base", "-x -b -c -a ->"),
        ],
    );
}

/// 1975 <- dd01; ee01 depends on dd01: dd01 is a head, and swallowed.
#[test]
fn a_head_swallowed_by_a_dependency() {
    let graph = graph("1975, dd01 1975, ee01 ^dd01");
    table(
        &graph,
        &[
            ("", "upgrade head", "+1975 +dd01 +ee01 -> ee01"),
            ("dd01", "upgrade heads", "+ee01 -> ee01"),
            (
                "ee01",
                "downgrade ee01-1",
                "out_of_range: `ee01-1` goes below base: ee01 has only 0 of the 1 revisions below it",
            ),
            ("ee01", "downgrade -1", "-ee01 -> dd01"),
        ],
    );
}

mod properties {
    use proptest::prelude::*;

    use crate::model::graph::{Graph, IndexSet, Node};
    use crate::model::{Applied, Index, Plan, Purge, Spec, Target, plan};

    /// Random graphs: revision `i` stands on some of those before it.
    fn graphs() -> impl Strategy<Value = Graph> {
        let edges = prop::collection::vec((any::<u32>(), any::<u32>(), 0..10_u8), 1..30);
        edges.prop_map(|edges| {
            let name = |place: usize| format!("r{place}");
            let nodes = edges
                .iter()
                .enumerate()
                .map(|(place, (first, second, kind))| {
                    let pick = |number: u32| (place > 0).then(|| number as usize % place.max(1));
                    let (first, second) = (pick(*first), pick(*second));
                    let mut down: Vec<usize> = match kind {
                        0 => vec![],
                        1..=2 => first.into_iter().chain(second).collect(),
                        _ => first.into_iter().collect(),
                    };
                    down.dedup();
                    let depends_on = if *kind == 3 {
                        second.map(name).into_iter().collect()
                    } else {
                        vec![]
                    };
                    Node {
                        id: name(place).parse().expect("an id"),
                        down_revision: down
                            .into_iter()
                            .map(|p| name(p).parse().expect("an id"))
                            .collect(),
                        depends_on,
                        labels: vec![],
                    }
                });
            Graph::new(nodes.collect()).expect("a sound set")
        })
    }

    fn closed(graph: &Graph, set: &IndexSet) -> bool {
        set.iter()
            .all(|index| graph.below(index).all(|below| set.contains(below)))
    }

    /// Takes the steps one by one and recomputes everything from scratch.
    fn follow(graph: &Graph, before: &Applied, plan: &Plan) -> IndexSet {
        let mut set = before.set().clone();
        assert_eq!(plan.from, graph.ids(&graph.maximal(&set)));
        for step in &plan.steps {
            let changed = if step.action.applies() {
                set.insert(step.index)
            } else {
                set.remove(step.index)
            };
            assert!(changed, "every step changes something");
            assert!(closed(graph, &set), "closed after {}", step.revision);
            assert_eq!(
                step.heads_after,
                graph.ids(&graph.maximal(&set)),
                "after {}",
                step.revision
            );
        }
        set
    }

    proptest! {
        #[test]
        fn the_order_is_topological(graph in graphs()) {
            for index in graph.order() {
                prop_assert!(graph.below(index).all(|below| below < index));
            }
        }

        #[test]
        fn up_and_down_again(graph in graphs(), start in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
            let pick = |at: &prop::sample::Index| Index(at.index(graph.len()) as u32);
            let before = Applied::closure(&graph, [pick(&start)]);
            let up = plan(&graph, &before, &Target::AllHeads).expect("a plan");
            let all = follow(&graph, &before, &up);
            prop_assert_eq!(all.len(), graph.len());

            let target = Spec::id(graph.id(pick(&to)));
            let everything = Applied::closure(&graph, graph.order());
            let down = plan(&graph, &everything, &Target::Downgrade(target.clone())).expect("a plan");
            let left = follow(&graph, &everything, &down);
            prop_assert!(left.contains(pick(&to)));
            prop_assert!(!graph.children(pick(&to)).iter().any(|child| left.contains(*child)));

            let back = Applied::exact(&graph, left.iter()).expect("closed");
            let again = plan(&graph, &back, &Target::AllHeads).expect("a plan");
            prop_assert_eq!(follow(&graph, &back, &again).len(), graph.len());

            let base = plan(&graph, &everything, &Target::Downgrade("base".parse().expect("a spec"))).expect("a plan");
            prop_assert!(follow(&graph, &everything, &base).is_empty());

            let stamp = Target::Stamp { specs: vec![target], purge: Purge::Yes };
            let stamped = follow(&graph, &before, &plan(&graph, &before, &stamp).expect("a plan"));
            prop_assert_eq!(stamped, graph.ancestors([pick(&to)]));
        }
    }
}
