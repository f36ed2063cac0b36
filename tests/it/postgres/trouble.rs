//! What goes wrong: where an error is shown, what a restart makes of it, who waits, what a refusal says.

use std::time::Duration;

use migrate::{Class, Database, Run};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection as _};

use super::{ask, chain, database, refused, upgrade};
use crate::chain::{block_on, run};
use crate::servers;

#[test]
fn an_error_is_shown_where_it_is() {
    let Some(database) = database("position") else {
        return;
    };
    let chain = chain(&[
        ("CREATE TABLE a (id int);", ""),
        (
            "CREATE TABLE b (id int);\nINSERT INTO b\n  SELECT 1 WHERE 'é' = nosuch(2);",
            "",
        ),
    ]);
    let failure = refused(&chain, &database);
    assert_eq!(failure.class(), Class::SqlFailed);
    let text = failure.to_string();
    assert!(
        text.starts_with("revision r2 failed: function nosuch(integer) does not exist (42883)"),
        "{text}"
    );
    assert!(text.contains("0002.sql:9:24\n"), "{text}");
    assert!(
        text.contains("nothing of this revision was committed; the revision before it was"),
        "{text}"
    );
    assert_eq!(
        ask(
            &database,
            "SELECT count(*) FROM pg_tables WHERE tablename = 'b'"
        ),
        "0"
    );
    assert!(
        ask(
            &database,
            "SELECT error FROM schema_revisions_log WHERE outcome = 'failed'"
        )
        .contains("nosuch")
    );
}

#[test]
fn an_invalid_index_is_found_and_built_again() {
    let Some(database) = database("invalid") else {
        return;
    };
    let up = "!transaction:false\nCREATE UNIQUE INDEX CONCURRENTLY t_name ON t (name);\nUPDATE t SET done = true;";
    let chain = chain(&[
        (
            "CREATE TABLE t (name text, done bool);\nINSERT INTO t VALUES ('a'), ('a');",
            "DROP TABLE t;",
        ),
        (up, "DROP INDEX t_name;"),
    ]);
    let text = refused(&chain, &database).to_string();
    assert!(text.contains("could not create unique index"), "{text}");
    assert!(
        text.contains("no statement of it was committed; r2 is recorded as begun"),
        "{text}"
    );
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_name'::regclass";
    assert_eq!(ask(&database, valid), "f", "what the server has left");
    database.sql("UPDATE t SET name = ctid::text");
    upgrade(&chain, &database);
    assert_eq!(ask(&database, valid), "t");
    assert_eq!(ask(&database, "SELECT count(*) FROM t WHERE done"), "2");
}

#[test]
fn a_run_dropped_in_mid_message_leaves_nothing_behind() {
    let Some(database) = database("dropped") else {
        return;
    };
    let chain = chain(&[
        ("CREATE TABLE t (id int);", "DROP TABLE t;"),
        (
            "SET search_path = pg_catalog;\nINSERT INTO public.t SELECT 1 FROM pg_sleep(1);",
            "DELETE FROM t;",
        ),
    ]);
    let set = chain.migrations();
    block_on(async {
        let pool = PgPool::connect(database.url()).await.expect("a pool");
        let run = set.run(&pool, Run::upgrade("head"));
        assert!(
            tokio::time::timeout(Duration::from_millis(400), run)
                .await
                .is_err()
        );
        let path: String = sqlx::query_scalar("SHOW search_path")
            .fetch_one(&pool)
            .await
            .expect("a setting");
        assert_eq!(path, "\"$user\", public");
        let locks =
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
        let locks: i64 = sqlx::query_scalar(locks)
            .fetch_one(&pool)
            .await
            .expect("a count");
        assert_eq!(locks, 0);
        // The server may still be at it: the next run waits for the lock that the dead session holds.
        set.run(&pool, Run::upgrade("head"))
            .await
            .unwrap_or_else(|failure| panic!("{failure}"));
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM t")
            .fetch_one(&pool)
            .await
            .expect("a count");
        assert_eq!(rows, 1, "it ran once");
        pool.close().await;
    });
}

