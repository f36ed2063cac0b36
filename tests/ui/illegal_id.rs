//! An id with a character that ids cannot have.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/illegal_id");

fn main() {
    let _ = &MIGRATIONS;
}
