//! Rust steps: called between the statements of a section, inside its transaction or outside, on every database.

mod killed;
mod refused;

use migrate::{Class, Database, Dialect, Failure, Migrations, Report, Run, Step, StepError};
use sqlx::Connection as _;

use crate::chain::{Chain, block_on};
use crate::servers::{self, Server, TestDatabase};

/// A chain of revisions behind one that makes table `t` with rows 1, 2 and 3.
fn chain(server: &Server, sections: &[(&str, &str)]) -> Chain {
    let create = (
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(50));\nINSERT INTO t (id) VALUES (1), (2), (3);",
        "DROP TABLE t;",
    );
    let all: Vec<(&str, &str)> = std::iter::once(create)
        .chain(sections.iter().copied())
        .collect();
    Chain::of(&format!("\"{}\"", server.name()), &all)
}

fn run(migrations: &Migrations, place: &TestDatabase, run: Run) -> Result<Report, Failure> {
    let database: Database = place.url().parse().expect("a URL");
    block_on(migrations.run(&database, run))
}

#[track_caller]
fn upgrade(migrations: &Migrations, place: &TestDatabase) -> Report {
    run(migrations, place, Run::upgrade("head")).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refusal(migrations: &Migrations, place: &TestDatabase) -> Failure {
    run(migrations, place, Run::upgrade("head")).expect_err("a failure")
}

/// Runs SQL on the connection of a step, whichever it is.
async fn sql(step: &mut Step<'_>, text: &'static str) -> Result<(), StepError> {
    match step.dialect() {
        Dialect::Sqlite => sqlx::raw_sql(text)
            .execute(step.sqlite()?)
            .await
            .map(|_| ())?,
        Dialect::Postgres => sqlx::raw_sql(text)
            .execute(step.postgres()?)
            .await
            .map(|_| ())?,
        _ => sqlx::raw_sql(text)
            .execute(step.mysql()?)
            .await
            .map(|_| ())?,
    }
    Ok(())
}

fn rows(place: &TestDatabase) -> String {
    place.sql("SELECT id, coalesce(name, '-') FROM t ORDER BY id")
}

fn recorded(place: &TestDatabase) -> String {
    place.sql("SELECT revision, state FROM schema_revisions ORDER BY revision")
}

/// Names every row by its number, with what the run says in front.
async fn name_rows(step: &mut Step<'_>) -> Result<(), StepError> {
    assert_eq!((step.name(), step.revision()), ("name_rows", "r2"));
    let word = match (step.is_upgrade(), step.argument("tenant"), step.tag()) {
        (true, Some(tenant), Some(tag)) => format!("{tenant}-{tag}-"),
        (true, ..) => "up-".to_owned(),
        (false, ..) => "down-".to_owned(),
    };
    let count: i64 = match step.dialect() {
        Dialect::Sqlite => {
            let count = sqlx::query_scalar("SELECT count(*) FROM t");
            count.fetch_one(step.sqlite()?).await?
        }
        Dialect::Postgres => {
            let count = sqlx::query_scalar("SELECT count(*) FROM t");
            count.fetch_one(step.postgres()?).await?
        }
        _ => {
            let count = sqlx::query_scalar("SELECT count(*) FROM t");
            count.fetch_one(step.mysql()?).await?
        }
    };
    for id in 1..=count {
        let name = format!("{word}{id}");
        match step.dialect() {
            Dialect::Sqlite => {
                let update = sqlx::query("UPDATE t SET name = ? WHERE id = ?");
                let update = update.bind(name).bind(id);
                update.execute(step.sqlite()?).await?;
            }
            Dialect::Postgres => {
                let update = sqlx::query("UPDATE t SET name = $1 WHERE id = $2");
                let update = update.bind(name).bind(id);
                update.execute(step.postgres()?).await?;
            }
            _ => {
                let update = sqlx::query("UPDATE t SET name = ? WHERE id = ?");
                let update = update.bind(name).bind(id);
                update.execute(step.mysql()?).await?;
            }
        }
        step.progress(id.unsigned_abs(), Some(count.unsigned_abs()));
    }
    Ok(())
}

const BETWEEN: (&str, &str) = (
    "INSERT INTO t (id) VALUES (4);\n-- migrate:rust name_rows\nUPDATE t SET name = concat(name, '!') WHERE id > 2;",
    "-- migrate:rust name_rows\nDELETE FROM t WHERE id = 4;",
);

#[test]
fn a_step_runs_between_the_statements_of_its_section() {
    for server in servers::each() {
        let (place, kind) = (server.database("step"), server.name());
        let migrations = chain(server, &[BETWEEN])
            .migrations()
            .with_step("name_rows", name_rows);
        let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let telling = std::sync::Arc::clone(&told);
        let upgrade = Run::upgrade("head")
            .tag("v7")
            .argument("tenant", "acme")
            .on_progress(move |event| {
                if let migrate::Event::RustStepProgress {
                    name, done, total, ..
                } = event
                {
                    let line = format!("{name} {done}/{total:?}");
                    telling.lock().expect("no panic").push(line);
                }
            });
        let report = run(&migrations, &place, upgrade).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(report.steps[1].statements, 3, "{kind}");
        assert_eq!(
            rows(&place),
            "1\tacme-v7-1\n2\tacme-v7-2\n3\tacme-v7-3!\n4\tacme-v7-4!\n",
            "{kind}"
        );
        assert_eq!(told.lock().expect("no panic").len(), 4, "{kind}");
        assert_eq!(recorded(&place), "r1\tapplied\nr2\tapplied\n", "{kind}");

        run(&migrations, &place, Run::downgrade("-1")).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(rows(&place), "1\tdown-1\n2\tdown-2\n3\tdown-3\n", "{kind}");
        assert_eq!(recorded(&place), "r1\tapplied\nr2\treverted\n", "{kind}");
    }
}

async fn fails_behind_its_work(step: &mut Step<'_>) -> Result<(), StepError> {
    sql(step, "UPDATE t SET name = 'lost'").await?;
    Err("the API of the payment provider says 503".into())
}

async fn violates(step: &mut Step<'_>) -> Result<(), StepError> {
    sql(step, "INSERT INTO t (id) VALUES (9)").await?;
    sql(step, "INSERT INTO t (id) VALUES (9)").await
}

#[test]
fn a_step_that_fails_is_shown_where_it_is_called_and_taken_back() {
    for server in servers::each() {
        let (place, kind) = (server.database("step_fails"), server.name());
        let section =
            "UPDATE t SET name = 'before';\n-- migrate:rust call\nUPDATE t SET name = 'after';";
        let chain = chain(server, &[(section, "")]);
        let failing = chain.migrations().with_step("call", fails_behind_its_work);
        let failure = refusal(&failing, &place);
        assert_eq!(failure.class(), Class::SqlFailed, "{kind}");
        let text = failure.to_string();
        let expected = "\
revision r2 failed: the Rust step call has failed: the API of the payment provider says 503
 --> migrations/0002.sql:8:1
  |
8 | -- migrate:rust call
  | ^
  |
  = note: statement 2 of 3
";
        assert!(text.starts_with(expected), "{kind}: {text}");
        assert_eq!(rows(&place), "1\t-\n2\t-\n3\t-\n", "{kind}: all of it");

        let violating = chain.migrations().with_step("call", violates);
        let text = refusal(&violating, &place).to_string();
        assert!(
            text.starts_with("revision r2 failed: the Rust step call has failed: "),
            "{kind}: {text}"
        );
        let words = ["UNIQUE constraint", "duplicate key", "Duplicate entry"];
        assert!(
            words.iter().any(|word| text.contains(word)),
            "{kind}: {text}"
        );
        assert_eq!(rows(&place), "1\t-\n2\t-\n3\t-\n", "{kind}");

        let mended = chain.migrations().with_step("call", does_nothing);
        upgrade(&mended, &place);
        assert_eq!(rows(&place), "1\tafter\n2\tafter\n3\tafter\n", "{kind}");
    }
}

async fn does_nothing(_: &mut Step<'_>) -> Result<(), StepError> {
    Ok(())
}

/// One transaction of sqlx that is committed, one that is dropped.
async fn begins(step: &mut Step<'_>) -> Result<(), StepError> {
    macro_rules! nested {
        ($connection:expr) => {{
            let mut kept = $connection.begin().await?;
            sqlx::raw_sql("UPDATE t SET name = 'kept' WHERE id = 1")
                .execute(&mut *kept)
                .await?;
            kept.commit().await?;
            let mut dropped = $connection.begin().await?;
            sqlx::raw_sql("UPDATE t SET name = 'dropped' WHERE id = 2")
                .execute(&mut *dropped)
                .await?;
        }};
    }
    match step.dialect() {
        Dialect::Sqlite => nested!(step.sqlite()?),
        Dialect::Postgres => nested!(step.postgres()?),
        _ => nested!(step.mysql()?),
    }
    Ok(())
}

async fn begins_and_fails(step: &mut Step<'_>) -> Result<(), StepError> {
    begins(step).await?;
    Err("and then?".into())
}

#[test]
fn transactions_of_a_step_are_savepoints_in_that_of_the_revision() {
    for server in servers::each() {
        let (place, kind) = (server.database("step_begins"), server.name());
        // Twice, so that the second finds everything as the first has found it.
        let section = "-- migrate:rust call\n-- migrate:rust call\nINSERT INTO t (id) VALUES (4);";
        let chain = chain(server, &[(section, "")]);
        let failing = chain.migrations().with_step("call", begins_and_fails);
        refusal(&failing, &place);
        assert_eq!(rows(&place), "1\t-\n2\t-\n3\t-\n", "{kind}");
        upgrade(&chain.migrations().with_step("call", begins), &place);
        assert_eq!(rows(&place), "1\tkept\n2\t-\n3\t-\n4\t-\n", "{kind}");
    }
}

async fn commits(step: &mut Step<'_>) -> Result<(), StepError> {
    sql(step, "UPDATE t SET name = 'committed'").await?;
    sql(step, "COMMIT").await
}

async fn catches(step: &mut Step<'_>) -> Result<(), StepError> {
    let _ = sql(step, "INSERT INTO gone VALUES (1)").await;
    Ok(())
}

#[test]
fn a_step_that_ends_the_transaction_is_found_out() {
    for server in servers::each() {
        let (place, kind) = (server.database("step_commits"), server.name());
        let section = "-- migrate:rust call\nINSERT INTO t (id) VALUES (4);";
        let chain = chain(server, &[(section, "")]);
        let committing = chain.migrations().with_step("call", commits);
        if kind == "mysql" {
            // There every table that is defined commits as well: it goes on behind it.
            upgrade(&committing, &place);
            assert_eq!(
                rows(&place),
                "1\tcommitted\n2\tcommitted\n3\tcommitted\n4\t-\n"
            );
            continue;
        }
        let text = refusal(&committing, &place).to_string();
        assert!(
            text.starts_with(
                "revision r2 failed: the Rust step call has ended the transaction of its revision\n \
                 --> migrations/0002.sql:7:1\n"
            ),
            "{kind}: {text}"
        );
        assert!(text.contains("transaction:false"), "{kind}: {text}");
        let left = place.sql("SELECT count(*) FROM t");
        assert_eq!(left, "3\n", "{kind}: nothing was run behind it");
        assert_eq!(recorded(&place), "r1\tapplied\n", "{kind}");
    }
    let Some(server) = servers::postgres() else {
        return;
    };
    let place = server.database("step_catches");
    let chain = chain(server, &[("-- migrate:rust call", "")]);
    let text = refusal(&chain.migrations().with_step("call", catches), &place).to_string();
    assert!(
        text.contains("after the Rust step call: current transaction is aborted")
            && text.contains("a savepoint (`begin()`) around what may fail keeps it"),
        "{text}"
    );
}

/// Each row in a transaction of its own.
async fn row_by_row(step: &mut Step<'_>) -> Result<(), StepError> {
    sql(
        step,
        "BEGIN; UPDATE t SET name = 'one' WHERE id = 1; COMMIT",
    )
    .await?;
    if step.argument("stop").is_some() {
        return Err("stopped".into());
    }
    sql(
        step,
        "BEGIN; UPDATE t SET name = 'two' WHERE id = 2; COMMIT",
    )
    .await
}

async fn leaves_open(step: &mut Step<'_>) -> Result<(), StepError> {
    sql(step, "BEGIN; UPDATE t SET name = 'open'").await
}

#[test]
fn a_step_outside_of_transactions_has_its_own() {
    for server in servers::each() {
        let (place, kind) = (server.database("step_outside"), server.name());
        let section = "!transaction:false\nINSERT INTO t (id) VALUES (4);\n-- migrate:rust call\nINSERT INTO t (id) VALUES (5);";
        let chain = chain(server, &[(section, "DELETE FROM t WHERE id > 3;")]);
        let migrations = chain.migrations().with_step("call", row_by_row);
        let stopped = Run::upgrade("head").argument("stop", "now");
        let text = run(&migrations, &place, stopped)
            .expect_err("stopped")
            .to_string();
        assert!(
            text.contains("the Rust step call has failed: stopped")
                && text.contains("statement 1 is committed; r2 is recorded as begun")
                && text.contains("what it has committed itself stays; the next run calls it again"),
            "{kind}: {text}"
        );
        assert_eq!(rows(&place), "1\tone\n2\t-\n3\t-\n4\t-\n", "{kind}");
        if kind != "mysql" {
            let leaving = chain.migrations().with_step("call", leaves_open);
            let text = refusal(&leaving, &place).to_string();
            assert!(
                text.contains("the Rust step call has left a transaction open; it was rolled back"),
                "{kind}: {text}"
            );
            assert_eq!(rows(&place), "1\tone\n2\t-\n3\t-\n4\t-\n", "{kind}");
        }
        upgrade(&migrations, &place);
        assert_eq!(rows(&place), "1\tone\n2\ttwo\n3\t-\n4\t-\n5\t-\n", "{kind}");
        assert_eq!(recorded(&place), "r1\tapplied\nr2\tapplied\n", "{kind}");
    }
}

async fn panics(step: &mut Step<'_>) -> Result<(), StepError> {
    sql(step, "UPDATE t SET name = 'panicked'").await?;
    panic!("a bug in the application")
}

#[test]
fn a_step_that_panics_leaves_nothing_behind() {
    for server in servers::each() {
        let (place, kind) = (server.database("step_panics"), server.name());
        let chain = chain(server, &[("-- migrate:rust call", "")]);
        let url = place.url().to_owned();
        let panicking = chain.migrations().with_step("call", panics);
        let thread = std::thread::spawn(move || {
            let database: Database = url.parse().expect("a URL");
            block_on(panicking.run(&database, Run::upgrade("head")))
        });
        thread.join().expect_err("the panic of the step");
        upgrade(&chain.migrations().with_step("call", does_nothing), &place);
        assert_eq!(rows(&place), "1\t-\n2\t-\n3\t-\n", "{kind}");
    }
}
