//! A set that was read before its directory changed.

use migrate::Migrations;

const REVISION: &str = "-- create users\n--\n-- revision: aaaa1111\n-- down_revision: none\n\n\
    -- migrate:up\nCREATE TABLE users (id INTEGER PRIMARY KEY);\n\n-- migrate:down\nDROP TABLE users;\n";

#[tokio::test]
async fn a_directory_that_has_changed_since_is_named() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let directory = folder.path().join("migrations");
    std::fs::create_dir(&directory).expect("a directory");
    std::fs::write(
        folder.path().join("migrate.toml"),
        "[migrations]\ndialects = [\"sqlite\"]\n",
    )
    .expect("a file");
    std::fs::write(directory.join("aaaa1111.sql"), REVISION).expect("a file");
    crate::binary::succeed(folder.path(), &["lock"]);
    let migrations = Migrations::from_dir(&directory).expect("a sound directory");
    let database: migrate::Database =
        format!("sqlite://{}", folder.path().join("app.db").display())
            .parse()
            .expect("a URL");

    let report = migrations.startup(&database).await.expect("a start");
    assert_eq!(report.warnings, [""; 0]);

    std::fs::write(directory.join("bbbb2222.sql"), "").expect("a file");
    let report = migrations.startup(&database).await.expect("a start");
    let [warning] = report.warnings.as_slice() else {
        panic!("{:?}", report.warnings)
    };
    assert!(
        warning.contains("built with 1 revisions") && warning.contains("has 2"),
        "{warning}"
    );
}
