//! A misspelt key in migrate.toml.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/unknown_setting");

fn main() {
    let _ = &MIGRATIONS;
}
