//! Processes that are killed, and what the next one makes of it.

use std::time::Duration;

use migrate::{Class, Database, Failure, Repair, Report, Run};

use super::{contents, database, downgrade, recorded, upgrade, worker};
use crate::chain::{Chain, block_on, run};
use crate::servers::{self, TestDatabase};

/// Groups of revisions with the data definition that is common, and rows written between. Rows bring their numbers: what
/// AUTO_INCREMENT has given away is not given back by a rollback.
fn workload(groups: usize, victim: Victim) -> Vec<(String, String)> {
    // MariaDB 10.11 itself can leave a trigger without a body behind when `CREATE TRIGGER` is ended by KILL.
    let trigger = |n: usize| match victim {
        Victim::Client => format!(
            "CREATE TRIGGER tr{n} BEFORE INSERT ON customer{n} FOR EACH ROW SET NEW.name = CONCAT(NEW.name, '+');"
        ),
        Victim::Session => format!("CREATE VIEW w{n} AS SELECT id FROM customer{n};"),
    };
    let mut sections = Vec::new();
    for n in 0..groups {
        sections.push((
            format!(
                "CREATE TABLE customer{n} (id int PRIMARY KEY, name varchar(40) NOT NULL, legacy int);\n\
                 CREATE TABLE orders{n} (id int PRIMARY KEY, customer_id int NOT NULL, total decimal(10,2), \
                 CONSTRAINT fk{n} FOREIGN KEY (customer_id) REFERENCES customer{n} (id));\n\
                 CREATE INDEX orders{n}_total ON orders{n} (total);"
            ),
            format!("DROP TABLE orders{n};\nDROP TABLE customer{n};"),
        ));
        sections.push((
            format!(
                "INSERT INTO customer{n} (id, name) VALUES (1, 'a'), (2, 'b');\nALTER TABLE customer{n} ADD status varchar(10) NOT NULL \
                 DEFAULT 'new', DROP legacy;\nINSERT INTO customer{n} (id, name) VALUES (3, 'c');\nUPDATE customer{n} SET status = \
                 CONCAT(status, '!');\nALTER TABLE customer{n} ADD INDEX (status), ADD UNIQUE KEY nm (name);\nINSERT INTO \
                 orders{n} (id, customer_id, total) SELECT id, id, id * 10 FROM customer{n};"
            ),
            String::new(),
        ));
        sections.push((
            format!(
                "ALTER TABLE orders{n} MODIFY total decimal(12,2) NOT NULL;\nALTER TABLE orders{n} RENAME COLUMN total TO \
                 amount;\nUPDATE orders{n} SET amount = amount + 1;\nRENAME TABLE orders{n} TO purchase{n};\nALTER TABLE \
                 purchase{n} DROP FOREIGN KEY fk{n};\nALTER TABLE purchase{n} ADD FOREIGN KEY (customer_id) REFERENCES \
                 customer{n} (id) ON DELETE CASCADE;"
            ),
            String::new(),
        ));
        sections.push((
            format!(
                "CREATE VIEW v{n} AS SELECT name FROM customer{n};\n{}\nINSERT INTO customer{n} (id, name) VALUES (4, 'd');\nCREATE PROCEDURE p{n}() \
                 SELECT 1;\nDROP PROCEDURE p{n};\nDROP INDEX orders{n}_total ON purchase{n};\nTRUNCATE purchase{n};\nINSERT INTO \
                 purchase{n} (id, customer_id, amount) SELECT 1, MIN(id), 5 FROM customer{n};",
                trigger(n)
            ),
            String::new(),
        ));
    }
    sections
}

/// Killed again and again at any moment, each time started again: in the end everything is there, once.
#[test]
fn killed_at_any_moment_the_next_run_goes_on() {
    kill_again_and_again(Victim::Client);
}

/// The same when it is the server that ends the session, which leaves more revisions in the middle.
#[test]
fn with_its_session_ended_at_any_moment_the_next_run_goes_on() {
    kill_again_and_again(Victim::Session);
}

