//! A revision as the commands show it: one line, in full, or as JSON.

use migrate_core::model::Index;
use migrate_core::model::graph::Graph;
use migrate_core::model::set::{Entry, Migrations, UnpackError};
use serde::Serialize;

use crate::output::Page;
use crate::output::page::{BOLD, DIM, GOOD, ID, LABEL, PLAIN, Piece, WARN, piece};

/// What is known of a revision without a database.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Listed {
    pub(crate) revision: String,
    pub(crate) down_revision: Vec<String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) branch_labels: Vec<String>,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) irreversible: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) breaking: Option<String>,
    pub(crate) file: String,
    pub(crate) state: &'static str,
    pub(crate) head: bool,
    pub(crate) effective: bool,
    pub(crate) branch_point: bool,
    pub(crate) merge_point: bool,
    pub(crate) children: Vec<String>,
    /// Whether the database is at it; absent when no database was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<bool>,
    /// The revisions by whose depends_on it is no effective head.
    #[serde(skip)]
    pub(crate) needed_by: Vec<String>,
}

impl Listed {
    /// The revision at `index`.
    pub(crate) fn new(migrations: &Migrations, index: Index) -> Result<Self, UnpackError> {
        let graph = migrations.set()?.graph();
        let entry = migrations.entry(index)?;
        Ok(Self::of(graph, &entry))
    }

    fn of(graph: &Graph, entry: &Entry<'_>) -> Self {
        let index = entry.index;
        let names = |indices: &[Index]| {
            indices
                .iter()
                .map(|index| graph.id(*index).to_string())
                .collect::<Vec<_>>()
        };
        let text = |value: Option<&str>| value.map(ToOwned::to_owned);
        Self {
            revision: entry.id.to_string(),
            down_revision: names(graph.parents(index)),
            depends_on: names(graph.dependencies(index)),
            branch_labels: entry.labels.iter().map(ToString::to_string).collect(),
            message: entry.message.to_owned(),
            created: text(entry.created),
            irreversible: text(entry.irreversible),
            breaking: text(entry.breaking),
            file: entry.file.to_owned(),
            state: if entry.locked { "locked" } else { "draft" },
            head: graph.children(index).is_empty(),
            effective: graph.children(index).is_empty() && graph.dependents(index).is_empty(),
            branch_point: graph.is_branch_point(index),
            merge_point: graph.is_merge_point(index),
            children: names(graph.children(index)),
            current: None,
            needed_by: names(graph.dependents(index)),
        }
    }

    /// `(head) (billing)`: what there is to say besides id and message.
    pub(crate) fn marks(&self) -> Piece {
        let mut marks = Piece::default();
        let mut mark = |style, text: &str| {
            let gap = if marks.is_empty() { "" } else { " " };
            marks = std::mem::take(&mut marks)
                .and(PLAIN, gap)
                .and(style, format!("({text})"));
        };
        if self.current == Some(true) {
            mark(GOOD.bold(), "current");
        }
        match (self.head, self.effective) {
            (true, true) => mark(GOOD, "head"),
            (true, false) => mark(
                GOOD,
                &format!("head, needed by {}", self.needed_by.join(", ")),
            ),
            _ => {}
        }
        self.branch_labels
            .iter()
            .for_each(|label| mark(LABEL, label));
        if self.branch_point {
            mark(DIM, "branch point");
        }
        if self.merge_point {
            mark(DIM, "merge point");
        }
        if self.state == "draft" {
            mark(WARN, "draft");
        }
        marks
    }

    /// Id, message and marks on one line.
    pub(crate) fn line(&self) -> Piece {
        let mut line = piece(ID, &self.revision);
        for part in [piece(PLAIN, &self.message), self.marks()] {
            if !part.is_empty() {
                line = line.and(PLAIN, "  ").then(part);
            }
        }
        line
    }

    /// All of it, in lines after `indent`.
    pub(crate) fn in_full(&self, page: &mut Page, indent: &str) {
        let mut rows: Vec<Vec<Piece>> = Vec::new();
        let mut row = |name: &str, value: Piece| {
            if !value.is_empty() {
                rows.push(vec![piece(DIM, name), value]);
            }
        };
        let ids = |ids: &[String]| piece(ID, ids.join(", "));
        row(
            "revision",
            piece(ID.bold(), &self.revision)
                .and(PLAIN, "  ")
                .then(self.marks()),
        );
        row("message", piece(BOLD, &self.message));
        row(
            "down_revision",
            if self.down_revision.is_empty() {
                piece(DIM, "none")
            } else {
                ids(&self.down_revision)
            },
        );
        row("depends_on", ids(&self.depends_on));
        row("children", ids(&self.children));
        row(
            "created",
            self.created.as_deref().unwrap_or_default().into(),
        );
        row(
            "irreversible",
            self.irreversible.as_deref().unwrap_or_default().into(),
        );
        row(
            "breaking",
            self.breaking.as_deref().unwrap_or_default().into(),
        );
        row("file", self.file.as_str().into());
        page.table(indent, &rows);
    }
}

/// The same in full, one after the other.
pub(crate) fn all_in_full<'a>(page: &mut Page, revisions: impl IntoIterator<Item = &'a Listed>) {
    for (place, revision) in revisions.into_iter().enumerate() {
        if place > 0 {
            page.end();
        }
        revision.in_full(page, "");
    }
}
