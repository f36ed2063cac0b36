//! What a revision does to its session, and what is there before and after it: dumps, settings, roles, transactions.

use migrate::Run;
use sqlx::postgres::PgPool;

use super::{ask, chain, database, upgrade};
use crate::chain::{block_on, run};

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
    let chain = chain(&[
        (dump, "DROP TABLE public.t; DROP FUNCTION public.f();"),
        (
            "CREATE TABLE found_by_search_path (id int);",
            "DROP TABLE found_by_search_path;",
        ),
    ]);
    let report = upgrade(&chain, &database);
    assert_eq!(report.steps.len(), 2);
    assert_eq!(ask(&database, "SELECT count(*) FROM t"), "2");
    assert_eq!(
        ask(&database, "SELECT name FROM t WHERE id = 1"),
        "é; -- no comment"
    );
    run(&chain, database.url(), Run::downgrade("base"))
        .unwrap_or_else(|failure| panic!("{failure}"));
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
    let chain = chain(&[
        (&first, ""),
        ("-- it's a \\ here\nCREATE TABLE ours (id int);", ""),
    ]);
    upgrade(&chain, &database);
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
    let chain = chain(&[
        ("CREATE TABLE said (what text);\nCREATE SCHEMA other;", ""),
        (
            "INSERT INTO said SELECT Set_Config('search_path', 'other', false);",
            "",
        ),
        ("CREATE TABLE ours (id int);", ""),
    ]);
    upgrade(&chain, &database);
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
    let chain = chain(&[
        (
            "CREATE TABLE locks (held int);\nCREATE TABLE t (a int);",
            "",
        ),
        ("DEALLOCATE ALL;\nINSERT INTO t VALUES (1);", ""),
        ("INSERT INTO t VALUES (2);", ""),
        (
            "!transaction:false\nINSERT INTO t VALUES (3);\nDISCARD ALL;\nINSERT INTO t VALUES (4);",
            "",
        ),
        ("DISCARD PLANS;\nINSERT INTO t VALUES (5);", ""),
        (locks, ""),
    ]);
    let report = upgrade(&chain, &database);
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
fn an_upgrade_inside_a_transaction_is_rolled_back_with_it() {
    let Some(database) = database("inside") else {
        return;
    };
    let chain = chain(&[(
        "SET search_path = public, pg_catalog;\nCREATE TABLE t (id int);",
        "",
    )]);
    let set = chain.migrations();
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
fn a_table_further_down_the_search_path_is_not_ours() {
    let Some(database) = database("tenants") else {
        return;
    };
    let chain = chain(&[("CREATE TABLE t (id int);", "")]);
    let set = chain.migrations();
    upgrade(&chain, &database);
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
