//! What has to be known of all operations before the first is written.

use std::collections::{HashMap, HashSet};

use super::Writer;

use super::sequence::serial;
use crate::model::diff::{Item, Operation};
use crate::model::schema::attribute::{Origin, Validity};
use crate::model::schema::{ForeignKey, Index, Name, ObjectId, Table};

impl<'s> Writer<'s> {
    pub(super) fn gather(&mut self) {
        self.gather_names();
        self.gather_sequences();
        self.gather_foreign_keys();
        self.gather_indexes();
        self.gather_functions();
    }

    fn gather_functions(&mut self) {
        let mut dropped: HashSet<ObjectId> = HashSet::new();
        for operation in &self.changes.operations {
            match *operation {
                Operation::Drop(Item::Function(it)) => {
                    dropped.insert(it.id());
                }
                Operation::Create(Item::Function(it)) if dropped.contains(&it.id()) => {
                    self.remade_functions.insert(it.id());
                }
                _ => {}
            }
        }
    }

    fn gather_names(&mut self) {
        for operation in &self.changes.operations {
            match *operation {
                Operation::Rename {
                    before: Item::Table(before),
                    after: Item::Table(after),
                } => {
                    self.old_tables.insert(&after.name, &before.name);
                }
                Operation::Rename {
                    before: Item::Column(_, before),
                    after: Item::Column(table, after),
                } => {
                    self.old_columns
                        .insert((&table.name, &after.name), &before.name);
                }
                _ => {}
            }
        }
    }

    fn gather_sequences(&mut self) {
        let after = self.changes.after;
        let mut made: HashSet<(&Name, &str)> = HashSet::new();
        let mut consider =
            |this: &mut Self, table: &'s Table, column: &'s crate::model::schema::Column| {
                made.insert((&table.name, &column.name));
                if let Some((sequence, _)) = serial(&after.sequences, table, column)
                    && !this.changes.before.sequences.contains(&sequence.name)
                {
                    this.serials.insert(&sequence.name);
                }
            };
        for operation in &self.changes.operations {
            match *operation {
                Operation::Create(Item::Table(table)) => {
                    for column in &table.columns {
                        consider(self, table, column);
                    }
                }
                Operation::Create(Item::Column(table, column)) => consider(self, table, column),
                _ => {}
            }
        }
        for operation in &self.changes.operations {
            let sequence = match *operation {
                Operation::Create(Item::Sequence(it)) => it,
                Operation::Alter {
                    after: Item::Sequence(it),
                    ..
                } => it,
                _ => continue,
            };
            if let Some((table, column)) = &sequence.owned_by
                && made.contains(&(table, column.as_str()))
            {
                let owned = self
                    .owned
                    .entry((table.clone(), column.clone()))
                    .or_default();
                owned.push(sequence);
            }
        }
    }

    /// Foreign keys of new tables stand in the table when what they refer to is there by then.
    fn gather_foreign_keys(&mut self) {
        let mut places: HashMap<&Name, usize> = HashMap::new();
        let mut new_keys: HashSet<&Name> = HashSet::new();
        for (place, operation) in self.changes.operations.iter().enumerate() {
            match *operation {
                Operation::Create(Item::Table(table)) => {
                    places.insert(&table.name, place);
                }
                Operation::Create(Item::PrimaryKey(table, _) | Item::Unique(table, _)) => {
                    new_keys.insert(&table.name);
                }
                Operation::Create(Item::Index(table, _)) => {
                    new_keys.insert(table);
                }
                _ => {}
            }
        }
        for operation in &self.changes.operations {
            let Operation::Create(Item::ForeignKey(table, key)) = *operation else {
                continue;
            };
            let Some(place) = places.get(&table.name) else {
                continue;
            };
            let there = match places.get(&key.references) {
                Some(other) => other <= place && self.has_key(key),
                None => !new_keys.contains(&key.references),
            };
            if there && key.validity == Validity::Valid && key.origin == Origin::Own {
                self.inlined.insert(key.id(&table.name));
            }
        }
    }

    /// Whether a foreign key refers to a key that stands in its table, and not to a unique index behind it.
    fn has_key(&self, key: &ForeignKey) -> bool {
        let Some(table) = self.changes.after.tables.get(&key.references) else {
            return false;
        };
        let primary = table.primary_key.iter().map(|it| it.parts.as_slice());
        let uniques = table.uniques.iter().map(|it| it.parts.as_slice());
        primary
            .chain(uniques)
            .any(|parts| super::constraint::covers(parts, &key.referred_columns))
    }

    fn gather_indexes(&mut self) {
        let mut dropped: HashMap<(&Name, &str), &Index> = HashMap::new();
        let mut touched: HashSet<(&Name, &str)> = HashSet::new();
        let mut types_go = false;
        for operation in &self.changes.operations {
            match *operation {
                Operation::Drop(Item::Index(table, it)) => {
                    dropped.insert((table, &it.name), it);
                }
                Operation::Drop(Item::Column(table, it)) => {
                    touched.insert((&table.name, &it.name));
                }
                Operation::Alter {
                    before: Item::Column(table, it),
                    after: Item::Column(_, new),
                } if it.data_type != new.data_type => {
                    touched.insert((&table.name, &it.name));
                }
                Operation::Rename {
                    before: Item::Column(table, it),
                    ..
                } => {
                    touched.insert((&table.name, &it.name));
                }
                Operation::Drop(
                    Item::Function(_) | Item::Enum(_) | Item::Domain(_) | Item::Extension(_),
                )
                | Operation::Alter {
                    after: Item::Enum(_) | Item::Domain(_),
                    ..
                } => types_go = true,
                _ => {}
            }
        }
        for ((table, index_name), it) in &dropped {
            let stays = self.changes.before.materialized_views.contains(table)
                || self.changes.before.tables.get(table).is_some_and(|table| {
                    table.postgres().is_some_and(|it| it.partition_by.is_none())
                });
            let expressions = it.predicate.is_some()
                || it
                    .parts
                    .iter()
                    .any(|it| it.column_name().is_none() || it.operator_class.is_some());
            let columns = it.parts.iter().filter_map(|it| it.column_name());
            let mut named = columns.chain(it.include.iter().map(String::as_str));
            let named_in_texts = expressions && touched.iter().any(|(of, _)| of == table);
            let disturbed = named.any(|column| touched.contains(&(*table, column)))
                || named_in_texts
                || expressions && types_go;
            if stays && !disturbed {
                self.lonely_indexes.insert((*table, *index_name));
            }
        }
        for operation in &self.changes.operations {
            match *operation {
                Operation::Create(Item::Index(table, it)) => {
                    self.made_indexes.insert((table, it.name.clone()));
                    let key = (table, it.name.as_str());
                    if dropped.contains_key(&key) && self.lonely_indexes.contains(&key) {
                        self.replaced_indexes.insert(key);
                    }
                }
                Operation::Create(Item::PrimaryKey(table, it)) => {
                    self.made_indexes
                        .extend(it.name.iter().map(|it| (&table.name, it.clone())));
                }
                Operation::Create(Item::Unique(table, it)) => {
                    self.made_indexes
                        .extend(it.name.iter().map(|it| (&table.name, it.clone())));
                }
                _ => {}
            }
        }
    }
}
