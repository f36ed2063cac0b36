//! A database that another tool has migrated: its table is read, the same point is recorded, nothing is run.

use super::{fixture, imported};
use crate::cli::assert_screen;

/// The database holds only what the tool itself keeps there: whatever ran would be seen.
fn adopt(tool: &str) -> Option<String> {
    let (project, database) = imported(tool)?;
    if tool == "refinery" {
        write_the_rest(&project);
    }
    database.sql(&std::fs::read_to_string(fixture(tool).join("table.sql")).expect("a file"));
    let before = database.schema();
    let screen = project.session_on(
        &database,
        &[
            "status",
            "adopt --dry-run",
            "adopt",
            "status",
            "adopt",
            "--format json adopt",
        ],
    );
    assert_eq!(database.schema(), before, "nothing was run");
    let origins = database.sql("SELECT DISTINCT origin FROM schema_revisions");
    assert_eq!(origins.trim(), "adopt");
    Some(screen)
}

fn write_the_rest(project: &crate::cli::Project) {
    let file = "migrations/V2_cars.sql";
    let text = project.read(file);
    let todo = "-- migrate:todo write the SQL of V2__cars.rs";
    project.write(file, &text.replace(todo, "CREATE TABLE cars (id INTEGER);"));
    assert!(project.run(&["lock"]).status.success());
}

/// One test per tool, so that each has its snapshot.
macro_rules! adopts {
    ($($name:ident: $tool:literal, $snapshot:literal;)*) => {
        $(#[test]
        fn $name() {
            if let Some(screen) = adopt($tool) {
                assert_screen!(screen, $snapshot);
            }
        })*
    };
}

adopts! {
    alembic: "alembic", "snapshots/adopt-alembic.txt";
    sqlx: "sqlx", "snapshots/adopt-sqlx.txt";
    refinery: "refinery", "snapshots/adopt-refinery.txt";
    diesel: "diesel", "snapshots/adopt-diesel.txt";
    flyway: "flyway", "snapshots/adopt-flyway.txt";
    dbmate: "dbmate", "snapshots/adopt-dbmate.txt";
    goose: "goose", "snapshots/adopt-goose.txt";
    golang_migrate: "golang-migrate", "snapshots/adopt-golang-migrate.txt";
}
