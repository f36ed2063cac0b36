//! SQL for SQLite.
//!
//! All operations of one table are one step: `ALTER TABLE` where SQLite can, else a rebuild. What such a step takes
//! along, or what would be in its way, is made again behind it.
//!
//! | file | what |
//! |---|---|
//! | `ident` | names, in quotes where they need them |
//! | `table` | `CREATE TABLE`, columns |
//! | `objects` | indexes, views, triggers |
//! | `aside` | when they come and go, and what goes out of the way for a while |
//! | `plans` | what is asked of each table |
//! | `alter` | what `ALTER TABLE` can do about a table |
//! | `rebuild` | the rest |
//! | `live` | what is there between two statements |

mod alter;
mod aside;
mod ident;
mod live;
mod objects;
mod plans;
mod rebuild;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use super::{Options, RenderError, Statement};
use crate::model::diff::{Changes, Item, Operation, Renames, with_new_names};
use crate::model::schema::{Name, Schema, Table};
use alter::{Plan, Step, add_column};
pub(super) use ident::ident;
use ident::mentions;
use live::Live;
use plans::{plans, renames, table_of};
use rebuild::{Mentions, rebuild};
pub(super) use rebuild::{converted, row_of};
use table::is_same;

/// The statements that run these changes.
pub(super) fn render(
    changes: &Changes<'_>,
    _options: &Options,
) -> Result<Vec<Statement>, RenderError> {
    let renames = renames(changes);
    let now = with_new_names(changes.before, &renames);
    let mut writer = Writer {
        changes,
        renames: &renames,
        now: &now,
        plans: plans(changes, &renames, &now),
        live: Live::new(&now, changes.after),
        renamed: BTreeSet::new(),
        dropping: BTreeSet::new(),
        settled: BTreeSet::new(),
        foreign_keys: ForeignKeys::On,
        statements: Vec::new(),
    };
    for operation in &changes.operations {
        writer.take(operation)?;
    }
    Ok(writer.finish())
}

/// Whether foreign keys are enforced while the statements run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ForeignKeys {
    On,
    Off,
}

struct Writer<'a> {
    changes: &'a Changes<'a>,
    renames: &'a Renames,
    /// The old schema with the new names.
    now: &'a Schema,
    /// What there is to do about the tables that stay.
    plans: BTreeMap<&'a Name, Plan<'a>>,
    live: Live<'a>,
    /// The tables, and columns of tables, that have their new names by now.
    renamed: BTreeSet<(&'a Name, Option<&'a str>)>,
    /// Tables that go as soon as those are gone that refer to them.
    dropping: BTreeSet<&'a Name>,
    /// The tables that have been seen to.
    settled: BTreeSet<&'a Name>,
    foreign_keys: ForeignKeys,
    statements: Vec<Statement>,
}

impl<'a> Writer<'a> {
    fn take(&mut self, operation: &Operation<'a>) -> Result<(), RenderError> {
        match *operation {
            Operation::Create(Item::Table(table)) => self.create_table(table),
            Operation::Drop(Item::Table(table)) => self.drop_table(table),
            Operation::Rename {
                before: Item::Table(before),
                after: Item::Table(after),
            } => self.rename_table(&before.name, &after.name),
            Operation::Rename {
                before: Item::Column(_, before),
                after: Item::Column(table, after),
            } => self.rename_column(&table.name, &before.name, &after.name),
            // A rebuild makes the indexes of its table as they shall be, and drops the triggers.
            Operation::Create(Item::Index(table, _)) if self.is_rebuilt(table) => {}
            Operation::Drop(Item::Index(table, _)) if self.is_rebuilt(table) => {}
            Operation::Drop(Item::Trigger(trigger)) if self.is_rebuilt(&trigger.table) => {}
            Operation::Create(Item::Index(table, index)) => self.create_index(table, index),
            Operation::Drop(Item::Index(_, index)) => self.drop_index(&index.name),
            Operation::Alter {
                before: Item::Index(_, before),
                after: Item::Index(table, after),
            }
            | Operation::Rename {
                before: Item::Index(_, before),
                after: Item::Index(table, after),
            } => {
                self.drop_index(&before.name);
                self.create_index(table, after);
            }
            Operation::Create(Item::View(view)) => self.create_view(view),
            Operation::Drop(Item::View(view)) => self.drop_view(&view.name.name),
            Operation::Alter {
                before: Item::View(before),
                after: Item::View(after),
            }
            | Operation::Rename {
                before: Item::View(before),
                after: Item::View(after),
            } => {
                self.drop_view(&before.name.name);
                self.create_view(after);
            }
            Operation::Create(Item::Trigger(trigger)) => self.create_trigger(trigger),
            Operation::Drop(Item::Trigger(trigger)) => self.drop_trigger(&trigger.name),
            Operation::Alter {
                before: Item::Trigger(before),
                after: Item::Trigger(after),
            }
            | Operation::Rename {
                before: Item::Trigger(before),
                after: Item::Trigger(after),
            } => {
                self.drop_trigger(&before.name);
                self.create_trigger(after);
            }
            Operation::Drop(item) => {
                let table = table_of(item).ok_or_else(|| unknown(item))?;
                self.settle(self.renames.new_table(table).unwrap_or(table));
            }
            Operation::Create(item)
            | Operation::Alter { after: item, .. }
            | Operation::Rename { after: item, .. } => {
                self.settle(table_of(item).ok_or_else(|| unknown(item))?);
            }
        }
        Ok(())
    }

