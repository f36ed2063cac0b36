//! The same commands on PostgreSQL and MariaDB.

use super::{Project, assert_screen};
use crate::servers::{self, TestDatabase};

/// Two revisions and a branch with a merge, in SQL that both servers understand.
fn project(dialect: &str, database: &TestDatabase) -> Project {
    let project = Project::empty()
        .variable("DATABASE_URL", database.url())
        .variable("USER", "ada");
    project.write(
        "migrate.toml",
        &format!("[migrations]\ndialects = [\"{dialect}\"]\n"),
    );
    for (id, down, message, up, down_sql) in [
        (
            "aaaa1111",
            "none",
            "create users",
            "CREATE TABLE users (id INT PRIMARY KEY);\nINSERT INTO users VALUES (1);\n",
            "DROP TABLE users;\n",
        ),
        (
            "bbbb2222",
            "aaaa1111",
            "add email",
            "ALTER TABLE users ADD COLUMN email VARCHAR(90);\n",
            "ALTER TABLE users DROP COLUMN email;\n",
        ),
        (
            "cccc3333",
            "aaaa1111",
            "create posts",
            "CREATE TABLE posts (id INT);\n",
            "DROP TABLE posts;\n",
        ),
        ("dddd4444", "bbbb2222, cccc3333", "merge", "", ""),
    ] {
        project.revision(id, down, message, "", up, down_sql);
    }
    assert!(project.run(&["lock"]).status.success());
    project
}

fn walk(project: &Project, database: &TestDatabase) -> String {
    let lines = [
        "status",
        "upgrade --dry-run",
        "upgrade head",
        "upgrade head",
        "current",
        "-q history --graph -i",
        "downgrade bbbb@-1",
        "redo bbbb",
        "-q stamp aaaa",
        "-q stamp head",
        "downgrade base",
        "status",
        "--format json current",
    ];
    project.session_on(database, &lines)
}

#[test]
fn on_postgres() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let database = server.database("cli_walk");
    assert_screen!(
        walk(&project("postgres", &database), &database),
        "snapshots/postgres.txt"
    );
}

#[test]
fn on_mariadb() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let database = server.database("cli_walk");
    assert_screen!(
        walk(&project("mariadb", &database), &database),
        "snapshots/mariadb.txt"
    );
}

#[test]
fn a_database_that_the_server_does_not_have_is_named_and_made() {
    for (server, dialect) in [
        (servers::postgres(), "postgres"),
        (servers::mariadb(), "mysql"),
    ] {
        let Some(server) = server else { continue };
        let database = server.database("cli_missing");
        let name = format!("{}_new", database.name());
        let project = project(dialect, &database).variable("DATABASE_URL", &server.url_of(&name));
        let missing = project.session(&["upgrade", "--format json status"]);
        assert!(
            missing.contains(&name) && missing.contains("--create-database"),
            "{missing}"
        );
        assert!(missing.contains("[exit 5]"), "{missing}");
        let made = project.session(&["upgrade --create-database", "status"]);
        assert!(
            made.contains("4 revisions applied") && made.contains("nothing is pending"),
            "{made}"
        );
        let drop = format!("DROP DATABASE {name}");
        database.sql(&drop);
    }
}

#[test]
fn a_wrong_password_is_not_shown() {
    for (server, dialect) in [
        (servers::postgres(), "postgres"),
        (servers::mariadb(), "mysql"),
    ] {
        let Some(server) = server else { continue };
        let database = server.database("cli_password");
        let url = database.url().to_owned();
        let (scheme, rest) = url.split_once("://").expect("a scheme");
        let (login, place) = rest.split_once('@').expect("a login");
        let user = login.split(':').next().expect("a user");
        let wrong = format!("{scheme}://{user}x:hunter2@{place}");
        let project = project(dialect, &database).variable("DATABASE_URL", &wrong);
        let session = project.session(&["upgrade", "status", "--format json current"]);
        assert!(!session.contains("hunter2"), "{session}");
        assert!(
            !session.contains("[exit 0]") && session.contains("error"),
            "{session}"
        );
    }
}
