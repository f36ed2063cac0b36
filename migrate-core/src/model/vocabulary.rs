//! The words in which the tests of this wing speak.

use std::str::FromStr;

use super::graph::{Graph, Node, Problem};
use super::{Applied, Index, Plan, Purge, Spec, SpecError, Target, plan};

/// The revisions of `"a, b a #label, c a b ^d"`, in this load order: an id, its parents, `^` before a dependency, `#`
/// before a label.
pub(crate) fn nodes(text: &str) -> Vec<Node> {
    let words = |item: &str| {
        item.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    text.split(',')
        .map(|item| {
            let words = words(item);
            let marked = |mark: char| {
                words[1..]
                    .iter()
                    .filter_map(move |word| word.strip_prefix(mark))
            };
            let plain = words[1..]
                .iter()
                .filter(|word| !word.starts_with(['^', '#']));
            Node {
                id: words[0].parse().expect("an id"),
                down_revision: plain.map(|word| word.parse().expect("an id")).collect(),
                depends_on: marked('^').map(str::to_owned).collect(),
                labels: marked('#').map(str::to_owned).collect(),
            }
        })
        .collect()
}

/// The graph of [`nodes`].
#[track_caller]
pub(crate) fn graph(text: &str) -> Graph {
    Graph::new(nodes(text)).expect("a sound set")
}

/// What is wrong with [`nodes`].
#[track_caller]
pub(crate) fn problems(text: &str) -> Vec<Problem> {
    Graph::new(nodes(text)).expect_err("a broken set")
}

/// The revisions with these ids.
#[track_caller]
pub(crate) fn indices(graph: &Graph, ids: &str) -> Vec<Index> {
    ids.split_whitespace()
        .map(|id| graph.index(id).expect("an id of the graph"))
        .collect()
}

/// Ids, separated by blanks.
pub(crate) fn ids(graph: &Graph, indices: impl IntoIterator<Item = Index>) -> String {
    let ids: Vec<&str> = indices
        .into_iter()
        .map(|index| graph.id(index).as_str())
        .collect();
    ids.join(" ")
}

/// The applied set whose effective rows are these.
#[track_caller]
pub(crate) fn at(graph: &Graph, rows: &str) -> Applied {
    Applied::closure(graph, indices(graph, rows))
}

/// `"a b -> b"`: the steps, then the rows after them; or `"class: message"`.
pub(crate) fn run(graph: &Graph, rows: &str, target: &Target) -> String {
    match plan(graph, &at(graph, rows), target) {
        Ok(plan) => show(&plan),
        Err(error) => refusal(&error),
    }
}

pub(crate) fn refusal(error: &SpecError) -> String {
    format!("{}: {error}", error.class())
}

fn show(plan: &Plan) -> String {
    let steps: Vec<String> = plan
        .steps
        .iter()
        .map(|step| {
            format!(
                "{}{}",
                if step.action.applies() { "+" } else { "-" },
                step.revision
            )
        })
        .collect();
    let rows: Vec<&str> = plan.heads_after().iter().map(|id| id.as_str()).collect();
    format!("{} -> {}", steps.join(" "), rows.join(" "))
        .trim()
        .to_owned()
}

/// A target from a command line: `upgrade head`, `downgrade -1`, `stamp a b`, `stamp --purge a`, `redo`, `fill`.
#[track_caller]
pub(crate) fn target(command: &str) -> Result<Target, SpecError> {
    let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
    let specs = |text: &str| {
        text.split_whitespace()
            .map(Spec::from_str)
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(match verb {
        "upgrade" => Target::Upgrade(rest.parse()?),
        "downgrade" => Target::Downgrade(rest.parse()?),
        "stamp" => match rest.strip_prefix("--purge ") {
            Some(rest) => Target::Stamp {
                specs: specs(rest)?,
                purge: Purge::Yes,
            },
            None => Target::Stamp {
                specs: specs(rest)?,
                purge: Purge::No,
            },
        },
        "redo" if rest.is_empty() => Target::Redo(None),
        "redo" => Target::Redo(Some(rest.parse()?)),
        "start" => Target::AllHeads,
        other => panic!("no such verb: {other}"),
    })
}

/// Checks a table of (rows before, command, outcome as in [`run`]).
#[track_caller]
pub(crate) fn table(graph: &Graph, cases: &[(&str, &str, &str)]) {
    for (rows, command, expected) in cases {
        let outcome = match target(command) {
            Ok(target) => run(graph, rows, &target),
            Err(error) => refusal(&error),
        };
        assert_eq!(&outcome, expected, "at `{rows}`: {command}");
    }
}
