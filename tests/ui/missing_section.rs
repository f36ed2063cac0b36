//! No section for a dialect that the project is configured for.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/missing_section");

fn main() {
    let _ = &MIGRATIONS;
}
