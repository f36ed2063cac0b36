//! An id that is a word of specs.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/reserved_id");

fn main() {
    let _ = &MIGRATIONS;
}
