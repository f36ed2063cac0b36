//! The values of columns whose type changes: what the database itself makes of them.

use super::side::Workshop;
use super::survive::{Kept, KeptColumn, Typed, quoted, shown};
use crate::database::api::finish;
use crate::database::backend::Backend;
use crate::database::connect::{Intent, connect};
use crate::database::error::{Error, Kind, ServerError};
use crate::database::target::Database;
use crate::model::schema::Name;
use crate::text::Dialect;
use crate::text::revision::Direction;
use crate::text::sql::quote_ident;

/// A column at one end of a change.
#[derive(Debug, Clone, Copy)]
struct End<'k> {
    table: &'k Name,
    column: &'k Typed,
}

/// A column with its table, where a direction begins and where it ends.
fn ends<'k>(direction: Direction, kept: &'k Kept, column: &'k KeptColumn) -> (End<'k>, End<'k>) {
    let before = End {
        table: &kept.old,
        column: &column.old,
    };
    let after = End {
        table: &kept.new,
        column: &column.new,
    };
    match direction {
        Direction::Up => (before, after),
        Direction::Down => (after, before),
    }
}

/// The values of a column, sorted, as texts.
type Values = Vec<Option<String>>;

/// What is known of a column before its type changes.
#[derive(Debug)]
pub(super) struct Expected<'k> {
    from: End<'k>,
    to: End<'k>,
    values: Values,
    /// The same in the type that they are to have; `None` when the database cannot say it, as for a type that is not
    /// there yet.
    converted: Option<Values>,
}

impl Workshop<'_> {
    /// What the values of columns are to become.
    pub(super) async fn expected<'k>(
        &self,
        database: &Database,
        kept: &'k [Kept],
        direction: Direction,
    ) -> Result<Vec<Expected<'k>>, Error> {
        let columns = kept
            .iter()
            .flat_map(|table| table.converted().map(move |it| ends(direction, table, it)));
        let columns: Vec<(End<'k>, End<'k>)> = columns.collect();
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let mut backend = connect(database, Intent::Read, self.migrations.settings()?).await?;
        let all = looked_at(&mut *backend, &columns, self.dialect).await;
        let all = all.map_err(|error| reading(database, error));
        finish(backend, &all).await;
        all
    }

    /// Says of each column whose values are not what they should have become what is wrong.
    pub(super) async fn unlike(
        &self,
        database: &Database,
        expected: &[Expected<'_>],
    ) -> Result<Vec<String>, Error> {
        if expected.is_empty() {
            return Ok(Vec::new());
        }
        let mut backend = connect(database, Intent::Read, self.migrations.settings()?).await?;
        let said = compared(&mut *backend, expected, self.dialect).await;
        let said = said.map_err(|error| reading(database, error));
        finish(backend, &said).await;
        said
    }
}

async fn looked_at<'k>(
    backend: &mut dyn Backend,
    columns: &[(End<'k>, End<'k>)],
    dialect: Dialect,
) -> Result<Vec<Expected<'k>>, ServerError> {
    let mut all = Vec::new();
    for (from, to) in columns {
        all.push(Expected {
            from: *from,
            to: *to,
            values: values(backend, *from, dialect).await?,
            converted: converted(backend, *from, to.column, dialect).await,
        });
    }
    Ok(all)
}

async fn compared(
    backend: &mut dyn Backend,
    expected: &[Expected<'_>],
    dialect: Dialect,
) -> Result<Vec<String>, ServerError> {
    let mut said = Vec::new();
    for one in expected {
        said.extend(one.compared(backend, dialect).await?);
    }
    Ok(said)
}

impl Expected<'_> {
    async fn compared(
        &self,
        backend: &mut dyn Backend,
        dialect: Dialect,
    ) -> Result<Option<String>, ServerError> {
        let found = values(backend, self.to, dialect).await?;
        let told = |wanted: &Values| {
            format!(
                "the values of {}.{} should have become {}, and are {}",
                self.to.table,
                self.to.column.name,
                list(wanted),
                list(&found)
            )
        };
        if let Some(wanted) = &self.converted {
            return Ok((found != *wanted).then(|| told(wanted)));
        }
        // What cannot be said before may be said after: read back, they are what they were.
        let back = converted(backend, self.to, self.from.column, dialect).await;
        let is_there = |values: &Values| values.iter().filter(|it| it.is_some()).count();
        let is_kept = match back {
            Some(back) => back == self.values,
            None => is_there(&found) == is_there(&self.values),
        };
        Ok((!is_kept).then(|| told(&self.values)))
    }
}

fn list(values: &Values) -> String {
    let texts = values.iter().map(|it| it.as_deref().unwrap_or("NULL"));
    texts.collect::<Vec<_>>().join(", ")
}

fn reading(database: &Database, error: ServerError) -> Error {
    Error::new(Kind::Server {
        doing: "reading the rows of",
        target: database.to_string(),
        error,
    })
}

async fn values(
    backend: &mut dyn Backend,
    end: End<'_>,
    dialect: Dialect,
) -> Result<Values, ServerError> {
    let column = quote_ident(&end.column.name, dialect);
    let value = text(&column, &end.column.data_type, dialect);
    let from = quoted(end.table, dialect);
    let rows = backend.query(format!("SELECT {value} FROM {from}")).await?;
    let mut values: Values = rows.into_iter().flatten().collect();
    values.sort();
    Ok(values)
}

/// A value as text. SQLite keeps what it is given in columns of many types: there a text may become the same bytes.
fn text(column: &str, data_type: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => shown(&format!("CAST({column} AS TEXT)"), data_type, dialect),
        _ => shown(column, data_type, dialect),
    }
}

/// The values of a column as they are once they stand in a column of another type: the database does it, in a table that
/// goes with the connection.
async fn converted(
    backend: &mut dyn Backend,
    from: End<'_>,
    to: &Typed,
    dialect: Dialect,
) -> Option<Values> {
    const TABLE: &str = "migrate_proof_values";
    let column = quote_ident(&from.column.name, dialect);
    let value = match dialect {
        Dialect::Postgres => format!("{column}::{}", to.data_type),
        _ => column,
    };
    let made = format!("CREATE TEMPORARY TABLE {TABLE} (v {})", to.data_type);
    let filled = format!(
        "INSERT INTO {TABLE} (v) SELECT {value} FROM {}",
        quoted(from.table, dialect)
    );
    let read = format!("SELECT {} FROM {TABLE}", text("v", &to.data_type, dialect));
    backend.execute(made).await.ok()?;
    let rows = match backend.execute(filled).await {
        Ok(_) => backend.query(read).await,
        Err(error) => Err(error),
    };
    let dropped = backend.execute(format!("DROP TABLE {TABLE}")).await;
    let mut values: Values = rows.ok()?.into_iter().flatten().collect();
    dropped.ok()?;
    values.sort();
    Some(values)
}
