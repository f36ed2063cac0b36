//! How many messages a run sends, counted by PostgreSQL: `statement_timestamp()` is the moment at which a message arrived, the
//! same for all that stands in it, and `txid_current()` tells the transactions.

use migrate::Run;

use crate::chain::{self, Chain};
use crate::servers::{self, TestDatabase};

/// Says in which message and in which transaction it ran.
const SAYS: &str = "INSERT INTO said VALUES (statement_timestamp(), txid_current());";

/// Each revision says so.
fn chatty(count: usize) -> Chain {
    let sections: Vec<(String, String)> = (1..=count)
        .map(|number| match number {
            1 => (
                format!("CREATE TABLE said (at timestamptz, xact bigint);\n{SAYS}"),
                "DROP TABLE said;".to_owned(),
            ),
            _ => (SAYS.to_owned(), String::new()),
        })
        .collect();
    Chain::of("\"postgres\"", &sections)
}

/// Revisions, messages, transactions.
fn counted(database: &TestDatabase) -> [usize; 3] {
    let answer = database
        .sql("SELECT concat_ws(' ', count(*), count(DISTINCT at), count(DISTINCT xact)) FROM said");
    let mut numbers = answer
        .split_whitespace()
        .map(|number| number.parse().expect("a number"));
    [(); 3].map(|()| numbers.next().expect("three numbers"))
}

const COUNT: usize = 120;

/// Runs all of the chain from an empty database.
fn from_nothing(name: &str, ask: Run) -> Option<[usize; 3]> {
    let database = servers::postgres()?.database(name);
    let report = chain::run(&chatty(COUNT), database.url(), ask).expect("all of them");
    assert_eq!(report.steps.len(), COUNT);
    Some(counted(&database))
}

#[test]
fn small_revisions_of_a_run_from_nothing_share_messages_and_no_transaction() {
    if let Some(counted) = from_nothing("shared", Run::upgrade("head")) {
        assert_shared(counted);
    }
}

/// Each is a transaction, and there are fewer messages.
fn assert_shared([revisions, messages, transactions]: [usize; 3]) {
    assert_eq!([revisions, transactions], [COUNT, COUNT]);
    assert!(
        messages < COUNT,
        "{messages} messages for {COUNT} revisions"
    );
}

#[test]
fn a_run_in_one_transaction_is_one_message() {
    let Some(counted) = from_nothing("whole", Run::upgrade("head").single()) else {
        return;
    };
    assert_eq!(counted, [COUNT, 1, 1]);
}

#[test]
fn who_is_told_of_each_revision_has_a_message_for_each() {
    let told = Run::upgrade("head").on_progress(|_| {});
    let Some(counted) = from_nothing("told", told) else {
        return;
    };
    assert_eq!(counted, [COUNT, COUNT, COUNT]);
}

/// Applies a chain and takes it back as `ask` says; each down section says in which message it ran.
fn taken_back(name: &str, count: usize, ask: Run) -> Option<[usize; 3]> {
    let server = servers::postgres()?;
    let database = server.database(name);
    database.sql("CREATE TABLE said (at timestamptz, xact bigint)");
    let sections: Vec<(String, String)> = (0..count)
        .map(|_| (String::new(), SAYS.to_owned()))
        .collect();
    let chain = Chain::of("\"postgres\"", &sections);
    chain::run(&chain, database.url(), Run::upgrade("head")).expect("all of them");
    chain::run(&chain, database.url(), ask).expect("all of them");
    Some(counted(&database))
}

#[test]
fn what_is_taken_back_to_nothing_shares_messages_and_no_transaction() {
    if let Some(counted) = taken_back("back", COUNT, Run::downgrade("base")) {
        assert_shared(counted);
    }
}

#[test]
fn what_is_taken_back_in_part_or_with_a_limit_has_a_message_for_each() {
    let Some(in_part) = taken_back("part", 20, Run::downgrade("r1")) else {
        return;
    };
    assert_eq!(in_part, [19, 19, 19]);
    let limit = std::time::Duration::from_secs(600);
    let limited = taken_back("limited", 20, Run::downgrade("base").wait(limit));
    assert_eq!(limited, Some([20, 20, 20]));
}

#[test]
fn a_database_with_rows_is_taken_one_revision_at_a_time() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("rows");
    let chain = chatty(20);
    for spec in ["r1", "head"] {
        chain::run(&chain, database.url(), Run::upgrade(spec)).expect("all of them");
    }
    assert_eq!(counted(&database), [20, 20, 20]);
}
