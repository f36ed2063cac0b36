//! A quote that is never closed.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/unterminated_quote");

fn main() {
    let _ = &MIGRATIONS;
}
