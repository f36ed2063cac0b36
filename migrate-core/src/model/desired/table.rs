//! A table as a constant: what the derive makes of a struct.

use super::{DataType, Field, Measure, PerDialect};
use crate::model::schema::attribute::{
    Deferral, Nullability, NullsDistinct, Persistence, Uniqueness,
};
use crate::model::schema::{Action, Generation, Name, Nulls, Order};
use crate::text::{Dialect, DialectSet};

/// A struct whose values are the rows of a table. `#[derive(migrate::Table)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no table",
    note = "`#[derive(migrate::Table)]` on the struct makes it one"
)]
pub trait Table {
    /// The name of the table.
    const NAME: TableName;
    /// Its fields that are columns.
    const FIELDS: &'static [Field];
    /// The columns of its primary key.
    const KEY: &'static [&'static str];
    /// All of it.
    const MODEL: &'static TableModel;
}

/// The name of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableName {
    /// The schema, if it is not the default one (PostgreSQL).
    pub schema: PerDialect<&'static str>,
    /// The name itself.
    pub name: &'static str,
}

impl TableName {
    /// A name in the default schema.
    pub const fn bare(name: &'static str) -> Self {
        Self {
            schema: PerDialect::NONE,
            name,
        }
    }

    /// The name for a dialect.
    pub fn of(&self, dialect: Dialect) -> Name {
        Name {
            schema: self.schema.get(dialect).map(str::to_owned),
            name: self.name.to_owned(),
        }
    }
}

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableModel {
    /// What the struct is called, for messages.
    pub rust_name: &'static str,
    /// Its name.
    pub name: TableName,
    /// Its columns, in their order.
    pub columns: &'static [ColumnModel],
    /// Its primary key.
    pub primary_key: Option<PrimaryKeyModel>,
    /// Unique constraints.
    pub uniques: &'static [UniqueModel],
    /// Indexes.
    pub indexes: &'static [IndexModel],
    /// Foreign keys.
    pub foreign_keys: &'static [ForeignKeyModel],
    /// Check constraints of the table; those of a column stand there.
    pub checks: &'static [CheckModel],
    /// Its comment, where the database keeps comments.
    pub comment: Option<&'static str>,
    /// What it was called before.
    pub renamed_from: Option<&'static str>,
    /// What only one dialect has.
    pub options: OptionsModel,
}

impl TableModel {
    /// A table with columns and nothing else.
    pub const fn new(
        rust_name: &'static str,
        name: TableName,
        columns: &'static [ColumnModel],
    ) -> Self {
        Self {
            rust_name,
            name,
            columns,
            primary_key: None,
            uniques: &[],
            indexes: &[],
            foreign_keys: &[],
            checks: &[],
            comment: None,
            renamed_from: None,
            options: OptionsModel::DEFAULT,
        }
    }
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnModel {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub data_type: DataType,
    /// Whether it takes NULL.
    pub nullability: Nullability,
    /// The same, where it was said in so many words and does not only follow from the type.
    pub said: Option<Nullability>,
    /// At most so many characters or bytes.
    pub length: PerDialect<u32>,
    /// So many digits.
    pub precision: Option<u32>,
    /// So many of them behind the point.
    pub scale: Option<u32>,
    /// The expression of its default.
    pub default: PerDialect<&'static str>,
    /// How it is computed.
    pub generated: Option<GeneratedModel>,
    /// Where and how the database numbers it.
    pub numbered: PerDialect<crate::model::schema::IdentityKind>,
    /// What must hold of its values.
    pub check: PerDialect<&'static str>,
    /// Its collation.
    pub collation: PerDialect<&'static str>,
    /// Its character set (MySQL, MariaDB).
    pub character_set: Option<&'static str>,
    /// What a change of the row sets it to (MySQL, MariaDB).
    pub on_row_update: PerDialect<&'static str>,
    /// Its comment, where the database keeps comments.
    pub comment: Option<&'static str>,
    /// What it was called before.
    pub renamed_from: Option<&'static str>,
}

impl ColumnModel {
    /// A column with nothing but name, type and nullability.
    pub const fn new(name: &'static str, data_type: DataType, nullability: Nullability) -> Self {
        Self {
            name,
            data_type,
            nullability,
            said: None,
            length: PerDialect::NONE,
            precision: None,
            scale: None,
            default: PerDialect::NONE,
            generated: None,
            numbered: PerDialect::NONE,
            check: PerDialect::NONE,
            collation: PerDialect::NONE,
            character_set: None,
            on_row_update: PerDialect::NONE,
            comment: None,
            renamed_from: None,
        }
    }

