//! `verify`: what it says of sound and of unsound revisions, and that it leaves nothing behind.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Project, assert_screen};
use crate::binary;
use crate::servers::{self, Server};

/// The URL for throw-away databases beside those of a server.
fn scratch(server: &Server) -> String {
    match server.name() {
        "sqlite" => "sqlite::memory:".to_owned(),
        _ => server.url().to_owned(),
    }
}

/// The databases on a server that were made by this process and not dropped.
fn left_by(server: &'static Server, process: u32) -> String {
    let name = format!("migrate_scratch_{process}_");
    match server.name() {
        "sqlite" => {
            let entries = std::fs::read_dir(std::env::temp_dir()).expect("a directory").flatten();
            let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            names.filter(|file| file.starts_with(&name)).collect()
        }
        "postgres" => server
            .database("left")
            .sql(&format!("SELECT datname FROM pg_database WHERE starts_with(datname, '{name}')")),
        _ => server.database("left").sql(&format!(
            "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE LEFT(SCHEMA_NAME, {}) = '{name}'",
            name.len()
        )),
    }
}

fn verify(directory: &Path, server: &'static Server, more: &[&str]) -> (Value, Option<i32>) {
    let url = scratch(server);
    let mut command = binary::command(directory);
    command
        .args(["--format", "json", "verify", "--scratch-url", &url])
        .args(more);
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("migrate-cli");
    let process = child.id();
    let output = child.wait_with_output().expect("an end");
    assert_eq!(left_by(server, process).trim(), "", "on {}", server.name());
    let text = String::from_utf8_lossy(&output.stdout);
    let json = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr))
    });
    (json, output.status.code())
}

/// The proofs of the database that speaks the server's dialect.
fn proofs<'a>(json: &'a Value, server: &Server) -> Vec<&'a Value> {
    let databases = json["databases"].as_array().expect("databases");
    let of_server = databases.iter().find(|it| match it["dialect"].as_str() {
        Some("mariadb") => server.name() == "mysql",
        other => other == Some(server.name()),
    });
    of_server.expect("its database")["proofs"]
        .as_array()
        .expect("proofs")
        .iter()
        .collect()
}

fn messages(json: &Value, server: &Server) -> Vec<String> {
    let findings = proofs(json, server)
        .into_iter()
        .filter_map(|proof| proof["findings"].as_array());
    findings
        .flatten()
        .map(|it| it["message"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_learning_platform_is_sound_on_every_database() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/learning_platform");
    for server in servers::each() {
        let (json, exit) = verify(&directory, server, &[]);
        assert_eq!(
            (exit, json["ok"].as_bool()),
            (Some(0), Some(true)),
            "{json:#}"
        );
        for proof in proofs(&json, server) {
            assert_eq!(proof["verdict"], "passed", "{proof:#}");
        }
    }
}

/// In SQL that all databases understand.
fn forgetful() -> Project {
    let project = Project::empty();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\", \"postgres\", \"mysql\"]\n",
    );
    project.revision(
        "aaaa1111",
        "none",
        "create users",
        "",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(90));\n",
        "DROP TABLE users;\n",
    );
    project.revision(
        "5cd038a8f131",
        "aaaa1111",
        "find users by email",
        "",
        "CREATE INDEX ix_users_email ON users (email);\nCREATE TABLE logins (id INTEGER PRIMARY KEY);\n",
        "DROP TABLE logins;\n",
    );
    project.revision(
        "cccc3333",
        "5cd038a8f131",
        "create posts",
        "",
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, title VARCHAR(10));\n",
        "DROP TABLE posts;\n",
    );
    assert!(project.run(&["lock"]).status.success());
    project
}

