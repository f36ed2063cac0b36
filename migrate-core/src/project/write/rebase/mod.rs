//! `migrate-cli rebase`: one side of a fork on top of the other, and new ids.
//!
//! Everything is computed first, on the graph and on texts; then all files and the lock file are written as one change.

mod side;
mod work;

use std::path::PathBuf;

use super::lock::Amended;
use crate::model::Spec;
use crate::model::graph::Index;
use crate::project::load::Loaded;
use crate::text::RevisionId;
use crate::text::diagnostic::Diagnostic;
use work::Work;

/// What `rebase` is asked for.
#[derive(Debug, Clone, Default)]
pub struct Rebase {
    /// The revision, or any of the side that moves; `None`: the side that holds nothing but drafts.
    pub what: Option<What>,
    /// What it is put on; `None`: the one other head.
    pub onto: Option<Spec>,
    /// Another id for the revision.
    pub id: Option<String>,
    /// Whether locked revisions may change.
    pub locked: Locked,
    /// Whether anything is written.
    pub write: WriteRebase,
}

/// How the revision is named.
#[derive(Debug, Clone)]
pub enum What {
    /// By a spec.
    Spec(Spec),
    /// By its file: where two have one id, nothing else tells them apart.
    File(PathBuf),
}

/// Whether locked revisions may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locked {
    /// They may not.
    #[default]
    Refuse,
    /// They may: `--amend`.
    Amend,
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WriteRebase {
    /// It is.
    #[default]
    Write,
    /// Only what would be is said.
    Dry,
}

/// What changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rebased {
    /// The revisions whose parents are others now, oldest first.
    pub moved: Vec<Moved>,
    /// The revision that got another id.
    pub renamed: Option<Renamed>,
    /// All revisions of the side that was put on top, oldest first.
    pub side: Vec<RevisionId>,
    /// What the side stands on now.
    pub onto: Option<RevisionId>,
    /// Locked revisions that changed, with the releases that have them as they were.
    pub amended: Vec<Amended>,
    /// Lines of drafts without a file, which went.
    pub dropped: Vec<String>,
    /// The effective heads.
    pub heads: Vec<RevisionId>,
}

/// A revision with other parents.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moved {
    /// Its id, the new one where it changed.
    pub id: RevisionId,
    /// The parents before.
    pub from: Vec<RevisionId>,
    /// The parents now.
    pub to: Vec<RevisionId>,
    /// Its file as messages show it.
    pub file: String,
}

/// A revision with another id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Renamed {
    /// The id before.
    pub from: RevisionId,
    /// The id now.
    pub to: RevisionId,
    /// The file before, as messages show it.
    pub from_file: String,
    /// The file now.
    pub file: String,
    /// What it stood on before.
    pub below: Vec<RevisionId>,
    /// The revisions that named it and were changed with it.
    pub followed: Vec<RevisionId>,
    /// Where another file keeps the id: the revisions that name it and mean that one from now on.
    pub left: Vec<RevisionId>,
}

impl Rebased {
    /// Whether everything was as it should be already.
    pub fn is_empty(&self) -> bool {
        self.moved.is_empty() && self.renamed.is_none()
    }
}

/// Puts one side of a fork on top of the other, or gives a revision another id, or both; files and lock file change
/// together.
///
/// # Errors
/// Everything that is wrong with the project or the order, and locked revisions without [`Locked::Amend`]; nothing is
/// written then.
pub fn rebase(loaded: &Loaded, order: &Rebase) -> Result<Rebased, Vec<Diagnostic>> {
    let mut work = Work::new(loaded, order)?;
    let place = work.place(order.what.as_ref())?;
    let mut rebased = Rebased::default();
    if let (Some(place), Some(id)) = (place, &order.id) {
        rebased.renamed = Some(work.rename(place, id)?);
    }
    let graph = work.graph()?;
    let start = place.and_then(|place| work.index(&graph, place));
    if work.is_to_move(&graph, order) {
        let side = work.side(&graph, start, order.onto.as_ref());
        let side = side.map_err(|finding| vec![*finding])?;
        if let Some(side) = side {
            rebased.onto = side.onto.map(|onto| graph.id(onto).clone());
            rebased.side = side
                .moved
                .iter()
                .map(|index| graph.id(index).clone())
                .collect();
            for (index, parents) in side.links {
                rebased.moved.push(work.relink(&graph, index, &parents));
            }
        }
    }
    let graph = work.graph()?;
    rebased.heads = graph.ids(&graph.effective_heads());
    if !rebased.is_empty() {
        rebased.amended = work.amended(&graph, order.locked)?;
        rebased.dropped = work.dropped();
        let changes = work.changes(&graph)?;
        if order.write == WriteRebase::Write {
            super::files::write(&changes)?;
        }
    }
    Ok(rebased)
}

/// The place of a revision in the list of those that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place(usize);

impl From<Index> for Place {
    /// Revisions that have a graph are listed in its order.
    fn from(index: Index) -> Self {
        Self(index.0 as usize)
    }
}
