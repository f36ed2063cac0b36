//! The statement that fills the rows from before, a thousand at a time.

use super::Bridge;
use crate::model::render::{converted, identifier, qualified, row_of};
use crate::model::schema::{Schema, Table};
use crate::text::Dialect;

/// The text of the section; `schema` is what the expand makes. It needs `transaction:false`.
///
/// Rows are done when the new column holds something: whoever has written to a row since the expand has filled it.
pub fn backfill(schema: &Schema, bridges: &[Bridge]) -> String {
    let texts: Vec<String> = bridges
        .iter()
        .filter_map(|bridge| Some(statement(schema, schema.tables.get(&bridge.table)?, bridge)))
        .collect();
    texts.join("\n")
}

fn statement(schema: &Schema, table: &Table, bridge: &Bridge) -> String {
    let dialect = schema.dialect;
    let (old, new) = (
        identifier(dialect, &bridge.old.name),
        identifier(dialect, &bridge.until_switch),
    );
    let name = qualified(dialect, &table.name);
    let value = converted(dialect, &old, &bridge.old.data_type, &bridge.new.data_type);
    let open = format!("{new} IS NULL AND {old} IS NOT NULL");
    let set = format!("UPDATE {name} SET {new} = {value}");
    match dialect {
        Dialect::Mysql | Dialect::Mariadb => {
            // A backfill is no change of the row: what the server would write by itself stays as it is.
            let stays = table.columns.iter().filter(|it| it.on_update.is_some());
            let stays: String = stays
                .map(|it| identifier(dialect, &it.name))
                .map(|it| format!(", {it} = {it}"))
                .collect();
            let order = match key(table, dialect) {
                key if key.is_empty() => String::new(),
                key => format!(" ORDER BY {}", key.join(", ")),
            };
            format!("-- migrate:batch\n{set}{stays}\n WHERE {open}{order} LIMIT 1000;\n")
        }
        Dialect::Postgres => match key(table, dialect) {
            key if key.is_empty() => format!(
                "-- {name} has no primary key to take its rows by: all of them at once\n-- migrate:batch\n{set}\n WHERE {open};\n"
            ),
            key => batch(&name, &set, &open, &key, " FOR UPDATE"),
        },
        Dialect::Sqlite => batch(&name, &set, &open, &row_of(table), ""),
    }
}

fn batch(table: &str, set: &str, open: &str, key: &[String], lock: &str) -> String {
    let columns = key.join(", ");
    let row = match key {
        [one] => one.clone(),
        _ => format!("({columns})"),
    };
    format!(
        "-- migrate:batch\n{set}\n WHERE {row} IN (SELECT {columns} FROM {table} WHERE {open}\n     ORDER BY {columns} LIMIT 1000{lock});\n"
    )
}

/// The columns of the primary key.
fn key(table: &Table, dialect: Dialect) -> Vec<String> {
    let parts = table.primary_key.iter().flat_map(|key| &key.parts);
    parts
        .filter_map(|part| part.column_name())
        .map(|it| identifier(dialect, it))
        .collect()
}
