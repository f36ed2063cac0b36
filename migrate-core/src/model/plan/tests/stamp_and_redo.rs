//! Stamp, redo and fill.

use super::{answer, applied, table};
use crate::model::graph::tests::{DEMO, graph};
use crate::model::plan::{Applied, Target, plan};
use crate::text::diagnostic::Class;

#[test]
fn stamp_writes_what_lacks_a_row_and_reverts_what_is_above() {
    table(
        &graph("a<-b<-c1{one}<-d1, b<-c2{two}"),
        &[
            ("", "stamp c1", "sa sb sc1 => c1"),
            ("", "stamp heads", "sa sb sc1 sd1 sc2 => c2 d1"),
            ("", "stamp head", "! multiple_heads"),
            ("d1", "stamp b", "ud1 uc1 => b"),
            ("d1", "stamp d1", "=> d1"),
            ("d1", "stamp c2", "sc2 => c2 d1"),
            ("d1 c2", "stamp c1", "ud1 => c1 c2"),
            ("d1", "stamp base", "ud1 uc1 ub ua =>"),
            ("d1", "stamp heads heads", "sc2 => c2 d1"),
            ("d1 c2", "stamp c1 d1", "=> c2 d1"),
            ("d1", "stamp base c2", "ud1 uc1 sc2 => c2"),
            ("d1", "stamp --purge c2", "ud1 uc1 sc2 => c2"),
            ("d1", "stamp --purge base", "ud1 uc1 ub ua =>"),
            ("a", "stamp a-1", "! out_of_range"),
            ("b", "stamp -1", "ub => a"),
            ("a", "stamp +1", "sb => b"),
            ("d1 c2", "stamp -1", "! ambiguous_walk"),
            ("a", "stamp nope", "! unknown_revision"),
        ],
    );
}

/// Alembic forgets 1975 and 3cac here, though their tables exist.
#[test]
fn stamping_down_over_a_dependency_keeps_the_other_branches() {
    let graph = graph(DEMO);
    assert_eq!(
        answer(&graph, "f0f0c0ffee01 6b0e77aa1190", "stamp 27c6a"),
        "u6b0e77aa1190 uf0f0c0ffee01 u5f1d0c2b9e77 => 1975ea83b712 27c6a30d7c24 3cac04ae8714"
    );
}

#[test]
fn redo_takes_one_revision_down_and_up() {
    table(
        &graph("a<-b<-c, b<-d"),
        &[
            ("b", "redo", "-b +b => b"),
            ("c d", "redo", "! ambiguous_walk"),
            ("c d", "redo c", "-c +c => c d"),
            ("c", "redo b", "! not_an_ancestor"),
            ("b", "redo c", "! not_applied"),
            ("", "redo", "! not_applied"),
        ],
    );
}

#[test]
fn a_gap_is_named_and_filled_in_order() {
    let graph = graph("a<-b<-c<-d");
    let recorded = ["a", "d"].map(|id| graph.index(id).expect("it is there"));
    let gap = Applied::exact(&graph, recorded).expect_err("b and c are missing");
    assert_eq!(
        gap.to_string(),
        "below the applied revisions are some that are not: b, c"
    );
    assert_eq!(gap.diagnostic().class, Class::Gap);
    let plan = plan(&graph, &gap.applied, &Target::Fill).expect("a plan");
    assert_eq!(
        plan.from,
        ["d"],
        "a is below d, though not through applied revisions"
    );
    let steps: Vec<&str> = plan
        .steps
        .iter()
        .map(|step| step.revision.as_str())
        .collect();
    assert_eq!(steps, ["b", "c"]);
    assert!(
        plan.steps
            .iter()
            .all(|step| step.heads_after.to_vec() == ["d"])
    );
    assert!(Applied::exact(&graph, applied(&graph, "c").set().iter()).is_ok());
}
