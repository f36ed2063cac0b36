//! The start-up table of the design, row by row.

use super::vocabulary::*;
use crate::database::{Run, Step, StepError};
use crate::model::set::{Ahead, Settings};
use crate::text::diagnostic::Class;

fn settings(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = Settings::default();
    // The environment of the test must not decide.
    settings.startup.auto_env = "NO_SUCH_VARIABLE".to_owned();
    change(&mut settings);
    settings
}

#[tokio::test]
async fn missing_tables_are_an_empty_database() {
    let (set, pool) = (set(&line(&["a", "b"])), memory().await);
    let report = set.startup(&pool).await.unwrap();
    assert_eq!(steps(&report), ["upgrade a", "upgrade b"]);
    assert_eq!(report.heads, ["b"]);
}

#[tokio::test]
async fn equal_heads_write_nothing() {
    let (set, pool) = (set(&line(&["a", "b"])), memory().await);
    set.startup(&pool).await.unwrap();
    let epoch = || async {
        sqlx::query_scalar::<_, i64>("SELECT epoch FROM schema_revisions_lock")
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let before = epoch().await;
    let report = set.startup(&pool).await.unwrap();
    assert!(report.is_up_to_date());
    assert_eq!(report.heads, ["b"]);
    assert_eq!(epoch().await, before);
}

#[tokio::test]
async fn an_empty_set_needs_no_tables() {
    let (set, pool) = (set(&[]), memory().await);
    assert!(set.startup(&pool).await.unwrap().is_up_to_date());
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn several_heads_are_the_target_of_a_start_up() {
    let files = [table("a", "none"), table("b", "a"), table("c", "a")];
    let (set, pool) = (set(&files), memory().await);
    set.startup(&pool).await.unwrap();
    assert_eq!(
        rows(&pool).await,
        ["a applied", "b applied head", "c applied head"]
    );
    assert!(set.is_up_to_date(&pool).await.unwrap());
}

#[tokio::test]
async fn an_old_release_starts_beside_a_newer_schema_with_a_warning() {
    let (old, new, pool) = (set(&line(&["a"])), set(&line(&["a", "b"])), memory().await);
    new.startup(&pool).await.unwrap();
    let report = old.startup(&pool).await.unwrap();
    assert_eq!(report.warnings, ["applied and not known here: b"]);
    assert!(report.is_up_to_date());
}

#[tokio::test]
async fn an_old_release_does_not_start_beside_a_breaking_revision_however_far_below() {
    let breaking = file_with(
        "b",
        "a",
        "-- breaking: the column is gone\n",
        ("", "SELECT 1;"),
        ("", "SELECT 1;"),
    );
    let new = set(&[table("a", "none"), breaking, table("c", "b")]);
    let pool = memory().await;
    new.startup(&pool).await.unwrap();
    let cases = [
        (Ahead::Compatible, Some(Class::Ahead)),
        (Ahead::Allow, None),
        (Ahead::Refuse, Some(Class::Ahead)),
    ];
    for (ahead, expected) in cases {
        let old = set_with(
            &line(&["a"]),
            &settings(|settings| settings.startup.ahead = ahead),
        );
        let found = old.startup(&pool).await;
        assert_eq!(
            found.as_ref().err().map(|failure| failure.class()),
            expected,
            "{ahead:?}"
        );
    }
}

#[tokio::test]
async fn two_sides_that_do_not_know_each_other_are_refused_at_start_up_and_warned_of_by_hand() {
    let ours = set(&[table("a", "none"), table("b", "a")]);
    let theirs = set(&[table("a", "none"), table("c", "a")]);
    let pool = memory().await;
    theirs.startup(&pool).await.unwrap();
    let failure = ours.startup(&pool).await.unwrap_err();
    assert_eq!(failure.class(), Class::Diverged);
    let text = failure.to_string();
    assert!(
        text.contains("unknown here: c") && text.contains("not applied: b"),
        "{text}"
    );
    let report = ours.run(&pool, Run::upgrade("head")).await.unwrap();
    assert_eq!(steps(&report), ["upgrade b"]);
    assert_eq!(report.warnings, ["applied and not known here: c"]);
    assert_eq!(
        rows(&pool).await,
        ["a applied", "b applied head", "c applied head"]
    );
}

#[tokio::test]
async fn a_gap_comes_before_everything_else() {
    let pool = memory().await;
    set(&[table("a", "none"), table("c", "a")])
        .startup(&pool)
        .await
        .unwrap();
    let failure = set(&[table("a", "none"), table("b", "a"), table("c", "b")])
        .startup(&pool)
        .await
        .unwrap_err();
    assert_eq!(failure.class(), Class::Gap);
}

#[tokio::test]
async fn edited_history_is_refused() {
    let pool = memory().await;
    set(&[file("a", "none", "CREATE TABLE x (i);", "")])
        .startup(&pool)
        .await
        .unwrap();
    let failure = set(&[file("a", "none", "CREATE TABLE x (j);", "")])
        .startup(&pool)
        .await
        .unwrap_err();
    assert_eq!(failure.class(), Class::HistoryDiffers);
}

#[tokio::test]
async fn something_in_flight_is_recovered() {
    let (set, pool) = (set(&line(&["a", "b"])), memory().await);
    set.startup(&pool).await.unwrap();
    let sql = "UPDATE schema_revisions SET state = 'upgrading', is_head = 0, error = 'killed' WHERE revision = 'b'; UPDATE \
               schema_revisions SET is_head = 1 WHERE revision = 'a'; DROP TABLE t_b; UPDATE schema_revisions SET statement_no \
               = 0";
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    let report = set.startup(&pool).await.unwrap();
    assert_eq!(
        report.steps[0]
            .to_string()
            .split(" (")
            .nth(1)
            .map(|text| &text[..9]),
        Some("recovered")
    );
    assert_eq!(rows(&pool).await, ["a applied", "b applied head"]);
    assert_eq!(tables(&pool).await, ["t_a", "t_b"]);
}

#[tokio::test]
async fn something_in_flight_of_a_newer_release_is_named() {
    let (old, new, pool) = (set(&line(&["a"])), set(&line(&["a", "b"])), memory().await);
    new.startup(&pool).await.unwrap();
    let sql = "UPDATE schema_revisions SET state = 'upgrading', is_head = 0, error = 'killed' WHERE revision = 'b'; UPDATE \
               schema_revisions SET is_head = 1 WHERE revision = 'a'";
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    let failure = old.startup(&pool).await.unwrap_err();
    assert_eq!(failure.class(), Class::InDoubt);
    assert!(
        failure.to_string().contains("revision b is in doubt"),
        "{failure}"
    );
}

#[tokio::test]
async fn with_auto_off_nothing_is_run() {
    let pool = memory().await;
    let quiet = set_with(
        &line(&["a"]),
        &settings(|settings| settings.startup.auto = false),
    );
    let report = quiet.startup(&pool).await.unwrap();
    assert_eq!(
        report.warnings,
        [
            "1 revision is pending and start-up does not run it (auto = false in migrate.toml): a; `migrate-cli upgrade` does"
        ]
    );
    assert_eq!(report.pending, ["a"]);
    assert!(!report.is_up_to_date());
    assert_eq!(tables(&pool).await, Vec::<String>::new());
    let strict = set_with(
        &line(&["a"]),
        &settings(|settings| {
            settings.startup.auto = false;
            settings.startup.require_head = true;
        }),
    );
    let failure = strict.startup(&pool).await.unwrap_err();
    assert_eq!(failure.class(), Class::Pending);
    assert!(
        failure.to_string().starts_with(
            "1 revision is pending and start-up does not run it (auto = false in migrate.toml): a"
        ),
        "{failure}"
    );
    quiet.upgrade(&pool, "head").await.unwrap();
    assert!(strict.startup(&pool).await.unwrap().is_up_to_date());
}

#[tokio::test]
async fn with_auto_off_a_missing_file_is_an_empty_database() {
    let (_folder, options) = in_file();
    let quiet = set_with(
        &line(&["a", "b"]),
        &settings(|settings| settings.startup.auto = false),
    );
    let report = quiet.startup(&options).await.unwrap();
    assert_eq!(report.pending, ["a", "b"]);
    assert!(!options.get_filename().exists(), "start-up made a file");
}

#[tokio::test]
async fn a_start_up_that_waits_goes_on_when_somebody_else_has_migrated() {
    let (_folder, options) = in_file();
    let waiting = set_with(
        &line(&["a", "b"]),
        &settings(|settings| {
            settings.startup.auto = false;
            settings.startup.wait = true;
        }),
    );
    let other = set(&line(&["a", "b"]));
    let (waited, migrated) = tokio::join!(waiting.startup(&options), async {
        // The other one has had its look by then.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        other.upgrade(&options, "head").await
    });
    migrated.unwrap();
    let report = waited.unwrap();
    assert!(report.is_up_to_date() && report.warnings.is_empty());
    assert_eq!(report.heads, ["b"]);
}

#[tokio::test]
async fn a_start_up_that_waits_says_so_when_nobody_has_migrated() {
    let waiting = set_with(
        &line(&["a", "b"]),
        &settings(|settings| {
            settings.startup.auto = false;
            settings.startup.wait = true;
            settings.startup.limit = std::time::Duration::from_millis(300);
        }),
    );
    let pool = memory().await;
    let failure = waiting.startup(&pool).await.unwrap_err();
    assert_eq!(failure.class(), Class::RunTimeout);
    let text = failure.to_string();
    assert!(
        text.starts_with("nobody has migrated within 300 ms: 2 revisions are pending")
            && text.contains("`migrate-cli upgrade` runs them"),
        "{text}"
    );
}

#[tokio::test]
async fn a_health_check_is_content_with_a_newer_schema_and_not_with_a_breaking_one() {
    let breaking = |id: &str, below: &str| {
        file_with(
            id,
            below,
            "-- breaking: the column is gone\n",
            ("", "SELECT 1;"),
            ("", "SELECT 1;"),
        )
    };
    let (old, pool) = (set(&line(&["a"])), memory().await);
    assert!(!old.is_up_to_date(&pool).await.unwrap());
    old.startup(&pool).await.unwrap();
    assert!(old.is_up_to_date(&pool).await.unwrap());
    let newer = set(&line(&["a", "b"]));
    assert!(!newer.is_up_to_date(&pool).await.unwrap());
    newer.startup(&pool).await.unwrap();
    assert!(old.is_up_to_date(&pool).await.unwrap());
    assert!(!old.is_at_heads(&pool).await.unwrap());
    let mut files = line(&["a", "b"]);
    files.push(breaking("c", "b"));
    set(&files).startup(&pool).await.unwrap();
    assert!(!old.is_up_to_date(&pool).await.unwrap());
    let other_text = [file("a", "none", "SELECT 2;", "")];
    assert!(!set(&other_text).is_up_to_date(&pool).await.unwrap());
}

#[tokio::test]
async fn the_limit_stops_before_the_next_revision() {
    const LIMIT: std::time::Duration = std::time::Duration::from_secs(1);
    async fn outlasts(_: &mut Step<'_>) -> Result<(), StepError> {
        tokio::time::sleep(LIMIT).await;
        Ok(())
    }
    let pool = memory().await;
    let mut files = line(&["a", "b", "c"]);
    files[0] = file("a", "none", "-- migrate:rust outlasts", "SELECT 1;");
    let set = set_with(&files, &settings(|settings| settings.startup.limit = LIMIT))
        .with_step("outlasts", outlasts);
    let failure = set.startup(&pool).await.unwrap_err();
    assert_eq!(failure.class(), Class::RunTimeout, "{failure}");
    let text = failure.to_string();
    assert!(
        text.contains("not begun b, c")
            && text.contains("`migrate-cli upgrade` runs the rest by hand"),
        "{text}"
    );
    assert_eq!(rows(&pool).await, ["a applied head"]);
}

#[tokio::test]
async fn a_status_counts_and_never_fails_on_what_is_unknown() {
    let (old, new, pool) = (
        set(&line(&["a", "z"])),
        set(&line(&["a", "b"])),
        memory().await,
    );
    let empty = old.status(&pool).await.unwrap();
    assert!(!empty.tables && empty.pending == ["a", "z"]);
    new.startup(&pool).await.unwrap();
    let status = old.status(&pool).await.unwrap();
    assert_eq!(status.applied, 2);
    assert_eq!(status.pending, ["z"]);
    assert_eq!(status.unknown_applied, ["b"]);
    let current = old.current(&pool).await.unwrap();
    assert_eq!(current.unknown[0].revision, "b");
    assert!(current.unknown[0].finished_at.is_some() && !current.unknown[0].who.is_empty());
    assert!(
        old.is_applied(&pool, "b").await.unwrap() && !old.is_applied(&pool, "z").await.unwrap()
    );
}

#[tokio::test]
async fn an_upgrade_inside_a_transaction_is_rolled_back_with_it() {
    let (set, pool) = (set(&line(&["a", "b"])), memory().await);
    let mut transaction = pool.begin().await.unwrap();
    let report = set.upgrade_on(&mut transaction, "head").await.unwrap();
    assert_eq!(steps(&report), ["upgrade a", "upgrade b"]);
    sqlx::query("INSERT INTO t_b VALUES (1)")
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.rollback().await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(count, 0);
}
