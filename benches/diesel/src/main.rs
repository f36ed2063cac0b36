//! diesel_migrations on SQLite; its other backends link C libraries of the databases.
//!
//!     bench-diesel up|down DATABASE_URL DIRECTORY

use std::env::args;
use std::error::Error;

use diesel::{Connection, SqliteConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use libsqlite3_sys as _;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let words: Vec<String> = args().collect();
    let [_, verb, url, directory] = words.as_slice() else {
        return Err("expected up or down, a URL and a directory".into());
    };
    let path = url.strip_prefix("sqlite://").ok_or("an SQLite URL")?;
    let mut connection = SqliteConnection::establish(path.split('?').next().unwrap_or(path))?;
    let migrations = FileBasedMigrations::from_path(directory)?;
    match verb.as_str() {
        "up" => drop(connection.run_pending_migrations(migrations)?),
        "down" => drop(connection.revert_all_migrations(migrations)?),
        _ => return Err("expected up or down".into()),
    }
    Ok(())
}
