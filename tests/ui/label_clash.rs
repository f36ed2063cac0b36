//! One label on two revisions.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/label_clash");

fn main() {
    let _ = &MIGRATIONS;
}
