//! Several processes that start at once.

use super::{contents, database, recorded, upgrade, worker};
use crate::chain::Chain;

#[test]
fn eight_processes_at_once_all_succeed_and_nothing_is_run_twice() {
    let Some(database) = database("eight") else {
        return;
    };
    let sections: Vec<(String, String)> = (1..=30)
        .map(|number| {
            (
                format!(
                    "CREATE TABLE t{number} (id int PRIMARY KEY, v int);\nINSERT INTO t{number} VALUES (1, {number});\nALTER \
                     TABLE t{number} ADD w int NOT NULL DEFAULT 7;"
                ),
                format!("DROP TABLE t{number};"),
            )
        })
        .collect();
    let chain = Chain::new(&sections);
    let workers: Vec<_> = (0..8)
        .map(|_| worker(&chain.directory(), database.url()))
        .collect();
    for worker in workers {
        let output = worker.wait_with_output().expect("a process that ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let log = database.sql("SELECT COUNT(*), COUNT(DISTINCT revision) FROM schema_revisions_log WHERE outcome = 'finished'");
    assert_eq!(log, "30\t30\n");
    assert!(recorded(&database).ends_with("r30 applied head"));
    let alone = super::database("alone").expect("the server is there");
    upgrade(&chain, &alone);
    assert_eq!(contents(&database), contents(&alone));
}
