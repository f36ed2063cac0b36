//! SQLite: one migrated file for each process, kept as bytes, and a copy for each test.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use tokio::sync::Mutex;

use super::fingerprint;
use super::server::Server;
use crate::database::error::Error;
use crate::database::run::Run;
use crate::database::target::Database;
use crate::model::Migrations;
use crate::text::diagnostic::Class;

/// By the fingerprint of the revisions.
static TEMPLATES: LazyLock<Mutex<HashMap<String, Arc<[u8]>>>> = LazyLock::new(Mutex::default);

/// Makes the file of a test.
pub(super) async fn copy(
    migrations: &Migrations,
    server: &Server,
    name: &str,
) -> Result<(), Error> {
    let path = path(name);
    let key = fingerprint(migrations, server)?;
    // The others wait for the first instead of migrating too.
    let mut templates = TEMPLATES.lock().await;
    if let Some(template) = templates.get(&key) {
        return std::fs::write(&path, template).map_err(|error| failed(&path, &error));
    }
    let database: Database = server.url_of(name).parse()?;
    migrations.run(&database, Run::upgrade("heads")).await?;
    let bytes = std::fs::read(&path).map_err(|error| failed(&path, &error))?;
    templates.insert(key, bytes.into());
    Ok(())
}

/// Removes it, with what SQLite keeps beside it.
pub(super) fn remove(name: &str) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut file = path(name).into_os_string();
        file.push(suffix);
        // One that is not there is as it should be.
        let _ = std::fs::remove_file(file);
    }
}

fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("{name}.db"))
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::plain(
        Class::Config,
        format!(
            "the database of a test cannot be made: {}: {error}",
            path.display()
        ),
    )
}
