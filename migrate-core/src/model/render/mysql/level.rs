//! How little an `ALTER TABLE` can be asked to cost.
//!
//! What is asked for is a promise that the server keeps or refuses, instead of quietly copying the table while nobody
//! can write. So it is asked for only where it is known to be given: the levels were measured on MariaDB 10.11 with
//! InnoDB; of MySQL only those are here that all of 8.0.12 and later give.

use super::column::{default_value, effective};
use super::data_type::DataType;
use super::place::Place;
use crate::model::schema::attribute::{Nullability, Uniqueness};
use crate::model::schema::{Column, Generation, Index, IndexMethod, PartSource, Table};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize};

/// What a change costs, from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Only the catalogue is written.
    Instant,
    /// An index is built or dropped while others write.
    Online,
    /// The table is written anew while others write.
    Rebuild,
    /// Not known, or the server copies the table: nothing is asked for.
    Unsure,
}

impl Level {
    /// What stands at the end of the statement.
    pub(super) const fn clause(self, dialect: Dialect) -> Option<&'static str> {
        match (self, dialect) {
            (Self::Instant, _) => Some("ALGORITHM=INSTANT"),
            (Self::Online, Dialect::Mariadb) => Some("ALGORITHM=NOCOPY, LOCK=NONE"),
            (Self::Online | Self::Rebuild, _) => Some("ALGORITHM=INPLACE, LOCK=NONE"),
            (Self::Unsure, _) => None,
        }
    }
}

/// What of a table decides about the cost of changing it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'s> {
    before: &'s Table,
    after: &'s Table,
    dialect: Dialect,
}

impl<'s> Terms<'s> {
    pub(super) const fn new(before: &'s Table, after: &'s Table, dialect: Dialect) -> Self {
        Self {
            before,
            after,
            dialect,
        }
    }

    const fn is_mariadb(&self) -> bool {
        matches!(self.dialect, Dialect::Mariadb)
    }

    fn is_innodb(&self) -> bool {
        self.before
            .mysql()
            .is_some_and(|it| it.engine.eq_ignore_ascii_case("InnoDB"))
    }

    /// Whether columns come and go without the rows being touched.
    fn has_instant_columns(&self) -> bool {
        let compressed = self.before.mysql().is_some_and(|it| {
            it.options.iter().any(|option| {
                option == "ROW_FORMAT=COMPRESSED" || option.starts_with("KEY_BLOCK_SIZE")
            })
        });
        let special = self.before.indexes.iter().any(is_special);
        self.is_innodb() && !compressed && !special
    }

    /// With a key `WITHOUT OVERLAPS` the server copies the table for every other definition of a column.
    fn has_period_in_a_key(&self) -> bool {
        let tables = [self.before, self.after];
        let keys = tables.into_iter().flat_map(|table| {
            let key = table.primary_key.iter().flat_map(|it| &it.parts);
            key.chain(table.indexes.iter().flat_map(|it| &it.parts))
        });
        let mut sources = keys.map(|part| &part.source);
        sources.any(|source| matches!(source, PartSource::Period(_)))
    }

    fn has(&self, generation: Generation) -> bool {
        let columns = self.before.columns.iter().chain(&self.after.columns);
        columns
            .flat_map(|it| &it.generated)
            .any(|it| it.generation == generation)
    }

    /// A new column.
    pub(super) fn add_column(&self, column: &Column, place: Place<'_>) -> Level {
        let placed = place != Place::Stays;
        let known = column.identity.is_none()
            && self.has_instant_columns()
            && self.has_constant_default(column)
            && !(placed && (self.has(Generation::Virtual) || !self.is_mariadb()));
        match &column.generated {
            _ if !known => Level::Unsure,
            None => Level::Instant,
            Some(it) if it.generation == Generation::Virtual && self.is_mariadb() => Level::Instant,
            Some(_) => Level::Unsure,
        }
    }

    fn has_constant_default(&self, column: &Column) -> bool {
        let Some(default) = &column.default else {
            return true;
        };
        let default = default_value(
            default,
            &DataType::read(&column.data_type, self.dialect),
            self.dialect,
        );
        is_literal(&default, self.dialect) || default.starts_with("CURRENT_TIMESTAMP")
    }

    /// A column that goes.
    pub(super) fn drop_column(&self, column: &Column) -> Level {
        if !self.is_mariadb() || !self.has_instant_columns() {
            Level::Unsure
        } else if is_indexed(self.before, &column.name) {
            Level::Online
        } else {
            Level::Instant
        }
    }

