//! A directive that does not exist.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/misspelt_directive");

fn main() {
    let _ = &MIGRATIONS;
}
