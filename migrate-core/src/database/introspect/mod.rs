//! What a live database holds, as a [`Schema`].
//!
//! Own queries on the catalogues, a handful whatever the number of tables; nothing is lost that a revision can make.
//! Left out are our own state tables, what belongs to an extension, and what the server keeps for itself.
//!
//! | file | what |
//! |---|---|
//! | `row` | the fields of a row, one after the other |
//! | `sqlite` | `sqlite_schema`, pragmas, and the statements that SQLite keeps |
//! | `postgres` | `pg_catalog` |
//! | `mysql` | `information_schema`, and `SHOW CREATE` for what it does not tell |

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
#[cfg(feature = "sqlite")]
mod sqlite;

use super::api::finish;
use super::backend::Backend;
use super::connect::{Intent, connect};
use super::error::{Error, Kind, ServerError};
use super::target::Database;
use crate::model::Migrations;
use crate::model::schema::{Filter, Schema};
use crate::model::set::Settings;
use crate::text::Dialect;

/// Reads what a database holds, on a connection of its own and without changing anything.
///
/// `settings` say how the state tables are called, which are left out, and how long connecting may take.
///
/// # Errors
/// When the database cannot be reached or read, and when something in it may not be seen.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use migrate_core::database::{Database, introspect};
/// use migrate_core::model::schema::Filter;
/// use migrate_core::model::set::Settings;
///
/// let database: Database = "sqlite::memory:".parse()?;
/// let schema = introspect(&database, &Settings::default(), &Filter::default()).await?;
/// assert!(schema.is_empty());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "sqlite"))]
/// # fn main() {}
/// ```
pub async fn introspect(
    database: impl Into<Database>,
    settings: &Settings,
    filter: &Filter,
) -> Result<Schema, Error> {
    let database = database.into();
    let mut backend = connect(&database, Intent::Read, settings).await?;
    let schema = read(&mut *backend, filter).await.map_err(|error| {
        Error::new(Kind::Server {
            doing: "reading the schema of",
            target: database.to_string(),
            error,
        })
    });
    finish(backend, &schema).await;
    schema
}

impl Migrations {
    /// Reads what a database holds: [`introspect`] with the settings of this set, without its state tables.
    ///
    /// # Errors
    /// As [`introspect`].
    pub async fn introspect(
        &self,
        database: impl Into<Database>,
        filter: &Filter,
    ) -> Result<Schema, Error> {
        introspect(database, self.settings()?, filter).await
    }
}

/// Reads the schema over a connection that has no transaction open.
pub(crate) async fn read(
    backend: &mut dyn Backend,
    filter: &Filter,
) -> Result<Schema, ServerError> {
    let mut schema = match backend.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite::read(backend).await?,
        #[cfg(feature = "postgres")]
        Dialect::Postgres => postgres::read(backend, filter).await?,
        #[cfg(feature = "mysql")]
        Dialect::Mysql | Dialect::Mariadb => mysql::read(backend).await?,
        #[allow(unreachable_patterns)]
        other => Schema::new(other, ""),
    };
    filter.apply(&mut schema);
    Ok(schema)
}
