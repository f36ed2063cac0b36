//! Pairs as operations.

use std::collections::HashSet;

use super::aside::Fate;
use super::walk::{Pair, is_apart};
use super::{Item, Name, Operation, Schema};
use crate::model::schema::attribute::Origin;
use crate::model::schema::{Grant, Kind, ObjectId, Table};
use crate::text::Dialect;

/// The operations, in no order.
pub(super) fn operations<'s>(
    before: &'s Schema,
    after: &'s Schema,
    pairs: &[Pair<'s>],
    fates: &[Fate],
) -> Vec<Operation<'s>> {
    let mut steps = Steps {
        dialect: after.dialect,
        schema: after,
        gone: Covered::default(),
        made: Covered::default(),
        altered: HashSet::new(),
        out: Vec::new(),
    };
    for (pair, fate) in pairs.iter().zip(fates) {
        let remade = *fate == Fate::Remade;
        match (&pair.before, &pair.after) {
            (Some(old), None) => steps.gone.add(old),
            (None, Some(new)) => steps.made.add(new),
            (Some(old), Some(new)) if remade => {
                steps.gone.add(old);
                steps.made.add(new);
            }
            (Some(_), Some(new)) if *fate == Fate::Altered => {
                steps.altered.insert(new.id());
            }
            _ => {}
        }
    }
    for (pair, fate) in pairs.iter().zip(fates) {
        steps.pair(pair, *fate);
    }
    steps.rights(before);
    steps.out
}

/// What comes and goes with what belongs to it.
#[derive(Default)]
struct Covered<'s> {
    /// Tables, views and materialized views.
    relations: HashSet<&'s Name>,
    columns: HashSet<(&'s Name, &'s str)>,
    /// All of it, for the rights on it.
    objects: HashSet<ObjectId>,
}

impl<'s> Covered<'s> {
    fn add(&mut self, item: &Item<'s>) {
        match item {
            Item::Table(it) => {
                self.relations.insert(&it.name);
            }
            Item::View(it) => {
                self.relations.insert(&it.name);
            }
            Item::MaterializedView(it) => {
                self.relations.insert(&it.name);
            }
            Item::Column(table, it) => {
                self.columns.insert((&table.name, &it.name));
            }
            _ => {}
        }
        self.objects.insert(item.id());
    }

    /// Whether something goes with the table, view or column that it belongs to.
    fn covers(&self, item: &Item<'s>) -> bool {
        match item {
            Item::Sequence(it) => it.owned_by.as_ref().is_some_and(|(table, column)| {
                self.relations.contains(table) || self.columns.contains(&(table, column.as_str()))
            }),
            Item::Grant(it) => self.holds(it),
            item => item.owner().is_some_and(|it| self.relations.contains(it)),
        }
    }

    fn holds(&self, grant: &Grant) -> bool {
        let table = grant.object.table.as_ref();
        self.objects.contains(&grant.object) || table.is_some_and(|it| self.relations.contains(it))
    }
}

struct Steps<'s> {
    dialect: Dialect,
    schema: &'s Schema,
    gone: Covered<'s>,
    made: Covered<'s>,
    /// By their new ids.
    altered: HashSet<ObjectId>,
    out: Vec<Operation<'s>>,
}

impl<'s> Steps<'s> {
    fn pair(&mut self, pair: &Pair<'s>, fate: Fate) {
        match (pair.before, pair.after) {
            (Some(old), None) => self.drop(old),
            (None, Some(new)) => self.create(new),
            (Some(old), Some(new)) => {
                let anew = fate == Fate::Remade || self.gone.covers(&old);
                if anew {
                    self.drop(old);
                    self.create(new);
                    return;
                }
                if pair.renamed && !new.is_inherited() {
                    self.out.push(Operation::Rename {
                        before: old,
                        after: new,
                    });
                }
                if fate == Fate::Altered && !self.follows_parent(&new) {
                    self.out.push(Operation::Alter {
                        before: old,
                        after: new,
                    });
                }
            }
            (None, None) => {}
        }
    }

    /// Rights that are not looked after go with what is made again, and are given anew.
    fn rights(&mut self, before: &'s Schema) {
        for right in &before.rights {
            let goes_and_comes = self.gone.holds(right) && self.made.holds(right);
            let has_column = match (&right.object.table, right.object.kind) {
                (Some(table), Kind::Column) => {
                    let table = self.schema.tables.get(table);
                    table.is_none_or(|it| it.column(&right.object.name.name).is_some())
                }
                _ => true,
            };
            if goes_and_comes && has_column {
                self.out.push(Operation::Create(Item::Grant(right)));
            }
        }
    }

    fn drop(&mut self, old: Item<'s>) {
        if !self.gone.covers(&old) && !old.is_inherited() {
            self.out.push(Operation::Drop(old));
        }
    }

    fn create(&mut self, new: Item<'s>) {
        let of_new_table = new
            .owner()
            .is_some_and(|it| self.made.relations.contains(it));
        let is_covered = new.is_part() && of_new_table && !is_apart(self.dialect, &new);
        if !is_covered && !new.is_inherited() {
            self.out.push(Operation::Create(new));
        }
    }

    /// Whether a part of a child changes with that of its parent.
    fn follows_parent(&self, new: &Item<'s>) -> bool {
        let Item::Column(table, column) = new else {
            return new.is_inherited();
        };
        if column.origin != Origin::Inherited {
            return false;
        }
        let parents = parents(table).filter_map(|parent| self.schema.tables.get(parent));
        let mut parents = parents.filter_map(|parent| Some((parent, parent.column(&column.name)?)));
        parents.any(|(parent, it)| {
            let same = it.data_type == column.data_type
                && it.nullability == column.nullability
                && it.default == column.default;
            let id = ObjectId::on(Kind::Column, parent.name.clone(), &it.name);
            same && self.altered.contains(&id)
        })
    }
}

fn parents(table: &Table) -> impl Iterator<Item = &Name> {
    let options = table.postgres();
    let partition = options.and_then(|it| it.partition_of.as_ref());
    let inherits = options.into_iter().flat_map(|it| &it.inherits);
    partition.map(|it| &it.parent).into_iter().chain(inherits)
}