    /// A column that changes, by a definition of its own.
    pub(super) fn modify_column(&self, before: &Column, after: &Column, place: Place<'_>) -> Level {
        let same_check = super::column::check_of(self.before, &before.name)
            .map(|it| &it.expression)
            == super::column::check_of(self.after, &after.name).map(|it| &it.expression);
        let known = self.has_instant_columns()
            && !self.has_period_in_a_key()
            && effective(self.before, before) == effective(self.after, after)
            && before.generated == after.generated
            && before.identity == after.identity
            && before.options == after.options
            && same_check
            && (place == Place::Stays || self.is_mariadb() && !self.has(Generation::Virtual));
        if !known {
            return Level::Unsure;
        }
        let type_level = self.retype(
            &before.data_type,
            &after.data_type,
            effective(self.after, after).0,
        );
        let null_level = match (before.nullability, after.nullability) {
            (Nullability::Nullable, Nullability::NotNull)
            | (Nullability::NotNull, Nullability::Nullable) => {
                let computed = self.has(Generation::Stored) || self.has(Generation::Virtual);
                // NULL cannot become something that has to be computed.
                let has_moment = after
                    .default
                    .as_ref()
                    .is_some_and(|default| !is_literal(default, self.dialect));
                if computed || has_moment {
                    Level::Unsure
                } else {
                    Level::Rebuild
                }
            }
            _ => Level::Instant,
        };
        let level = type_level.max(null_level);
        // MySQL does little at once, and says so of few things.
        if level == Level::Instant && !self.is_mariadb() && before.data_type == after.data_type {
            return Level::Unsure;
        }
        level
    }

    /// A column of another type.
    fn retype(&self, before: &str, after: &str, column_set: Option<&str>) -> Level {
        if before == after {
            return Level::Instant;
        }
        let (before, after) = (
            DataType::read(before, self.dialect),
            DataType::read(after, self.dialect),
        );
        if before.name != after.name || before.attributes != after.attributes {
            return Level::Unsure;
        }
        match before.name.as_str() {
            "VARCHAR" => self.lengthen(bytes(&before, column_set), bytes(&after, column_set)),
            // Beyond 255 each value takes two bytes.
            "ENUM"
                if after.arguments.starts_with(&before.arguments)
                    && after.arguments.len() <= 255 =>
            {
                Level::Instant
            }
            _ if before == after => Level::Instant,
            _ => Level::Unsure,
        }
    }

    /// A text that becomes longer. From 256 bytes on a row keeps its length in two bytes; MariaDB can tell such rows
    /// from older ones as long as these had less than 128.
    fn lengthen(&self, before: Option<u32>, after: Option<u32>) -> Level {
        let (Some(before), Some(after)) = (before, after) else {
            return Level::Unsure;
        };
        let same_length = after < 256 || before >= 256;
        match (self.is_mariadb(), before <= after) {
            (_, false) => Level::Unsure,
            (true, true) if same_length || before < 128 => Level::Instant,
            (false, true) if same_length => Level::Online,
            _ => Level::Unsure,
        }
    }

    /// A new default, by `ALTER COLUMN`.
    pub(super) fn set_default(&self) -> Level {
        if self.is_innodb() {
            Level::Instant
        } else {
            Level::Unsure
        }
    }

    /// A new index.
    pub(super) fn add_index(&self, index: &Index) -> Level {
        let computed = |name: &str| {
            self.after
                .column(name)
                .is_some_and(|it| it.generated.is_some())
        };
        let is_plain = index.parts.iter().all(|part| match &part.source {
            PartSource::Column(name) => !computed(name),
            PartSource::Expression(_) | PartSource::Period(_) => false,
        });
        let long_unique =
            index.uniqueness == Uniqueness::Unique && index.method == IndexMethod::Hash;
        let orders_rows = orders_rows(self.after, index);
        if self.is_innodb() && is_plain && !is_special(index) && !long_unique && !orders_rows {
            Level::Online
        } else {
            Level::Unsure
        }
    }

    /// An index that goes.
    pub(super) fn drop_index(&self, index: &Index) -> Level {
        if self.is_innodb() && !is_special(index) && !orders_rows(self.before, index) {
            Level::Online
        } else {
            Level::Unsure
        }
    }

    /// Another primary key in the place of one.
    pub(super) fn replace_primary_key(&self) -> Level {
        if self.is_innodb() && self.has_instant_columns() && self.is_mariadb() {
            Level::Rebuild
        } else {
            Level::Unsure
        }
    }

    /// What MariaDB only notes down, and MySQL says nothing about.
    pub(super) fn note_down(&self) -> Level {
        if self.is_mariadb() && self.is_innodb() {
            Level::Instant
        } else {
            Level::Unsure
        }
    }
}

/// How many bytes a text may take, when it is known how many a character takes.
fn bytes(text: &DataType, character_set: Option<&str>) -> Option<u32> {
    let each = match character_set? {
        "utf8mb4" | "utf16" | "utf16le" | "utf32" => 4,
        "utf8mb3" | "utf8" => 3,
        "ucs2" => 2,
        "latin1" | "latin2" | "ascii" | "binary" | "cp1250" | "cp1251" | "cp1252" | "koi8r" => 1,
        _ => return None,
    };
    text.number(0)?.checked_mul(each)
}

/// Whether the rows may be kept in the order of this index, for want of a primary key.
fn orders_rows(table: &Table, index: &Index) -> bool {
    let is_filled = |name: &str| {
        let column = table.column(name);
        column.is_some_and(|it| it.nullability == Nullability::NotNull)
    };
    let mut columns = index.parts.iter().map(|part| part.column_name());
    table.primary_key.is_none()
        && index.uniqueness == Uniqueness::Unique
        && columns.all(|column| column.is_some_and(is_filled))
}

