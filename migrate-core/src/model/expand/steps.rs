//! The schemas between the one that was and the one that is wanted.

use super::Bridge;
use super::double_write::{DoubleWrite, Given, Pair, double_write};
use crate::model::diff::{Renames, with_new_names, words};
use crate::model::render::{identifier, trigger_in_its_place};
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{
    Column, Dependency, Index, KeyPart, Name, Object, Objects, PartSource, Schema, Table, Unique,
};
use crate::text::Dialect;

/// What the expand makes: the new columns, which take NULL, and the triggers.
pub fn expanded(before: &Schema, after: &Schema, bridges: &[Bridge]) -> Schema {
    let mut schema = before.clone();
    // A column may be of a type that comes with it.
    add_types(&mut schema, after, |_| true);
    for bridge in bridges {
        schema.tables.update(&bridge.table, |table| {
            let place = table
                .columns
                .iter()
                .position(|it| it.name == bridge.old.name);
            let place = match (before.dialect, place) {
                (Dialect::Mysql | Dialect::Mariadb, Some(place)) => place + 1,
                _ => table.columns.len(),
            };
            let mut column = Column {
                name: bridge.until_switch.clone(),
                nullability: Nullability::Nullable,
                default: None,
                ..bridge.new.clone()
            };
            if before.dialect == Dialect::Sqlite {
                column.options.clear();
            }
            table.columns.insert(place, column);
        });
        let made = bridge.double_write(&schema, &bridge.old.name, &bridge.until_switch);
        for trigger in &made.triggers {
            let functions = made.functions.iter().map(|it| Dependency {
                object: trigger.id(),
                on: it.id(),
            });
            schema.dependencies.extend(functions);
        }
        schema.functions.extend(made.functions);
        schema.triggers.extend(made.triggers);
    }
    schema
}

/// Adds the types of `from` that a schema lacks, as far as they are `meant`.
pub(super) fn add_types(schema: &mut Schema, from: &Schema, meant: impl Fn(&Name) -> bool) {
    fn missing<T: Object<Key = Name> + Clone>(
        there: &Objects<T>,
        from: &Objects<T>,
        meant: impl Fn(&Name) -> bool,
    ) -> Vec<T> {
        let is_missing = |it: &&T| meant(&it.key()) && !there.contains(&it.key());
        from.iter().filter(is_missing).cloned().collect()
    }
    let enums = missing(&schema.enums, &from.enums, &meant);
    schema.enums.extend(enums);
    let domains = missing(&schema.domains, &from.domains, &meant);
    schema.domains.extend(domains);
}

impl Bridge {
    /// Its triggers, where its columns go by these names.
    fn double_write(&self, schema: &Schema, old: &str, new: &str) -> DoubleWrite {
        let Some(table) = schema.tables.get(&self.table) else {
            return DoubleWrite::default();
        };
        let named = |column: &Column, name: &str| Column {
            name: name.to_owned(),
            ..column.clone()
        };
        let pair = Pair {
            table,
            called: &self.new.name,
            old: &named(&self.old, old),
            new: &named(&self.new, new),
            given: Given::of(&self.old, &self.new),
        };
        double_write(schema, &pair)
    }
}

/// How columns that keep their name swap it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Swap {
    /// The names as they are, and as they will be.
    pub renames: Renames,
    /// The schema with these names.
    pub schema: Schema,
    /// What writes to both from then on, as statements that replace what is there: where the database does not see to it
    /// itself.
    pub statements: Vec<String>,
}

/// At the switch the old column steps aside, and the new one takes its name. `None` when all have other names;
/// `schema` is what the expand makes.
pub fn swap(schema: &Schema, bridges: &[Bridge]) -> Option<Swap> {
    swapped(schema, bridges, |it| {
        [
            (&it.old.name, &it.from_switch),
            (&it.until_switch, &it.new.name),
        ]
    })
}

/// The way back; `schema` is what the swap makes.
pub fn swap_back(schema: &Schema, bridges: &[Bridge]) -> Option<Swap> {
    swapped(schema, bridges, |it| {
        [
            (&it.from_switch, &it.old.name),
            (&it.new.name, &it.until_switch),
        ]
    })
}

