//! Columns.

use super::tables::Tables;
use super::{Fields, Reader};
use crate::database::error::ServerError;
use crate::model::schema::attribute::{Nullability, Visibility};
use crate::model::schema::{Column, Generated, Generation, Identity, IdentityKind};
use crate::text::ddl::without_database;
use crate::text::sql::{quote_literal, without_parentheses};

impl Reader<'_> {
    pub(super) async fn columns(
        &mut self,
        tables: &mut Tables,
        database: &str,
    ) -> Result<(), ServerError> {
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
    pub(super) fn unescaped(&self, expression: String) -> String {
        if self.is_mariadb() {
            expression
        } else {
            expression.replace("\\'", "'")
        }
    }

    /// The systems of coordinates of spatial columns, which are asked for only where there are such columns: MariaDB opens
    /// every table for the answer.
    pub(super) async fn spatial_systems(&mut self, tables: &mut Tables) -> Result<(), ServerError> {
        const SPATIAL: [&str; 8] = [
            "geometry",
            "point",
            "linestring",
            "polygon",
            "multipoint",
            "multilinestring",
            "multipolygon",
            "geometrycollection",
        ];
        let is_spatial = |column: &Column| SPATIAL.contains(&column.data_type.as_str());
        if !tables
            .values()
            .any(|table| table.columns.iter().any(is_spatial))
        {
            return Ok(());
        }
        let (sql, before) = if self.is_mariadb() {
            let sql = "SELECT G_TABLE_NAME, G_GEOMETRY_COLUMN, CAST(SRID AS CHAR) FROM information_schema.GEOMETRY_COLUMNS \
                WHERE G_TABLE_SCHEMA = DATABASE() AND SRID <> 0";
            (sql, "REF_SYSTEM_ID=")
        } else {
            let sql = "SELECT TABLE_NAME, COLUMN_NAME, CAST(SRS_ID AS CHAR) FROM information_schema.COLUMNS \
                WHERE TABLE_SCHEMA = DATABASE() AND SRS_ID IS NOT NULL";
            (sql, "SRID ")
        };
        for mut row in self.rows(sql).await? {
            let (table, column, system) = (row.text(), row.text(), row.text());
            let table = tables.get_mut(&table);
            let mut columns = table.into_iter().flat_map(|it| &mut it.columns);
            if let Some(column) = columns.find(|it| it.name == column) {
                column.options.push(format!("{before}{system}"));
            }
        }
        Ok(())
    }
}
