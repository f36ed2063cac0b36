//! A revision that is its own parent.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/self_loop");

fn main() {
    let _ = &MIGRATIONS;
}
