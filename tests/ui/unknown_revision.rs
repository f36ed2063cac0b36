//! An id that no revision has.

const EMAIL: migrate::RevisionId = migrate::revision!("bbbb3", "tests/fixtures/mistakes/sound");

fn main() {
    let _ = EMAIL;
}
