//! Upgrades, stamps, previews.

use super::vocabulary::*;
use crate::database::{Outcome, Run};
use crate::text::diagnostic::Class;

#[tokio::test]
async fn an_upgrade_applies_what_is_pending_and_records_it() {
    let (set, pool) = (set(&line(&["a", "b", "c"])), memory().await);
    assert_eq!(
        upgrade(&set, &pool, "b").await.unwrap(),
        ["upgrade a", "upgrade b"]
    );
    assert_eq!(rows(&pool).await, ["a applied", "b applied head"]);
    assert_eq!(tables(&pool).await, ["t_a", "t_b"]);
    assert_eq!(upgrade(&set, &pool, "head").await.unwrap(), ["upgrade c"]);
    assert_eq!(
        rows(&pool).await,
        ["a applied", "b applied", "c applied head"]
    );
    assert_eq!(upgrade(&set, &pool, "head").await.unwrap(), [""; 0]);
    assert_eq!(
        log(&pool).await,
        [
            "upgrade a finished",
            "upgrade b finished",
            "upgrade c finished"
        ]
    );
}

#[tokio::test]
async fn a_row_says_when_who_and_how_long() {
    let (set, pool) = (set(&line(&["a"])), memory().await);
    let report = set.run(&pool, Run::upgrade("head")).await.unwrap();
    assert_eq!(report.steps[0].outcome, Outcome::Finished);
    assert_eq!(report.steps[0].statements, 1);
    let sql = "SELECT started_at <= finished_at AND started_at LIKE '20__-__-__T%Z' AND duration_us >= 0 AND message = 'make \
               a' AND tool LIKE 'migrate %' AND who <> '' AND digest LIKE 'v1:sha256:%' AND parents = '' AND down_section \
               LIKE '-- migrate:down%DROP TABLE t_a;%' FROM schema_revisions";
    let sound: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
    assert_eq!(sound, 1);
}

