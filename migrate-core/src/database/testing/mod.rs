//! For the tests of an application: fresh migrated databases, and what every set of revisions must keep.
//!
//! | file | what |
//! |---|---|
//! | `sqlite`, `postgres` | copies of one migrated database |
//! | `server` | statements that make and drop databases |
//! | `asserts` | assertions about a set of revisions |
//!
//! Needs the cargo feature `testing`, which belongs among the `[dev-dependencies]`.

mod asserts;
#[cfg(feature = "postgres")]
mod postgres;
mod server;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;

use super::error::Error;
use super::run::Run;
use super::target::{Database, Source};
use super::who::holder;
use crate::model::Migrations;
use crate::text::{Chain, Digest};
pub use asserts::{assert_models_in_sync, assert_single_head, assert_up_down_up};
use server::Server;

/// A database of one test, with every revision applied. It is dropped with the value.
///
/// ```
/// # #[cfg(all(feature = "sqlite", feature = "testing"))]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use migrate_core::model::{Migrations, set::{Settings, pack}};
/// # use migrate_core::text::{Dialect, DialectSet};
/// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
/// # let migrations = Migrations::from_packed(packed, None);
/// use migrate_core::database::testing::TestDatabase;
///
/// let test = TestDatabase::new(&migrations, "sqlite:").await?;
/// let pool = sqlx::SqlitePool::connect(test.url()).await?;
/// // ... the test ...
/// # pool.close().await;
/// # Ok(())
/// # }
/// # #[cfg(not(all(feature = "sqlite", feature = "testing")))]
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct TestDatabase {
    server: Server,
    name: String,
    url: String,
    database: Database,
    kept: Kept,
}

/// Whether the database stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    No,
    Yes,
}

impl TestDatabase {
    /// A new database beside the one that `url` names, which is not touched, with all revisions applied.
    ///
    /// | `url` | how |
    /// |---|---|
    /// | `sqlite:` | a file in the directory for temporary files, a copy of one that is migrated once in each process |
    /// | `postgres://USER@HOST/DATABASE` | a copy of a template database, which is migrated once and stays on the server until the revisions change; the user needs CREATEDB |
    /// | `mysql://USER@HOST` | migrated for each test |
    ///
    /// # Errors
    /// When the database cannot be made or migrated.
    pub async fn new(migrations: &Migrations, url: &str) -> Result<Self, Error> {
        let given: Database = url.parse()?;
        let settings = migrations.settings()?.clone();
        let name = format!("migrate_test_{}", holder().run);
        let server = Server {
            url: url.to_owned(),
            given: given.clone(),
            settings,
        };
        let own = server.url_of(&name);
        let test = |database| Self {
            server: server.clone(),
            name: name.clone(),
            url: own.clone(),
            database,
            kept: Kept::No,
        };
        match given.source {
            #[cfg(feature = "sqlite")]
            Source::Sqlite(_) | Source::SqliteMemory(_) => {
                let test = test(own.parse()?);
                sqlite::copy(migrations, &server, &name).await?;
                Ok(test)
            }
            #[cfg(feature = "postgres")]
            Source::Postgres(_) => {
                postgres::copy(migrations, &server, &name).await?;
                Ok(test(own.parse()?))
            }
            #[cfg(feature = "mysql")]
            Source::Mysql(_) => {
                server.send(format!("CREATE DATABASE {name}")).await?;
                // From here on it is dropped, also when a revision fails.
                let test = test(own.parse()?);
                migrations
                    .run(&test.database, Run::upgrade("heads"))
                    .await?;
                Ok(test)
            }
        }
    }

    /// Its URL, with user and password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database, for runs of [`Migrations`].
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Leaves the database where it is, to look at it after the test, and returns its URL.
    pub fn keep(mut self) -> String {
        self.kept = Kept::Yes;
        self.url.clone()
    }
}

impl From<&TestDatabase> for Database {
    fn from(test: &TestDatabase) -> Self {
        test.database.clone()
    }
}

/// The URL without its password.
impl fmt::Display for TestDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.database, f)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.kept == Kept::Yes {
            return;
        }
        #[cfg(feature = "sqlite")]
        if matches!(
            self.server.given.source,
            Source::Sqlite(_) | Source::SqliteMemory(_)
        ) {
            sqlite::remove(&self.name);
            return;
        }
        // A thread of its own, because the test may stand in a runtime. What cannot be dropped now stays on the server.
        let (server, name) = (self.server.clone(), self.name.clone());
        let work = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
            {
                let _ = runtime.block_on(server.drop(&name));
            }
        });
        let _ = work.join();
    }
}

/// What tells one set of revisions from another, as far as a migrated database shows it.
fn fingerprint(migrations: &Migrations, server: &Server) -> Result<String, Error> {
    let dialect = server.given.dialect();
    let serving = migrations.serving(dialect)?.unwrap_or(dialect);
    let mut chains: Vec<Chain> = migrations
        .effective_heads(serving)?
        .iter()
        .map(|head| head.chain)
        .collect();
    chains.sort_unstable_by_key(|chain| *chain.as_bytes());
    let settings = &server.settings;
    let place = format!(
        "{}\n{}\n{}",
        super::who::TOOL,
        settings.table,
        settings.schema.as_deref().unwrap_or_default()
    );
    let parts = chains.iter().map(|chain| &chain.as_bytes()[..]);
    let digest = Digest::of(parts.chain([place.as_bytes()]));
    Ok(short(&digest))
}

/// The first characters of a digest.
fn short(digest: &Digest) -> String {
    digest
        .as_bytes()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
