//! What the other tests rely on.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{each, mariadb, postgres, rounds};

#[test]
fn a_database_is_empty_apart_and_dropped_afterwards() {
    for server in each() {
        let name = server.name();
        let (one, two) = (server.database("Same Name"), server.database("Same Name"));
        one.sql("CREATE TABLE here (id INT); INSERT INTO here VALUES (1), (2)");
        assert_eq!(
            one.sql("SELECT id, id + 1 FROM here ORDER BY id"),
            "1\t2\n2\t3\n",
            "{name}"
        );
        assert!(
            one.url().ends_with(one.name()) && one.url() == server.url_of(one.name()),
            "{name}"
        );
        assert_eq!(two.schema(), Vec::<String>::new(), "{name}");
        two.sql("CREATE TABLE here (id INT)");
        two.sql("CREATE TABLE schema_revisions (ours INT)");
        assert_eq!(
            two.schema(),
            one.schema(),
            "{name}: nothing of what `migrate` keeps"
        );

        drop(one);
        assert_eq!(
            two.schema().len(),
            1,
            "{name}: one is dropped, the other stays"
        );
    }
}

#[test]
fn the_servers_are_private() {
    for (server, ask) in [
        (postgres(), "SHOW data_directory"),
        (mariadb(), "SELECT @@datadir"),
    ] {
        let Some(server) = server else { continue };
        let found = server.database("where").sql(ask);
        assert!(
            found.contains("migrate-servers."),
            "a directory of scripts/servers.sh, found {found}"
        );
    }
}

/// The shell stands for a test process: it starts a server, holds the pipe, and dies without a chance to clean up.
#[test]
fn a_server_ends_with_the_process_that_started_it() {
    let Some(server) = postgres() else { return };
    assert!(server.url().starts_with("postgres://"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/servers.sh");
    let mut holder = Command::new("bash")
        .args(["-c", r#"coproc S { exec "$0" postgres; }; while read -r line <&"${S[0]}"; do echo "$line"; done"#, script])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("bash");
    let mut lines = BufReader::new(holder.stdout.take().expect("a pipe")).lines();
    let url = lines.next().expect("a line").expect("text");
    let url = url
        .strip_prefix("TEST_POSTGRES_URL=")
        .expect("a URL")
        .to_owned();
    assert_eq!(lines.next().expect("a line").expect("text"), "ready");
    let answers = || {
        let mut ask = Command::new("psql");
        ask.args(["-X", &url, "-c", "SELECT 1"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        ask.status().expect("psql").success()
    };
    assert!(answers());

    holder.kill().expect("SIGKILL");
    holder.wait().expect("its end");
    // No limit of time: a server that stays is a test that hangs, and a slow machine is no failure.
    while answers() {
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn fault_tests_are_bounded_unless_asked_otherwise() {
    let long = std::env::var_os("MIGRATE_TEST_FAULTS").is_some();
    assert_eq!(rounds(3, 300), if long { 300 } else { 3 });
}
