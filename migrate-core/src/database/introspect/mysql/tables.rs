//! Tables and sequences.

use std::collections::BTreeMap;

use super::{Fields, Reader};
use crate::database::error::ServerError;
use crate::model::schema::attribute::{Enforcement, Nullability, Uniqueness, Visibility};
use crate::model::schema::{
    Action, Check, Column, ForeignKey, Generated, Generation, Identity, IdentityKind, Index,
    IndexMethod, KeyPart, MysqlTable, Name, Order, PrimaryKey, Schema, Sequence, SequenceOptions,
    Table, TableOptions,
};
use crate::text::ddl::{shown_table, without_database};
use crate::text::sql::{quote_ident, quote_literal, without_parentheses};

type Tables = BTreeMap<String, Table>;

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

    async fn columns(&mut self, tables: &mut Tables, database: &str) -> Result<(), ServerError> {
        let sql = "SELECT TABLE_NAME, COLUMN_NAME, CAST(COLUMN_TYPE AS CHAR), IS_NULLABLE, CAST(COLUMN_DEFAULT AS CHAR), \
            CHARACTER_SET_NAME, COLLATION_NAME, EXTRA, CAST(GENERATION_EXPRESSION AS CHAR), CAST(COLUMN_COMMENT AS CHAR) \
            FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION";
        for mut row in self.rows(sql).await? {
            if let Some(table) = tables.get_mut(&row.text()) {
                let defaults = table
                    .mysql()
                    .map(|it| (it.character_set.clone(), it.collation.clone()));
                let (character_set, collation) = defaults.unwrap_or_default();
                let mut column = self.column(row);
                // A sequence is named with its database.
                if let Some(default) = &mut column.default {
                    *default = without_database(default, database, self.dialect);
                }
                // Only what differs from the table's is worth a word.
                if column.collation == collation {
                    column.collation = None;
                }
                if column.character_set == character_set {
                    column.character_set = None;
                }
                table.columns.push(column);
            }
        }
        Ok(())
    }

    fn column(&self, mut row: Fields) -> Column {
        let mut column = Column::new(row.text(), row.text());
        if !row.flag() {
            column.nullability = Nullability::NotNull;
        }
        let default = row.option();
        column.character_set = row.option();
        column.collation = row.option();
        let extra = row.text();
        let words = extra.to_ascii_uppercase();
        let expression = row.filled().map(|text| self.unescaped(text));
        column.comment = row.filled();
        let generation = if words.contains("VIRTUAL GENERATED") {
            Some(Generation::Virtual)
        } else if words.contains("STORED GENERATED") || words.contains("PERSISTENT GENERATED") {
            Some(Generation::Stored)
        } else {
            None
        };
        match generation.zip(expression) {
            Some((generation, expression)) => {
                let expression = without_parentheses(&expression, self.dialect).to_owned();
                column.generated = Some(Generated {
                    expression,
                    generation,
                });
            }
            None => column.default = self.default(default, &words),
        }
        if words.contains("AUTO_INCREMENT") {
            column.identity = Some(Identity {
                kind: IdentityKind::AutoIncrement,
                sequence: None,
            });
        }
        if words.contains("INVISIBLE") {
            column.visibility = Visibility::Invisible;
        }
        if words.contains("WITHOUT SYSTEM VERSIONING") {
            column.options.push("WITHOUT SYSTEM VERSIONING".to_owned());
        }
        column.on_update = words.find("ON UPDATE ").map(|place| {
            let text = &extra[place + "ON UPDATE ".len()..];
            text.split([',', ' ']).next().unwrap_or_default().to_owned()
        });
        column
    }

    /// The default as an expression. MariaDB has one in its catalogue, MySQL a bare text unless it is generated.
    fn default(&self, default: Option<String>, extra: &str) -> Option<String> {
        let default =
            default.filter(|text| !text.eq_ignore_ascii_case("NULL") || !self.is_mariadb())?;
        if self.is_mariadb() || default.starts_with("b'") {
            return Some(default);
        }
        if !extra.contains("DEFAULT_GENERATED") {
            return Some(quote_literal(&default, self.dialect));
        }
        let default = self.unescaped(default);
        if default
            .to_ascii_uppercase()
            .starts_with("CURRENT_TIMESTAMP")
        {
            Some(default)
        } else {
            Some(format!("({default})"))
        }
    }

    /// MySQL escapes the quotes of an expression in its catalogue.
    fn unescaped(&self, expression: String) -> String {
        if self.is_mariadb() {
            expression
        } else {
            expression.replace("\\'", "'")
        }
    }

    async fn indexes(&mut self, tables: &mut Tables) -> Result<(), ServerError> {
        let (hidden, expression) = if self.is_mariadb() {
            ("IGNORED", "NULL")
        } else {
            (
                "IF(IS_VISIBLE = 'NO', 'YES', 'NO')",
                "CAST(EXPRESSION AS CHAR)",
            )
        };
        let sql = format!(
            "SELECT TABLE_NAME, INDEX_NAME, CAST(NON_UNIQUE AS CHAR), COLUMN_NAME, COLLATION, CAST(SUB_PART AS CHAR), \
             INDEX_TYPE, INDEX_COMMENT, {hidden}, {expression} FROM information_schema.STATISTICS \
             WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"
        );
        for mut row in self.rows(&sql).await? {
            let Some(table) = tables.get_mut(&row.text()) else {
                continue;
            };
            let (name, not_unique, column) = (row.text(), row.flag(), row.option());
            let (direction, prefix) = (row.text(), row.option());
            let method = IndexMethod::read(&row.text());
            let (comment, hidden) = (row.filled(), row.flag());
            let part = match column {
                Some(column) => KeyPart::column(column),
                None => KeyPart::expression(format!("({})", self.unescaped(row.text()))),
            };
            let part = KeyPart {
                order: if direction == "D" {
                    Order::Descending
                } else {
                    Order::Ascending
                },
                // A spatial index always has one.
                prefix: prefix
                    .filter(|_| method != IndexMethod::Spatial)
                    .and_then(|text| text.parse().ok()),
                ..part
            };
            if name == "PRIMARY" {
                let key = table.primary_key.get_or_insert_with(PrimaryKey::default);
                key.parts.push(part);
                key.comment = comment;
                continue;
            }
            if table.indexes.last().is_none_or(|index| index.name != name) {
                table.indexes.push(Index {
                    name,
                    uniqueness: if not_unique {
                        Uniqueness::NotUnique
                    } else {
                        Uniqueness::Unique
                    },
                    method,
                    visibility: if hidden {
                        Visibility::Invisible
                    } else {
                        Visibility::Visible
                    },
                    comment,
                    ..Index::default()
                });
            }
            if let Some(index) = table.indexes.last_mut() {
                index.parts.push(part);
            }
        }
        Ok(())
    }

    async fn foreign_keys(
        &mut self,
        tables: &mut Tables,
        database: &str,
    ) -> Result<(), ServerError> {
        let sql = "SELECT TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE \
            FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()";
        let mut rules: BTreeMap<(String, String), (Action, Action)> = BTreeMap::new();
        for mut row in self.rows(sql).await? {
            let key = (row.text(), row.text());
            let mut action = || Action::read(&row.text()).unwrap_or_default();
            rules.insert(key, (action(), action()));
        }
        let sql = "SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, \
            REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() \
            AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION";
        for mut row in self.rows(sql).await? {
            let (table_name, name, column) = (row.text(), row.text(), row.text());
            let mut references = row.name();
            references.schema = references.schema.filter(|schema| schema != database);
            let referred = row.text();
            let Some(table) = tables.get_mut(&table_name) else {
                continue;
            };
            match table.foreign_keys.last_mut() {
                Some(last) if last.name.as_deref() == Some(name.as_str()) => {
                    last.columns.push(column);
                    last.referred_columns.push(referred);
                }
                _ => {
                    let (on_update, on_delete) = rules
                        .get(&(table_name, name.clone()))
                        .copied()
                        .unwrap_or_default();
                    table.foreign_keys.push(ForeignKey {
                        name: Some(name),
                        on_update,
                        on_delete,
                        ..ForeignKey::new(vec![column], references, vec![referred])
                    });
                }
            }
        }
        Ok(())
    }

    async fn checks(&mut self, tables: &mut Tables) -> Result<(), ServerError> {
        let sql = if self.is_mariadb() {
            "SELECT TABLE_NAME, CONSTRAINT_NAME, CAST(CHECK_CLAUSE AS CHAR), LEVEL, 'YES' \
             FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()"
        } else {
            "SELECT t.TABLE_NAME, t.CONSTRAINT_NAME, CAST(c.CHECK_CLAUSE AS CHAR), 'Table', t.ENFORCED \
             FROM information_schema.TABLE_CONSTRAINTS t JOIN information_schema.CHECK_CONSTRAINTS c \
             ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME \
             WHERE t.TABLE_SCHEMA = DATABASE() AND t.CONSTRAINT_TYPE = 'CHECK'"
        };
        for mut row in self.rows(sql).await? {
            let Some(table) = tables.get_mut(&row.text()) else {
                continue;
            };
            let (name, clause, level, enforced) = (row.text(), row.text(), row.text(), row.flag());
            let clause = self.unescaped(clause);
            table.checks.push(Check {
                expression: without_parentheses(&clause, self.dialect).to_owned(),
                // A check at a column is called as the column is.
                column: (level == "Column").then(|| name.clone()),
                name: Some(name),
                enforcement: if enforced {
                    Enforcement::Enforced
                } else {
                    Enforcement::NotEnforced
                },
                ..Check::default()
            });
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
