//! MySQL and MariaDB, where data definition commits by itself: the journal, and what a restart makes of it.

mod connecting;
mod crash;
mod journal;
mod session;
mod shared;
mod together;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use migrate::{Database, Migrations, Report, Run};

use crate::chain::{Chain, block_on, run};
use crate::servers::{self, TestDatabase};

/// A database of its own; `None` when MariaDB was not asked for.
fn database(name: &str) -> Option<TestDatabase> {
    servers::mariadb().map(|server| server.database(name))
}

#[track_caller]
fn upgrade(chain: &Chain, database: &TestDatabase) -> Report {
    run(chain, database.url(), Run::upgrade("head")).unwrap_or_else(|failure| panic!("{failure}"))
}

#[track_caller]
fn downgrade(chain: &Chain, database: &TestDatabase, spec: &str) -> Report {
    run(chain, database.url(), Run::downgrade(spec)).unwrap_or_else(|failure| panic!("{failure}"))
}

/// What is recorded: `r1 applied`, `r2 applied head`, ..
fn recorded(database: &TestDatabase) -> String {
    let sql = "SELECT CONCAT(revision, ' ', state, IF(is_head, ' head', ''), IF(statement IS NULL, '', ' in flight')) FROM \
               schema_revisions ORDER BY CAST(SUBSTR(revision, 2) AS INT)";
    database.sql(sql).trim_end().replace('\n', ", ")
}

/// Everything but the rows of the state tables: structure, and the rows of every table.
fn contents(database: &TestDatabase) -> String {
    let name = database.name();
    let queries = [
        format!(
            "SELECT table_name, column_name, ordinal_position, column_type, is_nullable, column_default, extra FROM information_schema.columns WHERE table_schema = '{name}' AND table_name NOT LIKE 'schema_revisions%' ORDER BY 1, 3"
        ),
        format!(
            "SELECT table_name, index_name, seq_in_index, column_name, non_unique FROM information_schema.statistics WHERE table_schema = '{name}' AND table_name NOT LIKE 'schema_revisions%' ORDER BY 1, 2, 3"
        ),
        format!(
            "SELECT table_name, constraint_name, constraint_type FROM information_schema.table_constraints WHERE table_schema = '{name}' AND table_name NOT LIKE 'schema_revisions%' ORDER BY 1, 2"
        ),
        format!(
            "SELECT trigger_name, event_object_table, action_statement FROM information_schema.triggers WHERE trigger_schema = '{name}' ORDER BY 1"
        ),
        format!(
            "SELECT routine_name, routine_type, routine_definition FROM information_schema.routines WHERE routine_schema = '{name}' ORDER BY 1"
        ),
        format!(
            "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = '{name}' ORDER BY 1"
        ),
    ];
    let mut all: String = queries
        .iter()
        .map(|query| database.sql(query))
        .collect::<String>()
        .replace(name, "DATABASE");
    let tables = database.sql(&format!(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = '{name}' AND table_type = 'BASE TABLE' AND \
         table_name NOT LIKE 'schema_revisions%' ORDER BY 1"
    ));
    for table in tables.lines() {
        let rows = database.sql(&format!("SELECT * FROM `{table}`"));
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.sort_unstable();
        let _ = writeln!(all, "{table}:\n{}", rows.join("\n"));
    }
    all
}

/// A process of its own that upgrades to head: this very program, told by its environment.
fn worker(directory: &Path, url: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "mysql::in_a_process_of_its_own",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("MIGRATE_TEST_WORKER", directory)
        .env("MIGRATE_TEST_WORKER_URL", url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process")
}

/// Nothing, unless [`worker`] has started it.
#[test]
fn in_a_process_of_its_own() {
    let Some(directory) = std::env::var_os("MIGRATE_TEST_WORKER") else {
        return;
    };
    let url = std::env::var("MIGRATE_TEST_WORKER_URL").expect("a URL");
    let migrations =
        Migrations::from_dir(PathBuf::from(directory)).unwrap_or_else(|error| panic!("{error}"));
    let database: Database = url.parse().expect("a URL");
    if let Err(failure) = block_on(migrations.run(&database, Run::upgrade("head"))) {
        eprintln!("{failure}");
        std::process::exit(1);
    }
}
