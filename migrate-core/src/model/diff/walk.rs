//! Every object of two schemas, each with its counterpart.

use std::collections::{HashMap, HashSet};

use super::renamed::Renamed;
use super::{Item, Name, alterable, same};
use crate::model::schema::compare::Detail;
use crate::model::schema::{Kind, ObjectId, Schema};
use crate::text::Dialect;

/// One object and its counterpart; at least one of them is there.
#[derive(Debug)]
pub(super) struct Pair<'s> {
    pub(super) before: Option<Item<'s>>,
    pub(super) after: Option<Item<'s>>,
    /// In what they differ beyond their names, if both are there.
    pub(super) details: Vec<Detail>,
    /// Whether it goes by another name.
    pub(super) renamed: bool,
}

/// All pairs; of a table or a materialized view that only one side has, also what belongs to it.
pub(super) fn walk<'s>(
    before: &'s Schema,
    renamed: &Renamed<'_>,
    after: &'s Schema,
) -> Vec<Pair<'s>> {
    let dialect = after.dialect;
    let mut olds: HashMap<(ObjectId, usize), (usize, Item<'s>, Item<'_>)> = HashMap::new();
    let mut numbers = Numbers::default();
    for (place, (old, like)) in renamed.items(before).into_iter().enumerate() {
        olds.insert(numbers.of(&like), (place, old, like));
    }
    let mut pairs = Vec::new();
    let mut made = Vec::new();
    let mut numbers = Numbers::default();
    for new in items(after) {
        let Some((_, old, like)) = olds.remove(&numbers.of(&new)) else {
            made.push(new);
            continue;
        };
        let mut details = same::details(dialect, like, new);
        details.retain(|detail| alterable::matters(dialect, detail));
        pairs.push(Pair {
            before: Some(old),
            after: Some(new),
            details,
            renamed: match (old, new) {
                (Item::Table(old), Item::Table(new)) => old.name != new.name,
                (Item::Column(_, old), Item::Column(_, new)) => old.name != new.name,
                _ => false,
            },
        });
    }
    let mut gone: Vec<(usize, Item<'s>, Item<'_>)> = olds.into_values().collect();
    gone.sort_by_key(|(place, ..)| *place);
    same_but_for_the_name(dialect, &mut gone, &mut made, &mut pairs);
    pairs.extend(made.into_iter().map(|new| Pair {
        before: None,
        after: Some(new),
        details: Vec::new(),
        renamed: false,
    }));
    pairs.extend(gone.into_iter().map(|(_, old, _)| Pair {
        before: Some(old),
        after: None,
        details: Vec::new(),
        renamed: false,
    }));
    pairs
}

/// Pairs what belongs to the same table and differs in its name alone, which loses nothing to anybody.
fn same_but_for_the_name<'s>(
    dialect: Dialect,
    gone: &mut Vec<(usize, Item<'s>, Item<'_>)>,
    made: &mut Vec<Item<'s>>,
    pairs: &mut Vec<Pair<'s>>,
) {
    let mut candidates: HashMap<(Kind, &Name), Vec<Item<'s>>> = HashMap::new();
    for item in made.iter().filter(|it| alterable::can_rename(dialect, it)) {
        if let Some(owner) = owner(item) {
            candidates
                .entry((item.kind(), owner))
                .or_default()
                .push(*item);
        }
    }
    let mut found: HashSet<ObjectId> = HashSet::new();
    let mut sequences: Vec<(&Name, &Name)> = Vec::new();
    gone.retain(|(_, old, like)| {
        let list = owner(like).and_then(|owner| candidates.get_mut(&(like.kind(), owner)));
        let Some(list) = list else {
            return true;
        };
        let twin = list
            .iter()
            .position(|new| same::details(dialect, *like, *new).is_empty());
        let Some(new) = twin.map(|place| list.swap_remove(place)) else {
            return true;
        };
        if let (Item::Sequence(old), Item::Sequence(new)) = (old, &new) {
            sequences.push((&old.name, &new.name));
        }
        found.insert(new.id());
        pairs.push(Pair {
            before: Some(*old),
            after: Some(new),
            details: Vec::new(),
            renamed: true,
        });
        false
    });
    if found.is_empty() {
        return;
    }
    made.retain(|new| !found.contains(&new.id()));
    // The default of a column follows its sequence.
    for pair in pairs.iter_mut().filter(|_| !sequences.is_empty()) {
        if let (Some(Item::Column(_, old)), Some(Item::Column(_, new))) = (pair.before, pair.after)
        {
            let follows = sequences.iter().any(|(one, other)| {
                let says = |default: &Option<String>, name: &Name| {
                    default.as_ref().is_some_and(|it| it.contains(&name.name))
                };
                says(&old.default, one) && says(&new.default, other)
            });
            if follows {
                pair.details.retain(|detail| detail.what != "default");
            }
        }
    }
}

