//! Rows that are put into tables before a change and looked for after it.

use std::collections::BTreeMap;

use super::side::Workshop;
use crate::database::api::finish;
use crate::database::backend::Backend;
use crate::database::connect::{Intent, connect};
use crate::database::error::{Error, Kind, ServerError};
use crate::database::target::Database;
use crate::model::autogenerate::Sample;
use crate::model::diff::Renames;
use crate::model::schema::{Name, Schema, Table};
use crate::text::Dialect;
use crate::text::sql::quote_ident;

/// The tables that have rows, and those for which none could be made.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) tables: Vec<Name>,
    pub(super) remarks: Vec<String>,
}

/// What of a table is there before and after.
#[derive(Debug)]
pub(super) struct Kept {
    old: Name,
    new: Name,
    columns: Vec<KeptColumn>,
}

#[derive(Debug)]
struct KeptColumn {
    old: (String, String),
    new: (String, String),
    look: Look,
}

/// What is compared of a value: it may be spelt otherwise in another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Value,
    IsThere,
}

/// One side of a [`Kept`]: the table, and the columns with their types.
type Where<'k> = (&'k Name, Vec<(&'k str, &'k str, Look)>);

impl Kept {
    /// Where it is before the change.
    pub(super) fn before(&self) -> Where<'_> {
        (
            &self.old,
            self.columns
                .iter()
                .map(|it| (it.old.0.as_str(), it.old.1.as_str(), it.look))
                .collect(),
        )
    }

    /// Where it is after the change.
    pub(super) fn after(&self) -> Where<'_> {
        (
            &self.new,
            self.columns
                .iter()
                .map(|it| (it.new.0.as_str(), it.new.1.as_str(), it.look))
                .collect(),
        )
    }
}

/// What a change keeps of the tables that have rows.
pub(super) fn kept(
    before: &Schema,
    after: &Schema,
    renames: &Renames,
    filled: &[Name],
) -> Vec<Kept> {
    let mut all = Vec::new();
    for table in filled.iter().filter_map(|name| before.tables.get(name)) {
        let new = renames.new_table(&table.name).unwrap_or(&table.name);
        let Some(later) = after.tables.get(new) else {
            continue;
        };
        all.push(Kept {
            old: table.name.clone(),
            new: new.clone(),
            columns: columns(table, later, renames),
        });
    }
    all
}

fn columns(table: &Table, later: &Table, renames: &Renames) -> Vec<KeptColumn> {
    let mut columns = Vec::new();
    for column in table.columns.iter().filter(|it| it.generated.is_none()) {
        let name = renames
            .new_column(&later.name, &column.name)
            .unwrap_or(&column.name);
        let Some(new) = later.column(name).filter(|it| it.generated.is_none()) else {
            continue;
        };
        let look = if new.data_type.eq_ignore_ascii_case(&column.data_type) {
            Look::Value
        } else {
            Look::IsThere
        };
        columns.push(KeptColumn {
            old: (column.name.clone(), column.data_type.clone()),
            new: (new.name.clone(), new.data_type.clone()),
            look,
        });
    }
    columns
}

/// The rows of each table, by its former name, sorted.
pub(super) type Rows = BTreeMap<Name, Vec<Vec<Option<String>>>>;

impl Workshop<'_> {
    /// Puts rows into tables, as far as they take them.
    pub(super) async fn fill(
        &self,
        database: &Database,
        samples: &[Sample],
    ) -> Result<Filled, Error> {
        let settings = self.migrations.settings()?;
        let mut backend = connect(database, Intent::Read, settings).await?;
        let mut filled = Filled::default();
        for sample in samples {
            let mut refused = None;
            let mut taken = 0;
            for ways in &sample.rows {
                for way in ways {
                    match backend.execute(way.clone()).await {
                        Ok(_) => {
                            taken += 1;
                            break;
                        }
                        Err(error) => refused = refused.or(Some(error.message)),
                    }
                }
            }
            if taken > 0 {
                filled.tables.push(sample.table.clone());
            } else {
                let why = refused.unwrap_or_else(|| "it has a type without samples".to_owned());
                filled.remarks.push(format!(
                    "the proof could make no row for {}: {why}",
                    sample.table
                ));
            }
        }
        backend.close().await;
        Ok(filled)
    }

    /// The rows as they are now.
    pub(super) async fn rows<'k>(
        &self,
        database: &Database,
        kept: &'k [Kept],
        side: fn(&'k Kept) -> Where<'k>,
    ) -> Result<Rows, Error> {
        let settings = self.migrations.settings()?;
        let mut backend = connect(database, Intent::Read, settings).await?;
        let rows = read(&mut *backend, self.dialect, kept, side).await;
        let rows = rows.map_err(|error| {
            Error::new(Kind::Server {
                doing: "reading the rows of",
                target: database.to_string(),
                error,
            })
        });
        finish(backend, &rows).await;
        rows
    }
}

async fn read<'k>(
    backend: &mut dyn Backend,
    dialect: Dialect,
    kept: &'k [Kept],
    side: fn(&'k Kept) -> Where<'k>,
) -> Result<Rows, ServerError> {
    let mut all = Rows::new();
    for table in kept {
        let (name, columns) = side(table);
        let mut from = quote_ident(&name.name, dialect);
        if let Some(schema) = &name.schema {
            from = format!("{}.{from}", quote_ident(schema, dialect));
        }
        let mut values: Vec<String> = columns
            .iter()
            .map(|(name, kind, look)| shown(&quote_ident(name, dialect), kind, *look, dialect))
            .collect();
        if values.is_empty() {
            values.push("'x'".to_owned());
        }
        let sql = format!("SELECT {} FROM {from}", values.join(", "));
        let mut rows: Vec<Vec<Option<String>>> = backend.query(sql).await?;
        rows.sort();
        all.insert(table.old.clone(), rows);
    }
    Ok(all)
}

/// A value as text.
fn shown(column: &str, kind: &str, look: Look, dialect: Dialect) -> String {
    if look == Look::IsThere {
        return format!("CASE WHEN {column} IS NULL THEN NULL ELSE 'x' END");
    }
    let kind = kind.to_ascii_lowercase();
    let is_binary = [
        "blob",
        "binary",
        "bit",
        "geometry",
        "point",
        "polygon",
        "linestring",
    ]
    .iter()
    .any(|it| kind.contains(it));
    match dialect {
        Dialect::Postgres => format!("{column}::text"),
        Dialect::Sqlite => format!("quote({column})"),
        _ if is_binary => format!("HEX({column})"),
        _ => format!("CAST({column} AS CHAR)"),
    }
}
