//! Several processes, and processes that are killed: the promises that matter most, kept on every database.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::binary;
use crate::chain::block_on;
use crate::other_process::{self, Role, role};
use crate::servers::{self, TestDatabase, rounds};

/// A project of `count` locked revisions: a table, a column with an index, rows, a column with a backfill, and again.
fn project(count: usize, dialect: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    std::fs::create_dir(folder.path().join("migrations")).expect("a directory");
    write(
        "migrate.toml",
        &format!("[migrations]\ndialects = [\"{dialect}\"]\n"),
    );
    let mut parent = "none".to_owned();
    for number in 0..count {
        let table = format!("table_{}", number / 4);
        let up = match number % 4 {
            0 => format!(
                "CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL);\n\
                 CREATE INDEX {table}_name ON {table} (name);\n"
            ),
            1 => format!(
                "ALTER TABLE {table} ADD COLUMN status VARCHAR(20) DEFAULT 'new' NOT NULL;\n\
                 CREATE INDEX {table}_status ON {table} (status);\n"
            ),
            2 => format!(
                "INSERT INTO {table} (id, name) VALUES (1, 'a'), (2, 'b');\n\
                 INSERT INTO {table} (id, name) SELECT id + 10, name FROM {table};\n\
                 UPDATE {table} SET status = 'done; really' WHERE id = 2;\n"
            ),
            _ => format!(
                "ALTER TABLE {table} ADD COLUMN note VARCHAR(200);\n\
                 UPDATE {table} SET note = name WHERE note IS NULL;\n\
                 CREATE INDEX {table}_note ON {table} (note);\n"
            ),
        };
        let mut text = String::new();
        let _ = write!(
            text,
            "-- step {number}\n--\n-- revision: r{number:04}\n-- down_revision: {parent}\n"
        );
        let _ = write!(text, "-- irreversible: a test\n\n-- migrate:up\n{up}");
        write(&format!("migrations/r{number:04}.sql"), &text);
        parent = format!("r{number:04}");
    }
    binary::succeed(folder.path(), &["lock"]);
    folder
}

/// Who brings the database to head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Somebody at the command line, who is told of each revision.
    Person,
    /// An application, the revisions of which share messages.
    Application,
}

impl Who {
    const ALL: [Self; 2] = [Self::Person, Self::Application];

    /// Starts a process that upgrades to head. `test` is the test that asks; an application is that test once more.
    fn upgrades(self, test: &str, project: &Path, place: &TestDatabase) -> Child {
        match self {
            Self::Person => binary::command(project)
                .args(["upgrade", "head", "--database-url", place.url()])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("migrate-cli"),
            Self::Application => {
                other_process::start(&format!("processes::{test}"), project, place)
            }
        }
    }
}

/// What an application does.
fn upgrade_as(role: &Role) {
    let report = block_on(role.migrations().upgrade(role.database(), "head"));
    report.unwrap_or_else(|failure| panic!("{failure}"));
}

/// What the tables of the application hold: a killed run must not have done anything twice or by half.
fn contents(place: &TestDatabase, tables: usize) -> String {
    let rows = |table: usize| {
        place.sql(&format!(
            "SELECT id, name, status, note FROM table_{table} ORDER BY id"
        ))
    };
    (0..tables).map(rows).collect()
}

/// Which revisions are recorded, and as what.
fn recorded(place: &TestDatabase) -> String {
    place.sql("SELECT revision, state, is_head, chain FROM schema_revisions ORDER BY revision")
}

#[test]
fn eight_that_start_at_once_all_succeed_and_each_revision_runs_once() {
    const TEST: &str = "eight_that_start_at_once_all_succeed_and_each_revision_runs_once";
    const COUNT: usize = 24;
    if let Some(role) = role() {
        return upgrade_as(&role);
    }
    for round in 0..rounds(1, 10) {
        for (server, who) in servers::each().flat_map(|it| Who::ALL.map(|who| (it, who))) {
            let place = server.database("eight");
            let kind = server.name();
            let case = format!("{kind}, {who:?}, round {round}");
            let project = project(COUNT, kind);
            let start = |_| who.upgrades(TEST, project.path(), &place);
            let runners: Vec<Child> = (0..8).map(start).collect();
            for runner in runners {
                let output = runner.wait_with_output().expect("an end");
                let errors = binary::errors(&output);
                assert!(output.status.success(), "{case}: {errors}");
            }
            let log =
                place.sql("SELECT count(*), count(DISTINCT revision) FROM schema_revisions_log");
            assert_eq!(
                log,
                format!("{COUNT}\t{COUNT}\n"),
                "{case}: each revision ran once"
            );
            let applied =
                place.sql("SELECT count(*) FROM schema_revisions WHERE state = 'applied'");
            assert_eq!(applied, format!("{COUNT}\n"), "{case}");
            assert_eq!(place.sql("SELECT count(*) FROM table_0"), "4\n", "{case}");
        }
    }
}

#[test]
fn a_killed_run_is_taken_up_where_it_stopped() {
    const TEST: &str = "a_killed_run_is_taken_up_where_it_stopped";
    const COUNT: usize = 40;
    if let Some(role) = role() {
        return upgrade_as(&role);
    }
    for (server, who) in servers::each().flat_map(|it| Who::ALL.map(|who| (it, who))) {
        let (place, undisturbed) = (server.database("killed"), server.database("whole"));
        let kind = server.name();
        let project = project(COUNT, kind);
        let upgrade = |place| who.upgrades(TEST, project.path(), place);
        let whole = upgrade(&undisturbed).wait_with_output().expect("an end");
        let case = format!("{kind}, {who:?}");
        assert!(whole.status.success(), "{case}: {}", binary::errors(&whole));

        let mut killed = 0;
        let mut delay = 3;
        for _ in 0..rounds(25, 200) {
            let mut runner = upgrade(&place);
            thread::sleep(Duration::from_millis(delay));
            // A time that hardly ever hits the same place twice.
            delay = (delay * 7 / 5 + 2) % 60;
            if runner.try_wait().expect("a state").is_some() {
                break;
            }
            runner.kill().expect("SIGKILL");
            runner.wait().expect("an end");
            killed += 1;
        }
        let case = format!("{case}, killed {killed} times");
        assert!(killed > 0, "{case}");
        let last = upgrade(&place).wait_with_output().expect("an end");
        assert!(last.status.success(), "{case}: {}", binary::errors(&last));

        assert_eq!(place.schema(), undisturbed.schema(), "{case}");
        assert_eq!(
            contents(&place, COUNT / 4),
            contents(&undisturbed, COUNT / 4),
            "{case}"
        );
        assert_eq!(recorded(&place), recorded(&undisturbed), "{case}");
    }
}
