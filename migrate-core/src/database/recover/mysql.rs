//! Asking the catalogue of MySQL and MariaDB.

use super::expect::{Fact, Presence};
use crate::database::state::{Tables, literal};
use crate::text::Dialect;
use crate::text::ddl::{Name, ObjectKind};

/// A statement with one column for each fact, `1` or `0`, in their order.
///
/// A table that was `created` must not be older than the revision in flight: an older one is another's, and the
/// statement has failed or never run.
pub(super) fn question(
    facts: &[(Fact, Presence)],
    schema: Option<&str>,
    tables: &Tables,
    created: bool,
) -> String {
    let columns: Vec<String> = facts
        .iter()
        .map(|(fact, _)| {
            let condition = match fact {
                Fact::Table(name) if created => {
                    let (table_schema, table) = named(name, schema);
                    format!(
                        "information_schema.tables WHERE table_schema = {table_schema} AND table_name = {table} AND \
                         (create_time IS NULL OR create_time >= (SELECT COALESCE(MIN(started_at), '1000-01-01') FROM {} WHERE \
                         state IN ('upgrading', 'downgrading')) - INTERVAL 1 SECOND)",
                        tables.state
                    )
                }
                fact => condition(fact, schema),
            };
            format!("CAST(EXISTS (SELECT 1 FROM {condition}) AS CHAR)")
        })
        .collect();
    format!("SELECT {}", columns.join(", "))
}

fn text(text: &str) -> String {
    literal(Dialect::Mysql, text)
}

/// Schema and name as expressions.
fn named(name: &Name, schema: Option<&str>) -> (String, String) {
    let schema = name
        .schema
        .as_deref()
        .or(schema)
        .map_or_else(|| "DATABASE()".to_owned(), text);
    (schema, text(&name.name))
}

/// What stands after `FROM`.
fn condition(fact: &Fact, schema: Option<&str>) -> String {
    let on = |name: &Name| {
        let (schema, table) = named(name, schema);
        format!("table_schema = {schema} AND table_name = {table}")
    };
    match fact {
        Fact::Table(name) => format!("information_schema.tables WHERE {}", on(name)),
        Fact::Column(table, column) => {
            format!(
                "information_schema.columns WHERE {} AND column_name = {}",
                on(table),
                text(column)
            )
        }
        Fact::Index(table, index) => {
            let table = table
                .as_ref()
                .map_or_else(|| "table_schema = DATABASE()".to_owned(), on);
            format!(
                "information_schema.statistics WHERE {table} AND index_name = {}",
                text(&index.name)
            )
        }
        Fact::IndexOn(table, columns) => {
            // Columns in their order, whatever the name of the index.
            let list = text(&columns.join(",").to_lowercase());
            format!(
                "(SELECT 1 FROM information_schema.statistics WHERE {} GROUP BY index_name HAVING \
                 LOWER(GROUP_CONCAT(column_name ORDER BY seq_in_index)) = {list}) AS found",
                on(table)
            )
        }
        Fact::PrimaryKey(table) => {
            format!(
                "information_schema.statistics WHERE {} AND index_name = 'PRIMARY'",
                on(table)
            )
        }
        Fact::Constraint(table, name) => format!(
            "information_schema.table_constraints WHERE {} AND constraint_name = {}",
            on(table),
            text(name)
        ),
        Fact::ForeignKey(table, columns, to) => {
            let list = text(&columns.join(",").to_lowercase());
            format!(
                "(SELECT 1 FROM information_schema.key_column_usage WHERE {} AND referenced_table_name = {} GROUP BY \
                 constraint_name HAVING LOWER(GROUP_CONCAT(column_name ORDER BY ordinal_position)) = {list}) AS found",
                on(table),
                text(&to.name)
            )
        }
        Fact::Object(kind, name) => object(*kind, name, schema),
    }
}

fn object(kind: ObjectKind, name: &Name, schema: Option<&str>) -> String {
    let (schema, name) = named(name, schema);
    match kind {
        ObjectKind::Schema => format!("information_schema.schemata WHERE schema_name = {name}"),
        ObjectKind::Trigger => {
            format!(
                "information_schema.triggers WHERE trigger_schema = {schema} AND trigger_name = {name} AND action_statement <> ''"
            )
        }
        ObjectKind::Event => format!(
            "information_schema.events WHERE event_schema = {schema} AND event_name = {name}"
        ),
        ObjectKind::Procedure
        | ObjectKind::Function
        | ObjectKind::Package
        | ObjectKind::PackageBody => {
            let kind = match kind {
                ObjectKind::Procedure => "PROCEDURE",
                ObjectKind::Function => "FUNCTION",
                ObjectKind::Package => "PACKAGE",
                _ => "PACKAGE BODY",
            };
            format!(
                "information_schema.routines WHERE routine_schema = {schema} AND routine_name = {name} AND routine_type = \
                 '{kind}'"
            )
        }
        // Views and sequences are listed as tables.
        _ => format!(
            "information_schema.tables WHERE table_schema = {schema} AND table_name = {name}"
        ),
    }
}
