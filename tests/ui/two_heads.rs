//! Two revisions on one parent, as after two pull requests.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/two_heads");

fn main() {
    let _ = &MIGRATIONS;
}
