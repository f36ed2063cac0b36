//! Whether a binary still agrees with the directory it was built from.

use std::fmt;
use std::path::PathBuf;

use super::Search;
use crate::model::Migrations;
use crate::model::set::{UnpackError, fingerprint};

impl Migrations {
    /// Compares the set with its directory, where that is known and there: a binary does not see files that were added
    /// past cargo. `None`: nothing to say.
    ///
    /// # Errors
    /// [`UnpackError`] when macro and library are of different releases.
    pub fn stale(&self) -> Result<Option<Stale>, UnpackError> {
        let Some(directory) = self.directory() else {
            return Ok(None);
        };
        let Ok(project) = Search::from(directory).dir(Some(directory)).find() else {
            return Ok(None);
        };
        let files = super::load::file_names(&project);
        if files.is_empty()
            || fingerprint(files.iter().map(String::as_str)) == self.fingerprint()?
        {
            return Ok(None);
        }
        Ok(Some(Stale {
            directory: directory.into(),
            found: files.len(),
            embedded: self.len()?,
        }))
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
        let Self {
            directory,
            found,
            embedded,
        } = self;
        write!(
            f,
            "this binary was built with {embedded} revisions, the directory {} has {found} or others: build it again \
             (if cargo sees no change, `migrate-cli lock` takes up new files)",
            directory.display()
        )
    }
}
