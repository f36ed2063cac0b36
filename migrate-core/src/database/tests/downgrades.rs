//! The way back.

use super::vocabulary::*;
use crate::database::Run;
use crate::text::diagnostic::Class;

#[tokio::test]
async fn a_downgrade_runs_the_down_sections_and_keeps_the_rows() {
    let (set, pool) = (set(&line(&["a", "b", "c"])), memory().await);
    upgrade(&set, &pool, "head").await.unwrap();
    assert_eq!(downgrade(&set, &pool, "-1").await.unwrap(), ["downgrade c"]);
    assert_eq!(
        rows(&pool).await,
        ["a applied", "b applied head", "c reverted"]
    );
    assert_eq!(
        downgrade(&set, &pool, "base").await.unwrap(),
        ["downgrade b", "downgrade a"]
    );
    assert_eq!(
        rows(&pool).await,
        ["a reverted", "b reverted", "c reverted"]
    );
    assert_eq!(tables(&pool).await, [""; 0]);
    upgrade(&set, &pool, "head").await.unwrap();
    assert_eq!(
        rows(&pool).await,
        ["a applied", "b applied", "c applied head"]
    );
}

#[tokio::test]
async fn the_file_wins_over_what_was_recorded() {
    let pool = memory().await;
    upgrade(
        &set(&[file(
            "a",
            "none",
            "CREATE TABLE x (i);",
            "SELECT no_such_column;",
        )]),
        &pool,
        "head",
    )
    .await
    .unwrap();
    downgrade(
        &set(&[file("a", "none", "CREATE TABLE x (i);", "DROP TABLE x;")]),
        &pool,
        "base",
    )
    .await
    .unwrap();
    assert_eq!(tables(&pool).await, [""; 0]);
}

#[tokio::test]
async fn an_older_release_takes_back_what_it_does_not_know_only_when_asked() {
    let (old, new, pool) = (
        set(&line(&["a"])),
        set(&line(&["a", "b", "c"])),
        memory().await,
    );
    upgrade(&new, &pool, "head").await.unwrap();
    let failure = downgrade(&old, &pool, "base").await.unwrap_err();
    assert_eq!(failure.class(), Class::Ahead);
    // To `a` there is nothing that the old release could take back, and yet the database is not there.
    let failure = downgrade(&old, &pool, "a").await.unwrap_err();
    assert_eq!(failure.class(), Class::Ahead);
    assert_eq!(
        failure.to_string().lines().next().unwrap(),
        "that way down takes back c, b, and this release does not know them"
    );
    let report = old.run(&pool, Run::downgrade("a").stored()).await.unwrap();
    assert_eq!(steps(&report), ["downgrade c", "downgrade b"]);
    assert_eq!(report.steps[0].file, "stored section");
    assert_eq!(
        rows(&pool).await,
        ["a applied head", "b reverted", "c reverted"]
    );
    assert_eq!(tables(&pool).await, ["t_a"]);
    assert!(downgrade(&old, &pool, "a").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_recorded_section_that_was_tampered_with_is_not_run() {
    let (old, new, pool) = (set(&line(&["a"])), set(&line(&["a", "b"])), memory().await);
    upgrade(&new, &pool, "head").await.unwrap();
    sqlx::query("UPDATE schema_revisions SET down_section = down_section || 'DROP TABLE t_a;'")
        .execute(&pool)
        .await
        .unwrap();
    let failure = old
        .run(&pool, Run::downgrade("a").stored())
        .await
        .unwrap_err();
    assert_eq!(failure.class(), Class::HistoryDiffers);
    assert_eq!(tables(&pool).await, ["t_a", "t_b"]);
}

#[tokio::test]
async fn a_redo_goes_down_as_recorded_and_up_as_written() {
    let pool = memory().await;
    upgrade(
        &set(&[file(
            "a",
            "none",
            "CREATE TABLE old (i);",
            "DROP TABLE old;",
        )]),
        &pool,
        "head",
    )
    .await
    .unwrap();
    let edited = set(&[file(
        "a",
        "none",
        "CREATE TABLE new (i);",
        "DROP TABLE new;",
    )]);
    let report = edited.run(&pool, Run::redo(None)).await.unwrap();
    assert_eq!(steps(&report), ["downgrade a", "upgrade a"]);
    assert_eq!(tables(&pool).await, ["new"]);
    assert_eq!(rows(&pool).await, ["a applied head"]);
    assert_eq!(
        upgrade(&edited, &pool, "head").await.unwrap(),
        [""; 0],
        "the new text is what is recorded"
    );
}

#[tokio::test]
async fn what_is_irreversible_is_refused_before_anything_runs() {
    let mut files = line(&["a"]);
    files.push(
        "-- b\n--\n-- revision: b\n-- down_revision: a\n-- irreversible: the names are gone\n\n-- migrate:up\nCREATE TABLE b (i);\n"
            .to_owned(),
    );
    files.push(table("c", "b"));
    let (set, pool) = (set(&files), memory().await);
    upgrade(&set, &pool, "head").await.unwrap();
    let failure = downgrade(&set, &pool, "base").await.unwrap_err();
    assert!(
        failure
            .to_string()
            .starts_with("revision b cannot be taken back: the names are gone"),
        "{failure}"
    );
    assert_eq!(
        rows(&pool).await,
        ["a applied", "b applied", "c applied head"]
    );
}
