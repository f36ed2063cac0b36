//! Cases are one line: the rows before, the command, and either the steps (`+` up, `-` down, `s` stamped, `u` unstamped)
//! with the rows afterwards, or the class of the error.

mod corpora;
mod properties;
mod shapes;
mod stamp_and_redo;

use super::{Action, Applied, Plan, Purge, Target, plan};
use crate::model::graph::Graph;
use crate::model::spec::SpecError;

fn applied(graph: &Graph, rows: &str) -> Applied {
    let rows = rows
        .split_whitespace()
        .map(|id| graph.index(id).unwrap_or_else(|| panic!("no {id}")));
    Applied::closure(graph, rows)
}

/// `upgrade head`, `downgrade -1`, `stamp a b`, `stamp --purge a`, `redo`, `redo a`.
fn target(command: &str) -> Result<Target, SpecError> {
    let mut words = command.split_whitespace();
    let command = words.next().unwrap_or_default();
    let mut rest: Vec<&str> = words.collect();
    Ok(match command {
        "upgrade" => Target::Upgrade(rest[0].parse()?),
        "downgrade" => Target::Downgrade(rest[0].parse()?),
        "redo" => Target::Redo(rest.first().map(|spec| spec.parse()).transpose()?),
        "stamp" => {
            let purge = if rest.first() == Some(&"--purge") {
                Purge::Yes
            } else {
                Purge::No
            };
            rest.retain(|word| *word != "--purge");
            Target::Stamp {
                specs: rest
                    .iter()
                    .map(|spec| spec.parse())
                    .collect::<Result<_, _>>()?,
                purge,
            }
        }
        other => panic!("no command {other}"),
    })
}

fn run(graph: &Graph, rows: &str, command: &str) -> Result<Plan, SpecError> {
    plan(graph, &applied(graph, rows), &target(command)?)
}

fn words(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().collect::<Vec<_>>().join(" ")
}

fn answer(graph: &Graph, rows: &str, command: &str) -> String {
    match run(graph, rows, command) {
        Err(error) => format!("! {}", error.class()),
        Ok(plan) => {
            let steps = plan.steps.iter().map(|step| {
                let sign = match step.action {
                    Action::Upgrade => '+',
                    Action::Downgrade => '-',
                    Action::Stamp => 's',
                    Action::Unstamp => 'u',
                };
                format!("{sign}{}", step.revision)
            });
            let mut after: Vec<String> =
                plan.heads_after().iter().map(ToString::to_string).collect();
            after.sort_unstable();
            format!("{} => {}", words(steps), words(after))
                .trim()
                .to_owned()
        }
    }
}

fn table(graph: &Graph, cases: &[(&str, &str, &str)]) {
    for (rows, command, expected) in cases {
        assert_eq!(
            answer(graph, rows, command),
            *expected,
            "rows [{rows}], {command}"
        );
    }
}
