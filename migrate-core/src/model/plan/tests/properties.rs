//! What holds on every graph.

use proptest::prelude::*;

use crate::model::graph::tests::any_graph;
use crate::model::graph::{Graph, Index, IndexSet};
use crate::model::plan::{Action, Applied, Plan, Target, plan};

/// Follows a plan by hand: every step is possible, and the rows are the maximal elements recomputed from scratch.
fn follow(graph: &Graph, applied: &Applied, plan: &Plan) -> Result<IndexSet, TestCaseError> {
    let mut set = applied.set().clone();
    for step in &plan.steps {
        match step.action {
            Action::Upgrade | Action::Stamp => {
                prop_assert!(
                    graph.below(step.index).all(|below| set.contains(below)),
                    "something below is missing"
                );
                prop_assert!(set.insert(step.index));
            }
            Action::Downgrade | Action::Unstamp => {
                prop_assert!(
                    !graph.above(step.index).any(|above| set.contains(above)),
                    "something stands on it"
                );
                prop_assert!(set.remove(step.index));
            }
        }
        prop_assert_eq!(step.heads_after.to_vec(), graph.ids(&graph.maximal(&set)));
    }
    Ok(set)
}

fn some(graph: &Graph, bits: u16) -> Vec<Index> {
    graph
        .order()
        .filter(|index| bits & (1 << index.0) != 0)
        .collect()
}

proptest! {
    #[test]
    fn up_from_anywhere_and_down_again(graph in any_graph(), bits in any::<u16>()) {
        let start = Applied::closure(&graph, some(&graph, bits));
        let up = plan(&graph, &start, &Target::AllHeads).expect("heads");
        let all = follow(&graph, &start, &up)?;
        prop_assert_eq!(all.len(), graph.len());
        let all = Applied::exact(&graph, all.iter()).expect("closed");
        let base = Target::Downgrade("base".parse().expect("a spec"));
        let down = plan(&graph, &all, &base).expect("base");
        prop_assert!(follow(&graph, &all, &down)?.is_empty());
        let mut up_from_nothing: Vec<Index> =
            plan(&graph, &Applied::none(&graph), &Target::AllHeads).expect("heads").steps.iter().map(|step| step.index).collect();
        up_from_nothing.reverse();
        prop_assert_eq!(down.steps.iter().map(|step| step.index).collect::<Vec<_>>(), up_from_nothing);
    }

    #[test]
    fn one_up_and_back(graph in any_graph(), bits in any::<u16>(), pick in any::<prop::sample::Index>()) {
        let start = Applied::closure(&graph, some(&graph, bits));
        let target = Index(pick.index(graph.len()) as u32);
        let spec = || graph.id(target).as_str().parse().expect("an id");
        let up = plan(&graph, &start, &Target::Upgrade(spec())).expect("an id");
        let after = follow(&graph, &start, &up)?;
        prop_assert!(after.contains(target));
        let mut expected = start.set().clone();
        expected.extend(graph.ancestors([target]).iter());
        prop_assert_eq!(&after, &expected);

        let after = Applied::exact(&graph, after.iter()).expect("closed");
        if let Ok(down) = plan(&graph, &after, &Target::Downgrade(spec())) {
            let rest = follow(&graph, &after, &down)?;
            prop_assert!(rest.contains(target));
            prop_assert!(!graph.children(target).iter().any(|child| rest.contains(*child)));
            Applied::exact(&graph, rest.iter()).expect("closed");
        }
    }

    #[test]
    fn a_stamp_is_closed_and_holds_its_targets(graph in any_graph(), bits in any::<u16>(), picks in any::<u16>()) {
        let start = Applied::closure(&graph, some(&graph, bits));
        let picked = some(&graph, picks);
        let specs = picked.iter().map(|index| graph.id(*index).as_str().parse().expect("an id")).collect();
        let stamp = Target::Stamp { specs, purge: crate::model::Purge::No };
        let after = follow(&graph, &start, &plan(&graph, &start, &stamp).expect("ids"))?;
        let rows = graph.maximal(&after);
        for row in graph.maximal(&graph.set(picked)) {
            prop_assert!(rows.contains(&row));
        }
    }
}
