//! A directory with Rust steps, and a macro that was given none.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/rust_step");

fn main() {
    let _ = &MIGRATIONS;
}
