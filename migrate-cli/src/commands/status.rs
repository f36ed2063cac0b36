//! `status`: where the database is, what is pending, what is unknown or in flight, who is at work.

use migrate_core::database::Status as Found;
use migrate_core::model::Tool;
use serde::Serialize;

use super::current::{in_flight, line};
use super::listing::Listed;
use crate::context::{Context, wait};
use crate::failure::Failure;
use crate::output::page::{BAD, BOLD, DIM, GOOD, ID, PLAIN, Piece, WARN, count, piece};
use crate::output::{Human, Page, Reply, Volume};

#[derive(Serialize)]
struct Status {
    #[serde(flatten)]
    found: Found,
    /// The pending revisions with their messages, as many as are shown.
    #[serde(skip)]
    listed: Vec<Listed>,
    #[serde(skip)]
    revisions: usize,
    /// Tools whose tables are here while nothing is recorded by us.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_tools: Vec<&'static str>,
    /// Said behind the database.
    #[serde(skip)]
    absent: &'static str,
}

/// So many pending revisions are shown without `-v`.
const SHOWN: usize = 10;

pub(crate) fn run(context: &Context) -> Result<Reply, Failure> {
    let target = context.target()?;
    let absent = target.absent();
    let migrations = context.source.listed(target.database.dialect())?;
    let mut found = wait(async { migrations.status(&target.database).await })??;
    let others = if found.tables {
        Vec::new()
    } else {
        wait(async { migrations.other_tools(&target.database).await })?
    };
    let mut listed = Vec::new();
    if !found.pending.is_empty() {
        // Messages, and the order in which they will run, stand in the files.
        let migrations = context.source.migrations()?;
        let graph = migrations.set()?.graph();
        found.pending.sort_by_key(|id| graph.index(id));
        let all = context.output.volume == Volume::Verbose;
        let shown = found
            .pending
            .iter()
            .take(if all { usize::MAX } else { SHOWN });
        let shown = shown
            .filter_map(|id| graph.index(id))
            .map(|index| Listed::new(migrations, index));
        listed = shown.collect::<Result<_, _>>()?;
    }
    Ok(Reply::new(Status {
        found,
        listed,
        revisions: migrations.len()?,
        other_tools: others.into_iter().map(Tool::name).collect(),
        absent,
    }))
}

impl Human for Status {
    fn human(&self, page: &mut Page) {
        let found = &self.found;
        let current = &found.current;
        page.line(
            piece(BOLD, &found.target).and(DIM, format!("  {}{}", found.dialect, self.absent)),
        );
        page.end();
        self.at(page);
        for row in &current.in_flight {
            in_flight(page, row);
        }
        if let Some(holder) = &found.holder {
            page.line(piece(WARN, "run lock").and(PLAIN, format!("  {holder}")));
        }
        for row in &current.unknown {
            page.line(piece(WARN, "unknown here").and(PLAIN, "  ").then(line(row)));
        }
        let below = found
            .unknown_applied
            .iter()
            .filter(|id| current.unknown.iter().all(|row| row.revision != **id));
        let below: Vec<&str> = below.map(String::as_str).collect();
        if !below.is_empty() {
            page.line(
                piece(WARN, "unknown here")
                    .and(PLAIN, "  below these: ")
                    .and(ID, below.join(", ")),
            );
        }
        for (revision, what) in &found.differing {
            page.line(
                piece(BAD, "differs")
                    .and(PLAIN, "  ")
                    .and(ID, revision)
                    .and(PLAIN, format!("  {what}")),
            );
        }
        if let Some((revision, _)) = found.differing.first() {
            let accept = format!(
                "`migrate-cli repair --accept-edit {revision}` takes it for what was applied"
            );
            page.line(piece(
                DIM,
                format!("  {accept}, `migrate-cli redo {revision}` runs it again"),
            ));
        }
        if !found.missing.is_empty() {
            page.line(
                piece(BAD, "missing below applied")
                    .and(PLAIN, format!("  {}", found.missing.join(", "))),
            );
            let back = found.back.as_ref().map_or_else(String::new, |back| {
                format!("; after a rebase `migrate-cli downgrade {back}` and `migrate-cli upgrade` apply all in the new order")
            });
            page.line(piece(
                DIM,
                format!("  `migrate-cli upgrade --fill` runs them{back}"),
            ));
        }
        self.pending(page);
    }
}

impl Status {
    fn at(&self, page: &mut Page) {
        let found = &self.found;
        if !found.tables {
            page.line(piece(PLAIN, "at base: nothing was ever recorded here"));
            if !self.other_tools.is_empty() {
                page.line(
                    piece(WARN, self.other_tools.join(", "))
                        .and(PLAIN, " has a table here: `migrate-cli adopt` records the same point, without running anything"),
                );
            }
            return;
        }
        let rows = &found.current.current;
        if rows.is_empty() && found.current.unknown.is_empty() {
            page.line(piece(PLAIN, "at base: nothing is applied"));
        }
        for (place, row) in rows.iter().enumerate() {
            page.add(if place == 0 { "at " } else { "   " })
                .line(line(row));
        }
        let known = found.applied.saturating_sub(found.unknown_applied.len());
        if known > 0 {
            page.line(piece(
                DIM,
                format!("   {known} of {} applied", self.revisions),
            ));
        }
    }

    fn pending(&self, page: &mut Page) {
        let found = &self.found;
        if found.pending.is_empty() {
            let clean = found.current.in_flight.is_empty()
                && found.missing.is_empty()
                && found.differing.is_empty();
            if clean {
                page.line(piece(GOOD, "nothing is pending"));
            }
            return;
        }
        page.line(piece(
            WARN,
            format!("{} pending", count(found.pending.len(), "revision")),
        ));
        let rows: Vec<Vec<Piece>> = self
            .listed
            .iter()
            .map(|revision| {
                vec![
                    piece(ID, &revision.revision),
                    revision.message.as_str().into(),
                    revision.marks(),
                ]
            })
            .collect();
        page.table("  ", &rows);
        if self.listed.len() < found.pending.len() {
            page.line(piece(
                DIM,
                format!(
                    "  and {} more, `-v` shows them",
                    found.pending.len() - self.listed.len()
                ),
            ));
        }
    }
}
