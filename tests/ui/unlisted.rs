//! A file that the lock file does not list.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/unlisted");

fn main() {
    let _ = &MIGRATIONS;
}
