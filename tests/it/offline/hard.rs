//! SQL that clients read in their own way: bodies, quotes, backslashes, COPY data, settings, sections outside of
//! transactions, rebuilds.

use migrate::{Migrations, Offline, Run};

use super::{assert_same, run, run_script, set};
use crate::cli::Project;
use crate::servers::{self, Server};

/// A chain `a1 <- a2 <- ..` of files whose sections are given: options and text of up, options and text of down.
fn chain(dialect: &str, files: &[(&str, &str, &str, &str)]) -> Migrations {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        &format!("[migrations]\ndialects = [\"{dialect}\"]\n"),
    );
    for (place, (up_options, up, down_options, down)) in files.iter().enumerate() {
        let (id, parent) = (format!("a{}", place + 1), format!("a{place}"));
        let parent = if place == 0 { "none" } else { &parent };
        project.write(
            &format!("migrations/{id}.sql"),
            &format!(
                "-- it's {id}; \"really\" \\ done\n--\n-- revision: {id}\n-- down_revision: {parent}\n\n-- migrate:up{up_options}\n\
                 {up}\n-- migrate:down{down_options}\n{down}\n"
            ),
        );
    }
    set(&project)
}

/// Up in two scripts, down in one; after each the databases hold the same, and `look` finds the same.
async fn both_ways(server: &'static Server, migrations: &Migrations, look: &[&str]) {
    let scripted = server.database("offline_script");
    let online = server.database("offline_run");
    for (what, offline, same) in [
        ("the first", Offline::upgrade("a1"), Run::upgrade("a1")),
        (
            "the rest",
            Offline::upgrade("a1:head"),
            Run::upgrade("head"),
        ),
        (
            "the way back",
            Offline::downgrade("head:base"),
            Run::downgrade("base"),
        ),
        ("again", Offline::upgrade("head"), Run::upgrade("head")),
    ] {
        run_script(migrations, server, &scripted, &offline);
        run(migrations, &online, same).await;
        assert_same(server, &scripted, &online, what);
        for sql in look
            .iter()
            .filter(|_| what == "the rest" || what == "again")
        {
            let (one, other) = (scripted.sql(sql), online.sql(sql));
            assert_eq!(one, other, "{sql} after {what}");
            assert!(!one.is_empty(), "{sql} after {what}");
        }
    }
}

#[tokio::test]
async fn psql_reads_what_a_run_sends() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let first = r#"
CREATE TABLE notes (id int PRIMARY KEY, body text, tags int[] DEFAULT '{1,2,3}');
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.body := NEW.body || ':x'; -- it's a comment; with a ';'
  RETURN NEW;
END $$;
CREATE TRIGGER mark BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION mark();
-- what's this; \a comment
/* another: it's
   \q here */
INSERT INTO notes VALUES (1, E'it''s \\ a \'quote\' é :USER', ARRAY[1,2]), (2, 'a'||'b\c' || $q$;\q$q$, '{}');
CREATE FUNCTION next(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT n + 1; END;
CREATE TABLE slices AS SELECT id AS "USER", tags[1:id] AS part, id::text FROM notes;
CREATE TABLE colons AS SELECT part[1:"USER"] AS part FROM slices;
"#;
    let copy = r#"
\restrict abc
SELECT pg_catalog.set_config('search_path', '', false);
SET default_table_access_method = heap;
COPY public.notes (id, body) FROM stdin;
3	tab\there
4	\N
5	it's; a -- line
\.

-- an empty one
COPY public.notes (id) FROM stdin;
\.
SELECT 1;
\unrestrict abc
"#;
    let outside = "
CREATE INDEX CONCURRENTLY notes_body ON notes (body);
SET search_path = '';
SELECT 1;
INSERT INTO public.notes VALUES (10, 'outside');
BEGIN;
UPDATE public.notes SET body = 'own' WHERE id = 10;
COMMIT;
VACUUM public.notes;
";
    let back = "DROP TABLE colons; DROP TABLE slices; DROP TABLE notes; DROP FUNCTION mark(); DROP FUNCTION next(int);";
    let migrations = chain(
        "postgres",
        &[
            ("", first, "", back),
            ("", copy, "", "DELETE FROM notes WHERE id IN (3, 4, 5);"),
            (
                " transaction:false",
                outside,
                " transaction:false",
                "DROP INDEX CONCURRENTLY notes_body;\nDELETE FROM notes WHERE id = 10;",
            ),
            (
                "",
                "CREATE TABLE settings AS SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone;",
                "",
                "DROP TABLE settings;",
            ),
        ],
    );
    both_ways(
        server,
        &migrations,
        &[
            "SELECT * FROM notes ORDER BY id",
            "SELECT * FROM slices ORDER BY 1",
            "SELECT * FROM colons ORDER BY 1",
            "SELECT * FROM settings",
        ],
    )
    .await;
}

