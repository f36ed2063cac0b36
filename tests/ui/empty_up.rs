//! A locked revision that does nothing.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/empty_up");

fn main() {
    let _ = &MIGRATIONS;
}
