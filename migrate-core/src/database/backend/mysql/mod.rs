//! MySQL and MariaDB.
//!
//! The run lock is `GET_LOCK` on the very session that migrates. Data definition commits by itself, so a section keeps
//! a journal in its row, see `section`; what an interrupted run has left is found out by `database::recover`.
//!
//! | file | what |
//! |---|---|
//! | `session` | the settings of the session, and putting them back |
//! | `section` | a section as messages, with its journal |
//! | `several` | several sections as one message |
//! | `writer` | what the messages of a section say |
//! | `engine` | which tables take part in transactions |
//! | `error` | what the server's numbers mean, and the place that a message speaks of |

mod engine;
pub(crate) mod error;
mod section;
mod session;
mod several;
mod writer;

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{ConnectOptions, Connection};

use super::driver::{fetch, send};
use super::{Attempt, Backend, Effect, Executed, Lent, Pending, Row, SessionSettings};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::execute::message::Part;
use crate::database::execute::together::Transactions;
use crate::database::execute::transactional::{
    Bounds, Surroundings, run as run_transaction, step_error,
};
use crate::database::execute::{Done, Kept, Source, StepError, Transaction, Work};
use crate::database::recover;
use crate::database::state::{Fence, Holder, SessionId, Tables, read_lock};
use crate::text::{Dialect, Digest};
use engine::Engines;
use error::translate;
use session::Session;

/// Opens a transaction, whatever the isolation level or `autocommit` of the session is.
const BEGIN: &str = "START TRANSACTION";

/// A connection to a MySQL or MariaDB server.
pub(crate) struct MysqlBackend {
    connection: MySqlConnection,
    dialect: Dialect,
    /// The database that is current when the connection opens.
    database: String,
    user: String,
    tables: Tables,
    session: Option<Session>,
    engines: Engines,
}

impl MysqlBackend {
    /// Opens a connection of our own, and asks what the server is.
    pub(crate) async fn open(
        options: &MySqlConnectOptions,
        schema: Option<&str>,
        table: &str,
    ) -> Result<Self, ServerError> {
        let mut connection = connect(options).await?;
        let sql = "SELECT VERSION(), DATABASE(), CURRENT_USER()".to_owned();
        let rows: Result<Vec<Row>, _> = fetch!(&mut connection, sql);
        let mut fields = rows
            .map_err(|error| translate(error, 0))?
            .into_iter()
            .flatten();
        let version = fields.next().flatten().unwrap_or_default();
        let current = fields.next().flatten();
        let user = fields.next().flatten().unwrap_or_default();
        let dialect = if version.to_ascii_lowercase().contains("mariadb") {
            Dialect::Mariadb
        } else {
            Dialect::Mysql
        };
        let database = current.ok_or_else(|| {
            ServerError::new(
                ServerErrorKind::Config,
                "the URL names no database: write mysql://USER@HOST/DATABASE",
            )
        })?;
        let tables = Tables::new(dialect, Some(schema.unwrap_or(&database)), table);
        Ok(Self {
            connection,
            dialect,
            database,
            user,
            tables,
            session: None,
            engines: Engines::default(),
        })
    }

    /// Creates the database that `options` name.
    pub(crate) async fn create_database(
        options: &MySqlConnectOptions,
        name: &str,
    ) -> Result<(), ServerError> {
        // Everybody may enter this one.
        let options = options.clone().database("information_schema");
        let mut connection = connect(&options).await?;
        let name = crate::text::sql::quote_ident(name, Dialect::Mysql);
        let created = send!(
            &mut connection,
            format!("CREATE DATABASE IF NOT EXISTS {name}")
        );
        created.map_err(|(results, error)| translate(error, results))?;
        // The database is there: what the server says to a goodbye has no consequence.
        let _ = connection.close().await;
        Ok(())
    }

    /// The name of the run lock: the tables of a database, whatever their names.
    fn lock_name(&self) -> String {
        let digest = Digest::of([self.database.as_bytes(), self.tables.state.as_bytes()]);
        let hex: String = digest
            .as_bytes()
            .iter()
            .take(20)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("mig_{hex}")
    }

    /// The engine of a table that names none.
    fn default_engine(&self) -> &str {
        self.session
            .as_ref()
            .map_or("InnoDB", Session::default_engine)
    }

    async fn one(&mut self, sql: String) -> Result<Option<String>, ServerError> {
        Ok(self
            .query(sql)
            .await?
            .into_iter()
            .flatten()
            .next()
            .flatten())
    }

    fn around(&self) -> Surroundings {
        let reset = self
            .session
            .as_ref()
            .map(|session| session.reset(&self.database))
            .unwrap_or_default();
        Surroundings {
            begin: BEGIN,
            reset,
            bounds: Bounds::Sent,
        }
    }

    async fn run_work(&mut self, work: &Work<'_>) -> Result<Done, StepError> {
        let around = self.around();
        let Some(source) = work
            .section
            .as_ref()
            .filter(|source| !source.script.statements.is_empty())
        else {
            let around = Surroundings {
                reset: Vec::new(),
                ..around
            };
            return run_transaction(self, work, around).await;
        };
        if work.transaction != Transaction::Own {
            let message = "MySQL and MariaDB commit data definition at once: a revision cannot be part of another transaction";
            let error = ServerError::new(ServerErrorKind::Config, message);
            return Err(step_error(work, error, Part::Ours, None, Kept::Nothing));
        }
        section::run(self, work, source, around).await
    }
}

