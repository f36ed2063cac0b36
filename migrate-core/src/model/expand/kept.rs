//! What is kept for the older release between switch and contract.

use std::fmt;

use super::double_write::Names;
use super::steps::{add_types, index_names, unique_names};
use crate::model::diff::words;
use crate::model::render::{Statement, converted, identifier, qualified, renumber};
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{
    Column, FunctionKey, FunctionKind, Name, Object as _, Schema, Table, Trigger, TriggerKey,
};

/// A column that only the older release knows, and the one that has taken its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Kept {
    /// The table.
    pub table: Name,
    /// The column that is kept.
    pub old: String,
    /// The one that is wanted.
    pub new: String,
    /// The triggers that write to both.
    pub triggers: Vec<String>,
}

impl Kept {
    /// What names it on the command line: `users.mail`.
    pub fn column(&self) -> String {
        format!("{}.{}", self.table, self.old)
    }
}

/// For people: what is kept, and what lets it go.
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table, old, new, ..
        } = self;
        write!(
            f,
            "column {table}.{old} is kept for the older release beside {table}.{new}: \
             `migrate-cli revision --contract -m TEXT` drops it"
        )
    }
}

/// Adds to the schema that is wanted what is kept in the one that is there; `takes` says of which columns.
///
/// ```
/// use migrate_core::model::expand::keep;
/// use migrate_core::model::schema::Schema;
/// use migrate_core::text::Dialect;
///
/// let made = Schema::new(Dialect::Sqlite, "main");
/// let mut wanted = made.clone();
/// assert!(keep(&made, &mut wanted, |_| true).is_empty());
/// ```
pub fn keep(made: &Schema, wanted: &mut Schema, takes: impl Fn(&Kept) -> bool) -> Vec<Kept> {
    let mut found = Vec::new();
    for table in &made.tables {
        let Some(later) = wanted.tables.get(&table.name) else {
            continue;
        };
        let bridges = table.columns.iter().filter_map(|new| {
            later.column(&new.name)?;
            bridge(made, wanted, table, later, &new.name)
        });
        found.extend(bridges);
    }
    found.retain(takes);
    for kept in &found {
        add(made, wanted, kept);
    }
    found
}

/// The column that the triggers called after `new` write to beside it, if there are any.
fn bridge(made: &Schema, wanted: &Schema, table: &Table, later: &Table, new: &str) -> Option<Kept> {
    let names = Names::of(made.dialect, &table.name, new);
    let triggers: Vec<&Trigger> = names
        .triggers
        .iter()
        .map(|name| TriggerKey {
            table: table.name.clone(),
            name: name.clone(),
        })
        .filter(|key| !wanted.triggers.contains(key))
        .filter_map(|key| made.triggers.get(&key))
        .collect();
    let mut texts: Vec<String> = triggers.iter().map(|it| it.definition.clone()).collect();
    if !triggers.is_empty()
        && let Some(key) = function(made.dialect, &table.name, new)
        && let Some(function) = made.functions.get(&key)
    {
        // The body is a string to the lexer; its words are those of a text.
        texts.push(function.definition.replace('$', " "));
    }
    let mentioned = |column: &&Column| {
        let mut words = texts.iter().flat_map(|text| words(made.dialect, text));
        words.any(|it| it == column.name)
    };
    let mut gone = table
        .columns
        .iter()
        .filter(|it| later.column(&it.name).is_none());
    let old = gone.find(mentioned)?;
    Some(Kept {
        table: table.name.clone(),
        old: old.name.clone(),
        new: new.to_owned(),
        triggers: triggers.iter().map(|it| it.name.clone()).collect(),
    })
}

fn function(dialect: crate::text::Dialect, table: &Name, new: &str) -> Option<FunctionKey> {
    let name = Names::of(dialect, table, new).function?;
    Some(FunctionKey {
        name,
        kind: FunctionKind::Function,
        arguments: String::new(),
    })
}

