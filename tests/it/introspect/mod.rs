//! Introspection, told by what it sees: a schema, a change made to it by the database's own client, and the differences
//! between what was read before and after. A fact that is not read makes no difference, and its case fails.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use migrate::schema::{Filter, Schema, compare};
use migrate::{Database, Settings, introspect};

use crate::servers::{Server, TestDatabase};

/// A schema, what is done to it, and the lines that tell the difference.
struct Case {
    before: &'static str,
    change: &'static str,
    expected: &'static [&'static str],
}

const fn case(
    before: &'static str,
    change: &'static str,
    expected: &'static [&'static str],
) -> Case {
    Case {
        before,
        change,
        expected,
    }
}

async fn read(database: &TestDatabase) -> Schema {
    read_with(database, &Filter::default()).await
}

async fn read_with(database: &TestDatabase, filter: &Filter) -> Schema {
    let target: Database = database.url().parse().expect("a URL");
    introspect(&target, &Settings::default(), filter)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Runs every case in a database of its own; all that fail are told together.
async fn tell(server: &'static Server, cases: &[Case]) {
    let mut failures = Vec::new();
    for Case {
        before,
        change,
        expected,
    } in cases
    {
        let database = server.database("introspect");
        if !before.is_empty() {
            database.sql(before);
        }
        let first = read(&database).await;
        let again = compare(&first, &read(&database).await);
        assert!(again.is_empty(), "read twice, {before} differs: {again:?}");
        database.sql(change);
        let second = read(&database).await;
        let lines: Vec<String> = compare(&first, &second)
            .iter()
            .map(ToString::to_string)
            .collect();
        if lines != *expected {
            failures.push(format!(
                "{before}\n{change}\n  expected {expected:#?}\n  found {lines:#?}"
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
