//! PostgreSQL: one message for each revision, settings that a revision makes, what runs outside of transactions.

mod session;
mod trouble;

use migrate::{Failure, Report, Run};

use crate::chain::{Chain, run};
use crate::servers::{self, TestDatabase};

fn database(name: &str) -> Option<TestDatabase> {
    servers::postgres().map(|server| server.database(name))
}

/// A chain of revisions: up and down SQL of each; options of an up section stand behind a `!` on a line of their own.
fn chain(sections: &[(&str, &str)]) -> Chain {
    Chain::of("\"postgres\"", sections)
}

#[track_caller]
fn upgrade(chain: &Chain, database: &TestDatabase) -> Report {
    run(chain, database.url(), Run::upgrade("head")).unwrap_or_else(|failure| panic!("{failure}"))
}

#[track_caller]
fn refused(chain: &Chain, database: &TestDatabase) -> Failure {
    run(chain, database.url(), Run::upgrade("head")).expect_err("a failure")
}

/// The first line of the answer.
fn ask(database: &TestDatabase, sql: &str) -> String {
    let answer = database.sql(sql);
    answer.lines().next().unwrap_or_default().to_owned()
}
