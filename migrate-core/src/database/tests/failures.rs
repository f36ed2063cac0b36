//! What goes wrong, and what is left.

use std::time::Duration;

use sqlx::SqlitePool;

use super::vocabulary::*;
use crate::database::{Repair, Run};
use crate::text::diagnostic::Class;

#[tokio::test]
async fn a_failure_names_the_place_and_what_was_committed() {
    let mut files = line(&["a"]);
    files.push(file(
        "b",
        "a",
        "CREATE TABLE x (i);\nINSERT INTO gone VALUES (1);",
        "DROP TABLE x;",
    ));
    let (set, pool) = (set(&files), memory().await);
    let failure = upgrade(&set, &pool, "head").await.unwrap_err();
    assert_eq!(failure.class(), Class::SqlFailed);
    assert_eq!(
        failure.to_string(),
        "\
revision b failed: no such table: gone (SQLITE_ERROR)
 --> migrations/2.sql:8:13
  |
8 | INSERT INTO gone VALUES (1);
  |             ^^^^
  |
  = note: statement 2 of 2
  = note: nothing of this revision was committed; the revision before it was"
    );
    assert_eq!(tables(&pool).await, ["t_a"]);
    assert_eq!(rows(&pool).await, ["a applied head"]);
    assert_eq!(log(&pool).await, ["upgrade a finished", "upgrade b failed"]);
    let error: String =
        sqlx::query_scalar("SELECT error FROM schema_revisions_log WHERE outcome = 'failed'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(error, "no such table: gone (SQLITE_ERROR)");
}

#[tokio::test]
async fn a_schema_that_is_there_already_is_answered_with_stamp() {
    let (set, pool) = (set(&line(&["a", "b"])), memory().await);
    sqlx::query("CREATE TABLE t_a (id)")
        .execute(&pool)
        .await
        .unwrap();
    let text = upgrade(&set, &pool, "head").await.unwrap_err().to_string();
    assert!(
        text.contains("if the database has this schema already, `migrate-cli stamp a` says so"),
        "{text}"
    );
}

#[tokio::test]
async fn an_edited_history_is_refused() {
    let pool = memory().await;
    upgrade(
        &set(&[file("a", "none", "CREATE TABLE x (i);", "")]),
        &pool,
        "head",
    )
    .await
    .unwrap();
    let files = [
        file("a", "none", "CREATE TABLE x (i, j);", ""),
        table("b", "a"),
    ];
    let failure = upgrade(&set(&files), &pool, "head").await.unwrap_err();
    assert_eq!(failure.class(), Class::HistoryDiffers);
    let text = failure.to_string();
    assert!(
        text.contains("a: its up section is another than the one that was run"),
        "{text}"
    );
    assert!(
        text.contains("`migrate-cli repair --accept-edit a`"),
        "{text}"
    );
}

#[tokio::test]
async fn a_gap_is_refused_and_filled_when_asked() {
    let pool = memory().await;
    upgrade(&set(&[table("a", "none"), table("c", "a")]), &pool, "head")
        .await
        .unwrap();
    let rebased = set(&[table("a", "none"), table("b", "a"), table("c", "b")]);
    let failure = upgrade(&rebased, &pool, "head").await.unwrap_err();
    assert_eq!(failure.class(), Class::Gap);
    assert!(
        failure
            .to_string()
            .starts_with("applied revisions stand on others that are not applied: b"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_section_without_transaction_goes_on_where_it_stopped() {
    let with = |last: &str| {
        let up = format!("CREATE TABLE x (i);\nVACUUM;\n{last}");
        set(&[file_with(
            "a",
            "none",
            "",
            (" transaction:false", &up),
            ("", "DROP TABLE x;"),
        )])
    };
    let (folder, options) = in_file();
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let broken = with("INSERT INTO y VALUES (1);");
    let failure = upgrade(&broken, &pool, "head").await.unwrap_err();
    let text = failure.to_string();
    assert!(
        text.contains("statements 1 to 2 are committed; a is recorded as begun"),
        "{text}"
    );
    assert_eq!(rows(&pool).await, ["a upgrading"]);
    // The same again, now that it can go on.
    sqlx::query("CREATE TABLE y (i)")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(
        upgrade(&broken, &pool, "head").await.unwrap(),
        ["upgrade a"]
    );
    assert_eq!(rows(&pool).await, ["a applied head"]);
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM y")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(count, 1);
    assert_eq!(log(&pool).await, ["upgrade a failed", "upgrade a finished"]);
    drop(folder);
}

#[tokio::test]
async fn foreign_keys_are_off_for_a_rebuild_and_checked_before_it_commits() {
    let base = "CREATE TABLE p (id INTEGER PRIMARY KEY, v);\nCREATE TABLE c (p REFERENCES p ON DELETE CASCADE);\n\
                INSERT INTO p VALUES (1, 'x');\nINSERT INTO c VALUES (1);";
    let rebuild = |filter: &str| {
        format!(
            "PRAGMA foreign_keys = OFF;\nCREATE TABLE new_p (id INTEGER PRIMARY KEY, v TEXT);\nINSERT INTO new_p SELECT * FROM \
             p{filter};\nDROP TABLE p;\nALTER TABLE new_p RENAME TO p;"
        )
    };
    let with = |filter: &str| {
        set(&[
            file("a", "none", base, ""),
            file("b", "a", &rebuild(filter), ""),
        ])
    };
    let pool = memory().await;
    upgrade(&with(""), &pool, "a").await.unwrap();
    let failure = upgrade(&with(" WHERE id > 1"), &pool, "head")
        .await
        .unwrap_err();
    let text = failure.to_string();
    assert!(
        text.contains("foreign_key_check: a row of c would refer to nothing in p"),
        "{text}"
    );
    upgrade(&with(""), &pool, "head").await.unwrap();
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM c")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(kept, 1, "nothing was deleted by the cascade");
    let on: i64 = sqlx::query_scalar("PRAGMA foreign_keys")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(on, 1);
}

#[tokio::test]
async fn settings_of_a_section_are_put_back() {
    let files = [file(
        "a",
        "none",
        "PRAGMA recursive_triggers = ON;\nCREATE TABLE x (i);",
        "",
    )];
    let pool = memory().await;
    upgrade(&set(&files), &pool, "head").await.unwrap();
    let on: i64 = sqlx::query_scalar("PRAGMA recursive_triggers")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(on, 0);
}

#[tokio::test]
async fn another_format_says_who_must_be_updated() {
    let (set, pool) = (set(&line(&["a"])), memory().await);
    upgrade(&set, &pool, "head").await.unwrap();
    sqlx::query("UPDATE schema_revisions_lock SET format = 9")
        .execute(&pool)
        .await
        .unwrap();
    let failure = upgrade(&set, &pool, "head").await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "the state tables have format 9, this release of migrate reads format 1\n  = help: update this program"
    );
}

#[tokio::test]
async fn a_run_dropped_in_mid_message_leaves_nothing_behind() {
    let slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) INSERT INTO t_a SELECT i \
                FROM n;";
    let files = [table("a", "none"), file("b", "a", slow, "DELETE FROM t_a;")];
    let (folder, options) = in_file();
    let set = set(&files);
    let pool = sqlx::SqlitePool::connect_with(options.clone())
        .await
        .unwrap();
    let run = set.run(&pool, Run::upgrade("head"));
    assert!(
        tokio::time::timeout(std::time::Duration::from_millis(60), run)
            .await
            .is_err()
    );
    assert_eq!(
        upgrade(&set, &pool, "head")
            .await
            .unwrap()
            .last()
            .map(String::as_str),
        Some("upgrade b")
    );
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM t_a")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(count, 3_000_000);
    drop(folder);
}

#[tokio::test]
async fn a_section_may_commit_by_itself() {
    let up = "BEGIN;\nCREATE TABLE x (i);\nINSERT INTO x VALUES (1);\nCOMMIT;\nVACUUM;\nBEGIN;\nINSERT INTO x VALUES (2);\n\
              INSERT INTO gone VALUES (1);\nEND;";
    let files = [file_with(
        "a",
        "none",
        "",
        (" transaction:false", up),
        ("", "DROP TABLE x;"),
    )];
    let (folder, options) = in_file();
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let text = upgrade(&set(&files), &pool, "head")
        .await
        .unwrap_err()
        .to_string();
    assert!(text.contains("statements 1 to 5 are committed"), "{text}");
    sqlx::query("CREATE TABLE gone (i)")
        .execute(&pool)
        .await
        .unwrap();
    upgrade(&set(&files), &pool, "head").await.unwrap();
    let found: Vec<i64> = sqlx::query_scalar("SELECT i FROM x ORDER BY i")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(found, [1, 2]);
    drop(folder);
}

#[tokio::test]
async fn an_edited_revision_is_accepted_on_request() {
    let pool = memory().await;
    let before = [
        file("a", "none", "CREATE TABLE x (i);", ""),
        table("b", "a"),
        table("c", "b"),
    ];
    upgrade(&set(&before), &pool, "head").await.unwrap();
    let mut after = before.to_vec();
    after[0] = file("a", "none", "CREATE TABLE x (i INTEGER);", "DROP TABLE x;");
    let after = set(&after);
    assert_eq!(
        upgrade(&after, &pool, "head").await.unwrap_err().class(),
        Class::HistoryDiffers
    );
    let report = after
        .repair(&pool, Repair::accept_edit("a").dry())
        .await
        .unwrap();
    assert_eq!(
        report.steps[0].message,
        "its up section is another than the one that was run: accepted"
    );
    let [up, down] = report.steps[0].changes.as_slice() else {
        panic!("{:?}", report.steps[0].changes);
    };
    assert_eq!((up.what, down.what), ("up", "down"));
    assert!(
        up.lines.is_empty(),
        "of an up section the digest is recorded"
    );
    assert_eq!(down.lines, ["  -- migrate:down", "-", "+ DROP TABLE x;"]);
    assert_eq!(
        upgrade(&after, &pool, "head").await.unwrap_err().class(),
        Class::HistoryDiffers,
        "that was dry"
    );
    let report = after.repair(&pool, Repair::accept_edit("a")).await.unwrap();
    assert_eq!(steps(&report), ["repair a", "repair b", "repair c"]);
    assert_eq!(upgrade(&after, &pool, "head").await.unwrap(), [""; 0]);
    assert!(after.is_up_to_date(&pool).await.unwrap());
}

fn begun(first: &str, last: &str) -> crate::model::Migrations {
    let up = format!("{first}\nVACUUM;\n{last}");
    let options = (" transaction:false", up.as_str());
    set(&[file_with("a", "none", "", options, ("", "DROP TABLE x;"))])
}

#[tokio::test]
async fn the_statements_that_have_not_run_may_be_mended() {
    let (folder, options) = in_file();
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let first = "CREATE TABLE x (i);";
    upgrade(&begun(first, "INSERT INTO y VALUES (1);"), &pool, "head")
        .await
        .unwrap_err();
    let mended = begun(first, "INSERT INTO x VALUES (1);");
    assert_eq!(
        upgrade(&mended, &pool, "head").await.unwrap(),
        ["upgrade a"]
    );
    assert!(mended.is_up_to_date(&pool).await.unwrap());
    drop(folder);
}

#[tokio::test]
async fn statements_that_were_edited_after_they_ran_are_in_doubt_until_somebody_decides() {
    let (folder, options) = in_file();
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    upgrade(
        &begun("CREATE TABLE x (i);", "INSERT INTO y VALUES (1);"),
        &pool,
        "head",
    )
    .await
    .unwrap_err();
    let edited = begun("CREATE TABLE x (i INTEGER);", "INSERT INTO x VALUES (1);");
    let failure = upgrade(&edited, &pool, "head").await.unwrap_err();
    assert_eq!(failure.class(), Class::InDoubt);
    assert!(
        failure
            .to_string()
            .contains("`migrate-cli repair --resume-from N a`"),
        "{failure}"
    );
    edited
        .repair(&pool, Repair::resume_from("a", 3))
        .await
        .unwrap();
    assert_eq!(
        upgrade(&edited, &pool, "head").await.unwrap(),
        ["upgrade a"]
    );
    assert_eq!(rows(&pool).await, ["a applied head"]);
    assert!(edited.is_up_to_date(&pool).await.unwrap());
    assert_eq!(
        log(&pool).await,
        [
            "upgrade a failed",
            "repair a finished",
            "upgrade a finished"
        ]
    );
    drop(folder);
}

/// Somebody else writes all the time: nothing is said of a revision that was never begun.
#[tokio::test]
async fn a_run_that_cannot_have_the_file_has_begun_nothing() {
    let (_folder, options) = in_file();
    let pool = SqlitePool::connect_with(options.clone())
        .await
        .expect("a file");
    let set = set(&line(&["a", "b"]));
    upgrade(&set, &pool, "a").await.expect("the first");
    let mut writer = pool.acquire().await.expect("a connection");
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut *writer)
        .await
        .expect("the lock of the file");
    for told in [true, false] {
        let run = Run::upgrade("head").lock_wait(Duration::from_millis(300));
        let run = if told { run.on_progress(|_| {}) } else { run };
        let failure = set.run(options.clone(), run).await.unwrap_err();
        assert_eq!(failure.class(), Class::RunLockTimeout, "{failure}");
        let report = failure.report();
        assert!(report.steps.is_empty(), "{:?}", report.steps);
        assert_eq!(report.from, ["a"]);
        assert_eq!(report.heads, ["a"]);
    }
}

/// It is no effective row, and all the same something is forgotten.
#[tokio::test]
async fn a_purge_says_that_it_forgets_a_revision_that_was_never_finished() {
    let broken = "CREATE TABLE x (i);\nINSERT INTO gone VALUES (1);";
    let files = [file_with(
        "a",
        "none",
        "",
        (" transaction:false", broken),
        ("", "DROP TABLE x;"),
    )];
    let (set, pool) = (set(&files), memory().await);
    upgrade(&set, &pool, "head").await.unwrap_err();
    for (rows, idle) in [(1, false), (0, true)] {
        let purge = Run::stamp(["base"]).purge();
        let report = set.run(&pool, purge).await.expect("nothing is in the way");
        assert_eq!(report.purged, Some(rows));
        assert_eq!(report.is_up_to_date(), idle);
    }
}
