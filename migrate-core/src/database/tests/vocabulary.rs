//! A small language for tests: a set of revisions in one line each, a database in memory or in a file, and what is
//! recorded as text.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::database::{Failure, Report, Run};
use crate::model::set::{Settings, SourceRevision, SourceSection, pack};
use crate::model::{Index, Migrations};
use crate::text::revision::RevisionFile;
use crate::text::{Dialect, DialectSet};

/// A set made of the texts of revision files, in topological order.
pub(super) fn set(files: &[String]) -> Migrations {
    set_with(files, &Settings::default())
}

pub(super) fn set_with(files: &[String], settings: &Settings) -> Migrations {
    let files: Vec<RevisionFile> = files
        .iter()
        .enumerate()
        .map(|(place, text)| {
            let (file, problems) =
                RevisionFile::parse(&format!("migrations/{}.sql", place + 1), text.as_bytes());
            assert!(problems.is_empty(), "{problems:?}");
            file.expect("a file with a header")
        })
        .collect();
    let index = |id: &str| {
        let place = files
            .iter()
            .position(|file| file.header.revision.value == *id);
        Index(u32::try_from(place.expect("a revision of the set")).expect("few revisions"))
    };
    let sources: Vec<SourceRevision<'_>> = files
        .iter()
        .map(|file| SourceRevision {
            id: file.header.revision.value.as_str(),
            down_revision: file
                .header
                .down_revision
                .iter()
                .map(|id| index(id.value.as_str()))
                .collect(),
            depends_on: file
                .header
                .depends_on
                .iter()
                .map(|id| index(&id.value))
                .collect(),
            labels: file
                .header
                .branch_labels
                .iter()
                .map(|label| label.value.as_str())
                .collect(),
            message: &file.header.message,
            file: &file.path,
            listed: &file.path,
            created: None,
            irreversible: file
                .header
                .irreversible
                .as_ref()
                .map(|reason| reason.value.as_str()),
            breaking: file
                .header
                .breaking
                .as_ref()
                .map(|reason| reason.value.as_str()),
            locked: true,
            sections: file
                .sections
                .iter()
                .map(|section| SourceSection {
                    direction: section.direction,
                    dialects: section.dialects,
                    transactional: section.transactional,
                    line: section.line,
                    text: file.body(section),
                    digest: file.digest(section),
                })
                .collect(),
        })
        .collect();
    Migrations::from_packed(
        pack(&sources, DialectSet::one(Dialect::Sqlite), settings),
        None,
    )
}

/// The text of a revision file.
pub(super) fn file(id: &str, down_revision: &str, up: &str, down: &str) -> String {
    file_with(id, down_revision, "", ("", up), ("", down))
}

/// The same with more keys, and with options of the sections.
pub(super) fn file_with(
    id: &str,
    down_revision: &str,
    keys: &str,
    (up_options, up): (&str, &str),
    (down_options, down): (&str, &str),
) -> String {
    format!(
        "-- make {id}\n--\n-- revision: {id}\n-- down_revision: {down_revision}\n{keys}\n-- migrate:up{up_options}\n{up}\n\n\
         -- migrate:down{down_options}\n{down}\n"
    )
}

/// A revision that creates a table named after it.
pub(super) fn table(id: &str, down_revision: &str) -> String {
    file(
        id,
        down_revision,
        &format!("CREATE TABLE t_{id} (id INTEGER PRIMARY KEY);"),
        &format!("DROP TABLE t_{id};"),
    )
}

/// `a<-b<-c`: a line of tables.
pub(super) fn line(ids: &[&str]) -> Vec<String> {
    let parents = std::iter::once("none").chain(ids.iter().copied());
    ids.iter()
        .zip(parents)
        .map(|(id, parent)| table(id, parent))
        .collect()
}

/// A database in memory: a pool of one connection.
pub(super) async fn memory() -> SqlitePool {
    let options = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None);
    options
        .connect("sqlite::memory:")
        .await
        .expect("a database in memory")
}

/// A database in a file that is removed with the folder.
pub(super) fn in_file() -> (tempfile::TempDir, SqliteConnectOptions) {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("app.db"))
        .create_if_missing(true);
    (folder, options)
}

/// Everything recorded, one row each: `a applied head`, in the order of the ids.
pub(super) async fn rows(pool: &SqlitePool) -> Vec<String> {
    let sql = "SELECT revision || ' ' || state || CASE is_head WHEN 1 THEN ' head' ELSE '' END FROM schema_revisions \
               ORDER BY revision";
    sqlx::query_scalar(sql)
        .fetch_all(pool)
        .await
        .expect("the state table")
}

/// The log, one row each: `upgrade a finished`.
pub(super) async fn log(pool: &SqlitePool) -> Vec<String> {
    let sql =
        "SELECT action || ' ' || revision || ' ' || outcome FROM schema_revisions_log ORDER BY seq";
    sqlx::query_scalar(sql)
        .fetch_all(pool)
        .await
        .expect("the log")
}

/// The tables that are not ours.
pub(super) async fn tables(pool: &SqlitePool) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'schema\\_revisions%' ESCAPE '\\' AND \
               name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    sqlx::query_scalar(sql)
        .fetch_all(pool)
        .await
        .expect("the schema")
}

/// The steps of a report: `upgrade a`.
pub(super) fn steps(report: &Report) -> Vec<String> {
    report
        .steps
        .iter()
        .map(|step| format!("{} {}", step.action.name(), step.revision))
        .collect()
}

pub(super) async fn upgrade(
    set: &Migrations,
    pool: &SqlitePool,
    spec: &str,
) -> Result<Vec<String>, Failure> {
    set.run(pool, Run::upgrade(spec))
        .await
        .map(|report| steps(&report))
}

pub(super) async fn downgrade(
    set: &Migrations,
    pool: &SqlitePool,
    spec: &str,
) -> Result<Vec<String>, Failure> {
    set.run(pool, Run::downgrade(spec))
        .await
        .map(|report| steps(&report))
}
