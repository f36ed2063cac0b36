//! Writing, on directories of their own. Here is the vocabulary of the tests.

mod lock;
mod new;
mod rebase;
mod series;
mod template;

use crate::project::texts;
use std::fs;
use std::time::{Duration, SystemTime};

use super::{LockOptions, NewRevision};
use crate::project::Search;
use crate::project::config::Project;
use crate::project::load::{LoadMode, Loaded, load};
use crate::text::{Diagnostic, Dialect, DialectSet, RevisionId};

/// 2025-10-24T17:40:05Z.
const NOW: Duration = Duration::from_secs(1_761_327_605);

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW
}

/// A project in a directory that goes with the value.
struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new(toml: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(dir.path().join("migrations")).expect("the directory");
        fs::write(dir.path().join("migrate.toml"), toml).expect("the configuration");
        Self { dir }
    }

    fn sqlite() -> Self {
        Self::new("[migrations]\ndialects = [\"sqlite\"]\n")
    }

    fn project(&self) -> Project {
        Search::from(self.dir.path()).find().expect("a project")
    }

    fn load(&self) -> Loaded {
        load(&self.project(), LoadMode::reading())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join("migrations").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// A complete file.
    fn file(&self, id: &str, down: &str) {
        let text = format!(
            "-- make {id}\n--\n-- revision: {id}\n-- down_revision: {down}\n\n-- migrate:up\nCREATE TABLE {id} (a INTEGER);\n\n\
             -- migrate:down\nDROP TABLE {id};\n"
        );
        self.write(&format!("{id}.sql"), &text);
    }

    fn lock_text(&self) -> String {
        fs::read_to_string(self.path("revisions.lock")).expect("a lock file")
    }

    fn lock(&self) -> Result<super::LockOutcome, Vec<Diagnostic>> {
        self.lock_with(LockOptions::default())
    }

    fn lock_with(&self, options: LockOptions) -> Result<super::LockOutcome, Vec<Diagnostic>> {
        super::lock(
            &self.project(),
            &LockOptions {
                dialects: DialectSet::one(Dialect::Sqlite),
                ..options
            },
        )
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path().join("migrations")).expect("the directory");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// Whether the project is fine as the macro reads it.
    fn strict(&self) -> Vec<Diagnostic> {
        load(
            &self.project(),
            LoadMode::strict(DialectSet::one(Dialect::Sqlite)).release(),
        )
        .diagnostics
    }
}

fn id(text: &str) -> RevisionId {
    text.parse().expect("an id")
}

fn new(message: &str, id: &str, down: &[&str]) -> NewRevision {
    NewRevision {
        message: message.to_owned(),
        id: Some(id.to_owned()),
        down_revision: down.iter().map(|id| self::id(id)).collect(),
        ..NewRevision::default()
    }
}
