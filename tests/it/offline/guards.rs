//! A script refuses every database but the one that it was written for, and nothing is changed then.

use std::io::Write as _;
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use migrate::{Class, Migrations, Offline, Run};

use super::{Said, dialect, feed, recorded, run, run_script, set};
use crate::cli::Project;
use crate::servers::{self, Server, TestDatabase};

/// `a <- b <- c`, and `d` on `a`. The way up of `c` is outside of transactions.
fn migrations() -> Migrations {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\", \"mysql\", \"mariadb\"]\nheads = \"many\"\n",
    );
    for (id, down) in [("aaaa", "none"), ("bbbb", "aaaa"), ("dddd", "aaaa")] {
        let up = format!("CREATE TABLE t_{id} (id INTEGER PRIMARY KEY);\n");
        project.revision(id, down, id, "", &up, &format!("DROP TABLE t_{id};\n"));
    }
    project.write(
        "migrations/cccc.sql",
        "-- cccc\n--\n-- revision: cccc\n-- down_revision: bbbb\n\n-- migrate:up transaction:false\nCREATE TABLE t_cccc (id INTEGER);\n\
         CREATE TABLE u_cccc (id INTEGER);\nCREATE TABLE v_cccc (id INTEGER);\n\n-- migrate:down\nDROP TABLE t_cccc;\nDROP TABLE \
         u_cccc;\nDROP TABLE v_cccc;\n",
    );
    set(&project)
}

fn script(migrations: &Migrations, server: &Server, offline: &Offline) -> String {
    migrations
        .script(dialect(server), offline)
        .unwrap_or_else(|error| panic!("{error}"))
        .sql
}

#[track_caller]
fn assert_refused(server: &Server, said: &Said, because: &str) {
    assert!(!said.success, "{}: {}", server.name(), said.text);
    assert!(
        said.text.contains(because),
        "{}: {}",
        server.name(),
        said.text
    );
}

#[tokio::test]
async fn a_database_that_is_somewhere_else() {
    let migrations = migrations();
    for server in servers::each() {
        let database = server.database("offline_guard");
        // There are no tables at all.
        for offline in [
            Offline::upgrade("aaaa:bbbb"),
            Offline::downgrade("aaaa:base"),
        ] {
            let said = feed(database.shell(), &script(&migrations, server, &offline));
            let because = match server.name() {
                "sqlite" => "no such table: schema_revisions",
                "postgres" => "the database is at base, and this script starts at aaaa",
                _ => "schema_revisions' doesn't exist",
            };
            assert_refused(server, &said, because);
            assert_eq!(database.schema(), Vec::<String>::new(), "{}", server.name());
            let tables = match server.name() {
                "sqlite" => "SELECT COUNT(*) FROM sqlite_schema",
                "postgres" => "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'",
                _ => {
                    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
                }
            };
            assert_eq!(database.sql(tables), "0\n", "{}", server.name());
        }
        run(&migrations, &database, Run::upgrade("bbbb")).await;
        run(&migrations, &database, Run::upgrade("dddd")).await;
        let (schema, rows) = (database.schema(), recorded(&database));
        for offline in [
            Offline::upgrade("base:aaaa"),
            Offline::upgrade("head").from(Vec::<String>::new()),
            Offline::upgrade("aaaa:bbbb"),
            Offline::upgrade("bbbb:cccc"),
            Offline::upgrade("bbbb,cccc,dddd:heads"),
            Offline::downgrade("dddd:base"),
            Offline::stamp(["bbbb:cccc"]),
            Offline::stamp(["heads"]),
        ] {
            let Ok(script) = migrations.script(dialect(server), &offline) else {
                continue;
            };
            let said = feed(database.shell(), &script.sql);
            let because = if server.name() == "sqlite" {
                "the database is not at"
            } else {
                "the database is at bbbb"
            };
            assert_refused(server, &said, because);
            assert!(
                said.text.contains("dddd"),
                "{}: {}",
                server.name(),
                said.text
            );
            assert_eq!(
                (database.schema(), recorded(&database)),
                (schema.clone(), rows.clone())
            );
        }
    }
}

