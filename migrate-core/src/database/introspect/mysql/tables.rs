//! Tables and sequences.

use std::collections::BTreeMap;

use super::Reader;
use crate::database::error::ServerError;
use crate::model::schema::{
    KeyPart, MysqlTable, Name, Schema, Sequence, SequenceOptions, Table, TableOptions,
};
use crate::text::ddl::shown_table;
use crate::text::sql::{quote_ident, quote_literal};

/// By their names.
pub(super) type Tables = BTreeMap<String, Table>;

impl Reader<'_> {
    pub(super) async fn tables(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        let sql = "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT \
            FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
            AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE') ORDER BY TABLE_NAME";
        let mut tables = Tables::new();
        let mut sequences = Vec::new();
        for mut row in self.rows(sql).await? {
            let (name, kind) = (row.text(), row.text());
            if kind == "SEQUENCE" {
                sequences.push(name);
                continue;
            }
            let mut table = Table::new(self.dialect, Name::bare(&name));
            let (engine, collation) = (row.text(), row.option());
            let options = row.text();
            table.comment = row.filled();
            table.options = TableOptions::Mysql(MysqlTable {
                engine,
                character_set: collation.as_deref().map(character_set),
                collation,
                options: create_options(&options),
                partitioning: None,
                system_versioned: kind == "SYSTEM VERSIONED",
            });
            tables.insert(name, table);
        }
        self.columns(&mut tables, &schema.default_namespace).await?;
        self.spatial_systems(&mut tables).await?;
        self.indexes(&mut tables).await?;
        self.foreign_keys(&mut tables, &schema.default_namespace)
            .await?;
        self.checks(&mut tables).await?;
        self.shown_tables(&mut tables).await?;
        self.sequences(&sequences, schema).await?;
        for (_, mut table) in tables {
            table.sort();
            schema.tables.insert(table);
        }
        Ok(())
    }

    /// What only the statement says.
    async fn shown_tables(&mut self, tables: &mut Tables) -> Result<(), ServerError> {
        let names: Vec<String> = tables.keys().cloned().collect();
        let statements = self.shown("TABLE", &names, 1).await?;
        for (table, statement) in tables.values_mut().zip(statements) {
            let shown = shown_table(&statement, self.dialect);
            for index in &mut table.indexes {
                index.parser = shown.parsers.get(&index.name).cloned();
                without_overlaps(&mut index.parts, shown.without_overlaps.get(&index.name));
            }
            if let Some(key) = &mut table.primary_key {
                without_overlaps(&mut key.parts, shown.without_overlaps.get("PRIMARY"));
            }
            // The check that its beginning is before its end goes with a period.
            table.checks.retain(|check| {
                !check
                    .name
                    .as_ref()
                    .is_some_and(|name| shown.periods.contains_key(name))
            });
            if let TableOptions::Mysql(options) = &mut table.options {
                options.partitioning = shown.partitioning;
                options.options.extend(shown.periods.into_values());
            }
        }
        Ok(())
    }

    /// A sequence of MariaDB is a table of one row.
    async fn sequences(
        &mut self,
        names: &[String],
        schema: &mut Schema,
    ) -> Result<(), ServerError> {
        let selects: Vec<String> = names
            .iter()
            .map(|name| {
                format!(
                    "SELECT {}, CAST(start_value AS CHAR), CAST(`increment` AS CHAR), CAST(minimum_value AS CHAR), \
                     CAST(maximum_value AS CHAR), CAST(cache_size AS CHAR), CAST(cycle_option AS CHAR) FROM {}",
                    quote_literal(name, self.dialect),
                    quote_ident(name, self.dialect)
                )
            })
            .collect();
        if selects.is_empty() {
            return Ok(());
        }
        for mut row in self.rows(&selects.join(" UNION ALL ")).await? {
            let name = Name::bare(row.text());
            let options = SequenceOptions {
                data_type: "bigint".to_owned(),
                start: row.number(),
                increment: row.number(),
                minimum: row.number(),
                maximum: row.number(),
                cache: row.number(),
                cycle: row.flag(),
            };
            schema.sequences.insert(Sequence::new(name, options));
        }
        Ok(())
    }
}

/// To the catalogue a period in a key is its two columns, which come last.
fn without_overlaps(parts: &mut Vec<KeyPart>, period: Option<&String>) {
    if let Some(period) = period {
        parts.truncate(parts.len().saturating_sub(2));
        parts.push(KeyPart::period(period));
    }
}

/// The character set of a collation, which begins with its name.
fn character_set(collation: &str) -> String {
    collation.split('_').next().unwrap_or(collation).to_owned()
}

/// The options that were given when the table was made.
fn create_options(options: &str) -> Vec<String> {
    let mut options: Vec<String> = options
        .split_whitespace()
        .filter(|option| *option != "partitioned")
        .map(|option| match option.split_once('=') {
            Some((name, value)) => format!("{}={value}", name.to_ascii_uppercase()),
            None => option.to_ascii_uppercase(),
        })
        .collect();
    options.sort();
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_spelt_as_a_statement_would() {
        assert_eq!(
            create_options("row_format=DYNAMIC key_block_size=8 partitioned"),
            ["KEY_BLOCK_SIZE=8", "ROW_FORMAT=DYNAMIC"]
        );
        assert_eq!(character_set("utf8mb4_general_ci"), "utf8mb4");
        assert_eq!(character_set("binary"), "binary");
    }
}
