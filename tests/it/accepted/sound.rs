//! A sound directory.

static MIGRATIONS: migrate::Migrations =
    migrate::embed_migrations!("tests/fixtures/mistakes/sound");
const EMAIL: migrate::RevisionId = migrate::revision!("bbbb", "tests/fixtures/mistakes/sound");

#[test]
fn a_sound_directory_is_embedded() {
    assert_eq!(MIGRATIONS.len(), Ok(2));
    assert_eq!(EMAIL.as_str(), "bbbb2222");
}
