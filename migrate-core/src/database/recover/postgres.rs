//! Asking the catalogue of PostgreSQL: only what runs outside of transactions can be in doubt there.

use super::expect::{Fact, Presence};
use crate::database::backend::{Backend, Pending};
use crate::database::error::ServerError;
use crate::database::execute::Source;
use crate::database::state::literal;
use crate::text::Dialect;
use crate::text::ddl::{Build, Change, Name, ObjectKind, read};
use crate::text::sql::quote_ident;

/// A statement with one column for each fact, `1` or `0`, in their order. An index that is invalid is not there.
pub(super) fn question(facts: &[(Fact, Presence)]) -> String {
    let columns: Vec<String> = facts
        .iter()
        .map(|(fact, _)| {
            format!(
                "CASE WHEN EXISTS (SELECT 1 FROM {}) THEN '1' ELSE '0' END",
                condition(fact)
            )
        })
        .collect();
    format!("SELECT {}", columns.join(", "))
}

fn text(text: &str) -> String {
    literal(Dialect::Postgres, text)
}

/// A name as the server would find it, as an oid, or NULL.
fn regclass(name: &Name) -> String {
    let mut path = String::new();
    if let Some(schema) = &name.schema {
        path.push_str(&quote_ident(schema, Dialect::Postgres));
        path.push('.');
    }
    path.push_str(&quote_ident(&name.name, Dialect::Postgres));
    format!("pg_catalog.to_regclass({})", text(&path))
}

/// What stands after `FROM`.
fn condition(fact: &Fact) -> String {
    match fact {
        // An index stands in the schema of its table.
        Fact::Index(Some(table), index) => format!(
            "pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = {} AND c.relname = \
             {} AND i.indisvalid",
            regclass(table),
            text(&index.name)
        ),
        Fact::Index(None, index) => format!(
            "pg_catalog.pg_class c WHERE c.oid = {} AND c.relkind IN ('i', 'I')",
            regclass(index)
        ),
        Fact::Object(ObjectKind::Database, name) => {
            format!(
                "pg_catalog.pg_database WHERE datname = {}",
                text(&name.name)
            )
        }
        Fact::Object(ObjectKind::Schema, name) => {
            format!(
                "pg_catalog.pg_namespace WHERE nspname = {}",
                text(&name.name)
            )
        }
        Fact::Column(table, column) => format!(
            "pg_catalog.pg_attribute WHERE attrelid = {} AND attname = {} AND NOT attisdropped",
            regclass(table),
            text(column)
        ),
        Fact::Constraint(table, name) => format!(
            "pg_catalog.pg_constraint WHERE conrelid = {} AND conname = {}",
            regclass(table),
            text(name)
        ),
        Fact::PrimaryKey(table) => {
            format!(
                "pg_catalog.pg_constraint WHERE conrelid = {} AND contype = 'p'",
                regclass(table)
            )
        }
        Fact::Object(ObjectKind::Trigger, name) => {
            format!(
                "pg_catalog.pg_trigger WHERE tgname = {} AND NOT tgisinternal",
                text(&name.name)
            )
        }
        Fact::Object(ObjectKind::Function | ObjectKind::Procedure, name) => {
            format!("pg_catalog.pg_proc WHERE proname = {}", text(&name.name))
        }
        Fact::Table(name) | Fact::Object(_, name) => {
            format!("pg_catalog.pg_class WHERE oid = {}", regclass(name))
        }
        // These are asked of MySQL and MariaDB, where keys without a name are common.
        Fact::IndexOn(table, _) | Fact::ForeignKey(table, ..) => {
            format!(
                "pg_catalog.pg_class WHERE oid = {} AND false",
                regclass(table)
            )
        }
    }
}

/// Before a statement is sent that builds an index concurrently: drops what an earlier try has left of it, an invalid
/// index of that name on that table.
pub(crate) fn clear<'a, B: Backend + ?Sized>(
    backend: &'a mut B,
    source: &'a Source<'a>,
    number: usize,
) -> Pending<'a, Result<(), ServerError>> {
    Box::pin(async move {
        let Change::CreateIndex(index) = read(source.sql(number), source.dialect) else {
            return Ok(());
        };
        let (Build::Concurrently, Some(name)) = (index.build, &index.name) else {
            return Ok(());
        };
        let sql = format!(
            "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE i.indrelid = {} AND c.relname = {} AND NOT i.indisvalid",
            regclass(&index.table),
            text(&name.name)
        );
        for left in backend.query(sql).await?.into_iter().flatten().flatten() {
            tracing::info!(
                index = left,
                "dropping an invalid index that an interrupted run has left"
            );
            backend
                .execute(format!("DROP INDEX CONCURRENTLY {left}"))
                .await?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_the_server_finds_them() {
        assert_eq!(
            regclass(&Name::qualified("a b", "c")),
            "pg_catalog.to_regclass('\"a b\".\"c\"')"
        );
        assert_eq!(
            regclass(&Name::bare("it's")),
            "pg_catalog.to_regclass('\"it''s\"')"
        );
    }
}
