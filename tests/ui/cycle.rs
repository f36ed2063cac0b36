//! Two revisions that stand on each other.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/cycle");

fn main() {
    let _ = &MIGRATIONS;
}
