//! Two heads, allowed by the configuration.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/two_heads_allowed");

fn main() {
    let _ = &MIGRATIONS;
}
