//! This test program once more, as another process that works at a chain of revisions and can be killed.
//!
//! A test that needs one is both sides of it: the other process runs the same test, which begins with [`role`] and does
//! there what it finds. So there is no test that does nothing unless somebody else calls it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use migrate::{Database, Migrations};

use crate::chain::Chain;
use crate::servers::TestDatabase;

/// The variables that tell the other process what it is.
const DIRECTORY: &str = "MIGRATE_TEST_OTHER_DIRECTORY";
const URL: &str = "MIGRATE_TEST_OTHER_URL";

/// What the other process works at. Both sides leave files for each other in the directory of the project.
pub(crate) struct Role {
    directory: PathBuf,
    url: String,
}

/// What this process is, if a test has started it.
pub(crate) fn role() -> Option<Role> {
    Some(Role {
        directory: std::env::var_os(DIRECTORY)?.into(),
        url: std::env::var(URL).ok()?,
    })
}

impl Role {
    pub(crate) fn migrations(&self) -> Migrations {
        Migrations::from_dir(self.directory.join("migrations"))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn database(&self) -> Database {
        self.url.parse().expect("a URL")
    }

    /// A file that one side leaves for the other.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// Starts `test`, the path of a test in this program, as a process that works at the project in `directory` on `place`.
pub(crate) fn start(test: &str, directory: &Path, place: &TestDatabase) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--test-threads=1", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(URL, place.url())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process")
}

/// The other process, seen by the test that has started it.
pub(crate) struct Other {
    child: Child,
    directory: PathBuf,
}

impl Other {
    /// Starts `test`, the path of a test in this program, to work at the revisions of `chain` on `place`.
    pub(crate) fn start(test: &str, chain: &Chain, place: &TestDatabase) -> Self {
        Self {
            child: start(test, chain.root(), place),
            directory: chain.root().to_owned(),
        }
    }

    /// Waits until it has written the file `name`.
    #[track_caller]
    pub(crate) fn until(&mut self, name: &str) {
        while !self.file(name).exists() {
            let state = self.child.try_wait().expect("a state");
            assert!(state.is_none(), "it has ended without {name}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Leaves the file `name` for it.
    pub(crate) fn tell(&self, name: &str) {
        std::fs::write(self.file(name), "").expect("a file");
    }

    /// SIGKILL; the file by which it had said where it is is gone then.
    pub(crate) fn kill_at(mut self, name: &str) {
        self.until(name);
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("an end");
        std::fs::remove_file(self.file(name)).expect("a file");
    }

    /// Waits for its end.
    pub(crate) fn end(self) -> Output {
        self.child.wait_with_output().expect("an end")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}
