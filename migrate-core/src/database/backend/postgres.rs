//! PostgreSQL.
//!
//! The run lock is a session-level advisory lock of the very session that migrates, tried and never waited for: a
//! blocking wait would hold a snapshot that `CREATE INDEX CONCURRENTLY` waits for. A revision is one message; only
//! `COPY .. FROM STDIN` splits it, inside the one transaction.
//!
//! Here is the connection; `session` is how it is set up and put back, `work` runs a revision, `error` reads what the
//! server says.

mod error;
mod session;
mod work;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

use super::driver::{fetch, send};
use super::{Attempt, Backend, Effect, Executed, Lent, Pending, Row, SessionSettings};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::execute::{Done, Source, StepError, Work};
use crate::database::recover;
use crate::database::session::{changes_settings_of_postgres, postgres_lock};
use crate::database::state::tables::Wording;
use crate::database::state::{Fence, Holder, SessionId, Tables, literal};
use crate::text::Dialect;
use error::connecting;
pub(crate) use error::translate;
use work::drops_prepared;

/// A connection to a PostgreSQL server.
pub(crate) struct PostgresBackend<'c> {
    link: Link<'c>,
    tables: Tables,
    table: String,
    configured_schema: Option<String>,
    user: String,
    session: Option<SessionId>,
    /// The statements that make the session what it was when it was opened.
    reset: Vec<String>,
}

enum Link<'c> {
    /// Our own.
    Own(Option<PgConnection>),
    /// The caller's.
    Caller(&'c mut PgConnection),
}

impl<'c> PostgresBackend<'c> {
    /// Opens a connection of our own.
    pub(crate) async fn open(
        options: &PgConnectOptions,
        schema: Option<&str>,
        table: &str,
    ) -> Result<Self, ServerError> {
        let mut options = options.clone().disable_statement_logging();
        if options.get_application_name().is_none() {
            options = options.application_name("migrate");
        }
        let user = options.get_username().to_owned();
        let connection = options
            .connect()
            .await
            .map_err(|error| connecting(translate(error, 0)))?;
        Ok(Self::new(Link::Own(Some(connection)), schema, table, user))
    }

    /// Makes the database that `options` name, by the server's maintenance database.
    pub(crate) async fn create_database(options: &PgConnectOptions) -> Result<(), ServerError> {
        let name = options
            .get_database()
            .unwrap_or(options.get_username())
            .to_owned();
        let options = options
            .clone()
            .database("postgres")
            .disable_statement_logging();
        let mut connection = options
            .connect()
            .await
            .map_err(|error| connecting(translate(error, 0)))?;
        let sql = format!(
            "CREATE DATABASE {}",
            crate::database::state::tables::identifier(Dialect::Postgres, &name)
        );
        let created =
            send!(&mut connection, sql).map_err(|(results, error)| translate(error, results));
        // Nothing of ours is open any more: an error here has no consequence.
        let _ = connection.close().await;
        match created {
            // Somebody else was faster.
            Err(error) if error.code.as_deref() == Some("42P04") => Ok(()),
            created => created.map(drop),
        }
    }

    /// Works on the connection of a caller, inside the caller's transaction.
    pub(crate) fn on(connection: &'c mut PgConnection, schema: Option<&str>, table: &str) -> Self {
        Self::new(Link::Caller(connection), schema, table, String::new())
    }

    fn new(link: Link<'c>, schema: Option<&str>, table: &str, user: String) -> Self {
        Self {
            link,
            tables: Tables::new(Dialect::Postgres, schema, table),
            table: table.to_owned(),
            configured_schema: schema.map(str::to_owned),
            user,
            session: None,
            reset: Vec::new(),
        }
    }

    fn connection(&mut self) -> Result<&mut PgConnection, ServerError> {
        match &mut self.link {
            Link::Own(Some(connection)) => Ok(connection),
            Link::Caller(connection) => Ok(connection),
            Link::Own(None) => Err(ServerError::new(
                ServerErrorKind::Disconnected,
                "the connection is closed",
            )),
        }
    }

    const fn is_callers(&self) -> bool {
        matches!(self.link, Link::Caller(_))
    }

    /// The number of our advisory lock: the same for everybody who uses these tables of this database.
    fn key(&self) -> i64 {
        let schema = self.tables.schema.as_deref().unwrap_or_default();
        postgres_lock(schema, &self.table)
    }

    async fn make_tables(&mut self) -> Result<(), ServerError> {
        let mut statements = Vec::new();
        if let Some(schema) = self.configured_schema.clone() {
            let name = literal(Dialect::Postgres, &schema);
            let exists = self.query(format!(
                "SELECT 1::pg_catalog.text FROM pg_catalog.pg_namespace WHERE nspname = {name}"
            ));
            if exists.await?.is_empty() {
                let schema = crate::database::state::tables::identifier(Dialect::Postgres, &schema);
                statements.push(format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
            }
        }
        statements.extend(self.tables.create());
        let sql = statements.join(";\n");
        if self.is_callers() {
            return self.execute(sql).await.map(drop);
        }
        // The notices that a table exists already are nobody's business.
        let sql = format!("BEGIN;\nSET LOCAL client_min_messages = warning;\n{sql};\nCOMMIT");
        let created = self.execute(sql).await;
        if let Err(error) = &created
            && error.kind != ServerErrorKind::Disconnected
        {
            self.execute("ROLLBACK".to_owned()).await?;
        }
        created.map(drop)
    }
}

impl Backend for PostgresBackend<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn tables(&self) -> &Tables {
        &self.tables
    }

