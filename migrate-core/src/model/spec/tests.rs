use super::{Spec, SpecError, SpecRange, resolve};
use crate::model::graph::Graph;
use crate::model::graph::tests::{DEMO, graph};
use crate::model::plan::Applied;
use crate::text::diagnostic::Class;

/// The ids that a spec names, or its class.
fn answer(graph: &Graph, spec: &str) -> String {
    outcome(
        graph,
        spec.parse()
            .and_then(|spec: Spec| resolve(graph, &spec, None)),
    )
}

fn outcome(graph: &Graph, found: Result<Vec<crate::model::Index>, SpecError>) -> String {
    match found {
        Ok(found) => graph
            .ids(&found)
            .iter()
            .map(|id| id.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        Err(error) => format!("! {}", error.class()),
    }
}

fn table(graph: &Graph, rows: &[(&str, &str)]) {
    for (spec, expected) in rows {
        assert_eq!(answer(graph, spec), *expected, "{spec}");
    }
}

#[test]
fn what_a_spec_may_look_like() {
    for text in [
        "5cd0",
        "head",
        "heads",
        "base",
        "current",
        "+1",
        "-2",
        "x+1",
        "x-12",
        "l@head",
        "l@+1",
        "l@x-1",
        "001_initial",
    ] {
        assert_eq!(
            text.parse::<Spec>().map(|spec| spec.to_string()).as_deref(),
            Ok(text)
        );
    }
    for text in [
        "",
        "@",
        "@head",
        "l@",
        "a@b@c",
        "abc+1junk",
        "abc+",
        "-",
        "+-1",
        "+0",
        "x-0",
        "a b",
        " a",
        "a ",
        "a:b",
        "a.b",
        "é",
        "x+1-1",
        "head@head+",
        "a-b",
        "+99999999999999999999999",
    ] {
        let error = text.parse::<Spec>().expect_err(text);
        assert_eq!(error.class(), Class::InvalidSpec, "{text}");
        assert!(!error.diagnostic().help.is_empty(), "{text}");
    }
}

/// ```text
/// ae10.. <- ae10bb.. <- 27c6.. {billing} <- 5f1d.. <-+
///                 ^                                  +- f0f0..
///                 +------------ 3cac.. <-------------+
/// 1975.. {geo} <- 6b0e.. (depends on 27c6..)
/// ```
#[test]
fn the_demo_project() {
    table(
        &graph(DEMO),
        &[
            ("27c6a30d7c24", "27c6a30d7c24"),
            ("27c6a", "27c6a30d7c24"),
            ("billing", "27c6a30d7c24"),
            ("bill", "27c6a30d7c24"),
            ("ae10", "! ambiguous_revision"),
            ("ae1", "! ambiguous_revision"),
            ("ae102", "ae1027a6acf1"),
            ("6b", "! unknown_revision"),
            ("6b0", "6b0e77aa1190"),
            ("1", "! unknown_revision"),
            ("nope", "! unknown_revision"),
            ("HEAD", "! unknown_revision"),
            ("none", "! unknown_revision"),
            ("head", "! multiple_heads"),
            ("heads", "f0f0c0ffee01 6b0e77aa1190"),
            ("base", ""),
            ("current", "! invalid_spec"),
            ("billing@head", "f0f0c0ffee01"),
            ("billing@heads", "f0f0c0ffee01"),
            ("geo@head", "6b0e77aa1190"),
            ("billing@base", ""),
            ("3cac@head", "f0f0c0ffee01"),
            ("billing@5f1d", "5f1d0c2b9e77"),
            ("billing@ae102", "ae1027a6acf1"),
            ("billing@3cac", "! not_in_branch"),
            ("billing@geo", "! not_in_branch"),
            ("nope@head", "! unknown_revision"),
            ("head@head", "! invalid_spec"),
            ("geo@-1", "1975ea83b712"),
            ("billing@-1", "5f1d0c2b9e77"),
            ("geo@-2", "! out_of_range"),
            ("+1", "! invalid_spec"),
            ("27c6a+1", "5f1d0c2b9e77"),
            ("27c6a+9", "! out_of_range"),
            ("27c6a-1", "ae10bb3c9d02"),
            ("27c6a-3", "! out_of_range"),
            ("ae102-1", "! out_of_range"),
            ("ae10bb+1", "! ambiguous_walk"),
            ("billing@ae10bb+1", "27c6a30d7c24"),
            ("f0f0-1", "! ambiguous_walk"),
            ("billing@f0f0-1", "5f1d0c2b9e77"),
            ("base+1", "! ambiguous_walk"),
            ("geo@base+2", "6b0e77aa1190"),
            ("billing@base+3", "27c6a30d7c24"),
            ("billing@head-1", "5f1d0c2b9e77"),
            ("base-1", "! out_of_range"),
            ("head-1", "! multiple_heads"),
        ],
    );
}

#[test]
fn one_line() {
    table(
        &graph("aaaa<-bbbb<-cccc{x}"),
        &[
            ("head", "cccc"),
            ("head-1", "bbbb"),
            ("heads-2", "aaaa"),
            ("-1", "bbbb"),
            ("base+2", "bbbb"),
            ("x", "cccc"),
            ("x@base+1", "aaaa"),
            ("head+1", "! out_of_range"),
        ],
    );
}

#[test]
fn no_revision_at_all() {
    table(
        &graph(""),
        &[
            ("head", ""),
            ("heads", ""),
            ("base", ""),
            ("base+1", "! out_of_range"),
            ("abc", "! unknown_revision"),
        ],
    );
}

/// `head` is clear when depends_on leaves one head.
#[test]
fn a_head_swallowed_by_a_dependency() {
    table(
        &graph("aa01<-dd01, ee01~>dd01"),
        &[("head", "ee01"), ("heads", "ee01"), ("dd01@head", "dd01")],
    );
    // x1 and x2 are heads of one branch; only x2 is effective in it, whatever stands above from outside.
    table(
        &graph("a<-x1, a<-x2, x2~>x1, z~>x2"),
        &[("a@head", "x2"), ("head", "z")],
    );
}

/// Alembic counts an id and a label of one revision as two matches.
#[test]
fn an_id_and_a_label_of_one_revision_that_begin_alike() {
    table(
        &graph("billing_1{billing_label}"),
        &[("billing", "billing_1")],
    );
}

#[test]
fn a_full_id_wins_over_longer_ones() {
    table(&graph("abc<-abcd, a"), &[("abc", "abc"), ("a", "a")]);
}

#[test]
fn errors_say_what_to_choose_from_and_what_to_do() {
    let graph = graph(DEMO);
    let text = |spec: &str| {
        let error = spec
            .parse()
            .and_then(|spec: Spec| resolve(&graph, &spec, None));
        error.expect_err(spec).diagnostic().to_string()
    };
    insta::assert_snapshot!(
        ["ae10", "6b", "bilking", "HEAD", "none", "head", "billing@3cac", "27c6a+9", "ae102-1", "f0f0-1", "ae10bb+1", "current", "a-b"]
            .map(text)
            .join("\n\n"),
        @r"
        error: `ae10` is the beginning of 2 revisions or labels
          = note: to choose from: ae1027a6acf1, ae10bb3c9d02
          = help: write more characters of the id

        error: `6b` is too short: the beginning of an id or a label has at least 3 characters
          = note: to choose from: 6b0e77aa1190
          = help: write more characters; steps are written with a sign, as in `+1` and `-1`

        error: no revision or branch label is called `bilking`
          = help: did you mean `billing`?

        error: no revision or branch label is called `HEAD`
          = help: did you mean `head`?

        error: no revision or branch label is called `none`
          = help: did you mean `base`?

        error: `head` is ambiguous: there are 2 heads
          = note: to choose from: f0f0c0ffee01, 6b0e77aa1190
          = help: name one of them, as in `ID` or `LABEL@head`, or use `heads` for all
          = help: `migrate-cli merge heads` joins them

        error: revision 3cac04ae8714 is not in the branch `billing` (in `billing@3cac`)
          = help: `migrate-cli branches` and `migrate-cli history --graph` show the branches

        error: `27c6a+9` goes above head: only 2 of 9 steps can be made, up to f0f0c0ffee01
          = help: `heads` goes as far up as there are revisions

        error: `ae102-1` goes below base: there is no revision below ae1027a6acf1
          = help: `base` means that nothing is applied

        error: `f0f0-1` is ambiguous: there are 2 ways below the merge f0f0c0ffee01
          = note: to choose from: 5f1d0c2b9e77, 3cac04ae8714
          = help: name the revision to go to
          = help: or the branch, as in `5f1d0c2b9e77@f0f0-1`

        error: `ae10bb+1` is ambiguous: there are 2 ways above ae10bb3c9d02
          = note: to choose from: 3cac04ae8714, 27c6a30d7c24
          = help: name the revision to go to
          = help: or the branch, as in `3cac04ae8714@ae10bb+1`

        error: `current` asks where a database is, and there is none to ask
          = help: give one with `--database-url` or DATABASE_URL, or name the revision

        error: `a-b` is no spec: a number must follow the sign, and nothing after it
          = help: a spec is an id, a label, head, heads or base, optionally with +N or -N, as in `5cd0`, `billing@head`, `-1`
        "
    );
}

#[test]
fn ranges() {
    let graph = graph(DEMO);
    let applied = Applied::closure(&graph, graph.index("5f1d0c2b9e77"));
    let range = |text: &str| {
        let found = text
            .parse()
            .and_then(|range: SpecRange| range.resolve(&graph, Some(&applied)));
        outcome(&graph, found)
            .split(' ')
            .map(|id| id.chars().take(6).collect::<String>())
            .collect::<Vec<_>>()
            .join(" ")
    };
    for (text, expected) in [
        (
            ":",
            "6b0e77 1975ea f0f0c0 5f1d0c 27c6a3 3cac04 ae10bb ae1027",
        ),
        ("ae10bb:5f1d", "5f1d0c 27c6a3 ae10bb"),
        ("27c6a:27c6a", "27c6a3"),
        ("ae10bb:", "f0f0c0 5f1d0c 27c6a3 3cac04 ae10bb"),
        (":27c6a", "27c6a3 ae10bb ae1027"),
        (":6b0e", "6b0e77 1975ea 27c6a3 ae10bb ae1027"),
        ("1975:6b0e", "6b0e77 1975ea"),
        ("current:", "f0f0c0 5f1d0c"),
        (":current", "5f1d0c 27c6a3 ae10bb ae1027"),
        ("-2:current", "5f1d0c 27c6a3 ae10bb"),
        ("27c6a:+1", "5f1d0c 27c6a3"),
        ("geo@base:", "6b0e77 1975ea 27c6a3 ae10bb ae1027"),
        ("base:27c6a", "27c6a3 ae10bb ae1027"),
    ] {
        assert_eq!(range(text), expected, "{text}");
    }
    let class = |text: &str| {
        let found = text
            .parse()
            .and_then(|range: SpecRange| range.resolve(&graph, Some(&applied)));
        found.expect_err(text).class()
    };
    assert_eq!(
        class("5f1d:ae10bb"),
        Class::NotAnAncestor,
        "the wrong way round"
    );
    assert_eq!(class("3cac:5f1d"), Class::NotAnAncestor, "siblings");
    assert_eq!(class("ae10bb"), Class::InvalidSpec, "no range");
    assert_eq!(class("a:b:c"), Class::InvalidSpec);
}