    fn push(&mut self, sql: String) {
        self.statements.push(Statement::new(sql));
    }

    /// Whether a table that is there before and after is rebuilt; by either name.
    fn is_rebuilt(&self, table: &Name) -> bool {
        let new = self.renames.new_table(table).unwrap_or(table);
        self.plans
            .get(new)
            .is_some_and(|plan| !plan.left.is_empty())
    }

    /// Makes a table behind the others that come and that it refers to: SQLite does not ask for it, readers do.
    fn create_table(&mut self, table: &'a Table) {
        if !self.live.make_table(&table.name.name) {
            return;
        }
        let changes = self.changes;
        for key in &table.foreign_keys {
            let other = changes.after.tables.get(&key.references);
            // One that stands in for another of its name comes when that is gone.
            if let Some(other) = other.filter(|it| !self.now.tables.contains(&it.name)) {
                self.create_table(other);
            }
        }
        self.push(table::create(&table.name.name, table));
    }

    /// Drops a table behind the others that go and refer to it: `DROP TABLE` deletes the rows that refer to the table,
    /// or fails because there are some.
    fn drop_table(&mut self, table: &'a Table) {
        let name = table.name.name.as_str();
        if !self.dropping.insert(&table.name) {
            return;
        }
        let changes = self.changes;
        for operation in &changes.operations {
            if let Operation::Drop(Item::Table(other)) = operation
                && refers(other, name)
            {
                self.drop_table(other);
            }
        }
        let is_referred_to = self.now.tables.iter().any(|other| {
            !is_same(&other.name.name, name)
                && self.live.has_table(&other.name.name)
                && !self.settled.contains(&other.name)
                && refers(other, name)
        });
        if is_referred_to {
            self.foreign_keys = ForeignKeys::Off;
        }
        self.statements.push(Statement {
            loses: vec![format!("table {name}")],
            ..Statement::new(format!("DROP TABLE {}", ident(name)))
        });
        self.live.dropped_table(name);
    }

    fn rename_table(&mut self, before: &Name, after: &'a Name) {
        if self.renamed.insert((after, None)) {
            self.clear_the_way();
            // SQLite says of a name of another case that there is such a table already.
            let between = is_same(&before.name, &after.name).then(|| self.free_name(&after.name));
            let mut from = before.name.as_str();
            for to in between.iter().chain([&after.name]) {
                let sql = format!("ALTER TABLE {} RENAME TO {}", ident(from), ident(to));
                self.push(sql);
                from = to;
            }
        }
    }

    fn rename_column(&mut self, table: &'a Name, before: &str, after: &'a str) {
        if self.renamed.insert((table, Some(after))) {
            self.clear_the_way();
            self.push(format!(
                "ALTER TABLE {} RENAME COLUMN {} TO {}",
                ident(&table.name),
                ident(before),
                ident(after)
            ));
        }
    }

