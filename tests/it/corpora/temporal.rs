//! Temporal's MySQL schema: a directory per version, some with several files, on MariaDB.

use migrate::{Database, Dialect};

use super::{Directory, Foreign, corpus, text};
use crate::servers;

/// Version and files in the order of upstream's manifests, as the README of the corpus gives them.
const VERSIONS: [(&str, &[&str]); 20] = [
    ("v1.0", &["schema"]),
    ("v1.1", &["cluster_metadata"]),
    ("v1.2", &["queue", "blob_size"]),
    ("v1.3", &["visibility_tasks"]),
    ("v1.4", &["cluster_metadata"]),
    ("v1.5", &["event", "executions", "cluster_membership"]),
    ("v1.6", &["queue_metadata"]),
    (
        "v1.7",
        &[
            "cluster_metadata_info",
            "no_start_version",
            "tiered_storage_tasks",
        ],
    ),
    ("v1.8", &["drop_unused_tasks_table", "alter_columns"]),
    ("v1.9", &["history_tasks_table"]),
    ("v1.10", &["task_queue_user_data"]),
    ("v1.11", &["queues"]),
    ("v1.12", &["nexus_incoming_services"]),
    ("v1.13", &["nexus_endpoints"]),
    ("v1.14", &["add_current_executions_start_time"]),
    ("v1.15", &["add_current_executions_data"]),
    ("v1.16", &["fix_data_encoding_column"]),
    ("v1.17", &["add_chasm_node_maps"]),
    ("v1.18", &["tasks_v2"]),
    ("v1.19", &["current_chasm_executions"]),
];

fn script(version: &str, file: &str) -> String {
    text(
        &corpus("temporal-mysql")
            .join(version)
            .join(format!("{file}.sql")),
    )
}

pub(super) fn directory() -> Directory {
    let migrations: Vec<Foreign> = VERSIONS
        .iter()
        .map(|(version, files)| Foreign {
            id: version.replace('.', "_"),
            message: files.join(" and ").replace('_', " "),
            up: files
                .iter()
                .map(|file| script(version, file))
                .collect::<Vec<_>>()
                .join("\n"),
        })
        .collect();
    Directory::chain(Dialect::Mysql, &migrations)
}

#[tokio::test]
async fn all_versions_apply_and_make_the_schema_that_the_client_makes() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let (database, raw) = (server.database("temporal"), server.database("temporal_raw"));
    let target: Database = database.url().parse().expect("a URL");
    let directory = directory();
    let migrations = directory.migrations();

    let report = migrations
        .upgrade(&target, "head")
        .await
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(report.steps().len(), VERSIONS.len());
    assert_eq!(report.heads, ["v1_19"]);
    let again = migrations
        .upgrade(&target, "head")
        .await
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert!(again.is_up_to_date());

    for (version, files) in VERSIONS {
        files
            .iter()
            .for_each(|file| drop(raw.sql(&script(version, file))));
    }
    assert_eq!(database.schema(), raw.schema());
}
