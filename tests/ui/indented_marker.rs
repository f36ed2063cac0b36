//! A marker that does not begin its line.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/indented_marker");

fn main() {
    let _ = &MIGRATIONS;
}
