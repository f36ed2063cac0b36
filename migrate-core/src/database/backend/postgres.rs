//! PostgreSQL.
//!
//! The run lock is a session-level advisory lock of the very session that migrates, tried and never waited for: a
//! blocking wait would hold a snapshot that `CREATE INDEX CONCURRENTLY` waits for. A revision is one message; only
//! `COPY .. FROM STDIN` splits it, inside the one transaction.

mod error;

use std::time::Instant;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

use super::driver::{fetch, send};
use super::{Attempt, Backend, Effect, Executed, Lent, Pending, Row, SessionSettings};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::execute::message::Part;
use crate::database::execute::parts::{self, Failed};
use crate::database::execute::transactional::{self, Bounds, Surroundings, done, step_error};
use crate::database::execute::{Done, Kept, Source, StepError, Work, journalled};
use crate::database::recover;
use crate::database::session::{changes_settings_of_postgres, postgres_limits, postgres_lock};
use crate::database::state::tables::Wording;
use crate::database::state::{Fence, Holder, SessionId, Tables, literal};
use crate::text::Dialect;
use error::connecting;
pub(crate) use error::translate;

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

/// The settings that `pg_dump` and its like make, and that are put back on the connection of a caller, where
/// `RESET ALL` would forget what the caller has set.
const SETTINGS: [&str; 11] = [
    "search_path",
    "role",
    "check_function_bodies",
    "client_min_messages",
    "default_table_access_method",
    "default_tablespace",
    "lock_timeout",
    "row_security",
    "session_replication_role",
    "statement_timeout",
    "xmloption",
];

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

    async fn start_session(&mut self, settings: SessionSettings) -> Result<(), ServerError> {
        let limits = postgres_limits(settings.ddl_lock, settings.statement);
        let mut message = if self.is_callers() {
            Vec::new()
        } else {
            limits.clone()
        };
        message.push(
            "SELECT pg_catalog.current_schema()::pg_catalog.text, current_user::pg_catalog.text, \
             pg_catalog.pg_backend_pid()::pg_catalog.text, (SELECT pg_catalog.to_char(backend_start AT TIME ZONE 'UTC', \
             'YYYY-MM-DD\"T\"HH24:MI:SS.US') FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid())"
                .to_owned(),
        );
        let row = self
            .query(message.join(";\n"))
            .await?
            .pop()
            .unwrap_or_default();
        let mut fields = row.into_iter();
        let mut next = || fields.next().flatten();
        let (schema, user, pid, start) = (next(), next(), next(), next());
        self.user = user.unwrap_or_default();
        self.session = pid.zip(start).map(|(id, start)| SessionId { id, start });
        let Some(schema) = self.configured_schema.clone().or(schema) else {
            return Err(ServerError {
                hint: Some("set `schema` in [migrations] of migrate.toml, or create a schema of the search path".into()),
                ..ServerError::new(ServerErrorKind::Config, "no schema of the search path exists")
            });
        };
        self.tables = Tables::new(Dialect::Postgres, Some(&schema), &self.table);
        self.reset = if self.is_callers() {
            Vec::new()
        } else {
            // RESET ALL knows what the session began with: the role's and the database's settings, those of the URL.
            let mut reset = vec![
                "SET SESSION AUTHORIZATION DEFAULT".to_owned(),
                "RESET ALL".to_owned(),
            ];
            reset.extend(limits);
            reset
        };
        Ok(())
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

    async fn run_work(&mut self, work: &Work<'_>) -> Result<Done, StepError> {
        if work
            .section
            .as_ref()
            .is_some_and(|source| drops_prepared(source) || source.has_calls())
        {
            self.tables.wording = Wording::Plain;
        }
        let changes_settings = work
            .section
            .as_ref()
            .is_some_and(changes_settings_of_postgres);
        let mut reset = Vec::new();
        if changes_settings && self.is_callers() {
            reset = self
                .settings()
                .await
                .map_err(|error| step_error(work, error, Part::Ours, None, Kept::Nothing))?;
        } else if changes_settings {
            reset.clone_from(&self.reset);
        }
        let around = Surroundings {
            begin: "BEGIN",
            reset,
            bounds: Bounds::Sent,
        };
        match &work.section {
            Some(source) if !source.transactional => {
                let outcome = journalled::run(self, work, source, around).await;
                if drops_prepared(source) && !self.is_callers() {
                    // DISCARD ALL has let go of the run lock too. Whether somebody else has it now, the fence says.
                    let _ = self.try_lock().await;
                }
                outcome
            }
            Some(source) if source.has_parts() => self.run_in_parts(work, source, around).await,
            _ => transactional::run(self, work, around).await,
        }
    }

    /// The statements that put the settings of a caller back.
    async fn settings(&mut self) -> Result<Vec<String>, ServerError> {
        let values: Vec<String> = SETTINGS
            .iter()
            .map(|name| format!("pg_catalog.current_setting('{name}', true)"))
            .collect();
        let row = self
            .query(format!("SELECT {}", values.join(", ")))
            .await?
            .pop()
            .unwrap_or_default();
        let pairs = SETTINGS
            .iter()
            .zip(row)
            .filter_map(|(name, value)| Some((name, value?)));
        Ok(pairs
            .map(|(name, value)| {
                format!(
                    "SELECT pg_catalog.set_config('{name}', {}, false)",
                    literal(Dialect::Postgres, &value)
                )
            })
            .collect())
    }

    /// A section that takes several messages inside its one transaction.
    async fn run_in_parts(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        mut around: Surroundings,
    ) -> Result<Done, StepError> {
        let started = Instant::now();
        let outcome = match &mut self.link {
            Link::Own(Some(connection)) if source.has_calls() => {
                around.bounds = Bounds::Held;
                match connection.begin().await {
                    Ok(mut held) => {
                        let mut inside = PostgresBackend {
                            tables: self.tables.clone(),
                            ..PostgresBackend::on(&mut held, None, &self.table)
                        };
                        let outcome = parts::run(&mut inside, work, source, &around).await;
                        parts::settle(held, outcome, translate).await
                    }
                    Err(error) => Err(Failed::ours(translate(error, 0))),
                }
            }
            _ => parts::run(self, work, source, &around).await,
        };
        match outcome {
            Ok(()) => Ok(done(work, started)),
            Err(failed) => Err(failed.abandon(self, work, around.bounds).await),
        }
    }

    async fn copy_data(&mut self, statement: &str, data: &[u8]) -> Result<(), ServerError> {
        let connection = self.connection()?;
        let mut copy = connection
            .copy_in_raw(statement)
            .await
            .map_err(|error| translate(error, 0))?;
        copy.send(data).await.map_err(|error| translate(error, 0))?;
        copy.finish()
            .await
            .map(drop)
            .map_err(|error| translate(error, 0))
    }
}

/// Whether a section may forget the statements that the session has prepared: then ours are said in full again.
fn drops_prepared(source: &Source<'_>) -> bool {
    let mut words = source
        .text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .any(|word| word.eq_ignore_ascii_case("DISCARD") || word.eq_ignore_ascii_case("DEALLOCATE"))
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
