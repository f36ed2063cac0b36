//! Where the migrations come from: the directory on disk, or the set inside an application.
//!
//! Commands that only read take [`Source::migrations`]; those that change a database take
//! [`Source::runnable`], which refuses what the macro would refuse.

use std::path::PathBuf;

use migrate_core::model::Index;
use migrate_core::model::Migrations;
use migrate_core::project::config::{Drafts, Protection};
use migrate_core::project::load::{self, load};
use migrate_core::project::{Config, LoadMode, Loaded, Project, Search};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::revision::Direction;
use migrate_core::text::{Diagnostic, Dialect, DialectSet, Digest};
use std::cell::OnceCell;

use crate::context::Target;
use crate::failure::Failure;
use crate::output::Output;
use crate::settings::Settings;

/// Where the migrations come from.
pub(crate) enum Source {
    /// The directory on disk.
    Directory(Box<Directory>),
}

/// A directory that is found and read when it is first needed.
pub(crate) struct Directory {
    settings: Settings,
    output: Output,
    project: OnceCell<Project>,
    loaded: OnceCell<Loaded>,
    migrations: OnceCell<Migrations>,
    listed: OnceCell<Migrations>,
}

/// A section of a revision.
pub(crate) struct SectionView<'a> {
    pub(crate) direction: Direction,
    pub(crate) dialects: DialectSet,
    pub(crate) transactional: bool,
    /// The line of the file on which `text` begins, from 1.
    pub(crate) line: usize,
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
    pub(crate) digest: Digest,
}

impl Source {
    /// The directory that the settings lead to.
    pub(crate) fn directory(settings: Settings, output: Output) -> Self {
        Self::Directory(Box::new(Directory {
            settings,
            output,
            project: OnceCell::new(),
            loaded: OnceCell::new(),
            migrations: OnceCell::new(),
            listed: OnceCell::new(),
        }))
    }

    /// The configuration.
    pub(crate) fn config(&self) -> Result<&Config, Failure> {
        Ok(&self.project()?.config)
    }

    /// The project on disk.
    pub(crate) fn project(&self) -> Result<&Project, Failure> {
        match self {
            Self::Directory(directory) => directory.project(),
        }
    }

    /// The dialects that the project is written for; empty when it does not say.
    pub(crate) fn dialects(&self) -> Result<DialectSet, Failure> {
        Ok(self.config()?.migrations.dialects)
    }

    /// The project as it was read; what is not listed in revisions.lock is a draft, with a warning.
    pub(crate) fn loaded(&self) -> Result<&Loaded, Failure> {
        match self {
            Self::Directory(directory) => directory.loaded(),
        }
    }

    /// The set for commands that only read: what is not listed in revisions.lock is a draft, with a warning.
    pub(crate) fn migrations(&self) -> Result<&Migrations, Failure> {
        match self {
            Self::Directory(directory) => directory.migrations(),
        }
    }

    /// What compares a database that speaks `dialect` with the migrations: no texts and no messages. Read from
    /// revisions.lock alone where that is enough, else as [`migrations`](Self::migrations).
    pub(crate) fn listed(&self, dialect: Dialect) -> Result<&Migrations, Failure> {
        match self {
            Self::Directory(directory) => directory.listed(dialect),
        }
    }

    /// As [`listed`](Self::listed), where revisions.lock alone is enough.
    pub(crate) fn quick(&self, dialect: Dialect) -> Result<Option<&Migrations>, Failure> {
        match self {
            Self::Directory(directory) => directory.quick(dialect),
        }
    }

    /// Whether a set has drafts that the configuration does not allow in a release.
    pub(crate) fn has_drafts(&self, migrations: &Migrations) -> Result<bool, Failure> {
        if self.config()?.migrations.drafts == Drafts::Allow {
            return Ok(false);
        }
        for index in migrations.set()?.graph().order() {
            if !migrations.entry(index)?.locked {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The set for a run on `target`: everything that the macro would refuse is refused; drafts too where the
    /// environment is protected.
    pub(crate) fn runnable(&self, target: &Target) -> Result<Migrations, Failure> {
        self.runnable_for(target.database.dialect(), target.protection)
    }

    /// As [`runnable`](Self::runnable), for a database that nobody connects to.
    pub(crate) fn runnable_for(
        &self,
        dialect: Dialect,
        protection: Protection,
    ) -> Result<Migrations, Failure> {
        match self {
            Self::Directory(directory) => directory.runnable(dialect, protection),
        }
    }

    /// The set for proofs on throw-away databases of these dialects: drafts are proven too.
    pub(crate) fn provable(&self, dialects: DialectSet) -> Result<Migrations, Failure> {
        match self {
            Self::Directory(directory) => directory.provable(dialects),
        }
    }

    /// The project as a release build would read it, with everything that it would refuse apart from several heads;
    /// nothing is printed.
    pub(crate) fn released(&self) -> Result<Loaded, Failure> {
        match self {
            Self::Directory(directory) => directory.released(),
        }
    }

    /// The sections of a revision, up first.
    pub(crate) fn sections(&self, index: Index) -> Result<Vec<SectionView<'_>>, Failure> {
        match self {
            Self::Directory(directory) => directory.sections(index),
        }
    }
}

impl Directory {
    fn project(&self) -> Result<&Project, Failure> {
        get_or_try(&self.project, || {
            let start = std::env::current_dir().map_err(|error| {
                Diagnostic::error(
                    Class::Config,
                    format!("the current directory cannot be found: {}", error.kind()),
                )
            })?;
            let dir: Option<PathBuf> = self.settings.dir.clone();
            Ok(Search::from(start)
                .config(self.settings.config.clone())
                .dir(dir)
                .find()?)
        })
    }

    fn loaded(&self) -> Result<&Loaded, Failure> {
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

    fn migrations(&self) -> Result<&Migrations, Failure> {
        get_or_try(&self.migrations, || {
            let loaded = self.loaded()?;
            Ok(loaded.migrations()?)
        })
    }

    fn quick(&self, dialect: Dialect) -> Result<Option<&Migrations>, Failure> {
        if self.listed.get().is_none()
            && let Some(listed) = load::listed(self.project()?, dialect)
        {
            return Ok(Some(self.listed.get_or_init(|| listed)));
        }
        Ok(self.listed.get())
    }

    fn listed(&self, dialect: Dialect) -> Result<&Migrations, Failure> {
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

    fn provable(&self, dialects: DialectSet) -> Result<Migrations, Failure> {
        let mode = LoadMode::strict(self.dialects_or(dialects)?).any_heads();
        let loaded = load(self.project()?, mode);
        Ok(self.checked(loaded)?.migrations()?)
    }

    fn released(&self) -> Result<Loaded, Failure> {
        let mode = LoadMode::strict(self.dialects_or(DialectSet::EMPTY)?);
        Ok(load(self.project()?, mode.any_heads().release()))
    }

    fn runnable(&self, dialect: Dialect, protection: Protection) -> Result<Migrations, Failure> {
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

    fn sections(&self, index: Index) -> Result<Vec<SectionView<'_>>, Failure> {
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

/// What is in the cell, made when it is first asked for.
pub(crate) fn get_or_try<T>(
    cell: &OnceCell<T>,
    make: impl FnOnce() -> Result<T, Failure>,
) -> Result<&T, Failure> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = make()?;
    Ok(cell.get_or_init(|| value))
}
