//! refinery: one transaction for the SQL and one for the history row of each migration.
//!
//!     bench-refinery up DATABASE_URL DIRECTORY

use std::env::args;

use refinery::config::Config;
use refinery::{Runner, load_sql_migrations};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = args().collect();
    let [_, verb, url, directory] = words.as_slice() else {
        return Err("expected up, a URL and a directory".into());
    };
    assert_eq!(verb, "up", "refinery has no way back");
    let runner = Runner::new(&load_sql_migrations(directory)?).set_grouped(false);
    if let Some(path) = url.strip_prefix("sqlite://") {
        let path = path.split('?').next().unwrap_or(path);
        let mut connection = rusqlite::Connection::open(path)?;
        runner.run(&mut connection)?;
    } else {
        let mut config: Config = url.parse()?;
        runner.run(&mut config)?;
    }
    Ok(())
}
