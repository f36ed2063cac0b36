//! Which operation has to wait for which, and the order that comes of it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::diff::needs::{Needs, words};
use crate::model::diff::walk::items;
use crate::model::diff::{Item, Name, Operation, Schema};
use crate::model::schema::{Kind, ObjectId};
use crate::text::Dialect;

/// Which operation has to wait for which.
pub(super) struct Graph {
    /// Behind each operation, those that wait for it.
    hard: Vec<Vec<usize>>,
    /// The same, where it would be better.
    soft: Vec<Vec<usize>>,
}

impl Graph {
    pub(super) fn of<'s>(
        before: &'s Schema,
        after: &'s Schema,
        operations: &[Operation<'s>],
    ) -> Self {
        let mut graph = Self {
            hard: vec![Vec::new(); operations.len()],
            soft: vec![Vec::new(); operations.len()],
        };
        let places = Places::of(operations);
        graph.needs(before, after, operations, &places);
        graph.names(operations, &places);
        graph.tables(operations, &places);
        graph.functions(operations);
        graph
    }

    fn wait(&mut self, first: usize, then: usize) {
        if first != then {
            self.hard[first].push(then);
        }
    }

    fn needs<'s>(
        &mut self,
        before: &'s Schema,
        after: &'s Schema,
        operations: &[Operation<'s>],
        places: &Places,
    ) {
        let (olds, news) = (Needs::new(before), Needs::new(after));
        let along = along(before, operations);
        for (place, operation) in operations.iter().enumerate() {
            let (old, new) = match operation {
                Operation::Create(new) => (None, Some(new)),
                Operation::Drop(old) => (Some(old), None),
                Operation::Alter { before, after } => (Some(before), Some(after)),
                Operation::Rename { before, after } => {
                    self.moves(place, before, after, places);
                    continue;
                }
            };
            for id in new.map(|new| news.of(new)).unwrap_or_default() {
                for &other in places.made.get(&id).into_iter().flatten() {
                    self.wait(other, place);
                }
            }
            let mut needed = old.map(|old| olds.of(old)).unwrap_or_default();
            if let Operation::Drop(Item::Table(_) | Item::View(_) | Item::MaterializedView(_)) =
                operation
            {
                let name = operation.item().id().name;
                let parts = along.get(&name).into_iter().flatten();
                needed.extend(parts.flat_map(|part| olds.of(part)));
            }
            for id in needed {
                for &other in places.gone.get(&id).into_iter().flatten() {
                    self.wait(place, other);
                }
                if matches!(operation, Operation::Drop(_)) {
                    for &other in places.altered.get(&id).into_iter().flatten() {
                        self.wait(place, other);
                    }
                }
            }
            // A sequence that changes its owner does so before the old one takes it along.
            if let Operation::Alter {
                before: Item::Sequence(sequence),
                ..
            } = operation
                && let Some((table, column)) = &sequence.owned_by
            {
                let table_id = ObjectId::new(Kind::Table, table.clone());
                let column_id = ObjectId::on(Kind::Column, table.clone(), column);
                for id in [table_id, column_id] {
                    for &other in places.gone.get(&id).into_iter().flatten() {
                        self.wait(place, other);
                    }
                }
            }
        }
    }

