//! Statements that take too long, runs that are dropped, settings that are put back, and errors near a word that stands
//! there twice.

use std::time::Duration;

use sqlx::sqlite::SqlitePool;

use super::vocabulary::*;
use crate::database::{Event, Failure, Run};
use crate::model::Migrations;
use crate::model::set::Settings;
use crate::text::diagnostic::Class;

/// A statement that never ends, between two that do.
const ENDLESS: &str = "CREATE TABLE x (i);\nINSERT INTO x WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT \
                       count(*) FROM n;\nCREATE TABLE y (i);";

fn endless(options: &str, change: impl FnOnce(&mut Settings)) -> Migrations {
    let mut settings = Settings::default();
    settings.startup.auto_env = "NO_SUCH_VARIABLE".to_owned();
    change(&mut settings);
    let last = file_with("b", "a", "", (options, ENDLESS), ("", "DROP TABLE x;"));
    set_with(&[table("a", "none"), last], &settings)
}

/// The same with an end.
fn mended() -> Migrations {
    set(&[
        table("a", "none"),
        file("b", "a", "CREATE TABLE x (i);", ""),
    ])
}

#[tokio::test]
async fn a_statement_that_takes_longer_than_it_may_is_interrupted() {
    let (folder, options) = in_file();
    let set = endless("", |settings| {
        settings.timeouts.statement = Some(Duration::from_millis(150))
    });
    let pools = [
        memory().await,
        SqlitePool::connect_with(options).await.unwrap(),
    ];
    for pool in pools {
        let failure = upgrade(&set, &pool, "head").await.unwrap_err();
        assert_eq!(failure.class(), Class::SqlFailed);
        insta::assert_snapshot!("statement_timeout", failure);
        assert_eq!(tables(&pool).await, ["t_a"]);
        assert_eq!(rows(&pool).await, ["a applied head"]);
        let upgraded = upgrade(&mended(), &pool, "head").await.unwrap();
        assert_eq!(upgraded, ["upgrade b"]);
    }
    drop(folder);
}

/// What is in memory is lost with its connection.
#[tokio::test]
async fn a_limit_between_two_revisions_gives_the_connection_of_a_pool_in_memory_back() {
    let (set, pool) = (set(&line(&["a", "b"])), memory().await);
    let limit = Duration::from_secs(1);
    let run = Run::upgrade("head").wait(limit).on_progress(move |event| {
        if matches!(event, Event::StepEnds { .. }) {
            std::thread::sleep(limit);
        }
    });
    let failure = set.run(&pool, run).await.unwrap_err();
    assert_eq!(failure.class(), Class::RunTimeout, "{failure}");
    assert_eq!(rows(&pool).await, ["a applied head"]);
    assert_eq!(upgrade(&set, &pool, "head").await.unwrap(), ["upgrade b"]);
}

#[tokio::test]
async fn outside_of_a_transaction_what_was_committed_before_stays() {
    let (folder, options) = in_file();
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let set = endless(" transaction:false", |settings| {
        settings.timeouts.statement = Some(Duration::from_millis(150))
    });
    let text = upgrade(&set, &pool, "head").await.unwrap_err().to_string();
    assert!(
        text.contains("the statement took longer than 150 ms"),
        "{text}"
    );
    assert!(text.contains("statement 1 is committed"), "{text}");
    assert_eq!(tables(&pool).await, ["t_a", "x"]);
    drop(folder);
}

/// Were the statement not interrupted, it would hold the lock of the file for ever.
#[tokio::test]
async fn a_start_up_that_may_be_cancelled_ends_the_statement_that_runs() {
    let (folder, options) = in_file();
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let set = endless("", |settings| {
        settings.startup.limit = Duration::from_millis(400);
        settings.startup.cancel_at_limit = true;
    });
    let failure = set.startup(&pool).await.unwrap_err();
    assert_eq!(failure.class(), Class::RunTimeout, "{failure}");
    upgrade(&mended(), &pool, "head").await.unwrap();
    assert_eq!(rows(&pool).await, ["a applied", "b applied head"]);
    drop(folder);
}

