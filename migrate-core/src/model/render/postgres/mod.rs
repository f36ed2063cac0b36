//! SQL for PostgreSQL.
//!
//! | file | what |
//! |---|---|
//! | `script` | the statements as they come |
//! | `facts` | what has to be known of all operations before the first is written |
//! | `name`, `data_type`, `key`, `definition`, `options` | texts of names, types, keys, columns, and what stands behind a table |
//! | `table`, `column`, `constraint`, `index`, `sequence`, `custom`, `view`, `routine`, `other` | one kind of object each |

mod column;
mod constraint;
mod custom;
mod data_type;
mod definition;
mod facts;
mod index;
mod key;
mod name;
mod options;
mod other;
mod routine;
mod script;
mod sequence;
mod table;
mod view;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::{Options, RenderError, Stage, Statement, Transactional};
use crate::model::diff::{Changes, Item, Operation};
use crate::model::schema::{Grant, KeyPart, Name, ObjectId, Sequence, Table};
pub(super) use data_type::{converted, rewrites};
pub(super) use name::ident;
use name::{beside, literal, name};
use other::Verb;
use script::{Class, Script};

/// The statements that run these changes.
pub(super) fn render(
    changes: &Changes<'_>,
    options: &Options,
) -> Result<Vec<Statement>, RenderError> {
    let mut writer = Writer::new(changes, options);
    writer.gather();
    let mut operations = changes.operations.as_slice();
    while let Some((operation, rest)) = operations.split_first() {
        let alike = writer.rights(operations);
        if alike > 0 {
            operations = &operations[alike..];
            continue;
        }
        writer.operation(operation)?;
        operations = rest;
    }
    Ok(writer.finish())
}

