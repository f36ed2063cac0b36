//! Everything that is wrong is reported at once.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/several_mistakes");

fn main() {
    let _ = &MIGRATIONS;
}