/// `names` says for the old column and for the new one what it is called before and after.
fn swapped(
    schema: &Schema,
    bridges: &[Bridge],
    names: impl Fn(&Bridge) -> [(&String, &String); 2],
) -> Option<Swap> {
    let mut renames = Renames::default();
    let swapping = || bridges.iter().filter(|it| it.swaps());
    for bridge in swapping() {
        for (before, after) in names(bridge) {
            renames.column(bridge.table.clone(), before, after);
        }
    }
    if renames.is_empty() {
        return None;
    }
    let renamed = with_new_names(schema, &renames);
    let mut statements = Vec::new();
    for bridge in swapping() {
        let [(_, old), (_, new)] = names(bridge);
        let made = bridge.double_write(&renamed, old, new);
        let functions = made.functions.into_iter().map(|it| it.definition);
        let triggers = made.triggers.iter();
        match schema.dialect {
            // It is looked up by its name when a trigger calls it.
            Dialect::Postgres => statements.extend(functions),
            // Until they are replaced, triggers name a column that is not there, and writing fails: nothing gets lost.
            Dialect::Mariadb => statements.extend(triggers.map(|it| {
                let create = trigger_in_its_place(&renamed, it);
                create.replacen("CREATE ", "CREATE OR REPLACE ", 1)
            })),
            Dialect::Mysql => statements.extend(triggers.flat_map(|it| {
                let drop = format!("DROP TRIGGER {}", identifier(schema.dialect, &it.name));
                [drop, trigger_in_its_place(&renamed, it)]
            })),
            // It writes the new names into its triggers.
            Dialect::Sqlite => {}
        }
    }
    Some(Swap {
        renames,
        schema: renamed,
        statements,
    })
}

/// What of a schema is held for the older release from the switch on: `schema` is what is there before it, with the
/// names that the columns have from then on, and `after` the one that is wanted.
///
/// Nobody has to fill the old column any more, and it says nothing that the new one does not say; but it is still found
/// by its indexes, and what is inserted twice is still found out.
pub fn held(schema: &Schema, after: &Schema, bridges: &[Bridge]) -> Schema {
    let mut held = schema.clone();
    for bridge in bridges {
        let taken = taken_names(after, &bridge.table);
        held.tables.update(&bridge.table, |table| {
            hold(table, schema.dialect, bridge, &taken);
        });
    }
    held
}

fn hold(table: &mut Table, dialect: Dialect, bridge: &Bridge, taken: &[String]) {
    let old = bridge.from_switch.as_str();
    for column in &mut table.columns {
        if column.name == old {
            column.nullability = Nullability::Nullable;
            if dialect == Dialect::Sqlite {
                column.options.clear();
            }
        }
        if column.name == bridge.new.name {
            column.default = match bridge.old.default {
                // A value from here would be taken for one that somebody gave.
                Some(_) => None,
                None => bridge.new.default.clone(),
            };
            // Where triggers cannot fill it before it is looked at, it takes NULL until the contract.
            let filled = dialect == Dialect::Postgres || column.default.is_some();
            if filled {
                column.nullability = bridge.new.nullability;
            }
        }
    }
    table
        .foreign_keys
        .retain(|key| !key.columns.iter().any(|it| it == old));
    table
        .checks
        .retain(|check| !words(dialect, &check.expression).any(|it| it == old));
    table
        .exclusions
        .retain(|it| !words(dialect, &it.definition).any(|word| word == old));
    let free = |name: &str| {
        let mut free = name.to_owned();
        while taken.contains(&free) {
            free.push_str("_old");
        }
        free
    };
    for index in table
        .indexes
        .iter_mut()
        .filter(|it| index_names(it, dialect, old))
    {
        index.name = free(&index.name);
    }
    for unique in table.uniques.iter_mut().filter(|it| unique_names(it, old)) {
        unique.name = unique.name.as_deref().map(free);
    }
    table.sort();
}

/// The names of indexes and of constraints that are indexes, as far as the table's must not be one of them.
fn taken_names(after: &Schema, table: &Name) -> Vec<String> {
    let in_the_way = |it: &&Table| !after.dialect.is_mysql_family() || it.name == *table;
    let mut names = Vec::new();
    for table in after.tables.iter().filter(in_the_way) {
        names.extend(table.indexes.iter().map(|it| it.name.clone()));
        names.extend(table.uniques.iter().filter_map(|it| it.name.clone()));
    }
    names
}

pub(super) fn index_names(index: &Index, dialect: Dialect, column: &str) -> bool {
    let by_predicate = index.predicate.as_deref();
    parts_name(&index.parts, dialect, column)
        || index.include.iter().any(|it| it == column)
        || by_predicate.is_some_and(|text| words(dialect, text).any(|it| it == column))
}

pub(super) fn unique_names(unique: &Unique, column: &str) -> bool {
    let of_column = |part: &KeyPart| part.column_name() == Some(column);
    unique.parts.iter().any(of_column) || unique.include.iter().any(|it| it == column)
}

fn parts_name(parts: &[KeyPart], dialect: Dialect, column: &str) -> bool {
    parts.iter().any(|part| match &part.source {
        PartSource::Column(name) | PartSource::Period(name) => name == column,
        PartSource::Expression(text) => words(dialect, text).any(|it| it == column),
    })
}
