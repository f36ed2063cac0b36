//! `-- migrate:batch`: rounds until no row is touched, on every database.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use migrate::{Class, Database, Event, Run};

use crate::binary;
use crate::chain::{Chain, block_on, run};
use crate::servers::{self, Server, TestDatabase};

const ROWS: u64 = 1000;

/// A table of [`ROWS`] rows that nothing was done to, and a batch that does each of them once, a few at a time.
fn backfill(server: &Server, size: u64, options: &str) -> Chain {
    let rows: Vec<String> = (1..=ROWS).map(|id| format!("({id}, 0)")).collect();
    let create = format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, done INTEGER NOT NULL);\nINSERT INTO t VALUES {};",
        rows.join(", ")
    );
    let update = match server.name() {
        "mysql" => {
            format!("UPDATE t SET done = done + 1 WHERE done = 0 ORDER BY id LIMIT {size};")
        }
        _ => format!(
            "UPDATE t SET done = done + 1 WHERE id IN (SELECT id FROM t WHERE done = 0 ORDER BY id LIMIT {size});"
        ),
    };
    let up = format!(
        "!transaction:false\nINSERT INTO t VALUES (0, 1);\n-- migrate:batch {options}\n{update}\n\
         INSERT INTO t SELECT -1, count(*) FROM t WHERE done = 1;"
    );
    let sections = [
        (create.as_str(), "DROP TABLE t;"),
        (&up, "DELETE FROM t WHERE id < 1;"),
    ];
    Chain::of(&format!("\"{}\"", server.name()), &sections)
}

/// How often each row was done, and what the section has counted behind the batch.
fn done(place: &TestDatabase) -> String {
    place.sql("SELECT done, count(*) FROM t GROUP BY done ORDER BY done")
}

/// What is recorded of the batch: statements, rounds, rows.
fn noted(place: &TestDatabase) -> String {
    place.sql("SELECT state, statement_no, rounds, rows_touched FROM schema_revisions WHERE revision = 'r2'")
}

#[test]
fn a_batch_runs_until_it_touches_no_row_and_is_counted() {
    for server in servers::each() {
        let (place, kind) = (server.database("batch"), server.name());
        let chain = backfill(server, 150, "pause:1ms");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        let upgrade = Run::upgrade("head").on_progress(move |event| {
            if let Event::BatchRound {
                revision,
                number,
                of,
                rounds,
                rows,
                rows_per_second,
                ..
            } = event
            {
                assert!(*rows_per_second > 0.0);
                let line = format!("{revision} {number}/{of}: {rounds} {rows}");
                told.lock().expect("no panic").push(line);
            }
        });
        let report = run(&chain, place.url(), upgrade).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(report.steps[1].rows, Some(ROWS), "{kind}");
        assert_eq!(report.steps[0].rows, None, "{kind}");
        let line = report.steps[1].to_string();
        assert!(
            line.starts_with("upgrade r2 step 2 (1,000 rows, "),
            "{line}"
        );
        assert_eq!(
            *seen.lock().expect("no panic"),
            [
                "r2 2/3: 1 150",
                "r2 2/3: 2 300",
                "r2 2/3: 3 450",
                "r2 2/3: 4 600",
                "r2 2/3: 5 750",
                "r2 2/3: 6 900",
                "r2 2/3: 7 1000"
            ],
            "{kind}"
        );
        // Each row once, and the statement behind the batch has seen all of them.
        assert_eq!(done(&place), "1\t1001\n1001\t1\n", "{kind}");
        assert_eq!(noted(&place), "applied\t3\t0\t1000\n", "{kind}");
        let log = "SELECT rows_touched FROM schema_revisions_log WHERE revision = 'r2'";
        assert_eq!(place.sql(log), "1000\n", "{kind}");
    }
}

#[test]
fn batches_stand_one_behind_the_other() {
    for server in servers::each() {
        let place = server.database("batches");
        let create = "CREATE TABLE t (id INTEGER PRIMARY KEY, one INTEGER, two INTEGER);\n\
                      INSERT INTO t (id) VALUES (1), (2), (3);";
        let up = "!transaction:false\n-- migrate:batch\nUPDATE t SET one = id WHERE one IS NULL;\n\
                  -- migrate:batch\nUPDATE t SET two = one WHERE two IS NULL;";
        let sections = [
            (create, "DROP TABLE t;"),
            (up, "UPDATE t SET one = NULL, two = NULL;"),
        ];
        let chain = Chain::of(&format!("\"{}\"", server.name()), &sections);
        let report = run(&chain, place.url(), Run::upgrade("head"));
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", server.name()));
        assert_eq!(report.steps[1].rows, Some(6), "{}", server.name());
        assert_eq!(place.sql("SELECT sum(two) FROM t"), "6\n");
    }
}

