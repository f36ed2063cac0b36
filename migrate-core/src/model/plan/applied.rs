//! What a database has applied.

use std::fmt;

use crate::model::graph::{Graph, Index, IndexSet};
use crate::text::diagnostic::Class;
use crate::text::{Diagnostic, RevisionId};

/// The applied revisions of a database, as far as the graph knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    set: IndexSet,
}

/// An applied revision stands on others that are not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The set as it is, gap and all: what `upgrade --fill` begins with.
    pub applied: Applied,
    /// What is missing, oldest first.
    pub missing: Vec<RevisionId>,
}

impl Gap {
    /// The gap as everything else is reported.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(Class::Gap, self.to_string())
            .help("`migrate-cli upgrade --fill` runs what is missing, in order")
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 10;
        f.write_str("below the applied revisions are some that are not: ")?;
        for (position, id) in self.missing.iter().take(SHOWN).enumerate() {
            write!(f, "{}{id}", if position == 0 { "" } else { ", " })?;
        }
        match self.missing.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl std::error::Error for Gap {}

impl Applied {
    /// Nothing.
    pub fn none(graph: &Graph) -> Self {
        Self { set: graph.none() }
    }

    /// These rows and everything below them.
    pub fn closure(graph: &Graph, rows: impl IntoIterator<Item = Index>) -> Self {
        Self {
            set: graph.ancestors(rows),
        }
    }

    /// Exactly these revisions.
    ///
    /// # Errors
    /// [`Gap`] when something below them is missing.
    pub fn exact(
        graph: &Graph,
        revisions: impl IntoIterator<Item = Index>,
    ) -> Result<Self, Box<Gap>> {
        let set = graph.set(revisions);
        let missing: Vec<Index> = graph
            .ancestors(set.iter())
            .iter()
            .filter(|index| !set.contains(*index))
            .collect();
        let applied = Self { set };
        if missing.is_empty() {
            Ok(applied)
        } else {
            Err(Box::new(Gap {
                missing: graph.ids(&missing),
                applied,
            }))
        }
    }

    /// Whether the revision is applied.
    pub fn contains(&self, index: Index) -> bool {
        self.set.contains(index)
    }

    /// The applied revisions.
    pub const fn set(&self) -> &IndexSet {
        &self.set
    }

    /// The effective rows: the maximal elements, oldest first.
    pub fn rows(&self, graph: &Graph) -> Vec<Index> {
        graph.maximal(&self.set)
    }
}