#[tokio::test]
async fn a_run_that_is_dropped_ends_its_statement() {
    for options in ["", " transaction:false"] {
        let (folder, file) = in_file();
        let pool = SqlitePool::connect_with(file).await.unwrap();
        let set = endless(options, |_| {});
        let run = set.run(&pool, Run::upgrade("head"));
        let dropped = tokio::time::timeout(Duration::from_millis(300), run).await;
        assert!(dropped.is_err());
        if options.is_empty() {
            upgrade(&mended(), &pool, "head").await.unwrap();
        } else {
            // Recovered without waiting for a heartbeat: this process knows that the run is over.
            let again = Run::upgrade("head").lock_wait(Duration::from_secs(2));
            let run =
                tokio::time::timeout(Duration::from_millis(1500), set.run(&pool, again)).await;
            assert!(run.is_err(), "it runs the endless statement again");
            assert_eq!(rows(&pool).await, ["a applied head", "b upgrading"]);
        }
        drop(folder);
    }
}

async fn one(pool: &SqlitePool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn what_a_section_has_set_is_put_back_whether_it_succeeds_or_not() {
    let set_all = "PRAGMA foreign_keys = OFF;\nPRAGMA main.cache_size(123);\nPRAGMA case_sensitive_like = ON;\nPRAGMA \
                   secure_delete = 1;\nPRAGMA query_only = 1;\n";
    let good = file("a", "none", &format!("CREATE TABLE x (i);\n{set_all}"), "");
    let bad = file("a", "none", &format!("{set_all}SELECT nothing;"), "");
    for text in [good, bad] {
        let pool = memory().await;
        let before = one(&pool, "PRAGMA cache_size").await;
        let _ = upgrade(&set(&[text]), &pool, "head").await;
        assert_eq!(one(&pool, "PRAGMA foreign_keys").await, 1);
        assert_eq!(one(&pool, "PRAGMA cache_size").await, before);
        assert_eq!(one(&pool, "SELECT 'a' LIKE 'A'").await, 1);
        assert_eq!(one(&pool, "PRAGMA secure_delete").await, 0);
        assert_eq!(one(&pool, "PRAGMA query_only").await, 0);
    }
}

/// What is written into the file stays.
#[tokio::test]
async fn what_a_revision_writes_into_the_file_stays() {
    let (folder, options) = in_file();
    let up = "PRAGMA user_version = 7;\nPRAGMA application_id = 8;";
    let wal = file_with(
        "b",
        "a",
        "",
        (" transaction:false", "PRAGMA journal_mode = WAL;"),
        ("", "SELECT 1;"),
    );
    let set = set(&[file("a", "none", up, ""), wal]);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    upgrade(&set, &pool, "head").await.unwrap();
    assert_eq!(one(&pool, "PRAGMA user_version").await, 7);
    assert_eq!(one(&pool, "PRAGMA application_id").await, 8);
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(mode, "wal");
    drop(folder);
}

#[tokio::test]
async fn a_database_that_a_section_attaches_is_detached_before_the_next() {
    let (folder, options) = in_file();
    let attach = "ATTACH ':memory:' AS extra;\nCREATE TABLE extra.x (i);";
    let again = |id: &str, parent: &str| {
        file_with(
            id,
            parent,
            "",
            (" transaction:false", attach),
            ("", "SELECT 1;"),
        )
    };
    let set = set(&[again("a", "none"), again("b", "a")]);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    upgrade(&set, &pool, "head").await.unwrap();
    drop(folder);
}

fn frame(failure: &Failure) -> String {
    failure
        .to_string()
        .lines()
        .skip(1)
        .take(4)
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn a_syntax_error_near_a_word_that_stands_there_twice_is_found() {
    let up = "CREATE TABLE x (a TEXT, b TEXT);\nINSERT INTO x\nVALUES ('a, b', 'c'),\n       ('a', 'b'),, ('c', 'd');";
    let set = set(&[file("a", "none", up, "")]);
    let failure = upgrade(&set, &memory().await, "head").await.unwrap_err();
    assert_eq!(
        frame(&failure),
        "  --> migrations/1.sql:10:19
   |
10 |        ('a', 'b'),, ('c', 'd');
   |                   ^"
    );
}