#[test]
fn a_batch_that_was_killed_goes_on_with_the_next_round() {
    for server in servers::each() {
        let (place, kind) = (server.database("killed_batch"), server.name());
        // Sixty rounds and more of pauses: it does not end before it is killed.
        let chain = backfill(server, 7, "pause:20ms");
        let mut runner = binary::command(chain.directory().parent().expect("a project"))
            .args(["upgrade", "--database-url", place.url()])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("migrate-cli");
        let query = "SELECT count(*) FROM schema_revisions WHERE rounds > 3";
        while !tables_are_there(server, &place) || place.sql(query) != "1\n" {
            if runner.try_wait().expect("a state").is_some() {
                let output = runner.wait_with_output().expect("an end");
                panic!("{kind} has ended: {}", binary::errors(&output));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        runner.kill().expect("SIGKILL");
        runner.wait().expect("an end");

        // Whatever moment it was: what is noted is what was done.
        let rows: u64 = place
            .sql("SELECT count(*) FROM t WHERE id > 0 AND done = 1")
            .trim()
            .parse()
            .expect("a number");
        assert!(rows > 0 && rows < ROWS, "{kind}: {rows}");
        let expected = format!("upgrading\t1\t{}\t{rows}\n", rows / 7);
        assert_eq!(noted(&place), expected, "{kind}");

        let project = chain.directory();
        let status = binary::succeed(&project, &["status", "--database-url", place.url()]);
        let line = format!("1 statement finished, {rows} rows touched\n");
        assert!(status.contains(&line), "{kind}: {status}");

        let report = run(&chain, place.url(), Run::upgrade("head"))
            .unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(report.steps[0].rows, Some(ROWS), "{kind}");
        assert_eq!(done(&place), "1\t1001\n1001\t1\n", "{kind}");
        assert_eq!(noted(&place), "applied\t3\t0\t1000\n", "{kind}");
    }
}

fn tables_are_there(server: &Server, place: &TestDatabase) -> bool {
    let sql = match server.name() {
        "sqlite" => "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_revisions'",
        "postgres" => "SELECT count(*) FROM pg_tables WHERE tablename = 'schema_revisions'",
        _ => {
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'schema_revisions'"
        }
    };
    place.sql(sql) == "1\n"
}

#[test]
fn a_batch_that_does_not_converge_is_an_error_and_can_be_mended() {
    for server in servers::each() {
        let (place, kind) = (server.database("endless"), server.name());
        let create = "CREATE TABLE t (id INTEGER PRIMARY KEY, done INTEGER NOT NULL);\nINSERT INTO t VALUES (1, 0), (2, 0);";
        let up = "!transaction:false\n-- migrate:batch max-rounds:5\nUPDATE t SET done = done + 1 WHERE id > 0;";
        let chain = Chain::of(
            &format!("\"{kind}\""),
            &[(create, "DROP TABLE t;"), (up, "")],
        );
        for rounds in [5, 10] {
            let failure = run(&chain, place.url(), Run::upgrade("head")).expect_err("endless");
            assert_eq!(failure.class(), Class::SqlFailed, "{kind}");
            let text = failure.to_string();
            let rows = rounds * 2;
            assert!(
                text.contains(&format!(
                    "revision r2 failed: the batch does not converge: it still touches rows after 5 rounds and {rows} rows\n \
                     --> migrations/0002.sql:8:1\n"
                )),
                "{kind}: {text}"
            );
            assert!(text.contains("max-rounds:N"), "{kind}: {text}");
            assert!(
                text.contains(&format!("its batches have touched {rows} rows")),
                "{kind}: {text}"
            );
            // The round that was one too many was taken back.
            let expected = format!("1\t{rounds}\n2\t{rounds}\n");
            assert_eq!(
                place.sql("SELECT id, done FROM t ORDER BY id"),
                expected,
                "{kind}"
            );
        }
        place.sql("DELETE FROM t");
        run(&chain, place.url(), Run::upgrade("head")).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(noted(&place), "applied\t1\t0\t20\n", "{kind}");
    }
}

#[test]
fn a_limit_ends_a_batch_between_two_rounds_and_the_next_start_goes_on() {
    for server in servers::each() {
        let (place, kind) = (server.database("limited"), server.name());
        let chain = backfill(server, 10, "pause:30ms");
        let config = chain
            .directory()
            .parent()
            .expect("a project")
            .join("migrate.toml");
        let text = std::fs::read_to_string(&config).expect("a text");
        std::fs::write(&config, format!("{text}\n[startup]\nlimit = \"1s\"\n")).expect("a file");
        let database: Database = place.url().parse().expect("a URL");
        let migrations = chain.migrations();
        let failure = block_on(migrations.startup(&database)).expect_err("over a second");
        assert_eq!(failure.class(), Class::RunTimeout, "{kind}: {failure}");
        let text = failure.to_string();
        assert!(
            text.contains("the limit of 1.0 s was over in a batch of r2: ")
                && text.contains("rows are done"),
            "{kind}: {text}"
        );
        let noted_rows =
            place.sql("SELECT rows_touched FROM schema_revisions WHERE revision = 'r2'");
        let rows = place.sql("SELECT count(*) FROM t WHERE id > 0 AND done = 1");
        assert_eq!(noted_rows, rows, "{kind}");
        let report = run(&chain, place.url(), Run::upgrade("head"))
            .unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(report.steps[0].rows, Some(ROWS), "{kind}");
        assert_eq!(done(&place), "1\t1001\n1001\t1\n", "{kind}");
    }
}
