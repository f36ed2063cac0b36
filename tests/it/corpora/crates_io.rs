//! crates.io: 285 migrations of Diesel, on PostgreSQL.

use std::path::PathBuf;

use migrate::{Class, Database, Dialect, Outcome};

use super::{Directory, Foreign, Section, corpus, message, names, read};
use crate::servers;

/// Upstream's `metadata.toml` says `run_in_transaction = false`: they use CONCURRENTLY.
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

/// What the down sections that cannot run in a transaction are written as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Downs {
    AsUpstream,
    Mended,
}

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

pub(super) fn directory(downs: Downs) -> Directory {
    let migration = |name: &String| {
        let section = |file: &str, transactional: bool| {
            let sql = read(&folder(name).join(file));
            if transactional {
                Section::Transactional(sql)
            } else {
                Section::NotTransactional(sql)
            }
        };
        let transactional = !NOT_TRANSACTIONAL.contains(&name.as_str());
        let mended = downs == Downs::Mended && name == IMPOSSIBLE_DOWN;
        Foreign {
            id: version(name),
            message: message(name.split_once('_').map_or(name.as_str(), |(_, rest)| rest)),
            up: section("up.sql", transactional),
            down: section("down.sql", transactional && !mended),
        }
    };
    let all: Vec<Foreign> = sorted_names().iter().map(migration).collect();
    assert_eq!(all.len(), 285);
    Directory::chain(Dialect::Postgres, &all)
}

/// Upstream's up scripts, in Diesel's order.
pub(super) fn raw_scripts() -> impl Iterator<Item = String> {
    sorted_names()
        .into_iter()
        .map(|name| read(&folder(&name).join("up.sql")))
}

#[test]
fn what_cannot_run_in_a_transaction_is_refused_before_anything_runs() {
    let findings = directory(Downs::AsUpstream)
        .lock()
        .expect_err("one down script is impossible");
    let places: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(
        !places.is_empty()
            && places
                .iter()
                .all(|text| text.contains(&version(IMPOSSIBLE_DOWN))),
        "{}",
        places.join("\n\n")
    );
}

#[tokio::test]
async fn all_up_scripts_apply_and_the_way_back_ends_where_upstream_s_does() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("crates_io");
    let target: Database = database.url().parse().expect("a URL");
    let directory = directory(Downs::Mended);
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