#[tokio::test]
async fn branches_and_merges_keep_the_heads_right() {
    let files = [
        table("a", "none"),
        table("b", "a"),
        table("c", "a"),
        table("d", "b, c"),
    ];
    let (set, pool) = (set(&files), memory().await);
    upgrade(&set, &pool, "b").await.unwrap();
    assert_eq!(rows(&pool).await, ["a applied", "b applied head"]);
    upgrade(&set, &pool, "c").await.unwrap();
    assert_eq!(
        rows(&pool).await,
        ["a applied", "b applied head", "c applied head"]
    );
    upgrade(&set, &pool, "head").await.unwrap();
    assert_eq!(
        rows(&pool).await,
        ["a applied", "b applied", "c applied", "d applied head"]
    );
    downgrade(&set, &pool, "d@-1").await.unwrap();
    assert_eq!(
        rows(&pool).await,
        [
            "a applied",
            "b applied head",
            "c applied head",
            "d reverted"
        ]
    );
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_creates_no_table() {
    let (set, pool) = (set(&line(&["a", "b"])), memory().await);
    let report = set.run(&pool, Run::upgrade("head").dry()).await.unwrap();
    assert_eq!(steps(&report), ["upgrade a", "upgrade b"]);
    assert_eq!(report.heads, ["b"]);
    assert!(
        report.dry
            && report
                .steps
                .iter()
                .all(|step| step.outcome == Outcome::Pending)
    );
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(count, 0);
}

/// What failed half way is recorded as a person says; nothing of it is run once more.
#[tokio::test]
async fn a_stamp_answers_for_what_is_in_flight() {
    let up = "CREATE TABLE x (i);\nINSERT INTO gone VALUES (1);";
    let half = file_with(
        "b",
        "a",
        "",
        (" transaction:false", up),
        ("", "DROP TABLE x;"),
    );
    let (set, pool) = (
        set(&[table("a", "none"), half, table("c", "b")]),
        memory().await,
    );
    upgrade(&set, &pool, "head").await.unwrap_err();
    assert_eq!(rows(&pool).await, ["a applied head", "b upgrading"]);
    for spec in ["a", "base"] {
        let failure = set.run(&pool, Run::stamp([spec])).await.unwrap_err();
        assert_eq!(failure.class(), Class::InDoubt, "{failure}");
        assert!(
            failure.to_string().contains("`migrate-cli stamp b`"),
            "{failure}"
        );
    }
    assert_eq!(rows(&pool).await, ["a applied head", "b upgrading"]);
    let report = set.run(&pool, Run::stamp(["b"])).await.unwrap();
    assert_eq!(steps(&report), ["stamp b"]);
    assert_eq!(rows(&pool).await, ["a applied", "b applied head"]);
    assert!(set.current(&pool).await.unwrap().in_flight.is_empty());
    assert_eq!(upgrade(&set, &pool, "head").await.unwrap(), ["upgrade c"]);
    assert_eq!(
        downgrade(&set, &pool, "a").await.unwrap(),
        ["downgrade c", "downgrade b"]
    );
    // Or nothing that was recorded counts any more.
    upgrade(&set, &pool, "head").await.unwrap_err();
    set.run(&pool, Run::stamp(["a"]).purge()).await.unwrap();
    assert_eq!(rows(&pool).await, ["a applied head"]);
}

#[tokio::test]
async fn a_stamp_records_without_running() {
    let (set, pool) = (set(&line(&["a", "b", "c"])), memory().await);
    let report = set.run(&pool, Run::stamp(["b"])).await.unwrap();
    assert_eq!(steps(&report), ["stamp a", "stamp b"]);
    assert_eq!(rows(&pool).await, ["a applied", "b applied head"]);
    assert_eq!(tables(&pool).await, [""; 0]);
    let report = set.run(&pool, Run::stamp(["a"])).await.unwrap();
    assert_eq!(steps(&report), ["unstamp b"]);
    assert_eq!(rows(&pool).await, ["a applied head", "b reverted"]);
    set.run(&pool, Run::stamp(["c"]).purge()).await.unwrap();
    assert_eq!(
        rows(&pool).await,
        ["a applied", "b applied", "c applied head"]
    );
    set.run(&pool, Run::stamp(["base"])).await.unwrap();
    assert_eq!(
        rows(&pool).await,
        ["a reverted", "b reverted", "c reverted"]
    );
}

#[tokio::test]
async fn a_single_transaction_is_all_or_nothing() {
    let mut files = line(&["a", "b"]);
    files.push(file("c", "b", "CREATE TABLE t_a (x);", "SELECT 1;"));
    let (set, pool) = (set(&files), memory().await);
    let failure = set
        .run(&pool, Run::upgrade("head").single())
        .await
        .unwrap_err();
    let outcomes: Vec<Outcome> = failure
        .report()
        .steps
        .iter()
        .map(|step| step.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [Outcome::RolledBack, Outcome::RolledBack, Outcome::Failed]
    );
    assert_eq!(failure.report().heads, [""; 0]);
    assert_eq!(tables(&pool).await, [""; 0]);
    assert_eq!(rows(&pool).await, [""; 0]);
    set.run(&pool, Run::upgrade("b").single()).await.unwrap();
    assert_eq!(rows(&pool).await, ["a applied", "b applied head"]);
}

#[tokio::test]
async fn a_run_in_a_file_closes_its_connection_and_leaves_nothing() {
    let (folder, options) = in_file();
    let set = set(&line(&["a"]));
    set.run(&options, Run::upgrade("head")).await.unwrap();
    let names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, ["app.db"]);
}

#[tokio::test]
async fn a_pool_in_memory_of_more_than_one_connection_is_refused() {
    let pool = sqlx::sqlite::SqlitePoolOptions::new()
        .max_connections(2)
        .connect("sqlite::memory:")
        .await
        .unwrap();
    let failure = set(&line(&["a"]))
        .run(&pool, Run::upgrade("head"))
        .await
        .unwrap_err();
    assert!(
        failure
            .to_string()
            .contains("belongs to its connection, and this pool may open 2 of them"),
        "{failure}"
    );
}

#[tokio::test]
async fn the_journal_mode_stays_and_no_file_is_left_that_was_not_there() {
    let (folder, options) = in_file();
    let wal = options
        .clone()
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal);
    sqlx::SqlitePool::connect_with(wal)
        .await
        .unwrap()
        .close()
        .await;
    let set = set(&line(&["a"]));
    set.run(&options, Run::upgrade("head")).await.unwrap();
    let names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, ["app.db"]);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(mode, "wal");
    pool.close().await;
}

#[tokio::test]
async fn a_missing_file_is_empty_for_who_looks_and_is_not_made() {
    let (folder, options) = in_file();
    let set = set(&line(&["a"]));
    assert!(set.current(&options).await.unwrap().current.is_empty());
    assert_eq!(set.status(&options).await.unwrap().pending, ["a"]);
    let plan = set.plan(&options, Run::upgrade("head")).await.unwrap();
    assert_eq!(plan.steps.len(), 1);
    // A folder that is not there is more likely a slip of the pen.
    let slip = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("no/app.db"));
    let error = set.current(slip).await.unwrap_err();
    assert_eq!(error.class(), crate::text::diagnostic::Class::Unreachable);
    assert!(
        error
            .to_string()
            .contains("cannot be opened: there is no folder "),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
