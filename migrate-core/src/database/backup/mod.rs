//! A backup before the first change of a run.
//!
//! | file | what |
//! |---|---|
//! | `name` | what the file is called |
//! | `file` | files that only their owner can read, and that are gone when the backup failed |
//! | `login` | how the clients of the servers reach the database of a run |
//! | `program` | running such a client |
//! | `sqlite`, `postgres`, `mysql` | one kind of database each: the backup, and the command that restores it |
//!
//! The engine calls [`Order::take`] under the run lock, when it is known that there is something to do and before
//! anything is written. What fails here stops the run.

mod file;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod login;
#[cfg(feature = "mysql")]
mod mysql;
mod name;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod program;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::backend::Backend;
use super::error::{Error, ServerError};
use super::report::milliseconds;
use super::target::{Database, Source};
use crate::text::diagnostic::{Class, Diagnostic};
use file::NewFile;
pub(crate) use name::Span;

/// A backup that a run has made before it changed anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Backup {
    /// The file.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The command that restores it, for a POSIX shell; without password.
    pub restore: String,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
}

/// A backup that is to be made.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) directory: PathBuf,
    pub(crate) database: Database,
}

impl Order {
    /// The path that the backup of such a run has, unless one of that name is there already.
    pub(crate) fn path(&self, span: &Span) -> PathBuf {
        self.directory.join(span.file_name(self.extension()))
    }

    /// Makes the backup.
    ///
    /// # Errors
    /// When it cannot be made, whatever the reason. No file is left behind then.
    pub(crate) async fn take(
        &self,
        span: &Span,
        backend: &mut dyn Backend,
    ) -> Result<Backup, Error> {
        let begun = Instant::now();
        let new = NewFile::create(&self.path(span)).map_err(|(path, error)| {
            failed(
                format!("{} cannot be written: {error}", path.display()),
                "the directory of `--backup` must be writable by whoever migrates",
            )
        })?;
        let restore = match self.database.source {
            #[cfg(feature = "sqlite")]
            Source::Sqlite(ref options) => {
                sqlite::copy(backend, &new).await?;
                sqlite::restore(options.get_filename(), new.path())
            }
            #[cfg(feature = "sqlite")]
            Source::SqliteMemory(_) => {
                sqlite::copy(backend, &new).await?;
                sqlite::restore_from_memory(new.path())
            }
            #[cfg(feature = "postgres")]
            Source::Postgres(ref options) => postgres::dump(options, &new).await?,
            #[cfg(feature = "mysql")]
            Source::Mysql(ref options) => mysql::dump(options, backend, &new).await?,
        };
        let unfinished = |error| {
            failed(
                format!("{} cannot be finished: {error}", new.path().display()),
                "is the disk full?",
            )
        };
        let bytes = new.finish().map_err(unfinished)?;
        Ok(Backup {
            file: new.path().to_owned(),
            bytes,
            restore,
            duration: begun.elapsed(),
        })
    }

    const fn extension(&self) -> &'static str {
        match self.database.source {
            #[cfg(feature = "sqlite")]
            Source::Sqlite(_) | Source::SqliteMemory(_) => "db",
            #[cfg(feature = "postgres")]
            Source::Postgres(_) => "dump",
            #[cfg(feature = "mysql")]
            Source::Mysql(_) => "sql",
        }
    }
}

/// The run has not begun.
fn failed(what: impl fmt::Display, help: impl Into<String>) -> Error {
    let finding = Diagnostic::error(Class::BackupFailed, format!("no backup: {what}"));
    Error::diagnosed(finding.note("nothing was changed").help(help))
}

#[cfg_attr(not(any(feature = "sqlite", feature = "mysql")), allow(dead_code))]
fn refused(error: &ServerError) -> Error {
    failed(error, "`migrate-cli` without `--backup` makes none")
}

/// A word for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_a_shell() {
        for (word, expected) in [
            ("backups/a_b.db", "backups/a_b.db"),
            ("", "''"),
            ("my file", "'my file'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
