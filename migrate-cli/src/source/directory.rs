//! A directory of migrations, found and read when it is first needed.

use std::cell::OnceCell;
use std::path::PathBuf;

use migrate_core::model::{Index, Migrations};
use migrate_core::project::config::Protection;
use migrate_core::project::load::{self, load};
use migrate_core::project::{LoadMode, Loaded, Project, Search};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Dialect, DialectSet};

use super::{SectionView, current_dir, get_or_try};
use crate::failure::Failure;
use crate::output::Output;
use crate::settings::Settings;

/// A directory that is found and read when it is first needed.
pub(crate) struct Directory<'m> {
    settings: Settings,
    output: Output,
    /// The program that reads it: it has the models and the functions of Rust steps.
    pub(super) program: Option<&'m Migrations>,
    project: OnceCell<Project>,
    loaded: OnceCell<Loaded>,
    migrations: OnceCell<Migrations>,
    listed: OnceCell<Migrations>,
}

impl<'m> Directory<'m> {
    pub(super) fn new(settings: Settings, output: Output, program: Option<&'m Migrations>) -> Self {
        Self {
            settings,
            output,
            program,
            project: OnceCell::new(),
            loaded: OnceCell::new(),
            migrations: OnceCell::new(),
            listed: OnceCell::new(),
        }
    }

    pub(super) fn project(&self) -> Result<&Project, Failure> {
        get_or_try(&self.project, || {
            let start = current_dir()?;
            let dir: Option<PathBuf> = self.settings.dir.clone();
            Ok(Search::from(start)
                .config(self.settings.config.clone())
                .dir(dir)
                .find()?)
        })
    }

    pub(super) fn loaded(&self) -> Result<&Loaded, Failure> {
        get_or_try(&self.loaded, || {
            let loaded = load(self.project()?, LoadMode::reading());
            self.checked(loaded)
        })
    }

    /// Prints the warnings, fails with the errors.
    fn checked(&self, loaded: Loaded) -> Result<Loaded, Failure> {
        if loaded.has_errors() {
            return Err(loaded.diagnostics.into());
        }
        self.output.warnings(loaded.warnings());
        Ok(loaded)
    }

    pub(super) fn migrations(&self) -> Result<&Migrations, Failure> {
        get_or_try(&self.migrations, || {
            let loaded = self.loaded()?;
            Ok(loaded.migrations()?)
        })
    }

    pub(super) fn quick(&self, dialect: Dialect) -> Result<Option<&Migrations>, Failure> {
        if self.listed.get().is_none()
            && let Some(listed) = load::listed(self.project()?, dialect)
        {
            return Ok(Some(self.listed.get_or_init(|| listed)));
        }
        Ok(self.listed.get())
    }

    pub(super) fn listed(&self, dialect: Dialect) -> Result<&Migrations, Failure> {
        self.quick(dialect)?.map_or_else(|| self.migrations(), Ok)
    }

    /// The configured dialects, else these.
    fn dialects_or(&self, others: DialectSet) -> Result<DialectSet, Failure> {
        let configured = self.project()?.config.migrations.dialects;
        Ok(if configured.is_empty() {
            others
        } else {
            configured
        })
    }

    pub(super) fn provable(&self, dialects: DialectSet) -> Result<Migrations, Failure> {
        let mode = LoadMode::strict(self.dialects_or(dialects)?).any_heads();
        let loaded = load(self.project()?, mode);
        let migrations = self.checked(loaded)?.migrations()?;
        Ok(match self.program {
            Some(program) => migrations.with_steps_of(program),
            None => migrations,
        })
    }

    pub(super) fn released(&self) -> Result<Loaded, Failure> {
        let mode = LoadMode::strict(self.dialects_or(DialectSet::EMPTY)?);
        Ok(load(self.project()?, mode.any_heads().release()))
    }

    pub(super) fn runnable(
        &self,
        dialect: Dialect,
        protection: Protection,
    ) -> Result<Migrations, Failure> {
        let project = self.project()?;
        let dialects = self.dialects_or(DialectSet::one(dialect))?;
        let mode = LoadMode::strict(dialects).any_heads();
        let mode = if protection == Protection::Protected {
            mode.release()
        } else {
            mode
        };
        let mut loaded = load(project, mode);
        for finding in loaded
            .diagnostics
            .iter_mut()
            .filter(|finding| finding.class == Class::Draft)
        {
            // Only a protected environment asks for this.
            finding.message = finding
                .message
                .replace("in a release build", "in a protected environment");
        }
        Ok(self.checked(loaded)?.migrations()?)
    }

    pub(super) fn sections(&self, index: Index) -> Result<Vec<SectionView<'_>>, Failure> {
        let Some(revision) = self.loaded()?.revision(index) else {
            return Ok(Vec::new());
        };
        let file = &revision.file;
        let mut sections: Vec<SectionView<'_>> = file
            .sections
            .iter()
            .zip(&revision.digests)
            .map(|(section, digest)| SectionView {
                direction: section.direction,
                dialects: section.dialects,
                transactional: section.transactional,
                line: section.line,
                file: &file.path,
                text: file.body(section),
                digest: *digest,
            })
            .collect();
        sections.sort_by_key(|section| section.direction);
        Ok(sections)
    }
}
