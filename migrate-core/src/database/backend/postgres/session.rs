//! The session on a PostgreSQL server: how it begins, and how its settings are put back.

use super::PostgresBackend;
use crate::database::backend::{Backend, SessionSettings};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::session::postgres_limits;
use crate::database::state::{SessionId, Tables, literal};
use crate::text::Dialect;

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

impl PostgresBackend<'_> {
    pub(super) async fn start_session(
        &mut self,
        settings: SessionSettings,
    ) -> Result<(), ServerError> {
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

    /// The statements that put the settings of a caller back.
    pub(super) async fn settings(&mut self) -> Result<Vec<String>, ServerError> {
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
}
