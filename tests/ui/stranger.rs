//! A file that is no revision.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/stranger");

fn main() {
    let _ = &MIGRATIONS;
}
