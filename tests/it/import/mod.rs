//! The way over: the migrations of other tools as revisions, and their databases as ours.
//!
//! `tests/fixtures/import` holds a folder per tool: `migrations` in its own layout, and `table.sql` with the table that
//! it keeps in a database, laid out as it does that, with some rows.

mod adopt;
mod applied;
mod dialects;
mod documented;
mod flyway;
mod trouble;
mod written;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::Project;
use crate::servers::{self, Server, TestDatabase};

/// The folder of a tool.
fn fixture(tool: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/import")
        .join(tool)
}

/// A directory that holds the fixture of a tool as `old`, and nothing else.
fn project(tool: &str) -> Project {
    let project = Project::empty();
    copy(&fixture(tool), &project.path("old"));
    project
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file");
        }
    }
}

/// The server on which the fixture of a tool is run, and the dialect to name; `None` when it was not asked for.
fn server(tool: &str) -> Option<(&'static Server, &'static str)> {
    match tool {
        "sqlx" | "refinery" => servers::sqlite().map(|server| (server, "sqlite")),
        "dbmate" | "golang-migrate" => servers::mariadb().map(|server| (server, "mariadb")),
        _ => servers::postgres().map(|server| (server, "postgres")),
    }
}

/// The words behind `import` for the fixture of a tool.
fn words(tool: &str, dialect: &str) -> String {
    let more = match tool {
        "alembic" => "--sql-file old/up.sql --down-sql-file old/down.sql old",
        "flyway" => "--placeholder city=Paris old/migrations",
        _ => "old/migrations",
    };
    format!("import --from {tool} --dialect {dialect} {more}")
}

/// A project into which the fixture was imported, and a database for it.
fn imported(tool: &str) -> Option<(Project, TestDatabase)> {
    let (server, dialect) = server(tool)?;
    let database = server.database(tool);
    let project = project(tool)
        .variable("DATABASE_URL", database.url())
        .variable("USER", "ada");
    let screen = project.session(&[&words(tool, dialect)]);
    assert!(screen.contains("imported"), "{screen}");
    Some((project, database))
}
