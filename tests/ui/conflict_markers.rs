//! A lock file with the markers of a git conflict.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/conflict_markers");

fn main() {
    let _ = &MIGRATIONS;
}
