//! sqlx's own migrator, and the least a program can do: connect and `SELECT 1`.
//!
//!     bench-sqlx up|down|select DATABASE_URL [DIRECTORY]

use std::env::args;
use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::{Connection, MySqlConnection, PgConnection, SqliteConnection};

type Outcome = Result<(), Box<dyn std::error::Error>>;

macro_rules! act {
    ($connection:ty, $url:expr, $verb:expr, $directory:expr) => {{
        let mut connection = <$connection>::connect($url).await?;
        match $verb {
            "up" => migrator($directory).await?.run(&mut connection).await?,
            "down" => migrator($directory).await?.undo(&mut connection, 0).await?,
            "select" => drop(sqlx::raw_sql("SELECT 1").execute(&mut connection).await?),
            _ => return Err("expected up, down or select".into()),
        }
        connection.close().await?;
    }};
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let words: Vec<String> = args().collect();
    let (verb, url) = (words[1].as_str(), words[2].as_str());
    let directory = words.get(3).map_or("", String::as_str);
    match url.split(':').next() {
        Some("sqlite") => act!(SqliteConnection, url, verb, directory),
        Some("postgres") => act!(PgConnection, url, verb, directory),
        _ => act!(MySqlConnection, url, verb, directory),
    }
    Ok(())
}

async fn migrator(directory: &str) -> Result<Migrator, sqlx::migrate::MigrateError> {
    Migrator::new(Path::new(directory)).await
}
