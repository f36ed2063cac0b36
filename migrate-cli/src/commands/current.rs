//! `current`: the revisions that the database is at; unknown ones and those in flight too.

use migrate_core::database::{Current as Recorded, RecordedRevision, RowCount};
use migrate_core::model::{Applied, Index, Migrations};
use serde::{Serialize, Serializer};

use super::listing::{Listed, all_in_full};
use crate::arguments::Current;
use crate::context::{Context, wait};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::page::{BAD, DIM, GOOD, ID, PLAIN, Piece, WARN, count, piece};
use crate::output::{Human, Page, Reply, Volume};

#[derive(Serialize)]
struct Rows {
    #[serde(serialize_with = "short")]
    current: Vec<RecordedRevision>,
    #[serde(serialize_with = "ids")]
    in_flight: Vec<RecordedRevision>,
    #[serde(serialize_with = "ids")]
    unknown: Vec<RecordedRevision>,
    /// The effective heads that the database is not at; only with `--check-heads`.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_heads: Option<Vec<String>>,
    #[serde(skip)]
    listed: Vec<Listed>,
}

fn short<S: Serializer>(rows: &[RecordedRevision], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Row<'a> {
        revision: &'a str,
        head: bool,
    }
    serializer.collect_seq(rows.iter().map(|row| Row {
        revision: &row.revision,
        head: row.head,
    }))
}

fn ids<S: Serializer>(rows: &[RecordedRevision], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(|row| &row.revision))
}

pub(crate) fn run(arguments: &Current, context: &Context) -> Result<Reply, Failure> {
    let target = context.looked_at()?;
    let verbose = context.output.volume == Volume::Verbose;
    let migrations = if verbose {
        context.source.migrations()?
    } else {
        context.source.listed(target.database.dialect())?
    };
    let Recorded {
        current,
        in_flight,
        unknown,
        ..
    } = wait(async { migrations.current(&target.database).await })??;
    let graph = migrations.set()?.graph();
    let at = |index: &Index| {
        current
            .iter()
            .any(|row| graph.id(*index) == row.revision.as_str())
    };
    let missing: Vec<Index> = graph
        .effective_heads()
        .into_iter()
        .filter(|head| !at(head))
        .collect();
    let missing = graph
        .ids(&missing)
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    let off = !missing.is_empty() || !in_flight.is_empty();
    let listed = current.iter().filter_map(|row| graph.index(&row.revision));
    let listed = if verbose {
        listed
            .map(|index| Listed::new(migrations, index))
            .collect::<Result<_, _>>()?
    } else {
        Vec::new()
    };
    let missing_heads = arguments.check_heads.then_some(missing);
    let rows = Rows {
        current,
        in_flight,
        unknown,
        missing_heads,
        listed,
    };
    Ok(Reply::new(rows).exit(if arguments.check_heads && off {
        Exit::No
    } else {
        Exit::Fine
    }))
}

/// What is applied, as far as the set knows it: for `current` in specs and for marks.
pub(crate) fn applied(context: &Context, migrations: &Migrations) -> Result<Applied, Failure> {
    let target = context.looked_at()?;
    let current = wait(async { migrations.current(&target.database).await })??;
    let graph = migrations.set()?.graph();
    for row in &current.unknown {
        context.output.note(|page| {
            page.line(piece(WARN, "unknown here").and(PLAIN, " ").then(line(row)));
        });
    }
    Ok(Applied::closure(
        graph,
        current
            .current
            .iter()
            .filter_map(|row| graph.index(&row.revision)),
    ))
}

/// A row on one line: id, message, when and by whom.
pub(crate) fn line(row: &RecordedRevision) -> Piece {
    let mut line = piece(ID, &row.revision);
    if !row.message.is_empty() {
        line = line.and(PLAIN, "  ").and(PLAIN, &row.message);
    }
    if row.head {
        line = line.and(GOOD, "  (head)");
    }
    let when = row
        .finished_at
        .as_deref()
        .or(row.started_at.as_deref())
        .unwrap_or_default();
    let word = if row.origin == migrate_core::database::Origin::Run {
        ""
    } else {
        row.origin.name()
    };
    let rest: Vec<&str> = [word, when, row.who.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty() && *text != "unknown")
        .collect();
    line.and(DIM, format!("  {}", rest.join(", ")))
}

/// What is in flight: how far it has come, and what it has stopped with.
pub(crate) fn in_flight(page: &mut Page, row: &RecordedRevision) {
    page.line(piece(BAD, row.state.name()).and(PLAIN, " ").then(line(row)));
    if let Some(number) = row.statements_finished {
        let rows = row
            .rows
            .map_or_else(String::new, |rows| format!(", {} touched", RowCount(rows)));
        page.line(piece(
            DIM,
            format!("  {} finished{rows}", count(number, "statement")),
        ));
    }
    for (name, text) in [("at", &row.statement), ("error", &row.error)] {
        for part in text.iter().flat_map(|text| text.lines()) {
            page.line(piece(DIM, format!("  {name}: ")).and(PLAIN, part));
        }
    }
}

impl Human for Rows {
    fn human(&self, page: &mut Page) {
        if page.volume() == Volume::Verbose {
            all_in_full(page, &self.listed);
        } else {
            for row in &self.current {
                let head = if row.head { "  (head)" } else { "" };
                page.line(
                    piece(ID, &row.revision)
                        .and(PLAIN, "  ")
                        .and(PLAIN, &row.message)
                        .and(GOOD, head),
                );
            }
        }
        for row in &self.unknown {
            page.line(line(row).and(WARN, "  (unknown here)"));
        }
        self.in_flight.iter().for_each(|row| in_flight(page, row));
        if self.current.is_empty() && self.unknown.is_empty() && self.in_flight.is_empty() {
            page.line(piece(DIM, "base: nothing is applied"));
        }
        match self.missing_heads.as_deref() {
            None | Some([]) => {}
            Some(missing) => {
                page.line(
                    piece(WARN, "not at all heads").and(PLAIN, format!(": {}", missing.join(", "))),
                );
            }
        }
    }
}