/// The script, and what is known while it is written.
struct Writer<'s> {
    changes: &'s Changes<'s>,
    out: Script,
    /// Old names by new ones.
    old_tables: HashMap<&'s Name, &'s Name>,
    old_columns: HashMap<(&'s Name, &'s str), &'s str>,
    /// Tables and materialized views that are new, as far as they are written.
    made: HashSet<&'s Name>,
    made_columns: HashSet<(&'s Name, &'s str)>,
    /// Indexes that come in statements of their own, by their table, with those of keys.
    made_indexes: HashSet<(&'s Name, String)>,
    /// What waits for one of them: table, index, action.
    late: Vec<(&'s Name, String, String)>,
    /// Foreign keys that stand in the `CREATE TABLE`.
    inlined: HashSet<ObjectId>,
    /// Sequences of `serial` columns.
    serials: HashSet<&'s Name>,
    /// Sequences that go to a table and column as soon as those are there.
    owned: HashMap<(Name, String), Vec<&'s Sequence>>,
    /// Sequences that are dropped already.
    dropped_sequences: HashSet<&'s Name>,
    /// Columns whose identity is dropped already.
    unnumbered: HashSet<(&'s Name, &'s str)>,
    /// Indexes that are dropped and made again under the same name, and need nothing else to happen in between.
    replaced_indexes: HashSet<(&'s Name, &'s str)>,
    /// Indexes that are dropped while all their columns stay.
    lonely_indexes: HashSet<(&'s Name, &'s str)>,
    /// Functions that are dropped and made again.
    remade_functions: HashSet<ObjectId>,
    /// Keys that are made in the second stage, by their table.
    keys_in_second: Vec<(&'s Name, &'s [KeyPart])>,
    /// Constraints and indexes that are made in the second stage, by their table.
    seconds: HashSet<(Name, String)>,
    /// Statements that add a label to an enum, with the label as a literal.
    new_labels: Vec<(String, String)>,
}

impl<'s> Writer<'s> {
    fn new(changes: &'s Changes<'s>, options: &Options) -> Self {
        Self {
            changes,
            out: Script::new(options.safety),
            old_tables: HashMap::new(),
            old_columns: HashMap::new(),
            made: HashSet::new(),
            made_columns: HashSet::new(),
            made_indexes: HashSet::new(),
            late: Vec::new(),
            inlined: HashSet::new(),
            serials: HashSet::new(),
            owned: HashMap::new(),
            dropped_sequences: HashSet::new(),
            unnumbered: HashSet::new(),
            replaced_indexes: HashSet::new(),
            lonely_indexes: HashSet::new(),
            remade_functions: HashSet::new(),
            keys_in_second: Vec::new(),
            seconds: HashSet::new(),
            new_labels: Vec::new(),
        }
    }

    fn is_made(&self, table: &Name) -> bool {
        self.made.contains(table)
    }

    /// The table as it was, by its new name.
    fn old_table(&self, new: &Name) -> Option<&'s Table> {
        let old = self.old_tables.get(new).copied().unwrap_or(new);
        self.changes.before.tables.get(old)
    }

    /// What a column was called, by the new names.
    fn old_column<'n>(&self, table: &'n Name, new: &'n str) -> &'n str
    where
        's: 'n,
    {
        self.old_columns.get(&(table, new)).copied().unwrap_or(new)
    }

    /// What a table is called now, by its old name.
    fn renamed_table(&self, old: &Name) -> Name {
        let mut found = self.old_tables.iter().filter(|(_, it)| **it == old);
        found.next().map_or(old, |(new, _)| *new).clone()
    }

    /// What a column is called now, by the new name of its table and its own old one.
    fn renamed_column(&self, table: &Name, old: &str) -> String {
        let mut found = self
            .old_columns
            .iter()
            .filter(|((of, _), it)| *of == table && **it == old);
        found.next().map_or(old, |((_, new), _)| *new).to_owned()
    }

    fn comment(
        &mut self,
        kind: &str,
        target: &str,
        before: Option<&String>,
        after: Option<&String>,
    ) {
        if before != after {
            let text = after.map_or_else(|| "NULL".to_owned(), |it| literal(it));
            self.out
                .push(format!("COMMENT ON {kind} {target} IS {text}"));
        }
    }

    fn operation(&mut self, operation: &Operation<'s>) -> Result<(), RenderError> {
        match *operation {
            Operation::Create(item) => return self.create(item),
            Operation::Drop(item) => self.drop(item),
            Operation::Rename { before, after } => self.rename(before, after),
            Operation::Alter { before, after } => self.alter(before, after),
        }
        Ok(())
    }

    fn create(&mut self, item: Item<'s>) -> Result<(), RenderError> {
        match item {
            Item::Namespace(it) => self.create_namespace(it),
            Item::Extension(it) => self.create_extension(it),
            Item::Enum(it) => self.create_enum(it),
            Item::Domain(it) => self.create_domain(it),
            Item::Composite(it) => self.create_composite(it),
            Item::Sequence(it) => self.create_sequence(it),
            Item::Table(it) => self.create_table(it),
            Item::Column(table, it) => self.add_column(table, it),
            Item::PrimaryKey(table, it) => self.add_primary_key(table, it),
            Item::Unique(table, it) => self.add_unique(table, it),
            Item::Check(table, it) => self.add_check(table, it),
            Item::Exclusion(table, it) => self.add_exclusion(table, it),
            Item::ForeignKey(table, it) => self.add_foreign_key(table, it),
            Item::Policy(table, it) => self.create_policy(table, it),
            Item::Index(table, it) => self.create_index(table, it),
            Item::View(it) => self.create_view(it),
            Item::MaterializedView(it) => self.create_materialized_view(it),
            Item::Function(it) => self.create_function(it),
            Item::Trigger(it) => self.create_trigger(it),
            Item::Other(it) => return self.create_other(it),
            Item::Grant(it) => self.grants(&[it], Verb::create(it.option)),
            Item::Database(_) => {}
        }
        Ok(())
    }

    fn drop(&mut self, item: Item<'s>) {
        match item {
            Item::Namespace(it) => self.drop_namespace(it),
            Item::Extension(it) => self.drop_extension(it),
            Item::Enum(it) => self.out.push(format!("DROP TYPE {}", name(&it.name))),
            Item::Domain(it) => self.out.push(format!("DROP DOMAIN {}", name(&it.name))),
            Item::Composite(it) => self.out.push(format!("DROP TYPE {}", name(&it.name))),
            Item::Sequence(it) => self.drop_sequence(it),
            Item::Table(it) => self.drop_table(it),
            Item::Column(table, it) => self.drop_column(table, it),
            Item::PrimaryKey(table, it) => self.drop_primary_key(table, it),
            Item::Unique(table, it) => self.drop_unique(table, it),
            Item::Check(table, it) => self.drop_check(table, it),
            Item::Exclusion(table, it) => self.drop_exclusion(table, it),
            Item::ForeignKey(table, it) => self.drop_foreign_key(table, it),
            Item::Policy(table, it) => self.drop_policy(table, it),
            Item::Index(table, it) => self.drop_index(table, it),
            Item::View(it) => self.drop_view(it),
            Item::MaterializedView(it) => self.drop_materialized_view(it),
            Item::Function(it) => self.drop_function(it),
            Item::Trigger(it) => self.drop_trigger(it),
            Item::Other(it) => self.drop_other(it),
            Item::Grant(it) => self.grants(&[it], Verb::drop(it.option)),
            Item::Database(_) => {}
        }
    }

    fn rename(&mut self, before: Item<'s>, after: Item<'s>) {
        match (before, after) {
            (Item::Table(before), Item::Table(after)) => self.rename_table(before, after),
            (Item::Column(_, before), Item::Column(table, after)) => {
                self.rename_column(table, before, after);
            }
            (Item::Index(_, before), Item::Index(table, after)) => {
                let old = beside(table, &before.name);
                self.out.push(format!(
                    "ALTER INDEX {old} RENAME TO {}",
                    ident(&after.name)
                ));
            }
            // Into another schema it goes with its table.
            (Item::Sequence(before), Item::Sequence(after)) => {
                if before.name.name != after.name.name {
                    let (old, new) = (name(&before.name), ident(&after.name.name));
                    self.out
                        .push(format!("ALTER SEQUENCE {old} RENAME TO {new}"));
                }
            }
            (before, after) => {
                let table = match after {
                    Item::PrimaryKey(table, _)
                    | Item::Unique(table, _)
                    | Item::Check(table, _)
                    | Item::Exclusion(table, _)
                    | Item::ForeignKey(table, _) => table,
                    _ => return,
                };
                self.rename_constraint(table, &before.id().name.name, &after.id().name.name);
            }
        }
    }

    fn alter(&mut self, before: Item<'s>, after: Item<'s>) {
        match (before, after) {
            (Item::Namespace(old), Item::Namespace(new)) => {
                let (old, comment) = (old.comment.as_ref(), new.comment.as_ref());
                self.comment("SCHEMA", &ident(&new.name), old, comment);
            }
            (_, Item::Extension(it)) => self.alter_extension(it),
            (Item::Enum(old), Item::Enum(new)) => self.alter_enum(old, new),
            (Item::Domain(old), Item::Domain(new)) => self.alter_domain(old, new),
            (Item::Composite(old), Item::Composite(new)) => self.alter_composite(old, new),
            (Item::Sequence(old), Item::Sequence(new)) => self.alter_sequence(old, new),
            (Item::Table(old), Item::Table(new)) => self.alter_table(old, new),
            (Item::Column(was, old), Item::Column(table, new)) => {
                self.alter_column(was, old, table, new);
            }
            (Item::Check(_, old), Item::Check(table, new)) => self.alter_check(table, old, new),
            (Item::ForeignKey(_, old), Item::ForeignKey(table, new)) => {
                self.alter_foreign_key(table, old, new);
            }
            (Item::Policy(_, old), Item::Policy(table, new)) => self.alter_policy(table, old, new),
            (Item::Index(_, old), Item::Index(table, new)) => self.alter_index(table, old, new),
            (Item::View(old), Item::View(new)) => self.alter_view(old, new),
            (Item::MaterializedView(old), Item::MaterializedView(new)) => {
                self.alter_materialized_view(old, new);
            }
            (Item::Function(old), Item::Function(new)) => self.alter_function(old, new),
            (Item::Trigger(old), Item::Trigger(new)) => self.alter_trigger(old, new),
            (Item::Other(old), Item::Other(new)) => self.alter_other(old, new),
            (Item::Grant(old), Item::Grant(new)) => {
                self.grants(&[new], Verb::change(old.option, new.option));
            }
            (before, after) => self.alter_key(before, after),
        }
    }

    /// Writes the rights at the beginning of these operations that fit into one statement; says how many.
    fn rights(&mut self, operations: &[Operation<'s>]) -> usize {
        let right = |operation: &Operation<'s>| match *operation {
            Operation::Create(Item::Grant(it)) => Some((Verb::create(it.option), it)),
            Operation::Drop(Item::Grant(it)) => Some((Verb::drop(it.option), it)),
            _ => None,
        };
        let Some((verb, first)) = operations.first().and_then(right) else {
            return 0;
        };
        let of = |grant: &'s Grant| {
            (
                grant.object.table.as_ref().unwrap_or(&grant.object.name),
                grant.object.kind,
            )
        };
        let alike = operations
            .iter()
            .map_while(right)
            .take_while(|(other, it)| {
                *other == verb
                    && of(it) == of(first)
                    && it.grantee == first.grantee
                    && it.option == first.option
            });
        let grants: Vec<&Grant> = alike.map(|(_, it)| it).collect();
        self.grants(&grants, verb);
        grants.len()
    }

    fn finish(mut self) -> Vec<Statement> {
        for (table, _, action) in std::mem::take(&mut self.late) {
            self.out.alter(Stage::Second, table, Class::Option, action);
        }
        let labels = std::mem::take(&mut self.new_labels);
        let mut statements = self.out.finish();
        for (text, label) in &labels {
            let used = statements.iter().any(|it| {
                it.sql.contains(label.as_str()) && !labels.iter().any(|(adds, _)| *adds == it.sql)
            });
            if used {
                // A new label can be used once the transaction that adds it has ended.
                for statement in statements.iter_mut().filter(|it| it.sql == *text) {
                    statement.transactional = Transactional::No("ALTER TYPE .. ADD VALUE");
                }
            }
        }
        statements
    }
}
