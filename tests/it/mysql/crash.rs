//! Processes that are killed, and what the next one makes of it.

use std::io::Read as _;
use std::time::Duration;

use migrate::{Class, Run};

use super::{Chain, contents, database, recorded, run, upgrade, worker};
use crate::servers;

/// Groups of revisions with the data definition that is common, and rows written between.
fn workload(groups: usize) -> Vec<(String, String)> {
    let mut sections = Vec::new();
    for n in 0..groups {
        sections.push((
            format!(
                "CREATE TABLE customer{n} (id int PRIMARY KEY AUTO_INCREMENT, name varchar(40) NOT NULL, legacy int);\n\
                 CREATE TABLE orders{n} (id int PRIMARY KEY AUTO_INCREMENT, customer_id int NOT NULL, total decimal(10,2), \
                 CONSTRAINT fk{n} FOREIGN KEY (customer_id) REFERENCES customer{n} (id));\n\
                 CREATE INDEX orders{n}_total ON orders{n} (total);"
            ),
            format!("DROP TABLE orders{n};\nDROP TABLE customer{n};"),
        ));
        sections.push((
            format!(
                "INSERT INTO customer{n} (name) VALUES ('a'), ('b');\nALTER TABLE customer{n} ADD status varchar(10) NOT NULL \
                 DEFAULT 'new', DROP legacy;\nINSERT INTO customer{n} (name) VALUES ('c');\nUPDATE customer{n} SET status = \
                 CONCAT(status, '!');\nALTER TABLE customer{n} ADD INDEX (status), ADD UNIQUE KEY nm (name);\nINSERT INTO \
                 orders{n} (customer_id, total) SELECT id, id * 10 FROM customer{n};"
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
                "CREATE VIEW v{n} AS SELECT name FROM customer{n};\nCREATE TRIGGER tr{n} BEFORE INSERT ON customer{n} FOR EACH ROW \
                 SET NEW.name = CONCAT(NEW.name, '+');\nINSERT INTO customer{n} (name) VALUES ('d');\nCREATE PROCEDURE p{n}() \
                 SELECT 1;\nDROP PROCEDURE p{n};\nDROP INDEX orders{n}_total ON purchase{n};\nTRUNCATE purchase{n};\nINSERT INTO \
                 purchase{n} (customer_id, amount) SELECT MIN(id), 5 FROM customer{n};"
            ),
            String::new(),
        ));
    }
    sections
}

/// Killed again and again at any moment, each time started again: in the end everything is there, once.
#[test]
fn killed_at_any_moment_the_next_run_goes_on() {
    let Some(database) = database("killed") else { return };
    let groups = servers::rounds(12, 60);
    let chain = Chain::new(&workload(groups));
    let mut killed = 0;
    let mut random = 42_u64;
    let finished = loop {
        let mut worker = worker(&chain.directory(), database.url());
        // Uneven, so that every kind of statement is met.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_micros((random >> 33) % 35_000 + 5_000));
        if let Some(status) = worker.try_wait().expect("a process") {
            let mut errors = String::new();
            worker.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("UTF-8");
            assert!(status.success(), "after {killed} kills: {errors}");
            break status;
        }
        worker.kill().expect("a process that can be killed");
        worker.wait().expect("a process that ends");
        killed += 1;
        assert!(killed < 2000, "no headway: {}", recorded(&database));
    };
    assert!(finished.success());
    eprintln!("killed {killed} times");
    assert!(killed >= 20, "killed only {killed} times");
    let undisturbed = super::database("undisturbed").expect("the server is there");
    upgrade(&chain, &undisturbed);
    assert_eq!(contents(&database), contents(&undisturbed));
    assert_eq!(recorded(&database), recorded(&undisturbed));
}