#[tokio::test]
async fn a_script_that_has_run_does_not_run_again() {
    let migrations = migrations();
    for server in servers::each() {
        let database = server.database("offline_guard");
        for offline in [
            Offline::upgrade("base:bbbb"),
            Offline::upgrade("bbbb:cccc"),
            Offline::downgrade("cccc:-1"),
            Offline::stamp(["bbbb:cccc"]),
        ] {
            run_script(&migrations, server, &database, &offline);
            let before = (database.schema(), recorded(&database));
            let again = feed(database.shell(), &script(&migrations, server, &offline));
            assert!(!again.success, "{}: {}", server.name(), again.text);
            assert_eq!((database.schema(), recorded(&database)), before);
        }
    }
}

#[tokio::test]
async fn another_history_and_what_is_in_flight() {
    let migrations = migrations();
    for server in servers::each() {
        let database = server.database("offline_guard");
        run(&migrations, &database, Run::upgrade("aaaa")).await;
        let script = script(&migrations, server, &Offline::upgrade("aaaa:bbbb"));
        for (change, because) in [
            (
                "UPDATE schema_revisions SET chain = 'v1:sha256:00'",
                "another history",
            ),
            (
                "UPDATE schema_revisions SET state = 'downgrading'",
                "the database is ",
            ),
        ] {
            database.sql(change);
            let before = (database.schema(), recorded(&database));
            assert_refused(server, &feed(database.shell(), &script), because);
            assert_eq!((database.schema(), recorded(&database)), before);
        }
    }
}

/// With `--force` the client of MariaDB goes on after errors.
#[tokio::test]
async fn a_client_that_goes_on_after_errors_changes_nothing() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let migrations = migrations();
    for dialect in [migrate::Dialect::Mariadb, migrate::Dialect::Mysql] {
        let database = server.database("offline_force");
        run(&migrations, &database, Run::upgrade("aaaa")).await;
        let before = (database.schema(), recorded(&database));
        for offline in [
            Offline::upgrade("heads"),
            Offline::upgrade("bbbb:cccc"),
            Offline::downgrade("bbbb:base"),
        ] {
            let script = migrations.script(dialect, &offline).expect("a script");
            let mut shell = database.shell();
            shell.arg("--force");
            let said = feed(shell, &script.sql);
            assert!(
                said.text.contains("the database is at aaaa"),
                "{}",
                said.text
            );
            assert_eq!((database.schema(), recorded(&database)), before);
        }
        let script = migrations
            .script(dialect, &Offline::upgrade("aaaa:cccc"))
            .expect("a script");
        let said = feed(database.shell(), &script.sql);
        assert!(said.success, "{}", said.text);
    }
}

/// A client in the middle of a script.
struct Client {
    child: Child,
    stdin: ChildStdin,
}

