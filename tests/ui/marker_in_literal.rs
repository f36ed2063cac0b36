//! A literal that is open at a marker.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/marker_in_literal");

fn main() {
    let _ = &MIGRATIONS;
}
