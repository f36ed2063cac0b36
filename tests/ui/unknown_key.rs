//! A misspelt key in the header.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/unknown_key");

fn main() {
    let _ = &MIGRATIONS;
}
