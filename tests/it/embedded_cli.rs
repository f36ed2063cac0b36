//! `examples/embedded_cli`: an application whose own command line has everything, in a place without directory and
//! without `migrate.toml`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::binary;
use crate::servers::{self, TestDatabase};

/// The application.
fn application() -> PathBuf {
    let name = format!("embedded_cli{}", std::env::consts::EXE_SUFFIX);
    binary::folder().join("examples").join(name)
}

/// A call of the application in `directory`, with nothing of the caller's environment.
fn call(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(application());
    command
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .stdin(Stdio::null());
    command
}

fn output(directory: &Path, arguments: &[&str]) -> Output {
    call(directory, arguments)
        .output()
        .expect("the application")
}

#[track_caller]
fn succeed(directory: &Path, arguments: &[&str]) -> String {
    let output = output(directory, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn users(place: &TestDatabase) -> String {
    place.sql("SELECT id, slug FROM users ORDER BY id")
}

#[test]
fn every_command_works_where_there_is_nothing_but_the_program() {
    for server in servers::each() {
        let (place, kind) = (server.database("embedded"), server.name());
        let empty = tempfile::tempdir().expect("a directory");
        let here = empty.path();
        let on = |words: &[&str]| {
            let mut all = vec!["migrate"];
            all.extend_from_slice(words);
            all.extend_from_slice(&["--database-url", place.url()]);
            succeed(here, &all)
        };
        assert!(on(&["plan", "upgrade"]).contains("8c4e2d9a0b16"), "{kind}");
        on(&["upgrade", "head", "--tag", "v1", "-x", "tenant=acme"]);
        assert_eq!(
            users(&place),
            "1\tada-lovelace\n2\témilie-du-châtelet\n3\tgrace-hopper\n",
            "{kind}: by the Rust step"
        );
        assert!(
            on(&["current"]).contains("8c4e2d9a0b16  give users slugs"),
            "{kind}"
        );
        assert!(on(&["status"]).contains("8c4e2d9a0b16"), "{kind}");
        assert!(on(&["history", "--applied"]).contains("upgrade"), "{kind}");
        // `-1` passes through the application's own parser.
        on(&["downgrade", "-1"]);
        on(&["upgrade", "+1"]);
        on(&["redo"]);
        on(&["stamp", "head"]);
        on(&["ensure-version"]);
        assert!(on(&["upgrade"]).starts_with("nothing to do"), "{kind}");
        assert!(on(&["startup"]).starts_with("nothing to do"), "{kind}");
        // What proves: on throw-away databases beside this one.
        let proven = on(&["verify"]);
        assert!(
            proven.contains("passed   all the way back"),
            "{kind}: {proven}"
        );
        let checked = on(&["check"]);
        assert!(checked.contains("passed   lock"), "{kind}: {checked}");
        assert!(checked.contains("passed   drift"), "{kind}: {checked}");
        // The structs of the application say the same as its revisions.
        let compared = on(&["diff", "head", "schema"]);
        assert!(compared.contains("no difference"), "{kind}: {compared}");
        // Scripts, previews and repairs.
        let script = on(&["downgrade", "--sql", "head:-1"]);
        assert!(script.contains("DROP COLUMN slug"), "{kind}: {script}");
        assert!(
            on(&["stamp", "--sql", "base:head"]).contains("8c4e2d9a0b16"),
            "{kind}"
        );
        let script = on(&["upgrade", "--sql", "base:head", "--rust-steps", "comment"]);
        assert!(script.contains("backfill_slugs"), "{kind}: {script}");
        assert!(
            on(&["upgrade", "--dry-run"]).starts_with("nothing to do"),
            "{kind}"
        );
        assert!(on(&["history", "-i", "-v"]).contains("(current)"), "{kind}");
        assert!(on(&["branches"]).contains("no revision"), "{kind}");
        let repaired = on(&["repair", "--accept-edit", "head"]);
        assert!(
            repaired.contains("`embedded_cli migrate status`"),
            "{kind}: {repaired}"
        );
        assert_eq!(
            succeed(here, &["serve", place.url()]),
            "ready\n",
            "{kind}: start-up finds it at head"
        );
        let files = std::fs::read_dir(here).expect("a directory").count();
        assert_eq!(files, 0, "{kind}: nothing was written");
    }
}

#[test]
fn revisions_are_read_from_the_program() {
    let empty = tempfile::tempdir().expect("a directory");
    let here = empty.path();
    assert_eq!(
        succeed(here, &["migrate", "heads", "-q"]).trim_end(),
        "8c4e2d9a0b16  give users slugs  (head)"
    );
    assert!(succeed(here, &["migrate", "history"]).contains("1f0a6c52b7d3"));
    let shown = succeed(here, &["migrate", "show", "8c4e", "--statements"]);
    assert!(shown.contains("-- migrate:rust backfill_slugs"), "{shown}");
    let json = succeed(
        here,
        &[
            "migrate",
            "show",
            "8c4e",
            "--statements",
            "--format",
            "json",
        ],
    );
    assert!(json.contains(r#""direction": "down""#), "{json}");
}

#[test]
fn what_works_on_files_says_where_it_can_be_run() {
    let empty = tempfile::tempdir().expect("a directory");
    let here = empty.path();
    let writing: [&[&str]; 7] = [
        &["init"],
        &["revision", "-m", "x"],
        &["merge"],
        &["edit", "head"],
        &["lock"],
        &["rebase", "8c4e2d9a0b16"],
        &["import", "--from", "sqlx", "x"],
    ];
    for words in writing {
        let mut all = vec!["migrate"];
        all.extend_from_slice(words);
        let output = output(here, &all);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {errors}");
        assert!(
            errors.contains(&format!(
                "error: `{}` works on files, and the revisions are inside this program",
                words[0]
            )) && errors.contains("run it in the source tree, by `migrate-cli`"),
            "{words:?}: {errors}"
        );
    }
    let usage = output(here, &["migrate", "redo", "--dry-run"]);
    let errors = String::from_utf8_lossy(&usage.stderr);
    assert!(
        errors.contains("usage: embedded_cli migrate redo"),
        "{errors}"
    );
    let dir = output(
        here,
        &[
            "migrate",
            "heads",
            "--dir",
            "x",
            "--database-url",
            "sqlite://x.db",
        ],
    );
    let status = output(
        here,
        &[
            "migrate",
            "status",
            "--dir",
            "x",
            "--database-url",
            "sqlite://x.db",
        ],
    );
    assert!(dir.status.success(), "nothing is looked for");
    let errors = String::from_utf8_lossy(&status.stderr);
    assert!(errors.contains("it takes no directory"), "{errors}");
}

#[test]
fn help_and_errors_name_the_command_as_it_is_typed() {
    let empty = tempfile::tempdir().expect("a directory");
    let here = empty.path();
    let help = succeed(here, &["migrate", "--help"]);
    assert!(
        help.contains("embedded_cli migrate [OPTIONS] COMMAND"),
        "{help}"
    );
    assert!(
        help.contains("downgrade") && !help.contains("revision -m"),
        "{help}"
    );
    assert!(
        !help.contains("  init ") && !help.contains("migrate-cli"),
        "{help}"
    );
    let help = succeed(here, &["migrate", "upgrade", "--help"]);
    assert!(help.contains("--lock-wait"), "{help}");
    let misspelt = output(here, &["migrate", "histroy"]);
    let errors = String::from_utf8_lossy(&misspelt.stderr);
    assert_eq!(misspelt.status.code(), Some(2), "{errors}");
    assert!(
        errors.contains("did you mean `embedded_cli migrate history`?"),
        "{errors}"
    );
    let none = output(here, &["migrate", "status"]);
    let errors = String::from_utf8_lossy(&none.stderr);
    assert!(errors.contains("DATABASE_URL"), "{errors}");
}

/// The script is run as bash runs it when a person presses TAB.
#[cfg(unix)]
#[test]
fn completions_are_those_of_the_application() {
    let empty = tempfile::tempdir().expect("a directory");
    let here = empty.path();
    let script = succeed(here, &["migrate", "completions", "bash"]);
    let complete = |words: &[&str]| {
        let last = words.len() - 1;
        let lines = format!(
            "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={last}\n_embedded_cli embedded_cli '{}' '{}'\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.join(" "),
            words[last],
            words[last - 1],
        );
        let output = Command::new("bash").args(["-c", &lines]).output();
        let output = output.expect("bash");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert_eq!(complete(&["embedded_cli", "m"]), "migrate\n");
    assert_eq!(complete(&["embedded_cli", "migrate", "dow"]), "downgrade\n");
    let options = complete(&["embedded_cli", "migrate", "upgrade", "--lock"]);
    assert_eq!(options, "--lock-wait\n");
    // What it refuses is not offered.
    assert_eq!(complete(&["embedded_cli", "migrate", "import"]), "\n");
    assert!(!script.contains("migrate-cli"), "{script}");
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = succeed(here, &["migrate", "completions", shell]);
        assert!(
            script.contains("embedded_cli") && script.contains("downgrade"),
            "{script}"
        );
    }
}

/// The source tree of the application, as far as it is its revisions.
fn source_tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/embedded_cli");
    std::fs::create_dir(here.join("migrations")).expect("a directory");
    std::fs::copy(source.join("migrate.toml"), here.join("migrate.toml")).expect("a file");
    for entry in std::fs::read_dir(source.join("migrations")).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        std::fs::copy(&path, here.join("migrations").join(name)).expect("a file");
    }
    folder
}

/// A history with a Rust step, models that want more: the program itself replays the one and writes the other.
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
#[test]
fn the_program_writes_what_its_models_want() {
    let (Some(postgres), Some(mariadb)) = (servers::postgres(), servers::mariadb()) else {
        return;
    };
    let folder = source_tree();
    let here = folder.path();
    let scratch = servers::scratch_urls(&[postgres, mariadb]);
    let typed = |words: &[&str]| {
        let output = call(here, &[&["migrate"], words].concat())
            .env("APP_MIGRATIONS", here.join("migrations"))
            .output()
            .expect("the application");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            text(&output.stdout) + &text(&output.stderr),
            output.status.code(),
        )
    };
    let generate = [
        "revision",
        "--autogenerate",
        "-m",
        "index again",
        "--rev-id",
        "bbbb",
    ];
    let generate = [&generate[..], &scratch].concat();
    let (said, exit) = typed(&generate);
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("nothing to do"), "{said}");

    let sections = "-- migrate:up\nDROP INDEX users_slug;\n\n-- migrate:up dialect:mysql\nDROP INDEX users_slug ON users;\n\n\
                    -- migrate:down\nCREATE UNIQUE INDEX users_slug ON users (slug);\n";
    let text =
        format!("-- no index\n--\n-- revision: aaaa\n-- down_revision: 8c4e2d9a0b16\n\n{sections}");
    std::fs::write(here.join("migrations/aaaa.sql"), text).expect("a file");
    crate::binary::succeed(here, &["lock"]);
    let (said, exit) = typed(&[&["check"][..], &scratch].concat());
    assert_eq!(exit, Some(3), "{said}");
    assert!(
        said.contains("`embedded_cli migrate revision --autogenerate -m TEXT` writes the revision that is missing"),
        "{said}"
    );
    let (said, exit) = typed(&["diff", "head", "schema", "--dialect", "sqlite"]);
    assert_eq!(exit, Some(3), "{said}");
    assert!(said.contains("+ index users_slug on users"), "{said}");

    let (said, exit) = typed(&generate);
    assert_eq!(exit, Some(0), "{said}");
    let entries = std::fs::read_dir(here.join("migrations")).expect("a directory");
    let file = entries
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.to_string_lossy().contains("bbbb"))
        .expect("the new file");
    let text = std::fs::read_to_string(file).expect("a text");
    for sql in [
        "CREATE UNIQUE INDEX users_slug",
        "CREATE UNIQUE INDEX CONCURRENTLY users_slug",
        "ADD UNIQUE KEY users_slug",
    ] {
        assert!(text.contains(sql), "{sql}: {text}");
    }
    crate::binary::succeed(here, &["lock"]);
    let (said, exit) = typed(&[&["check"][..], &scratch].concat());
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("passed   schema"), "{said}");

    // A file for those who have only the bare command line, which does not see the models.
    let (said, exit) = typed(&[
        "schema",
        "dump",
        "schema",
        "--dialect",
        "sqlite",
        "-o",
        "wanted.sql",
    ]);
    assert_eq!(exit, Some(0), "{said}");
    let wanted = std::fs::read_to_string(here.join("wanted.sql")).expect("a file");
    assert!(
        wanted.contains("CREATE UNIQUE INDEX users_slug"),
        "{wanted}"
    );
    let bare = crate::binary::command(here)
        .args(["revision", "--autogenerate", "-m", "x"])
        .args(scratch)
        .output()
        .expect("migrate-cli");
    let errors = crate::binary::errors(&bare);
    for part in [
        "`files = [\"schema.sql\"]` below `[schema]`",
        ".with_models(&MODELS)",
    ] {
        assert!(errors.contains(part), "{part}: {errors}");
    }
}

