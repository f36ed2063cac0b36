//! What of a table `ALTER TABLE` can change in place, and what is left for a rebuild.
//!
//! The steps are tried on the model: what still differs behind them needs a rebuild, whatever the operations were.

use super::ident::mentions;
use super::table::{Place, column, is_constant, is_same};
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{
    Column, Difference, Generation, KeyPart, Kind, PartSource, Schema, Table, compare,
};
use crate::text::Dialect;
use crate::text::ddl::{ConstraintKind, table_definition};

/// How a table becomes what it shall be.
#[derive(Debug, Clone)]
pub(super) struct Plan<'s> {
    /// What `ALTER TABLE` does.
    pub(super) steps: Vec<Step<'s>>,
    /// What still differs then: a rebuild does all of it.
    pub(super) left: Vec<Difference>,
}

/// One `ALTER TABLE`.
#[derive(Debug, Clone)]
pub(super) enum Step<'s> {
    /// `ADD COLUMN`.
    Add(&'s Column),
    /// `DROP COLUMN`.
    Drop(String),
}

/// How `now`, which has the names it shall have, becomes `after`.
pub(super) fn plan<'s>(now: &Table, after: &'s Table) -> Plan<'s> {
    let mut table = now.clone();
    let mut steps = Vec::new();
    for column in &after.columns {
        if has(now, &column.name) || !may_be_added(after, column) {
            continue;
        }
        let name = column.name.as_str();
        table.columns.push(column.clone());
        let checks = after.checks.iter();
        let checks = checks.filter(|it| it.column.as_deref().is_some_and(|it| is_same(it, name)));
        table.checks.extend(checks.cloned());
        let keys = after.foreign_keys.iter();
        let keys = keys.filter(|it| is_one(&it.columns, name));
        table.foreign_keys.extend(keys.cloned());
        steps.push(Step::Add(column));
    }
    // A column that is computed from another one goes first.
    while let Some(place) = table
        .columns
        .iter()
        .position(|column| !has(after, &column.name) && may_be_dropped(&table, column))
    {
        let name = table.columns.remove(place).name;
        let own = |column: Option<&String>| column.is_some_and(|it| is_same(it, &name));
        table.checks.retain(|check| !own(check.column.as_ref()));
        table
            .foreign_keys
            .retain(|key| !is_one(&key.columns, &name));
        steps.push(Step::Drop(name));
    }
    table.sort();
    Plan {
        left: differences(table, after),
        steps,
    }
}

/// What differs between two states of a table beyond its indexes and the places of its columns.
fn differences(table: Table, after: &Table) -> Vec<Difference> {
    let schema = |table: Table| {
        let mut schema = Schema::new(Dialect::Sqlite, "main");
        schema.tables.insert(table);
        schema
    };
    let mut differences = compare(&schema(table), &schema(after.clone()));
    differences.retain(|it| it.object.kind != Kind::Index && !it.is_column_order());
    differences
}

fn has(table: &Table, column: &str) -> bool {
    table.columns.iter().any(|it| is_same(&it.name, column))
}

fn is_one(columns: &[String], name: &str) -> bool {
    matches!(columns, [column] if is_same(column, name))
}

fn is_in(parts: &[KeyPart], column: &str) -> bool {
    parts.iter().any(|part| match &part.source {
        PartSource::Column(name) | PartSource::Period(name) => is_same(name, column),
        PartSource::Expression(text) => mentions(text, column),
    })
}

/// Whether it is part of the primary key or of a unique constraint.
fn is_of_a_key(table: &Table, column: &str) -> bool {
    let primary = table.primary_key.iter().map(|key| &key.parts);
    let mut keys = primary.chain(table.uniques.iter().map(|key| &key.parts));
    keys.any(|parts| is_in(parts, column))
}

/// Whether `ADD COLUMN` takes a column, on a table with rows too.
fn may_be_added(table: &Table, column: &Column) -> bool {
    let refers = table
        .foreign_keys
        .iter()
        .any(|key| is_one(&key.columns, &column.name));
    !is_of_a_key(table, &column.name)
        && column.default.as_deref().is_none_or(is_constant)
        && !(refers && column.default.is_some())
        && column
            .generated
            .as_ref()
            .is_none_or(|it| it.generation == Generation::Virtual)
}

/// Whether `DROP COLUMN` takes a column once no index, view or trigger names it.
fn may_be_dropped(table: &Table, column: &Column) -> bool {
    let name = column.name.as_str();
    let others = table.columns.iter().filter(|it| it.name != column.name);
    let is_computed_from = others
        .filter_map(|it| it.generated.as_ref())
        .any(|it| mentions(&it.expression, name));
    let is_checked = table.checks.iter().any(|check| {
        let own = check.column.as_ref().is_some_and(|it| is_same(it, name));
        !own && mentions(&check.expression, name)
    });
    table.columns.len() > 1
        && !is_of_a_key(table, name)
        && !is_computed_from
        && !is_checked
        && !has_key_of_table(table, name)
}

/// Whether a foreign key of a column is written behind the columns, where it outlives the column and is in its way.
fn has_key_of_table(table: &Table, column: &str) -> bool {
    let names = |columns: &[String]| columns.iter().any(|it| is_same(it, column));
    if !table.foreign_keys.iter().any(|key| names(&key.columns)) {
        return false;
    }
    let sql = table.sqlite().map_or("", |options| options.sql.as_str());
    let Some(definition) = table_definition(sql) else {
        return true;
    };
    definition.constraints.iter().any(|it| match &it.kind {
        ConstraintKind::ForeignKey(key) => it.column.is_none() && names(&key.columns),
        _ => false,
    })
}

/// The statement, and what a reader should know of it.
pub(super) fn add_column(table: &Table, added: &Column) -> (String, Option<String>) {
    let sql = format!(
        "ALTER TABLE {} ADD COLUMN {}",
        super::ident::ident(&table.name.name),
        column(table, added, Place::Alone)
    );
    (sql, lacks_values(table, added))
}

/// What to say of a column that rows which are there would need a value for.
pub(super) fn lacks_values(table: &Table, added: &Column) -> Option<String> {
    let lacks = added.nullability == Nullability::NotNull
        && added.default.is_none()
        && added.generated.is_none();
    lacks.then(|| {
        format!(
            "fails if {table} has rows: nothing says what they get in {column}. Give it a DEFAULT, or add it without NOT \
             NULL, fill it, and make it NOT NULL then",
            table = table.name,
            column = added.name
        )
    })
}
