//! Backups before a run: made, restored by the command that is printed, refused where they cannot be made.

use std::path::{Path, PathBuf};
use std::process::Command;

use migrate::{Backup, Class, Database, Event, Run};

use crate::binary;
use crate::chain::{Chain, block_on, run};
use crate::servers::{self, Server, TestDatabase};

/// A table with rows, then a column that is lost on the way back.
fn chain(server: &Server) -> Chain {
    Chain::of(
        &format!("\"{}\"", server.name()),
        &[
            (
                "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);\nINSERT INTO users VALUES (1, 'Zoë'), \
                 (2, 'it''s');",
                "DROP TABLE users;",
            ),
            (
                "ALTER TABLE users ADD COLUMN email VARCHAR(90);\nCREATE INDEX users_name ON users (name);",
                "ALTER TABLE users DROP COLUMN email;",
            ),
            (
                "CREATE TABLE posts (id INTEGER PRIMARY KEY);",
                "DROP TABLE posts;",
            ),
        ],
    )
}

/// What the application has in the database, and where it is.
fn contents(database: &TestDatabase) -> String {
    let rows = database.sql("SELECT * FROM users ORDER BY id");
    let state = database
        .sql("SELECT revision, state, is_head, chain FROM schema_revisions ORDER BY revision");
    format!("{}\n{rows}{state}", database.schema().join("\n"))
}

/// Runs the command that was printed, as a person would who has stopped the application. The password is asked for on
/// the terminal there, so here it is put where the clients look for it.
#[track_caller]
fn restore(backup: &Backup, database: &TestDatabase) {
    let login = database
        .url()
        .split_once("://")
        .map_or("", |(_, rest)| rest);
    let login = login.split_once('@').map_or("", |(login, _)| login);
    let password = login.split_once(':').map_or("", |(_, password)| password);
    let given = backup
        .restore
        .replace(" --password", &format!(" --password={password}"));
    let output = Command::new("sh")
        .args(["-ec", &given])
        .env("PGPASSWORD", password)
        .output()
        .expect("a shell");
    assert!(
        output.status.success(),
        "{given}\n{}",
        binary::errors(&output)
    );
}

#[test]
fn a_backup_before_an_upgrade_and_a_downgrade_can_be_restored() {
    for server in servers::each() {
        let kind = server.name();
        let database = server.database("backup");
        let chain = chain(server);
        let folder = tempfile::tempdir().expect("a directory");
        let directory = folder.path().join("my backups");
        let back_up = |run: Run| run.backup(&directory);
        let doing = |asked: Run| {
            run(&chain, database.url(), asked).unwrap_or_else(|failure| panic!("{kind}: {failure}"))
        };
        doing(Run::upgrade("r2"));
        database.sql("UPDATE users SET email = 'zoe@example.org' WHERE id = 1");
        let before = contents(&database);

        let up = doing(back_up(Run::upgrade("head")))
            .backup
            .expect("a backup");
        assert!(
            name(&up.file).contains("Z_r2_to_r3."),
            "{}",
            up.file.display()
        );
        assert!(up.bytes > 0);
        assert!(!up.restore.contains("migrate:"), "{}", up.restore);
        assert_ne!(contents(&database), before);
        restore(&up, &database);
        assert_eq!(contents(&database), before, "{kind}");

        let down = doing(back_up(Run::downgrade("-1")))
            .backup
            .expect("a backup");
        assert!(
            name(&down.file).contains("Z_r2_to_r1."),
            "{}",
            down.file.display()
        );
        restore(&down, &database);
        assert_eq!(contents(&database), before, "{kind}");

        doing(Run::upgrade("head"));
        let idle = doing(back_up(Run::upgrade("head")));
        assert_eq!(idle.backup, None, "{kind}: there was nothing to do");
        assert_eq!(files(&directory).len(), 2, "{kind}");
        only_for_the_owner(&up.file);
        only_for_the_owner(&down.file);
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    entries.flatten().map(|entry| entry.path()).collect()
}

fn only_for_the_owner(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn a_backup_that_fails_stops_before_any_write() {
    for server in servers::each() {
        let kind = server.name();
        let database = server.database("no_backup");
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("a file");
        std::fs::write(&file, "").expect("a file");
        let asked = Run::upgrade("head").backup(&file);
        let failure = run(&chain(server), database.url(), asked).expect_err("no directory");
        assert_eq!(failure.class(), Class::BackupFailed, "{kind}");
        let text = failure.to_string();
        assert!(
            text.starts_with("no backup: ") && text.contains("nothing was changed"),
            "{text}"
        );
        assert_eq!(database.schema(), Vec::<String>::new(), "{kind}");
        let tables = match kind {
            "sqlite" => "SELECT count(*) FROM sqlite_schema",
            "postgres" => {
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
            }
            _ => "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE()",
        };
        assert_eq!(database.sql(tables), "0\n", "{kind}: not even our own");
    }
}

#[test]
fn a_start_up_may_make_one_too_and_progress_tells_of_it() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let database = server.database("start");
    let folder = tempfile::tempdir().expect("a directory");
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let events = std::sync::Arc::clone(&told);
    let asked = Run::startup()
        .backup(folder.path())
        .on_progress(move |event| {
            let mut events = events.lock().expect("no panic");
            match event {
                Event::BackupBegins { .. } => events.push("begins"),
                Event::BackupEnds { .. } => events.push("ends"),
                Event::StepBegins { .. } => events.push("step"),
                _ => {}
            }
        });
    let url: Database = database.url().parse().expect("a URL");
    let report = block_on(chain(server).migrations().run(&url, asked)).expect("a run");
    assert!(report.backup.is_some());
    let told = told.lock().expect("no panic");
    assert_eq!(*told, ["begins", "ends", "step", "step", "step"]);
}

/// A project for the command line.
fn project(server: &Server, database: &TestDatabase) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file");
    };
    std::fs::create_dir(folder.path().join("migrations")).expect("a directory");
    write(
        "migrate.toml",
        &format!(
            "[migrations]\ndialects = [\"{}\"]\n[environments.production]\nurl = {{ env = \"PROD_URL\" }}\nbackup = \
             \"backups\"\n",
            server.name()
        ),
    );
    write(
        "migrations/a.sql",
        "-- create users\n--\n-- revision: aaaa1111\n-- down_revision: none\n\n-- migrate:up\nCREATE TABLE users (id INT);\n\n\
         -- migrate:down\nDROP TABLE users;\n",
    );
    assert_ne!(database.url(), "");
    binary::succeed(folder.path(), &["lock"]);
    folder
}

