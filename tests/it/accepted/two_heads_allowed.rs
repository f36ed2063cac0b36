//! Two heads, allowed by the configuration.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/two_heads_allowed");

#[test]
fn both_heads_are_embedded() {
    let heads = MIGRATIONS.effective_heads(migrate::Dialect::Sqlite);
    assert_eq!(heads.expect("readable").len(), 2);
}
