//! `diff`, `diff --locate` and `stamp --verify`.

use super::{Project, assert_screen, told};
use crate::servers;

/// In SQL that all databases understand; the last revision changes nothing but rows.
fn project(server: &str) -> Project {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        &format!("[migrations]\ndialects = [\"{server}\"]\n\n[schema]\nfiles = [\"schema.sql\"]\nexclude = [\"tmp_*\"]\n"),
    );
    for (id, down, message, up, back) in [
        (
            "aaaa1111",
            "none",
            "create users",
            "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40));\n",
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
            "bbbb2222",
            "lower case",
            "UPDATE users SET email = lower(email);\n",
            "UPDATE users SET email = email;\n",
        ),
    ] {
        project.revision(id, down, message, "", up, back);
    }
    assert!(project.run(&["lock"]).status.success());
    project.write(
        "schema.sql",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, phone VARCHAR(20));\nCREATE INDEX ix_users_phone ON users (phone);\n",
    );
    project
}

#[cfg(feature = "sqlite")]
#[test]
fn what_is_compared_and_what_is_said() {
    let project = project("sqlite").variable("DATABASE_URL", "sqlite://app.db");
    project.write(
        "users.sql",
        "CREATE TABLE users (name VARCHAR(40), id INTEGER PRIMARY KEY);\n",
    );
    project.write("broken.sql", "CREATE TABEL users (id INT);\n");
    let session = project.session(&[
        "diff aaaa head",
        "diff head bbbb",
        "diff head schema",
        "diff aaaa users.sql",
        "--format json diff base aaaa",
        "-q upgrade aaaa",
        "diff database head",
        "-q diff app.db schema",
        "diff",
        "diff head",
        "diff head zzzz",
        "diff head nowhere.sql",
        "diff head broken.sql",
        "diff --locate head",
        "diff schema head --dialect postgres",
    ]);
    assert_screen!(session, "snapshots/diff.txt");
}

#[cfg(feature = "sqlite")]
#[test]
fn an_existing_deployment_is_located_and_stamped() {
    let project = project("sqlite").variable("DATABASE_URL", "sqlite://app.db");
    // As another tool would have left it, its table included.
    let database = changed(&project);
    database(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40), email VARCHAR(90)); CREATE TABLE alembic_version (version_num VARCHAR(32)); CREATE TABLE tmp_load (a);",
    );
    let mut session = project.session(&[
        "diff --locate",
        "stamp aaaa --verify",
        "stamp cccc --verify",
        "diff --locate",
    ]);
    database("ALTER TABLE users ADD COLUMN x TEXT;");
    session += &project.session(&[
        "diff --locate",
        "--format json diff --locate",
        "--format json stamp head --verify",
    ]);
    assert_screen!(session, "snapshots/diff_locate.txt");
}

/// Runs SQL in the database of the project.
#[cfg(feature = "sqlite")]
fn changed(project: &Project) -> impl Fn(&str) + '_ {
    let database = servers::sqlite().expect("SQLite").database("located");
    let file = database.url().trim_start_matches("sqlite://").to_owned();
    move |sql| {
        database.sql(sql);
        std::fs::copy(&file, project.path("app.db")).expect("a copy");
    }
}

#[test]
fn every_database_is_located_and_compared() {
    for server in servers::each() {
        let database = server.database("located");
        let project = project(server.name()).variable("DATABASE_URL", database.url());
        let json = |words: &[&str]| project.json(words);
        database.sql(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40), email VARCHAR(90))",
        );
        database.sql("CREATE TABLE schema_migrations (version VARCHAR(20) PRIMARY KEY)");
        let (found, exit) = json(&["diff", "--locate"]);
        let equals = told(&found["equals"], "revision");
        assert_eq!(
            (equals, exit),
            (vec!["bbbb2222", "cccc3333"], 0),
            "{found:#}"
        );
        let (refused, exit) = json(&["stamp", "aaaa", "--verify"]);
        assert_eq!(exit, 3, "{refused:#}");
        assert_eq!(
            refused["error"]["notes"][0],
            "from aaaa to the database: column users.email is added"
        );
        let (_, exit) = json(&["stamp", "cccc", "--verify"]);
        assert_eq!(exit, 0);
        let (compared, exit) = json(&["diff", "database", "schema"]);
        assert_eq!(exit, 3);
        let texts = told(&compared["differences"], "text");
        assert_eq!(texts.len(), 4, "{texts:?}");
        assert_eq!(texts[0], "column users.email is removed");
        assert!(
            texts[1].starts_with("column users.name: nullability"),
            "{texts:?}"
        );
        assert_eq!(texts[2], "column users.phone is added");
        assert_eq!(texts[3], "index ix_users_phone on users is added");
        let (same, exit) = json(&["diff", "database", "head"]);
        assert_eq!((same["equal"].as_bool(), exit), (Some(true), 0), "{same:#}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn the_sql_between_two_sides() {
    let project = project("sqlite").variable("DATABASE_URL", "sqlite://app.db");
    project.write(
        "hint.sql",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40),\n-- was: email\nmail VARCHAR(90));\n",
    );
    let session = project.session(&[
        "diff aaaa head --sql",
        "diff head aaaa --sql",
        "diff head cccc --sql",
        "diff head hint.sql --sql",
        "diff aaaa hint.sql --sql",
        "diff head schema --sql",
        "diff head schema --sql --rename users.email=phone",
        "diff head schema --sql --rename users.nothing=phone",
        "--format json diff head schema --sql --rename users.email=phone",
        "diff head schema --rename users.email=phone",
        "diff --locate --sql",
    ]);
    assert_screen!(session, "snapshots/diff_sql.txt");
}

/// The client that people use runs what is printed: then there is no difference any more.
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
#[test]
fn the_sql_does_what_it_says() {
    use std::io::Write as _;
    use std::process::Stdio;
    for server in servers::each() {
        let kind = server.name();
        let database = server.database("patched");
        let project = project(kind).variable("DATABASE_URL", database.url());
        project.done(&["upgrade"]);
        database.sql("INSERT INTO users VALUES (1, 'ada', 'a@b')");
        let printed = project.run(&["diff", "database", "schema", "--sql"]);
        assert_eq!(printed.status.code(), Some(3), "{kind}");
        let mut client = database
            .shell()
            .stdin(Stdio::piped())
            .spawn()
            .expect("a client");
        let mut stdin = client.stdin.take().expect("its input");
        stdin.write_all(&printed.stdout).expect("the script");
        drop(stdin);
        assert!(client.wait().expect("its end").success(), "{kind}");
        let (compared, exit) = project.json(&["diff", "database", "schema"]);
        assert_eq!(exit, 0, "{kind}: {compared:#}");
        assert_eq!(database.sql("SELECT name FROM users"), "ada\n", "{kind}");
    }
}
