//! Two files with one id.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/duplicate_id");

fn main() {
    let _ = &MIGRATIONS;
}