#[tokio::test]
async fn mariadb_reads_what_a_run_sends() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let first = r#"
CREATE TABLE notes (
  id int PRIMARY KEY,
  body varchar(200),
  `delimiter` int,
  `a;b` int
) DEFAULT CHARSET = utf8mb4;
DELIMITER //
CREATE TRIGGER mark BEFORE INSERT ON notes FOR EACH ROW
BEGIN
  -- it's a comment; with a ';'
  SET NEW.body = CONCAT(NEW.body, ':x;');
  IF NEW.id > 100 THEN
    SET NEW.id = NEW.id - 100;
  END IF;
END//
DELIMITER ;
CREATE PROCEDURE fill()
BEGIN
  INSERT INTO notes (id, body) VALUES (20, 'called; // $$ ;;');
END;
-- what's this; \a comment
# and "this
INSERT INTO notes (id, body) VALUES (1, 'it\'s \\ "a" quote; é'), (2, "double 'quotes' \\");
INSERT INTO notes (id, body) VALUES (3, '1'||'0');
/*!50003 INSERT INTO notes (id, body) VALUES (4, 'executable;') */;
"#;
    let modes = r#"
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
INSERT INTO "notes" (id, body) VALUES (5, '1'||'0');
SET foreign_key_checks = 0, time_zone = '+05:00';
"#;
    let outside = "
INSERT INTO notes (id, body) VALUES (10, 'outside');
START TRANSACTION;
UPDATE notes SET body = 'own' WHERE id = 10;
COMMIT;
CALL fill();
ALTER TABLE notes ADD COLUMN late int;
UPDATE notes SET late = 1;
LOCK TABLES notes WRITE;
UNLOCK TABLES;
";
    let migrations = chain(
        "mariadb",
        &[
            ("", first, "", "DROP PROCEDURE fill; DROP TABLE notes;"),
            ("", modes, "", "DELETE FROM notes WHERE id = 5;"),
            (
                " transaction:false",
                outside,
                " transaction:false",
                "ALTER TABLE notes DROP COLUMN late;\nDELETE FROM notes WHERE id IN (10, 20);",
            ),
            (
                "",
                "CREATE TABLE settings AS SELECT @@sql_mode AS mode, @@time_zone AS zone, @@foreign_key_checks AS checks;
INSERT INTO notes (id, body) VALUES (6, '1'||'0');",
                "",
                "DROP TABLE settings; DELETE FROM notes WHERE id = 6;",
            ),
            ("", "UPDATE notes SET body = 'é' WHERE id = 6;", "", "UPDATE notes SET body = '' WHERE id = 6;"),
        ],
    );
    both_ways(
        server,
        &migrations,
        &[
            "SELECT * FROM notes ORDER BY id",
            "SELECT * FROM settings",
            "SELECT routine_name, sql_mode, routine_definition FROM information_schema.routines WHERE routine_schema = DATABASE()",
        ],
    )
    .await;
}

#[tokio::test]
async fn sqlite3_reads_what_a_run_sends() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let first = r#"
CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, author INTEGER REFERENCES authors (id));
CREATE TRIGGER mark AFTER INSERT ON notes
BEGIN
  -- it's a comment; with a ';'
  UPDATE notes SET body = CASE WHEN body IS NULL THEN ';' ELSE body || ':x' END WHERE id = NEW.id;
END;
-- what's this; a comment
/* another
.quit
it's */
INSERT INTO authors VALUES (1, 'a;
.quit
go
');
INSERT INTO notes VALUES (1, 'it''s \ a "quote" é', 1);
CREATE VIEW "v;" AS SELECT 'a'||'b' AS [c;d], * FROM notes;
"#;
    let rebuild = "
PRAGMA foreign_keys = OFF;
PRAGMA recursive_triggers = ON;
DROP VIEW \"v;\";
CREATE TABLE new_authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO new_authors SELECT id, name FROM authors;
DROP TABLE authors;
ALTER TABLE new_authors RENAME TO authors;
";
    let outside = "
INSERT INTO notes VALUES (10, 'outside', 1);
BEGIN;
UPDATE notes SET body = 'own' WHERE id = 10;
COMMIT;
VACUUM;
UPDATE notes SET body = body || '!' WHERE id = 10;
";
    let migrations = chain(
        "sqlite",
        &[
            (
                "",
                first,
                "",
                "DROP VIEW \"v;\"; DROP TABLE notes; DROP TABLE authors;",
            ),
            (
                "",
                rebuild,
                "",
                "CREATE VIEW \"v;\" AS SELECT 'a'||'b' AS [c;d], * FROM notes;",
            ),
            (
                " transaction:false",
                outside,
                " transaction:false",
                "VACUUM;\nDELETE FROM notes WHERE id = 10;",
            ),
            (
                "",
                "CREATE TABLE settings AS SELECT * FROM pragma_foreign_keys, pragma_recursive_triggers;",
                "",
                "DROP TABLE settings;",
            ),
        ],
    );
    both_ways(
        server,
        &migrations,
        &[
            "SELECT * FROM notes ORDER BY id",
            "SELECT * FROM authors ORDER BY id",
            "SELECT * FROM settings",
        ],
    )
    .await;
}

