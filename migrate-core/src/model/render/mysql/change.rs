//! What becomes of one table that both schemas have, gathered from the operations.

use std::collections::{BTreeMap, HashMap};

use super::column::{CharacterSet, definition, effective};
use super::data_type::DataType;
use crate::model::diff::{Changes, Item, Operation};
use crate::model::schema::{Check, Column, ForeignKey, Generation, Index, Name, PrimaryKey, Table};
use crate::text::Dialect;

/// What becomes of one table. Columns are paired by what they are, whatever they are called.
#[derive(Debug)]
pub(super) struct TableChange<'s> {
    /// As it was.
    pub before: &'s Table,
    /// As it will be.
    pub after: &'s Table,
    /// Columns that go by another name.
    pub renamed: Vec<(&'s Column, &'s Column)>,
    /// New columns.
    pub added: Vec<&'s Column>,
    /// Columns that go.
    pub dropped: Vec<&'s Column>,
    /// Columns that differ in more than their name.
    pub changed: Vec<(&'s Column, &'s Column)>,
    /// Columns that have to go and come again: the server cannot make one out of the other.
    pub remade: Vec<(&'s Column, &'s Column)>,
    /// The primary key that goes.
    pub dropped_key: Option<&'s PrimaryKey>,
    /// The primary key that comes.
    pub added_key: Option<&'s PrimaryKey>,
    /// Indexes that go.
    pub dropped_indexes: Vec<&'s Index>,
    /// Indexes that come.
    pub added_indexes: Vec<&'s Index>,
    /// Indexes that the planner is to use, or no longer.
    pub hidden_indexes: Vec<&'s Index>,
    /// Checks of the table that go.
    pub dropped_checks: Vec<&'s Check>,
    /// Checks of the table that come.
    pub added_checks: Vec<&'s Check>,
    /// Whether its options, its comment or the order of its columns differ.
    pub options: bool,
}

/// A foreign key with its table.
pub(super) type Key<'s> = (&'s Table, &'s ForeignKey);

/// The tables that both schemas have.
#[derive(Debug, Default)]
struct Pairs<'s> {
    by_old: HashMap<&'s Name, (&'s Table, &'s Table)>,
    by_new: HashMap<&'s Name, (&'s Table, &'s Table)>,
}

impl<'s> Pairs<'s> {
    fn of(changes: &Changes<'s>) -> Self {
        let renames = changes
            .operations
            .iter()
            .filter_map(|operation| match operation {
                Operation::Rename {
                    before: Item::Table(before),
                    after: Item::Table(after),
                } => Some((&after.name, &before.name)),
                _ => None,
            });
        let olds: HashMap<&Name, &Name> = renames.collect();
        let mut pairs = Self::default();
        for after in &changes.after.tables {
            let old = olds.get(&after.name).copied().unwrap_or(&after.name);
            if let Some(before) = changes.before.tables.get(old) {
                pairs.by_old.insert(&before.name, (before, after));
                pairs.by_new.insert(&after.name, (before, after));
            }
        }
        pairs
    }
}

/// What becomes of the tables that both schemas have.
#[derive(Debug)]
pub(super) struct TableChanges<'s> {
    /// By their new names.
    pub tables: BTreeMap<&'s Name, TableChange<'s>>,
    /// Foreign keys that go, with their tables as they were.
    pub dropped_keys: Vec<Key<'s>>,
    /// Foreign keys that come, with their tables as they will be.
    pub added_keys: Vec<Key<'s>>,
}

impl<'s> TableChanges<'s> {
    /// Gathers what the operations say of each table, and adds what follows from it.
    pub(super) fn of(changes: &Changes<'s>) -> Self {
        let pairs = Pairs::of(changes);
        let mut gathered = Self {
            tables: BTreeMap::new(),
            dropped_keys: Vec::new(),
            added_keys: Vec::new(),
        };
        for operation in &changes.operations {
            gathered.take(&pairs, *operation);
        }
        for change in gathered.tables.values_mut() {
            change.follow(changes.after.dialect);
        }
        gathered.retype_keys(&pairs, changes);
        gathered
    }

