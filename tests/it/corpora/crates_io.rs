//! crates.io: 285 migrations of Diesel, on PostgreSQL.

use std::path::PathBuf;

use migrate::{Class, Database, Dialect, Outcome};
use migrate_core::model::Tool;
use migrate_core::text::Diagnostic;

use super::{Directory, corpus, dump, names, text};
use crate::servers;

/// Upstream's `metadata.toml` of these says `run_in_transaction = false`: they use CONCURRENTLY.
const NOT_TRANSACTIONAL: [&str; 7] = [
    "2024-02-12-120203_remove_unused_index",
    "2024-03-05-120032_add-crate-downloads-index",
    "2024-05-27-142004_add-versions-id-yanked-index",
    "2024-10-25-112826_make-unique-version-unique",
    "2025-09-22-090805_add_background_jobs_priority_id_index",
    "2025-09-29-161354_add_index_trustpub_configs_github_repo",
    "2026-07-30-140000-0000_add_users_username_index",
];

/// The down script uses CONCURRENTLY and upstream's metadata does not say so: it could never have run there.
const IMPOSSIBLE_DOWN: &str = "2024-04-12-144536_remove-downloads-column";

/// Diesel's version: the name up to the first `_`, without dashes, compared as text.
fn version(name: &str) -> String {
    name.split('_').next().unwrap_or(name).replace('-', "")
}

fn folder(name: &str) -> PathBuf {
    corpus("crates.io/migrations").join(name)
}

fn sorted_names() -> Vec<String> {
    let mut all = names(&corpus("crates.io/migrations"));
    all.retain(|name| folder(name).is_dir());
    all.sort_by_key(|name| version(name));
    all
}

pub(super) fn directory() -> (Directory, Vec<Diagnostic>) {
    let (directory, imported) = Directory::imported(
        Tool::Diesel,
        Dialect::Postgres,
        &corpus("crates.io/migrations"),
    );
    assert_eq!(imported.left, []);
    assert_eq!(imported.revisions.len(), 285);
    (directory, imported.warnings)
}

/// Upstream's up scripts, in Diesel's order.
pub(super) fn raw_scripts() -> impl Iterator<Item = String> {
    sorted_names()
        .into_iter()
        .map(|name| text(&folder(&name).join("up.sql")))
}

#[test]
fn what_cannot_run_in_a_transaction_is_imported_to_run_outside() {
    let (_, warnings) = directory();
    let outside: Vec<&Diagnostic> = warnings
        .iter()
        .filter(|warning| warning.message.contains("cannot run in a transaction"))
        .collect();
    for warning in &outside {
        let file = warning.frame.as_ref().map_or("", |frame| &frame.file);
        let known = NOT_TRANSACTIONAL
            .iter()
            .chain([&IMPOSSIBLE_DOWN])
            .any(|name| file.contains(name));
        assert!(known, "{warning}");
    }
    for name in NOT_TRANSACTIONAL {
        let said = |warning: &&Diagnostic| warning.to_string().contains(&format!("{name}/up.sql"));
        assert!(outside.iter().any(said), "{name}");
    }
    // The one file that lies beside the directories is named, not left out in silence.
    let other = |warning: &Diagnostic| warning.to_string().contains("data_oauth_github.sql");
    assert!(warnings.iter().any(other));
}

#[tokio::test]
async fn all_up_scripts_apply_and_the_way_back_ends_where_upstream_s_does() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("crates_io");
    let target: Database = database.url().parse().expect("a URL");
    let (directory, _) = directory();
    let migrations = directory.migrations();

    let report = migrations
        .upgrade(&target, "head")
        .await
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(report.steps().len(), 285);
    assert_eq!(report.heads, ["202607301400000000"]);

    let raw = server.database("crates_io_raw");
    for script in raw_scripts() {
        raw.sql(&script);
    }
    assert_eq!(
        database.schema(),
        raw.schema(),
        "the schema that psql makes of the same scripts"
    );
    assert_eq!(dump(&database), dump(&raw), "as pg_dump sees it");

    let failure = migrations
        .downgrade(&target, "base")
        .await
        .expect_err("8 down scripts fail upstream");
    assert_eq!(failure.class(), Class::SqlFailed, "{failure}");
    let culprit = "20241025112826";
    let steps = failure.report().steps();
    let last = steps.last().expect("steps");
    assert_eq!(
        (last.revision.as_str(), last.outcome),
        (culprit, Outcome::Failed),
        "{failure}"
    );
    let newer = sorted_names()
        .iter()
        .filter(|name| version(name).as_str() > culprit)
        .count();
    assert_eq!(steps.len(), newer + 1, "everything newer was taken back");
    assert!(
        failure
            .to_string()
            .contains("versions_crate_id_num_no_build_uindex"),
        "{failure}"
    );
}
