//! A line of the lock file without its file.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/vanished");

fn main() {
    let _ = &MIGRATIONS;
}