async fn connect(options: &MySqlConnectOptions) -> Result<MySqlConnection, ServerError> {
    // The settings that sqlx would make are made by `session`, where they are put back too.
    let options = options
        .clone()
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .set_names(false)
        .charset("utf8mb4")
        .disable_statement_logging();
    options.connect().await.map_err(|error| translate(error, 0))
}

impl Backend for MysqlBackend {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn tables(&self) -> &Tables {
        &self.tables
    }

    fn user(&self) -> &str {
        &self.user
    }

    fn execute(&mut self, sql: String) -> Pending<'_, Result<Executed, ServerError>> {
        Box::pin(async move {
            let connection = &mut self.connection;
            send!(connection, sql).map_err(|(results, error)| translate(error, results))
        })
    }

    fn query(&mut self, sql: String) -> Pending<'_, Result<Vec<Row>, ServerError>> {
        Box::pin(async move {
            let connection = &mut self.connection;
            fetch!(connection, sql).map_err(|error| translate(error, 0))
        })
    }

    fn open_session(&mut self, settings: SessionSettings) -> Pending<'_, Result<(), ServerError>> {
        Box::pin(async move {
            let opening = session::open(self.dialect, &settings);
            self.session = Some(Session::read(self.query(opening).await?)?);
            Ok(())
        })
    }

    fn session(&self) -> Option<&SessionId> {
        self.session.as_ref().map(|session| &session.id)
    }

    fn session_lives<'a>(
        &'a mut self,
        session: &'a SessionId,
    ) -> Pending<'a, Result<bool, ServerError>> {
        // A session that works holds the run lock, to the end of its last statement and however its client ended. The
        // number alone says nothing: after a restart of the server it may be our own.
        let same_server = self
            .session
            .as_ref()
            .is_none_or(|own| own.same_server(session));
        let sql = format!(
            "SELECT CAST(IS_USED_LOCK('{name}') AS CHAR) FROM DUAL WHERE IS_USED_LOCK('{name}') <> CONNECTION_ID()",
            name = self.lock_name()
        );
        Box::pin(async move {
            let holder = self.one(sql).await?;
            Ok(same_server && holder.as_deref() == Some(session.id.as_str()))
        })
    }

    fn try_lock(&mut self) -> Pending<'_, Result<Attempt, ServerError>> {
        let name = self.lock_name();
        Box::pin(async move {
            match self
                .one(format!("SELECT CAST(GET_LOCK('{name}', 0) AS CHAR)"))
                .await?
                .as_deref()
            {
                Some("1") => Ok(Attempt::Taken),
                Some(_) => Ok(Attempt::Held),
                None => Err(ServerError::new(
                    ServerErrorKind::Other,
                    format!("GET_LOCK('{name}', 0) has failed"),
                )),
            }
        })
    }

    fn unlock(&mut self) -> Pending<'_, Result<(), ServerError>> {
        let name = self.lock_name();
        Box::pin(async move {
            match self
                .one(format!("SELECT CAST(RELEASE_LOCK('{name}') AS CHAR)"))
                .await?
                .as_deref()
            {
                Some("1") => Ok(()),
                _ => Err(ServerError::new(
                    ServerErrorKind::FenceMissed,
                    format!("the run lock {name} was not held by this session any more"),
                )),
            }
        })
    }

    fn create_tables(&mut self) -> Pending<'_, Result<(), ServerError>> {
        let sql = self.tables.create().join(";\n");
        Box::pin(async move { self.execute(sql).await.map(drop) })
    }

    fn register<'a>(&'a mut self, holder: &'a Holder) -> Pending<'a, Result<Fence, ServerError>> {
        let sql = format!(
            "{};\n{}",
            self.tables.register(holder),
            self.tables.select_lock()
        );
        Box::pin(async move {
            let row = self.query(sql).await?.pop();
            let row = row.ok_or_else(|| {
                ServerError::new(ServerErrorKind::Other, "the lock row is missing")
            })?;
            let lock =
                read_lock(row).map_err(|error| ServerError::new(ServerErrorKind::Other, error))?;
            Ok(Fence {
                epoch: lock.epoch,
                holder: Some(holder.run.clone()),
            })
        })
    }

    fn run<'a>(&'a mut self, work: &'a Work<'a>) -> Pending<'a, Result<Done, StepError>> {
        Box::pin(self.run_work(work))
    }

    fn begin(&self) -> &'static str {
        BEGIN
    }

    fn is_plain(&self, section: Option<&Source<'_>>) -> bool {
        section.is_none_or(|source| several::is_plain(source, self.default_engine()))
    }

    fn run_several<'a>(
        &'a mut self,
        works: &'a [Work<'a>],
        transactions: Transactions,
    ) -> Pending<'a, Result<u64, ServerError>> {
        Box::pin(async move {
            match transactions {
                Transactions::Each => several::run(self, works).await,
                // Which is said to whoever asked when the first of them is run.
                Transactions::Whole => Err(ServerError::new(
                    ServerErrorKind::Config,
                    "data definition ends a transaction",
                )),
            }
        })
    }

    fn lend(&mut self) -> Result<Lent<'_>, ServerError> {
        Ok(Lent::Mysql(&mut self.connection))
    }

    fn probe<'a>(
        &'a mut self,
        source: &'a Source<'a>,
        number: usize,
    ) -> Pending<'a, Result<Effect, ServerError>> {
        recover::probe(self, source, number)
    }

    fn close(self: Box<Self>) -> Pending<'static, ()> {
        Box::pin(async move {
            // Nothing of ours is open any more: an error here has no consequence.
            let _ = self.connection.close().await;
        })
    }
}
