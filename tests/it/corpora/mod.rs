//! Other people's migrations (`tests/fixtures/corpora`, with their licences), imported as `migrate-cli import` does it,
//! and run on their databases with the outcomes that their READMEs state. Temporal's are in the layout of no tool: the
//! tests write them in our format.

mod atuin;
mod autogenerate;
#[cfg(feature = "postgres")]
mod crates_io;
mod introspection;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod rebuilt;
#[cfg(feature = "mysql")]
mod temporal;

use std::fs;
use std::path::{Path, PathBuf};

use migrate::{Dialect, Migrations};
use migrate_core::model::Tool;
use migrate_core::project::config::Search;
use migrate_core::project::import::{Import, read};
use migrate_core::project::write::{
    Earlier, ImportEffect, Imported, LockOptions, WriteImport, import, lock,
};
use migrate_core::text::{Diagnostic, DialectSet};
use tempfile::TempDir;

/// One migration in the layout of no tool; upstream cannot go back.
#[cfg_attr(
    not(feature = "mysql"),
    expect(dead_code, reason = "Temporal's are for MariaDB")
)]
struct Foreign {
    id: String,
    message: String,
    up: String,
}

impl Foreign {
    /// The file in our format; `parent` is the revision before it.
    fn render(&self, parent: &str) -> String {
        let Foreign { id, message, up } = self;
        format!(
            "-- {message}\n--\n-- revision: {id}\n-- down_revision: {parent}\n\
             -- irreversible: there is no way back upstream\n\n-- migrate:up\n{up}\n"
        )
    }
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

    /// The migrations of a tool as `migrate-cli import` takes them over; also what it has said.
    fn imported(tool: Tool, dialect: Dialect, from: &Path) -> (Self, Imported) {
        let directory = Self::chain(dialect, &[]);
        let reading =
            read(&Import::of(tool, from, dialect)).unwrap_or_else(|found| panic!("{found:#?}"));
        let project = Search::from(directory.root.path())
            .dir(Some(directory.path()))
            .find()
            .expect("a project");
        let how = WriteImport {
            dialects: DialectSet::one(dialect),
            effect: ImportEffect::Write,
            earlier: Earlier::Refuse,
        };
        let imported = import(&project, reading, how).unwrap_or_else(|found| panic!("{found:#?}"));
        (directory, imported)
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

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What `pg_dump --schema-only` says of a database, without the tables that `migrate` keeps.
#[cfg(feature = "postgres")]
fn dump(database: &crate::servers::TestDatabase) -> String {
    let output = std::process::Command::new("pg_dump")
        .args([
            "--schema-only",
            "--no-owner",
            "--exclude-table=schema_revisions*",
        ])
        .arg(format!("--dbname={}", database.url()))
        .output()
        .expect("pg_dump runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    // Newer versions write a random word into these two lines.
    let lines = text
        .lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
    lines.collect::<Vec<_>>().join("\n")
}
