//! Revisions that share a message: what comes of them is what would come of each alone.

use migrate::Run;
use migrate_core::database::Outcome;

use super::{contents, database, recorded};
use crate::chain::{Chain, run};
use crate::servers::TestDatabase;

/// Whether somebody is told of each step, so that none shares a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nobody,
    Somebody,
}

impl Told {
    fn of(self, run: Run) -> Run {
        match self {
            Self::Nobody => run,
            Self::Somebody => run.on_progress(|_| {}),
        }
    }
}

/// Everything that a run has come to.
#[derive(Debug, PartialEq, Eq)]
struct Came {
    said: String,
    steps: Vec<(String, Outcome)>,
    recorded: String,
    log: String,
    contents: String,
}

fn came(chain: &Chain, database: &TestDatabase, ask: Run) -> Came {
    let (said, report) = match run(chain, database.url(), ask) {
        Ok(report) => ("all went well".to_owned(), report),
        Err(failure) => (
            failure.to_string().replace(database.name(), "DATABASE"),
            failure.report().clone(),
        ),
    };
    // How many steps are told of is how far the run came; a revision that was begun before is finished, not run.
    let steps = report.steps.iter().map(|step| {
        let outcome = match step.outcome {
            Outcome::Recovered => Outcome::Finished,
            outcome => outcome,
        };
        (step.revision.clone(), outcome)
    });
    let log = "SELECT revision, action, outcome, statements FROM schema_revisions_log ORDER BY seq";
    Came {
        said,
        steps: steps.collect(),
        recorded: recorded(database),
        log: database.sql(log),
        contents: contents(database),
    }
}

/// Three tables, four revisions each: made, changed in a way that the catalogue does not tell, rows between data
/// definition, nothing but rows.
fn sections() -> Vec<(String, String)> {
    let of_table = |table: usize| {
        [
            (
                "CREATE TABLE {} (i INT, j INT);\nCREATE INDEX {}_i ON {} (i);",
                "DROP TABLE {};",
            ),
            (
                "ALTER TABLE {} ADD CHECK (j > 0);",
                "ALTER TABLE {} DROP CONSTRAINT CONSTRAINT_1;",
            ),
            (
                "INSERT INTO {} VALUES (1, 2);\nALTER TABLE {} ADD k INT;\nUPDATE {} SET k = 3;\nCREATE INDEX {}_k ON {} (k);",
                "DROP INDEX {}_k ON {};\nALTER TABLE {} DROP COLUMN k;\nDELETE FROM {};",
            ),
            (
                "INSERT INTO {} VALUES (4, 5, 6);\nDELETE FROM {} WHERE i = 1;",
                "INSERT INTO {} VALUES (1, 2, 3);\nDELETE FROM {} WHERE i = 4;",
            ),
        ]
        .map(|(up, down)| {
            let name = format!("t{table}");
            (up.replace("{}", &name), down.replace("{}", &name))
        })
    };
    (0..3).flat_map(of_table).collect()
}

/// How many revisions began in the transaction that recorded the one before.
fn joined(database: &TestDatabase) -> usize {
    let sql = "SELECT COUNT(*) FROM schema_revisions_log a JOIN schema_revisions_log b ON b.seq = a.seq + 1 WHERE \
               b.started_at <= a.finished_at";
    database.sql(sql).trim().parse().expect("a number")
}

#[test]
fn what_is_recorded_and_left_is_the_same_both_ways() {
    let chain = Chain::new(&sections());
    let ask = [
        Run::upgrade("head"),
        Run::downgrade("base"),
        Run::upgrade("head"),
    ];
    let mut all = Vec::new();
    for (told, name) in [(Told::Nobody, "shared"), (Told::Somebody, "one_by_one")] {
        let Some(database) = database(name) else {
            return;
        };
        let came: Vec<Came> = ask
            .iter()
            .map(|run| came(&chain, &database, told.of(run.clone())))
            .collect();
        assert!(came[1].contents.is_empty(), "{came:?}");
        assert_eq!(joined(&database) > 0, told == Told::Nobody);
        all.push(came);
    }
    assert_eq!(all[0], all[1]);
}

#[test]
fn a_failure_is_said_and_recorded_the_same_both_ways_and_mended_the_same() {
    // What fails, the revision in which it does, and its section then.
    let cases = [
        (
            "nothing that is SQL, after what the catalogue does not tell",
            7,
            "CREATE TABLE x (i IN TEGER);",
        ),
        (
            "what is there already",
            5,
            "CREATE TABLE t0 (i INT, j INT);\nCREATE TABLE t1 (i INT, j INT);",
        ),
        (
            "the first, data definition",
            7,
            "ALTER TABLE gone ADD x INT;\nALTER TABLE t1 ADD k INT;",
        ),
        (
            "the second, data definition",
            5,
            "CREATE TABLE t1 (i INT, j INT);\nCREATE INDEX g ON gone (i);",
        ),
        (
            "the first, rows, after what the catalogue does not tell",
            7,
            "INSERT INTO gone VALUES (1);\nALTER TABLE t1 ADD k INT;",
        ),
        (
            "rows between data definition",
            7,
            "ALTER TABLE t1 ADD k INT;\nUPDATE t1 SET k = 3;\nINSERT INTO gone VALUES (1);\nCREATE INDEX t1_k ON t1 (k);",
        ),
        (
            "the second, rows",
            8,
            "INSERT INTO t1 VALUES (4, 5, 6);\nINSERT INTO gone VALUES (1);",
        ),
        (
            "rows in a table without transactions",
            8,
            "INSERT INTO old VALUES (1);\nINSERT INTO gone VALUES (1);",
        ),
        (
            "rows in such a table, which is there already",
            8,
            "CREATE TABLE IF NOT EXISTS old (i INT);\nINSERT INTO old VALUES (1);\nINSERT INTO gone VALUES (1);",
        ),
    ];
    for (place, (what, number, up)) in cases.into_iter().enumerate() {
        let mut sections = sections();
        sections[number - 1].0 = up.to_owned();
        let chain = Chain::new(&sections);
        let mut all = Vec::new();
        for told in [Told::Nobody, Told::Somebody] {
            let Some(database) = database(&format!("failure_{place}")) else {
                return;
            };
            database.sql("CREATE TABLE old (i INT) ENGINE = MyISAM");
            let first = came(&chain, &database, told.of(Run::upgrade("head")));
            assert!(
                first.said.starts_with(&format!("revision r{number} ")),
                "{what}: {}",
                first.said
            );
            assert_eq!(first.steps.len(), number, "{what}: {first:?}");
            database.sql("CREATE TABLE gone (i INT)");
            let second = came(&chain, &database, told.of(Run::upgrade("head")));
            all.push((first, second));
        }
        assert_eq!(all[0], all[1], "{what}");
        let mendable = place >= 2;
        assert_eq!(
            all[0].1.said == "all went well",
            mendable,
            "{what}: {}",
            all[0].1.said
        );
    }
}