#[test]
fn without_the_client_of_the_server_the_command_line_refuses() {
    for server in servers::each().filter(|server| server.name() != "sqlite") {
        let database = server.database("no_client");
        let project = project(server, &database);
        let output = binary::command(project.path())
            .args(["upgrade", "--backup", "b", "--format", "json"])
            .env("DATABASE_URL", database.url())
            .env("PATH", "/nowhere")
            .output()
            .expect("migrate-cli");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{text}");
        let program = if server.name() == "postgres" {
            "`pg_dump` is not here"
        } else {
            "neither `mariadb-dump` nor `mysqldump` is here"
        };
        assert!(
            text.contains("\"class\": \"backup_failed\"") && text.contains(program),
            "{text}"
        );
        assert!(
            files(&project.path().join("b")).is_empty(),
            "nothing is left behind"
        );
    }
}

#[test]
fn the_environment_names_the_directory_and_an_option_says_no() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let database = server.database("environment");
    let project = project(server, &database);
    let upgrade = |words: &[&str]| {
        let output = binary::command(project.path())
            .args(["--env", "production"])
            .args(words)
            .env("PROD_URL", database.url())
            .output()
            .expect("migrate-cli");
        let text =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        text.into_owned()
    };
    let backups = project.path().join("backups");
    let text = upgrade(&["upgrade"]);
    assert!(text.contains("to restore the backup: rm -f "), "{text}");
    assert_eq!(files(&backups).len(), 1);
    upgrade(&["downgrade", "--no-backup"]);
    assert_eq!(files(&backups).len(), 1);
    upgrade(&["upgrade", "--backup", "elsewhere"]);
    assert_eq!(files(&backups).len(), 1);
    assert_eq!(files(&project.path().join("elsewhere")).len(), 1);
    upgrade(&["downgrade"]);
    assert_eq!(files(&backups).len(), 2);
}

/// What a person may see of a program while it runs must not hold the password.
#[test]
fn the_password_stands_on_no_command_line() {
    for server in servers::each().filter(|server| server.name() != "sqlite") {
        let database = server.database("secret");
        let project = project(server, &database);
        // Programs of these names that write down how they were called.
        let programs = project.path().join("bin");
        std::fs::create_dir(&programs).expect("a directory");
        for name in ["pg_dump", "mariadb-dump", "mysqldump"] {
            let script = "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\"; done\necho \"PGPASSWORD=$PGPASSWORD\"\nfor word in \
                          \"$@\"; do case \"$word\" in --defaults-extra-file=*) /bin/ls -l \"${word#*=}\"; /bin/cat \
                          \"${word#*=}\";; esac; done\n";
            let path = programs.join(name);
            std::fs::write(&path, script).expect("a file");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = std::fs::Permissions::from_mode(0o755);
                std::fs::set_permissions(&path, mode).expect("a mode");
            }
        }
        let (login, place) = database.url().split_once('@').expect("a URL with a user");
        let (_, password) = login.rsplit_once(':').expect("a password");
        assert!(!place.is_empty());
        let output = binary::command(project.path())
            .args(["upgrade", "--backup", "b"])
            .env("DATABASE_URL", database.url())
            .env("PATH", &programs)
            .env("TMPDIR", project.path())
            .output()
            .expect("migrate-cli");
        assert!(output.status.success(), "{}", binary::errors(&output));
        let dump = files(&project.path().join("b")).pop().expect("a file");
        let text = std::fs::read_to_string(dump).expect("a text");
        if server.name() == "postgres" {
            let (words, rest) = text.split_once("PGPASSWORD=").expect("a variable");
            assert_eq!(words, "--format=custom\n--no-password\n");
            assert_eq!(rest.trim_end(), password);
        } else {
            let (words, rest) = text.split_once("PGPASSWORD=").expect("a variable");
            let (file, words) = words.split_once(".cnf\n").expect("a file of options");
            assert!(file.starts_with("--defaults-extra-file="), "{file}");
            assert_eq!(
                words,
                format!(
                    "--single-transaction\n--routines\n--triggers\n--events\n--hex-blob\n--no-tablespaces\n\
                     --default-character-set=utf8mb4\n--\n{}\n",
                    database.name()
                )
            );
            assert!(rest.contains(&format!("password=\"{password}\"")), "{rest}");
            assert!(rest.contains("-rw------- "), "{rest}");
        }
        let left = files(project.path());
        assert!(
            !left.iter().any(|path| name(path).ends_with(".cnf")),
            "{left:?}"
        );
    }
}
