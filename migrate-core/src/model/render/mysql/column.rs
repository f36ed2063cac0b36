//! The definition of a column.

use super::data_type::DataType;
use super::expression::plain;
use super::name::ident;
use crate::model::schema::attribute::{Nullability, Visibility};
use crate::model::schema::{Check, Column, Generated, Generation, Table};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, quote_literal, tokenize};

/// Whether a definition names its character set though it is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CharacterSet {
    /// Only another one than the table's.
    Other,
    /// Always: the statement changes that of the table too.
    Always,
}

/// The character set and collation that a column has, by itself or from its table.
pub(super) fn effective<'s>(
    table: &'s Table,
    column: &'s Column,
) -> (Option<&'s str>, Option<&'s str>) {
    let options = table.mysql();
    let of_table = |pick: fn(&crate::model::schema::MysqlTable) -> &Option<String>| {
        options.and_then(|it| pick(it).as_deref())
    };
    (
        column
            .character_set
            .as_deref()
            .or(of_table(|it| &it.character_set)),
        column.collation.as_deref().or(of_table(|it| &it.collation)),
    )
}

/// `name TYPE ..`, with everything that belongs to the column.
pub(super) fn definition(
    table: &Table,
    column: &Column,
    set: CharacterSet,
    dialect: Dialect,
) -> String {
    let check = check_of(table, &column.name);
    let data_type = DataType::read(&column.data_type, dialect);
    let mut words = vec![ident(&column.name)];
    if is_json(table, column, check) {
        words.push("JSON".to_owned());
    } else {
        words.push(data_type.to_string());
        if data_type.is_text() {
            words.extend(character_set(table, column, set));
        }
    }
    words.extend(column.options.iter().filter(|it| is_of_type(it)).cloned());
    words.extend(column.generated.iter().map(|it| computed(it, dialect)));
    if column.nullability == Nullability::NotNull && !is_row_time(column) {
        words.push("NOT NULL".to_owned());
    } else if data_type.name == "TIMESTAMP" && column.generated.is_none() {
        // Older servers read a timestamp without it as NOT NULL.
        words.push("NULL".to_owned());
    }
    if let Some(default) = &column.default {
        words.push(format!(
            "DEFAULT {}",
            default_value(default, &data_type, dialect)
        ));
    }
    if let Some(expression) = &column.on_update {
        words.push(format!("ON UPDATE {}", moment(expression)));
    }
    if column.identity.is_some() {
        words.push("AUTO_INCREMENT".to_owned());
    }
    if column.visibility == Visibility::Invisible {
        words.push("INVISIBLE".to_owned());
    }
    words.extend(column.options.iter().filter(|it| !is_of_type(it)).cloned());
    if let Some(comment) = &column.comment {
        words.push(format!("COMMENT {}", quote_literal(comment, dialect)));
    }
    if let Some(check) = check.filter(|_| !is_json(table, column, check)) {
        words.push(format!("CHECK ({})", plain(&check.expression, dialect)));
    }
    words.join(" ")
}

/// Whether an option has its place behind the type: the system of coordinates, in the words of MariaDB and of MySQL.
fn is_of_type(option: &str) -> bool {
    option.starts_with("REF_SYSTEM_ID=") || option.starts_with("SRID ")
}

/// The check that was written at a column (MariaDB).
pub(super) fn check_of<'s>(table: &'s Table, column: &str) -> Option<&'s Check> {
    let at_column = |check: &&Check| check.column.as_deref() == Some(column);
    table.checks.iter().find(at_column)
}

/// Whether a column is what MariaDB makes of `JSON`.
fn is_json(table: &Table, column: &Column, check: Option<&Check>) -> bool {
    let (_, collation) = effective(table, column);
    let valid = format!("json_valid(`{}`)", column.name);
    column.data_type.eq_ignore_ascii_case("longtext")
        && collation == Some("utf8mb4_bin")
        && check.is_some_and(|check| check.expression == valid)
}

fn character_set(table: &Table, column: &Column, set: CharacterSet) -> Vec<String> {
    let (character_set, collation) = match set {
        CharacterSet::Other => (column.character_set.as_deref(), column.collation.as_deref()),
        CharacterSet::Always => effective(table, column),
    };
    let character_set = character_set.map(|name| format!("CHARACTER SET {name}"));
    let collation = collation.map(|name| format!("COLLATE {name}"));
    character_set.into_iter().chain(collation).collect()
}

