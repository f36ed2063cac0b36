//! What does not fit together in a list of models.

use std::fmt;

use crate::text::diagnostic::{Class, nearest};
use crate::text::{Diagnostic, Dialect};

/// One thing that does not fit together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelError {
    /// Two structs are one table.
    DuplicateTable {
        /// The name of the table.
        table: String,
        /// The structs.
        structs: [&'static str; 2],
    },
    /// Two constraints or indexes have one name.
    DuplicateName {
        /// The name.
        name: String,
        /// The tables they belong to.
        tables: [String; 2],
    },
    /// Two enums are one type.
    DuplicateEnum {
        /// The name of the type.
        name: String,
        /// The Rust types.
        types: [&'static str; 2],
    },
    /// A foreign key refers to a table that is not in the list.
    UnknownTable {
        /// The struct and its table.
        table: String,
        /// The name of the foreign key.
        foreign_key: String,
        /// The table that is missing.
        references: String,
        /// One of the list that has nearly that name.
        nearest: Option<String>,
    },
    /// A foreign key refers to a column that the other table lacks.
    UnknownColumn {
        /// The struct and its table.
        table: String,
        /// The name of the foreign key.
        foreign_key: String,
        /// The other table.
        references: String,
        /// The column that is missing.
        column: String,
        /// One of the other table that has nearly that name.
        nearest: Option<String>,
    },
    /// A foreign key refers to columns by which a row cannot be told.
    NotAKey {
        /// The struct and its table.
        table: String,
        /// The name of the foreign key.
        foreign_key: String,
        /// The other table and its columns.
        references: String,
    },
    /// The two sides of a foreign key hold different types, and the database asks for the same.
    TypesDiffer {
        /// The struct and its table.
        table: String,
        /// The column and its type.
        column: [String; 2],
        /// The other column and its type.
        references: [String; 2],
    },
    /// The type of a column cannot be written in this dialect.
    Type {
        /// The struct and its table.
        table: String,
        /// The column.
        column: String,
        /// The end of the sentence that begins with the column.
        reason: String,
    },
    /// A string or bytes without a length are in a key or an index.
    NeedsLength {
        /// The struct and its table.
        table: String,
        /// The column.
        column: String,
        /// The key or index.
        key: String,
    },
    /// The dialect has no such thing.
    Lacks {
        /// The struct and its table.
        table: String,
        /// What was asked for.
        what: String,
        /// How to ask for it elsewhere only.
        help: String,
    },
    /// Further SQL of the list cannot be read.
    Sql {
        /// What is wrong, and where.
        message: String,
    },
    /// The SQL cannot be written.
    Render {
        /// Why.
        message: String,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateTable {
                table,
                structs: [one, other],
            } => {
                write!(f, "`{one}` and `{other}` are both the table {table}")
            }
            Self::DuplicateName {
                name,
                tables: [one, other],
            } if one == other => {
                write!(f, "{one} has two constraints or indexes called {name}")
            }
            Self::DuplicateName {
                name,
                tables: [one, other],
            } => {
                write!(f, "{one} and {other} both have something called {name}")
            }
            Self::DuplicateEnum {
                name,
                types: [one, other],
            } => {
                write!(
                    f,
                    "`{one}` and `{other}` are both the type {name}, with different labels"
                )
            }
            Self::UnknownTable {
                table,
                foreign_key,
                references,
                ..
            } => {
                write!(
                    f,
                    "the foreign key {foreign_key} of {table} refers to the table {references}, which is not among the models"
                )
            }
            Self::UnknownColumn {
                table,
                foreign_key,
                references,
                column,
                ..
            } => {
                write!(
                    f,
                    "the foreign key {foreign_key} of {table} refers to {references}.{column}, and there is no such column"
                )
            }
            Self::NotAKey {
                table,
                foreign_key,
                references,
            } => {
                write!(
                    f,
                    "the foreign key {foreign_key} of {table} refers to {references}, which is neither the primary key nor unique"
                )
            }
            Self::TypesDiffer {
                table,
                column: [column, own],
                references: [references, other],
            } => {
                write!(
                    f,
                    "{column} of {table} is {own}, and {references}, to which it refers, is {other}"
                )
            }
            Self::Type {
                table,
                column,
                reason,
            } => write!(f, "{column} of {table} {reason}"),
            Self::NeedsLength { table, column, key } => {
                write!(
                    f,
                    "{column} of {table} has no greatest length and is in {key}"
                )
            }
            Self::Lacks { table, what, .. } => write!(f, "{table} asks for {what}"),
            Self::Sql { message } | Self::Render { message } => f.write_str(message),
        }
    }
}

