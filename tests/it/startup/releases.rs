//! Two releases of one application on one database: an old image beside, or instead of, a newer one.

use std::path::PathBuf;
use std::process::Output;

use migrate::{Class, Database, Migrations, Run};

use crate::app::App;
use crate::binary;
use crate::chain::{Chain, block_on};
use crate::servers::{self, Server, TestDatabase};

const USERS: (&str, &str) = (
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40));",
    "DROP TABLE users;",
);
const EMAIL: (&str, &str) = (
    "ALTER TABLE users ADD COLUMN email VARCHAR(90);",
    "ALTER TABLE users DROP COLUMN email;",
);

/// What a release carries: `r1`, and for the newer one `r2` on top of it.
fn releases(server: &Server) -> (Chain, Chain) {
    let dialect = super::dialect(server);
    (
        Chain::of(&dialect, &[USERS]),
        Chain::of(&dialect, &[USERS, EMAIL]),
    )
}

/// What the older release does with the database.
fn use_it(database: &TestDatabase, id: u32) {
    database.sql(&format!(
        "INSERT INTO users (id, name) VALUES ({id}, 'Ada')"
    ));
}

fn startup(release: &Migrations, database: &Database) -> Result<Vec<String>, Class> {
    match block_on(release.startup(database)) {
        Ok(report) => Ok(report.warnings),
        Err(failure) => Err(failure.class()),
    }
}

#[test]
fn an_older_release_starts_beside_a_newer_schema_and_takes_it_back_without_its_files() {
    for server in servers::each() {
        let kind = server.name();
        let place = server.database("releases");
        let database: Database = place.url().parse().expect("a URL");
        let (old, new) = releases(server);
        let (old, new) = (old.migrations(), new.migrations());
        assert_eq!(startup(&old, &database), Ok(vec![]), "{kind}");
        use_it(&place, 1);
        let before = place.schema();
        assert_eq!(startup(&new, &database), Ok(vec![]), "{kind}");

        // The image is put back; the schema stays.
        let warned = vec!["applied and not known here: r2".to_owned()];
        assert_eq!(startup(&old, &database), Ok(warned), "{kind}");
        assert_eq!(
            block_on(old.is_up_to_date(&database)).ok(),
            Some(true),
            "{kind}"
        );
        use_it(&place, 2);

        // The schema is put back too, by the older release.
        let failure = block_on(old.run(&database, Run::downgrade("-1"))).expect_err("r2 is above");
        assert!(
            failure.to_string().contains("`--stored`"),
            "{kind}: {failure}"
        );
        let dry = block_on(old.run(&database, Run::downgrade("-1").stored().dry()));
        let dry = dry.unwrap_or_else(|failure| panic!("{kind}: {failure}"));
        assert_eq!(dry.steps[0].loses, ["drops column users.email"], "{kind}");
        let report = block_on(old.run(&database, Run::downgrade("-1").stored()));
        let report = report.unwrap_or_else(|failure| panic!("{kind}: {failure}"));
        assert_eq!(report.steps[0].file, "stored section", "{kind}");
        assert_eq!(
            report.steps[0].loses,
            ["drops column users.email"],
            "{kind}"
        );
        assert_eq!(place.schema(), before, "{kind}");
        assert_eq!(startup(&old, &database), Ok(vec![]), "{kind}");
        use_it(&place, 3);
        assert_eq!(place.sql("SELECT count(*) FROM users"), "3\n", "{kind}");

        // And the newer one comes once more.
        assert_eq!(startup(&new, &database), Ok(vec![]), "{kind}");
    }
}

