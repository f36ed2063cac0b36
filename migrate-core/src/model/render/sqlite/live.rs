//! What is there while the statements run, as far as one of them could be in the way of another.
//!
//! SQLite reads every view and trigger again when a table or a column gets another name or a column goes, and refuses
//! when one of them names what is not there. `DROP TABLE` takes indexes and triggers along, `DROP VIEW` its triggers.

use std::collections::{BTreeMap, BTreeSet};

use super::ident::mentions;
use crate::model::schema::{Schema, Trigger, View};

/// The names of what is there, in lower case.
#[derive(Debug)]
pub(super) struct Live<'a> {
    /// Every table and view that is there at one time or another.
    known: BTreeSet<String>,
    tables: BTreeSet<String>,
    views: BTreeMap<String, &'a View>,
    triggers: BTreeMap<String, &'a Trigger>,
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
        Self {
            known: names(now).into_iter().chain(names(after)).collect(),
            tables: now.tables.iter().map(|it| key(&it.name.name)).collect(),
            views: now
                .views
                .iter()
                .map(|it| (key(&it.name.name), it))
                .collect(),
            triggers: now.triggers.iter().map(|it| (key(&it.name), it)).collect(),
            indexes: indexes.collect(),
        }
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
        self.triggers.retain(|_, it| key(&it.table.name) != table);
    }

    pub(super) fn made_view(&mut self, view: &'a View) {
        self.views.insert(key(&view.name.name), view);
    }

    /// Whether it was there; it is not any more, and its triggers are not.
    pub(super) fn dropped_view(&mut self, name: &str) -> bool {
        let was_there = self.views.remove(&key(name)).is_some();
        self.triggers
            .retain(|_, it| key(&it.table.name) != key(name));
        was_there
    }

    pub(super) fn has_view(&self, name: &str) -> bool {
        self.views.contains_key(&key(name))
    }

    pub(super) fn made_trigger(&mut self, trigger: &'a Trigger) {
        self.triggers.insert(key(&trigger.name), trigger);
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
        let of_table = |it: &&&Trigger| key(&it.table.name) == key(table);
        self.triggers.values().filter(of_table).copied().collect()
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
        let mut names = vec![table.to_owned()];
        let mut found: Vec<InTheWay<'a>> = Vec::new();
        let mut rest: Vec<&'a View> = self.views.values().copied().collect();
        loop {
            let (hits, others): (Vec<&View>, Vec<&View>) = rest
                .into_iter()
                .partition(|view| names.iter().any(|name| mentions(&view.query, name)));
            if hits.is_empty() {
                break;
            }
            names.extend(hits.iter().map(|view| view.name.name.clone()));
            found.extend(hits.into_iter().map(InTheWay::View));
            rest = others;
        }
        let own = key(table);
        let triggers = self.triggers.values().filter(|trigger| {
            key(&trigger.table.name) != own
                && names.iter().any(|name| mentions(&trigger.definition, name))
        });
        found.extend(triggers.copied().map(InTheWay::Trigger));
        found
    }

    /// The views and triggers that name something that is not there now, with what stands on them.
    pub(super) fn broken(&self) -> Vec<InTheWay<'a>> {
        let gone = |name: &&String| !self.tables.contains(*name) && !self.views.contains_key(*name);
        let mut found: Vec<InTheWay<'a>> = Vec::new();
        for name in self.known.iter().filter(gone) {
            for one in self.naming(name) {
                if !found.iter().any(|it| it.name() == one.name()) {
                    found.push(one);
                }
            }
        }
        found
    }
}

impl InTheWay<'_> {
    fn name(&self) -> &str {
        match self {
            Self::View(view) => &view.name.name,
            Self::Trigger(trigger) => &trigger.name,
        }
    }
}
