//! Rust steps by name and by path, and one that is called by the set.

use migrate::{Run, Step, StepError};

mod billing {
    pub(super) async fn recompute(step: &mut migrate::Step<'_>) -> Result<(), migrate::StepError> {
        assert_eq!((step.name(), step.revision()), ("totals", "aaaa1111"));
        Ok(())
    }
}

async fn backfill_slugs(step: &mut Step<'_>) -> Result<(), StepError> {
    assert!(step.sqlite().is_ok());
    Err("it was called".into())
}

static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!(
    "tests/fixtures/mistakes/rust_step",
    rust = { backfill_slugs, totals = billing::recompute },
);

#[tokio::test]
async fn the_set_calls_its_step() {
    let database: migrate::Database = "sqlite::memory:".parse().expect("a URL");
    let failure = MIGRATIONS
        .run(&database, Run::upgrade("head"))
        .await
        .expect_err("its error");
    let text = failure.to_string();
    assert!(
        text.contains("the Rust step backfill_slugs has failed: it was called"),
        "{text}"
    );
}
