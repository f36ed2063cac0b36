//! Databases that are made for a proof and dropped after it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::database::api::finish;
use crate::database::backend::Backend;
use crate::database::connect::{Intent, connect};
use crate::database::error::{Error, Kind, ServerError, ServerErrorKind};
use crate::database::state::literal;
use crate::database::target::{Database, Source};
use crate::model::set::Settings;
use crate::text::Dialect;
use crate::text::diagnostic::Class;
use crate::text::sql::quote_ident;

/// Where throw-away databases are made: SQLite files in the directory for temporary files, or databases on a server, with
/// the encoding, character set and collation of the one that is named, which is not touched.
///
/// [`clear`](Self::clear) drops all that were made. Call it whatever came of the work, also after it was cut off; only
/// files are removed by dropping the value.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use migrate_core::database::{Database, Scratch};
/// use migrate_core::model::set::Settings;
///
/// let named: Database = "sqlite::memory:".parse()?;
/// let scratch = Scratch::new(named, Settings::default());
/// let database = scratch.database().await?;
/// assert!(database.to_string().contains("migrate_scratch_"));
/// scratch.clear().await?;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "sqlite"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct Scratch {
    server: Database,
    settings: Settings,
    after: After,
    /// What was made and is not dropped yet.
    made: Mutex<Vec<Made>>,
}

/// What becomes of a database that a proof is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Dropped,
    Kept,
}

#[derive(Debug, Clone)]
struct Made {
    name: String,
    file: Option<PathBuf>,
    database: Database,
}

impl Scratch {
    /// Makes databases beside `server`, which may name any database of its server.
    pub fn new(server: Database, settings: Settings) -> Self {
        Self {
            server,
            settings,
            after: After::Dropped,
            made: Mutex::new(Vec::new()),
        }
    }

    /// The same, but nothing is dropped before [`clear`](Self::clear): [`keep`](Self::keep) finds all of it.
    #[must_use]
    pub fn keeping(self) -> Self {
        let mut scratch = self;
        scratch.after = After::Kept;
        scratch
    }

    /// The dialect of what it makes, as far as it is known before connecting.
    pub fn dialect(&self) -> Dialect {
        self.server.dialect()
    }

