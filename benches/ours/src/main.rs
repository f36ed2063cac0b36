//! `migrate` as a library, and its command line.
//!
//!     bench-ours up|single|down DATABASE_URL DIRECTORY
//!     bench-ours cli ARGUMENTS...

use std::env::{args, args_os};
use std::error::Error;
use std::process::ExitCode;

use migrate_core::database::{Database, Run};
use migrate_core::model::Migrations;

fn main() -> ExitCode {
    if args().nth(1).as_deref() == Some("cli") {
        return migrate_cli::main(args_os().skip(1));
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn run() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = args().collect();
    let [_, verb, url, directory] = words.as_slice() else {
        return Err("expected up, single or down, a URL and a directory".into());
    };
    let database: Database = url.parse()?;
    let run = match verb.as_str() {
        "up" => Run::upgrade("head"),
        "single" => Run::upgrade("head").single(),
        "down" => Run::downgrade("base"),
        _ => return Err("expected up, single or down".into()),
    };
    Migrations::from_dir(directory)?.run(&database, run).await?;
    Ok(())
}
