//! A key that is reserved.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/replaces");

fn main() {
    let _ = &MIGRATIONS;
}
