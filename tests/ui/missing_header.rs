//! A file without a header.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/missing_header");

fn main() {
    let _ = &MIGRATIONS;
}
