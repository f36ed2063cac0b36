//! The final schema of each corpus, written down by `schema dump`: from an empty history one generated revision makes it,
//! `check` then finds no difference, a second one has nothing to write, and the way back leaves nothing.

use migrate::schema::compare;

use super::Directory;
use super::introspection::{migrated, read};
use crate::chain::block_on;
use crate::cli::Project;
use crate::servers::{Server, TestDatabase};

/// A project without revisions whose desired schema is in `schema.sql`.
struct Loop {
    server: &'static Server,
    project: Project,
    database: TestDatabase,
}

impl Loop {
    fn new(server: &'static Server) -> Self {
        let project = Project::empty();
        let config = format!(
            "[migrations]\ndialects = [\"{}\"]\n\n[schema]\nfiles = [\"schema.sql\"]\n",
            server.name()
        );
        project.write("migrate.toml", &config);
        project.write("migrations/.keep", "");
        Self {
            server,
            project,
            database: server.database("autogenerate"),
        }
    }

    /// Types a command that succeeds, and returns all that it says.
    fn run(&self, words: &[&str]) -> String {
        let output = self.project.run(words);
        let said =
            String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{words:?}: {said}");
        said.into_owned()
    }

    /// The same with a server on which throw-away databases may be made.
    fn prove(&self, words: &[&str]) -> String {
        match self.server.name() {
            "sqlite" => self.run(words),
            _ => self.run(&[words, &["--scratch-url", self.server.url()]].concat()),
        }
    }
}

fn makes_it_again(server: &'static Server, corpus: &Directory) {
    let original = server.database("corpus");
    block_on(migrated(corpus, &original));
    let wanted = block_on(read(&original));
    assert!(!wanted.is_empty());

    let it = Loop::new(server);
    let url = it.database.url();
    it.run(&["schema", "dump", original.url(), "-o", "schema.sql"]);
    it.run(&["lock"]);
    let nothing = it.database.schema();
    it.prove(&["revision", "--autogenerate", "-m", "everything"]);
    let written = |it: &Loop| {
        let files = it.project.listing();
        files.iter().filter(|name| name.ends_with(".sql")).count()
    };
    assert_eq!(written(&it), 2, "schema.sql and one revision");
    it.run(&["lock"]);
    it.run(&["upgrade", "--database-url", url]);
    let made = block_on(read(&it.database));
    let differences = compare(&wanted, &made);
    assert!(differences.is_empty(), "{differences:#?}");

    let said = it.prove(&["check", "--database-url", url]);
    assert!(said.contains("passed   schema"), "{said}");
    assert!(said.contains("passed   drift"), "{said}");
    let said = it.prove(&["revision", "--autogenerate", "-m", "once more"]);
    assert!(said.contains("nothing to do"), "{said}");
    assert_eq!(written(&it), 2, "nothing is written");
    it.run(&["diff", original.url(), url]);
    // The dump of what it has made is the same text.
    it.run(&["schema", "dump", url, "-o", "schema.sql", "--check"]);

    it.run(&["downgrade", "base", "--database-url", url]);
    assert_eq!(it.database.schema(), nothing);
    let left = block_on(read(&it.database));
    assert!(left.is_empty(), "{left:#?}");
}

#[cfg(feature = "sqlite")]
#[test]
fn atuin_on_sqlite() {
    let Some(server) = crate::servers::sqlite() else {
        return;
    };
    for part in ["client-sqlite", "server-sqlite", "scripts-sqlite"] {
        makes_it_again(
            server,
            &super::atuin::directory(part, migrate::Dialect::Sqlite),
        );
    }
}

#[cfg(feature = "postgres")]
#[test]
fn atuin_on_postgres() {
    if let Some(server) = crate::servers::postgres() {
        let atuin = super::atuin::directory("server-postgres", migrate::Dialect::Postgres);
        makes_it_again(server, &atuin);
    }
}

#[cfg(feature = "postgres")]
#[test]
fn crates_io_on_postgres() {
    if let Some(server) = crate::servers::postgres() {
        makes_it_again(server, &super::crates_io::directory().0);
    }
}

#[cfg(feature = "mysql")]
#[test]
fn temporal_on_mariadb() {
    if let Some(server) = crate::servers::mariadb() {
        makes_it_again(server, &super::temporal::directory());
    }
}
