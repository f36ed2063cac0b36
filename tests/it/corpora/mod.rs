//! Other people's migrations (`tests/fixtures/corpora`, with their licences), written in our file format and run on
//! their databases with the outcomes that their READMEs state.

mod atuin;
#[cfg(feature = "postgres")]
mod crates_io;
mod introspection;
#[cfg(feature = "mysql")]
mod temporal;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use migrate::{Dialect, Migrations};
use migrate_core::project::config::Search;
use migrate_core::project::write::{LockOptions, lock};
use migrate_core::text::{Diagnostic, DialectSet};
use tempfile::TempDir;

/// The SQL of one direction, as upstream has it.
enum Section {
    Transactional(String),
    NotTransactional(String),
    /// Upstream cannot go back.
    ForwardOnly,
}

/// One migration of another tool.
struct Foreign {
    id: String,
    message: String,
    up: Section,
    down: Section,
}

impl Foreign {
    /// The file in our format; `parent` is the revision before it.
    fn render(&self, parent: &str) -> String {
        let Foreign {
            id,
            message,
            up,
            down,
        } = self;
        let mut text = format!("-- {message}\n--\n-- revision: {id}\n-- down_revision: {parent}\n");
        if matches!(down, Section::ForwardOnly) {
            text.push_str("-- irreversible: there is no way back upstream\n");
        }
        for (direction, section) in [("up", up), ("down", down)] {
            let (sql, option) = match section {
                Section::Transactional(sql) => (sql, ""),
                Section::NotTransactional(sql) => (sql, " transaction:false"),
                Section::ForwardOnly => continue,
            };
            let _ = write!(text, "\n-- migrate:{direction}{option}\n");
            if is_empty(sql) {
                text.push_str("-- migrate:empty upstream has nothing here\n");
            }
            text.push_str(sql);
            text.push('\n');
        }
        text
    }
}

/// Whether nothing but comments is left: the corpora have line comments only in such files.
fn is_empty(sql: &str) -> bool {
    sql.lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.starts_with("--"))
}

/// A corpus as a migrations directory.
struct Directory {
    root: TempDir,
    dialect: Dialect,
}

impl Directory {
    /// One chain of these migrations, in their order.
    fn chain(dialect: Dialect, migrations: &[Foreign]) -> Self {
        let root = tempfile::Builder::new()
            .prefix("corpus")
            .tempdir()
            .expect("a temporary directory");
        let directory = root.path().join("migrations");
        fs::create_dir(&directory).expect("a directory");
        let config = format!("[migrations]\ndialects = [\"{dialect}\"]\n");
        fs::write(root.path().join("migrate.toml"), config).expect("a file");
        let mut parent = "none";
        for (place, migration) in migrations.iter().enumerate() {
            let path = directory.join(format!("{place:04}_{}.sql", migration.id));
            fs::write(path, migration.render(parent)).expect("a file");
            parent = &migration.id;
        }
        Self { root, dialect }
    }

    fn path(&self) -> PathBuf {
        self.root.path().join("migrations")
    }

    /// Checks every section as `migrate-cli lock` does, and locks them.
    fn lock(&self) -> Result<(), Vec<Diagnostic>> {
        let project = Search::from(self.root.path())
            .dir(Some(self.path()))
            .find()?;
        let options = LockOptions {
            dialects: DialectSet::one(self.dialect),
            ..LockOptions::default()
        };
        lock(&project, &options).map(|_| ())
    }

    /// The set, locked.
    fn migrations(&self) -> Migrations {
        if let Err(findings) = self.lock() {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            panic!("{}", findings.join("\n\n"));
        }
        Migrations::from_dir(self.path()).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn corpus(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/corpora")
        .join(path)
}

/// The names in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A name as the message of a revision.
fn message(name: &str) -> String {
    name.replace(['_', '-'], " ").trim().to_owned()
}