/// The table that an object goes with.
fn owner<'i>(item: &Item<'i>) -> Option<&'i Name> {
    match item {
        Item::Sequence(it) => it.owned_by.as_ref().map(|(table, _)| table),
        item => item.owner(),
    }
}

/// What an object is paired by: its id, and its number among those that have the same, as constraints without a name
/// can.
#[derive(Default)]
struct Numbers(HashMap<ObjectId, usize>);

impl Numbers {
    fn of(&mut self, item: &Item<'_>) -> (ObjectId, usize) {
        let id = match item {
            // There is but one, whatever it is called.
            Item::PrimaryKey(table, _) => ObjectId::on(Kind::PrimaryKey, table.name.clone(), ""),
            Item::Database(_) => ObjectId::new(Kind::Database, Name::bare("")),
            item => item.id(),
        };
        let count = self.0.entry(id.clone()).or_default();
        *count += 1;
        (id, *count)
    }
}

/// Everything in a schema, in a fixed order.
pub(super) fn items(schema: &Schema) -> Vec<Item<'_>> {
    let mut items = vec![Item::Database(schema)];
    items.extend(schema.namespaces.iter().map(Item::Namespace));
    items.extend(schema.extensions.iter().map(Item::Extension));
    items.extend(schema.enums.iter().map(Item::Enum));
    items.extend(schema.domains.iter().map(Item::Domain));
    items.extend(schema.composites.iter().map(Item::Composite));
    items.extend(schema.sequences.iter().map(Item::Sequence));
    for table in &schema.tables {
        items.push(Item::Table(table));
        items.extend(parts(table));
    }
    items.extend(schema.views.iter().map(Item::View));
    for view in &schema.materialized_views {
        items.push(Item::MaterializedView(view));
        items.extend(view.indexes.iter().map(|it| Item::Index(&view.name, it)));
    }
    items.extend(schema.functions.iter().map(Item::Function));
    items.extend(schema.triggers.iter().map(Item::Trigger));
    items.extend(schema.others.iter().map(Item::Other));
    items.extend(schema.grants.iter().map(Item::Grant));
    items
}

/// What belongs to a table.
pub(super) fn parts(table: &super::Table) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = Vec::new();
    items.extend(table.columns.iter().map(|it| Item::Column(table, it)));
    items.extend(
        table
            .primary_key
            .iter()
            .map(|it| Item::PrimaryKey(table, it)),
    );
    items.extend(table.uniques.iter().map(|it| Item::Unique(table, it)));
    items.extend(table.checks.iter().map(|it| Item::Check(table, it)));
    items.extend(table.exclusions.iter().map(|it| Item::Exclusion(table, it)));
    items.extend(table.indexes.iter().map(|it| Item::Index(&table.name, it)));
    items.extend(
        table
            .foreign_keys
            .iter()
            .map(|it| Item::ForeignKey(table, it)),
    );
    items.extend(table.policies.iter().map(|it| Item::Policy(table, it)));
    items
}

/// Whether a part of a new table is an operation of its own behind it.
pub(super) fn is_apart(dialect: Dialect, item: &Item<'_>) -> bool {
    match item {
        Item::Index(..) | Item::Policy(..) => true,
        Item::ForeignKey(..) => dialect != Dialect::Sqlite,
        _ => false,
    }
}