    fn take(&mut self, pairs: &Pairs<'s>, operation: Operation<'s>) {
        match operation {
            Operation::Create(Item::ForeignKey(table, key)) => self.added_keys.push((table, key)),
            Operation::Drop(Item::ForeignKey(table, key)) => self.dropped_keys.push((table, key)),
            Operation::Create(item) => {
                let pair = item.owner().and_then(|owner| pairs.by_new.get(owner));
                if let Some(pair) = pair {
                    self.change(*pair).come(item);
                }
            }
            Operation::Drop(item) => {
                let pair = item.owner().and_then(|owner| pairs.by_old.get(owner));
                if let Some(pair) = pair {
                    self.change(*pair).go(item);
                }
            }
            Operation::Alter { before, after } => self.alter(pairs, before, after),
            Operation::Rename {
                before: Item::Column(_, before),
                after: Item::Column(table, after),
            } => {
                if let Some(pair) = pairs.by_new.get(&table.name) {
                    self.change(*pair).renamed.push((before, after));
                }
            }
            Operation::Rename { .. } => {}
        }
    }

    fn alter(&mut self, pairs: &Pairs<'s>, before: Item<'s>, after: Item<'s>) {
        let name = match after {
            Item::Table(table) => Some(&table.name),
            _ => after.owner(),
        };
        let pair = name.and_then(|name| pairs.by_new.get(name));
        match (before, after, pair) {
            (Item::Table(_), Item::Table(_), Some(pair)) => self.change(*pair).options = true,
            (Item::Column(_, before), Item::Column(_, after), Some(pair)) => {
                self.change(*pair).changed.push((before, after));
            }
            (Item::Index(_, before), Item::Index(_, after), Some(pair))
                if is_only_hidden(before, after) =>
            {
                self.change(*pair).hidden_indexes.push(after);
            }
            _ => {
                self.take(pairs, Operation::Drop(before));
                self.take(pairs, Operation::Create(after));
            }
        }
    }

    fn change(&mut self, (before, after): (&'s Table, &'s Table)) -> &mut TableChange<'s> {
        self.tables
            .entry(&after.name)
            .or_insert_with(|| TableChange::new(before, after))
    }

    /// Foreign keys stand aside while the type of their columns changes.
    fn retype_keys(&mut self, pairs: &Pairs<'s>, changes: &Changes<'s>) {
        let dialect = changes.after.dialect;
        let retyped: HashMap<&Name, Vec<&str>> = self
            .tables
            .values()
            .map(|change| (&change.before.name, change.retyped(dialect)))
            .filter(|(_, columns)| !columns.is_empty())
            .collect();
        if retyped.is_empty() {
            return;
        }
        let touches = |table: &Name, columns: &[String]| {
            let retyped = retyped.get(table);
            retyped.is_some_and(|retyped| columns.iter().any(|it| retyped.contains(&it.as_str())))
        };
        for before in &changes.before.tables {
            let Some((_, after)) = pairs.by_old.get(&before.name) else {
                continue;
            };
            for key in &before.foreign_keys {
                if !touches(&before.name, &key.columns)
                    && !touches(&key.references, &key.referred_columns)
                {
                    continue;
                }
                let goes = self
                    .dropped_keys
                    .iter()
                    .any(|(table, it)| table.name == before.name && it.name == key.name);
                let stays = after.foreign_keys.iter().find(|it| it.name == key.name);
                if let Some(new) = stays.filter(|_| !goes) {
                    self.dropped_keys.push((before, key));
                    self.added_keys.push((after, new));
                }
            }
        }
    }
}

impl<'s> TableChange<'s> {
    const fn new(before: &'s Table, after: &'s Table) -> Self {
        Self {
            before,
            after,
            renamed: Vec::new(),
            added: Vec::new(),
            dropped: Vec::new(),
            changed: Vec::new(),
            remade: Vec::new(),
            dropped_key: None,
            added_key: None,
            dropped_indexes: Vec::new(),
            added_indexes: Vec::new(),
            hidden_indexes: Vec::new(),
            dropped_checks: Vec::new(),
            added_checks: Vec::new(),
            options: false,
        }
    }

    fn come(&mut self, item: Item<'s>) {
        match item {
            Item::Column(_, column) => self.added.push(column),
            Item::PrimaryKey(_, key) => self.added_key = Some(key),
            Item::Index(_, index) => self.added_indexes.push(index),
            Item::Check(_, check) => match &check.column {
                Some(column) => self.redefine(column),
                None => self.added_checks.push(check),
            },
            _ => {}
        }
    }

    fn go(&mut self, item: Item<'s>) {
        match item {
            Item::Column(_, column) => self.dropped.push(column),
            Item::PrimaryKey(_, key) => self.dropped_key = Some(key),
            Item::Index(_, index) => self.dropped_indexes.push(index),
            Item::Check(_, check) => match &check.column {
                Some(column) => {
                    let new = self.new_name(column);
                    self.redefine(new);
                }
                None => self.dropped_checks.push(check),
            },
            _ => {}
        }
    }