/// Each row of the table in docs/guide.md that two releases can come to.
#[test]
fn what_an_older_release_must_not_run_beside_is_refused() {
    for server in servers::each() {
        let kind = server.name();
        let dialect = super::dialect(server);
        let (old, _) = releases(server);
        let old = old.migrations();
        let url = |place: &TestDatabase| place.url().parse::<Database>().expect("a URL");

        let place = server.database("breaking");
        let breaking = Chain::of(&dialect, &[USERS]);
        breaking.add(
            "0002.sql",
            "-- name is gone\n--\n-- revision: r2\n-- down_revision: r1\n-- breaking: releases before 2 read the name\n\n\
             -- migrate:up\nALTER TABLE users DROP COLUMN name;\n\n-- migrate:down\nALTER TABLE users ADD COLUMN name \
             VARCHAR(40);\n",
        );
        assert_eq!(startup(&breaking.migrations(), &url(&place)), Ok(vec![]));
        assert_eq!(startup(&old, &url(&place)), Err(Class::Ahead), "{kind}");
        assert_eq!(
            block_on(old.is_up_to_date(url(&place))).ok(),
            Some(false),
            "{kind}"
        );

        let place = server.database("diverged");
        let (_, new) = releases(server);
        let other = Chain::of(&dialect, &[USERS]);
        other.add(
            "0002.sql",
            "-- posts\n--\n-- revision: p2\n-- down_revision: r1\n\n-- migrate:up\nCREATE TABLE posts (id INTEGER);\n\n\
             -- migrate:down\nDROP TABLE posts;\n",
        );
        assert_eq!(startup(&other.migrations(), &url(&place)), Ok(vec![]));
        assert_eq!(
            startup(&new.migrations(), &url(&place)),
            Err(Class::Diverged),
            "{kind}"
        );

        let place = server.database("edited");
        let edited = Chain::of(
            &dialect,
            &[("CREATE TABLE users (id INTEGER);", "DROP TABLE users;")],
        );
        assert_eq!(startup(&edited.migrations(), &url(&place)), Ok(vec![]));
        assert_eq!(
            startup(&old, &url(&place)),
            Err(Class::HistoryDiffers),
            "{kind}"
        );

        // The newer release was killed at work.
        let place = server.database("in_flight");
        assert_eq!(startup(&new.migrations(), &url(&place)), Ok(vec![]));
        place.sql(
            "UPDATE schema_revisions SET state = 'upgrading', is_head = '0', error = 'killed' WHERE revision = 'r2'",
        );
        place.sql("UPDATE schema_revisions SET is_head = '1' WHERE revision = 'r1'");
        assert_eq!(startup(&old, &url(&place)), Err(Class::InDoubt), "{kind}");
    }
}

#[test]
fn state_tables_of_another_release_say_who_must_be_updated() {
    for server in servers::each() {
        let kind = server.name();
        let place = server.database("format");
        let database: Database = place.url().parse().expect("a URL");
        let (old, _) = releases(server);
        let release = old.migrations();
        assert_eq!(startup(&release, &database), Ok(vec![]), "{kind}");
        for (format, who) in [
            (99, "update this program"),
            (0, "update the program that wrote them"),
        ] {
            place.sql(&format!(
                "UPDATE schema_revisions_lock SET format = {format}"
            ));
            let failure = block_on(release.startup(&database)).expect_err("another format");
            let text = failure.to_string();
            assert!(
                text.contains(&format!("have format {format}")) && text.contains(who),
                "{kind}: {text}"
            );
            for words in [&["upgrade"][..], &["current"], &["status"], &["startup"]] {
                let output = typed(&old, &place, words);
                let text = binary::errors(&output);
                assert_eq!(output.status.code(), Some(1), "{kind} {words:?}\n{text}");
                assert!(text.contains(who), "{kind} {words:?}\n{text}");
            }
        }
    }
}

/// `migrate-cli` in the container of a release.
fn typed(release: &Chain, place: &TestDatabase, words: &[&str]) -> Output {
    let root: PathBuf = release.directory().parent().expect("a project").to_owned();
    let mut command = binary::command(&root);
    command.args(words).env("DATABASE_URL", place.url());
    command.output().expect("migrate-cli")
}

