//! A file that is not UTF-8.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/not_utf8");

fn main() {
    let _ = &MIGRATIONS;
}
