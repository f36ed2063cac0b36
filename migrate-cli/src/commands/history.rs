//! `history`: the revisions, newest first; as a graph; or what was run on the database.

use std::time::Duration;

use migrate_core::database::{LogEntry, RowCount};
use migrate_core::model::graph::Graph;
use migrate_core::model::{Index, SpecRange};
use serde::Serialize;

use super::listing::{Listed, all_in_full};
use crate::arguments::History;
use crate::context::{Context, wait};
use crate::failure::Failure;
use crate::output::drawing::Drawing;
use crate::output::page::{BAD, DIM, ID, PLAIN, Piece, duration, piece};
use crate::output::{Human, Page, Reply, Volume};

#[derive(Serialize)]
struct Revisions {
    history: Vec<Listed>,
    #[serde(skip)]
    layout: Layout,
}

enum Layout {
    List,
    /// Each revision by its place in the graph, and the parents that are shown too.
    Graph(Vec<(u32, Vec<u32>)>),
}

/// What was run on a database.
#[derive(Serialize)]
struct Applied {
    log: Vec<LogEntry>,
}

pub(crate) fn run(arguments: &History, context: &Context) -> Result<Reply, Failure> {
    if arguments.applied {
        let target = context.looked_at()?;
        let migrations = context.source.listed(target.database.dialect())?;
        let mut log = wait(async { migrations.log(&target.database).await })??;
        log.reverse();
        return Ok(Reply::new(Applied { log }));
    }
    let migrations = context.source.migrations()?;
    let graph = migrations.set()?.graph();
    let range: Option<SpecRange> = arguments.range.as_deref().map(str::parse).transpose()?;
    let asks = arguments.indicate_current
        || range
            .as_ref()
            .is_some_and(SpecRange::is_relative_to_database);
    let applied = if asks {
        Some(super::current::applied(context, migrations)?)
    } else {
        None
    };
    let shown: Vec<Index> = match &range {
        Some(range) => range.resolve(graph, applied.as_ref())?,
        None => graph.order().rev().collect(),
    };
    let rows = applied
        .as_ref()
        .filter(|_| arguments.indicate_current)
        .map(|applied| applied.rows(graph));
    let list = |index: &Index| -> Result<Listed, Failure> {
        let mut listed = Listed::new(migrations, *index)?;
        listed.current = rows.as_ref().map(|rows| rows.contains(index));
        Ok(listed)
    };
    let history = shown.iter().map(list).collect::<Result<Vec<_>, _>>()?;
    let layout = if arguments.graph {
        Layout::Graph(edges(graph, &shown))
    } else {
        Layout::List
    };
    Ok(Reply::new(Revisions { history, layout }))
}

fn edges(graph: &Graph, shown: &[Index]) -> Vec<(u32, Vec<u32>)> {
    let set = graph.set(shown.iter().copied());
    let parents = |index: &Index| {
        graph
            .parents(*index)
            .iter()
            .filter(|parent| set.contains(**parent))
            .map(|parent| parent.0)
            .collect()
    };
    shown
        .iter()
        .map(|index| (index.0, parents(index)))
        .collect()
}

impl Human for Applied {
    fn human(&self, page: &mut Page) {
        if self.log.is_empty() {
            page.line(piece(DIM, "nothing was ever run here"));
        }
        let rows: Vec<Vec<Piece>> = self
            .log
            .iter()
            .map(|entry| logged(entry, page.volume()))
            .collect();
        page.table("", &rows);
    }
}

fn logged(entry: &LogEntry, volume: Volume) -> Vec<Piece> {
    let when = entry
        .finished_at
        .as_deref()
        .or(entry.started_at.as_deref())
        .unwrap_or_default();
    let outcome = match entry.outcome.as_str() {
        "finished" => Piece::default(),
        other => piece(BAD, other),
    };
    let took = entry
        .duration_us
        .map_or_else(String::new, |took| duration(Duration::from_micros(took)));
    let rows = entry
        .rows
        .map_or_else(String::new, |rows| RowCount(rows).to_string());
    let mut row = vec![
        piece(DIM, when),
        entry.action.as_str().into(),
        piece(ID, &entry.revision),
        outcome,
        piece(DIM, took),
        piece(DIM, rows),
        entry.who.as_deref().unwrap_or_default().into(),
    ];
    if volume == Volume::Verbose {
        let more = [&entry.host, &entry.tool, &entry.error];
        row.extend(
            more.into_iter()
                .map(|text| piece(DIM, text.as_deref().unwrap_or_default())),
        );
    }
    row
}

