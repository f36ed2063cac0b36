//! SQL before the first section.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/sql_before_marker");

fn main() {
    let _ = &MIGRATIONS;
}
