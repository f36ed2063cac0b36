//! No way back, and no word about it.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/missing_down");

fn main() {
    let _ = &MIGRATIONS;
}
