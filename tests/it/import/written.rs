//! What an import prints and writes, to the letter, one fixture per tool.

use super::{project, words};
use crate::cli::{Project, assert_screen};

/// The session, and every file that it has left.
pub(super) fn written(project: &Project, lines: &[&str]) -> String {
    let mut screen = project.session(lines);
    for name in project.listing() {
        if name.starts_with("migrations/") {
            let text = project.read(&name);
            screen += &format!("\n==== {name}\n{text}");
        }
    }
    screen
}

fn import(tool: &str, dialect: &str) -> String {
    written(&project(tool), &[&words(tool, dialect)])
}

#[test]
fn sqlx() {
    assert_screen!(import("sqlx", "sqlite"), "snapshots/sqlx.txt");
}

#[test]
fn refinery_and_its_rust_code() {
    assert_screen!(import("refinery", "sqlite"), "snapshots/refinery.txt");
}

#[test]
fn diesel_and_its_metadata() {
    assert_screen!(import("diesel", "postgres"), "snapshots/diesel.txt");
}

#[test]
fn flyway_with_undo_repeatable_and_placeholder() {
    assert_screen!(import("flyway", "postgres"), "snapshots/flyway.txt");
}

#[test]
fn dbmate_whose_markers_are_nearly_ours() {
    assert_screen!(import("dbmate", "mariadb"), "snapshots/dbmate.txt");
}

#[test]
fn goose_and_its_annotations() {
    assert_screen!(import("goose", "postgres"), "snapshots/goose.txt");
}

#[test]
fn golang_migrate() {
    assert_screen!(
        import("golang-migrate", "mariadb"),
        "snapshots/golang-migrate.txt"
    );
}

/// ```text
/// ae1027a6acf1 <- ae10bb3c9d02 <- 27c6a30d7c24 {billing} <- f0f0c0ffee01
///                          ^----- 3cac04ae8714 {audit} <----´   (depends_on 27c6a30d7c24)
/// ```
#[test]
fn alembic_with_the_sql_that_it_prints() {
    assert_screen!(import("alembic", "postgres"), "snapshots/alembic.txt");
}

#[test]
fn alembic_without_it() {
    let project = project("alembic");
    assert_screen!(
        written(
            &project,
            &["-v import --from alembic --dialect postgres old"]
        ),
        "snapshots/alembic-alone.txt"
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let project = project("sqlx");
    let screen = written(
        &project,
        &[
            "import --from sqlx --dialect sqlite --dry-run old/migrations",
            "-q --format json import --from sqlx --dialect sqlite --dry-run old/migrations",
            "-q --format json import --from refinery --dialect sqlite --dry-run old/migrations",
        ],
    );
    assert_screen!(screen, "snapshots/dry.txt");
    assert!(
        project
            .listing()
            .iter()
            .all(|name| name.starts_with("old/"))
    );
}

#[test]
fn several_dialects_in_one_project() {
    let project = project("sqlx");
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\"]\n",
    );
    let screen = written(
        &project,
        &[
            "import --from sqlx old/migrations",
            "import --from sqlx --dialect sqlite old/migrations",
        ],
    );
    assert_screen!(screen, "snapshots/dialects.txt");
}
