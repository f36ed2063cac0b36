//! A function that is no step.

use migrate::{Step, StepError};

static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!(
    "tests/fixtures/mistakes/rust_step",
    rust = { backfill_slugs, totals }
);

async fn backfill_slugs(_: &mut Step<'_>) -> Result<(), StepError> {
    Ok(())
}

async fn totals(_: &mut Step<'_>) {}

fn main() {
    let _ = &MIGRATIONS;
}