    /// How long and how precise it is on a dialect.
    pub fn measure(&self, dialect: Dialect) -> Measure {
        Measure {
            length: self.length.get(dialect),
            precision: self.precision,
            scale: self.scale,
        }
    }
}

/// How a column is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneratedModel {
    /// From what.
    pub expression: PerDialect<&'static str>,
    /// When.
    pub generation: Generation,
}

/// A primary key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrimaryKeyModel {
    /// Its name, if it was given one.
    pub name: Option<&'static str>,
    /// Its columns.
    pub columns: &'static [&'static str],
}

/// A unique constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UniqueModel {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// Whether two NULLs are the same (PostgreSQL).
    pub nulls: NullsDistinct,
    /// When it is checked (PostgreSQL).
    pub deferral: Deferral,
    /// Where it is; everywhere if none is named.
    pub dialects: DialectSet,
}

/// An index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexModel {
    /// Its name.
    pub name: &'static str,
    /// What it is made of.
    pub parts: &'static [PartModel],
    /// Whether it holds each key once.
    pub uniqueness: Uniqueness,
    /// How it is built, if not as a B-tree.
    pub method: Option<&'static str>,
    /// Further columns that it holds (PostgreSQL).
    pub include: &'static [&'static str],
    /// The rows it holds, when it is not all of them (SQLite, PostgreSQL).
    pub predicate: Option<&'static str>,
    /// Whether two NULLs are the same for a unique one (PostgreSQL).
    pub nulls: NullsDistinct,
    /// Where it is; everywhere if none is named.
    pub dialects: DialectSet,
}

/// One part of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartModel {
    /// A column or an expression.
    pub of: PartOf,
    /// In which order.
    pub order: Order,
    /// Where NULLs stand (PostgreSQL).
    pub nulls: Nulls,
    /// How many characters of the column (MySQL, MariaDB).
    pub prefix: Option<u32>,
    /// The operator class (PostgreSQL).
    pub operator_class: Option<&'static str>,
}

/// What one part of an index is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartOf {
    /// A column.
    Column(&'static str),
    /// An expression.
    Expression(&'static str),
}

/// A foreign key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForeignKeyModel {
    /// Its name.
    pub name: &'static str,
    /// The columns of this table.
    pub columns: &'static [&'static str],
    /// The other table.
    pub references: TableName,
    /// The columns of the other table; its primary key if none is named.
    pub referred_columns: &'static [&'static str],
    /// What the end of the other table's row does; what the database does by itself if nothing is said.
    pub on_delete: Option<Action>,
    /// What a change of the other table's key does.
    pub on_update: Option<Action>,
    /// When it is checked.
    pub deferral: Deferral,
}

/// A check constraint of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckModel {
    /// Its name.
    pub name: &'static str,
    /// What must hold.
    pub expression: PerDialect<&'static str>,
}

/// What only one dialect has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionsModel {
    /// `STRICT` (SQLite).
    pub strict: bool,
    /// `WITHOUT ROWID` (SQLite).
    pub without_rowid: bool,
    /// Whether rows outlive a crash (PostgreSQL).
    pub persistence: Persistence,
    /// How it is partitioned: `RANGE (created_at)` (PostgreSQL).
    pub partition_by: Option<&'static str>,
    /// The engine (MySQL, MariaDB).
    pub engine: Option<&'static str>,
    /// The character set (MySQL, MariaDB).
    pub character_set: Option<&'static str>,
    /// The collation (MySQL, MariaDB).
    pub collation: Option<&'static str>,
}

impl OptionsModel {
    /// What the databases do when nothing is said.
    pub const DEFAULT: Self = Self {
        strict: false,
        without_rowid: false,
        persistence: Persistence::Logged,
        partition_by: None,
        engine: None,
        character_set: None,
        collation: None,
    };
}

impl Default for OptionsModel {
    fn default() -> Self {
        Self::DEFAULT
    }
}
