//! MySQL and MariaDB: `information_schema`, and `SHOW CREATE` for what it does not tell, many of them in one message.
//!
//! There is no moment that all queries share: a schema that somebody changes meanwhile is read as it was at each of them.

mod columns;
mod keys;
mod routines;
mod tables;

use super::row::Fields;
use crate::database::backend::{Backend, Row};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::model::schema::Schema;
use crate::text::Dialect;
use crate::text::sql::quote_ident;

/// Reads the database of the connection.
pub(super) async fn read(backend: &mut dyn Backend) -> Result<Schema, ServerError> {
    let own = backend.tables().names();
    let own_schema = backend.tables().schema.clone();
    let dialect = backend.dialect();
    let mut reader = Reader { backend, dialect };
    let defaults = "SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME \
        FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()";
    let mut row = reader
        .rows(defaults)
        .await?
        .pop()
        .unwrap_or_else(|| Fields::of(Vec::new()));
    let mut schema = Schema::new(dialect, row.text());
    schema.character_set = row.option();
    schema.collation = row.option();
    reader.tables(&mut schema).await?;
    reader.views(&mut schema).await?;
    reader.triggers(&mut schema).await?;
    reader.routines(&mut schema).await?;
    if own_schema.is_none_or(|name| name == schema.default_namespace) {
        schema
            .tables
            .retain(|table| !own.contains(&table.name.name));
        schema
            .triggers
            .retain(|trigger| !own.contains(&trigger.table.name));
    }
    Ok(schema)
}

struct Reader<'a> {
    backend: &'a mut dyn Backend,
    dialect: Dialect,
}

impl Reader<'_> {
    /// The rows of a query whose columns are all text.
    async fn rows(&mut self, sql: &str) -> Result<Vec<Fields>, ServerError> {
        let rows = self.backend.query(sql.to_owned()).await?;
        Ok(rows.into_iter().map(Fields::of).collect())
    }

    /// What `SHOW CREATE` says of each of these, in their order; `place` is the column of the statement.
    async fn shown(
        &mut self,
        what: &str,
        names: &[String],
        place: usize,
    ) -> Result<Vec<String>, ServerError> {
        /// So many statements go into one message.
        const TOGETHER: usize = 100;
        let mut statements = Vec::with_capacity(names.len());
        for names in names.chunks(TOGETHER) {
            let message: Vec<String> = names
                .iter()
                .map(|name| format!("SHOW CREATE {what} {}", quote_ident(name, self.dialect)))
                .collect();
            let rows = self.backend.query(message.join(";\n")).await?;
            for (name, row) in names.iter().zip(rows) {
                statements.push(statement(what, name, row, place)?);
            }
        }
        Ok(statements)
    }

    const fn is_mariadb(&self) -> bool {
        matches!(self.dialect, Dialect::Mariadb)
    }
}

fn statement(what: &str, name: &str, row: Row, place: usize) -> Result<String, ServerError> {
    row.into_iter().nth(place).flatten().ok_or_else(|| {
        let what = what.to_lowercase();
        let message = format!("the text of the {what} {name} is not shown to this user");
        ServerError {
            hint: Some("GRANT SHOW CREATE ROUTINE, or SELECT on mysql.proc, lets a user read routines of others".into()),
            ..ServerError::new(ServerErrorKind::Permission, message)
        }
    })
}
