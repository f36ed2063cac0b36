//! Processes that are killed in the middle of a step.

use std::time::Duration;

use super::*;
use crate::other_process::{self, Other, Role};

/// The other process: upgrades to head with [`stays`] as its step `call`.
fn at_work(role: &Role) {
    let here = role.file("here");
    let run = Run::upgrade("head").argument("here", here.to_string_lossy());
    let migrations = role.migrations().with_step("call", stays);
    let _ = block_on(migrations.run(&role.database(), run));
}

/// Does half of its work, says so by a file, and never comes to the other half.
async fn stays(step: &mut Step<'_>) -> Result<(), StepError> {
    sql(step, "UPDATE t SET name = 'half' WHERE id = 1").await?;
    if step.dialect() != Dialect::Sqlite && step.dialect() != Dialect::Postgres {
        let defines: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM t WHERE id = 7)")
            .fetch_one(step.mysql()?)
            .await?;
        if defines {
            sql(step, "CREATE TABLE made (id INTEGER)").await?;
        }
    }
    std::fs::write(step.argument("here").expect("a path"), "")?;
    tokio::time::sleep(Duration::from_secs(600)).await;
    Ok(())
}

/// Kills another process in the middle of its step; the test that it runs is
/// [`killed_in_a_step_inside_a_transaction_nothing_of_it_is_left`].
fn kill_in_step(chain: &Chain, place: &TestDatabase) {
    let test = "steps::killed::killed_in_a_step_inside_a_transaction_nothing_of_it_is_left";
    Other::start(test, chain, place).kill_at("here");
}

async fn whole(step: &mut Step<'_>) -> Result<(), StepError> {
    sql(step, "UPDATE t SET name = 'whole'").await?;
    if step.dialect() != Dialect::Sqlite && step.dialect() != Dialect::Postgres {
        sql(step, "CREATE TABLE IF NOT EXISTS made (id INTEGER)").await?;
    }
    Ok(())
}

#[test]
fn killed_in_a_step_inside_a_transaction_nothing_of_it_is_left() {
    if let Some(role) = other_process::role() {
        return at_work(&role);
    }
    for server in servers::each() {
        let (place, kind) = (server.database("step_killed"), server.name());
        let chain = chain(
            server,
            &[("INSERT INTO t (id) VALUES (4);\n-- migrate:rust call", "")],
        );
        kill_in_step(&chain, &place);
        if kind != "sqlite" {
            // SQLite would have to be asked by a client that recovers the journal of the file: the next run does.
            assert_eq!(rows(&place), "1\t-\n2\t-\n3\t-\n", "{kind}");
        }
        upgrade(&chain.migrations().with_step("call", whole), &place);
        assert_eq!(
            rows(&place),
            "1\twhole\n2\twhole\n3\twhole\n4\twhole\n",
            "{kind}"
        );
    }
}

#[test]
fn killed_in_a_step_outside_of_transactions_a_person_decides_unless_it_is_repeatable() {
    for server in servers::each() {
        let kind = server.name();
        for directive in ["-- migrate:rust call", "-- migrate:rust call repeatable"] {
            let place = server.database("step_killed_outside");
            let section =
                format!("!transaction:false\nINSERT INTO t (id) VALUES (4);\n{directive}");
            let chain = chain(server, &[(&section, "")]);
            kill_in_step(&chain, &place);
            assert_eq!(rows(&place), "1\thalf\n2\t-\n3\t-\n4\t-\n", "{kind}");
            let migrations = chain.migrations().with_step("call", whole);
            if !directive.ends_with("repeatable") {
                in_doubt(&migrations, &place, kind);
            }
            upgrade(&migrations, &place);
            assert_eq!(
                rows(&place),
                "1\twhole\n2\twhole\n3\twhole\n4\twhole\n",
                "{kind}"
            );
        }
    }
}

/// Refused, until a person says that it is to be called again.
fn in_doubt(migrations: &Migrations, place: &TestDatabase, kind: &str) {
    let failure = refusal(migrations, place);
    assert_eq!(failure.class(), Class::InDoubt, "{kind}: {failure}");
    let text = failure.to_string();
    assert!(
        text.contains(
            "the run was interrupted at statement 2 of 2, and whether it has happened cannot be seen (what a Rust step has \
             done, only the application knows): -- migrate:rust call"
        ) && text.contains("`migrate-cli repair --resume-from 2 r2` if it has not happened"),
        "{kind}: {text}"
    );
    let database: Database = place.url().parse().expect("a URL");
    let repair = migrate::Repair::resume_from("r2", 2);
    block_on(migrations.repair(&database, repair)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn on_mysql_a_step_that_has_defined_data_is_in_doubt() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let place = server.database("step_defines");
    let section = "INSERT INTO t (id) VALUES (7);\n-- migrate:rust call";
    let chain = chain(server, &[(section, "")]);
    kill_in_step(&chain, &place);
    // Its first CREATE TABLE has committed what stood before it.
    assert_eq!(rows(&place), "1\thalf\n2\t-\n3\t-\n7\t-\n");
    let migrations = chain.migrations().with_step("call", whole);
    in_doubt(&migrations, &place, "mysql");
    upgrade(&migrations, &place);
    assert_eq!(rows(&place), "1\twhole\n2\twhole\n3\twhole\n7\twhole\n");
    assert_eq!(recorded(&place), "r1\tapplied\nr2\tapplied\n");
}
