//! From an empty history, one generated revision makes the final schema of a corpus, and `check` then finds no difference.

#![cfg(feature = "sqlite")]

use super::Directory;
use super::introspection::migrated;
use crate::cli::Project;
use crate::servers::{Server, TestDatabase};

/// Generates the revision that makes what `wanted` says, on the server that it was dumped from.
fn generated(server: &Server, wanted: &str) {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        &format!(
            "[migrations]\ndialects = [\"{}\"]\n\n[schema]\nfiles = [\"schema.sql\"]\n",
            server.name()
        ),
    );
    project.write("migrations/.keep", "");
    project.write("schema.sql", wanted);
    let scratch: &[&str] = match server.name() {
        "sqlite" => &[],
        _ => &["--scratch-url", server.url()],
    };
    let run = |words: &[&str]| {
        let output = project.run(&[words, scratch].concat());
        let said =
            String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{words:?}: {said}");
        said.into_owned()
    };
    assert!(project.run(&["lock"]).status.success());
    run(&["revision", "--autogenerate", "-m", "everything"]);
    assert!(project.run(&["lock"]).status.success());
    let said = run(&["check"]);
    assert!(said.contains("passed   schema"), "{said}");
    let said = run(&["revision", "--autogenerate", "-m", "once more"]);
    assert!(said.contains("nothing to do"), "{said}");
}

async fn at_head(server: &'static Server, directory: &Directory) -> TestDatabase {
    let database = server.database("autogenerate");
    migrated(directory, &database).await;
    database
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn atuin_on_sqlite() {
    let Some(server) = crate::servers::sqlite() else {
        return;
    };
    for part in ["client-sqlite", "server-sqlite", "scripts-sqlite"] {
        let directory = super::atuin::directory(part, migrate::Dialect::Sqlite);
        let database = at_head(server, &directory).await;
        let wanted = database.sql(
            "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'schema_revisions%' AND name NOT LIKE 'sqlite_%'",
        );
        generated(server, &wanted);
    }
}
