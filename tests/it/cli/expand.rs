//! `revision --autogenerate --expand-contract` and `--contract`: an older and a newer release write to one table while it
//! changes, on every database.

use super::Project;
use crate::servers::{self, Server, TestDatabase};

/// What the older release wants.
const BEFORE: &str = "CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    mail VARCHAR(60) NOT NULL UNIQUE,
    age VARCHAR(10),
    level INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX ix_users_age ON users (age);
";

/// What the newer one wants: two columns with other names, one with another type, and something new.
const AFTER: &str = "CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email VARCHAR(60) NOT NULL UNIQUE,
    age INTEGER,
    grade INTEGER NOT NULL DEFAULT 1,
    note VARCHAR(20)
);
CREATE INDEX ix_users_age ON users (age);
";

const EXPAND: &str = "revision --autogenerate --expand-contract -m users --rev-id b2 \
                      --rename users.mail=email --rename users.level=grade";

/// A project whose first revision is applied to a database that has rows.
fn project(server: &'static Server) -> (Project, TestDatabase) {
    let database = server.database("expand");
    let dialect = match server.name() {
        "mysql" => "mariadb",
        name => name,
    };
    let project = Project::empty().variable("DATABASE_URL", database.url());
    project.write(
        "migrate.toml",
        &format!(
            "[migrations]\ndialects = [\"{dialect}\"]\nfile_template = \"{{revision}}\"\n\n\
             [schema]\nfiles = [\"schema.sql\"]\n"
        ),
    );
    project.write("schema.sql", BEFORE);
    project.write("migrations/.keep", "");
    typed(
        &project,
        &[
            "lock",
            "revision --autogenerate -m first --rev-id a1",
            "upgrade a1",
        ],
    );
    database.sql(
        "INSERT INTO users (id, mail, age, level) VALUES (1, 'a@x', '007', 3), (2, 'b@x', NULL, 1)",
    );
    project.write("schema.sql", AFTER);
    (project, database)
}

/// Types commands that have to succeed.
#[track_caller]
fn typed(project: &Project, lines: &[&str]) -> String {
    let session = project.session(lines);
    assert!(!session.contains("[exit "), "{session}");
    session
}

/// What stands in the columns of a row, separated by blanks.
#[track_caller]
fn row(database: &TestDatabase, columns: &str, id: u32) -> String {
    let values = database.sql(&format!("SELECT {columns} FROM users WHERE id = {id}"));
    values.trim_end().replace('\t', " ")
}

#[test]
fn both_releases_see_what_the_other_one_writes() {
    for server in servers::each() {
        let (project, database) = project(server);
        let kind = server.name();
        let written = typed(&project, &[EXPAND]);
        assert!(
            written.contains("users.mail becomes users.email")
                && written.contains("column users.age_old is kept for the older release"),
            "{kind}: {written}"
        );

        typed(&project, &["upgrade b2"]);
        // The older release goes on; a row from before is left to the backfill.
        database.sql("INSERT INTO users (id, mail, age) VALUES (3, 'c@x', '30')");
        database.sql("UPDATE users SET mail = 'B@x' WHERE id = 2");
        assert_eq!(
            row(&database, "email, age_new, grade", 3),
            "c@x 30 1",
            "{kind}"
        );
        assert_eq!(row(&database, "email", 2), "B@x", "{kind}");
        assert_eq!(row(&database, "coalesce(email, '-')", 1), "-", "{kind}");
        // Whoever knows the new columns is heard too, and so is a change of case alone.
        database.sql("UPDATE users SET email = 'C@x', age_new = 31, grade = 5 WHERE id = 3");
        assert_eq!(row(&database, "mail, age, level", 3), "C@x 31 5", "{kind}");

        typed(&project, &["upgrade b2_2"]);
        let all = "mail, email, age, age_new, level, grade";
        assert_eq!(row(&database, all, 1), "a@x a@x 007 7 3 3", "{kind}");

        typed(&project, &["upgrade"]);
        // The newer release fills its columns, the older one those it knows.
        database.sql("INSERT INTO users (id, email, age) VALUES (4, 'd@x', 40)");
        database.sql("INSERT INTO users (id, mail, level) VALUES (5, 'e@x', 2)");
        let all = "mail, email, age_old, age, level, grade";
        assert_eq!(row(&database, all, 4), "d@x d@x 40 40 1 1", "{kind}");
        assert_eq!(
            row(&database, "mail, email, level, grade", 5),
            "e@x e@x 2 2",
            "{kind}"
        );
        database.sql("INSERT INTO users (id, email, grade) VALUES (6, 'f@x', 9)");
        assert_eq!(row(&database, "mail, level", 6), "f@x 9", "{kind}");
        database.sql("UPDATE users SET mail = 'E@x', level = 4 WHERE id = 5");
        assert_eq!(row(&database, "email, grade", 5), "E@x 4", "{kind}");
        database.sql("UPDATE users SET email = 'D@x', age = 41, grade = 6 WHERE id = 4");
        assert_eq!(
            row(&database, "mail, age_old, level", 4),
            "D@x 41 6",
            "{kind}"
        );
        database.sql("UPDATE users SET age = NULL WHERE id = 4");
        assert_eq!(row(&database, "coalesce(age_old, '-')", 4), "-", "{kind}");
        // What is not touched stays as it was.
        assert_eq!(row(&database, "age_old, age", 1), "007 7", "{kind}");

        // An upsert of the older release finds the row by what it knows.
        let upsert = match kind {
            "mysql" => "ON DUPLICATE KEY UPDATE level = 8",
            _ => "ON CONFLICT (mail) DO UPDATE SET level = 8",
        };
        database.sql(&format!(
            "INSERT INTO users (id, mail) VALUES (7, 'E@x') {upsert}"
        ));
        assert_eq!(row(&database, "level, grade", 5), "8 8", "{kind}");
    }
}

