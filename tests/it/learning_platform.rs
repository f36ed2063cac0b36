//! `examples/learning_platform`: on every database each revision applies and its way back really goes back, schema and
//! data.

use migrate::{Database, Migrations, Run};

use crate::servers::{self, TestDatabase};

/// In topological order, with the spec that takes exactly this revision back.
const REVISIONS: [(&str, &str); 13] = [
    ("3d7e1f0a9c24", "-1"),
    ("b85c42e6d1f7", "-1"),
    ("6af0937b2e15", "-1"),
    ("c1d94be8507a", "-1"),
    ("e27a60f3d98b", "content@-1"),
    ("90b5d7c3ea46", "content@-1"),
    ("4f8e2a1c7b30", "learning@-1"),
    ("17c6e9d05fb2", "learning@-1"),
    ("d3048fa6b1c9", "-1"),
    ("82e1b4d7f06c", "-1"),
    ("f6407d2be91a", "-1"),
    ("ac5e70d813f4", "-1"),
    ("5b9f13c8a7e0", "-1"),
];

/// The first revision that every table precedes: from here on the database holds rows.
const ALL_TABLES: &str = "82e1b4d7f06c";

const TABLES: [&str; 9] = [
    "users",
    "user_profiles",
    "modules",
    "chapters",
    "embeddings",
    "chapter_progress",
    "chat_messages",
    "translations",
    "capstone_submissions",
];

fn id(number: u32) -> String {
    format!("00000000-0000-4000-a000-{number:012}")
}

/// A row in each table; one chapter is completed, one begun, one untouched; one chapter is translated already.
fn rows(blob: &str) -> String {
    let [user, profile, module, one, two, three] = [1, 2, 3, 4, 5, 6].map(id);
    let [embedding, translation, message, submission] = [7, 8, 9, 10].map(id);
    let progress = [11, 12, 13].map(id);
    format!(
        "INSERT INTO users (id, email, password_hash) VALUES ('{user}', 'ada@example.org', 'x');
         INSERT INTO user_profiles (id, user_id, full_name) VALUES ('{profile}', '{user}', 'Ada');
         INSERT INTO modules (id, slug, title, position) VALUES ('{module}', 'sql', 'SQL', 0);
         INSERT INTO chapters (id, module_id, title, content, position) VALUES
             ('{one}', '{module}', 'Select', 'rows', 0), ('{two}', '{module}', 'Join', 'pairs', 1), ('{three}', '{module}', 'Group', 'sums', 2);
         INSERT INTO embeddings (id, chapter_id, chunk_number, chunk, model, dimensions, vector)
             VALUES ('{embedding}', '{one}', 0, 'rows', 'small', 1, {blob});
         INSERT INTO translations (id, chapter_id, language, title, content) VALUES ('{translation}', '{one}', 'en', 'Select', 'rows');
         INSERT INTO chat_messages (id, user_id, chapter_id, role, content) VALUES ('{message}', '{user}', '{one}', 'user', 'why?');
         INSERT INTO capstone_submissions (id, user_id, module_id, repository_url) VALUES ('{submission}', '{user}', '{module}', 'git');
         INSERT INTO chapter_progress (id, user_id, chapter_id, percent, is_completed) VALUES
             ('{}', '{user}', '{one}', 100, TRUE), ('{}', '{user}', '{two}', 40, FALSE), ('{}', '{user}', '{three}', 0, FALSE);",
        progress[0], progress[1], progress[2]
    )
}

/// What the tables hold, in the order of their ids.
fn data(database: &TestDatabase) -> String {
    let present = database.schema();
    let has = |table: &str| {
        present
            .iter()
            .any(|line| line.split('\t').nth(1) == Some(table))
    };
    TABLES
        .iter()
        .filter(|table| has(table))
        .map(|table| {
            format!(
                "{table}\n{}",
                database.sql(&format!("SELECT * FROM {table} ORDER BY id"))
            )
        })
        .collect()
}

fn migrations() -> Migrations {
    let directory = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/learning_platform/migrations"
    );
    Migrations::from_dir(directory).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn every_revision_applies_and_its_way_back_goes_back() {
    let migrations = migrations();
    for server in servers::each() {
        let database = server.database("learning");
        let target: Database = database.url().parse().expect("a URL");
        let run = async |run: Run| {
            migrations
                .run(&target, run)
                .await
                .unwrap_or_else(|failure| panic!("{}: {failure}", server.name()))
        };
        let blob = if server.name() == "postgres" {
            "'\\x41414141'"
        } else {
            "x'41414141'"
        };

        let mut before = Vec::new();
        for (revision, _) in REVISIONS {
            before.push((database.schema(), data(&database)));
            let report = run(Run::upgrade(revision)).await;
            assert_eq!(
                report.steps().len(),
                1,
                "{}: {revision} alone",
                server.name()
            );
            if revision == ALL_TABLES {
                database.sql(&rows(blob));
            }
        }
        assert!(run(Run::upgrade("head")).await.is_up_to_date());

        for ((revision, back), (schema, data_before)) in REVISIONS.iter().zip(&before).rev() {
            let report = run(Run::downgrade(*back)).await;
            let steps: Vec<&str> = report
                .steps()
                .iter()
                .map(|step| step.revision.as_str())
                .collect();
            assert_eq!(steps, [*revision], "{}: {back}", server.name());
            assert_eq!(
                &database.schema(),
                schema,
                "{}: the way back from {revision}",
                server.name()
            );
            if *revision != ALL_TABLES {
                assert_eq!(
                    &data(&database),
                    data_before,
                    "{}: the rows after the way back from {revision}",
                    server.name()
                );
            }
            if *revision == ALL_TABLES {
                database.sql("DELETE FROM users");
                database.sql("DELETE FROM modules");
            }
        }
        assert_eq!(database.schema(), Vec::<String>::new(), "{}", server.name());
    }
}

#[tokio::test]
async fn the_data_migrations_and_the_cascades_do_what_they_say() {
    let migrations = migrations();
    for server in servers::each() {
        let database = server.database("learning");
        let target: Database = database.url().parse().expect("a URL");
        let blob = if server.name() == "postgres" {
            "'\\x41414141'"
        } else {
            "x'41414141'"
        };
        for to in [ALL_TABLES, "head"] {
            migrations
                .upgrade(&target, to)
                .await
                .unwrap_or_else(|failure| panic!("{}: {failure}", server.name()));
            if to == ALL_TABLES {
                database.sql(&rows(blob));
            }
        }

        let statuses = database.sql("SELECT status FROM chapter_progress ORDER BY id");
        assert_eq!(
            statuses,
            "completed\nin_progress\nnot_started\n",
            "{}",
            server.name()
        );
        let originals =
            database.sql("SELECT title FROM translations WHERE is_original ORDER BY title");
        assert_eq!(
            originals,
            "Group\nJoin\n",
            "{}: what was translated stays as it was",
            server.name()
        );

        database.sql("UPDATE users SET updated_at = created_at");
        database.sql("UPDATE users SET email = 'ada@example.com'");
        let touched = database.sql("SELECT count(*) FROM users WHERE updated_at > created_at");
        assert_eq!(
            touched,
            "1\n",
            "{}: the database keeps updated_at",
            server.name()
        );

        database.sql("DELETE FROM users");
        database.sql("DELETE FROM modules");
        for table in TABLES {
            assert_eq!(
                database.sql(&format!("SELECT count(*) FROM {table}")),
                "0\n",
                "{}: {table} cascades",
                server.name()
            );
        }
    }
}