    fn user(&self) -> &str {
        &self.user
    }

    fn execute(&mut self, sql: String) -> Pending<'_, Result<Executed, ServerError>> {
        Box::pin(async move {
            let connection = self.connection()?;
            send!(connection, sql).map_err(|(results, error)| translate(error, results))
        })
    }

    fn query(&mut self, sql: String) -> Pending<'_, Result<Vec<Row>, ServerError>> {
        Box::pin(async move {
            let connection = self.connection()?;
            fetch!(connection, sql).map_err(|error| translate(error, 0))
        })
    }

    fn open_session(&mut self, settings: SessionSettings) -> Pending<'_, Result<(), ServerError>> {
        Box::pin(self.start_session(settings))
    }

    fn session(&self) -> Option<&SessionId> {
        self.session.as_ref()
    }

    fn session_lives<'a>(
        &'a mut self,
        session: &'a SessionId,
    ) -> Pending<'a, Result<bool, ServerError>> {
        Box::pin(async move {
            let sql = format!(
                "SELECT 1::pg_catalog.text FROM pg_catalog.pg_stat_activity WHERE pid::pg_catalog.text = {} AND \
                 pg_catalog.to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') = {}",
                literal(Dialect::Postgres, &session.id),
                literal(Dialect::Postgres, &session.start),
            );
            Ok(!self.query(sql).await?.is_empty())
        })
    }

    fn try_lock(&mut self) -> Pending<'_, Result<Attempt, ServerError>> {
        let sql = format!(
            "SELECT pg_catalog.pg_try_advisory_lock({})::pg_catalog.text",
            self.key()
        );
        Box::pin(async move {
            let answer = self
                .query(sql)
                .await?
                .into_iter()
                .flatten()
                .next()
                .flatten();
            Ok(if answer.as_deref() == Some("true") {
                Attempt::Taken
            } else {
                Attempt::Held
            })
        })
    }

    fn unlock(&mut self) -> Pending<'_, Result<(), ServerError>> {
        let sql = format!(
            "SELECT pg_catalog.pg_advisory_unlock({})::pg_catalog.text",
            self.key()
        );
        Box::pin(async move { self.query(sql).await.map(drop) })
    }

    fn create_tables(&mut self) -> Pending<'_, Result<(), ServerError>> {
        Box::pin(self.make_tables())
    }

    fn register<'a>(&'a mut self, holder: &'a Holder) -> Pending<'a, Result<Fence, ServerError>> {
        let sql = format!(
            "{} RETURNING epoch::pg_catalog.text",
            self.tables.register(holder)
        );
        // In the same message: the tables are there now.
        let prepare = if self.is_callers() {
            Vec::new()
        } else {
            self.tables.prepare()
        };
        let sql = prepare
            .into_iter()
            .chain([sql])
            .collect::<Vec<_>>()
            .join(";\n");
        Box::pin(async move {
            self.tables.wording = if self.is_callers() {
                Wording::Plain
            } else {
                Wording::Prepared
            };
            let epoch = self
                .query(sql)
                .await?
                .into_iter()
                .flatten()
                .next()
                .flatten();
            match epoch.and_then(|epoch| epoch.parse().ok()) {
                Some(epoch) => Ok(Fence {
                    epoch,
                    holder: Some(holder.run.clone()),
                }),
                None => Err(ServerError::new(
                    ServerErrorKind::Other,
                    "the lock row is missing",
                )),
            }
        })
    }

    fn run<'a>(&'a mut self, work: &'a Work<'a>) -> Pending<'a, Result<Done, StepError>> {
        Box::pin(self.run_work(work))
    }

    fn is_plain(&self, section: Option<&Source<'_>>) -> bool {
        let plain = |source: &Source<'_>| {
            source.transactional
                && !source.has_parts()
                && !drops_prepared(source)
                && !changes_settings_of_postgres(source)
        };
        !self.is_callers() && section.is_none_or(plain)
    }

    fn copy<'a>(
        &'a mut self,
        source: &'a Source<'a>,
        number: usize,
    ) -> Pending<'a, Result<(), ServerError>> {
        let data = source.script.statements[number].copy_data.clone();
        let data = data.map_or("", |data| &source.text[data]);
        Box::pin(self.copy_data(source.sql(number), data.as_bytes()))
    }

    fn lend(&mut self) -> Result<Lent<'_>, ServerError> {
        self.connection().map(Lent::Postgres)
    }

    fn probe<'a>(
        &'a mut self,
        source: &'a Source<'a>,
        number: usize,
    ) -> Pending<'a, Result<Effect, ServerError>> {
        recover::probe(self, source, number)
    }

    fn before_statement<'a>(
        &'a mut self,
        source: &'a Source<'a>,
        number: usize,
    ) -> Pending<'a, Result<(), ServerError>> {
        recover::clear(self, source, number)
    }

    fn close(mut self: Box<Self>) -> Pending<'static, ()> {
        let connection = match &mut self.link {
            Link::Own(slot) => slot.take(),
            Link::Caller(_) => None,
        };
        Box::pin(async move {
            if let Some(connection) = connection {
                // Nothing of ours is open any more: an error here has no consequence.
                let _ = connection.close().await;
            }
        })
    }
}