#[test]
fn a_down_that_forgets_an_index_is_named_with_the_index_on_every_database() {
    for server in servers::each() {
        let project = forgetful();
        let (json, exit) = verify(&project.path("."), server, &[]);
        assert_eq!(exit, Some(3), "{json:#}");
        assert_eq!(
            messages(&json, server),
            ["index ix_users_email on users is left behind by the down of 5cd038a8f131"],
            "on {}",
            server.name()
        );
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn what_is_found_is_shown() {
    let project = forgetful();
    project.write(
        "rows.sql",
        "INSERT INTO users (id, email) VALUES (1, 'a'), (2, 'b');\n",
    );
    project.write("elsewhere.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(90));\nCREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT);\n");
    project.write(
        "broken.sql",
        "CREATE TABLE a (id INT);\nCREATE TABEL b (id INT);\n",
    );
    let session = project.session(&[
        "verify",
        "verify --existing elsewhere.sql",
        "verify --existing elsewhere.sql --at cccc",
        "verify --existing broken.sql",
        "verify --data rows.sql@cccc",
        "verify --data rows.sql@zzzz",
        "verify --data rows.sql",
        "verify --data missing.sql@head",
        "verify --at head",
        "verify --scratch-url postgres://nobody@127.0.0.1:1/x",
    ]);
    assert_screen!(session, "snapshots/verify.txt");
}

#[cfg(feature = "sqlite")]
#[test]
fn irreversible_revisions_are_said_and_the_rest_is_proven() {
    let project = Project::empty();
    project.write("migrate.toml", "[migrations]\ndialects = [\"sqlite\"]\n");
    project.revision(
        "aaaa1111",
        "none",
        "create users",
        "",
        "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
        "DROP TABLE users;\n",
    );
    project.write(
        "migrations/bbbb2222.sql",
        "-- forget\n--\n-- revision: bbbb2222\n-- down_revision: aaaa1111\n-- irreversible: the rows are gone\n\n\
         -- migrate:up\nDELETE FROM users;\nALTER TABLE users ADD COLUMN a TEXT;\n",
    );
    project.revision(
        "cccc3333",
        "bbbb2222",
        "swap columns",
        "",
        "ALTER TABLE users ADD COLUMN b TEXT;\nALTER TABLE users DROP COLUMN a;\n",
        "ALTER TABLE users ADD COLUMN a INT;\nALTER TABLE users DROP COLUMN b;\n",
    );
    project.write("rows.sql", "INSERT INTO users (id) VALUES (1), (2);\n");
    assert!(project.run(&["lock"]).status.success());
    let session = project.session(&["verify", "verify --data rows.sql@aaaa", "-q verify"]);
    assert_screen!(session, "snapshots/verify_irreversible.txt");
}

#[cfg(feature = "sqlite")]
#[test]
fn branches_and_several_heads() {
    let session = Project::demo().session(&["verify"]);
    assert_screen!(session, "snapshots/verify_branches.txt");
}

/// A dump made by the server's own program, with the state tables in it.
#[test]
fn a_dump_goes_up_from_what_it_has_recorded() {
    for server in servers::each() {
        let project = forgetful();
        let database = server.database("dump");
        let url = ["--database-url", database.url()];
        let at = project.run(&[&url[..], &["upgrade", "aaaa1111"]].concat());
        assert!(
            at.status.success(),
            "{}",
            String::from_utf8_lossy(&at.stderr)
        );
        database.sql("INSERT INTO users (id, email) VALUES (1, 'a'), (2, 'b')");
        project.write("dump.sql", &dump(server, database.name(), database.url()));
        let (json, _) = verify(&project.path("."), server, &["--from-dump", "dump.sql"]);
        let proof = proofs(&json, server)
            .into_iter()
            .find(|it| it["proof"] == "dump")
            .expect("a proof")
            .clone();
        // The down of 5cd038a8f131 is as forgetful here as it is without rows.
        let findings = proof["findings"].as_array().expect("findings");
        assert_eq!(findings[0]["revision"], "5cd038a8f131", "{proof:#}");
        assert!(
            findings[0]["message"]
                .as_str()
                .is_some_and(|it| it.contains("ix_users_email")),
            "{proof:#}"
        );
    }
}

fn dump(server: &Server, name: &str, url: &str) -> String {
    let mut command = match server.name() {
        "sqlite" => {
            let mut command = Command::new("sqlite3");
            command.args([
                url.trim_start_matches("sqlite://")
                    .split('?')
                    .next()
                    .unwrap_or(url),
                ".dump",
            ]);
            command
        }
        "postgres" => {
            let mut command = Command::new("pg_dump");
            command.args(["--dbname", url]);
            command
        }
        _ => {
            let (login, place) = url
                .trim_start_matches("mysql://")
                .split_once('@')
                .expect("a user");
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            let (host, port) = place
                .split('/')
                .next()
                .and_then(|it| it.split_once(':'))
                .expect("a port");
            let mut command = Command::new("mariadb-dump");
            command.args([
                "-h",
                host,
                "-P",
                port,
                "-u",
                user,
                &format!("-p{password}"),
                name,
            ]);
            command
        }
    };
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[cfg(feature = "mysql")]
#[test]
fn a_dump_of_several_databases_is_refused() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    let project = forgetful();
    project.write(
        "dump.sql",
        "SELECT 1;\nUSE production;\nDROP TABLE users;\n",
    );
    let (json, exit) = verify(&project.path("."), server, &["--existing", "dump.sql"]);
    assert_eq!(exit, Some(1), "{json:#}");
    let message = json["error"]["message"].as_str().unwrap_or_default();
    assert_eq!(
        message,
        "this file leaves the database that it is loaded into"
    );
    assert_eq!(json["error"]["line"], 2, "{json:#}");
}

/// The process is asked to end while a revision runs on the server: its databases are dropped all the same.
#[cfg(all(unix, feature = "postgres"))]
#[test]
fn ctrl_c_drops_what_was_made() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let project = Project::empty();
    project.write("migrate.toml", "[migrations]\ndialects = [\"postgres\"]\n");
    project.revision(
        "aaaa1111",
        "none",
        "sleep",
        "",
        "CREATE TABLE t (id int);\nSELECT pg_sleep(600);\n",
        "DROP TABLE t;\n",
    );
    assert!(project.run(&["lock"]).status.success());
    let mut child = binary::command(&project.path("."))
        .args(["verify", "--scratch-url", server.url()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("migrate-cli");
    let process = child.id();
    // Until the revision is at work there.
    while !server
        .database("watch")
        .sql(&format!("SELECT query FROM pg_stat_activity WHERE starts_with(datname, 'migrate_scratch_{process}_')"))
        .contains("pg_sleep")
    {
        assert!(child.try_wait().expect("a process").is_none(), "it has ended by itself");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_ne!(left_by(server, process).trim(), "");
    let asked = Command::new("kill")
        .args(["-INT", &process.to_string()])
        .status();
    assert!(asked.is_ok_and(|status| status.success()));
    let status = child.wait().expect("an end");
    assert_eq!(status.code(), Some(1));
    assert_eq!(left_by(server, process).trim(), "");
}
