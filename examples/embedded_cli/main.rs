//! An application that carries its command line and a Rust step.
//!
//! ```text
//! cargo run --example embedded_cli --all-features -- migrate upgrade --database-url sqlite://app.db
//! cargo run --example embedded_cli --all-features -- serve sqlite://app.db
//! ```

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use migrate::{Database, Dialect, Migrations, Models, Step, StepError, Table};

static MIGRATIONS: Migrations = migrate::embed_migrations!(
    "examples/embedded_cli/migrations",
    rust = { backfill_slugs }
)
.with_models(&MODELS);

/// What the revisions must come to.
static MODELS: Models = migrate::models![User];

/// A row of the table `users`.
#[derive(Table)]
#[table(name = "users", index(slug, unique, name = "users_slug"))]
#[allow(dead_code)]
struct User {
    #[column(primary_key)]
    id: i32,
    #[column(type(sqlite = "VARCHAR(100)"), length = 100)]
    name: String,
    #[column(type(sqlite = "VARCHAR(100)"), length = 100)]
    slug: Option<String>,
}

#[derive(Parser)]
struct App {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve requests
    Serve { database: String },
    /// Migrate the database
    Migrate(migrate::cli::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    match App::parse().command {
        Command::Serve { database } => match serve(&database).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        Command::Migrate(arguments) => match development() {
            None => arguments.run(&MIGRATIONS),
            Some(Ok(migrations)) => arguments.run(&migrations),
            Some(Err(error)) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
    }
}

async fn serve(database: &str) -> Result<(), Box<dyn std::error::Error>> {
    let database: Database = database.parse()?;
    MIGRATIONS.startup(&database).await?;
    println!("ready");
    Ok(())
}

/// While developing, the directory itself: a new file counts without a build. `None` in what is shipped.
fn development() -> Option<Result<Migrations, migrate::LoadError>> {
    let directory = std::env::var_os("APP_MIGRATIONS").filter(|_| cfg!(debug_assertions))?;
    let migrations = Migrations::from_dir(directory);
    Some(migrations.map(|migrations| {
        let migrations = migrations.with_step("backfill_slugs", backfill_slugs);
        migrations.with_models(&MODELS)
    }))
}

/// Gives every user a slug: letters and digits of any alphabet, in lower case, with hyphens between the words.
async fn backfill_slugs(step: &mut Step<'_>) -> Result<(), StepError> {
    let select = "SELECT id, name FROM users WHERE slug IS NULL";
    let users: Vec<(i32, String)> = match step.dialect() {
        Dialect::Sqlite => sqlx::query_as(select).fetch_all(step.sqlite()?).await?,
        Dialect::Postgres => sqlx::query_as(select).fetch_all(step.postgres()?).await?,
        _ => sqlx::query_as(select).fetch_all(step.mysql()?).await?,
    };
    let total = users.len() as u64;
    for (done, (id, name)) in (1..).zip(users) {
        let slug = slug(&name);
        let update = "UPDATE users SET slug = ? WHERE id = ?";
        match step.dialect() {
            Dialect::Sqlite => {
                let update = sqlx::query(update).bind(slug).bind(id);
                update.execute(step.sqlite()?).await?;
            }
            Dialect::Postgres => {
                let update = sqlx::query("UPDATE users SET slug = $1 WHERE id = $2");
                update.bind(slug).bind(id).execute(step.postgres()?).await?;
            }
            _ => {
                let update = sqlx::query(update).bind(slug).bind(id);
                update.execute(step.mysql()?).await?;
            }
        }
        step.progress(done, Some(total));
    }
    Ok(())
}

fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}
