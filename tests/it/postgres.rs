//! PostgreSQL: one message for each revision, settings that a revision makes, what runs outside of transactions.

use std::fmt::Write as _;
use std::time::Duration;

use migrate::{Class, Database, Failure, Migrations, Report, Run};
use migrate_core::project::config::Search;
use migrate_core::project::write::{LockOptions, lock};
use migrate_core::text::{Dialect, DialectSet};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;

use crate::servers::{self, TestDatabase};

fn database(name: &str) -> Option<TestDatabase> {
    servers::postgres().map(|server| server.database(name))
}

/// A set of one chain `r1`, `r2`, ..: options of the up section, up and down SQL of each.
fn chain(sections: &[(&str, &str, &str)]) -> (TempDir, Migrations) {
    let root = tempfile::tempdir().expect("a temporary directory");
    let directory = root.path().join("migrations");
    std::fs::create_dir(&directory).expect("a directory");
    std::fs::write(
        root.path().join("migrate.toml"),
        "[migrations]\ndialects = [\"postgres\"]\n",
    )
    .expect("a file");
    let mut parent = "none".to_owned();
    for (place, (options, up, down)) in sections.iter().enumerate() {
        let id = format!("r{}", place + 1);
        let mut text = format!(
            "-- step {id}\n--\n-- revision: {id}\n-- down_revision: {parent}\n\n-- migrate:up{options}\n{up}\n"
        );
        let down = if down.is_empty() {
            "-- migrate:empty nothing to take back"
        } else {
            down
        };
        let _ = write!(text, "\n-- migrate:down\n{down}\n");
        std::fs::write(directory.join(format!("{id}.sql")), text).expect("a file");
        parent = id;
    }
    let project = Search::from(root.path())
        .dir(Some(directory.clone()))
        .find()
        .expect("a project");
    let options = LockOptions {
        dialects: DialectSet::one(Dialect::Postgres),
        ..LockOptions::default()
    };
    if let Err(findings) = lock(&project, &options) {
        let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
        panic!("{}", findings.join("\n\n"));
    }
    let set = Migrations::from_dir(&directory).unwrap_or_else(|error| panic!("{error}"));
    (root, set)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

fn run(set: &Migrations, database: &TestDatabase, run: Run) -> Result<Report, Failure> {
    let database: Database = database.url().parse().expect("a URL");
    block_on(set.run(&database, run))
}

#[track_caller]
fn upgrade(set: &Migrations, database: &TestDatabase) -> Report {
    run(set, database, Run::upgrade("head")).unwrap_or_else(|failure| panic!("{failure}"))
}

#[track_caller]
fn refused(set: &Migrations, database: &TestDatabase) -> Failure {
    run(set, database, Run::upgrade("head")).expect_err("a failure")
}

/// The first line of the answer.
fn ask(database: &TestDatabase, sql: &str) -> String {
    let answer = database.sql(sql);
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn an_unedited_dump_runs_as_a_baseline() {
    let Some(database) = database("dump") else {
        return;
    };
    let dump = "\\restrict abc\n\nSET statement_timeout = 0;\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\
                SELECT pg_catalog.set_config('search_path', '', false);\nSET check_function_bodies = false;\nSET row_security = \
                off;\n\nCREATE FUNCTION public.f() RETURNS text\n    LANGUAGE sql\n    AS $$SELECT 'a;b'$$;\n\nCREATE TABLE \
                public.t (\n    id integer NOT NULL,\n    name text\n);\n\nCOPY public.t (id, name) FROM stdin;\n1\té; -- no \
                comment\n2\t\\N\n\\.\n\nALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n\n\\unrestrict abc\n";
    let (_root, set) = chain(&[
        ("", dump, "DROP TABLE public.t; DROP FUNCTION public.f();"),
        (
            "",
            "CREATE TABLE found_by_search_path (id int);",
            "DROP TABLE found_by_search_path;",
        ),
    ]);
    let report = upgrade(&set, &database);
    assert_eq!(report.steps.len(), 2);
    assert_eq!(ask(&database, "SELECT count(*) FROM t"), "2");
    assert_eq!(
        ask(&database, "SELECT name FROM t WHERE id = 1"),
        "é; -- no comment"
    );
    run(&set, &database, Run::downgrade("base")).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn settings_and_roles_of_a_revision_end_with_it() {
    let Some(database) = database("settings") else {
        return;
    };
    let role = format!("role_{}", std::process::id());
    let first = format!(
        "CREATE ROLE {role};\nGRANT ALL ON SCHEMA public TO {role};\nSET ROLE {role};\nSET standard_conforming_strings = off;\nSET \
         search_path = pg_catalog;\nCREATE TABLE public.theirs (id int);"
    );
    let (_root, set) = chain(&[
        ("", &first, ""),
        ("", "-- it's a \\ here\nCREATE TABLE ours (id int);", ""),
    ]);
    upgrade(&set, &database);
    let owners =
        "SELECT count(DISTINCT tableowner) FROM pg_tables WHERE tablename IN ('theirs', 'ours')";
    assert_eq!(ask(&database, owners), "2");
    assert_eq!(
        ask(
            &database,
            "SELECT schemaname FROM pg_tables WHERE tablename = 'ours'"
        ),
        "public"
    );
    database.sql(&format!(
        "DROP TABLE theirs; DROP OWNED BY {role}; DROP ROLE {role}"
    ));
}

/// Plain DML that calls for it, in whatever case.
#[test]
fn a_setting_made_within_a_plain_statement_ends_with_its_revision() {
    let Some(database) = database("set_config") else {
        return;
    };
    let (_root, set) = chain(&[
        (
            "",
            "CREATE TABLE said (what text);\nCREATE SCHEMA other;",
            "",
        ),
        (
            "",
            "INSERT INTO said SELECT Set_Config('search_path', 'other', false);",
            "",
        ),
        ("", "CREATE TABLE ours (id int);", ""),
    ]);
    upgrade(&set, &database);
    let schema = "SELECT schemaname FROM pg_tables WHERE tablename = 'ours'";
    assert_eq!(ask(&database, schema), "public");
}

/// Our own statements are prepared, and the run lock belongs to the session: both go with `DISCARD ALL`.
#[test]
fn a_revision_may_discard_what_the_session_has() {
    let Some(database) = database("discard") else {
        return;
    };
    let locks = "INSERT INTO locks SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();";
    let (_root, set) = chain(&[
        (
            "",
            "CREATE TABLE locks (held int);\nCREATE TABLE t (a int);",
            "",
        ),
        ("", "DEALLOCATE ALL;\nINSERT INTO t VALUES (1);", ""),
        ("", "INSERT INTO t VALUES (2);", ""),
        (
            " transaction:false",
            "INSERT INTO t VALUES (3);\nDISCARD ALL;\nINSERT INTO t VALUES (4);",
            "",
        ),
        ("", "DISCARD PLANS;\nINSERT INTO t VALUES (5);", ""),
        ("", locks, ""),
    ]);
    let report = upgrade(&set, &database);
    assert_eq!(report.steps.len(), 6);
    assert_eq!(
        ask(
            &database,
            "SELECT string_agg(a::text, ',' ORDER BY a) FROM t"
        ),
        "1,2,3,4,5"
    );
    assert_eq!(ask(&database, "SELECT held FROM locks"), "1");
    let log = "SELECT count(*) FROM schema_revisions_log WHERE outcome = 'finished' AND action = 'upgrade'";
    assert_eq!(ask(&database, log), "6");
}

#[test]
fn an_error_is_shown_where_it_is() {
    let Some(database) = database("position") else {
        return;
    };
    let (_root, set) = chain(&[
        ("", "CREATE TABLE a (id int);", ""),
        (
            "",
            "CREATE TABLE b (id int);\nINSERT INTO b\n  SELECT 1 WHERE 'é' = nosuch(2);",
            "",
        ),
    ]);
    let failure = refused(&set, &database);
    assert_eq!(failure.class(), Class::SqlFailed);
    let text = failure.to_string();
    assert!(
        text.starts_with("revision r2 failed: function nosuch(integer) does not exist (42883)"),
        "{text}"
    );
    assert!(text.contains("r2.sql:9:24\n"), "{text}");
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
    let up = "CREATE UNIQUE INDEX CONCURRENTLY t_name ON t (name);\nUPDATE t SET done = true;";
    let (_root, set) = chain(&[
        (
            "",
            "CREATE TABLE t (name text, done bool);\nINSERT INTO t VALUES ('a'), ('a');",
            "DROP TABLE t;",
        ),
        (" transaction:false", up, "DROP INDEX t_name;"),
    ]);
    let text = refused(&set, &database).to_string();
    assert!(text.contains("could not create unique index"), "{text}");
    assert!(
        text.contains("no statement of it was committed; r2 is recorded as begun"),
        "{text}"
    );
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_name'::regclass";
    assert_eq!(ask(&database, valid), "f", "what the server has left");
    database.sql("UPDATE t SET name = ctid::text");
    upgrade(&set, &database);
    assert_eq!(ask(&database, valid), "t");
    assert_eq!(ask(&database, "SELECT count(*) FROM t WHERE done"), "2");
}

#[test]
fn a_run_dropped_in_mid_message_leaves_nothing_behind() {
    let Some(database) = database("dropped") else {
        return;
    };
    let (_root, set) = chain(&[
        ("", "CREATE TABLE t (id int);", "DROP TABLE t;"),
        (
            "",
            "SET search_path = pg_catalog;\nINSERT INTO public.t SELECT 1 FROM pg_sleep(1);",
            "DELETE FROM t;",
        ),
    ]);
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
    let (root, set) = chain(&[
        ("", "CREATE TABLE t (id int);", ""),
        ("", "ALTER TABLE t ADD COLUMN b int;", ""),
    ]);
    run(&set, &database, Run::upgrade("r1")).unwrap_or_else(|failure| panic!("{failure}"));
    let toml = "[migrations]\ndialects = [\"postgres\"]\n\n[timeouts]\nddl_lock = \"100ms\"\n";
    std::fs::write(root.path().join("migrate.toml"), toml).expect("a file");
    let set = Migrations::from_dir(root.path().join("migrations"))
        .unwrap_or_else(|error| panic!("{error}"));
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
fn an_upgrade_inside_a_transaction_is_rolled_back_with_it() {
    let Some(database) = database("inside") else {
        return;
    };
    let (_root, set) = chain(&[(
        "",
        "SET search_path = public, pg_catalog;\nCREATE TABLE t (id int);",
        "",
    )]);
    block_on(async {
        let pool = PgPool::connect(database.url()).await.expect("a pool");
        let mut transaction = pool.begin().await.expect("a transaction");
        set.upgrade_on(&mut transaction, "head")
            .await
            .unwrap_or_else(|failure| panic!("{failure}"));
        let path: String = sqlx::query_scalar("SHOW search_path")
            .fetch_one(&mut *transaction)
            .await
            .expect("a setting");
        assert_eq!(path, "\"$user\", public", "what the caller had");
        transaction.rollback().await.expect("the end");
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        let tables: i64 = sqlx::query_scalar(tables)
            .fetch_one(&pool)
            .await
            .expect("a count");
        assert_eq!(tables, 0);
        pool.close().await;
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
    let (_root, set) = chain(&[("", "CREATE TABLE t (id int);", "")]);
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
    let (_root, set) = chain(&[("", "CREATE TABLE t (id int);", "")]);
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

#[test]
fn a_table_further_down_the_search_path_is_not_ours() {
    let Some(database) = database("tenants") else {
        return;
    };
    let (_root, set) = chain(&[("", "CREATE TABLE t (id int);", "")]);
    upgrade(&set, &database);
    database.sql("CREATE SCHEMA tenant");
    block_on(async {
        let options: sqlx::postgres::PgConnectOptions = database.url().parse().expect("a URL");
        let tenant = options.options([("search_path", "tenant,public")]);
        assert!(
            !set.is_up_to_date(&tenant)
                .await
                .unwrap_or_else(|error| panic!("{error}"))
        );
        let status = set.status(&tenant).await.expect("a status");
        assert!(!status.tables && status.pending.len() == 1);
        assert!(set.current(&tenant).await.expect("rows").current.is_empty());
        assert!(set.applied(&tenant).await.expect("rows").is_empty());
        assert!(set.log(&tenant).await.expect("a log").is_empty());
        assert!(!set.is_applied(&tenant, "r0").await.expect("a word"));
        let report = set
            .startup(&tenant)
            .await
            .unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(report.steps.len(), 1);
    });
    assert_eq!(
        ask(
            &database,
            "SELECT count(*) FROM pg_tables WHERE tablename = 't'"
        ),
        "2"
    );
}
