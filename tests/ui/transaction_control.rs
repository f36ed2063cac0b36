//! BEGIN and COMMIT inside a section that is a transaction.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/transaction_control");

fn main() {
    let _ = &MIGRATIONS;
}
