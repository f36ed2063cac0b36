//! One chain of revisions in a directory of its own, and runs of it.

use std::fmt::Write as _;
#[cfg(feature = "sqlite")]
use std::path::Path;
use std::path::PathBuf;

use migrate::{Database, Failure, Migrations, Report, Run};
use migrate_core::project::config::Search;
use migrate_core::project::write::{LockOptions, lock};
use tempfile::TempDir;

/// A migrations directory: one chain of revisions `r1`, `r2`, .., each an up and a down section.
pub(crate) struct Chain {
    root: TempDir,
}

impl Chain {
    /// For MySQL.
    #[cfg(feature = "mysql")]
    pub(crate) fn new<S: AsRef<str>>(sections: &[(S, S)]) -> Self {
        Self::of("\"mysql\"", sections)
    }

    /// For these dialects, as `migrate.toml` lists them.
    pub(crate) fn of<S: AsRef<str>>(dialects: &str, sections: &[(S, S)]) -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(
            root.path().join("migrate.toml"),
            format!("[migrations]\ndialects = [{dialects}]\n"),
        )
        .expect("a file");
        std::fs::create_dir(root.path().join("migrations")).expect("a directory");
        let chain = Self { root };
        for (place, (up, down)) in sections.iter().enumerate() {
            chain.write(place + 1, up.as_ref(), down.as_ref());
        }
        chain.lock();
        chain
    }

    fn write(&self, number: usize, up: &str, down: &str) {
        let parent = if number == 1 {
            "none".to_owned()
        } else {
            format!("r{}", number - 1)
        };
        let mut text =
            format!("-- step {number}\n--\n-- revision: r{number}\n-- down_revision: {parent}\n\n");
        // A section may bring its options along.
        for (direction, section) in [("up", up), ("down", down)] {
            let (options, sql) = match section.strip_prefix("!") {
                Some(rest) => rest.split_once('\n').expect("options end with their line"),
                None => ("", section),
            };
            let sql = if sql.is_empty() {
                "-- migrate:empty nothing to do"
            } else {
                sql
            };
            let _ = write!(text, "-- migrate:{direction} {options}\n{sql}\n\n");
        }
        std::fs::write(self.directory().join(format!("{number:04}.sql")), text).expect("a file");
    }

    /// One more revision, locked.
    #[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub(crate) fn push(&self, number: usize, up: &str, down: &str) {
        self.write(number, up, down);
        self.lock();
    }

    /// Adds to `migrate.toml`.
    #[cfg(feature = "postgres")]
    pub(crate) fn configure(&self, text: &str) {
        let path = self.root.path().join("migrate.toml");
        let before = std::fs::read_to_string(&path).expect("a file");
        std::fs::write(path, before + text).expect("a file");
    }

    /// One more file, locked.
    #[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub(crate) fn add(&self, file: &str, text: &str) {
        std::fs::write(self.directory().join(file), text).expect("a file");
        self.lock();
    }

    fn lock(&self) {
        let project = Search::from(self.root.path())
            .dir(Some(self.directory()))
            .find()
            .expect("a project");
        let options = LockOptions {
            dialects: project.config.migrations.dialects,
            ..LockOptions::default()
        };
        if let Err(findings) = lock(&project, &options) {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            panic!("{}", findings.join("\n\n"));
        }
    }

    /// The project around the migrations.
    #[cfg(feature = "sqlite")]
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.root.path().join("migrations")
    }

    pub(crate) fn migrations(&self) -> Migrations {
        Migrations::from_dir(self.directory()).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Runs something on a runtime of its own.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

pub(crate) fn run(chain: &Chain, url: &str, run: Run) -> Result<Report, Failure> {
    let database: Database = url.parse().expect("a URL");
    block_on(chain.migrations().run(&database, run))
}
