//! `migrate::testing`, and upgrades inside a transaction that is rolled back.

use std::collections::BTreeSet;

use migrate::testing::{TestDatabase, assert_single_head, assert_up_down_up};
use migrate::{Class, Database, Migrations, Run};

use crate::chain::{Chain, block_on};
use crate::servers::{self, Server};

fn set(server: &Server) -> Migrations {
    let dialect = format!("\"{}\"", server.name());
    let users = (
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40));\nINSERT INTO users VALUES (1, 'Ada');",
        "DROP TABLE users;",
    );
    let posts = ("CREATE TABLE posts (id INTEGER);", "DROP TABLE posts;");
    Chain::of(&dialect, &[users, posts]).migrations()
}

/// The databases of the server that are ours.
fn ours(server: &Server, prefix: &str) -> BTreeSet<String> {
    let place = server.url_of(match server.name() {
        "postgres" => "postgres",
        _ => "mysql",
    });
    let sql = match server.name() {
        "postgres" => "SELECT datname FROM pg_database",
        _ => "SHOW DATABASES",
    };
    let text = server.ask(&place, sql);
    text.lines()
        .filter(|name| name.starts_with(prefix))
        .map(str::to_owned)
        .collect()
}

async fn rows(test: &TestDatabase, sql: &'static str) -> i64 {
    let scheme = test.url().split(':').next().unwrap_or_default().to_owned();
    match scheme.as_str() {
        "sqlite" => {
            let pool = sqlx::SqlitePool::connect(test.url()).await.expect("a pool");
            let count = sqlx::query_scalar(sql)
                .fetch_one(&pool)
                .await
                .expect("a number");
            pool.close().await;
            count
        }
        "postgres" => {
            let pool = sqlx::PgPool::connect(test.url()).await.expect("a pool");
            let count = sqlx::query_scalar(sql)
                .fetch_one(&pool)
                .await
                .expect("a number");
            pool.close().await;
            count
        }
        _ => {
            let pool = sqlx::MySqlPool::connect(test.url()).await.expect("a pool");
            let count = sqlx::query_scalar(sql)
                .fetch_one(&pool)
                .await
                .expect("a number");
            pool.close().await;
            count
        }
    }
}

#[test]
fn each_test_has_a_migrated_database_of_its_own_that_is_dropped() {
    for server in servers::each() {
        let kind = server.name();
        let migrations = set(server);
        let mut seen = BTreeSet::new();
        block_on(async {
            let one = TestDatabase::new(&migrations, server.url()).await;
            let one = one.unwrap_or_else(|error| panic!("{kind}: {error}"));
            let two = TestDatabase::new(&migrations, server.url())
                .await
                .expect("another");
            for test in [&one, &two] {
                assert!(seen.insert(test.url().to_owned()), "{kind}");
                assert_eq!(
                    migrations.is_at_heads(test).await.ok(),
                    Some(true),
                    "{kind}"
                );
                assert_eq!(rows(test, "SELECT count(*) FROM users").await, 1, "{kind}");
            }
            // What one writes the other does not see, and it can go up and down as it likes.
            migrations
                .run(&one, Run::downgrade("base"))
                .await
                .expect("a way back");
            assert_eq!(rows(&two, "SELECT count(*) FROM posts").await, 0, "{kind}");
        });
        for url in seen {
            let gone = url.rsplit('/').next().unwrap_or_default().to_owned();
            if kind == "sqlite" {
                let path = url.trim_start_matches("sqlite://");
                assert!(!std::path::Path::new(path).exists(), "{url}");
            } else {
                assert!(
                    !ours(server, "migrate_test_").contains(&gone),
                    "{kind}: {gone}"
                );
            }
        }
    }
}

