//! Finding the server, its dialect, the database and the rights.

use std::time::Duration;

use migrate::{Class, Database, Run};

use super::{database, recorded, upgrade};
use crate::chain::{Chain, block_on, run};
use crate::servers;

#[test]
fn a_missing_database_is_named_and_made_when_asked_for() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let name = format!("t_missing_{}", std::process::id());
    let url = server.url_of(&name);
    let chain = Chain::new(&[("CREATE TABLE a (b int);", "DROP TABLE a;")]);
    let failure = run(&chain, &url, Run::upgrade("head")).expect_err("no such database");
    assert_eq!(failure.class(), Class::Unreachable);
    let text = failure.to_string();
    assert!(
        text.contains(&name) && text.contains("--create-database`"),
        "{text}"
    );
    run(&chain, &url, Run::upgrade("head").create_database())
        .unwrap_or_else(|failure| panic!("{failure}"));
    let made = database("after").expect("the server is there");
    assert_eq!(
        made.sql(&format!("SHOW TABLES FROM {name} LIKE 'a'")),
        "a\n"
    );
    made.sql(&format!("DROP DATABASE {name}"));
}

#[test]
fn a_missing_right_names_the_grant() {
    let Some(database) = database("rights") else {
        return;
    };
    let user = format!("u{}", std::process::id());
    let name = database.name();
    database.sql(&format!(
        "CREATE USER {user}@'%' IDENTIFIED BY 'secret'; GRANT SELECT ON {name}.* TO {user}@'%'; CREATE USER {user}@localhost \
         IDENTIFIED BY 'secret'; GRANT SELECT ON {name}.* TO {user}@localhost"
    ));
    let (_, place) = database.url().split_once('@').expect("a URL with a user");
    let url = format!("mysql://{user}:secret@{place}");
    let chain = Chain::new(&[("CREATE TABLE a (b int);", "DROP TABLE a;")]);
    let failure = run(&chain, &url, Run::upgrade("head")).expect_err("no right to create");
    assert_eq!(failure.class(), Class::Permission);
    let text = failure.to_string();
    assert!(
        text.contains("GRANT ") && text.contains(name) && text.contains(&user),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
    database.sql(&format!("DROP USER {user}@'%', {user}@localhost"));
}

/// On MariaDB its own section wins over that for MySQL, which serves where there is no other.
#[test]
fn mariadb_takes_its_own_section_and_else_that_of_mysql() {
    let Some(database) = database("dialect") else {
        return;
    };
    let chain = Chain::of(
        "\"mysql\", \"mariadb\"",
        &[
            (
                "! dialect:mysql\nCREATE TABLE mysql1 (a int);\n\n-- migrate:up dialect:mariadb\nCREATE TABLE mariadb1 (a int);",
                "",
            ),
            ("! dialect:mysql\nCREATE TABLE mysql2 (a int);", ""),
        ],
    );
    let report = upgrade(&chain, &database);
    assert_eq!(report.dialect, "mariadb");
    let tables = database.sql("SHOW TABLES");
    let tables: Vec<&str> = tables
        .lines()
        .filter(|name| !name.starts_with("schema_"))
        .collect();
    assert_eq!(tables, ["mariadb1", "mysql2"]);
}

/// A future that is dropped in the middle leaves nothing that keeps the next run from going on.
#[test]
fn a_run_that_is_dropped_is_finished_by_the_next() {
    let Some(database) = database("dropped") else {
        return;
    };
    let chain = Chain::new(&[(
        "CREATE TABLE a (b int);\nINSERT INTO a VALUES (1);\nDO SLEEP(1);\nCREATE TABLE c (d int);",
        "",
    )]);
    let migrations = chain.migrations();
    let target: Database = database.url().parse().expect("a URL");
    block_on(async {
        let run = migrations.run(&target, Run::upgrade("head"));
        let dropped = tokio::time::timeout(Duration::from_millis(400), run).await;
        assert!(dropped.is_err(), "it takes longer");
    });
    upgrade(&chain, &database);
    assert_eq!(recorded(&database), "r1 applied head");
    assert_eq!(database.sql("SELECT * FROM a"), "1\n");
}
