//! A statement that cannot run in a transaction, in a section that is one.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/not_in_a_transaction");

fn main() {
    let _ = &MIGRATIONS;
}
