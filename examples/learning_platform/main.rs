//! A learning platform with nine tables, on SQLite, PostgreSQL, MySQL and MariaDB: brings the database to head and prints
//! what was done.
//!
//!     cargo run --example learning_platform
//!     DATABASE_URL=postgres://app@localhost/learning cargo run --example learning_platform --features postgres
//!     DATABASE_URL=mysql://app@localhost/learning cargo run --example learning_platform --features mysql
//!
//! Without `DATABASE_URL` it is `examples/learning_platform/app.db`. The revisions show a branch point (`content` and
//! `learning` grow side by side), the merge that joins them, sections per dialect, two data migrations, and triggers.
//! `models.rs` says what the revisions must come to.

mod models;

use std::env;
use std::error::Error;

use migrate::{Database, Migrations};

static MIGRATIONS: Migrations = migrate::embed_migrations!("examples/learning_platform/migrations")
    .with_models(&models::MODELS);

const APP_DB: &str = concat!(
    "sqlite:///",
    env!("CARGO_MANIFEST_DIR"),
    "/examples/learning_platform/app.db?mode=rwc"
);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| APP_DB.to_owned());
    let database: Database = url.parse()?;
    let report = MIGRATIONS.startup(&database).await?;

    println!("{}", report.target);
    if report.is_up_to_date() {
        println!("  nothing is pending");
    }
    for step in report.steps() {
        println!("  {step}");
    }
    for warning in &report.warnings {
        println!("  warning: {warning}");
    }
    println!(
        "  at {}, {} ms",
        report.heads.join(", "),
        report.duration.as_millis()
    );
    Ok(())
}
