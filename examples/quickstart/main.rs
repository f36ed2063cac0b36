//! Brings an SQLite database to head and shows what was applied.
//!
//!     cargo run --example quickstart
//!
//! The first run creates `examples/quickstart/app.db` and applies every revision of `examples/quickstart/migrations`;
//! the second finds nothing to do. Remove the file to begin anew.

use std::error::Error;

use sqlx::SqlitePool;

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("examples/quickstart/migrations");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let pool = SqlitePool::connect(concat!(
        "sqlite://",
        env!("CARGO_MANIFEST_DIR"),
        "/examples/quickstart/app.db?mode=rwc"
    ))
    .await?;

    let report = MIGRATIONS.startup(&pool).await?;
    if report.steps().is_empty() {
        println!("nothing is pending");
    }
    for step in report.steps() {
        println!("{step}");
    }

    let (members,): (i64,) = sqlx::query_as("SELECT count(*) FROM users WHERE email IS NOT NULL")
        .fetch_one(&pool)
        .await?;
    println!("{members} users with an email address");
    Ok(())
}
