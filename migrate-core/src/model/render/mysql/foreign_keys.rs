//! Foreign keys: they go before anything they hold on to changes, and come when everything they need is there.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::alter::{Action, drop_foreign_key, together};
use super::change::{Key, TableChange, TableChanges};
use super::key::foreign_keys;
use super::level::{Level, Terms};
use super::{Options, Statement};
use crate::model::schema::{ForeignKey, Name, Table};
use crate::text::Dialect;

/// Where each foreign key goes and comes.
#[derive(Debug, Default)]
pub(super) struct ForeignKeys<'s> {
    /// Those that go by statements of their own, before everything else.
    first: Vec<Key<'s>>,
    /// Those that go together with the other changes of their table, by the new name of the table.
    together: HashMap<&'s Name, Vec<&'s str>>,
    /// Those that come with their new table, by its name.
    within: HashMap<&'s Name, Vec<&'s ForeignKey>>,
    /// Those that come by statements of their own, behind everything else.
    last: Vec<Key<'s>>,
}

impl<'s> ForeignKeys<'s> {
    /// `created` has parents first, `dropped` children first.
    pub(super) fn plan(
        tables: &TableChanges<'s>,
        created: &[&'s Table],
        dropped: &[&'s Table],
        renamed: &[(&'s Name, &'s Name)],
    ) -> Self {
        let mut keys = Self::default();
        let touched: HashSet<&Name> = tables
            .tables
            .values()
            .map(|change| &change.before.name)
            .chain(dropped.iter().map(|table| &table.name))
            .chain(renamed.iter().map(|(old, _)| *old))
            .collect();
        for (table, key) in &tables.dropped_keys {
            let change = tables
                .tables
                .values()
                .find(|it| it.before.name == table.name);
            match change.filter(|change| may_go_together(change, key, tables, &touched)) {
                Some(change) => {
                    let names = keys.together.entry(&change.after.name).or_default();
                    names.extend(key.name.as_deref());
                }
                None => keys.first.push((table, key)),
            }
        }
        keys.part_circles(dropped);
        keys.come(tables, created);
        keys
    }

    /// Of tables that go and refer to each other, one has to let go first.
    fn part_circles(&mut self, dropped: &[&'s Table]) {
        let places: HashMap<&Name, usize> = dropped
            .iter()
            .enumerate()
            .map(|(place, table)| (&table.name, place))
            .collect();
        for (place, table) in dropped.iter().enumerate() {
            for key in &table.foreign_keys {
                let there = places.get(&key.references);
                let goes_anyway = self
                    .first
                    .iter()
                    .any(|(other, it)| other.name == table.name && it.name == key.name);
                if there.is_some_and(|there| *there < place) && !goes_anyway {
                    self.first.push((table, key));
                }
            }
        }
    }

    fn come(&mut self, tables: &TableChanges<'s>, created: &[&'s Table]) {
        let mut there: HashSet<&Name> = HashSet::new();
        let news: HashSet<&Name> = created.iter().map(|table| &table.name).collect();
        for table in created {
            there.insert(&table.name);
            for key in &table.foreign_keys {
                let is_new = news.contains(&key.references);
                let changes = tables.tables.contains_key(&key.references);
                if there.contains(&key.references) || !is_new && !changes {
                    self.within.entry(&table.name).or_default().push(key);
                } else {
                    self.last.push((table, key));
                }
            }
        }
        let of_old = tables
            .added_keys
            .iter()
            .filter(|(table, _)| !news.contains(&table.name));
        self.last.extend(of_old);
    }

    /// The foreign keys that stand within a new table.
    pub(super) fn within(&self, table: &Table) -> Vec<&'s ForeignKey> {
        self.within.get(&table.name).cloned().unwrap_or_default()
    }

    /// The foreign keys that go together with the other changes of a table.
    pub(super) fn drop_together(&self, change: &TableChange<'s>) -> Vec<&'s str> {
        self.together
            .get(&change.after.name)
            .cloned()
            .unwrap_or_default()
    }

    /// What goes first.
    pub(super) fn drop_first(&self, options: &Options, dialect: Dialect) -> Vec<Statement> {
        let mut by_table: BTreeMap<&Name, Vec<Action>> = BTreeMap::new();
        for (table, key) in &self.first {
            let level = Terms::new(table, table, dialect).note_down();
            let actions = by_table.entry(&table.name).or_default();
            actions.extend(
                key.name
                    .as_deref()
                    .map(|name| drop_foreign_key(name, level)),
            );
        }
        let all = by_table.into_iter();
        all.flat_map(|(table, actions)| together(table, actions, options, dialect))
            .collect()
    }

    /// What comes last. The server looks at every row, for which it copies the table.
    pub(super) fn add(&self, options: &Options, dialect: Dialect) -> Vec<Statement> {
        let mut by_table: BTreeMap<&Name, (&Table, Vec<&ForeignKey>)> = BTreeMap::new();
        for (table, key) in &self.last {
            let (_, keys) = by_table
                .entry(&table.name)
                .or_insert_with(|| (table, Vec::new()));
            keys.push(key);
        }
        let statements = by_table.into_iter().flat_map(|(name, (table, keys))| {
            let is_there = |key: &&ForeignKey| !keys.iter().any(|it| it.name == key.name);
            let there: Vec<&ForeignKey> = table.foreign_keys.iter().filter(is_there).collect();
            let lines = foreign_keys(name, &there, &keys, dialect);
            let add = |line: String| Action::new(format!("ADD {line}"), Level::Unsure);
            let actions = lines.into_iter().map(add).collect();
            together(name, actions, options, dialect)
        });
        statements.collect()
    }
}

/// Whether a foreign key can go in the statement that changes its table: nothing happens to the other table, and none
/// of its name comes.
fn may_go_together(
    change: &TableChange<'_>,
    key: &ForeignKey,
    tables: &TableChanges<'_>,
    touched: &HashSet<&Name>,
) -> bool {
    let comes_again = tables
        .added_keys
        .iter()
        .any(|(table, it)| table.name == change.after.name && it.name == key.name);
    !comes_again
        && !change.is_empty()
        && change.remade.is_empty()
        && change.before.name == change.after.name
        && !touched.contains(&key.references)
}