#[test]
fn many_at_once_make_one_template() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let migrations = std::sync::Arc::new(
        Chain::of(
            "\"postgres\"",
            &[("CREATE TABLE of_many (id INTEGER);", "DROP TABLE of_many;")],
        )
        .migrations(),
    );
    let before = ours(server, "migrate_template_");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let migrations = std::sync::Arc::clone(&migrations);
                tokio::spawn(async move { TestDatabase::new(&migrations, server.url()).await })
            })
            .collect();
        for task in tasks {
            let test = task.await.expect("no panic");
            let test = test.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(rows(&test, "SELECT count(*) FROM of_many").await, 0);
        }
    });
    let after = ours(server, "migrate_template_");
    assert!(
        !after.iter().any(|name| name.ends_with("_unfinished")),
        "{after:?}"
    );
    assert!(after.len() <= before.len() + 1, "{before:?} {after:?}");
}

#[test]
fn a_database_is_kept_when_asked() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let url = block_on(async {
        let test = TestDatabase::new(&set(server), "sqlite:")
            .await
            .expect("a database");
        test.keep()
    });
    let path = std::path::PathBuf::from(url.trim_start_matches("sqlite://"));
    assert!(path.exists());
    std::fs::remove_file(path).expect("it can be removed");
}

#[test]
fn sound_revisions_pass_and_others_are_named() {
    for server in servers::each() {
        let kind = server.name();
        assert_single_head(&set(server));
        block_on(assert_up_down_up(&set(server), server.url()));
        let forgets = Chain::of(
            &format!("\"{kind}\""),
            &[
                ("CREATE TABLE users (id INTEGER);", "DROP TABLE users;"),
                ("CREATE TABLE left_behind (id INTEGER);", "SELECT 1;"),
            ],
        )
        .migrations();
        let url = server.url();
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            block_on(assert_up_down_up(&forgets, url));
        }));
        let panic = panic.expect_err("r2 leaves a table behind");
        let text = panic.downcast_ref::<String>().expect("a text");
        assert!(
            text.contains("left_behind") && text.contains("r2") && text.contains("0002.sql"),
            "{kind}: {text}"
        );
    }
}

#[test]
fn two_heads_are_named() {
    let chain = Chain::of(
        "\"sqlite\"",
        &[("CREATE TABLE a (b int);", "DROP TABLE a;")],
    );
    chain.configure("heads = \"many\"\n");
    for id in ["left", "right"] {
        chain.add(
            &format!("{id}.sql"),
            &format!(
                "-- {id}\n--\n-- revision: {id}\n-- down_revision: r1\n\n-- migrate:up\nCREATE TABLE {id}_t (b int);\n\n\
                 -- migrate:down\nDROP TABLE {id}_t;\n"
            ),
        );
    }
    let migrations = chain.migrations();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        assert_single_head(&migrations);
    }));
    let panic = panic.expect_err("there are two");
    assert_eq!(
        panic.downcast_ref::<String>().expect("a text"),
        "there are 2 heads: left, right; `migrate-cli merge heads` joins them"
    );
}

#[test]
fn an_upgrade_inside_a_transaction_is_rolled_back_with_it() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let place = server.database("rolled_back");
    let migrations = set(server);
    block_on(async {
        let pool = sqlx::PgPool::connect(place.url()).await.expect("a pool");
        let mut transaction = pool.begin().await.expect("a transaction");
        let report = migrations.upgrade_on(&mut transaction, "head").await;
        assert_eq!(report.expect("an upgrade").heads, ["r2"]);
        sqlx::query("INSERT INTO users VALUES (2, 'Bob')")
            .execute(&mut *transaction)
            .await
            .expect("a row");
        transaction.rollback().await.expect("a way back");
        pool.close().await;
    });
    assert_eq!(place.schema(), Vec::<String>::new());
    let database: Database = place.url().parse().expect("a URL");
    let status = block_on(migrations.status(&database)).expect("a status");
    assert!(!status.tables, "not even our own");
}

#[test]
fn where_data_definition_commits_it_is_refused() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let place = server.database("not_rolled_back");
    let failure = block_on(async {
        let pool = sqlx::MySqlPool::connect(place.url()).await.expect("a pool");
        let mut transaction = pool.begin().await.expect("a transaction");
        set(server)
            .upgrade_on(&mut transaction, "head")
            .await
            .expect_err("MariaDB commits")
    });
    assert_eq!(failure.class(), Class::Config);
    assert!(
        failure.to_string().contains("MySQL and MariaDB commit"),
        "{failure}"
    );
}
