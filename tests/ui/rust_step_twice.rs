//! One name, two functions; and an option that does not exist.

mod other {
    pub async fn totals(_: &mut migrate::Step<'_>) -> Result<(), migrate::StepError> {
        Ok(())
    }
}

static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!(
    "tests/fixtures/mistakes/rust_step",
    rust = { totals = other::totals, totals }
);

static OTHERS: migrate::Migrations = migrate::embed_migrations!(
    "tests/fixtures/mistakes/rust_step",
    steps = { totals = other::totals }
);

fn main() {
    let _ = (&MIGRATIONS, &OTHERS);
}
