//! `status` from the library: what it finds with three short queries.

use std::path::Path;

use migrate::{Database, Migrations};

fn write(folder: &Path, column: &str) -> Migrations {
    let text = format!(
        "-- create users\n--\n-- revision: aaaa1111\n-- down_revision: none\n\n\
         -- migrate:up\nCREATE TABLE users ({column} INTEGER PRIMARY KEY);\n\n-- migrate:down\nDROP TABLE users;\n"
    );
    std::fs::create_dir_all(folder.join("migrations")).expect("a directory");
    std::fs::write(
        folder.join("migrate.toml"),
        "[migrations]\ndialects = [\"sqlite\"]\n",
    )
    .expect("a file");
    std::fs::write(folder.join("migrations/aaaa1111.sql"), text).expect("a file");
    let lock = "format 1\naaaa1111 draft down_revision:none file:aaaa1111.sql\n";
    std::fs::write(folder.join("migrations/revisions.lock"), lock).expect("a file");
    Migrations::from_dir(folder.join("migrations")).expect("a sound directory")
}

#[tokio::test]
async fn a_head_whose_text_was_edited_is_named() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite://{}", folder.path().join("app.db").display());
    let database: Database = url.parse().expect("a URL");
    let before = write(folder.path(), "id");
    before.upgrade(&database, "head").await.expect("an upgrade");
    let status = before.status(&database).await.expect("a status");
    assert!(status.pending.is_empty() && status.differing.is_empty());

    let edited = write(folder.path(), "user_id");
    let status = edited.status(&database).await.expect("a status");
    let [(revision, _)] = status.differing.as_slice() else {
        panic!("{:?}", status.differing)
    };
    assert_eq!(revision, "aaaa1111");
}
