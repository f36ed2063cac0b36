//! A database that comes up late, one that never does, and a run lock that somebody holds.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use migrate::{Class, Database, Event, Run};

use crate::chain::{Chain, block_on};
use crate::servers::{self, Server};

/// A port of this machine on which nobody listens; whoever opens it later passes everything on to a server.
struct Door {
    port: u16,
    beyond: SocketAddr,
}

impl Door {
    fn closed(server: &Server) -> Self {
        let (_, place) = server.url().split_once('@').expect("a URL with a user");
        let (place, _) = place.split_once('/').expect("a URL with a database");
        let free = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        Self {
            port: free.local_addr().expect("an address").port(),
            beyond: place.parse().expect("an address"),
        }
    }

    /// The URL of a database of the server, through the door.
    fn url(&self, url: &str) -> String {
        url.replace(
            &self.beyond.to_string(),
            &format!("127.0.0.1:{}", self.port),
        )
    }

    fn open(&self) {
        let beyond = self.beyond;
        let listener = TcpListener::bind(("127.0.0.1", self.port)).expect("the port is still free");
        thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                let server = TcpStream::connect(beyond).expect("the server is up");
                pass(&caller, &server);
                pass(&server, &caller);
            }
        });
    }
}

/// Passes on what arrives, until the end.
fn pass(from: &TcpStream, to: &TcpStream) {
    let mut from = from.try_clone().expect("a stream");
    let mut to = to.try_clone().expect("a stream");
    thread::spawn(move || {
        // Either side may hang up.
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
}

fn on_network() -> impl Iterator<Item = &'static Server> {
    servers::each().filter(|server| server.name() != "sqlite")
}

fn one_table(server: &Server) -> Chain {
    Chain::of(
        &super::dialect(server),
        &[("CREATE TABLE a (b int);", "DROP TABLE a;")],
    )
}

#[test]
fn a_database_that_comes_up_late_is_waited_for_by_start_up_and_by_a_run_that_waits() {
    for server in on_network() {
        for run in [
            Run::startup(),
            Run::upgrade("head").wait(Duration::from_secs(60)),
        ] {
            let database = server.database("late");
            let door = Door::closed(server);
            let url: Database = door.url(database.url()).parse().expect("a URL");
            let (tell, told) = mpsc::channel();
            // Opened when the run has said that it waits.
            let opener = thread::spawn(move || {
                let reason: String = told.recv().expect("the run waits");
                door.open();
                reason
            });
            let run = run.on_progress(move |event| {
                if let Event::Unreachable { reason, .. } = event {
                    tell.send((*reason).to_owned()).expect("somebody listens");
                }
            });
            let chain = one_table(server);
            let report = block_on(chain.migrations().run(&url, run));
            let report = report.unwrap_or_else(|failure| panic!("{}: {failure}", server.name()));
            assert_eq!(report.heads, ["r1"], "{}", server.name());
            let reason = opener.join().expect("no panic");
            assert!(reason.contains("refused"), "{reason}");
        }
    }
}

#[test]
fn a_database_that_never_comes_up_is_an_error_within_the_limit_and_without_waiting_at_once() {
    for server in on_network() {
        let door = Door::closed(server);
        let url: Database = door.url(server.url()).parse().expect("a URL");
        let migrations = one_table(server).migrations();
        let waits = Run::upgrade("head").wait(Duration::from_millis(600));
        let failure = block_on(migrations.run(&url, waits)).expect_err("nobody listens");
        assert_eq!(failure.class(), Class::Unreachable);
        let text = failure.to_string();
        assert!(text.contains("it was waited for, 600 ms in all"), "{text}");
        let failure = block_on(migrations.upgrade(&url, "head")).expect_err("nobody listens");
        assert_eq!(failure.class(), Class::Unreachable);
        assert!(!failure.to_string().contains("waited"), "{failure}");
    }
}

#[test]
fn a_wrong_login_is_not_waited_for() {
    for server in on_network() {
        // The servers of the tests may ask for no password.
        let (_, place) = server.url().split_once('@').expect("a URL with a user");
        let url: Database = format!("{}://nobody_here:wrong@{place}", server.name())
            .parse()
            .expect("a URL");
        let migrations = one_table(server).migrations();
        let run = Run::upgrade("head")
            .wait(Duration::from_secs(3600))
            .on_progress(|event| {
                assert!(!matches!(event, Event::Unreachable { .. }), "{event:?}");
            });
        let failure = block_on(migrations.run(&url, run)).expect_err("a wrong login");
        assert!(
            matches!(failure.class(), Class::Unreachable | Class::Permission),
            "{failure}"
        );
    }
}

#[test]
fn a_run_lock_that_is_held_for_too_long_names_the_command_to_run_by_hand() {
    for server in on_network() {
        let database = server.database("held");
        let url: Database = database.url().parse().expect("a URL");
        let slow = match server.name() {
            "postgres" => "SELECT pg_sleep(3);",
            _ => "SELECT sleep(3) FROM DUAL;",
        };
        let holder = Chain::of(&super::dialect(server), &[(slow, "SELECT 1;")]);
        // The limits stand in migrate.toml, as an application has them.
        let waiter = Chain::of(&super::dialect(server), &[(slow, "SELECT 1;")]);
        waiter.configure("[startup]\nlimit = \"500ms\"\n");
        let (tell, told) = mpsc::channel();
        let works = thread::spawn({
            let (url, migrations) = (url.clone(), holder.migrations());
            move || {
                let run = Run::upgrade("head").on_progress(move |event| {
                    if let Event::StepBegins { .. } = event {
                        tell.send(()).expect("somebody listens");
                    }
                });
                block_on(migrations.run(&url, run))
            }
        });
        told.recv().expect("the other run is at work");
        let failure = block_on(waiter.migrations().startup(&url)).expect_err("the lock is held");
        assert_eq!(failure.class(), Class::RunLockTimeout, "{failure}");
        let text = failure.to_string();
        assert!(
            text.contains("could not be had within 500 ms")
                && text.contains("`migrate-cli upgrade` runs the rest by hand"),
            "{text}"
        );
        works
            .join()
            .expect("no panic")
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}
