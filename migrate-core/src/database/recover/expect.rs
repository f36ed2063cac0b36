//! What a database has after a statement and not before it.
//!
//! `fact` is what can be looked for, `alter` the part of `ALTER TABLE`.

mod alter;
mod fact;
#[cfg(test)]
mod tests;

use crate::text::Dialect;
use crate::text::ddl::{
    Boundary, Change, CreateObject, DropObject, Existing, Missing, Name, ObjectKind, Rename,
    boundary,
};
use crate::text::sql::split;
use alter::alterations;
pub(super) use fact::{Fact, Presence};

/// What can be said about a statement that was in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expectation {
    /// It may be run once more, whether it has happened or not.
    Repeatable,
    /// When it has happened, all of this holds; when not, the opposite of all of this.
    Facts(Vec<(Fact, Presence)>),
    /// Nothing, and why.
    Unknown(&'static str),
}

/// The expectation of one statement.
pub(super) fn expectation(change: &Change, sql: &str, dialect: Dialect) -> Expectation {
    use Presence::{Absent, Present};
    let facts = match change {
        Change::CreateTable(table) => match table.existing {
            Existing::Error => vec![(Fact::Table(table.name.clone()), Present)],
            // Once more would take the rows of the query once more, from a table that may have changed.
            Existing::Replace if table.from_query => return Expectation::Unknown(REPLACED),
            Existing::Skip | Existing::Replace => return Expectation::Repeatable,
        },
        Change::CreateIndex(index) => match (index.existing, &index.name) {
            // On PostgreSQL an index that is there may be an invalid one, so it is looked at all the same.
            (Existing::Skip, Some(name)) if dialect == Dialect::Postgres => {
                vec![(
                    Fact::Index(Some(index.table.clone()), name.clone()),
                    Present,
                )]
            }
            (Existing::Skip | Existing::Replace, _) => return Expectation::Repeatable,
            (Existing::Error, Some(name)) => vec![(
                Fact::Index(Some(index.table.clone()), name.clone()),
                Present,
            )],
            (Existing::Error, None) => return Expectation::Unknown(UNNAMED),
        },
        Change::DropIndex(drop) => match drop.missing {
            Missing::Skip => return Expectation::Repeatable,
            Missing::Error => {
                let fact = |name: &Name| (Fact::Index(drop.table.clone(), name.clone()), Absent);
                drop.names.iter().map(fact).collect()
            }
        },
        Change::AlterTable(alter) => return alterations(&alter.table, &alter.actions, dialect),
        Change::RenameTables(renames) => return renamed_tables(renames),
        Change::Create(create) => return created(create),
        Change::Drop(drop) => return dropped(drop),
        Change::Rename(rename) => {
            let Rename { from, to } = &rename.rename;
            let to = Name {
                schema: to.schema.clone().or_else(|| from.schema.clone()),
                ..to.clone()
            };
            vec![
                (Fact::Object(rename.kind, from.clone()), Absent),
                (Fact::Object(rename.kind, to), Present),
            ]
        }
        Change::Truncate(_) | Change::Reindex(_) => return Expectation::Repeatable,
        Change::Data(_) => return Expectation::Unknown(ROWS),
        Change::Alter(..) | Change::Other if is_harmless(sql, dialect) => {
            return Expectation::Repeatable;
        }
        _ => return Expectation::Unknown(NOT_READ),
    };
    known(facts)
}

const REPLACED: &str = "a table that is replaced by a query looks the same before and after";
const UNNAMED: &str = "what is created has no name of its own";
const SWAPPED: &str = "tables that take each other's names look the same before and after";
const ROWS: &str = "it writes rows outside of a transaction";
const NOT_READ: &str = "it is no statement whose effect can be looked for";
const NOTHING: &str = "nothing that it changes can be looked for";

fn known(facts: Vec<(Fact, Presence)>) -> Expectation {
    if facts.is_empty() {
        Expectation::Unknown(NOTHING)
    } else {
        Expectation::Facts(facts)
    }
}

/// Statements of other kinds that do the same once more, or nothing.
fn is_harmless(sql: &str, dialect: Dialect) -> bool {
    let script = split(sql, dialect);
    let words = script.statements.first();
    let mut words = words.into_iter().flat_map(|statement| &statement.keywords);
    let mut next = || words.next().map_or("", |word| word.as_str());
    match next() {
        "ANALYZE" | "OPTIMIZE" | "VACUUM" | "CHECKPOINT" | "CLUSTER" | "COMMIT" | "PRAGMA"
        | "UNLOCK" | "FLUSH" | "GRANT" | "REVOKE" | "COMMENT" | "DISCARD" | "REFRESH" => true,
        "SET" => dialect.is_mysql_family() && boundary(sql, dialect) == Boundary::Within,
        // Sets what it names.
        "ALTER" => matches!(
            next(),
            "DATABASE" | "SCHEMA" | "SYSTEM" | "USER" | "ROLE" | "SEQUENCE" | "EVENT" | "VIEW"
        ),
        _ => false,
    }
}

/// A table that only changes its name is gone under the old one; tables that swap names are told apart by nothing.
fn renamed_tables(renames: &[Rename]) -> Expectation {
    let mut facts = Vec::new();
    for Rename { from, to } in renames {
        let taken = |name: &Name| renames.iter().any(|rename| &rename.to == name);
        let left = |name: &Name| renames.iter().any(|rename| &rename.from == name);
        let to = Name {
            schema: to.schema.clone().or_else(|| from.schema.clone()),
            ..to.clone()
        };
        if !taken(from) {
            facts.push((Fact::Table(from.clone()), Presence::Absent));
        }
        if !left(&to) {
            facts.push((Fact::Table(to), Presence::Present));
        }
    }
    if facts.is_empty() {
        Expectation::Unknown(SWAPPED)
    } else {
        Expectation::Facts(facts)
    }
}

fn created(create: &CreateObject) -> Expectation {
    match (create.existing, create.kind) {
        (Existing::Skip | Existing::Replace, _) => Expectation::Repeatable,
        (_, kind) if !is_listed(kind) => Expectation::Unknown(NOT_READ),
        (Existing::Error, kind) => {
            // A trigger lives in the schema of its table.
            let schema = create
                .name
                .schema
                .clone()
                .or_else(|| create.on.as_ref()?.schema.clone());
            let name = Name {
                schema,
                ..create.name.clone()
            };
            Expectation::Facts(vec![(Fact::Object(kind, name), Presence::Present)])
        }
    }
}

fn dropped(drop: &DropObject) -> Expectation {
    match (drop.missing, drop.kind) {
        (Missing::Skip, _) => Expectation::Repeatable,
        (Missing::Error, ObjectKind::Table) => {
            let facts = drop
                .names
                .iter()
                .map(|name| (Fact::Table(name.clone()), Presence::Absent));
            Expectation::Facts(facts.collect())
        }
        (Missing::Error, kind) if is_listed(kind) => {
            let facts = drop
                .names
                .iter()
                .map(|name| (Fact::Object(kind, name.clone()), Presence::Absent));
            Expectation::Facts(facts.collect())
        }
        _ => Expectation::Unknown(NOT_READ),
    }
}

/// Whether the catalogue is asked for this kind.
const fn is_listed(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::View
            | ObjectKind::Trigger
            | ObjectKind::Procedure
            | ObjectKind::Function
            | ObjectKind::Event
            | ObjectKind::Package
            | ObjectKind::PackageBody
            | ObjectKind::Sequence
            | ObjectKind::Schema
            | ObjectKind::Database
    )
}
