//! Several services in one database: each has a set of migrations, a version table and a run lock of its own.

use std::path::Path;
use std::sync::mpsc;

use migrate::{Class, Database, Event, Migrations, Run};

use crate::servers::{self, TestDatabase};

/// A directory with two revisions and a table name of its own.
fn set(folder: &Path, service: &str) -> Migrations {
    let dir = folder.join(service).join("migrations");
    std::fs::create_dir_all(&dir).expect("a directory");
    let config = format!(
        "[migrations]\ndialects = [\"sqlite\", \"postgres\", \"mysql\"]\ntable = \"{service}_revisions\"\n"
    );
    std::fs::write(folder.join(service).join("migrate.toml"), config).expect("a file");
    let mut lock = "format 1\n".to_owned();
    // The ids are the same in both: they mean nothing outside of their set.
    for (id, parent) in [("first", "none"), ("second", "first")] {
        let table = format!("{service}_{id}");
        let text = format!(
            "-- {table}\n--\n-- revision: {id}\n-- down_revision: {parent}\n\n\
             -- migrate:up\nCREATE TABLE {table} (id INT);\n\n-- migrate:down\nDROP TABLE {table};\n"
        );
        std::fs::write(dir.join(format!("{id}.sql")), text).expect("a file");
        lock.push_str(&format!(
            "{id} draft down_revision:{parent} file:{id}.sql\n"
        ));
    }
    std::fs::write(dir.join("revisions.lock"), lock).expect("a file");
    Migrations::from_dir(&dir).unwrap_or_else(|error| panic!("{error}"))
}

fn database(of: &TestDatabase) -> Database {
    of.url().parse().expect("a URL")
}

/// Does `work` on a thread with a runtime of its own: a callback cannot wait for a future.
fn elsewhere<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(work)
        });
        thread.join().expect("no panic")
    })
}

/// The heads of a set in the database.
async fn heads(set: &Migrations, of: &TestDatabase) -> Vec<String> {
    let current = set.current(database(of)).await.expect("an answer").current;
    current.into_iter().map(|row| row.revision).collect()
}

#[tokio::test]
async fn two_sets_know_nothing_of_each_other() {
    for server in servers::each() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let (shop, billing) = (set(folder.path(), "shop"), set(folder.path(), "billing"));
        let at = server.database("several_sets");

        shop.upgrade(database(&at), "head")
            .await
            .expect("shop goes up");
        assert!(heads(&billing, &at).await.is_empty(), "{}", server.name());
        billing
            .upgrade(database(&at), "first")
            .await
            .expect("billing goes up");
        assert_eq!(heads(&shop, &at).await, ["second"]);
        assert_eq!(heads(&billing, &at).await, ["first"]);

        shop.downgrade(database(&at), "base")
            .await
            .expect("shop goes down");
        assert!(
            shop.current(database(&at))
                .await
                .expect("an answer")
                .current
                .is_empty()
        );
        assert_eq!(heads(&billing, &at).await, ["first"]);
        billing
            .run(database(&at), Run::stamp(["head"]).purge())
            .await
            .expect("a stamp");
        assert_eq!(billing.log(database(&at)).await.expect("a log").len(), 3);
        assert_eq!(shop.log(database(&at)).await.expect("a log").len(), 4);
    }
}

/// While one migrates, the other does not wait, and a second run of the same set does.
#[tokio::test]
async fn each_set_has_a_run_lock_of_its_own() {
    for server in servers::each() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let (shop, billing) = (set(folder.path(), "shop"), set(folder.path(), "billing"));
        let again = set(folder.path(), "shop");
        let at = server.database("several_locks");
        // So that nobody has to make tables in the middle.
        for set in [&shop, &billing] {
            set.ensure_tables(database(&at)).await.expect("tables");
        }
        let (tell, told) = mpsc::channel();
        let place = database(&at);
        let run = Run::upgrade("head").on_progress(move |event| {
            if let Event::Planned { .. } = event {
                let at_once = || Run::upgrade("head").lock_wait(std::time::Duration::ZERO);
                let other = elsewhere(billing.run(&place, at_once()));
                let same = elsewhere(again.run(&place, at_once()));
                let outcome = (other.map(|report| report.steps().len()), same.map(drop));
                let _ = tell.send(outcome);
            }
        });
        let report = shop.run(database(&at), run).await.expect("shop goes up");
        let (other, same) = told.recv().expect("it was planned");
        assert_eq!(
            other.map_err(|error| error.to_string()),
            Ok(2),
            "{}",
            server.name()
        );
        if server.name() == "sqlite" {
            // Runners interleave there, and the second has found all to do.
            assert!(same.is_ok());
            assert!(report.heads == ["second"]);
        } else {
            let refused = same.expect_err("the lock is held");
            assert_eq!(refused.class(), Class::RunLockTimeout, "{refused}");
            assert_eq!(report.steps().len(), 2);
        }
    }
}
