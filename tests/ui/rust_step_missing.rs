//! A section calls a function that the macro was not given.

use migrate::{Step, StepError};

static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!(
    "tests/fixtures/mistakes/rust_step",
    rust = { backfill_slug, totals }
);

async fn backfill_slug(_: &mut Step<'_>) -> Result<(), StepError> {
    Ok(())
}

async fn totals(_: &mut Step<'_>) -> Result<(), StepError> {
    Ok(())
}

fn main() {
    let _ = &MIGRATIONS;
}
