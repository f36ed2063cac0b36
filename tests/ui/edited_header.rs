//! A locked revision with another parent than its line says.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/edited_header");

fn main() {
    let _ = &MIGRATIONS;
}
