//! Upgrade and downgrade, one group for each shape of graph.

use super::{answer, run, table};
use crate::model::graph::tests::{DEMO, graph};

/// `a <- b <- c`
#[test]
fn one_line() {
    table(
        &graph("a<-b<-c"),
        &[
            ("", "upgrade head", "+a +b +c => c"),
            ("", "upgrade heads", "+a +b +c => c"),
            ("", "upgrade b", "+a +b => b"),
            ("", "upgrade +2", "+a +b => b"),
            ("a", "upgrade +1", "+b => b"),
            ("a", "upgrade +3", "! out_of_range"),
            ("a", "upgrade -1", "! invalid_spec"),
            ("c", "upgrade head", "=> c"),
            ("c", "upgrade a", "=> c"),
            ("c", "upgrade base", "=> c"),
            ("c", "upgrade c-1", "=> c"),
            ("a", "upgrade a+1", "+b => b"),
            ("a", "upgrade base+2", "+b => b"),
            ("c", "downgrade base", "-c -b -a =>"),
            ("c", "downgrade -1", "-c => b"),
            ("c", "downgrade -3", "-c -b -a =>"),
            ("c", "downgrade -4", "! out_of_range"),
            ("", "downgrade -1", "! out_of_range"),
            ("c", "downgrade +1", "! invalid_spec"),
            ("c", "downgrade a", "-c -b => a"),
            ("c", "downgrade a+1", "-c => b"),
            ("c", "downgrade head-2", "-c -b => a"),
            ("c", "downgrade c-1", "-c => b"),
            ("c", "downgrade head", "=> c"),
            ("c", "downgrade a-1", "! out_of_range"),
            ("a", "downgrade b", "! not_applied"),
            ("b", "downgrade head", "! not_applied"),
            ("", "downgrade base", "=>"),
        ],
    );
}

/// ```text
/// a <- b <- c1 {one} <- d1
///      ^--- c2 {two}
/// ```
#[test]
fn a_fork() {
    table(
        &graph("a<-b<-c1{one}<-d1, b<-c2{two}"),
        &[
            ("", "upgrade head", "! multiple_heads"),
            ("", "upgrade heads", "+a +b +c1 +d1 +c2 => c2 d1"),
            ("", "upgrade one@head", "+a +b +c1 +d1 => d1"),
            ("b", "upgrade +1", "! ambiguous_walk"),
            ("b", "upgrade one@+1", "+c1 => c1"),
            ("c2", "upgrade one@+1", "+c1 => c1 c2"),
            ("c1 c2", "upgrade +1", "! ambiguous_walk"),
            ("c1 c2", "upgrade one@+1", "+d1 => c2 d1"),
            ("c1 c2", "upgrade c1@+1", "+d1 => c2 d1"),
            ("", "upgrade one@+3", "+a +b +c1 => c1"),
            ("d1 c2", "downgrade -1", "! ambiguous_walk"),
            ("d1 c2", "downgrade one@-1", "-d1 => c1 c2"),
            ("d1 c2", "downgrade d1@-1", "-d1 => c1 c2"),
            ("d1 c2", "downgrade one@-3", "! ambiguous_walk"),
            ("d1 c2", "downgrade one@b", "-d1 -c1 => c2"),
            ("d1 c2", "downgrade two@b", "-c2 => d1"),
            ("d1 c2", "downgrade b", "-c2 -d1 -c1 => b"),
            ("d1", "downgrade two@b", "! not_applied"),
            ("d1 c2", "downgrade heads", "! multiple_heads"),
            ("d1 c2", "downgrade one@base", "-c2 -d1 -c1 -b -a =>"),
            ("d1 c2", "downgrade one@c2", "! not_in_branch"),
            ("d1 c2", "downgrade a-1", "! out_of_range"),
        ],
    );
}

