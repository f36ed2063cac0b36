//! A lock file without a word in it.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/empty_lock");

fn main() {
    let _ = &MIGRATIONS;
}
