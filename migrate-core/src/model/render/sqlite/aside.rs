//! What stands beside tables: indexes, views and triggers come and go, and some go out of the way for a while.

use super::ident::{ident, mentions, names_in};
use super::live::InTheWay;
use super::{Writer, objects};
use crate::model::render::Statement;
use crate::model::schema::{Index, Name, Trigger, TriggerKey, View};
use crate::text::Dialect;
use crate::text::sql::same_tokens;

impl<'a> Writer<'a> {
    pub(super) fn create_index(&mut self, table: &Name, index: &Index) {
        if !self.live.has_index(&index.name) {
            self.push(objects::index(&table.name, index));
            self.live.made_index(&table.name, &index.name);
        }
    }

    pub(super) fn drop_index(&mut self, name: &str) {
        if self.live.dropped_index(name) {
            self.push(format!("DROP INDEX {}", ident(name)));
        }
    }

    pub(super) fn create_view(&mut self, view: &'a View) {
        if self.live.has_view(&view.name.name) {
            return;
        }
        self.live.made_view(view);
        // Those that it shows come first.
        let names = names_in(&view.query);
        for other in &self.changes.after.views {
            if names.contains(&other.name.name.to_ascii_lowercase()) {
                self.create_view(other);
            }
        }
        self.push(objects::view(view));
    }

    pub(super) fn drop_view(&mut self, name: &str) {
        if self.live.dropped_view(name) {
            self.push(format!("DROP VIEW {}", ident(name)));
        }
    }

    pub(super) fn create_trigger(&mut self, trigger: &'a Trigger) {
        if !self.live.has_trigger(&trigger.name) {
            let sql = objects::trigger(trigger);
            self.statements.push(Statement::creating(trigger, sql));
            self.live.made_trigger(trigger);
        }
    }

    pub(super) fn drop_trigger(&mut self, name: &str) {
        if self.live.dropped_trigger(name) {
            self.push(format!("DROP TRIGGER {}", ident(name)));
        }
    }

    /// Drops the views and triggers that SQLite could not read now.
    pub(super) fn clear_the_way(&mut self) {
        for one in self.live.broken() {
            self.drop_for_now(one);
        }
    }

    /// Drops the views and triggers that SQLite could not read without a column; those that name it and stay as they are
    /// mean another one.
    pub(super) fn clear_the_way_of_a_column(&mut self, table: &str, column: &str) {
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

    pub(super) fn drop_for_now(&mut self, one: InTheWay<'a>) {
        match one {
            InTheWay::View(view) => self.drop_view(&view.name.name),
            InTheWay::Trigger(trigger) => self.drop_trigger(&trigger.name),
        }
    }

    /// The view as it will be, if it stays what it is.
    pub(super) fn after_view(&self, view: &View) -> Option<&'a View> {
        let after = self.changes.after.views.get(&view.name)?;
        let same = same_tokens(&after.query, &view.query, Dialect::Sqlite)
            && after.columns == view.columns;
        same.then_some(after)
    }

    /// The trigger as it will be, if it stays what it is.
    pub(super) fn after_trigger(&self, trigger: &Trigger) -> Option<&'a Trigger> {
        let key = TriggerKey {
            table: trigger.table.clone(),
            name: trigger.name.clone(),
        };
        let after = self.changes.after.triggers.get(&key)?;
        same_tokens(&after.definition, &trigger.definition, Dialect::Sqlite).then_some(after)
    }
}
