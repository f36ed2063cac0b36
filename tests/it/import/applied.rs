//! Imported revisions do on a real database what the tool's own files do.

use super::imported;

/// Goes to head, takes back what has a way back, and goes to head again; returns the schema at head.
fn round_trip(tool: &str, back: &str) -> Option<Vec<String>> {
    let (project, database) = imported(tool)?;
    let upgrade = |words: &[&str]| {
        let output = project.run(words);
        assert!(
            output.status.success(),
            "{tool} {words:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    upgrade(&["upgrade", "head"]);
    let schema = database.schema();
    upgrade(&["downgrade", back]);
    assert_ne!(database.schema(), schema, "{tool}");
    upgrade(&["upgrade", "head"]);
    assert_eq!(database.schema(), schema, "{tool}");
    Some(schema)
}

fn assert_has(schema: Option<Vec<String>>, objects: &[&str]) {
    let Some(schema) = schema else { return };
    for object in objects {
        assert!(
            schema.iter().any(|line| line.contains(object)),
            "{object} is missing:\n{}",
            schema.join("\n")
        );
    }
}

#[test]
fn sqlx() {
    assert_has(round_trip("sqlx", "0001"), &["users", "users_email"]);
}

#[test]
fn diesel() {
    assert_has(
        round_trip("diesel", "base"),
        &["diesel_set_updated_at", "posts", "posts_title"],
    );
}

#[test]
fn goose() {
    assert_has(round_trip_after("goose"), &["users", "add_user"]);
}

/// The last revision of goose cannot be taken back: its file has no `Down`.
fn round_trip_after(tool: &str) -> Option<Vec<String>> {
    let (project, database) = imported(tool)?;
    let done = project.run(&["upgrade", "head"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let refused = project.run(&["downgrade", "base"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("goose had no way back for it"), "{said}");
    assert_eq!(database.sql("SELECT name FROM users").trim(), "ada");
    Some(database.schema())
}

#[test]
fn dbmate() {
    let Some((project, database)) = imported("dbmate") else {
        return;
    };
    assert!(project.run(&["upgrade", "20240102090000"]).status.success());
    assert!(project.run(&["downgrade", "base"]).status.success());
    assert!(project.run(&["upgrade", "head"]).status.success());
    database.sql("INSERT INTO users (id, name) VALUES (1, 'ada')");
    assert_eq!(database.sql("SELECT name FROM log").trim(), "ada");
    assert_has(Some(database.schema()), &["users_log", "email"]);
}

#[test]
fn golang_migrate() {
    let Some((project, database)) = imported("golang-migrate") else {
        return;
    };
    assert!(project.run(&["upgrade", "000002"]).status.success());
    assert_eq!(database.sql("SELECT count(*) FROM users").trim(), "2");
    assert!(project.run(&["downgrade", "base"]).status.success());
    assert!(project.run(&["upgrade", "head"]).status.success());
    assert_has(Some(database.schema()), &["users", "email"]);
}

#[test]
fn flyway() {
    let Some((project, database)) = imported("flyway") else {
        return;
    };
    let done = project.run(&["upgrade", "head"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    database.sql("INSERT INTO people (id, name) VALUES (1, 'ada')");
    assert_eq!(database.sql("SELECT city FROM people").trim(), "Paris");
    assert_has(Some(database.schema()), &["people_names", "people_name"]);
}

#[test]
fn alembic() {
    assert_has(
        round_trip("alembic", "base"),
        &["users_email", "invoices", "audit"],
    );
}

/// The same database that psql makes of the script which Alembic has printed.
#[test]
fn alembic_as_by_its_own_script() {
    let Some((project, database)) = imported("alembic") else {
        return;
    };
    assert!(project.run(&["upgrade", "head"]).status.success());
    let raw = super::server("alembic")
        .expect("asked for")
        .0
        .database("alembic_raw");
    let script = project.read("old/up.sql");
    // psql sends what stands behind one `-c` as one transaction; the script has its own.
    for statement in script.split(";\n\n") {
        let body: String = statement
            .lines()
            .filter(|line| !line.starts_with("--"))
            .collect::<Vec<_>>()
            .join("\n");
        if !matches!(body.trim(), "BEGIN" | "COMMIT" | "") {
            raw.sql(&body);
        }
    }
    raw.sql("DROP TABLE alembic_version");
    assert_eq!(database.schema(), raw.schema());
}

/// What is left to do keeps everything from running, and says what it is; once done, all can be locked.
#[test]
fn refinery_once_a_person_has_written_the_rest() {
    let Some((project, database)) = imported("refinery") else {
        return;
    };
    let refused = project.run(&["upgrade", "head"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        said.contains("left to do: write the SQL of V2__cars.rs"),
        "{said}"
    );
    assert!(!project.run(&["lock"]).status.success());

    let file = "migrations/V2_cars.sql";
    let text = project.read(file);
    let todo = text
        .lines()
        .find(|line| line.contains("migrate:todo"))
        .expect("the line");
    project.write(file, &text.replace(todo, "CREATE TABLE cars (id INTEGER);"));
    assert!(project.run(&["lock"]).status.success());
    assert!(project.run(&["upgrade", "head"]).status.success());
    assert_has(Some(database.schema()), &["persons", "cars", "motos"]);
}
