//! What is there while the statements run, as far as one of them could be in the way of another.
//!
//! SQLite reads every view and trigger again when a table or a column gets another name or a column goes, and refuses
//! when one of them names what is not there. `DROP TABLE` takes indexes and triggers along, `DROP VIEW` its triggers.

use std::collections::{BTreeMap, BTreeSet};

use super::ident::names_in;
use crate::model::schema::{Schema, Trigger, View};

/// The names of what is there, in lower case.
#[derive(Debug)]
pub(super) struct Live<'a> {
    /// Every table and view that is there at one time or another.
    known: BTreeSet<String>,
    tables: BTreeSet<String>,
    views: BTreeMap<String, Read<&'a View>>,
    triggers: BTreeMap<String, Read<&'a Trigger>>,
    /// With the table of each.
    indexes: BTreeMap<String, String>,
}

/// Something that is in the way for a while.
#[derive(Debug, Clone, Copy)]
pub(super) enum InTheWay<'a> {
    View(&'a View),
    Trigger(&'a Trigger),
}

fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

impl<'a> Live<'a> {
    /// All of `now`, which becomes `after`.
    pub(super) fn new(now: &'a Schema, after: &Schema) -> Self {
        let names = |schema: &Schema| {
            let tables = schema.tables.iter().map(|it| key(&it.name.name));
            let views = schema.views.iter().map(|it| key(&it.name.name));
            tables.chain(views).collect::<Vec<String>>()
        };
        let indexes = now.tables.iter().flat_map(|table| {
            let owner = key(&table.name.name);
            let indexes = table.indexes.iter();
            indexes.map(move |index| (key(&index.name), owner.clone()))
        });
        let mut live = Self {
            known: names(now).into_iter().chain(names(after)).collect(),
            tables: now.tables.iter().map(|it| key(&it.name.name)).collect(),
            views: BTreeMap::new(),
            triggers: BTreeMap::new(),
            indexes: indexes.collect(),
        };
        now.views.iter().for_each(|view| live.made_view(view));
        let triggers = now.triggers.iter();
        triggers.for_each(|trigger| live.made_trigger(trigger));
        live
    }

    pub(super) fn has_table(&self, name: &str) -> bool {
        self.tables.contains(&key(name))
    }

    /// Says whether it was not there yet; it is now.
    pub(super) fn make_table(&mut self, name: &str) -> bool {
        self.tables.insert(key(name))
    }

    /// A table is dropped, with its indexes and triggers.
    pub(super) fn dropped_table(&mut self, name: &str) {
        self.tables.remove(&key(name));
        self.take_belongings(name);
    }

    /// What belongs to a table goes with it.
    pub(super) fn take_belongings(&mut self, table: &str) {
        let table = key(table);
        self.indexes.retain(|_, owner| *owner != table);
        self.triggers
            .retain(|_, it| key(&it.object.table.name) != table);
    }

    pub(super) fn made_view(&mut self, view: &'a View) {
        let read = Read::new(view, &view.query);
        self.views.insert(key(&view.name.name), read);
    }

    /// Whether it was there; it is not any more, and its triggers are not.
    pub(super) fn dropped_view(&mut self, name: &str) -> bool {
        let was_there = self.views.remove(&key(name)).is_some();
        self.triggers
            .retain(|_, it| key(&it.object.table.name) != key(name));
        was_there
    }

    pub(super) fn has_view(&self, name: &str) -> bool {
        self.views.contains_key(&key(name))
    }

    pub(super) fn made_trigger(&mut self, trigger: &'a Trigger) {
        let read = Read::new(trigger, &trigger.definition);
        self.triggers.insert(key(&trigger.name), read);
    }

    /// Whether it was there; it is not any more.
    pub(super) fn dropped_trigger(&mut self, name: &str) -> bool {
        self.triggers.remove(&key(name)).is_some()
    }

    pub(super) fn has_trigger(&self, name: &str) -> bool {
        self.triggers.contains_key(&key(name))
    }

    /// The triggers of a table.
    pub(super) fn triggers_of(&self, table: &str) -> Vec<&'a Trigger> {
        let triggers = self.triggers.values().map(|it| it.object);
        triggers
            .filter(|it| key(&it.table.name) == key(table))
            .collect()
    }

    pub(super) fn made_index(&mut self, table: &str, name: &str) {
        self.indexes.insert(key(name), key(table));
    }

    /// Whether it was there; it is not any more.
    pub(super) fn dropped_index(&mut self, name: &str) -> bool {
        self.indexes.remove(&key(name)).is_some()
    }

    pub(super) fn has_index(&self, name: &str) -> bool {
        self.indexes.contains_key(&key(name))
    }

    /// The views and triggers that name a table, by way of other views too; not the triggers of the table itself.
    pub(super) fn naming(&self, table: &str) -> Vec<InTheWay<'a>> {
        self.naming_any([key(table)].into())
    }

    /// The views and triggers that name something that is not there now, with what stands on them.
    pub(super) fn broken(&self) -> Vec<InTheWay<'a>> {
        let gone = |name: &&String| !self.tables.contains(*name) && !self.views.contains_key(*name);
        self.naming_any(self.known.iter().filter(gone).cloned().collect())
    }

    fn naming_any(&self, own: BTreeSet<String>) -> Vec<InTheWay<'a>> {
        let mut names = own.clone();
        let mut found: Vec<InTheWay<'a>> = Vec::new();
        let mut rest: Vec<&Read<&'a View>> = self.views.values().collect();
        loop {
            let (hits, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|view| view.names_one_of(&names));
            if hits.is_empty() {
                break;
            }
            names.extend(hits.iter().map(|view| key(&view.object.name.name)));
            found.extend(hits.into_iter().map(|view| InTheWay::View(view.object)));
            rest = others;
        }
        let triggers = self.triggers.values().filter(|trigger| {
            !own.contains(&key(&trigger.object.table.name)) && trigger.names_one_of(&names)
        });
        found.extend(triggers.map(|trigger| InTheWay::Trigger(trigger.object)));
        found
    }
}

/// A view or a trigger, with everything that it may name.
#[derive(Debug)]
struct Read<T> {
    object: T,
    names: BTreeSet<String>,
}

impl<T> Read<T> {
    fn new(object: T, text: &str) -> Self {
        let names = names_in(text);
        Self { object, names }
    }

    fn names_one_of(&self, names: &BTreeSet<String>) -> bool {
        !self.names.is_disjoint(names)
    }
}