    /// The server, without password.
    pub fn server(&self) -> &Database {
        &self.server
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// When the server cannot be reached or the user may not make databases.
    pub async fn database(&self) -> Result<Database, Error> {
        self.database_like(None).await
    }

    /// The same, on MySQL and MariaDB with the character set and the collation of `like`: its tables have them where
    /// nothing else is said, and the server of this one may have others.
    pub(super) async fn database_like(&self, like: Option<&Database>) -> Result<Database, Error> {
        let facts = match like.filter(|like| like.dialect().is_mysql_family()) {
            Some(like) => Some(self.facts_of(like).await?),
            None => None,
        };
        let name = format!("migrate_scratch_{}_{}", std::process::id(), random());
        let made = match &self.server.source {
            #[cfg(feature = "sqlite")]
            Source::Sqlite(_) | Source::SqliteMemory(_) => {
                let file = std::env::temp_dir().join(format!("{name}.db"));
                let options = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(&file)
                    .create_if_missing(true);
                let database = Database::from(options);
                Made {
                    name,
                    file: Some(file),
                    database,
                }
            }
            #[allow(unreachable_patterns)]
            _ => Made {
                database: self.server.named(&name),
                name,
                file: None,
            },
        };
        // Noted before it is made: what is cut off in between is dropped too.
        self.noted().push(made.clone());
        if made.file.is_none() {
            self.on_server(|dialect, own| {
                create(dialect, &made.name, facts.as_ref().unwrap_or(own))
            })
            .await?;
        } else {
            // The file is made by the first who changes it; introspection only reads.
            let backend = connect(
                &made.database,
                Intent::Change(crate::database::run::Create::File),
                &self.settings,
            );
            backend.await?.close().await;
        }
        Ok(made.database)
    }

    /// Drops one of the databases it made, when it is no longer needed.
    ///
    /// # Errors
    /// When the server does not answer any more.
    pub async fn done_with(&self, database: &Database) -> Result<(), Error> {
        if self.after == After::Kept {
            return Ok(());
        }
        let found = {
            let mut noted = self.noted();
            let place = noted
                .iter()
                .position(|made| made.database.to_string() == database.to_string());
            place.map(|place| noted.remove(place))
        };
        match found {
            Some(made) => self.drop_one(made).await,
            None => Ok(()),
        }
    }

    /// Drops everything that was made.
    ///
    /// # Errors
    /// When the server does not answer any more; the others are dropped all the same.
    pub async fn clear(&self) -> Result<(), Error> {
        let mut result = Ok(());
        while let Some(made) = self.next() {
            let dropped = self.drop_one(made).await;
            result = result.and(dropped);
        }
        result
    }

    /// Forgets what was made, so that it stays, and says what that is.
    pub fn keep(&self) -> Vec<Database> {
        self.noted().drain(..).map(|made| made.database).collect()
    }

    fn next(&self) -> Option<Made> {
        self.noted().pop()
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Vec<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn drop_one(&self, made: Made) -> Result<(), Error> {
        match &made.file {
            Some(file) => {
                remove(file);
                Ok(())
            }
            None => {
                self.on_server(|dialect, _| drop_statement(dialect, &made.name))
                    .await
            }
        }
    }

    async fn facts_of(&self, database: &Database) -> Result<Facts, Error> {
        let mut backend = connect(database, Intent::Read, &self.settings).await?;
        let found = facts(&mut *backend).await.map_err(|error| {
            Error::new(Kind::Server {
                doing: "reading the character set of",
                target: database.to_string(),
                error,
            })
        });
        finish(backend, &found).await;
        found
    }

    /// Sends a statement to the server, by the database that is named or else one that is always there.
    async fn on_server(&self, statement: impl Fn(Dialect, &Facts) -> String) -> Result<(), Error> {
        let database = self.server.or_maintenance();
        let mut backend = connect(&database, Intent::Read, &self.settings).await?;
        let outcome = match facts(&mut *backend).await {
            Ok(facts) => {
                let sql = statement(backend.dialect(), &facts);
                backend.execute(sql).await.map(drop)
            }
            Err(error) => Err(error),
        };
        let outcome = outcome.map_err(|error| refused(&self.server, error));
        finish(backend, &outcome).await;
        outcome
    }
}

/// Files go with the value; databases on a server cannot be dropped here.
impl Drop for Scratch {
    fn drop(&mut self) {
        for made in self.noted().drain(..) {
            if let Some(file) = &made.file {
                remove(file);
            }
        }
    }
}

/// What a new database takes over from the one that is named.
struct Facts {
    encoding: Option<String>,
    collation: Option<String>,
    /// `LC_CTYPE` on PostgreSQL.
    types: Option<String>,
}

async fn facts(backend: &mut dyn Backend) -> Result<Facts, ServerError> {
    let sql = match backend.dialect() {
        Dialect::Postgres => {
            "SELECT pg_catalog.pg_encoding_to_char(encoding)::text, datcollate::text, datctype::text \
             FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"
        }
        _ => {
            "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME, NULL FROM information_schema.SCHEMATA \
             WHERE SCHEMA_NAME = DATABASE() AND SCHEMA_NAME <> 'information_schema'"
        }
    };
    let row = backend
        .query(sql.to_owned())
        .await?
        .pop()
        .unwrap_or_default();
    let mut fields = row.into_iter();
    let mut next = || fields.next().flatten();
    Ok(Facts {
        encoding: next(),
        collation: next(),
        types: next(),
    })
}

fn create(dialect: Dialect, name: &str, facts: &Facts) -> String {
    let text = |value: &Option<String>, before: &str| {
        value.as_ref().map_or_else(String::new, |value| {
            format!(" {before} {}", literal(dialect, value))
        })
    };
    let name = quote_ident(name, dialect);
    if dialect == Dialect::Postgres {
        return format!(
            "CREATE DATABASE {name} TEMPLATE template0{}{}{}",
            text(&facts.encoding, "ENCODING"),
            text(&facts.collation, "LC_COLLATE"),
            text(&facts.types, "LC_CTYPE"),
        );
    }
    let word = |value: &Option<String>, before: &str| {
        value
            .as_ref()
            .map_or_else(String::new, |value| format!(" {before} {value}"))
    };
    format!(
        "CREATE DATABASE {name}{}{}",
        word(&facts.encoding, "CHARACTER SET"),
        word(&facts.collation, "COLLATE"),
    )
}

fn drop_statement(dialect: Dialect, name: &str) -> String {
    let name = quote_ident(name, dialect);
    match dialect {
        Dialect::Postgres => format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        _ => format!("DROP DATABASE IF EXISTS {name}"),
    }
}

/// Removes the file of a database and what SQLite keeps beside it. One that is not there is as it should be.
fn remove(file: &std::path::Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(name);
    }
}

fn random() -> String {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u128(
        std::time::UNIX_EPOCH
            .elapsed()
            .map_or(0, |since| since.as_nanos()),
    );
    format!("{:08x}", hasher.finish() & 0xffff_ffff)
}

fn refused(server: &Database, error: ServerError) -> Error {
    if error.kind == ServerErrorKind::Permission {
        let help = match server.dialect() {
            Dialect::Postgres => {
                "`ALTER ROLE .. CREATEDB` allows it; `--scratch-url URL` names another server"
            }
            _ => {
                "`GRANT ALL ON `migrate\\_scratch\\_%`.* TO ..` allows it; `--scratch-url URL` names another server"
            }
        };
        let message = format!(
            "no throw-away database can be made on {server}: {}",
            error.message
        );
        return Error::with_help(Class::Permission, message, help);
    }
    Error::new(Kind::Server {
        doing: "making a throw-away database on",
        target: server.to_string(),
        error,
    })
}
