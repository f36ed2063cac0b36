//! A directory that is not there.

static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!("tests/fixtures/mistakes/nowhere");

fn main() {
    let _ = &MIGRATIONS;
}
