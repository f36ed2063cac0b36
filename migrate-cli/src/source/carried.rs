//! The set inside a program.

use std::cell::OnceCell;

use migrate_core::model::Index;
use migrate_core::project::{Project, Search};
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::Class;
use migrate_core::text::revision::Direction;

use super::{SectionView, current_dir, get_or_try};
use crate::embedded::Embedded;
use crate::failure::Failure;
use crate::settings::Settings;

/// A set inside a program. Only environments come from a `migrate.toml`, if there is one.
pub(crate) struct Carried<'m> {
    pub(super) embedded: Embedded<'m>,
    settings: Settings,
    project: OnceCell<Project>,
}

impl<'m> Carried<'m> {
    pub(super) fn new(embedded: Embedded<'m>, settings: Settings) -> Self {
        Self {
            embedded,
            settings,
            project: OnceCell::new(),
        }
    }

    pub(super) fn surroundings(&self) -> Result<&Project, Failure> {
        get_or_try(&self.project, || {
            if self.settings.dir.is_some() {
                return Err(Diagnostic::error(
                    Class::Config,
                    "this program carries its revisions: it takes no directory",
                )
                .help("leave out `--dir` and MIGRATE_DIR; `migrate-cli` runs the revisions of a directory")
                .into());
            }
            let search = Search::from(current_dir()?).config(self.settings.config.clone());
            Ok(search.find_config()?)
        })
    }

    /// Each once, whichever dialects it serves.
    pub(super) fn sections(&self, index: Index) -> Result<Vec<SectionView<'_>>, Failure> {
        let migrations = self.embedded.migrations;
        let mut sections: Vec<SectionView<'_>> = Vec::new();
        for direction in Direction::ALL {
            for dialect in migrations.dialects()?.iter() {
                let Some(section) = migrations.section(index, direction, dialect)? else {
                    continue;
                };
                let is_there = sections
                    .iter()
                    .any(|other| other.direction == direction && other.line == section.line);
                if !is_there {
                    sections.push(SectionView {
                        direction,
                        dialects: section.dialects,
                        transactional: section.transactional,
                        line: section.line,
                        file: section.file,
                        text: section.text,
                        digest: section.digest,
                    });
                }
            }
        }
        Ok(sections)
    }
}