    /// Gives a table and its columns their new names, if they have any and not got them yet.
    fn rename_first(&mut self, name: &'a Name) {
        let renames = self.renames;
        for (before, after) in renames.tables().filter(|(_, after)| *after == name) {
            self.rename_table(before, after);
        }
        for (table, before, after) in renames.columns().filter(|(table, ..)| *table == name) {
            self.rename_column(table, before, after);
        }
    }

    /// Makes a table what it shall be, once.
    fn settle(&mut self, name: &'a Name) {
        let (Some(now), Some(after)) = (
            self.now.tables.get(name),
            self.changes.after.tables.get(name),
        ) else {
            return;
        };
        self.rename_first(&after.name);
        let Some(Plan { steps, left }) = self.plans.get(name).cloned() else {
            return;
        };
        if !self.settled.insert(&after.name) {
            return;
        }
        if left.is_empty() {
            for step in steps {
                self.step(now, after, step);
            }
            return;
        }
        self.foreign_keys = ForeignKeys::Off;
        let mentions = if self.live.naming(&name.name).is_empty() && self.live.broken().is_empty() {
            Mentions::None
        } else {
            Mentions::Some
        };
        let new = self.free_name(&name.name);
        self.statements
            .extend(rebuild(now, after, &new, &left, mentions));
        let triggers = self.live.triggers_of(&name.name);
        self.live.take_belongings(&name.name);
        for index in &after.indexes {
            self.create_index(&after.name, index);
        }
        for trigger in triggers {
            if let Some(same) = self.after_trigger(trigger) {
                self.create_trigger(same);
            }
        }
    }

    fn step(&mut self, now: &'a Table, after: &'a Table, step: Step<'a>) {
        match step {
            Step::Add(column) => {
                let (sql, note) = add_column(after, column);
                self.statements.push(Statement {
                    note,
                    ..Statement::new(sql)
                });
            }
            Step::Drop(column) => {
                let table = after.name.name.as_str();
                for index in &now.indexes {
                    if mentions(&objects::index(table, index), &column) {
                        self.drop_index(&index.name);
                    }
                }
                self.clear_the_way_of_a_column(table, &column);
                let is_computed = now.column(&column).is_some_and(|it| it.generated.is_some());
                let loses = (!is_computed).then(|| format!("column {table}.{column}"));
                self.statements.push(Statement {
                    loses: loses.into_iter().collect(),
                    ..Statement::new(format!(
                        "ALTER TABLE {} DROP COLUMN {}",
                        ident(table),
                        ident(&column)
                    ))
                });
            }
        }
    }

    /// A name that no table has, for the new one while the old one is there.
    fn free_name(&self, name: &str) -> String {
        let schemas = [self.changes.before, self.now, self.changes.after];
        let taken = |name: &str| {
            schemas.iter().any(|schema| {
                let mut tables = schema.tables.iter().map(|it| &it.name.name);
                let mut views = schema.views.iter().map(|it| &it.name.name);
                tables.any(|it| is_same(it, name)) || views.any(|it| is_same(it, name))
            })
        };
        let mut new = format!("new_{name}");
        while taken(&new) {
            new.insert_str(0, "new_");
        }
        new
    }

    /// Makes again what was in the way or went with something else.
    fn finish(mut self) -> Vec<Statement> {
        let after = self.changes.after;
        for table in &after.tables {
            for index in &table.indexes {
                self.create_index(&table.name, index);
            }
        }
        for view in &after.views {
            self.create_view(view);
        }
        for trigger in &after.triggers {
            self.create_trigger(trigger);
        }
        let mut statements = self.statements;
        if self.foreign_keys == ForeignKeys::Off {
            statements.insert(
                0,
                Statement {
                    note: Some(
                        "foreign keys are off for this revision, and checked before its commit"
                            .to_owned(),
                    ),
                    ..Statement::new("PRAGMA foreign_keys = OFF")
                },
            );
        }
        statements
    }
}

fn refers(table: &Table, to: &str) -> bool {
    let mut keys = table.foreign_keys.iter();
    keys.any(|key| is_same(&key.references.name, to))
}

fn unknown(item: Item<'_>) -> RenderError {
    RenderError::new(
        item.id(),
        "SQLite has no such object",
        "leave it out of the schema for SQLite",
    )
}
