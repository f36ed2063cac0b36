//! What is refused before anything has run.

use super::*;
use crate::binary;

#[test]
fn a_step_without_a_function_is_refused_before_anything_runs() {
    for server in servers::each() {
        let (place, kind) = (server.database("step_missing"), server.name());
        let chain = chain(server, &[BETWEEN]);
        let misspelt = chain.migrations().with_step("name_row", name_rows);
        let failure = refusal(&misspelt, &place);
        assert_eq!(failure.class(), Class::Config, "{kind}");
        let text = failure.to_string();
        let expected = "\
revision r2 calls the Rust step `name_rows`, and there is no function for it here
 --> migrations/0002.sql:8:1
  |
8 | -- migrate:rust name_rows
  | ^
  |
  = help: there is one for `name_row`: is one of the names misspelt?
";
        assert!(text.starts_with(expected), "{kind}: {text}");
        assert_eq!(recorded(&place), "", "{kind}: not even the first revision");

        let project = chain.directory();
        for arguments in [
            ["upgrade", "head"],
            ["upgrade", "--dry-run"],
            ["plan", "upgrade"],
        ] {
            let output = binary::command(&project)
                .args(arguments)
                .args(["--database-url", place.url(), "--format", "json"])
                .output()
                .expect("migrate-cli");
            assert_eq!(output.status.code(), Some(1), "{kind} {arguments:?}");
            let printed = String::from_utf8_lossy(&output.stdout);
            assert!(
                printed.contains(r#""class": "config""#)
                    && printed.contains("myapp migrate upgrade"),
                "{kind} {arguments:?}: {printed}"
            );
        }
        assert_eq!(recorded(&place), "", "{kind}");
        // What has no steps runs.
        binary::succeed(&project, &["upgrade", "r1", "--database-url", place.url()]);
        let shown = binary::succeed(&project, &["show", "r2", "--statements"]);
        assert!(shown.contains("-- migrate:rust name_rows"), "{shown}");
    }
}

#[test]
fn a_recorded_section_with_a_step_needs_its_release() {
    for server in servers::each() {
        let (place, kind) = (server.database("step_stored"), server.name());
        let newer = chain(server, &[BETWEEN]);
        upgrade(
            &newer.migrations().with_step("name_rows", name_rows),
            &place,
        );
        let older = chain(server, &[]);
        let older = older.migrations().with_step("name_rows", name_rows);
        let failure = run(&older, &place, Run::downgrade("-1").stored()).expect_err("no code");
        assert_eq!(failure.class(), Class::Config, "{kind}");
        let text = failure.to_string();
        assert!(
            text.starts_with(
                "the down section that is recorded for r2 calls the Rust step `name_rows`, whose code is not recorded\n"
            ) && text.contains("use the release that applied it: it was applied at 2")
                && text.contains("with migrate 0."),
            "{kind}: {text}"
        );
        assert_eq!(recorded(&place), "r1\tapplied\nr2\tapplied\n", "{kind}");

        // The release that has the same text goes down and up by its own function.
        let same = newer.migrations().with_step("name_rows", name_rows);
        run(&same, &place, Run::redo(None)).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(
            rows(&place),
            "1\tup-1\n2\tup-2\n3\tup-3!\n4\tup-4!\n",
            "{kind}"
        );
    }
}

#[test]
fn steps_run_in_the_transaction_of_a_caller_but_not_in_that_of_a_whole_run() {
    for server in servers::each().filter(|server| server.name() != "mysql") {
        let (place, kind) = (server.database("step_caller"), server.name());
        let migrations = chain(server, &[BETWEEN])
            .migrations()
            .with_step("name_rows", name_rows);
        let single = Run::upgrade("head").single();
        let text = run(&migrations, &place, single)
            .expect_err("one transaction")
            .to_string();
        assert!(
            text.starts_with(
                "revision r2 calls the Rust step `name_rows` and cannot run in one transaction for the whole run\n"
            ),
            "{kind}: {text}"
        );
        macro_rules! inside {
            ($connection:ty, $names:literal) => {{
                let mut connection = <$connection>::connect(place.url())
                    .await
                    .expect("a connection");
                let mut transaction = connection.begin().await.expect("a transaction");
                let upgraded = migrations.upgrade_on(&mut *transaction, "head").await;
                upgraded.unwrap_or_else(|error| panic!("{kind}: {error}"));
                let names: Vec<String> = sqlx::query_scalar($names)
                    .fetch_all(&mut *transaction)
                    .await
                    .expect("rows");
                transaction.rollback().await.expect("a rollback");
                names
            }};
        }
        let names = block_on(async {
            match kind {
                "sqlite" => inside!(sqlx::SqliteConnection, "SELECT name FROM t ORDER BY id"),
                _ => inside!(sqlx::PgConnection, "SELECT name FROM t ORDER BY id"),
            }
        });
        assert_eq!(names, ["up-1", "up-2", "up-3!", "up-4!"], "{kind}");
    }
}