#[test]
fn what_is_kept_is_no_difference_until_it_is_contracted() {
    for server in servers::each() {
        let (project, database) = project(server);
        let kind = server.name();
        typed(&project, &[EXPAND, "upgrade", "lock"]);
        let looked = typed(
            &project,
            &[
                "revision --autogenerate -m more",
                "diff head schema",
                "diff database head",
                "check",
                "verify",
            ],
        );
        assert!(looked.contains("nothing to do"), "{kind}: {looked}");
        assert_eq!(
            looked.matches("column users.mail is kept").count(),
            3,
            "{kind}: {looked}"
        );

        // A later change leaves it where it is.
        project.write("schema.sql", &AFTER.replace("VARCHAR(20)", "VARCHAR(30)"));
        let later = typed(
            &project,
            &["revision --autogenerate -m longer --rev-id c3", "upgrade"],
        );
        assert!(later.contains("alter column users.note"), "{kind}: {later}");
        assert!(!later.contains("users.mail\n"), "{kind}: {later}");
        assert_eq!(row(&database, "mail, email", 1), "a@x a@x", "{kind}");

        typed(
            &project,
            &[
                "revision --contract users.mail -m mail --rev-id d4",
                "upgrade",
            ],
        );
        let rest = typed(&project, &["diff database schema"]);
        assert!(
            !rest.contains("users.mail is kept") && rest.contains("users.level is kept"),
            "{kind}: {rest}"
        );
        typed(
            &project,
            &["revision --contract -m all --rev-id e5", "upgrade", "lock"],
        );
        let rest = typed(&project, &["diff database schema", "verify"]);
        assert!(
            !rest.contains("is kept") && rest.contains("no difference"),
            "{kind}: {rest}"
        );
        assert_eq!(row(&database, "email, age, grade", 1), "a@x 7 3", "{kind}");

        // On the way back the older release finds its columns filled, by the way of the newer ones.
        database.sql("INSERT INTO users (id, email, age, grade) VALUES (8, 'h@x', 80, 2)");
        typed(&project, &["downgrade c3"]);
        let all = "mail, age_old, level";
        assert_eq!(row(&database, all, 8), "h@x 80 2", "{kind}");
        assert_eq!(row(&database, "email, age, grade", 8), "h@x 80 2", "{kind}");
        typed(&project, &["downgrade a1"]);
        assert_eq!(row(&database, "mail, age, level", 8), "h@x 80 2", "{kind}");
    }
}

/// One project for three databases: each has its own triggers in the same files, and what only one of them needs is empty
/// for the others.
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
#[test]
fn one_series_serves_three_databases() {
    let Some(three) = servers::all_three() else {
        return;
    };
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\", \"mariadb\"]\nfile_template = \"{revision}\"\n\n\
         [schema]\nfiles = [\"schema.sql\"]\n",
    );
    project.write("migrations/.keep", "");
    let scratch = servers::scratch_urls(&three).join(" ");
    let proven = |line: &str| typed(&project, &[&format!("{line} {scratch}")]);
    project.write("schema.sql", BEFORE);
    typed(&project, &["lock"]);
    proven("revision --autogenerate -m first --rev-id a1");
    project.write("schema.sql", AFTER);
    let written = proven(EXPAND);
    assert_eq!(
        written.matches("users.mail becomes users.email\n").count(),
        3,
        "{written}"
    );
    typed(&project, &["lock"]);
    let contracted = proven("revision --contract -m contract --rev-id c3");
    assert_eq!(
        contracted
            .matches("destructive column users.age_old\n")
            .count(),
        3,
        "{contracted}"
    );
    typed(&project, &["lock"]);
    proven("verify");
    for server in three {
        let database = server.database("series");
        let url = format!("--database-url {}", database.url());
        typed(&project, &[&format!("upgrade a1 {url}")]);
        database.sql("INSERT INTO users (id, mail, age, level) VALUES (1, 'a@x', '007', 3)");
        typed(&project, &[&format!("upgrade b2_4 {url}")]);
        database.sql("INSERT INTO users (id, mail) VALUES (2, 'b@x')");
        typed(&project, &[&format!("upgrade {url}")]);
        let kind = server.name();
        assert_eq!(row(&database, "email, age, grade", 1), "a@x 7 3", "{kind}");
        assert_eq!(row(&database, "email, grade", 2), "b@x 1", "{kind}");
    }
}

