//! Upgrading inside a caller's transaction.

use std::marker::PhantomData;
use std::time::Instant;

#[cfg(feature = "mysql")]
use sqlx::mysql::{MySql, MySqlConnection};
#[cfg(feature = "postgres")]
use sqlx::postgres::{PgConnection, Postgres};
#[cfg(feature = "sqlite")]
use sqlx::sqlite::{Sqlite, SqliteConnection};

use super::api::task;
use super::backend::Backend;
use super::engine::{Engine, Ownership};
use super::error::{Error, Failure};
use super::report::Report;
use super::run::Run;
use crate::model::Migrations;
use crate::model::set::Settings;

/// A connection of the caller, made from `&mut` of a connection, a transaction or a pool's connection.
pub struct Caller<'c>(Connection<'c>);

enum Connection<'c> {
    #[cfg(feature = "sqlite")]
    Sqlite(&'c mut SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(&'c mut PgConnection),
    /// Of MySQL or MariaDB: refused, so the connection itself is not needed.
    Refused(PhantomData<&'c mut ()>),
}

impl std::fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(_) => "Caller(sqlite)",
            #[cfg(feature = "postgres")]
            Connection::Postgres(_) => "Caller(postgres)",
            Connection::Refused(_) => "Caller(mysql)",
        })
    }
}

macro_rules! from_connection {
    ($feature:literal, $database:ty, $connection:ty, $wrap:expr) => {
        #[cfg(feature = $feature)]
        impl<'c> From<&'c mut $connection> for Caller<'c> {
            fn from(connection: &'c mut $connection) -> Self {
                let wrap: fn(&'c mut $connection) -> Connection<'c> = $wrap;
                Self(wrap(connection))
            }
        }

        #[cfg(feature = $feature)]
        impl<'c> From<&'c mut sqlx::Transaction<'_, $database>> for Caller<'c> {
            fn from(transaction: &'c mut sqlx::Transaction<'_, $database>) -> Self {
                Self::from(&mut **transaction)
            }
        }

        #[cfg(feature = $feature)]
        impl<'c> From<&'c mut sqlx::pool::PoolConnection<$database>> for Caller<'c> {
            fn from(connection: &'c mut sqlx::pool::PoolConnection<$database>) -> Self {
                Self::from(&mut **connection)
            }
        }
    };
}

from_connection!("sqlite", Sqlite, SqliteConnection, Connection::Sqlite);
from_connection!("postgres", Postgres, PgConnection, Connection::Postgres);
from_connection!("mysql", MySql, MySqlConnection, |_| Connection::Refused(
    PhantomData
));

impl<'c> Caller<'c> {
    fn backend(self, settings: &Settings) -> Result<Box<dyn Backend + 'c>, Error> {
        match self.0 {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(connection) => Ok(Box::new(
                super::backend::sqlite::SqliteBackend::on(connection, &settings.table),
            )),
            #[cfg(feature = "postgres")]
            Connection::Postgres(connection) => {
                use super::backend::postgres::PostgresBackend;
                Ok(Box::new(PostgresBackend::on(
                    connection,
                    settings.schema.as_deref(),
                    &settings.table,
                )))
            }
            Connection::Refused(_) => Err(Error::with_help(
                crate::text::diagnostic::Class::Config,
                "MySQL and MariaDB commit whatever transaction is open before they define data: an upgrade cannot be part of \
                 the caller's",
                "use `Migrations::upgrade`, on a database of its own for each test",
            )),
        }
    }
}

impl Migrations {
    /// Upgrades to `spec` on the caller's connection, inside the caller's transaction: for tests that roll back. Each
    /// revision has a savepoint; there is no run lock and no session of our own. Sections with `transaction:false` are
    /// refused. On PostgreSQL a transaction must be open; MySQL and MariaDB have no transactional data definition and are
    /// refused.
    ///
    /// # Errors
    /// As [`run`](Self::run). After one the transaction is as it was before the revision at fault.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use migrate_core::model::{Migrations, set::{Settings, pack}};
    /// # use migrate_core::text::{Dialect, DialectSet};
    /// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
    /// # let migrations = Migrations::from_packed(packed, None);
    /// # let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    /// let mut transaction = pool.begin().await?;
    /// migrations.upgrade_on(&mut transaction, "heads").await?;
    /// // ... the test ...
    /// transaction.rollback().await?;
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    pub async fn upgrade_on<'c>(
        &self,
        connection: impl Into<Caller<'c>>,
        spec: &str,
    ) -> Result<Report, Failure> {
        let begun = Instant::now();
        let run = Run::upgrade(spec);
        let mut report = Report::new("upgrade");
        "the caller's connection".clone_into(&mut report.target);
        let outcome = self
            .upgrade_caller(connection.into(), &run, &mut report)
            .await;
        report.duration = begun.elapsed();
        match outcome {
            Ok(()) => Ok(report),
            Err(error) => Err(Failure::new(error, report)),
        }
    }

    async fn upgrade_caller(
        &self,
        caller: Caller<'_>,
        run: &Run,
        report: &mut Report,
    ) -> Result<(), Error> {
        let settings = self.settings()?;
        let mut backend = caller.backend(settings)?;
        let task = task(run, settings, None);
        Engine::new(self, &mut *backend, Ownership::Caller, &task, report)?
            .run()
            .await
    }
}