fn add(made: &Schema, wanted: &mut Schema, kept: &Kept) {
    let Some(table) = made.tables.get(&kept.table) else {
        return;
    };
    if let Some(old) = table.column(&kept.old) {
        let of_column = old.data_type.trim_end_matches("[]");
        add_types(wanted, made, |name| name.to_string() == of_column);
    }
    wanted
        .tables
        .update(&kept.table, |later| hold(made, table, later, kept));
    let is_ours = |name: &str| kept.triggers.iter().any(|it| it == name);
    let triggers = made.triggers.iter();
    let triggers = triggers.filter(|it| it.table == kept.table && is_ours(&it.name));
    let triggers: Vec<Trigger> = triggers.cloned().collect();
    let ids: Vec<_> = triggers.iter().map(Trigger::id).collect();
    wanted.triggers.extend(triggers);
    if made.dialect.is_mysql_family() {
        // They stand among the others as they do there; what is new stands behind.
        renumber(wanted, &kept.table, |it| {
            made.triggers.get(&it.key()).map_or(u32::MAX, |it| it.order)
        });
    }
    if let Some(key) = function(made.dialect, &kept.table, &kept.new)
        && let Some(function) = made.functions.get(&key)
        && !wanted.functions.contains(&key)
    {
        wanted.functions.insert(function.clone());
    }
    let needs = made.dependencies.iter();
    let needs: Vec<_> = needs
        .filter(|it| ids.contains(&it.object))
        .cloned()
        .collect();
    wanted.dependencies.extend(needs);
}

/// Adds the column with what finds its rows, and lets the new one be as loose as it is.
fn hold(made: &Schema, table: &Table, later: &mut Table, kept: &Kept) {
    let old = kept.old.as_str();
    if let Some(place) = table.columns.iter().position(|it| it.name == old) {
        // Behind the same column as there.
        let before = table.columns[..place].iter().rev();
        let place_in_later = |name: &str| later.columns.iter().position(|it| it.name == name);
        let behind = before.filter_map(|it| place_in_later(&it.name)).next();
        later
            .columns
            .insert(behind.map_or(0, |it| it + 1), table.columns[place].clone());
    }
    let now = table.column(&kept.new);
    let wanted = later.columns.iter_mut().find(|it| it.name == kept.new);
    if let (Some(now), Some(wanted)) = (now, wanted) {
        if now.nullability == Nullability::Nullable {
            wanted.nullability = Nullability::Nullable;
        }
        if now.default.is_none() {
            wanted.default = None;
        }
    }
    let indexes = table.indexes.iter();
    let indexes = indexes.filter(|it| index_names(it, made.dialect, old));
    let missing: Vec<_> = indexes
        .filter(|it| later.index(&it.name).is_none())
        .cloned()
        .collect();
    later.indexes.extend(missing);
    let uniques = table.uniques.iter().filter(|it| unique_names(it, old));
    let missing: Vec<_> = uniques
        .filter(|it| !later.uniques.contains(it))
        .cloned()
        .collect();
    later.uniques.extend(missing);
    later.sort();
}

/// Lets statements that bring back a kept column fill it too, as the rows have it in the new one, before the triggers are
/// there to take that for a change; `schema` is the one with the column.
pub fn refill(schema: &Schema, kept: &Kept, statements: &mut Vec<Statement>) {
    let dialect = schema.dialect;
    let Some(table) = schema.tables.get(&kept.table) else {
        return;
    };
    let (Some(old), Some(new)) = (table.column(&kept.old), table.column(&kept.new)) else {
        return;
    };
    let value = identifier(dialect, &new.name);
    let value = converted(dialect, &value, &new.data_type, &old.data_type);
    let fill = format!(
        "UPDATE {} SET {} = {value}",
        qualified(dialect, &table.name),
        identifier(dialect, &old.name)
    );
    let is_ours = |it: &TriggerKey| it.table == kept.table && kept.triggers.contains(&it.name);
    let place = statements
        .iter()
        .position(|it| it.trigger.as_ref().is_some_and(is_ours));
    statements.insert(place.unwrap_or(statements.len()), Statement::new(fill));
}
