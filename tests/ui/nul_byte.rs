//! A NUL byte, after which databases stop reading.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/nul_byte");

fn main() {
    let _ = &MIGRATIONS;
}
