//! Which tools have a table in a database.

use crate::database::backend::Backend;
use crate::database::error::{Error, Kind, Unplaced};
use crate::database::lock::look;
use crate::database::target::Database;
use crate::model::Tool;
use crate::text::Dialect;
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::sql::{quote_ident, quote_literal};

/// The table of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) tool: Tool,
    schema: Option<String>,
    name: String,
}

impl Table {
    /// As messages show it.
    pub(super) fn shown(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// As SQL names it.
    pub(super) fn quoted(&self, dialect: Dialect) -> String {
        let name = quote_ident(&self.name, dialect);
        match &self.schema {
            Some(schema) => format!("{}.{name}", quote_ident(schema, dialect)),
            None => name,
        }
    }
}

/// The columns by which the table of a tool is known.
const fn columns(tool: Tool) -> &'static [&'static str] {
    match tool {
        Tool::Alembic => &["version_num"],
        Tool::Sqlx => &["version", "success"],
        Tool::Refinery => &["version", "applied_on"],
        Tool::Diesel => &["version", "run_on"],
        Tool::Flyway => &[
            "installed_rank",
            "version",
            "description",
            "type",
            "success",
        ],
        Tool::Dbmate => &["version"],
        Tool::Goose => &["id", "version_id", "is_applied"],
        Tool::GolangMigrate => &["version", "dirty"],
    }
}

/// The tables that are there; with `tool` or `name` only those that were asked for.
pub(super) async fn find(
    backend: &mut dyn Backend,
    tool: Option<Tool>,
    name: Option<&str>,
) -> Result<Vec<Table>, Unplaced> {
    let (schema, name) = match name.and_then(|name| name.split_once('.')) {
        Some((schema, name)) => (Some(schema), Some(name)),
        None => (None, name),
    };
    let tools: Vec<Tool> = tool.map_or_else(|| Tool::ALL.to_vec(), |tool| vec![tool]);
    let mut names: Vec<&str> = match name {
        Some(name) => vec![name],
        None => tools.iter().map(|tool| tool.table()).collect(),
    };
    names.dedup();
    let sql = catalogue(backend.dialect(), schema, &names);
    let mut seen: Vec<(String, String)> = Vec::new();
    for row in look(backend, sql).await? {
        if let [Some(table), Some(column)] = row.as_slice() {
            seen.push((table.clone(), column.to_ascii_lowercase()));
        }
    }
    let has = |table: &str, column: &str| {
        seen.iter()
            .any(|(other, found)| other == table && found == column)
    };
    let mut found = Vec::new();
    for tool in tools {
        let table = name.unwrap_or_else(|| tool.table());
        let complete = columns(tool).iter().all(|column| has(table, column));
        // The two tools that call their table the same.
        let other = tool == Tool::Dbmate && has(table, "dirty");
        if complete && !other {
            found.push(Table {
                tool,
                schema: schema.map(ToOwned::to_owned),
                name: table.to_owned(),
            });
        }
    }
    Ok(found)
}

/// Table and column of every column of tables with these names.
fn catalogue(dialect: Dialect, schema: Option<&str>, names: &[&str]) -> String {
    let literal = |text: &str| quote_literal(text, dialect);
    let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
    let names = names.join(", ");
    match dialect {
        Dialect::Sqlite => format!(
            "SELECT m.name, p.name FROM {}sqlite_master AS m, pragma_table_info(m.name) AS p \
             WHERE m.type IN ('table', 'view') AND m.name IN ({names})",
            schema.map_or_else(String::new, |schema| format!(
                "{}.",
                quote_ident(schema, dialect)
            ))
        ),
        Dialect::Postgres => format!(
            "SELECT c.relname::text, a.attname::text FROM pg_catalog.pg_class AS c \
             JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             WHERE c.relkind IN ('r', 'p', 'v') AND {} AND c.relname IN ({names})",
            schema.map_or_else(
                || "pg_catalog.pg_table_is_visible(c.oid)".to_owned(),
                |schema| format!("n.nspname = {}", literal(schema))
            )
        ),
        Dialect::Mysql | Dialect::Mariadb => format!(
            "SELECT CAST(table_name AS CHAR), CAST(column_name AS CHAR) FROM information_schema.columns \
             WHERE table_schema = {} AND table_name IN ({names})",
            schema.map_or_else(|| "DATABASE()".to_owned(), literal)
        ),
    }
}

/// The table that is meant.
pub(super) fn the_one(
    mut found: Vec<Table>,
    tool: Option<Tool>,
    name: Option<&str>,
    database: &Database,
) -> Result<Table, Error> {
    if found.len() == 1
        && let Some(table) = found.pop()
    {
        return Ok(table);
    }
    let plain = |finding: Diagnostic| Error::new(Kind::Plain(finding));
    if found.is_empty() {
        let error = |message: String| Diagnostic::error(Class::Config, message);
        let finding = match (tool, name) {
            (Some(tool), Some(name)) => error(format!("{database} has no table {name} of {tool}"))
                .note(format!("expected the columns {}", columns(tool).join(", "))),
            (Some(tool), None) => error(format!(
                "{database} has no table {} of {tool}",
                tool.table()
            ))
            .help("if it has another name there: `--table NAME` or `--table SCHEMA.NAME`"),
            (None, _) => {
                let tables = Tool::ALL
                    .iter()
                    .filter(|tool| **tool != Tool::GolangMigrate);
                let tables: Vec<&str> = tables.map(|tool| tool.table()).collect();
                error(format!("{database} has no table of another tool"))
                    .note(format!("looked for {}", tables.join(", ")))
                    .help("`--from TOOL --table NAME` if it has another name there")
                    .help("a database whose schema was made by hand: `migrate-cli stamp REVISION` says where it is, and `migrate-cli check` whether that is so")
            }
        };
        return Err(plain(finding));
    }
    let names: Vec<String> = found
        .iter()
        .map(|table| format!("{} ({})", table.shown(), table.tool))
        .collect();
    let first = found.first().map_or("TOOL", |table| table.tool.name());
    Err(plain(
        Diagnostic::error(
            Class::Config,
            format!("{database} has the tables of several tools"),
        )
        .note(names.join(", "))
        .help(format!(
            "say which one has migrated it last: `--from {first}`"
        )),
    ))
}
