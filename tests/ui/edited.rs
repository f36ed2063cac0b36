//! A locked revision that was edited.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/edited");

fn main() {
    let _ = &MIGRATIONS;
}
