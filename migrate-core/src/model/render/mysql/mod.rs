//! SQL for MySQL and MariaDB.
//!
//! The operations of one table become one `ALTER TABLE`, or as few as cost little; what depends on tables goes before
//! and comes behind them. So the order here is one of kinds, and that of the operations holds within a kind:
//! triggers, views and routines that go; foreign keys that go; tables that go or are renamed; sequences; tables that
//! come; tables that change; foreign keys that come; routines, views, triggers and events that come.
//!
//! | file | what |
//! |---|---|
//! | `name`, `reserved` | names, in backticks where they need them |
//! | `expression` | the catalogue's SQL as a person would write it |
//! | `data_type`, `column`, `key`, `partition` | the lines of a table |
//! | `table` | `CREATE TABLE` |
//! | `change` | what becomes of one table |
//! | `alter`, `columns`, `options`, `partitioning` | `ALTER TABLE` |
//! | `place` | which columns have to be moved |
//! | `level` | `ALGORITHM` and `LOCK` |
//! | `loss` | what data is taken away |
//! | `foreign_keys` | foreign keys, which stand aside while tables change |
//! | `sequence`, `view`, `routine`, `trigger` | the rest |

mod alter;
mod change;
mod column;
mod columns;
mod data_type;
mod expression;
mod foreign_keys;
mod key;
mod level;
mod loss;
mod name;
mod options;
mod partition;
mod partitioning;
mod place;
mod reserved;
mod routine;
mod sequence;
mod table;
mod tables;
mod trigger;
mod view;

use super::{Options, RenderError, Statement};
use crate::model::diff::{Changes, Item, Operation};
use crate::model::schema::{Kind, Schema, View};
pub(super) use name::ident;
use name::name;
use trigger::TriggerChanges;
pub(super) use trigger::{in_its_place, last_place, renumber};
use view::Existing;

/// The statements that run these changes.
pub(super) fn render(
    changes: &Changes<'_>,
    options: &Options,
) -> Result<Vec<Statement>, RenderError> {
    let triggers = TriggerChanges::of(changes);
    let mut statements: Vec<Statement> = Vec::new();
    statements.extend(database(changes));
    statements.extend(triggers.drops);
    for operation in &changes.operations {
        if let Operation::Drop(item) = operation {
            statements.extend(drop(item)?.map(Statement::new));
        }
    }
    statements.extend(tables::render(changes, options));
    statements.extend(routines(changes)?);
    statements.extend(views(changes).into_iter().map(Statement::new));
    statements.extend(triggers.creates);
    statements.extend(events(changes));
    Ok(statements)
}

/// The character set of the database; its name is not said, so that it is the one of the connection.
fn database(changes: &Changes<'_>) -> Option<Statement> {
    let after: &Schema = changes
        .operations
        .iter()
        .find_map(|operation| match operation {
            // What nobody has told is not changed.
            Operation::Alter {
                before: Item::Database(before),
                after: Item::Database(after),
            } => before.collation.is_some().then_some(*after),
            _ => None,
        })?;
    let set = after
        .character_set
        .as_ref()
        .map(|set| format!(" CHARACTER SET {set}"));
    let collation = after
        .collation
        .as_ref()
        .map(|collation| format!(" COLLATE {collation}"));
    let words = [set, collation].map(Option::unwrap_or_default).concat();
    Some(Statement::new(format!("ALTER DATABASE{words}")))
}

/// What goes before anything is done to tables.
fn drop(item: &Item<'_>) -> Result<Option<String>, RenderError> {
    Ok(match item {
        Item::View(view) => Some(format!("DROP VIEW {}", name(&view.name))),
        Item::Function(function) => Some(routine::drop_function(function)),
        Item::Other(other) => Some(routine::drop_other(other).ok_or_else(|| unknown(item))?),
        Item::Grant(_) => return Err(unknown(item)),
        _ => None,
    })
}

fn unknown(item: &Item<'_>) -> RenderError {
    RenderError::new(
        item.id(),
        "this cannot be written for MySQL and MariaDB",
        "write the statement into the revision by hand",
    )
}

/// Functions and procedures.
fn routines(changes: &Changes<'_>) -> Result<Vec<Statement>, RenderError> {
    let dialect = changes.after.dialect;
    let mut statements = Vec::new();
    for operation in &changes.operations {
        let (Operation::Create(item) | Operation::Alter { after: item, .. }) = operation else {
            continue;
        };
        match (item, operation) {
            (Item::Function(it), _) if routine::is_oracle(it.sql_mode.as_deref()) => {
                return Err(oracle(item));
            }
            (Item::Other(it), _) if it.id.kind != Kind::Event => return Err(oracle(item)),
            (Item::Grant(_), _) => return Err(unknown(item)),
            (
                Item::Function(it),
                Operation::Alter {
                    before: Item::Function(old),
                    ..
                },
            ) => {
                let drop = routine::drop_function(old);
                let texts = routine::replace(&it.definition, drop, dialect);
                statements.extend(routine::under(it.sql_mode.as_deref(), texts));
            }
            (Item::Function(it), _) => {
                let text = routine::definition(&it.definition, dialect);
                statements.extend(routine::under(it.sql_mode.as_deref(), vec![text]));
            }
            _ => {}
        }
    }
    Ok(statements)
}

/// A definition in Oracle's language, whose end a file of revisions cannot tell without `DELIMITER`.
fn oracle(item: &Item<'_>) -> RenderError {
    RenderError::new(
        item.id(),
        "its definition is written for sql_mode=ORACLE",
        "write it into a revision by hand, between `DELIMITER` lines",
    )
}

fn views(changes: &Changes<'_>) -> Vec<String> {
    let views = changes
        .operations
        .iter()
        .filter_map(|operation| match operation {
            Operation::Create(Item::View(view)) => Some((*view, Existing::None)),
            Operation::Alter {
                after: Item::View(view),
                ..
            } => Some((*view, Existing::Replaced)),
            _ => None,
        });
    let views: Vec<(&View, Existing)> = views.collect();
    let dialect = changes.after.dialect;
    view::in_order(views, dialect)
        .into_iter()
        .map(|(view, existing)| view::create(view, existing, dialect))
        .collect()
}

fn events(changes: &Changes<'_>) -> Vec<Statement> {
    let dialect = changes.after.dialect;
    let mut texts = Vec::new();
    for operation in &changes.operations {
        match operation {
            Operation::Create(Item::Other(it)) if it.id.kind == Kind::Event => {
                texts.push(routine::definition(&it.definition, dialect));
            }
            Operation::Alter {
                after: Item::Other(it),
                ..
            } if it.id.kind == Kind::Event => {
                let drop = routine::drop_other(it).unwrap_or_default();
                texts.extend(routine::replace(&it.definition, drop, dialect));
            }
            _ => {}
        }
    }
    texts.into_iter().map(Statement::new).collect()
}
