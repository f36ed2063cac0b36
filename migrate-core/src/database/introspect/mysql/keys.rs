//! Primary keys and indexes, foreign keys, checks.

use std::collections::BTreeMap;

use super::Reader;
use super::tables::Tables;
use crate::database::error::ServerError;
use crate::model::schema::attribute::{Enforcement, Uniqueness, Visibility};
use crate::model::schema::{
    Action, Check, ForeignKey, Index, IndexMethod, KeyPart, Order, PrimaryKey,
};
use crate::text::sql::without_parentheses;

impl Reader<'_> {
    pub(super) async fn indexes(&mut self, tables: &mut Tables) -> Result<(), ServerError> {
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

    pub(super) async fn foreign_keys(
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

    pub(super) async fn checks(&mut self, tables: &mut Tables) -> Result<(), ServerError> {
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
}
