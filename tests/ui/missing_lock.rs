//! No lock file.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/missing_lock");

fn main() {
    let _ = &MIGRATIONS;
}
