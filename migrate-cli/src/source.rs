//! Where the migrations come from: the directory on disk, or the set inside an application.
//!
//! Commands that only read take [`Source::migrations`]; those that change a database take
//! [`Source::runnable`], which refuses what the macro would refuse. `directory` is the one, `carried` the other.

mod carried;
mod directory;

use std::cell::OnceCell;
use std::ops::Deref;
use std::path::PathBuf;

use migrate_core::model::Index;
use migrate_core::model::Migrations;
use migrate_core::model::desired::Models;
use migrate_core::project::config::{Drafts, Protection};
use migrate_core::project::{Config, Loaded, Project};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::revision::Direction;
use migrate_core::text::{Diagnostic, Dialect, DialectSet, Digest};

use crate::context::Target;
use crate::embedded::Embedded;
use crate::failure::Failure;
use crate::output::Output;
use crate::settings::Settings;
use carried::Carried;
use directory::Directory;

/// Where the migrations come from.
pub(crate) enum Source<'m> {
    /// The directory on disk.
    Directory(Box<Directory<'m>>),
    /// The set inside a program.
    Embedded(Box<Carried<'m>>),
}

/// The set for a run.
pub(crate) enum Runnable<'m> {
    Read(Box<Migrations>),
    Carried(&'m Migrations),
}

impl Deref for Runnable<'_> {
    type Target = Migrations;

    fn deref(&self) -> &Migrations {
        match self {
            Self::Read(migrations) => migrations,
            Self::Carried(migrations) => migrations,
        }
    }
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

impl<'m> Source<'m> {
    /// The set inside a program.
    pub(crate) fn embedded(embedded: Embedded<'m>, settings: Settings) -> Self {
        Self::Embedded(Box::new(Carried::new(embedded, settings)))
    }

    /// The directory that a program was built from, with the models and the Rust steps of the program.
    pub(crate) fn at_home(embedded: Embedded<'m>, settings: &Settings, output: Output) -> Self {
        let mut settings = settings.clone();
        let directory = embedded.migrations.directory().map(PathBuf::from);
        settings.dir = settings.dir.or(directory);
        Self::read(settings, output, Some(embedded.migrations))
    }

    /// What a person types before a command, where it is a program that carries its revisions.
    pub(crate) fn program(&self) -> Option<&'static str> {
        match self {
            Self::Directory(_) => None,
            Self::Embedded(carried) => Some(carried.embedded.program),
        }
    }

    /// The schema that the application wants, as its models say it.
    pub(crate) fn models(&self) -> Option<&'static Models> {
        match self {
            Self::Directory(directory) => directory.program.and_then(Migrations::models),
            Self::Embedded(carried) => carried.embedded.migrations.models(),
        }
    }

    /// Whether an application asks, which may have models, and not the bare `migrate-cli`.
    pub(crate) fn is_program(&self) -> bool {
        match self {
            Self::Directory(directory) => directory.program.is_some(),
            Self::Embedded(_) => true,
        }
    }

    /// The directory that the settings lead to.
    pub(crate) fn directory(settings: Settings, output: Output) -> Self {
        Self::read(settings, output, None)
    }

    fn read(settings: Settings, output: Output, program: Option<&'m Migrations>) -> Self {
        Self::Directory(Box::new(Directory::new(settings, output, program)))
    }

    /// The configuration.
    pub(crate) fn config(&self) -> Result<&Config, Failure> {
        Ok(&self.surroundings()?.config)
    }

    /// The configuration and the folder that it stands in: for environments and variables.
    pub(crate) fn surroundings(&self) -> Result<&Project, Failure> {
        match self {
            Self::Directory(directory) => directory.project(),
            Self::Embedded(carried) => carried.surroundings(),
        }
    }

    /// The project on disk.
    pub(crate) fn project(&self) -> Result<&Project, Failure> {
        match self {
            Self::Directory(directory) => directory.project(),
            Self::Embedded(_) => Err(no_files("this").into()),
        }
    }

    /// The dialects that the project is written for; empty when it does not say.
    pub(crate) fn dialects(&self) -> Result<DialectSet, Failure> {
        match self {
            Self::Directory(_) => Ok(self.config()?.migrations.dialects),
            Self::Embedded(carried) => Ok(carried.embedded.migrations.dialects()?),
        }
    }

    /// The project as it was read; what is not listed in revisions.lock is a draft, with a warning.
    pub(crate) fn loaded(&self) -> Result<&Loaded, Failure> {
        match self {
            Self::Directory(directory) => directory.loaded(),
            Self::Embedded(_) => Err(no_files("this").into()),
        }
    }

    /// The set for commands that only read: what is not listed in revisions.lock is a draft, with a warning.
    pub(crate) fn migrations(&self) -> Result<&Migrations, Failure> {
        match self {
            Self::Directory(directory) => directory.migrations(),
            Self::Embedded(carried) => Ok(carried.embedded.migrations),
        }
    }

    /// What compares a database that speaks `dialect` with the migrations: no texts and no messages. Read from
    /// revisions.lock alone where that is enough, else as [`migrations`](Self::migrations).
    pub(crate) fn listed(&self, dialect: Dialect) -> Result<&Migrations, Failure> {
        match self {
            Self::Directory(directory) => directory.listed(dialect),
            Self::Embedded(carried) => Ok(carried.embedded.migrations),
        }
    }

    /// As [`listed`](Self::listed), where revisions.lock alone is enough.
    pub(crate) fn quick(&self, dialect: Dialect) -> Result<Option<&Migrations>, Failure> {
        match self {
            Self::Directory(directory) => directory.quick(dialect),
            Self::Embedded(carried) => Ok(Some(carried.embedded.migrations)),
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
    pub(crate) fn runnable(&self, target: &Target) -> Result<Runnable<'m>, Failure> {
        self.runnable_for(target.database.dialect(), target.protection)
    }

    /// As [`runnable`](Self::runnable), for a database that nobody connects to.
    pub(crate) fn runnable_for(
        &self,
        dialect: Dialect,
        protection: Protection,
    ) -> Result<Runnable<'m>, Failure> {
        match self {
            Self::Directory(directory) => {
                let read = directory.runnable(dialect, protection)?;
                Ok(Runnable::Read(Box::new(read)))
            }
            Self::Embedded(carried) => {
                let migrations = carried.embedded.migrations;
                if protection == Protection::Protected && self.has_drafts(migrations)? {
                    return Err(Diagnostic::error(
                        Class::Draft,
                        "this program carries drafts, and the environment is protected",
                    )
                    .help("`migrate-cli lock` locks them in the source tree; then build the program again")
                    .into());
                }
                Ok(Runnable::Carried(migrations))
            }
        }
    }

    /// The set for proofs on throw-away databases of these dialects: drafts are proven too.
    pub(crate) fn provable(&self, dialects: DialectSet) -> Result<Runnable<'m>, Failure> {
        Ok(match self {
            Self::Directory(directory) => Runnable::Read(Box::new(directory.provable(dialects)?)),
            Self::Embedded(carried) => Runnable::Carried(carried.embedded.migrations),
        })
    }

    /// The project as a release build would read it, with everything that it would refuse apart from several heads;
    /// nothing is printed.
    pub(crate) fn released(&self) -> Result<Loaded, Failure> {
        match self {
            Self::Directory(directory) => directory.released(),
            Self::Embedded(_) => Err(no_files("this").into()),
        }
    }

    /// The sections of a revision, up first.
    pub(crate) fn sections(&self, index: Index) -> Result<Vec<SectionView<'_>>, Failure> {
        match self {
            Self::Directory(directory) => directory.sections(index),
            Self::Embedded(carried) => carried.sections(index),
        }
    }
}

/// What a command that works on files says inside a program.
pub(crate) fn no_files(command: &str) -> Diagnostic {
    Diagnostic::error(
        Class::Config,
        format!("{command} works on files, and the revisions are inside this program"),
    )
    .help("run it in the source tree, by `migrate-cli`")
}

fn current_dir() -> Result<PathBuf, Diagnostic> {
    std::env::current_dir().map_err(|error| {
        Diagnostic::error(
            Class::Config,
            format!("the current directory cannot be found: {}", error.kind()),
        )
    })
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
