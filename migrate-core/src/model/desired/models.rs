//! [`Models`]: the tables that an application wants.

use super::check::check;
use super::convert::convert;
use super::{ModelError, ModelErrors, TableModel};
use crate::model::schema::Schema;
use crate::text::Dialect;
use crate::text::sql::split;

/// The tables that an application wants, and what SQL it wants beside them. `migrate::models![..]` makes it.
///
/// ```
/// use migrate_core::model::desired::{
///     ColumnModel, DataType, Models, PrimaryKeyModel, TableModel, TableName,
/// };
/// use migrate_core::model::schema::{Name, attribute::Nullability};
/// use migrate_core::text::Dialect;
///
/// // what `#[derive(migrate::Table)]` writes
/// static USERS: TableModel = TableModel {
///     primary_key: Some(PrimaryKeyModel { name: None, columns: &["id"] }),
///     ..TableModel::new(
///         "User",
///         TableName::bare("users"),
///         &[ColumnModel::new("id", DataType::BigInt, Nullability::NotNull)],
///     )
/// };
/// static MODELS: Models = Models::new(&[&USERS]);
///
/// let schema = MODELS.schema(Dialect::Postgres).unwrap();
/// assert_eq!(schema.tables.get(&Name::bare("users")).unwrap().columns[0].data_type, "bigint");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Models {
    tables: &'static [&'static TableModel],
    sql: &'static [Sql],
}

/// SQL beside the tables: what a struct cannot say, such as views, triggers, functions and extensions.
///
/// ```
/// use migrate_core::model::desired::{Models, Sql};
/// use migrate_core::text::Dialect;
///
/// static MODELS: Models = Models::new(&[]).with_sql(&[
///     Sql::before(Dialect::Postgres, "CREATE EXTENSION citext;"),
///     Sql::after(Dialect::Postgres, "CREATE VIEW one AS SELECT 1 AS one;"),
/// ]);
/// assert_eq!(MODELS.tables().len(), 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sql {
    /// The dialect it is written in; that for MySQL serves MariaDB too unless that has its own at the same place.
    pub dialect: Dialect,
    /// On which side of the tables it is.
    pub place: Place,
    /// The statements.
    pub text: &'static str,
}

/// On which side of the tables further SQL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before them: they need it.
    Before,
    /// After them: it needs them.
    After,
}

impl Sql {
    /// Statements that come before the tables: extensions, types, functions that defaults and checks call.
    pub const fn before(dialect: Dialect, text: &'static str) -> Self {
        Self {
            dialect,
            place: Place::Before,
            text,
        }
    }

    /// Statements that come after the tables: views, triggers, and the functions that these call.
    pub const fn after(dialect: Dialect, text: &'static str) -> Self {
        Self {
            dialect,
            place: Place::After,
            text,
        }
    }
}

impl Models {
    /// A list of tables, in any order.
    pub const fn new(tables: &'static [&'static TableModel]) -> Self {
        Self { tables, sql: &[] }
    }

    /// The same with SQL beside the tables.
    #[must_use]
    pub const fn with_sql(self, sql: &'static [Sql]) -> Self {
        Self { sql, ..self }
    }

    /// The tables, in the order in which they were listed.
    pub const fn tables(&self) -> &'static [&'static TableModel] {
        self.tables
    }

    /// The tables as a schema of this dialect, in the words of the declaration: a database may spell types, defaults
    /// and expressions otherwise. What stands in SQL beside the tables is not in it.
    ///
    /// # Errors
    /// Everything that does not fit together, and everything that the dialect lacks, at once.
    pub fn schema(&self, dialect: Dialect) -> Result<Schema, ModelErrors> {
        let errors = check(self.tables, dialect);
        if errors.is_empty() {
            Ok(convert(self.tables, dialect))
        } else {
            Err(ModelErrors { dialect, errors })
        }
    }

    /// The statements beside the tables that serve a dialect.
    pub(super) fn beside(
        &self,
        dialect: Dialect,
        place: Place,
    ) -> Result<Vec<String>, ModelErrors> {
        let at = |dialect: Dialect| {
            let of = move |sql: &&Sql| sql.dialect == dialect && sql.place == place;
            self.sql.iter().filter(of).collect::<Vec<_>>()
        };
        let mut texts = at(dialect);
        if let (true, Some(fallback)) = (texts.is_empty(), dialect.fallback()) {
            texts = at(fallback);
        }
        let mut statements = Vec::new();
        let mut errors = Vec::new();
        for sql in texts {
            let script = split(sql.text, dialect);
            errors.extend(script.errors.iter().map(|error| ModelError::Sql {
                message: format!(
                    "the SQL {} the tables cannot be read: {}",
                    match place {
                        Place::Before => "before",
                        Place::After => "after",
                    },
                    error.message
                ),
            }));
            let texts = script.statements.iter();
            statements.extend(texts.map(|statement| sql.text[statement.text.clone()].to_owned()));
        }
        if errors.is_empty() {
            Ok(statements)
        } else {
            Err(ModelErrors { dialect, errors })
        }
    }
}

/// A list of tables that derive `migrate::Table`: [`Models`] that can stand in a `static`.
///
/// ```ignore
/// static MODELS: migrate::Models = migrate::models![User, Post];
/// ```
#[macro_export]
macro_rules! models {
    ($($table:ty),* $(,)?) => {
        $crate::model::desired::Models::new(&[
            $(<$table as $crate::model::desired::Table>::MODEL),*
        ])
    };
}
