//! A down_revision that no revision has.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/unknown_parent");

fn main() {
    let _ = &MIGRATIONS;
}