impl Client {
    /// Gives it the beginning of a script and waits until the database shows that it was read.
    fn begin(database: &TestDatabase, text: &str, shows: impl Fn(&TestDatabase) -> bool) -> Self {
        let mut child = database
            .shell()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a client; run scripts/setup");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(text.as_bytes()).expect("the client reads");
        stdin.flush().expect("the client reads");
        let mut client = Self { child, stdin };
        let mut left = 3000;
        while !shows(database) {
            left -= 1;
            assert!(
                left > 0,
                "the database never shows what the client was given"
            );
            assert!(
                client.child.try_wait().expect("a state").is_none(),
                "the client has ended"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        client
    }

    /// Gives it the rest.
    fn end(mut self, text: &str) -> Said {
        // A client that has stopped at an error reads no further.
        let _ = self.stdin.write_all(text.as_bytes());
        drop(self.stdin);
        let output = self.child.wait_with_output().expect("the client ends");
        Said {
            success: output.status.success(),
            text: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn has(table: &'static str) -> impl Fn(&TestDatabase) -> bool {
    move |database| {
        let there = |line: &String| line.split('\t').nth(1) == Some(table);
        database.schema().iter().any(there)
    }
}

/// A script cut after the statement that begins so.
fn cut<'s>(script: &'s str, statement: &str) -> (&'s str, &'s str) {
    let start = script.find(statement).expect(statement);
    let end = script[start..].find(";\n").expect("an end") + start + 2;
    script.split_at(end)
}

#[tokio::test]
async fn a_script_and_a_run_exclude_each_other() {
    let migrations = migrations();
    for server in servers::each().filter(|server| server.name() != "sqlite") {
        let database = server.database("offline_lock");
        let script = script(&migrations, server, &Offline::upgrade("bbbb"));
        let (begin, rest) = script.split_once("-- 1 of 2").expect("two steps");
        let registered = |database: &TestDatabase| {
            let there = match server.name() {
                "postgres" => "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'schema_revisions'",
                _ => {
                    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'schema_revisions'"
                }
            };
            database.sql(there) == "1\n"
                && database
                    .sql("SELECT COUNT(*) FROM schema_revisions_lock WHERE holder IS NOT NULL")
                    == "1\n"
        };
        let client = Client::begin(&database, begin, registered);
        let target: migrate::Database = database.url().parse().expect("a URL");
        let failure = migrations
            .run(&target, Run::upgrade("aaaa").lock_wait(Duration::ZERO))
            .await
            .expect_err("the script has the lock");
        assert_eq!(failure.class(), Class::RunLockTimeout, "{failure}");
        let other = feed(database.shell(), &script);
        assert_refused(
            server,
            &other,
            "another run of migrate is at work on this database",
        );
        let said = client.end(&format!("-- 1 of 2{rest}"));
        assert!(said.success, "{}: {}", server.name(), said.text);
        assert!(!migrations.is_up_to_date(&target).await.expect("a status"));
        run(&migrations, &database, Run::upgrade("heads")).await;
    }
}

/// SQLite has no lock between transactions: who comes second stops.
#[tokio::test]
async fn somebody_who_migrates_between_two_transactions_is_noticed() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let migrations = migrations();
    let database = server.database("offline_between");
    let script = script(&migrations, server, &Offline::upgrade("bbbb"));
    let (begin, rest) = script.split_once("-- 2 of 2").expect("two steps");
    let client = Client::begin(&database, begin, has("t_aaaa"));
    // The transaction may still be open.
    run(&migrations, &database, Run::upgrade("dddd")).await;
    let before = (database.schema(), recorded(&database));
    let said = client.end(&format!("-- 2 of 2{rest}"));
    assert_refused(
        server,
        &said,
        "NOT NULL constraint failed: schema_revisions_lock.epoch",
    );
    assert_eq!((database.schema(), recorded(&database)), before);
}

#[tokio::test]
async fn a_run_goes_on_where_a_script_was_cut_off() {
    let migrations = migrations();
    for server in servers::each() {
        let database = server.database("offline_cut");
        let script = script(&migrations, server, &Offline::upgrade("cccc"));
        let (begin, _) = cut(&script, "\nCREATE TABLE u_cccc");
        // Only MariaDB commits it at once.
        let seen = if server.name() == "mysql" {
            "u_cccc"
        } else {
            "t_cccc"
        };
        let client = Client::begin(&database, begin, has(seen));
        // No more is said: what was not committed is taken back.
        client.end("");
        run(&migrations, &database, Run::upgrade("heads")).await;
        let target: migrate::Database = database.url().parse().expect("a URL");
        assert!(
            migrations.is_up_to_date(&target).await.expect("a status"),
            "{}",
            server.name()
        );
        assert!(has("v_cccc")(&database), "{}", server.name());
        run(&migrations, &database, Run::downgrade("base")).await;
    }
}