#[test]
fn what_cannot_be_expanded_or_contracted_is_refused_by_name() {
    let Some(server) = servers::each().next() else {
        return;
    };
    let (project, _database) = project(server);
    let refused = |line: &str, wanted: &[&str]| {
        let session = project.session(&[line]);
        assert!(session.contains("[exit 1]"), "{session}");
        for text in wanted {
            assert!(session.contains(text), "{text}: {session}");
        }
    };
    refused(
        "revision --contract -m early",
        &["there is nothing to contract", "--expand-contract"],
    );
    project.write(
        "schema.sql",
        &BEFORE.replace("id INTEGER", "number INTEGER"),
    );
    refused(
        "revision --autogenerate --expand-contract -m key --rename users.id=number",
        &["users.id"],
    );
    project.write("schema.sql", AFTER);
    typed(&project, &[EXPAND, "upgrade"]);
    refused(
        "revision --contract users.nonsense -m typo",
        &["users.nonsense", "users.mail"],
    );
}

/// Keys of several columns, types that somebody has made, tables in a schema of their own, STRICT and WITHOUT ROWID.
#[test]
fn tables_that_are_not_plain_are_expanded_too() {
    for server in servers::each() {
        let database = server.database("special");
        let kind = server.name();
        let (dialect, table, before, after, options) = match kind {
            "sqlite" => ("sqlite", "items", "TEXT", "REAL", " STRICT, WITHOUT ROWID"),
            "postgres" => (
                "postgres",
                "billing.items",
                "billing.kind",
                "numeric(10,2)",
                "",
            ),
            _ => ("mariadb", "items", "enum('a', 'b')", "decimal(10,2)", ""),
        };
        let schema = |named: &str, price: &str| {
            let types = match kind {
                "postgres" => {
                    "CREATE SCHEMA billing;\nCREATE TYPE billing.kind AS ENUM ('a', 'b');\n"
                }
                _ => "",
            };
            format!(
                "{types}CREATE TABLE {table} (\n    shop INTEGER NOT NULL,\n    no INTEGER NOT NULL,\n    \
                 {named} {before} NOT NULL,\n    price {price} NOT NULL DEFAULT 0,\n    PRIMARY KEY (shop, no)\n){options};\n"
            )
        };
        let project = Project::empty().variable("DATABASE_URL", database.url());
        let schemas = match kind {
            "postgres" => "schemas = [\"billing\"]\n",
            _ => "",
        };
        project.write(
            "migrate.toml",
            &format!(
                "[migrations]\ndialects = [\"{dialect}\"]\nfile_template = \"{{revision}}\"\n\n\
                 [schema]\nfiles = [\"schema.sql\"]\n{schemas}"
            ),
        );
        project.write("migrations/.keep", "");
        project.write("schema.sql", &schema("kind", "INTEGER"));
        typed(
            &project,
            &[
                "lock",
                "revision --autogenerate -m first --rev-id a1",
                "upgrade",
            ],
        );
        database.sql(&format!("INSERT INTO {table} VALUES (1, 1, 'a', 3)"));
        project.write("schema.sql", &schema("sort", after));
        typed(
            &project,
            &[
                &format!(
                    "revision --autogenerate --expand-contract -m x --rev-id b2 --rename {table}.kind=sort"
                ),
                "upgrade",
            ],
        );
        database.sql(&format!(
            "INSERT INTO {table} (shop, no, kind) VALUES (1, 2, 'b')"
        ));
        let sorts = format!("SELECT sort FROM {table} ORDER BY shop, no");
        assert_eq!(database.sql(&sorts), "a\nb\n", "{kind}");
        database.sql(&format!(
            "UPDATE {table} SET sort = 'a' WHERE shop = 1 AND no = 2"
        ));
        let kinds = format!("SELECT kind FROM {table} ORDER BY shop, no");
        assert_eq!(database.sql(&kinds), "a\na\n", "{kind}");
        typed(
            &project,
            &["revision --contract -m y --rev-id c3", "upgrade", "lock"],
        );
        let said = typed(&project, &["diff database schema", "verify"]);
        assert!(said.contains("no difference"), "{kind}: {said}");
        let prices = database.sql(&format!("SELECT price FROM {table} WHERE no = 1"));
        assert!(prices.starts_with('3'), "{kind}: {prices}");
    }
}
