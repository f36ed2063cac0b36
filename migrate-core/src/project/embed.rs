//! From a project on disk to [`Migrations`]: what the macro does while compiling, done at run time too.

use std::fmt;
use std::path::{Path, PathBuf};

use super::load::Revision;
use super::lock::State;
use super::{LoadMode, Loaded, Project, Search, load};
use crate::model::set::{PackedSet, SourceRevision, SourceSection, UnpackError, fingerprint, pack};
use crate::model::{Graph, Migrations};
use crate::text::diagnostic::Class;
use crate::text::{Diagnostic, Dialect, DialectSet};

impl Migrations {
    /// Reads and checks a directory as `embed_migrations!` does, but when the program runs: for development, tests and
    /// tools. `migrate.toml` is looked for upwards from the directory; relative paths begin in the current directory.
    ///
    /// ```
    /// let missing = migrate_core::model::Migrations::from_dir("no/such/directory");
    /// assert!(missing.is_err());
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with the directory, at once.
    pub fn from_dir(directory: impl AsRef<Path>) -> Result<Self, LoadError> {
        let start = std::env::current_dir().map_err(|error| {
            let message = format!("cannot find the current directory: {}", super::reason(&error));
            LoadError(vec![Diagnostic::error(Class::Config, message)])
        })?;
        let project = Search::from(start).dir(Some(directory.as_ref())).find().map_err(LoadError)?;
        Self::of_project(&project, built_in())
    }

    /// The set of a project that was found before; `fallback` are the dialects when `migrate.toml` names none.
    ///
    /// # Errors
    /// As [`from_dir`](Self::from_dir).
    pub fn of_project(project: &Project, fallback: DialectSet) -> Result<Self, LoadError> {
        let configured = project.config.migrations.dialects;
        let dialects = if configured.is_empty() { fallback } else { configured };
        let loaded = load(project, LoadMode::strict(dialects));
        match packed(&loaded) {
            Some(packed) => {
                let directory = project.dirs.first().map(|dir| dir.display().to_string());
                Ok(Self::from_packed(packed, directory))
            }
            None => Err(LoadError(loaded.diagnostics.clone())),
        }
    }

    /// Compares the set with its directory, where that is known and there: a binary does not see files that were added
    /// past cargo. `None`: nothing to say.
    ///
    /// # Errors
    /// [`UnpackError`] when macro and library are of different releases.
    pub fn stale(&self) -> Result<Option<Stale>, UnpackError> {
        let Some(directory) = self.directory() else { return Ok(None) };
        let Ok(project) = Search::from(directory).dir(Some(directory)).find() else { return Ok(None) };
        let files = super::load::file_names(&project);
        if files.is_empty() || fingerprint(files.iter().map(String::as_str)) == self.fingerprint()? {
            return Ok(None);
        }
        Ok(Some(Stale { directory: directory.into(), found: files.len(), embedded: self.len()? }))
    }
}

/// The directory has gained or lost files since the application was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    directory: PathBuf,
    found: usize,
    embedded: usize,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { directory, found, embedded } = self;
        write!(
            f,
            "this binary was built with {embedded} revisions, the directory {} has {found} or others: build it again \
             (if cargo sees no change, `migrate-cli lock` takes up new files)",
            directory.display()
        )
    }
}

/// A directory that cannot be used.
#[derive(Debug, Clone)]
pub struct LoadError(pub Vec<Diagnostic>);

impl LoadError {
    /// Everything that is wrong, errors first.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0
    }

    /// The class of the first error.
    pub fn class(&self) -> Class {
        self.0.first().map_or(Class::Config, |finding| finding.class)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, finding) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n\n")?;
            }
            finding.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}

/// The dialects of the databases that this build can talk to.
pub fn built_in() -> DialectSet {
    let mysql = cfg!(feature = "mysql");
    [
        (Dialect::Sqlite, cfg!(feature = "sqlite")),
        (Dialect::Postgres, cfg!(feature = "postgres")),
        (Dialect::Mysql, mysql),
        (Dialect::Mariadb, mysql),
    ]
    .into_iter()
    .filter_map(|(dialect, there)| there.then_some(dialect))
    .collect()
}

/// The packed form of a project; `None` when something is wrong with it.
pub fn packed(loaded: &Loaded) -> Option<PackedSet> {
    let graph = loaded.graph.as_ref().filter(|_| !loaded.has_errors())?;
    let revisions: Vec<SourceRevision<'_>> =
        graph.order().zip(&loaded.revisions).map(|(index, revision)| source(graph, index, revision)).collect();
    Some(pack(&revisions, loaded.dialects, &loaded.config().settings()))
}

fn source<'a>(graph: &Graph, index: crate::model::Index, revision: &'a Revision) -> SourceRevision<'a> {
    let Revision { file, state, digests, lock_name, .. } = revision;
    let header = &file.header;
    let sections = file.sections.iter().zip(digests).map(|(section, digest)| SourceSection {
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
        labels: header.branch_labels.iter().map(|label| label.value.as_str()).collect(),
        message: &header.message,
        file: &file.path,
        listed: lock_name,
        created: header.created.as_ref().map(|created| created.value.as_str()),
        irreversible: header.irreversible.as_ref().map(|reason| reason.value.as_str()),
        breaking: header.breaking.as_ref().map(|reason| reason.value.as_str()),
        locked: *state == State::Locked,
        sections: sections.collect(),
    }
}