/// Until so many have been killed, and one of them in the middle of a revision: a database after another.
fn kill_again_and_again(victim: Victim) {
    let Some(undisturbed) = database("undisturbed") else {
        return;
    };
    let chain = Chain::new(&workload(15, victim));
    upgrade(&chain, &undisturbed);
    let (expected, rows) = (contents(&undisturbed), recorded(&undisturbed));
    let mut kills = Kills::default();
    while kills.all < servers::rounds(20, 1000) || kills.in_flight == 0 {
        let database = database("killed").expect("the server is there");
        kills.upgrade(victim, &chain, &database);
        let found = contents(&database);
        let mut lines = found.lines().zip(expected.lines());
        let differs = lines.find(|(found, expected)| found != expected);
        assert_eq!(differs, None, "{kills:?}");
        assert_eq!(found.len(), expected.len(), "{kills:?}");
        assert_eq!(recorded(&database), rows, "{kills:?}");
    }
    eprintln!("{kills:?}");
}

#[derive(Debug, Default)]
struct Kills {
    all: usize,
    /// In the middle of a revision.
    in_flight: usize,
    random: u64,
}

impl Kills {
    /// Starts a process again and again until one reaches head.
    fn upgrade(&mut self, victim: Victim, chain: &Chain, database: &TestDatabase) {
        for attempt in 0.. {
            let mut worker = worker(&chain.directory(), database.url());
            std::thread::sleep(self.pause(attempt));
            match victim {
                _ if worker.try_wait().expect("a process").is_some() => {}
                Victim::Client => worker.kill().expect("a process that can be killed"),
                Victim::Session => end_sessions(database),
            }
            let output = worker.wait_with_output().expect("a process that ends");
            if output.status.success() {
                return;
            }
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                errors.is_empty() || victim == Victim::Session && is_lost(&errors),
                "{self:?}: {errors}"
            );
            self.all += 1;
            self.in_flight += usize::from(is_in_flight(database));
        }
    }

    /// Uneven, so that every kind of statement is met. Longer each time: a machine that is slow to start a process would
    /// have it killed for ever before it has done anything.
    fn pause(&mut self, attempt: u64) -> Duration {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Duration::from_micros((self.random >> 33) % 35_000 + 5_000 + attempt * 1_000)
    }
}

/// What a process says whose session was ended.
fn is_lost(errors: &str) -> bool {
    [
        "the connection was lost",
        "Connection was killed",
        "at EOF",
        "execution was interrupted",
        "reset by peer",
        "Broken pipe",
    ]
    .iter()
    .any(|text| errors.contains(text))
}

fn is_in_flight(database: &TestDatabase) -> bool {
    let tables = database.sql("SHOW TABLES LIKE 'schema_revisions'");
    !tables.is_empty()
        && database.sql("SELECT COUNT(*) FROM schema_revisions WHERE state = 'upgrading'") != "0\n"
}

/// A process that upgrades, or its session, is killed as soon as the rows say that it is at this statement, from 1, and a little later.
fn kill_at(chain: &Chain, database: &TestDatabase, victim: Victim, statement: usize) {
    let mut worker = worker(&chain.directory(), database.url());
    let at = format!("{}\n", statement - 1);
    let begun = std::time::Instant::now();
    loop {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "never at statement {statement}"
        );
        if !database
            .sql("SHOW TABLES LIKE 'schema_revisions'")
            .is_empty()
            && database.sql("SELECT statement_no FROM schema_revisions WHERE statement IS NOT NULL")
                == at
        {
            break;
        }
    }
    std::thread::sleep(Duration::from_millis(100));
    match victim {
        Victim::Client => worker.kill().expect("a process that can be killed"),
        Victim::Session => end_sessions(database),
    }
    worker.wait().expect("a process that ends");
}

/// What is killed.
#[derive(Clone, Copy, PartialEq)]
enum Victim {
    /// The process. The server goes on with the message that it has, to its end.
    Client,
    /// The session in the server: it ends in the middle of a statement.
    Session,
}

/// Ends every session in the database but the one that asks.
fn end_sessions(database: &TestDatabase) {
    let name = database.name();
    database.sql(&format!(
        "DELIMITER //\nBEGIN NOT ATOMIC FOR s IN (SELECT id FROM information_schema.processlist WHERE db = '{name}' AND id <> \
         CONNECTION_ID()) DO BEGIN DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; KILL s.id; END; END FOR; END//"
    ));
}

fn repair(chain: &Chain, database: &TestDatabase, repair: Repair) -> Result<Report, Failure> {
    let database: Database = database.url().parse().expect("a URL");
    block_on(chain.migrations().repair(&database, repair))
}

