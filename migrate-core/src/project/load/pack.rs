//! From a loaded project to the set that runs.

use std::fmt;
use std::path::Path;

use super::{LoadMode, Loaded, Revision, load};
use crate::model::Index;
use crate::model::graph::Graph;
use crate::model::set::{Migrations, PackedSet, SourceRevision, SourceSection, pack};
use crate::project::Search;
use crate::project::config::display;
use crate::project::lock::State;
use crate::text::{Diagnostic, Dialect, DialectSet};

impl Loaded {
    /// The set in its packed form, for the dialects that the project was loaded for.
    ///
    /// # Errors
    /// [`LoadError`] when the project has errors.
    pub fn pack(&self) -> Result<PackedSet, LoadError> {
        match &self.graph {
            Some(graph) if !self.has_errors() => {
                let sources: Vec<SourceRevision<'_>> = graph
                    .order()
                    .zip(&self.revisions)
                    .map(|(index, revision)| source(graph, index, revision))
                    .collect();
                Ok(pack(&sources, self.dialects, &self.config().settings()))
            }
            _ => Err(LoadError(self.errors().cloned().collect())),
        }
    }

    /// The set that runs.
    ///
    /// # Errors
    /// As [`pack`](Self::pack).
    pub fn migrations(&self) -> Result<Migrations, LoadError> {
        let directory = self
            .project
            .dirs
            .first()
            .map(|dir| dir.to_string_lossy().into_owned());
        Ok(Migrations::from_packed(self.pack()?, directory))
    }
}

fn source<'a>(graph: &'a Graph, index: Index, revision: &'a Revision) -> SourceRevision<'a> {
    let file = &revision.file;
    let header = &file.header;
    let sections = file
        .sections
        .iter()
        .zip(&revision.digests)
        .map(|(section, digest)| SourceSection {
            direction: section.direction,
            dialects: section.dialects,
            transactional: section.transactional,
            line: section.line,
            text: file.body(section),
            digest: *digest,
        });
    SourceRevision {
        id: header.revision.value.as_str(),
        down_revision: graph.parents(index).to_vec(),
        depends_on: graph.dependencies(index).to_vec(),
        labels: header
            .branch_labels
            .iter()
            .map(|label| label.value.as_str())
            .collect(),
        message: &header.message,
        file: &file.path,
        listed: &revision.lock_name,
        created: header.created.as_ref().map(|item| item.value.as_str()),
        irreversible: header.irreversible.as_ref().map(|item| item.value.as_str()),
        breaking: header.breaking.as_ref().map(|item| item.value.as_str()),
        locked: revision.state == State::Locked,
        sections: sections.collect(),
    }
}

impl Migrations {
    /// Reads a migrations directory while the program runs: the same value as `embed_migrations!` yields for it.
    ///
    /// The configuration is looked for upwards from the directory. Without `dialects` in it, the set serves the
    /// databases that this library was built for, as an embedded one does.
    ///
    /// # Errors
    /// [`LoadError`] with everything that is wrong.
    pub fn from_dir(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let start = std::env::current_dir().unwrap_or_default();
        let project = Search::from(start)
            .dir(Some(path.as_ref()))
            .find()
            .map_err(LoadError)?;
        let configured = project.config.migrations.dialects;
        let dialects = if configured.is_empty() {
            built_in()
        } else {
            configured
        };
        load(&project, LoadMode::strict(dialects)).migrations()
    }
}

/// The dialects of the databases that this library was built for.
fn built_in() -> DialectSet {
    let mut dialects = DialectSet::EMPTY;
    if cfg!(feature = "sqlite") {
        dialects = dialects.with(Dialect::Sqlite);
    }
    if cfg!(feature = "postgres") {
        dialects = dialects.with(Dialect::Postgres);
    }
    if cfg!(feature = "mysql") {
        dialects = dialects.with(Dialect::Mysql).with(Dialect::Mariadb);
    }
    dialects
}

impl Loaded {
    /// The path of a file of the project as messages show it.
    pub fn shown(&self, path: &Path) -> String {
        display(&self.project.root, path)
    }
}

/// A directory cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError(pub Vec<Diagnostic>);

/// Every finding with its code frame, parted by empty lines.
impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, finding) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n\n")?;
            }
            finding.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}
