//! A live database beside what its revisions make.

use serde::Serialize;

use super::report::Finding;
use super::scratch::Scratch;
use super::side::owned;
use super::verify::apart;
use crate::database::error::Error;
use crate::database::introspect::introspect;
use crate::database::run::Run;
use crate::database::target::Database;
use crate::model::Migrations;
use crate::model::schema::{Filter, compare};

/// What [`drift`] has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Drift {
    /// The database was compared.
    Compared {
        /// The effective rows at which it was.
        at: Vec<String>,
        /// Everything that differs.
        findings: Vec<Finding>,
        /// What differs and makes no difference.
        remarks: Vec<String>,
    },
    /// It was not, and why.
    NotCompared(String),
}

/// Compares what is in `live` with what its recorded revisions make on a throw-away database. `live` is only read.
///
/// `filter` says which of its objects are looked at, and the tables in which other migration tools keep what they have
/// applied never are; on PostgreSQL, of schemas other than the default one, those that
/// the revisions make.
///
/// # Errors
/// When one of the databases cannot be reached or read, and when the revisions cannot be run.
pub async fn drift(
    migrations: &Migrations,
    live: &Database,
    scratch: &Scratch,
    filter: &Filter,
) -> Result<Drift, Error> {
    let current = migrations.current(live).await?;
    let names = |rows: &[crate::database::RecordedRevision]| -> Vec<String> {
        rows.iter().map(|row| row.revision.clone()).collect()
    };
    if !current.in_flight.is_empty() {
        let list = names(&current.in_flight).join(", ");
        return Ok(Drift::NotCompared(format!(
            "in flight: {list}; `migrate-cli status` says more"
        )));
    }
    if !current.unknown.is_empty() {
        let list = names(&current.unknown).join(", ");
        return Ok(Drift::NotCompared(format!(
            "the database has revisions that are not here: {list}"
        )));
    }
    let at = names(&current.current);
    let replayed = scratch.database_like(Some(live)).await?;
    migrations.ensure_tables(&replayed).await?;
    for revision in &at {
        migrations.run(&replayed, Run::upgrade(revision)).await?;
    }
    let settings = migrations.settings()?;
    let mut expected = introspect(&replayed, settings, &Filter::default()).await?;
    scratch.done_with(&replayed).await?;
    let namespaces = expected.namespaces.iter().map(|it| it.name.clone());
    let filter = Filter {
        namespaces: filter
            .namespaces
            .clone()
            .or_else(|| Some(namespaces.collect())),
        ..owned(filter)
    };
    filter.apply(&mut expected);
    let found = introspect(live, settings, &filter).await?;
    let (order, differences) = apart(compare(&expected, &found));
    let tell = |difference| {
        Finding::of_difference(
            difference,
            "is in the database and not in the migrations",
            "is in the migrations and not in the database",
            "differs between the migrations and the database",
        )
    };
    Ok(Drift::Compared {
        at,
        findings: differences.into_iter().map(tell).collect(),
        remarks: order.iter().map(ToString::to_string).collect(),
    })
}
