//! A revision that was put on top of another after it had been applied, as after a rebase.

use std::path::Path;

use migrate::{Class, Database, Migrations, Repair, Run};

fn revision(folder: &Path, id: &str, parent: &str) {
    let text = format!(
        "-- {id}\n--\n-- revision: {id}\n-- down_revision: {parent}\n\n\
         -- migrate:up\nCREATE TABLE t_{id} (id INTEGER);\n\n-- migrate:down\nDROP TABLE t_{id};\n"
    );
    std::fs::write(folder.join(format!("migrations/{id}.sql")), text).expect("a file");
}

fn read(folder: &Path, revisions: &[(&str, &str)]) -> Migrations {
    std::fs::create_dir_all(folder.join("migrations")).expect("a directory");
    std::fs::write(
        folder.join("migrate.toml"),
        "[migrations]\ndialects = [\"sqlite\"]\n",
    )
    .expect("a file");
    let mut lock = "format 1\n".to_owned();
    for (id, parent) in revisions {
        revision(folder, id, parent);
        lock.push_str(&format!(
            "{id} draft down_revision:{parent} file:{id}.sql\n"
        ));
    }
    std::fs::write(folder.join("migrations/revisions.lock"), lock).expect("a file");
    Migrations::from_dir(folder.join("migrations")).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn what_is_missing_below_is_never_accepted_unseen() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite://{}", folder.path().join("app.db").display());
    let database: Database = url.parse().expect("a URL");
    let before = read(folder.path(), &[("aaaa", "none"), ("bbbb", "aaaa")]);
    before.upgrade(&database, "head").await.expect("an upgrade");

    let after = read(
        folder.path(),
        &[("aaaa", "none"), ("xxxx", "aaaa"), ("bbbb", "xxxx")],
    );
    let refused = after.upgrade(&database, "head").await.expect_err("a gap");
    assert_eq!(refused.class(), Class::Gap, "{refused}");
    let refused = after
        .repair(&database, Repair::accept_edit("bbbb"))
        .await
        .expect_err("a gap");
    assert_eq!(refused.class(), Class::Gap, "{refused}");

    // The way out that the error names.
    let report = after
        .run(&database, Run::upgrade("head").fill())
        .await
        .expect("the missing revision");
    assert_eq!(report.steps().len(), 1);
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("--accept-edit bbbb")),
        "{:?}",
        report.warnings
    );
    let refused = after.upgrade(&database, "head").await.expect_err("an edit");
    assert_eq!(refused.class(), Class::HistoryDiffers, "{refused}");
    after
        .repair(&database, Repair::accept_edit("bbbb"))
        .await
        .expect("no gap any more");
    assert!(after.is_up_to_date(&database).await.expect("an answer"));
}

/// Another way out: what stands above the gap is taken back, although its new parent was never applied.
#[tokio::test]
async fn a_downgrade_reaches_across_the_gap() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite://{}", folder.path().join("app.db").display());
    let database: Database = url.parse().expect("a URL");
    let before = read(folder.path(), &[("aaaa", "none"), ("bbbb", "aaaa")]);
    before.upgrade(&database, "head").await.expect("an upgrade");
    let after = read(
        folder.path(),
        &[("aaaa", "none"), ("xxxx", "aaaa"), ("bbbb", "xxxx")],
    );

    let report = after
        .run(&database, Run::downgrade("aaaa"))
        .await
        .expect("a downgrade");
    assert_eq!(report.heads, ["aaaa"]);
    let report = after.upgrade(&database, "head").await.expect("an upgrade");
    assert_eq!(report.steps().len(), 2);
    assert!(after.is_up_to_date(&database).await.expect("an answer"));
}
