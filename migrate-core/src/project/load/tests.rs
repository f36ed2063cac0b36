//! Every folder of `tests/fixtures/project` is loaded, and what is said about it is a snapshot.
//!
//! A fixture is a folder a person can open: `migrate.toml`, `migrations/`, and in it one mistake, which its name says.

use crate::project::texts;
use std::path::{Path, PathBuf};

use super::{LoadMode, load};
use crate::project::Search;

/// The folders of situations, sorted.
fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/project");
    let entries = std::fs::read_dir(root).expect("the fixtures are there");
    let mut fixtures: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("migrate.toml").is_file())
        .collect();
    fixtures.sort();
    fixtures
}

fn name(fixture: &Path) -> String {
    fixture
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// What is said about a fixture as the macro would load it.
fn report(fixture: &Path) -> String {
    let project = match Search::from(fixture).find() {
        Ok(project) => project,
        Err(findings) => return texts(&findings),
    };
    let mode = LoadMode::strict(project.config.migrations.dialects);
    let mode = if name(fixture).contains("release_build") {
        mode.release()
    } else {
        mode
    };
    let loaded = load(&project, mode);
    if loaded.diagnostics.is_empty() {
        let ids = loaded
            .revisions
            .iter()
            .map(|revision| revision.file.header.revision.value.to_string());
        return format!("fine: {}", ids.collect::<Vec<_>>().join(", "));
    }
    texts(&loaded.diagnostics)
}

#[test]
fn what_is_said_about_each_fixture() {
    let fixtures = fixtures();
    assert!(fixtures.len() > 70, "only {} fixtures", fixtures.len());
    for fixture in fixtures {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name(&fixture), report(&fixture));
        });
    }
}