/// The demo project, with the answers measured on Alembic.
#[test]
fn the_demo_project() {
    table(
        &graph(DEMO),
        &[
            (
                "27c6a30d7c24",
                "upgrade billing@head",
                "+3cac04ae8714 +5f1d0c2b9e77 +f0f0c0ffee01 => f0f0c0ffee01",
            ),
            (
                "",
                "upgrade geo@head",
                "+ae1027a6acf1 +ae10bb3c9d02 +27c6a30d7c24 +1975ea83b712 +6b0e77aa1190 => 6b0e77aa1190",
            ),
            (
                "f0f0c0ffee01 6b0e77aa1190",
                "upgrade heads",
                "=> 6b0e77aa1190 f0f0c0ffee01",
            ),
            (
                "f0f0c0ffee01",
                "downgrade 27c6a",
                "-f0f0c0ffee01 -5f1d0c2b9e77 => 27c6a30d7c24 3cac04ae8714",
            ),
            (
                "f0f0c0ffee01 6b0e77aa1190",
                "downgrade ae10bb",
                "-6b0e77aa1190 -f0f0c0ffee01 -5f1d0c2b9e77 -27c6a30d7c24 -3cac04ae8714 => 1975ea83b712 ae10bb3c9d02",
            ),
            (
                "f0f0c0ffee01",
                "downgrade -1",
                "-f0f0c0ffee01 => 3cac04ae8714 5f1d0c2b9e77",
            ),
            ("f0f0c0ffee01", "downgrade -2", "! ambiguous_walk"),
            (
                "f0f0c0ffee01 6b0e77aa1190",
                "downgrade -1",
                "! ambiguous_walk",
            ),
            (
                "f0f0c0ffee01 6b0e77aa1190",
                "downgrade geo@-1",
                "-6b0e77aa1190 => 1975ea83b712 f0f0c0ffee01",
            ),
            (
                "f0f0c0ffee01 6b0e77aa1190",
                "downgrade 1975-1",
                "! out_of_range",
            ),
            ("", "upgrade ae10", "! ambiguous_revision"),
            ("", "upgrade +1", "! ambiguous_walk"),
            ("", "upgrade geo@+1", "+1975ea83b712 => 1975ea83b712"),
            (
                "1975ea83b712",
                "upgrade +1",
                "+ae1027a6acf1 +ae10bb3c9d02 +27c6a30d7c24 +6b0e77aa1190 => 6b0e77aa1190",
            ),
        ],
    );
}

/// `aa01 <- dd01 <- ff01`, and `ee01` that depends on `dd01`: dd01 is no row once ee01 is applied.
#[test]
fn a_row_swallowed_by_a_dependency() {
    table(
        &graph("aa01{geo}<-dd01<-ff01, ee01~>dd01"),
        &[
            ("ee01", "upgrade geo@+1", "+ff01 => ee01 ff01"),
            ("ee01", "downgrade -1", "-ee01 => dd01"),
            ("ee01", "downgrade dd01", "! not_an_ancestor"),
            ("ee01", "downgrade aa01", "-ee01 -dd01 => aa01"),
            ("ee01", "downgrade geo@-1", "! ambiguous_walk"),
            ("ee01 ff01", "downgrade geo@-1", "-ff01 => ee01"),
            ("ee01", "downgrade ee01-1", "! out_of_range"),
        ],
    );
}

/// Alembic fails here with a KeyError: `x` depends on `a`, `b` and `c`, and `a` is below the others.
#[test]
fn three_edges_of_which_one_is_below_another() {
    let graph = graph("a<-b, a<-c, x~>a+b+c");
    assert_eq!(answer(&graph, "", "upgrade heads"), "+a +c +b +x => x");
    assert_eq!(answer(&graph, "x", "downgrade base"), "-x -b -c -a =>");
    let plan = run(&graph, "x", "downgrade base").expect("a plan");
    let rows: Vec<String> = plan
        .steps
        .iter()
        .map(|step| super::words(step.heads_after.to_vec().iter().map(ToString::to_string)))
        .collect();
    assert_eq!(rows, ["c b", "c", "a", ""]);
}

/// Alembic leaves `p` as a row beside `q`, which depends on it.
#[test]
fn unmerging_gives_no_row_below_another() {
    table(
        &graph("p, q~>p, p+q<-m, other"),
        &[
            ("m other", "downgrade -1", "! ambiguous_walk"),
            ("m other", "downgrade m@-1", "-m => other q"),
        ],
    );
}

#[test]
fn no_revision_at_all() {
    table(
        &graph(""),
        &[
            ("", "upgrade head", "=>"),
            ("", "upgrade heads", "=>"),
            ("", "downgrade base", "=>"),
            ("", "upgrade +1", "! out_of_range"),
        ],
    );
}