/// Whether an index is none of the plain ones.
fn is_special(index: &Index) -> bool {
    matches!(
        index.method,
        IndexMethod::Fulltext | IndexMethod::Spatial | IndexMethod::Other(_)
    )
}

/// Whether a key or an index holds this column.
pub(super) fn is_indexed(table: &Table, column: &str) -> bool {
    let keys = table.primary_key.iter().map(|it| &it.parts);
    let mut parts = keys
        .chain(table.indexes.iter().map(|it| &it.parts))
        .flatten();
    parts.any(|part| part.column_name() == Some(column))
}

/// Whether an expression is nothing but a literal.
pub(super) fn is_literal(expression: &str, dialect: Dialect) -> bool {
    let expression = expression.strip_prefix('-').unwrap_or(expression);
    let mut tokens = tokenize(expression, dialect);
    let first = tokens.next().map(|token| token.kind);
    let literal = match first {
        Some(TokenKind::String | TokenKind::Number) => true,
        Some(TokenKind::Word) => matches!(expression, "NULL" | "TRUE" | "FALSE"),
        _ => false,
    };
    let rest = tokens
        .map(|token| token.kind)
        .filter(|kind| !kind.is_trivia());
    // `1.5` is a number, a point and a number.
    literal
        && rest
            .into_iter()
            .all(|kind| matches!(kind, TokenKind::Number | TokenKind::Punct('.')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema::{MysqlTable, Name, TableOptions};

    fn table(dialect: Dialect) -> Table {
        let mut table = Table::new(dialect, Name::bare("t"));
        table.options = TableOptions::Mysql(MysqlTable {
            engine: "InnoDB".into(),
            character_set: Some("utf8mb4".into()),
            ..MysqlTable::default()
        });
        table.columns.push(Column::new("a", "varchar(20)"));
        table
    }

    #[test]
    fn what_is_asked_for_depends_on_the_server() {
        let retyped = |dialect, before: &str, after: &str| {
            let table = table(dialect);
            let (before, after) = (Column::new("a", before), Column::new("a", after));
            Terms::new(&table, &table, dialect).modify_column(&before, &after, Place::Stays)
        };
        let cases = [
            (
                Dialect::Mariadb,
                "varchar(20)",
                "varchar(300)",
                Level::Instant,
            ),
            (Dialect::Mysql, "varchar(20)", "varchar(300)", Level::Unsure),
            (
                Dialect::Mariadb,
                "varchar(20)",
                "varchar(10)",
                Level::Unsure,
            ),
            (
                Dialect::Mariadb,
                "enum('a')",
                "enum('a','b')",
                Level::Instant,
            ),
            (Dialect::Mysql, "enum('a')", "enum('a','b')", Level::Instant),
            (Dialect::Mysql, "varchar(20)", "varchar(60)", Level::Online),
            (
                Dialect::Mariadb,
                "varchar(50)",
                "varchar(60)",
                Level::Instant,
            ),
            (
                Dialect::Mariadb,
                "varchar(50)",
                "varchar(64)",
                Level::Unsure,
            ),
            (
                Dialect::Mariadb,
                "varchar(64)",
                "varchar(65)",
                Level::Instant,
            ),
            (
                Dialect::Mariadb,
                "enum('a','b')",
                "enum('b')",
                Level::Unsure,
            ),
            (Dialect::Mariadb, "int(11)", "bigint(20)", Level::Unsure),
        ];
        for (dialect, before, after, level) in cases {
            assert_eq!(
                retyped(dialect, before, after),
                level,
                "{dialect}: {before} -> {after}"
            );
        }
    }

    #[test]
    fn a_column_comes_at_once_where_nothing_forbids_it() {
        let column = Column::new("b", "int(11)");
        let of = |dialect, place| {
            let table = table(dialect);
            Terms::new(&table, &table, dialect).add_column(&column, place)
        };
        assert_eq!(of(Dialect::Mariadb, Place::First), Level::Instant);
        assert_eq!(of(Dialect::Mysql, Place::First), Level::Unsure);
        assert_eq!(of(Dialect::Mysql, Place::Stays), Level::Instant);
        let mut full_text = table(Dialect::Mariadb);
        full_text.indexes.push(Index {
            method: IndexMethod::Fulltext,
            ..Index::new("ft", ["a"])
        });
        assert_eq!(
            Terms::new(&full_text, &full_text, Dialect::Mariadb).add_column(&column, Place::Stays),
            Level::Unsure
        );
    }

    #[test]
    fn literals() {
        for literal in ["'a'", "1", "-1.5", "NULL", "0.00"] {
            assert!(is_literal(literal, Dialect::Mariadb), "{literal}");
        }
        for other in ["uuid()", "(1 + 1)", "a", "1 + 1", "concat('a', 'b')"] {
            assert!(!is_literal(other, Dialect::Mariadb), "{other}");
        }
    }
}