    /// The name that a column of the old table has in the new one.
    pub(super) fn new_name<'n>(&self, old: &'n str) -> &'n str
    where
        's: 'n,
    {
        let renamed = self.renamed.iter().find(|(before, _)| before.name == old);
        renamed.map_or(old, |(_, after)| after.name.as_str())
    }

    /// The old column of a new one.
    pub(super) fn old_column(&self, new: &str) -> Option<&'s Column> {
        if let Some((before, _)) = self.renamed.iter().find(|(_, after)| after.name == new) {
            return Some(before);
        }
        let is_renamed = self.renamed.iter().any(|(before, _)| before.name == new);
        self.before.column(new).filter(|_| !is_renamed)
    }

    /// A column is defined anew: with it comes and goes the check that was written at it.
    fn redefine(&mut self, new: &str) {
        if let (Some(before), Some(after)) = (self.old_column(new), self.after.column(new)) {
            self.changed.push((before, after));
        }
    }

    /// What the operations do not say.
    fn follow(&mut self, dialect: Dialect) {
        let old_options = self.before.mysql().map(|it| &it.collation);
        if old_options != self.after.mysql().map(|it| &it.collation) {
            // Columns without a character set of their own have that of the table, which differs now.
            for after in &self.after.columns {
                let text = DataType::read(&after.data_type, dialect).is_text();
                if let Some(before) = self.old_column(&after.name).filter(|_| text)
                    && effective(self.before, before) != effective(self.after, after)
                {
                    self.changed.push((before, after));
                }
            }
        }
        let mut seen: Vec<&str> = Vec::new();
        self.changed.retain(|(_, after)| {
            let is_new = !seen.contains(&after.name.as_str());
            seen.push(&after.name);
            is_new
        });
        let written = |table: &Table, column: &Column| {
            let column = Column {
                name: String::new(),
                ..column.clone()
            };
            definition(table, &column, CharacterSet::Always, dialect)
        };
        let (before_table, after_table) = (self.before, self.after);
        self.changed.retain(|(before, after)| {
            written(before_table, before) != written(after_table, after)
                || super::column::check_of(before_table, &before.name).map(|it| &it.expression)
                    != super::column::check_of(after_table, &after.name).map(|it| &it.expression)
        });
        let remade = |(before, after): &(&Column, &Column)| is_virtual(before) != is_virtual(after);
        self.remade = self.changed.iter().copied().filter(remade).collect();
        self.changed.retain(|pair| !remade(pair));
        self.remake_indexes();
    }

    /// An index loses a column that goes, so that it has to be made anew with the column.
    fn remake_indexes(&mut self) {
        for (old, new) in &self.remade {
            let holds = |index: &Index, name: &str| {
                index
                    .parts
                    .iter()
                    .any(|part| part.column_name() == Some(name))
            };
            for index in &self.before.indexes {
                let known = self.dropped_indexes.iter().any(|it| it.name == index.name);
                if holds(index, &old.name) && !known {
                    self.dropped_indexes.push(index);
                }
            }
            for index in &self.after.indexes {
                let known = self.added_indexes.iter().any(|it| it.name == index.name);
                if holds(index, &new.name) && !known {
                    self.added_indexes.push(index);
                }
            }
        }
    }

    /// The old names of columns that a foreign key cannot keep: their type changes, or they are made anew.
    fn retyped(&self, dialect: Dialect) -> Vec<&'s str> {
        let same = |before: &Column, after: &Column| {
            DataType::read(&before.data_type, dialect) == DataType::read(&after.data_type, dialect)
                && effective(self.before, before) == effective(self.after, after)
        };
        let changed = self
            .changed
            .iter()
            .filter(|(before, after)| !same(before, after));
        changed
            .chain(&self.remade)
            .map(|(before, _)| before.name.as_str())
            .collect()
    }

    /// Whether there is nothing to alter but names.
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.dropped.is_empty()
            && self.changed.is_empty()
            && self.remade.is_empty()
            && self.dropped_key.is_none()
            && self.added_key.is_none()
            && self.dropped_indexes.is_empty()
            && self.added_indexes.is_empty()
            && self.hidden_indexes.is_empty()
            && self.dropped_checks.is_empty()
            && self.added_checks.is_empty()
            && !self.options
    }
}

/// Whether a column is computed whenever it is read. Nothing can be made of such a column, nor such a column of anything.
fn is_virtual(column: &Column) -> bool {
    column
        .generated
        .as_ref()
        .is_some_and(|it| it.generation == Generation::Virtual)
}

fn is_only_hidden(before: &Index, after: &Index) -> bool {
    let shown = Index {
        visibility: before.visibility,
        ..after.clone()
    };
    *before == shown
}
