//! Two ids that differ only in case.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/case_clash");

fn main() {
    let _ = &MIGRATIONS;
}
