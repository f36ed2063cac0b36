//! A depends_on that is neither an id nor a label.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/unknown_dependency");

fn main() {
    let _ = &MIGRATIONS;
}