/// The server goes on with the statement of a client that is gone; the next run waits for that, and then goes on itself.
#[test]
fn the_next_run_waits_for_the_session_of_the_one_that_was_killed() {
    let Some(database) = database("waits") else {
        return;
    };
    let chain = Chain::new(&[(
        "CREATE TABLE a AS SELECT 1 AS b, SLEEP(2) AS c;\nINSERT INTO a VALUES (2, 0);",
        "DROP TABLE a;",
    )]);
    kill_at(&chain, &database, Victim::Client, 1);
    upgrade(&chain, &database);
    assert_eq!(database.sql("SELECT b FROM a"), "1\n2\n");
    assert_eq!(recorded(&database), "r1 applied head");
}

#[test]
fn a_procedure_is_in_doubt_and_a_person_decides() {
    let Some(database) = database("doubt") else {
        return;
    };
    let chain = Chain::new(&[(
        "CREATE TABLE a (b int);\nDELIMITER //\nCREATE PROCEDURE p() BEGIN INSERT INTO a VALUES (1); DO SLEEP(1); END//\n\
         DELIMITER ;\nCALL p();\nINSERT INTO a VALUES (2);",
        "DROP PROCEDURE p;\nDROP TABLE a;",
    )]);
    kill_at(&chain, &database, Victim::Client, 3);
    let failure = run(&chain, database.url(), Run::upgrade("head")).expect_err("nobody can know");
    assert_eq!(failure.class(), Class::InDoubt);
    insta::assert_snapshot!(failure.to_string(), @r"
    revision r1 is in doubt: the run was interrupted at statement 3 of 4, and whether it has happened cannot be seen (it is no statement whose effect can be looked for): CALL p()
      = help: `migrate-cli repair --resume-from 3 r1` if it has not happened
      = help: `migrate-cli repair --resume-from 4 r1` if it has
    ");
    // Asked again, it says the same.
    let again = run(&chain, database.url(), Run::upgrade("head")).expect_err("nobody can know");
    assert_eq!(again.class(), Class::InDoubt);

    repair(&chain, &database, Repair::resume_from("r1", 4))
        .unwrap_or_else(|failure| panic!("{failure}"));
    upgrade(&chain, &database);
    assert_eq!(database.sql("SELECT b FROM a"), "1\n2\n");
    assert_eq!(recorded(&database), "r1 applied head");
    downgrade(&chain, &database, "base");
}

#[test]
fn what_a_person_says_is_recorded() {
    type Decision = fn(&str) -> Repair;
    let cases: [(&str, Decision, &str, &str); 3] = [
        (
            "applied",
            |id| Repair::applied(id),
            "r1 applied head",
            "1\n",
        ),
        ("retry", |id| Repair::retry(id), "r1 upgrading", "1\n1\n2\n"),
        (
            "resume",
            |id| Repair::resume_from(id, 4),
            "r1 upgrading",
            "1\n2\n",
        ),
    ];
    for (name, decision, state, rows) in cases {
        let Some(database) = database(name) else {
            return;
        };
        let chain = Chain::new(&[(
            "CREATE TABLE a (b int);\nDELIMITER //\nCREATE PROCEDURE p() BEGIN INSERT INTO a VALUES (1); DO SLEEP(1); END//\n\
             DELIMITER ;\nCALL p();\nINSERT INTO a VALUES (2);",
            "DROP TABLE a;",
        )]);
        kill_at(&chain, &database, Victim::Client, 3);
        repair(&chain, &database, decision("r1")).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(recorded(&database), state, "{name}");
        upgrade(&chain, &database);
        assert_eq!(database.sql("SELECT b FROM a"), rows, "{name}");
        assert_eq!(recorded(&database), "r1 applied head", "{name}");
    }
}

/// What the section has set in the session that is gone is set again.
#[test]
fn settings_are_made_again_before_the_section_goes_on() {
    let Some(database) = database("again") else {
        return;
    };
    let chain = Chain::new(&[
        (
            "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE c (p_id int, FOREIGN KEY (p_id) REFERENCES p (id));",
            "",
        ),
        (
            "SET foreign_key_checks = 0;\nCREATE TABLE s AS SELECT SLEEP(1) AS z;\nINSERT INTO c VALUES (99);",
            "",
        ),
    ]);
    kill_at(&chain, &database, Victim::Session, 2);
    upgrade(&chain, &database);
    assert_eq!(database.sql("SELECT * FROM c"), "99\n");
}

/// What cannot be made again is named.
#[test]
fn a_temporary_table_that_is_gone_is_named() {
    let Some(database) = database("temporary") else {
        return;
    };
    let chain = Chain::new(&[(
        "CREATE TEMPORARY TABLE x AS SELECT 1 AS b;\nCREATE TABLE s AS SELECT SLEEP(1) AS z;\nCREATE TABLE y AS SELECT * FROM x;",
        "",
    )]);
    kill_at(&chain, &database, Victim::Session, 2);
    let failure =
        run(&chain, database.url(), Run::upgrade("head")).expect_err("the temporary table is gone");
    assert_eq!(failure.class(), Class::InDoubt);
    insta::assert_snapshot!(failure.to_string(), @r"
    revision r1 is in doubt: statement 1 has left a temporary table in the session that has ended, and statement 2 cannot go on without
      = help: `migrate-cli repair --applied r1` when the rest was done by hand
      = help: `migrate-cli repair --resume-from 1 r1` when what it has done was taken back by hand
    ");
}

/// A table of that name that was there before is not taken for the statement's.
#[test]
fn an_older_table_is_not_the_one_that_was_to_be_created() {
    let Some(database) = database("older") else {
        return;
    };
    let chain = Chain::new(&[("CREATE TABLE a (b int);", "DROP TABLE a;")]);
    database.sql("CREATE TABLE a (c int)");
    std::thread::sleep(Duration::from_millis(2100));
    run(&chain, database.url(), Run::upgrade("head")).expect_err("the table is there");
    // As if the process had ended before the answer came.
    database.sql("UPDATE schema_revisions SET error = NULL, statement = 'CREATE TABLE a ..', statement_hash = digest");
    let failure =
        run(&chain, database.url(), Run::upgrade("head")).expect_err("the table is there");
    assert_eq!(failure.class(), Class::SqlFailed, "{failure}");
    assert!(
        failure.to_string().contains("Table 'a' already exists"),
        "{failure}"
    );
}

/// A draft that has failed is mended in its file, and the next run goes on where it failed.
#[test]
fn a_section_mended_behind_what_has_finished_goes_on() {
    let Some(database) = database("mended") else {
        return;
    };
    let wrong = Chain::new(&[(
        "CREATE TABLE a (b int);\nALTER TABLE a ADD c itn;",
        "DROP TABLE a;",
    )]);
    run(&wrong, database.url(), Run::upgrade("head")).expect_err("a type that is none");
    let edited = Chain::new(&[(
        "CREATE TABLE a (b text);\nALTER TABLE a ADD c int;",
        "DROP TABLE a;",
    )]);
    let failure =
        run(&edited, database.url(), Run::upgrade("head")).expect_err("statement 1 is another");
    assert_eq!(failure.class(), Class::InDoubt);
    let mended = Chain::new(&[(
        "CREATE TABLE a (b int);\nALTER TABLE a ADD c int;\nALTER TABLE a ADD d int;",
        "DROP TABLE a;",
    )]);
    upgrade(&mended, &database);
    assert_eq!(database.sql("SHOW COLUMNS FROM a").lines().count(), 3);
    assert!(upgrade(&mended, &database).is_up_to_date());
}

#[test]
fn a_downgrade_that_was_interrupted_goes_on_downwards() {
    let Some(database) = database("downwards") else {
        return;
    };
    let chain = Chain::new(&[
        ("CREATE TABLE a (b int);", "DROP TABLE a;"),
        (
            "CREATE TABLE c (d int);",
            "DROP TABLE c;\nCREATE TABLE s AS SELECT SLEEP(1) AS z;\nDROP TABLE s;",
        ),
    ]);
    upgrade(&chain, &database);
    std::thread::scope(|scope| {
        let running = scope.spawn(|| run(&chain, database.url(), Run::downgrade("base")));
        while database.sql("SELECT statement_no FROM schema_revisions WHERE statement IS NOT NULL")
            != "1\n"
        {
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(100));
        end_sessions(&database);
        let failure = running
            .join()
            .expect("no panic")
            .expect_err("its session was ended");
        assert_eq!(failure.class(), Class::Interrupted, "{failure}");
    });
    assert_eq!(
        recorded(&database),
        "r1 applied head, r2 downgrading in flight"
    );
    downgrade(&chain, &database, "base");
    assert_eq!(recorded(&database), "r1 reverted, r2 reverted");
    assert_eq!(contents(&database), "");
}
