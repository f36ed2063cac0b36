//! Revisions that share a message: what is recorded and reported is what it would be of each alone.

use sqlx::SqlitePool;

use super::vocabulary::*;
use crate::database::backend::Backend as _;
use crate::database::backend::sqlite::SqliteBackend;
use crate::database::{Outcome, Run, StepReport};
use crate::text::diagnostic::Class;

/// `r1`, `r2`, ..: a table each.
fn chain(count: usize) -> Vec<String> {
    let ids: Vec<String> = (1..=count).map(|number| format!("r{number}")).collect();
    line(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Whether its one statement has run.
fn has_finished(step: &StepReport) -> bool {
    step.outcome == Outcome::Finished && step.statements == 1
}

/// How often the fence was raised.
async fn epoch(pool: &SqlitePool) -> i64 {
    let epoch = sqlx::query_scalar("SELECT epoch FROM schema_revisions_lock");
    epoch.fetch_one(pool).await.expect("the lock row")
}

#[tokio::test]
async fn every_revision_is_told_recorded_and_fenced_by_itself() {
    const COUNT: usize = 50;
    for single in [false, true] {
        let (set, pool) = (set(&chain(COUNT)), memory().await);
        let run = Run::upgrade("head");
        let run = if single { run.single() } else { run };
        let report = set.run(&pool, run).await.expect("all of them");
        let expected: Vec<String> = (1..=COUNT)
            .map(|number| format!("upgrade r{number}"))
            .collect();
        assert_eq!(steps(&report), expected);
        assert!(report.steps.iter().all(has_finished));
        assert_eq!(report.heads, ["r50"]);
        let finished: Vec<String> = (1..=COUNT)
            .map(|number| format!("upgrade r{number} finished"))
            .collect();
        assert_eq!(log(&pool).await, finished);
        assert_eq!(epoch(&pool).await, COUNT as i64);
        let heads: Vec<String> = rows(&pool).await;
        assert_eq!(heads.iter().filter(|row| row.ends_with("head")).count(), 1);
        let started: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM schema_revisions_log WHERE started_at <= finished_at",
        )
        .fetch_one(&pool)
        .await
        .expect("the log");
        assert_eq!(started, COUNT as i64, "by the clock of the database");
    }
}

#[tokio::test]
async fn a_failure_among_them_names_its_statement_and_keeps_those_before_it() {
    for bad in 2..=24 {
        let mut files = chain(30);
        let (id, below) = (format!("r{bad}"), format!("r{}", bad - 1));
        let up = "CREATE TABLE x (i);\nINSERT INTO gone VALUES (1);";
        files[bad - 1] = file(&id, &below, up, "DROP TABLE x;");
        let (set, pool) = (set(&files), memory().await);
        let failure = upgrade(&set, &pool, "head").await.unwrap_err();
        assert_eq!(failure.class(), Class::SqlFailed);
        let text = failure.to_string();
        assert!(
            text.starts_with(&format!("revision {id} failed: no such table: gone")),
            "{text}"
        );
        assert!(
            text.contains(&format!("migrations/{bad}.sql:8:13")),
            "{text}"
        );
        assert!(text.contains("statement 2 of 2"), "{text}");
        let mut expected: Vec<String> = (1..bad).map(|number| format!("t_r{number}")).collect();
        expected.sort_unstable();
        assert_eq!(tables(&pool).await, expected);
        assert_eq!(rows(&pool).await.len(), bad - 1);
        let report = failure.report();
        assert_eq!(report.steps.len(), bad);
        assert_eq!(report.heads, [below]);
        let last = log(&pool).await.pop();
        assert_eq!(last, Some(format!("upgrade {id} failed")));
    }
}

#[tokio::test]
async fn what_is_taken_back_to_nothing_is_told_recorded_and_fenced_too() {
    const COUNT: usize = 50;
    for single in [false, true] {
        let (set, pool) = (set(&chain(COUNT)), memory().await);
        upgrade(&set, &pool, "head").await.expect("all of them");
        let run = Run::downgrade("base");
        let run = if single { run.single() } else { run };
        let report = set.run(&pool, run).await.expect("all of them");
        let expected: Vec<String> = (1..=COUNT)
            .rev()
            .map(|number| format!("downgrade r{number}"))
            .collect();
        assert_eq!(steps(&report), expected);
        assert!(report.steps.iter().all(has_finished));
        assert!(report.heads.is_empty());
        let finished = expected.iter().map(|step| format!("{step} finished"));
        assert_eq!(log(&pool).await[COUNT..], finished.collect::<Vec<_>>());
        assert_eq!(epoch(&pool).await, 2 * COUNT as i64);
        let rows = rows(&pool).await;
        assert!(rows.iter().all(|row| row.ends_with(" reverted")));
        assert!(tables(&pool).await.is_empty());
    }
}

#[tokio::test]
async fn a_failure_on_the_way_back_names_its_statement_and_keeps_what_stands_below() {
    for bad in [1, 7, 24, 29] {
        let mut files = chain(30);
        let (id, below) = (format!("r{bad}"), format!("r{}", bad - 1));
        let below = if bad == 1 { "none" } else { &below };
        let up = format!("CREATE TABLE t_{id} (i);");
        let down = format!("DROP TABLE t_{id};\nDROP TABLE gone;");
        files[bad - 1] = file(&id, below, &up, &down);
        let (set, pool) = (set(&files), memory().await);
        upgrade(&set, &pool, "head").await.expect("all of them");
        let failure = downgrade(&set, &pool, "base").await.unwrap_err();
        let text = failure.to_string();
        assert!(
            text.starts_with(&format!("revision {id} failed: no such table: gone")),
            "{text}"
        );
        assert!(text.contains("statement 2 of 2"), "{text}");
        let mut expected: Vec<String> = (1..=bad).map(|number| format!("t_r{number}")).collect();
        expected.sort_unstable();
        assert_eq!(tables(&pool).await, expected);
        let heads: Vec<String> = rows(&pool).await;
        let heads: Vec<&String> = heads.iter().filter(|row| row.ends_with("head")).collect();
        assert_eq!(heads, [&format!("{id} applied head")]);
        let report = failure.report();
        assert_eq!(report.steps.len(), 31 - bad);
        assert_eq!(report.heads, [id]);
    }
}

#[tokio::test]
async fn a_failure_in_the_one_transaction_of_a_run_takes_all_back() {
    let mut files = chain(12);
    files[8] = file(
        "r9",
        "r8",
        "CREATE TABLE x (i);\nINSERT INTO gone VALUES (1);",
        "",
    );
    let (set, pool) = (set(&files), memory().await);
    let failure = set
        .run(&pool, Run::upgrade("head").single())
        .await
        .unwrap_err();
    let text = failure.to_string();
    assert!(text.contains("migrations/9.sql:8:13"), "{text}");
    assert!(
        text.contains("nothing was committed: the whole run was rolled back"),
        "{text}"
    );
    assert!(tables(&pool).await.is_empty());
    assert!(rows(&pool).await.is_empty());
}

/// Those of one transaction are written at its end, unless somebody asks before.
#[tokio::test]
async fn who_reads_the_rows_sees_those_before_it() {
    for name in ["schema_revisions", "Schema_Revisions_Log"] {
        let mut files = chain(6);
        let up = format!("CREATE TABLE seen AS SELECT revision FROM {name} ORDER BY revision;");
        files[3] = file("r4", "r3", &up, "DROP TABLE seen;");
        for single in [false, true] {
            let (set, pool) = (set(&files), memory().await);
            let run = Run::upgrade("head");
            let run = if single { run.single() } else { run };
            assert_eq!(set.run(&pool, run).await.expect("all").steps.len(), 6);
            let seen = sqlx::query_scalar("SELECT revision FROM seen");
            let seen: Vec<String> = seen.fetch_all(&pool).await.expect("a table");
            assert_eq!(seen, ["r1", "r2", "r3"], "{name}, single: {single}");
        }
    }
}

/// A revision that was taken back has a row already, and what is in one row may be missing in another.
#[tokio::test]
async fn rows_that_were_there_are_written_anew_in_one_transaction() {
    let mut files = chain(250);
    files[7] = files[7].split("-- migrate:down").next().expect("up").into();
    let (set, pool) = (set(&files), memory().await);
    upgrade(&set, &pool, "r3").await.expect("three");
    downgrade(&set, &pool, "base").await.expect("to nothing");
    let run = Run::upgrade("head").single();
    let report = set.run(&pool, run).await.expect("all of them");
    assert_eq!(report.steps.len(), 250);
    let question = "SELECT count(*) || ' ' || count(down_section) || ' ' || count(DISTINCT rowid) || ' ' || sum(state = \
                    'applied') || ' ' || sum(is_head) || ' ' || sum(started_at <= finished_at) FROM schema_revisions";
    let seen: String = sqlx::query_scalar(question)
        .fetch_one(&pool)
        .await
        .expect("the rows");
    assert_eq!(seen, "250 249 250 250 1 250");
    let in_order = "SELECT count(*) FROM schema_revisions AS a JOIN schema_revisions AS b ON b.rowid = a.rowid + 1 WHERE \
                    b.parents = a.revision AND b.started_at = a.finished_at";
    let in_order: i64 = sqlx::query_scalar(in_order)
        .fetch_one(&pool)
        .await
        .expect("the rows");
    assert_eq!(in_order, 249, "each began when the one before had finished");
    let temporary: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_temp_schema")
        .fetch_one(&pool)
        .await
        .expect("its tables");
    assert_eq!(temporary, 0);
}

#[tokio::test]
async fn what_cannot_share_stands_between_those_that_do() {
    let mut files = chain(20);
    files[6] = file(
        "r7",
        "r6",
        "PRAGMA user_version = 7;\nCREATE TABLE t_r7 (i);",
        "DROP TABLE t_r7;",
    );
    files[12] = file_with(
        "r13",
        "r12",
        "",
        (" transaction:false", "CREATE TABLE t_r13 (i);\nVACUUM;"),
        ("", "DROP TABLE t_r13;"),
    );
    let (set, pool) = (set(&files), memory().await);
    assert_eq!(upgrade(&set, &pool, "head").await.expect("all").len(), 20);
    assert_eq!(tables(&pool).await.len(), 20);
    assert_eq!(downgrade(&set, &pool, "base").await.expect("all").len(), 20);
    assert!(tables(&pool).await.is_empty());
    // Rows of revisions that were taken back are there now.
    assert_eq!(upgrade(&set, &pool, "head").await.expect("all").len(), 20);
    assert_eq!(tables(&pool).await.len(), 20);
}

/// The lock of the file is held on between the transactions of a message, and let go of with it.
#[tokio::test]
async fn a_file_is_let_go_of_afterwards_and_its_journal_is_gone() {
    use sqlx::sqlite::SqliteJournalMode::{Delete, Persist, Truncate, Wal};
    for mode in [Delete, Truncate, Persist, Wal] {
        let (folder, options) = in_file();
        let reader = options.clone().busy_timeout(std::time::Duration::ZERO);
        let reader = SqlitePool::connect_with(reader).await.expect("a file");
        let report = set(&chain(100))
            .run(options.journal_mode(mode), Run::upgrade("head"))
            .await
            .expect("all of them");
        assert_eq!(report.steps.len(), 100, "{mode:?}");
        sqlx::raw_sql("BEGIN EXCLUSIVE; CREATE TABLE mine (i); COMMIT;")
            .execute(&reader)
            .await
            .unwrap_or_else(|error| panic!("{mode:?}: {error}"));
        reader.close().await;
        let left = std::fs::read_dir(folder.path()).expect("the folder");
        assert_eq!(left.count(), 1, "{mode:?}: nothing but the database");
    }
}

/// What an application has chosen stays.
#[tokio::test]
async fn the_lock_of_the_file_is_held_on_only_where_it_is_taken_for_each_transaction() {
    use sqlx::sqlite::{SqliteJournalMode, SqliteLockingMode};
    let held_on = async |options: &sqlx::sqlite::SqliteConnectOptions| {
        let mut backend = SqliteBackend::open(options, "schema_revisions")
            .await
            .expect("a file");
        backend.in_a_row().await.expect("settings").is_some()
    };
    let (_folder, options) = in_file();
    assert!(held_on(&options).await);
    let exclusive = options.clone().locking_mode(SqliteLockingMode::Exclusive);
    assert!(!held_on(&exclusive).await);
    assert!(!held_on(&options.journal_mode(SqliteJournalMode::Wal)).await);
}