#[test]
fn a_development_build_sees_a_new_file_without_a_build() {
    let folder = source_tree();
    let here = folder.path();
    let database = format!("sqlite://{}", here.join("app.db").display());
    let upgrade = || {
        let output = call(here, &["migrate", "upgrade", "--database-url", &database])
            .env("APP_MIGRATIONS", here.join("migrations"))
            .output()
            .expect("the application");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        String::from_utf8_lossy(&output.stdout).into_owned() + &errors
    };
    assert!(upgrade().contains("8c4e2d9a0b16"));
    crate::binary::succeed(
        here,
        &["revision", "-m", "create posts", "--rev-id", "aaaa11112222"],
    );
    let entries = std::fs::read_dir(here.join("migrations")).expect("a directory");
    let file = entries
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.to_string_lossy().contains("aaaa11112222"))
        .expect("the new file");
    let text = std::fs::read_to_string(&file).expect("a text");
    let header = text.split("-- migrate:up").next().expect("a header");
    let sections =
        "-- migrate:up\nCREATE TABLE posts (id INTEGER);\n\n-- migrate:down\nDROP TABLE posts;\n";
    std::fs::write(&file, format!("{header}{sections}")).expect("a file");
    let said = upgrade();
    assert!(said.contains("aaaa11112222"), "{said}");
}

/// A database that sqlx has migrated, taken over by the program alone.
#[test]
fn a_live_database_of_another_tool_is_adopted_by_the_program() {
    for server in servers::each() {
        let (place, kind) = (server.database("embedded_adopt"), server.name());
        let empty = tempfile::tempdir().expect("a directory");
        let here = empty.path();
        let url = ["--database-url", place.url()];
        succeed(here, &[&["migrate", "upgrade", "1f0a"][..], &url].concat());
        // The state of Alembic in place of ours.
        for table in ["", "_log", "_lock"] {
            place.sql(&format!("DROP TABLE schema_revisions{table}"));
        }
        place.sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)");
        place.sql("INSERT INTO alembic_version VALUES ('1f0a6c52b7d3')");
        let adopted = succeed(here, &[&["migrate", "adopt"][..], &url].concat());
        assert!(adopted.contains("1f0a6c52b7d3"), "{kind}: {adopted}");
        let current = succeed(here, &[&["migrate", "current"][..], &url].concat());
        assert!(current.contains("1f0a6c52b7d3"), "{kind}: {current}");
    }
}