impl ModelError {
    /// How to mend it.
    fn help(&self) -> Option<String> {
        match self {
            Self::DuplicateTable { .. } => {
                Some("`#[table(name = \"..\")]` gives one of them another name".to_owned())
            }
            Self::DuplicateName { .. } => {
                Some("`name = \"..\"` gives one of them another".to_owned())
            }
            Self::DuplicateEnum { .. } => {
                Some("`#[column_type(name = \"..\")]` gives one of them another name".to_owned())
            }
            Self::UnknownTable {
                nearest: Some(near),
                ..
            }
            | Self::UnknownColumn {
                nearest: Some(near),
                ..
            } => Some(format!("did you mean `{near}`?")),
            Self::UnknownTable { .. } => {
                Some("add its struct to `migrate::models![..]`".to_owned())
            }
            Self::UnknownColumn { .. }
            | Self::Type { .. }
            | Self::Sql { .. }
            | Self::Render { .. } => None,
            Self::NotAKey { .. } => Some("`#[column(unique)]` there makes it a key".to_owned()),
            Self::TypesDiffer { .. } => Some("give both the same type and length".to_owned()),
            Self::NeedsLength { .. } => {
                Some("`#[column(length(mysql = 255))]` makes it a varchar(255) there".to_owned())
            }
            Self::Lacks { help, .. } => Some(help.clone()),
        }
    }

    /// The error as a user sees it.
    pub fn diagnostic(&self) -> Diagnostic {
        let finding = Diagnostic::error(Class::Config, self.to_string());
        match self.help() {
            Some(help) => finding.help(help),
            None => finding,
        }
    }

    pub(super) fn unknown_table<'a>(
        table: String,
        foreign_key: &str,
        references: String,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        Self::UnknownTable {
            table,
            foreign_key: foreign_key.to_owned(),
            nearest: nearest(&references, known).map(str::to_owned),
            references,
        }
    }

    pub(super) fn unknown_column<'a>(
        table: String,
        foreign_key: &str,
        references: String,
        column: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        Self::UnknownColumn {
            table,
            foreign_key: foreign_key.to_owned(),
            references,
            column: column.to_owned(),
            nearest: nearest(column, known).map(str::to_owned),
        }
    }
}

impl std::error::Error for ModelError {}

/// Everything that does not fit together in a list of models, for one dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelErrors {
    /// The dialect.
    pub dialect: Dialect,
    /// The errors, in the order of the list; there is at least one.
    pub errors: Vec<ModelError>,
}

impl ModelErrors {
    /// One diagnostic that tells all of them.
    pub fn diagnostic(&self) -> Diagnostic {
        let count = self.errors.len();
        let dialect = self.dialect;
        if let [only] = self.errors.as_slice() {
            let mut finding = only.diagnostic();
            finding.message = format!(
                "the models make no schema for {dialect}: {}",
                finding.message
            );
            return finding;
        }
        let message = format!("the models make no schema for {dialect}: {count} errors");
        let mut finding = Diagnostic::error(Class::Config, message);
        for error in &self.errors {
            finding = finding.note(match error.help() {
                Some(help) => format!("{error}; {help}"),
                None => error.to_string(),
            });
        }
        finding
    }
}

impl fmt::Display for ModelErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.diagnostic(), f)
    }
}

impl std::error::Error for ModelErrors {}