#[test]
fn a_rebuild_that_leaves_rows_without_parents_is_taken_back() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let migrations = chain(
        "sqlite",
        &[
            (
                "",
                "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id));
INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);",
                "",
                "DROP TABLE b; DROP TABLE a;",
            ),
            (
                "",
                "PRAGMA foreign_keys = OFF;\nDELETE FROM a;",
                "",
                "INSERT INTO a VALUES (1);",
            ),
        ],
    );
    let database = server.database("offline_rebuild");
    let script = migrations
        .script(migrate::Dialect::Sqlite, &Offline::upgrade("head"))
        .expect("a script");
    let said = super::feed(database.shell(), &script.sql);
    assert!(
        !said.success && said.text.contains("rows would refer to nothing"),
        "{}",
        said.text
    );
    assert_eq!(database.sql("SELECT id FROM a"), "1\n");
    assert_eq!(
        database.sql("SELECT revision FROM schema_revisions WHERE state = 'applied'"),
        "a1\n"
    );
}

#[tokio::test]
async fn a_batch_is_a_loop_where_the_client_has_one() {
    let fill = "CREATE TABLE notes (id int PRIMARY KEY, done int);
INSERT INTO notes VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0);";
    let size = |server: &Server, n: u32| match server.name() {
        "postgres" => {
            format!("AND id IN (SELECT id FROM notes WHERE done = 0 ORDER BY id LIMIT {n})")
        }
        _ => format!("ORDER BY id LIMIT {n}"),
    };
    for server in servers::each() {
        let dialect = super::dialect(server);
        let batches = format!(
            "-- migrate:batch\nUPDATE notes SET done = 1 WHERE done = 0 {};\nINSERT INTO notes VALUES (6, 0), (7, 0);\n\
             -- it's in rounds;\n-- migrate:batch pause:1ms max-rounds:3\nUPDATE notes SET done = 1 WHERE done = 0 {};",
            size(server, 2),
            size(server, 1)
        );
        let migrations = chain(
            dialect.name(),
            &[
                ("", fill, "", "DROP TABLE notes;"),
                (
                    " transaction:false",
                    &batches,
                    "",
                    "DELETE FROM notes WHERE id > 5;",
                ),
                (
                    " transaction:false",
                    "-- migrate:batch max-rounds:2\nUPDATE notes SET done = done + 1 WHERE done > 0;",
                    "",
                    "-- migrate:empty nothing to take back",
                ),
            ],
        );
        if server.name() == "sqlite" {
            let error = migrations
                .script(dialect, &Offline::upgrade("head"))
                .expect_err("a batch");
            assert!(
                error
                    .to_string()
                    .contains("a script for sqlite has no loops"),
                "{error}"
            );
            continue;
        }
        let scripted = server.database("offline_batch");
        let online = server.database("offline_batch_run");
        run_script(&migrations, server, &scripted, &Offline::upgrade("a2"));
        run(&migrations, &online, Run::upgrade("a2")).await;
        assert_same(server, &scripted, &online, "batches");
        let touched = "SELECT rounds, rows_touched FROM schema_revisions WHERE revision = 'a2'";
        assert_eq!(scripted.sql(touched), "0\t7\n", "{}", server.name());
        assert_eq!(online.sql(touched), "0\t7\n", "{}", server.name());
        assert_eq!(
            scripted.sql("SELECT COUNT(*) FROM notes WHERE done = 1"),
            "7\n"
        );

        let script = migrations
            .script(dialect, &Offline::upgrade("a2:head"))
            .expect("a script");
        let said = super::feed(scripted.shell(), &script.sql);
        assert!(
            !said.success && said.text.contains("the batch does not converge"),
            "{}",
            said.text
        );
    }
}

#[test]
fn a_rust_step_is_refused_or_a_comment() {
    let migrations = chain(
        "sqlite",
        &[(
            "",
            "CREATE TABLE notes (id INTEGER);\n-- migrate:rust fill_notes\nCREATE INDEX i ON notes (id);",
            "",
            "DROP TABLE notes;",
        )],
    );
    let script = |offline: Offline| migrations.script(migrate::Dialect::Sqlite, &offline);
    let error = script(Offline::upgrade("head")).expect_err("a Rust step");
    assert!(
        error
            .to_string()
            .contains("migrations/a1.sql:8: revision a1 has the Rust step `fill_notes`"),
        "{error}"
    );
    let offline = Offline::upgrade("head").rust_steps(migrate::RustSteps::Comment);
    let text = script(offline).expect("a script").sql;
    assert!(
        text.contains("\n-- Here the application calls the Rust step fill_notes."),
        "{text}"
    );
    let Some(server) = servers::sqlite() else {
        return;
    };
    let database = server.database("offline_rust");
    let said = super::feed(database.shell(), &text);
    assert!(said.success, "{}", said.text);
    assert_eq!(
        database.sql("SELECT revision, statement_no FROM schema_revisions"),
        "a1\t3\n"
    );
}