#[test]
fn a_lock_on_a_table_is_waited_for_by_trying_again() {
    let Some(database) = database("ddl_lock") else {
        return;
    };
    let chain = chain(&[
        ("CREATE TABLE t (id int);", ""),
        ("ALTER TABLE t ADD COLUMN b int;", ""),
    ]);
    run(&chain, database.url(), Run::upgrade("r1")).unwrap_or_else(|failure| panic!("{failure}"));
    chain.configure("\n[timeouts]\nddl_lock = \"100ms\"\n");
    let set = chain.migrations();
    block_on(async {
        let mut other = PgConnection::connect(database.url())
            .await
            .expect("a connection");
        sqlx::raw_sql("BEGIN; LOCK TABLE t")
            .execute(&mut other)
            .await
            .expect("a lock");
        let (sender, receiver) = std::sync::mpsc::channel();
        let url: Database = database.url().parse().expect("a URL");
        let run = set.run(
            &url,
            Run::upgrade("head").on_progress(move |event| {
                if let migrate::Event::Retrying { reason, .. } = event {
                    // The test may be over.
                    let _ = sender.send((*reason).to_owned());
                }
            }),
        );
        let release = async {
            loop {
                if let Ok(reason) = receiver.try_recv() {
                    assert!(reason.contains("lock timeout"), "{reason}");
                    break sqlx::raw_sql("COMMIT")
                        .execute(&mut other)
                        .await
                        .expect("the end of the lock");
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let (report, _) = tokio::join!(run, release);
        assert_eq!(
            report
                .unwrap_or_else(|failure| panic!("{failure}"))
                .steps
                .len(),
            1
        );
    });
}

#[test]
fn a_missing_right_is_answered_with_the_grant() {
    let Some(database) = database("rights") else {
        return;
    };
    let role = format!("poor_{}", std::process::id());
    database.sql(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'x'; REVOKE ALL ON SCHEMA public FROM PUBLIC"
    ));
    let chain = chain(&[("CREATE TABLE t (id int);", "")]);
    let set = chain.migrations();
    block_on(async {
        let options: sqlx::postgres::PgConnectOptions = database.url().parse().expect("a URL");
        let poor = options
            .username(&role)
            .password("x")
            .options([("search_path", "public")]);
        let failure = set
            .run(&poor, Run::upgrade("head"))
            .await
            .expect_err("a refusal");
        let text = failure.to_string();
        // Without USAGE the schema is not even seen.
        assert!(
            text.contains("GRANT") || text.contains("no schema of the search path exists"),
            "{text}"
        );
        let mut owner = PgConnection::connect(database.url())
            .await
            .expect("a connection");
        let grant = AssertSqlSafe(format!("GRANT USAGE ON SCHEMA public TO {role}"));
        sqlx::raw_sql(grant)
            .execute(&mut owner)
            .await
            .expect("a grant");
        let failure = set
            .run(&poor, Run::upgrade("head"))
            .await
            .expect_err("a refusal");
        assert_eq!(failure.class(), Class::Permission);
        let text = failure.to_string();
        assert!(
            text.contains(&format!(
                "GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"{role}\""
            )),
            "{text}"
        );
    });
    database.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn a_missing_database_is_made_only_when_asked() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let name = format!("made_{}", std::process::id());
    let url: Database = server.url_of(&name).parse().expect("a URL");
    let chain = chain(&[("CREATE TABLE t (id int);", "")]);
    let set = chain.migrations();
    let failure = block_on(set.run(&url, Run::upgrade("head"))).expect_err("a failure");
    assert_eq!(failure.class(), Class::Unreachable);
    assert!(
        failure.to_string().contains("--create-database"),
        "{failure}"
    );
    let made = block_on(set.run(&url, Run::upgrade("head").create_database()));
    assert_eq!(
        made.unwrap_or_else(|failure| panic!("{failure}"))
            .steps
            .len(),
        1
    );
    let home: Database = server.url().parse().expect("a URL");
    assert_ne!(home.to_string(), url.to_string());
    block_on(async {
        let mut owner = PgConnection::connect(server.url())
            .await
            .expect("a connection");
        sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE {name}")))
            .execute(&mut owner)
            .await
            .expect("the end");
    });
}