fn computed(generated: &Generated, dialect: Dialect) -> String {
    // The time that a row of a system versioned table begins or ends has no expression.
    if let "ROW START" | "ROW END" = generated.expression.as_str() {
        return format!("GENERATED ALWAYS AS {}", generated.expression);
    }
    let when = match generated.generation {
        Generation::Stored => "STORED",
        Generation::Virtual => "VIRTUAL",
    };
    let expression = plain(&generated.expression, dialect);
    format!("GENERATED ALWAYS AS ({expression}) {when}")
}

/// Whether it is the time that a row of a system versioned table begins or ends.
pub(super) fn is_row_time(column: &Column) -> bool {
    let expression = column.generated.as_ref().map(|it| it.expression.as_str());
    matches!(expression, Some("ROW START" | "ROW END"))
}

/// The expression of a default. The catalogue of MySQL has numbers as texts.
pub(super) fn default_value(default: &str, data_type: &DataType, dialect: Dialect) -> String {
    if default
        .to_ascii_lowercase()
        .starts_with("current_timestamp")
    {
        return moment(default);
    }
    let mut tokens = tokenize(default, dialect);
    let first = tokens.next().map(|token| token.kind);
    let is_alone = tokens.next().is_none();
    match first {
        Some(TokenKind::String) if is_alone && data_type.is_number() => {
            let inner = default.trim_matches('\'');
            let is_number = inner.parse::<f64>().is_ok();
            if is_number {
                inner.to_owned()
            } else {
                default.to_owned()
            }
        }
        // MariaDB writes another column without parentheses.
        Some(TokenKind::QuotedIdent) => format!("({})", plain(default, dialect)),
        _ => plain(default, dialect),
    }
}

/// `current_timestamp(6)` in capitals, and without empty parentheses.
fn moment(expression: &str) -> String {
    let upper = expression.to_ascii_uppercase();
    upper.strip_suffix("()").unwrap_or(&upper).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema::{Identity, IdentityKind, Name};

    fn written(dialect: Dialect, column: Column) -> String {
        let mut table = Table::new(dialect, Name::bare("t"));
        table.columns.push(column.clone());
        definition(&table, &column, CharacterSet::Other, dialect)
    }

    #[test]
    fn columns_with_everything() {
        let not_null = |column: Column| Column {
            nullability: Nullability::NotNull,
            ..column
        };
        let default = |column: Column, text: &str| Column {
            default: Some(text.to_owned()),
            ..column
        };
        let auto = Identity {
            kind: IdentityKind::AutoIncrement,
            sequence: None,
        };
        let generated = Generated {
            expression: "`a` + 1".to_owned(),
            generation: Generation::Stored,
        };
        let cases = [
            (
                not_null(Column {
                    identity: Some(auto),
                    ..Column::new("id", "bigint(20) unsigned")
                }),
                "id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT",
            ),
            (Column::new("order", "varchar(20)"), "`order` VARCHAR(20)"),
            (
                default(Column::new("a", "timestamp"), "current_timestamp()"),
                "a TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP",
            ),
            (
                Column {
                    on_update: Some("current_timestamp(6)".into()),
                    ..Column::new("a", "datetime(6)")
                },
                "a DATETIME(6) ON UPDATE CURRENT_TIMESTAMP(6)",
            ),
            (
                Column {
                    generated: Some(generated),
                    visibility: Visibility::Invisible,
                    ..Column::new("b", "int(11)")
                },
                "b INT GENERATED ALWAYS AS (a + 1) STORED INVISIBLE",
            ),
            (
                default(Column::new("w", "int(11)"), "`a`"),
                "w INT DEFAULT (a)",
            ),
            (
                default(Column::new("w", "int(11)"), "(`a` + 1)"),
                "w INT DEFAULT (a + 1)",
            ),
            (
                Column {
                    character_set: Some("latin1".into()),
                    collation: Some("latin1_bin".into()),
                    comment: Some("it's".into()),
                    ..Column::new("c", "text")
                },
                "c TEXT CHARACTER SET latin1 COLLATE latin1_bin COMMENT 'it''s'",
            ),
        ];
        for (column, expected) in cases {
            assert_eq!(written(Dialect::Mariadb, column), expected);
        }
        // MySQL has the default of a number as a text.
        assert_eq!(
            written(Dialect::Mysql, default(Column::new("n", "int"), "'0'")),
            "n INT DEFAULT 0"
        );
        assert_eq!(
            written(
                Dialect::Mysql,
                default(Column::new("n", "varchar(3)"), "'0'")
            ),
            "n VARCHAR(3) DEFAULT '0'"
        );
        assert_eq!(
            written(
                Dialect::Mysql,
                default(Column::new("n", "binary(16)"), "(uuid_to_bin(uuid()))")
            ),
            "n BINARY(16) DEFAULT (uuid_to_bin(uuid()))"
        );
    }
}
