//! A batch that would never end.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/batch_without_where");

fn main() {
    let _ = &MIGRATIONS;
}
