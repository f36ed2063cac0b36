//! Rows that are put into tables before a change and looked for after it; of columns whose type stays, see `converted` for
//! the others.

use std::collections::BTreeMap;

use super::side::Workshop;
use crate::database::api::finish;
use crate::database::backend::Backend;
use crate::database::connect::{Intent, connect};
use crate::database::error::{Error, Kind, ServerError};
use crate::database::target::Database;
use crate::model::autogenerate::Sample;
use crate::model::diff::Renames;
use crate::model::schema::{Column, Name, Schema, Table};
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
    pub(super) old: Name,
    pub(super) new: Name,
    columns: Vec<KeptColumn>,
}

/// A column that is there before and after.
#[derive(Debug)]
pub(super) struct KeptColumn {
    pub(super) old: Typed,
    pub(super) new: Typed,
}

/// The name of a column, and its type.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) data_type: String,
}

impl Typed {
    fn of(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
        }
    }
}

impl KeptColumn {
    fn is_converted(&self) -> bool {
        !self.old.data_type.eq_ignore_ascii_case(&self.new.data_type)
    }
}

/// One side of a [`Kept`]: the table, and the columns whose type stays.
pub(super) type Where<'k> = (&'k Name, Vec<&'k Typed>);

impl Kept {
    /// Where it is before the change.
    pub(super) fn before(&self) -> Where<'_> {
        let stays = self.columns.iter().filter(|it| !it.is_converted());
        (&self.old, stays.map(|it| &it.old).collect())
    }

    /// Where it is after the change.
    pub(super) fn after(&self) -> Where<'_> {
        let stays = self.columns.iter().filter(|it| !it.is_converted());
        (&self.new, stays.map(|it| &it.new).collect())
    }

    /// The columns whose values are of another type afterwards.
    pub(super) fn converted(&self) -> impl Iterator<Item = &KeptColumn> {
        self.columns.iter().filter(|it| it.is_converted())
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
        columns.push(KeptColumn {
            old: Typed::of(column),
            new: Typed::of(new),
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
        let from = quoted(name, dialect);
        let mut values: Vec<String> = columns
            .iter()
            .map(|it| shown(&quote_ident(&it.name, dialect), &it.data_type, dialect))
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

/// The name of a table in a statement.
pub(super) fn quoted(name: &Name, dialect: Dialect) -> String {
    let own = quote_ident(&name.name, dialect);
    match &name.schema {
        Some(schema) => format!("{}.{own}", quote_ident(schema, dialect)),
        None => own,
    }
}

/// A value as text.
pub(super) fn shown(column: &str, kind: &str, dialect: Dialect) -> String {
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
