//! `migrate` as a library, and its command line.
//!
//!     bench-ours up|single|down DATABASE_URL DIRECTORY
//!     bench-ours introspect DATABASE_URL
//!     bench-ours diff DATABASE_URL DATABASE_URL
//!     bench-ours cli ARGUMENTS...

use std::env::{args, args_os};
use std::error::Error;
use std::process::ExitCode;

use migrate_core::database::{Database, Run, introspect};
use migrate_core::model::Migrations;
use migrate_core::model::diff::{Renames, diff};
use migrate_core::model::render::{Options, render};
use migrate_core::model::schema::{Filter, Schema};
use migrate_core::model::set::Settings;

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
    let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    match words.as_slice() {
        ["introspect", url] => println!("{} objects", schema(url).await?.objects().len()),
        ["diff", one, other] => {
            let (one, other) = (schema(one).await?, schema(other).await?);
            let changes = diff(&one, &other, &Renames::default());
            let statements =
                render(&changes, &Options::PLAIN).map_err(|error| error.to_string())?;
            println!("{}", statements.len());
        }
        [verb, url, directory] => {
            let database: Database = url.parse()?;
            let run = match *verb {
                "up" => Run::upgrade("head"),
                "single" => Run::upgrade("head").single(),
                "down" => Run::downgrade("base"),
                _ => return Err("expected up, single, down or diff".into()),
            };
            Migrations::from_dir(directory)?.run(&database, run).await?;
        }
        _ => return Err("expected a verb with its URLs, and a directory".into()),
    }
    Ok(())
}

async fn schema(url: &str) -> Result<Schema, Box<dyn Error>> {
    let database: Database = url.parse()?;
    Ok(introspect(database, &Settings::default(), &Filter::default()).await?)
}
