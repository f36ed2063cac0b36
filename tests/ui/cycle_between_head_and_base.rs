//! The cycle that Alembic does not see: below a head and above a base.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/cycle_between_head_and_base");

fn main() {
    let _ = &MIGRATIONS;
}
