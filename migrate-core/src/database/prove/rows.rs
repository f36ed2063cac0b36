//! How many rows the tables have.

use std::collections::BTreeMap;

use super::report::RowsLost;
use crate::database::connect::{Intent, connect};
use crate::database::error::{Error, Kind};
use crate::database::target::Database;
use crate::model::schema::{Name, Schema};
use crate::model::set::Settings;
use crate::text::sql::{quote_ident, quote_literal};

/// The number of rows of each table.
pub(super) type Rows = BTreeMap<Name, u64>;

/// Counts the rows of all tables that hold rows of their own: those of a partitioned table are its partitions'.
pub(super) async fn count(
    database: &Database,
    settings: &Settings,
    schema: &Schema,
) -> Result<Rows, Error> {
    /// So many tables are counted by one statement.
    const TOGETHER: usize = 200;
    let dialect = schema.dialect;
    let mut backend = connect(database, Intent::Read, settings).await?;
    let tables: Vec<&Name> = schema
        .tables
        .iter()
        .filter(|table| {
            table
                .postgres()
                .is_none_or(|it| it.partition_by.is_none() && it.foreign.is_none())
        })
        .map(|table| &table.name)
        .collect();
    let mut rows = Rows::new();
    let mut failed = None;
    for tables in tables.chunks(TOGETHER) {
        let only = if dialect == crate::text::Dialect::Postgres {
            "ONLY "
        } else {
            ""
        };
        let text = if dialect.is_mysql_family() {
            "CHAR"
        } else {
            "TEXT"
        };
        let selects: Vec<String> = tables
            .iter()
            .enumerate()
            .map(|(place, name)| {
                let mut quoted = quote_ident(&name.name, dialect);
                if let Some(schema) = &name.schema {
                    quoted = format!("{}.{quoted}", quote_ident(schema, dialect));
                }
                let place = quote_literal(&place.to_string(), dialect);
                format!("SELECT {place}, CAST(count(*) AS {text}) FROM {only}{quoted}")
            })
            .collect();
        match backend.query(selects.join(" UNION ALL ")).await {
            Ok(counted) => {
                for row in counted {
                    let mut fields = row.into_iter().flatten();
                    let place = fields.next().and_then(|text| text.parse::<usize>().ok());
                    let count = fields.next().and_then(|text| text.parse().ok());
                    if let (Some(place), Some(count)) = (place, count)
                        && let Some(name) = tables.get(place)
                    {
                        rows.insert((*name).clone(), count);
                    }
                }
            }
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    backend.close().await;
    match failed {
        None => Ok(rows),
        Some(error) => Err(Error::new(Kind::Server {
            doing: "counting the rows of",
            target: database.to_string(),
            error,
        })),
    }
}

/// What a step has lost.
pub(super) fn lost(
    revision: &str,
    direction: &'static str,
    before: &Rows,
    after: &Rows,
) -> Vec<RowsLost> {
    let lost = |(table, had): (&Name, &u64)| {
        let left = after.get(table).copied();
        (*had > 0 && left.is_none_or(|left| left < *had)).then(|| RowsLost {
            revision: revision.to_owned(),
            direction,
            table: table.to_string(),
            before: *had,
            after: left,
        })
    };
    before.iter().filter_map(lost).collect()
}