    /// What moves to another schema needs that one, and leaves the old one before it goes.
    fn moves(&mut self, place: usize, before: &Item<'_>, after: &Item<'_>, places: &Places) {
        let schema = |item: &Item<'_>| {
            let name = item.id().name.schema?;
            Some(ObjectId::new(Kind::Namespace, Name::bare(name)))
        };
        let new = schema(after).and_then(|id| places.created.get(&id));
        for &other in new.into_iter().flatten() {
            self.wait(other, place);
        }
        let old = schema(before).and_then(|id| places.gone.get(&id));
        for &other in old.into_iter().flatten() {
            self.wait(place, other);
        }
    }

    /// A name is given away before it is taken.
    fn names(&mut self, operations: &[Operation<'_>], places: &Places) {
        let mut given: HashMap<Name, Vec<usize>> = HashMap::new();
        for (place, operation) in operations.iter().enumerate() {
            if let Operation::Drop(item) = operation
                && let Some(name) = relation_name(item)
            {
                given.entry(name).or_default().push(place);
            }
        }
        for (place, operation) in operations.iter().enumerate() {
            if let Operation::Create(item) = operation {
                let name = relation_name(item);
                let drops = name.and_then(|name| given.get(&name));
                let own = places.gone.get(&item.id());
                for &first in drops.into_iter().chain(own).flatten() {
                    self.wait(first, place);
                }
            }
        }
        self.names_of_columns(operations);
    }

    /// A column that gets the name of another one waits until that has its new one.
    fn names_of_columns(&mut self, operations: &[Operation<'_>]) {
        let renames = || {
            operations.iter().enumerate().filter_map(|(place, it)| {
                let Operation::Rename {
                    before: Item::Column(_, before),
                    after: Item::Column(table, after),
                } = it
                else {
                    return None;
                };
                Some((place, &table.name, &before.name, &after.name))
            })
        };
        let left: HashMap<(&Name, &String), usize> = renames()
            .map(|(place, table, before, _)| ((table, before), place))
            .collect();
        for (place, table, _, after) in renames() {
            if let Some(&first) = left.get(&(table, after)) {
                self.wait(first, place);
            }
        }
    }

    /// Tables stand behind those they refer to, and go before them.
    fn tables(&mut self, operations: &[Operation<'_>], places: &Places) {
        for (place, operation) in operations.iter().enumerate() {
            let (Operation::Create(Item::Table(table)) | Operation::Drop(Item::Table(table))) =
                operation
            else {
                continue;
            };
            for key in &table.foreign_keys {
                let id = ObjectId::new(Kind::Table, key.references.clone());
                if matches!(operation, Operation::Create(_)) {
                    for &other in places.created.get(&id).into_iter().flatten() {
                        if other != place {
                            self.soft[other].push(place);
                        }
                    }
                } else {
                    for &other in places.gone.get(&id).into_iter().flatten() {
                        if other != place {
                            self.soft[place].push(other);
                        }
                    }
                }
            }
        }
    }

    /// Functions in SQL are read when they are made, so what their bodies name has to be there.
    fn functions(&mut self, operations: &[Operation<'_>]) {
        let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut bodies = Vec::new();
        for (place, operation) in operations.iter().enumerate() {
            let item = match operation {
                Operation::Create(item) | Operation::Alter { after: item, .. } => item,
                _ => continue,
            };
            let name = match item {
                Item::Table(it) => &it.name.name,
                Item::Column(_, it) => &it.name,
                Item::View(it) => &it.name.name,
                Item::MaterializedView(it) => &it.name.name,
                Item::Function(it) => {
                    if it.language == "sql" {
                        bodies.push((place, &it.definition));
                    }
                    &it.name.name
                }
                _ => continue,
            };
            named.entry(name).or_default().push(place);
        }
        for (place, definition) in bodies {
            // The body is a string to the lexer; its words are those of a text.
            let body = definition.replace('$', " ");
            let words: HashSet<String> = words(Dialect::Postgres, &body).collect();
            for word in &words {
                for &other in named.get(word.as_str()).into_iter().flatten() {
                    if other != place {
                        self.soft[other].push(place);
                    }
                }
            }
        }
    }

    /// The operations in an order that keeps every hard edge, unless they go in a circle, and the soft ones where it can.
    pub(super) fn order(&self) -> Vec<usize> {
        let count = self.hard.len();
        let mut waits = vec![(0_usize, 0_usize); count];
        for &then in self.hard.iter().flatten() {
            waits[then].0 += 1;
        }
        for &then in self.soft.iter().flatten() {
            waits[then].1 += 1;
        }
        // By how much they wait for: nothing, only what would be better, something.
        let class = |(hard, soft): (usize, usize)| match (hard, soft) {
            (0, 0) => 0_usize,
            (0, _) => 1,
            _ => 2,
        };
        let mut queues: [BTreeSet<usize>; 3] = Default::default();
        for (place, wait) in waits.iter().enumerate() {
            queues[class(*wait)].insert(place);
        }
        let mut order = Vec::with_capacity(count);
        while let Some(place) = queues.iter_mut().find_map(BTreeSet::pop_first) {
            order.push(place);
            let mut done = |then: usize, hard: bool| {
                let old = class(waits[then]);
                if hard {
                    waits[then].0 -= 1;
                } else {
                    waits[then].1 -= 1;
                }
                let new = class(waits[then]);
                if old != new && queues[old].remove(&then) {
                    queues[new].insert(then);
                }
            };
            for &then in &self.hard[place] {
                done(then, true);
            }
            for &then in &self.soft[place] {
                done(then, false);
            }
        }
        order
    }
}

/// What goes along with the tables and views that are dropped, and needs things that tables themselves do not: a trigger
/// its function, an index the function in its expression. Foreign keys may go in a circle and are looked after elsewhere.
fn along<'s>(before: &'s Schema, operations: &[Operation<'s>]) -> HashMap<Name, Vec<Item<'s>>> {
    let is_relation = |item: &Item<'_>| {
        matches!(
            item.kind(),
            Kind::Table | Kind::View | Kind::MaterializedView
        )
    };
    let mut along: HashMap<Name, Vec<Item<'s>>> = HashMap::new();
    for operation in operations {
        if let Operation::Drop(item) = operation
            && is_relation(item)
        {
            along.entry(item.id().name).or_default();
        }
    }
    if along.is_empty() {
        return along;
    }
    for item in items(before) {
        let is_key = matches!(item, Item::ForeignKey(..));
        if let Some(parts) = item.owner().and_then(|owner| along.get_mut(owner))
            && !is_key
        {
            parts.push(item);
        }
    }
    along
}

/// Where the operations are that make, change and take away an object.
struct Places {
    /// Create and alter, by the new id.
    made: HashMap<ObjectId, Vec<usize>>,
    created: HashMap<ObjectId, Vec<usize>>,
    /// Drop, by the old id.
    gone: HashMap<ObjectId, Vec<usize>>,
    /// Alter, by the old id.
    altered: HashMap<ObjectId, Vec<usize>>,
}

impl Places {
    fn of(operations: &[Operation<'_>]) -> Self {
        let mut places = Self {
            made: HashMap::new(),
            created: HashMap::new(),
            gone: HashMap::new(),
            altered: HashMap::new(),
        };
        let put = |map: &mut HashMap<ObjectId, Vec<usize>>, id: ObjectId, place: usize| {
            map.entry(id).or_default().push(place);
        };
        for (place, operation) in operations.iter().enumerate() {
            match operation {
                Operation::Create(item) => {
                    put(&mut places.made, item.id(), place);
                    put(&mut places.created, item.id(), place);
                }
                Operation::Drop(item) => put(&mut places.gone, item.id(), place),
                Operation::Alter { before, after } => {
                    put(&mut places.made, after.id(), place);
                    put(&mut places.altered, before.id(), place);
                }
                Operation::Rename { .. } => {}
            }
        }
        places
    }
}

/// The name of what shares its names with tables.
fn relation_name(item: &Item<'_>) -> Option<Name> {
    let beside = |table: &Name, name: &str| Name {
        schema: table.schema.clone(),
        name: name.to_owned(),
    };
    Some(match item {
        Item::Table(it) => it.name.clone(),
        Item::View(it) => it.name.clone(),
        Item::MaterializedView(it) => it.name.clone(),
        Item::Sequence(it) => it.name.clone(),
        Item::Index(table, it) => beside(table, &it.name),
        Item::Unique(table, it) => beside(&table.name, it.name.as_deref()?),
        Item::PrimaryKey(table, it) => beside(&table.name, it.name.as_deref()?),
        _ => return None,
    })
}
