//! SQLite: `VACUUM INTO`, a copy of one moment while others go on reading.

use std::path::Path;

use super::file::NewFile;
use super::{failed, quoted_path, refused};
use crate::database::backend::Backend;
use crate::database::error::Error;

/// Copies the database of the connection into the new file.
pub(super) async fn copy(backend: &mut dyn Backend, new: &NewFile) -> Result<(), Error> {
    let Some(path) = new.partial().to_str() else {
        return Err(failed(
            format!("{} is not UTF-8", new.partial().display()),
            "give `--backup` another directory",
        ));
    };
    let sql = format!("VACUUM INTO '{}'", path.replace('\'', "''"));
    backend
        .execute(sql)
        .await
        .map_err(|error| refused(&error))?;
    Ok(())
}

/// The copy in the place of the database, and nothing left of what was written since.
pub(super) fn restore(database: &Path, backup: &Path) -> String {
    let database = quoted_path(database);
    format!(
        "rm -f {database}-wal {database}-shm {database}-journal && cp {} {database}",
        quoted_path(backup)
    )
}

/// A database in memory is gone with its process.
pub(super) fn restore_from_memory(backup: &Path) -> String {
    format!("sqlite3 {}", quoted_path(backup))
}
