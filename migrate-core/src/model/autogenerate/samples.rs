//! Rows that fit into the tables of a schema.

mod value;

use std::collections::BTreeSet;

use crate::model::diff::Renames;
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{Check, Column, ForeignKey, Name, Schema, Table};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, quote_ident, tokenize, unquote};
use value::literal;

/// Rows for one table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample {
    /// The table.
    pub table: Name,
    /// For each row the statements to try one after the other, until one is taken.
    pub rows: Vec<Vec<String>>,
}

/// So many rows for each table.
const ROWS: usize = 3;
/// So many ways are tried to make a row that the checks of its table take.
const WAYS: usize = 4;

/// Rows for the tables of `before`, in an order in which foreign keys find what they refer to.
///
/// A change of schema must be possible with them: where a column of `after` is stricter (NOT NULL, shorter), the value
/// obeys that too. The last row leaves out what may be left out.
pub fn samples(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Sample> {
    let mut made: BTreeSet<Name> = BTreeSet::new();
    let mut samples = Vec::new();
    let mut left: Vec<&Table> = before.tables.iter().filter(|it| takes_rows(it)).collect();
    while !left.is_empty() {
        let is_ready = |table: &&Table| {
            table
                .foreign_keys
                .iter()
                .all(|key| key.references == table.name || made.contains(&key.references))
        };
        // Of tables that refer to each other one has to be the first; its references stay empty where they may.
        let place = left.iter().position(is_ready).unwrap_or(0);
        let table = left.remove(place);
        let name = renames.new_table(&table.name).unwrap_or(&table.name);
        let maker = Maker {
            schema: before,
            table,
            later: after.tables.get(name),
            renames,
            made: &made,
        };
        samples.push(Sample {
            table: table.name.clone(),
            rows: (1..=ROWS).map(|row| maker.ways(row)).collect(),
        });
        made.insert(table.name.clone());
    }
    samples
}

/// Not those of another server, and not those whose rows stand in another table.
fn takes_rows(table: &Table) -> bool {
    let elsewhere = table
        .postgres()
        .is_some_and(|it| it.foreign.is_some() || it.partition_of.is_some());
    let is_virtual = table.sqlite().is_some_and(|it| it.virtual_table.is_some());
    !elsewhere && !is_virtual
}

struct Maker<'s> {
    schema: &'s Schema,
    table: &'s Table,
    /// The table as it will be.
    later: Option<&'s Table>,
    renames: &'s Renames,
    made: &'s BTreeSet<Name>,
}

impl Maker<'_> {
    fn ways(&self, row: usize) -> Vec<String> {
        let mut ways: Vec<String> = (0..WAYS).filter_map(|way| self.insert(row, way)).collect();
        ways.dedup();
        ways
    }

    fn dialect(&self) -> Dialect {
        self.schema.dialect
    }

    fn insert(&self, row: usize, way: usize) -> Option<String> {
        let mut columns = Vec::new();
        let mut values = Vec::new();
        let mut always = false;
        for column in &self.table.columns {
            if column.generated.is_some() {
                continue;
            }
            let value = match self.value(column, row, way) {
                Some(value) => value,
                None if self.may_be_left_out(column) => continue,
                None => return None,
            };
            always |= column
                .identity
                .as_ref()
                .is_some_and(|it| it.kind == crate::model::schema::IdentityKind::Always);
            columns.push(quote_ident(&column.name, self.dialect()));
            values.push(value);
        }
        let table = quoted(&self.table.name, self.dialect());
        if columns.is_empty() {
            return Some(if self.dialect().is_mysql_family() {
                format!("INSERT INTO {table} () VALUES ()")
            } else {
                format!("INSERT INTO {table} DEFAULT VALUES")
            });
        }
        let overriding = if always {
            "OVERRIDING SYSTEM VALUE "
        } else {
            ""
        };
        Some(format!(
            "INSERT INTO {table} ({}) {overriding}VALUES ({})",
            columns.join(", "),
            values.join(", ")
        ))
    }

    fn may_be_left_out(&self, column: &Column) -> bool {
        column.default.is_some()
            || column.identity.is_some()
            || column.nullability == Nullability::Nullable
    }

    /// As it will be.
    fn later_column(&self, column: &Column) -> Option<&Column> {
        let later = self.later?;
        let name = self.renames.new_column(&later.name, &column.name);
        later.column(name.unwrap_or(&column.name))
    }

    fn value(&self, column: &Column, row: usize, way: usize) -> Option<String> {
        let is_key = self
            .table
            .primary_key
            .iter()
            .flat_map(|key| &key.parts)
            .any(|part| part.column_name() == Some(&column.name));
        let will_be_needed = self
            .later_column(column)
            .is_some_and(|it| it.nullability == Nullability::NotNull);
        let is_empty = row == ROWS
            && column.nullability == Nullability::Nullable
            && !is_key
            && !will_be_needed;
        if is_empty {
            return None;
        }
        let key = self
            .table
            .foreign_keys
            .iter()
            .find(|key| key.columns.contains(&column.name));
        if let Some(key) = key
            && key.references != self.table.name
        {
            if !self.made.contains(&key.references) {
                return None;
            }
            return self.referred(key, column, row);
        }
        let mut checks = self.checked_literals(column, &self.table.checks);
        if let Some(later) = self.later {
            checks.extend(self.checked_literals(column, &later.checks));
        }
        literal(
            self.schema,
            column,
            self.later_column(column),
            row,
            way,
            &checks,
        )
    }

    /// What is in the row of the same number of the table that a foreign key refers to.
    fn referred(&self, key: &ForeignKey, column: &Column, row: usize) -> Option<String> {
        let place = key.columns.iter().position(|it| *it == column.name)?;
        let other = self.schema.tables.get(&key.references)?;
        let own = || {
            let key = other.primary_key.as_ref()?;
            key.parts.get(place)?.column_name().map(str::to_owned)
        };
        let referred = key.referred_columns.get(place).cloned().or_else(own)?;
        let referred = quote_ident(&referred, self.dialect());
        let first = key
            .referred_columns
            .first()
            .map_or_else(|| referred.clone(), |it| quote_ident(it, self.dialect()));
        Some(format!(
            "(SELECT {referred} FROM {} ORDER BY {first} LIMIT 1 OFFSET {})",
            quoted(&key.references, self.dialect()),
            row - 1
        ))
    }

    /// The literals in the checks that speak of a column.
    fn checked_literals(&self, column: &Column, checks: &[Check]) -> Vec<String> {
        let mut literals = Vec::new();
        for check in checks {
            let text = check.expression.as_str();
            let tokens: Vec<_> = tokenize(text, self.dialect()).collect();
            let speaks = tokens.iter().any(|token| {
                let word = &text[token.range.clone()];
                match token.kind {
                    TokenKind::Word => word.eq_ignore_ascii_case(&column.name),
                    TokenKind::QuotedIdent => unquote(word, self.dialect()) == column.name,
                    _ => false,
                }
            });
            if speaks {
                let values = tokens
                    .iter()
                    .filter(|it| matches!(it.kind, TokenKind::String | TokenKind::Number));
                literals.extend(values.map(|it| text[it.range.clone()].to_owned()));
            }
        }
        literals
    }
}

fn quoted(name: &Name, dialect: Dialect) -> String {
    let own = quote_ident(&name.name, dialect);
    match &name.schema {
        Some(schema) => format!("{}.{own}", quote_ident(schema, dialect)),
        None => own,
    }
}
