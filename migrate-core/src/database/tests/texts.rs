//! What a run says when it refuses, in one snapshot: the texts that stand where the refusal is decided.
//!
//! Those of every kind of error are in the snapshot of `database::error`.

use std::fmt::Write as _;

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};

use super::vocabulary::*;
use crate::database::{Database, Failure, Repair, Run};

/// The texts, each below a title.
#[derive(Default)]
struct Page(String);

impl Page {
    fn add<T>(&mut self, title: &str, outcome: Result<T, Failure>) {
        let failure = outcome.err().unwrap_or_else(|| panic!("{title}: no error"));
        let _ = writeln!(self.0, "## {title} ({})\n\n{failure}\n", failure.class());
    }
}

async fn change(pool: &SqlitePool, sql: &'static str) {
    sqlx::query(sql).execute(pool).await.expect(sql);
}

/// A database with a and b, of which the release at hand knows a.
async fn ahead() -> (crate::model::Migrations, SqlitePool) {
    let pool = memory().await;
    upgrade(&set(&line(&["a", "b"])), &pool, "head")
        .await
        .unwrap();
    (set(&line(&["a"])), pool)
}

/// A section without transaction of which two statements have run.
fn begun(first: &str) -> crate::model::Migrations {
    let up = format!("{first}\nVACUUM;\nINSERT INTO y VALUES (1);");
    let files = [
        file_with(
            "a",
            "none",
            "",
            (" transaction:false", &up),
            ("", "DROP TABLE x;"),
        ),
        table("b", "a"),
    ];
    set(&files)
}

#[tokio::test]
async fn every_refusal() {
    let mut page = Page::default();

    let (old, pool) = ahead().await;
    page.add(
        "a revision that others stand on which are not known",
        downgrade(&old, &pool, "base").await,
    );
    page.add(
        "repair of an unknown revision",
        old.repair(&pool, Repair::applied("zzz")).await,
    );
    page.add(
        "repair of what is not in flight",
        old.repair(&pool, Repair::applied("a")).await,
    );
    change(
        &pool,
        "UPDATE schema_revisions SET down_section = 'x' WHERE revision = 'b'",
    )
    .await;
    page.add(
        "a recorded section that was changed",
        old.run(&pool, Run::downgrade("a").stored()).await,
    );
    change(
        &pool,
        "UPDATE schema_revisions SET down_section = NULL WHERE revision = 'b'",
    )
    .await;
    page.add(
        "no recorded section",
        old.run(&pool, Run::downgrade("a").stored()).await,
    );
    change(
        &pool,
        "UPDATE schema_revisions SET parents = 'gone' WHERE revision = 'b'",
    )
    .await;
    page.add(
        "recorded revisions that do not fit the files",
        old.run(&pool, Run::downgrade("a").stored()).await,
    );

    let new = set(&line(&["a", "b"]));
    let pool = memory().await;
    page.add(
        "repair of what was never run",
        new.repair(&pool, Repair::accept_edit("a")).await,
    );

    let irreversible = "-- b\n--\n-- revision: b\n-- down_revision: none\n-- irreversible: the names are gone\n\n-- migrate:up\n\
                        CREATE TABLE b (i);\n"
        .to_owned();
    let (irreversible, pool) = (set(&[irreversible]), memory().await);
    upgrade(&irreversible, &pool, "head").await.unwrap();
    page.add(
        "irreversible",
        downgrade(&irreversible, &pool, "base").await,
    );

    let (folder, options) = in_file();
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let set = begun("CREATE TABLE x (i);");
    page.add(
        "a section without transaction in a transaction",
        set.run(&pool, Run::upgrade("head").single()).await,
    );
    upgrade(&set, &pool, "head").await.unwrap_err();
    let edited = begun("CREATE TABLE x (i INTEGER);");
    page.add(
        "edited after it was begun",
        upgrade(&edited, &pool, "head").await,
    );
    page.add(
        "retry of a text that was edited",
        edited.repair(&pool, Repair::retry("a")).await,
    );
    page.add(
        "a statement that there is not",
        set.repair(&pool, Repair::resume_from("a", 9)).await,
    );
    page.add(
        "an edit of what is in flight",
        set.repair(&pool, Repair::accept_edit("a")).await,
    );
    page.add(
        "in flight and not known here",
        upgrade(
            &super::vocabulary::set(&[table("z", "none")]),
            &pool,
            "head",
        )
        .await,
    );
    drop(folder);

    let two = SqlitePoolOptions::new().max_connections(2);
    let two = two.connect("sqlite::memory:").await.unwrap();
    page.add(
        "two connections to memory",
        upgrade(&new, &two, "head").await,
    );
    let file: Database = "sqlite:///no/such/folder/app.db".parse().unwrap();
    page.add(
        "a file that cannot be made",
        new.run(file, Run::upgrade("head")).await,
    );
    insta::assert_snapshot!(page.0.trim_end());
}

#[test]
fn every_url_that_is_refused() {
    let urls = [
        "app.db",
        "oracle://db/app",
        "postgres://jo:se/cret@db:x/app",
        "mysql://jo:secret@db:70000/app",
        "sqlite://app.db?mode=maybe",
    ];
    let mut page = String::new();
    for url in urls {
        let error = url.parse::<Database>().expect_err(url);
        let _ = writeln!(page, "{error}\n");
    }
    assert!(
        !page.contains("secret") && !page.contains("cret@"),
        "{page}"
    );
    insta::assert_snapshot!(page.trim_end());
}