#[test]
fn the_command_line_of_an_older_release_does_the_same() {
    for server in servers::each() {
        let kind = server.name();
        let place = server.database("releases_cli");
        let (old, new) = releases(server);
        let said = |release: &Chain, words: &[&str], code: i32| {
            let output = typed(release, &place, words);
            let text =
                String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{kind} {words:?}\n{text}");
            text.into_owned()
        };
        said(&new, &["upgrade", "--wait", "60"], 0);
        for words in [&["startup"][..], &["upgrade", "--wait", "60"]] {
            let text = said(&old, words, 0);
            assert!(
                text.contains("warning: applied and not known here: r2"),
                "{kind}\n{text}"
            );
        }
        said(&old, &["current", "--check-heads"], 3);
        assert!(
            said(&old, &["downgrade", "-1"], 1).contains("`--stored`"),
            "{kind}"
        );
        let text = said(&old, &["downgrade", "-1", "--stored"], 0);
        for part in [
            "stored section of r2",
            "ALTER TABLE users DROP COLUMN email;",
            "drops column users.email",
            "1 revision taken back",
        ] {
            assert!(text.contains(part), "{kind}: {part}\n{text}");
        }
        let text = said(&old, &["startup"], 0);
        assert!(
            text.contains("nothing to do: at r1") && !text.contains("warning"),
            "{text}"
        );
        said(&old, &["current", "--check-heads"], 0);
    }
}

/// A program that starts, says what it could not say through a subscriber, and uses its database.
const MAIN: &str = r#"
static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let database: migrate::Database = std::env::var("APP_DATABASE")?.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(MIGRATIONS.startup(&database))?;
    println!("{} steps, at {}", report.steps().len(), report.heads.join(", "));
    Ok(())
}
"#;

#[test]
fn two_images_with_their_revisions_inside() {
    let folder = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite://{}", folder.path().join("app.db").display());
    let image = |name: &str, sections: &[(&str, &str)]| {
        let app = App::new(name, &["sqlite", "macros"], MAIN);
        let manifest = std::fs::read_to_string(app.path("Cargo.toml")).expect("a manifest");
        app.write(
            "Cargo.toml",
            &(manifest + "tokio = { version = \"1\", features = [\"rt\", \"time\", \"net\"] }\n"),
        );
        let chain = Chain::of("\"sqlite\"", sections);
        for entry in std::fs::read_dir(chain.directory())
            .expect("files")
            .flatten()
        {
            let text = std::fs::read_to_string(entry.path()).expect("a file");
            app.write(
                &format!("migrations/{}", entry.file_name().to_string_lossy()),
                &text,
            );
        }
        app.write("migrate.toml", "[migrations]\ndialects = [\"sqlite\"]\n");
        app
    };
    let (old, new) = (
        image("release-one", &[USERS]),
        image("release-two", &[USERS, EMAIL]),
    );
    let start = |app: &App, variables: &[(&str, &str)]| {
        let output = app.cargo_with(&["run", "--quiet"], |command| {
            command.env("APP_DATABASE", &url).env_remove("MIGRATE_ENV");
            command
                .env_remove("MIGRATE_AUTO")
                .envs(variables.iter().copied());
        });
        let errors = binary::errors(&output);
        assert!(output.status.success(), "{errors}");
        // Where nobody listens, start-up speaks on stderr.
        let lines: Vec<String> = errors
            .lines()
            .filter_map(|line| line.strip_prefix("migrate: "))
            .map(|line| line.replace(&url, "DATABASE"))
            .map(|line| line.split(" in ").next().unwrap_or_default().to_owned())
            .map(|line| line.split(" (").next().unwrap_or_default().to_owned())
            .collect();
        (String::from_utf8_lossy(&output.stdout).into_owned(), lines)
    };
    let (out, lines) = start(&new, &[("MIGRATE_AUTO", "off")]);
    assert_eq!(out, "0 steps, at \n");
    assert_eq!(
        lines,
        [
            "looking for pending database migrations on DATABASE",
            "warning: 2 revisions are pending and start-up does not run them",
            "database migrations completed: nothing was run, at base",
        ]
    );
    let (out, lines) = start(&new, &[]);
    assert_eq!(out, "2 steps, at r2\n");
    assert_eq!(
        lines,
        [
            "running database migrations on DATABASE",
            "upgrade r1 step 1",
            "upgrade r2 step 2",
            "database migrations completed: 2 revisions",
        ]
    );
    let (_, lines) = start(&old, &[]);
    assert_eq!(
        lines,
        [
            "running database migrations on DATABASE",
            "warning: applied and not known here: r2",
            "database migrations completed: nothing was run, at r2",
        ]
    );
}