impl Human for Revisions {
    fn human(&self, page: &mut Page) {
        if self.history.is_empty() {
            page.line(piece(DIM, "no revisions"));
            return;
        }
        match &self.layout {
            Layout::Graph(edges) => self.graph(page, edges),
            Layout::List if page.volume() == Volume::Verbose => all_in_full(page, &self.history),
            Layout::List => self.list(page),
        }
    }
}

impl Revisions {
    fn list(&self, page: &mut Page) {
        let width = self
            .history
            .iter()
            .map(|revision| revision.revision.len())
            .max()
            .unwrap_or(0);
        for (place, revision) in self.history.iter().enumerate() {
            let gap = width - revision.revision.len() + 2;
            let mut line = piece(ID, &revision.revision)
                .and(PLAIN, " ".repeat(gap))
                .and(PLAIN, &revision.message);
            for part in [revision.marks(), self.odd_parents(place)] {
                if !part.is_empty() {
                    line = line.and(PLAIN, "  ").then(part);
                }
            }
            page.line(line);
        }
    }

    /// What a revision stands on, where that is not simply the next line.
    fn odd_parents(&self, place: usize) -> Piece {
        let revision = &self.history[place];
        let next = self.history.get(place + 1).map(|next| &next.revision);
        let mut text = match revision.down_revision.as_slice() {
            [parent] if Some(parent) == next => String::new(),
            [] if next.is_none() => String::new(),
            [] => "on base".to_owned(),
            parents => format!("on {}", parents.join(", ")),
        };
        if !revision.depends_on.is_empty() {
            let gap = if text.is_empty() { "" } else { ", " };
            text += &format!("{gap}needs {}", revision.depends_on.join(", "));
        }
        piece(DIM, text)
    }

    fn graph(&self, page: &mut Page, edges: &[(u32, Vec<u32>)]) {
        let mut drawing = Drawing::default();
        for (revision, (index, parents)) in self.history.iter().zip(edges) {
            let drawn = drawing.next(*index, parents);
            if let Some(lead) = &drawn.lead {
                page.line(piece(DIM, lead));
            }
            let width = drawn.width();
            let mut first = revision.line();
            if !revision.depends_on.is_empty() {
                first = first.and(DIM, format!("  needs {}", revision.depends_on.join(", ")));
            }
            let mut texts = vec![first];
            if page.volume() == Volume::Verbose {
                let mut more = |name: &str, value: &str| {
                    if !value.is_empty() {
                        texts.push(piece(DIM, format!("{name:<8} ")).and(PLAIN, value));
                    }
                };
                more("created", revision.created.as_deref().unwrap_or_default());
                more("file", &revision.file);
                texts.push(Piece::default());
            }
            let beside = |drawn: &str, text: Piece| {
                let gap = width - drawn.len() + 1;
                strokes(drawn).and(PLAIN, " ".repeat(gap)).then(text)
            };
            let mut texts = texts.into_iter();
            page.line(beside(&drawn.node, texts.next().unwrap_or_default()));
            let mut left = drawn.strokes.iter();
            for text in texts {
                page.line(beside(left.next().unwrap_or(&drawn.pad), text));
            }
            left.for_each(|line| {
                page.line(strokes(line));
            });
        }
    }
}

/// The drawing, its lines dim.
fn strokes(text: &str) -> Piece {
    match text.split_once('*') {
        Some((before, after)) => piece(DIM, before).and(PLAIN.bold(), "*").and(DIM, after),
        None => piece(DIM, text),
    }
}
