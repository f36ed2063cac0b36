//! A tool that has a directory for each dialect: one history, with a section for each.

use crate::cli::{Project, assert_screen};
use crate::servers;

/// Three migrations of sqlx for SQLite and for PostgreSQL: the same SQL, different SQL, and nothing to do on SQLite.
pub(super) fn twice() -> Project {
    let project = Project::empty();
    for (file, sqlite, postgres) in [
        (
            "0001_create_users.up.sql",
            "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
            "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
        ),
        (
            "0001_create_users.down.sql",
            "DROP TABLE users;\n",
            "DROP TABLE users;\n",
        ),
        (
            "0002_add_seen.up.sql",
            "ALTER TABLE users ADD COLUMN seen TEXT;\n",
            "ALTER TABLE users ADD COLUMN seen timestamptz;\n",
        ),
        (
            "0002_add_seen.down.sql",
            "ALTER TABLE users DROP COLUMN seen;\n",
            "ALTER TABLE users DROP COLUMN seen;\n",
        ),
        (
            "0003_index_users.up.sql",
            "",
            "CREATE INDEX CONCURRENTLY users_seen ON users (seen);\n",
        ),
        (
            "0003_index_users.down.sql",
            "",
            "DROP INDEX CONCURRENTLY users_seen;\n",
        ),
    ] {
        project.write(&format!("old/sqlite/{file}"), sqlite);
        project.write(&format!("old/postgres/{file}"), postgres);
    }
    project
}

const BOTH: &str = "import --from sqlx sqlite=old/sqlite postgres=old/postgres";

#[test]
fn one_revision_has_a_section_for_each() {
    let project = twice();
    let screen = super::written::written(&project, &[BOTH, "lock --check"]);
    assert_screen!(screen, "snapshots/pairs.txt");
}

/// Up, back to base and up again on both, and a database that sqlx has migrated is adopted on both.
#[test]
fn both_databases_take_it() {
    for server in servers::each().filter(|server| server.name() != "mysql") {
        let database = server.database("pairs");
        let project = twice().variable("DATABASE_URL", database.url());
        let succeed = |line: &str| {
            let screen = project.session_on(&database, &[line]);
            assert!(!screen.contains("[exit"), "{}: {screen}", server.name());
            screen
        };
        succeed(BOTH);
        succeed("upgrade head");
        let schema = database.schema();
        succeed("downgrade base");
        succeed("upgrade head");
        assert_eq!(database.schema(), schema, "{}", server.name());
        for table in ["", "_log", "_lock"] {
            database.sql(&format!("DROP TABLE schema_revisions{table}"));
        }
        database.sql(
            "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, success BOOLEAN NOT NULL); \
             INSERT INTO _sqlx_migrations VALUES (1, true), (2, true), (3, true)",
        );
        assert!(succeed("adopt").contains("now at 0003"));
        assert!(succeed("status").contains("nothing is pending"));
    }
}

/// Nothing is written then.
#[test]
fn what_does_not_pair_is_named() {
    let mut screen = String::new();
    for change in [
        &[
            "old/postgres/0004_more.up.sql",
            "old/postgres/0005_more.up.sql",
        ][..],
        &["old/sqlite/0004_more.up.sql"],
    ] {
        let project = twice();
        for file in change {
            project.write(file, "SELECT 1;\n");
        }
        screen += &project.session(&[BOTH]);
        assert!(
            !project
                .listing()
                .iter()
                .any(|name| name.starts_with("migrations/"))
        );
    }
    // Of Alembic, where the files say what stands on what.
    let project = Project::empty();
    for (dialect, parent) in [("sqlite", "'a1a1'"), ("postgres", "'b2b2'")] {
        for (id, down) in [("a1a1", "None"), ("b2b2", "'a1a1'"), ("c3c3", parent)] {
            project.write(
                &format!("old/{dialect}/{id}.py"),
                &format!(
                    "\"\"\"x\"\"\"\nrevision = '{id}'\ndown_revision = {down}\n\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n"
                ),
            );
        }
    }
    screen += &project.session(&[
        "import --from alembic sqlite=old/sqlite postgres=old/postgres",
        "import --from alembic sqlite=old/sqlite --sql-file postgres=up.sql",
    ]);
    assert_screen!(screen, "snapshots/unpaired.txt");
}

/// What only one of them can take back is left to a person: the header speaks for all.
#[test]
fn a_way_back_that_one_dialect_lacks_is_left_to_do() {
    let project = twice();
    std::fs::remove_file(project.path("old/sqlite/0002_add_seen.down.sql")).expect("a file");
    let mut screen = project.session(&[BOTH]);
    screen += &project.read("migrations/0002_add_seen.sql");
    assert_screen!(screen, "snapshots/half-a-pair.txt");
}

/// The same Python for both, and what Alembic has printed for each.
#[test]
fn alembic_prints_each_dialect() {
    let project = Project::empty();
    project.write(
        "old/a1a1.py",
        "\"\"\"create users\"\"\"\nrevision = 'a1a1'\ndown_revision = None\n\n\
         def upgrade():\n    op.create_table('users')\n\ndef downgrade():\n    op.drop_table('users')\n",
    );
    for (dialect, kind) in [("sqlite", "INTEGER"), ("postgres", "SERIAL")] {
        let up = format!("-- Running upgrade  -> a1a1\n\nCREATE TABLE users (id {kind});\n\n");
        project.write(&format!("{dialect}-up.sql"), &up);
        let down = "-- Running downgrade a1a1 -> \n\nDROP TABLE users;\n\n";
        project.write(&format!("{dialect}-down.sql"), down);
    }
    let line = "import --from alembic sqlite=old postgres=old \
                --sql-file sqlite=sqlite-up.sql --sql-file postgres=postgres-up.sql \
                --down-sql-file sqlite=sqlite-down.sql --down-sql-file postgres=postgres-down.sql";
    assert_screen!(
        super::written::written(&project, &[line]),
        "snapshots/alembic-pairs.txt"
    );
}
