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
//! | `alter` | what `ALTER TABLE` can do about a table |
//! | `rebuild` | the rest |
//! | `live` | what is there between two statements |

mod alter;
mod ident;
mod live;
mod objects;
mod rebuild;
mod table;

use std::collections::BTreeSet;

use super::{Options, RenderError, Statement};
use crate::model::diff::{Changes, Item, Operation, Renames, with_new_names};
use crate::model::schema::{Name, Schema, Table, Trigger, TriggerKey, View};
use crate::text::Dialect;
use crate::text::sql::same_tokens;
use alter::{Plan, Step, add_column, plan};
use ident::{ident, mentions};
use live::{InTheWay, Live};
use rebuild::{Mentions, rebuild};
use table::is_same;

/// The statements that run these changes.
pub(super) fn render(
    changes: &Changes<'_>,
    _options: &Options,
) -> Result<Vec<Statement>, RenderError> {
    let mut renames = Renames::default();
    for operation in &changes.operations {
        match *operation {
            Operation::Rename {
                before: Item::Table(before),
                after: Item::Table(after),
            } => {
                renames.table(before.name.clone(), after.name.clone());
            }
            Operation::Rename {
                before: Item::Column(_, before),
                after: Item::Column(table, after),
            } => {
                renames.column(table.name.clone(), &before.name, &after.name);
            }
            _ => {}
        }
    }
    let now = with_new_names(changes.before, &renames);
    let mut writer = Writer {
        changes,
        renames: &renames,
        now: &now,
        live: Live::new(&now, changes.after),
        renamed: BTreeSet::new(),
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
    live: Live<'a>,
    /// The tables, and columns of tables, that have their new names by now.
    renamed: BTreeSet<(&'a Name, Option<&'a str>)>,
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
            } => self.rename_table(before, after),
            Operation::Rename {
                before: Item::Column(_, before),
                after: Item::Column(table, after),
            } => self.rename_column(&table.name, &before.name, &after.name),
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
                let table = self.table_of(item).ok_or_else(|| unknown(item))?;
                let new = self.renames.new_table(table).unwrap_or(table);
                self.settle(new)?;
            }
            Operation::Create(item)
            | Operation::Alter { after: item, .. }
            | Operation::Rename { after: item, .. } => {
                let table = self.table_of(item).ok_or_else(|| unknown(item))?;
                self.settle(table)?;
            }
        }
        Ok(())
    }

    /// The table that an item is a part of.
    fn table_of(&self, item: Item<'a>) -> Option<&'a Name> {
        match item {
            Item::Table(table)
            | Item::Column(table, _)
            | Item::PrimaryKey(table, _)
            | Item::Unique(table, _)
            | Item::Check(table, _)
            | Item::ForeignKey(table, _) => Some(&table.name),
            _ => None,
        }
    }

    fn push(&mut self, sql: String) {
        self.statements.push(Statement::new(sql));
    }

    fn create_table(&mut self, table: &Table) {
        self.push(table::create(&table.name.name, table));
        self.live.made_table(&table.name.name);
    }

    fn drop_table(&mut self, table: &Table) {
        let name = table.name.name.as_str();
        // DROP TABLE would delete the rows that refer to it first, or fail because there are some.
        let refers = |other: &&Table| {
            let mut keys = other.foreign_keys.iter();
            !is_same(&other.name.name, name)
                && self.live.has_table(&other.name.name)
                && !self.settled.contains(&other.name)
                && keys.any(|key| is_same(&key.references.name, name))
        };
        if self.now.tables.iter().any(|other| refers(&other)) {
            self.foreign_keys = ForeignKeys::Off;
        }
        self.statements.push(Statement {
            loses: vec![format!("table {name}")],
            ..Statement::new(format!("DROP TABLE {}", ident(name)))
        });
        self.live.dropped_table(name);
    }

    fn rename_table(&mut self, before: &'a Table, after: &'a Table) {
        if self.renamed.insert((&after.name, None)) {
            self.clear_the_way();
            self.push(format!(
                "ALTER TABLE {} RENAME TO {}",
                ident(&before.name.name),
                ident(&after.name.name)
            ));
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
        let operations: Vec<Operation<'a>> = self.changes.operations.clone();
        for operation in operations {
            match operation {
                Operation::Rename {
                    before: Item::Table(before),
                    after: Item::Table(after),
                } if after.name == *name => self.rename_table(before, after),
                Operation::Rename {
                    before: Item::Column(_, before),
                    after: Item::Column(table, after),
                } if table.name == *name => {
                    self.rename_column(&table.name, &before.name, &after.name);
                }
                _ => {}
            }
        }
    }

    /// Makes a table what it shall be, once.
    fn settle(&mut self, name: &'a Name) -> Result<(), RenderError> {
        // A part of a table that is new or goes comes and goes with it.
        let (Some(now), Some(after)) = (
            self.now.tables.get(name),
            self.changes.after.tables.get(name),
        ) else {
            return Ok(());
        };
        self.rename_first(&after.name);
        if !self.settled.insert(&after.name) {
            return Ok(());
        }
        let Plan { steps, left } = plan(now, after);
        if left.is_empty() {
            for step in steps {
                self.step(now, after, step);
            }
            return Ok(());
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
        Ok(())
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
                self.statements.push(Statement {
                    loses: vec![format!("column {table}.{column}")],
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

    fn create_index(&mut self, table: &Name, index: &crate::model::schema::Index) {
        if !self.live.has_index(&index.name) {
            self.push(objects::index(&table.name, index));
            self.live.made_index(&table.name, &index.name);
        }
    }

    fn drop_index(&mut self, name: &str) {
        if self.live.dropped_index(name) {
            self.push(format!("DROP INDEX {}", ident(name)));
        }
    }

    fn create_view(&mut self, view: &'a View) {
        if !self.live.has_view(&view.name.name) {
            self.push(objects::view(view));
            self.live.made_view(view);
        }
    }

    fn drop_view(&mut self, name: &str) {
        if self.live.dropped_view(name) {
            self.push(format!("DROP VIEW {}", ident(name)));
        }
    }

    fn create_trigger(&mut self, trigger: &'a Trigger) {
        if !self.live.has_trigger(&trigger.name) {
            self.push(objects::trigger(trigger));
            self.live.made_trigger(trigger);
        }
    }

    fn drop_trigger(&mut self, name: &str) {
        if self.live.dropped_trigger(name) {
            self.push(format!("DROP TRIGGER {}", ident(name)));
        }
    }

    /// Drops the views and triggers that SQLite could not read now.
    fn clear_the_way(&mut self) {
        for one in self.live.broken() {
            self.drop_for_now(one);
        }
    }

    /// Drops the views and triggers that SQLite could not read without a column; those that name it and stay as they are
    /// mean another one.
    fn clear_the_way_of_a_column(&mut self, table: &str, column: &str) {
        let own = self
            .live
            .triggers_of(table)
            .into_iter()
            .map(InTheWay::Trigger);
        let all: Vec<InTheWay<'a>> = self.live.naming(table).into_iter().chain(own).collect();
        for one in all {
            let is_in_the_way = match one {
                InTheWay::View(view) => {
                    mentions(&view.query, column) && self.after_view(view).is_none()
                }
                InTheWay::Trigger(trigger) => {
                    mentions(&trigger.definition, column) && self.after_trigger(trigger).is_none()
                }
            };
            if is_in_the_way {
                self.drop_for_now(one);
            }
        }
        self.clear_the_way();
    }

    fn drop_for_now(&mut self, one: InTheWay<'a>) {
        match one {
            InTheWay::View(view) => self.drop_view(&view.name.name),
            InTheWay::Trigger(trigger) => self.drop_trigger(&trigger.name),
        }
    }

    /// The view as it will be, if it stays what it is.
    fn after_view(&self, view: &View) -> Option<&'a View> {
        let after = self.changes.after.views.get(&view.name)?;
        let same = same_tokens(&after.query, &view.query, Dialect::Sqlite)
            && after.columns == view.columns;
        same.then_some(after)
    }

    /// The trigger as it will be, if it stays what it is.
    fn after_trigger(&self, trigger: &Trigger) -> Option<&'a Trigger> {
        let key = TriggerKey {
            table: trigger.table.clone(),
            name: trigger.name.clone(),
        };
        let after = self.changes.after.triggers.get(&key)?;
        same_tokens(&after.definition, &trigger.definition, Dialect::Sqlite).then_some(after)
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

fn unknown(item: Item<'_>) -> RenderError {
    RenderError::new(
        item.id(),
        "SQLite has no such object",
        "leave it out of the schema for SQLite",
    )
}
