//! The grammar, and what specs mean without a database.

use super::*;
use crate::model::graph::Graph;
use crate::model::vocabulary::{at, graph, ids, refusal};

#[test]
fn what_is_no_spec() {
    for (text, reason) in [
        ("", "it is empty"),
        (
            "billing@",
            "a revision is missing after the `@`, such as `head`, `base` or an id",
        ),
        ("@head", "a branch label or an id is missing before the `@`"),
        ("a@b@c", "ids and labels are made of A-Z, a-z, 0-9 and _"),
        (
            "abc+1junk",
            "a number must follow the sign, and nothing after it",
        ),
        (
            "abc+",
            "a number must follow the sign, and nothing after it",
        ),
        (
            "+99999999999999999999999",
            "a number must follow the sign, and nothing after it",
        ),
        ("+0", "a step of 0 goes nowhere"),
        ("-0", "a step of 0 goes nowhere"),
        ("a:b", "a range is not allowed here"),
        ("a b", "ids and labels are made of A-Z, a-z, 0-9 and _"),
        ("é", "ids and labels are made of A-Z, a-z, 0-9 and _"),
    ] {
        let error = text.parse::<Spec>().expect_err(text);
        assert_eq!(
            refusal(&error),
            format!("invalid_spec: `{text}` is no spec: {reason}")
        );
    }
}

fn meaning(graph: &Graph, rows: Option<&str>, text: &str) -> String {
    let applied = rows.map(|rows| at(graph, rows));
    match text
        .parse()
        .and_then(|spec| resolve(graph, &spec, applied.as_ref()))
    {
        Ok(targets) => ids(graph, targets),
        Err(error) => refusal(&error),
    }
}

/// ae1027 <- ae10bb <- 27c6 #billing <- 5f1d <- f0f0 (merges 3cac), ae10bb <- 3cac; 1975 #geo <- 6b0e ^27c6
#[test]
fn what_specs_mean() {
    let graph = graph(
        "1975 #geo, 27c6 ae10bb #billing, 3cac ae10bb, 5f1d 27c6, 6b0e 1975 ^27c6, ae1027, ae10bb ae1027, f0f0 5f1d 3cac",
    );
    for (text, expected) in [
        ("27c6", "27c6"),
        ("6", "6b0e"),
        ("bill", "27c6"),
        ("billing", "27c6"),
        (
            "ae10",
            "ambiguous_revision: `ae10` is the beginning of 2 revisions or labels (to choose from: ae1027, ae10bb)",
        ),
        (
            "zzzz",
            "unknown_revision: no revision or branch label is called `zzzz`",
        ),
        (
            "head",
            "multiple_heads: `head` is ambiguous: there are 2 heads (to choose from: f0f0, 6b0e)",
        ),
        ("heads", "f0f0 6b0e"),
        ("base", ""),
        ("geo@head", "6b0e"),
        ("geo@heads", "6b0e"),
        ("billing@head", "f0f0"),
        ("3cac@head", "f0f0"),
        ("billing@base", ""),
        (
            "geo@27c6",
            "not_in_branch: revision 27c6 is not in the branch `geo` (in `geo@27c6`)",
        ),
        (
            "nope@head",
            "unknown_revision: no revision or branch label is called `nope` (in `nope@head`)",
        ),
        (
            "head@head",
            "invalid_spec: `head@head` is no spec: only a branch label or an id can stand before the `@`",
        ),
        ("27c6+2", "f0f0"),
        ("27c6-2", "ae1027"),
        ("geo@head-1", "1975"),
        ("geo@base+2", "6b0e"),
        (
            "base+1",
            "ambiguous_walk: `base+1` is ambiguous: there are 2 ways at base (to choose from: ae1027, 1975)",
        ),
        ("base-1", "out_of_range: `base-1` goes below base"),
        ("geo@-1", "1975"),
        ("5f1d@f0f0-1", "5f1d"),
        (
            "f0f0-1",
            "ambiguous_walk: `f0f0-1` is ambiguous: there are 2 ways below the merge f0f0 (to choose from: 5f1d, 3cac)",
        ),
        (
            "current",
            "invalid_spec: `current` is no spec: `current` needs a database",
        ),
    ] {
        assert_eq!(meaning(&graph, None, text), expected, "{text}");
    }
    assert_eq!(meaning(&graph, Some("5f1d 1975"), "current"), "5f1d 1975");
    assert_eq!(
        meaning(&graph, Some("5f1d 1975"), "current-1"),
        "out_of_range: `current-1` goes below base: 1975 has only 0 of the 1 revisions below it"
    );
}

#[test]
fn ranges() {
    let graph = graph("a, b a, c b, d b, e ^c");
    let shown = |text: &str| match text
        .parse::<SpecRange>()
        .and_then(|range| range.resolve(&graph, None))
    {
        Ok(range) => ids(&graph, range),
        Err(error) => refusal(&error),
    };
    assert_eq!(shown(":"), ids(&graph, graph.order().rev()));
    assert_eq!(shown("a:c"), "c b a");
    assert_eq!(
        shown("b:"),
        ids(
            &graph,
            graph
                .order()
                .rev()
                .filter(|i| ["b", "c", "d"].contains(&graph.id(*i).as_str()))
        )
    );
    assert_eq!(shown(":b"), "b a");
    assert_eq!(shown("c-1:c"), "c b");
    assert_eq!(
        shown("c:a"),
        "not_an_ancestor: the range `c:a` is empty: its first revision is not an ancestor of its last (to choose from: c, a)"
    );
    assert_eq!(
        shown("c:d"),
        "not_an_ancestor: the range `c:d` is empty: its first revision is not an ancestor of its last (to choose from: c, d)"
    );
    assert_eq!(
        shown("a"),
        "invalid_spec: `a` is no spec: a range is written FROM:TO, FROM: or :TO"
    );
    assert_eq!(shown("base:c"), "c b a");
}
