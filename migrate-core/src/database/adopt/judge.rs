//! The revisions that the versions of another tool are.

use std::collections::HashMap;

use super::find::Table;
use super::recorded::{Meaning, Recorded};
use crate::database::error::{Error, Kind};
use crate::model::{Applied, Graph, Index, Tool};
use crate::text::diagnostic::{Class, Diagnostic};

/// How many names an error shows.
const SHOWN: usize = 8;

/// What is applied according to the table.
pub(super) fn applied(graph: &Graph, table: &Table, recorded: &Recorded) -> Result<Applied, Error> {
    let tool = table.tool;
    let mut by_key: HashMap<String, Vec<Index>> = HashMap::new();
    for index in graph.order() {
        by_key
            .entry(tool.key(graph.id(index).as_str()))
            .or_default()
            .push(index);
    }
    let mut known: Vec<Index> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for version in &recorded.versions {
        match by_key.get(&tool.key(version)).map(Vec::as_slice) {
            None | Some([]) => unknown.push(version),
            Some([one]) => known.push(*one),
            Some(several) => return Err(ambiguous(graph, tool, version, several)),
        }
    }
    if !unknown.is_empty() {
        return Err(unknown_here(table, &unknown, recorded.versions.len()));
    }
    if let Some(baseline) = &recorded.baseline {
        let limit = tool.order(baseline);
        let below = graph.order().filter(|index| {
            let id = graph.id(*index).as_str();
            id.starts_with('V') && tool.order(id) <= limit
        });
        known.extend(below);
    }
    if recorded.meaning == Meaning::AllBelow {
        return Ok(Applied::closure(graph, known));
    }
    Applied::exact(graph, known).map_err(|gap| {
        let missing: Vec<&str> = gap.missing.iter().map(|id| id.as_str()).collect();
        missing_below(graph, table, &missing, &gap.applied)
    })
}

fn plain(finding: Diagnostic) -> Error {
    Error::new(Kind::Plain(finding))
}

fn names(all: &[&str]) -> String {
    let shown = all.get(..SHOWN).unwrap_or(all);
    let more = match all.len() - shown.len() {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    shown.join(", ") + &more
}

fn ambiguous(graph: &Graph, tool: Tool, version: &str, several: &[Index]) -> Error {
    let ids = graph.ids(several);
    let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    plain(
        Diagnostic::error(
            Class::AmbiguousRevision,
            format!(
                "the version {version} of {tool} could be several revisions: {}",
                names(&ids)
            ),
        )
        .help("`migrate-cli stamp REVISION` says where the database is"),
    )
}

fn unknown_here(table: &Table, unknown: &[&str], recorded: usize) -> Error {
    let tool = table.tool;
    let message = format!(
        "{} of the {recorded} versions in {} {} no revision here: {}",
        unknown.len(),
        table.shown(),
        if unknown.len() == 1 { "is" } else { "are" },
        names(unknown)
    );
    plain(
        Diagnostic::error(Class::Diverged, message)
            .help(format!(
                "`migrate-cli import --from {} DIR` makes revisions of its files; their ids are the versions",
                tool.name()
            ))
            .help("a database that is ahead of the files: import the files that have migrated it"),
    )
}

fn missing_below(graph: &Graph, table: &Table, missing: &[&str], applied: &Applied) -> Error {
    let tool = table.tool;
    let last = graph.maximal(applied.set());
    let last = graph.ids(&last);
    let last: Vec<&str> = last.iter().map(|id| id.as_str()).collect();
    let message = format!(
        "{tool} has not applied {}, which stand{} below what it has applied",
        names(missing),
        if missing.len() == 1 { "s" } else { "" }
    );
    plain(
        Diagnostic::error(Class::Gap, message)
            .note(format!("applied up to {}", names(&last)))
            .help(format!("let {tool} apply them first, then `migrate-cli adopt` again"))
            .help(format!(
                "if the database has their changes all the same: `migrate-cli stamp {}` records them too",
                last.join(" ")
            )),
    )
}
