//! The old schema as it is once tables and columns go by their new names.
//!
//! What belongs to a table or refers to it follows, as it does in the database: keys, foreign keys of other tables,
//! triggers, rights, and the texts that the database itself keeps up to date.

use super::walk::{items, parts};
use super::{Item, Name, Renames, Schema, Table};
use crate::model::schema::{
    Column, ForeignKey, KeyPart, ObjectId, PartSource, TableOptions, TriggerKey,
};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, quote_ident, tokenize, unquote};

/// The old schema with new names, if there are any.
pub(super) struct Renamed<'r> {
    renames: &'r Renames,
    schema: Option<Schema>,
}

impl<'r> Renamed<'r> {
    pub(super) fn new(before: &Schema, renames: &'r Renames) -> Self {
        let schema = (!renames.is_empty()).then(|| apply(before, renames));
        Self { renames, schema }
    }

    /// Every object as it is, and as it will be called.
    pub(super) fn items<'a, 's: 'a>(&'a self, before: &'s Schema) -> Vec<(Item<'s>, Item<'a>)> {
        let olds = items(before);
        let Some(schema) = &self.schema else {
            return olds.into_iter().map(|item| (item, item)).collect();
        };
        let mut likes: Vec<Item<'a>> = Vec::with_capacity(olds.len());
        let mut grants = schema.grants.iter();
        for old in &olds {
            // Parts stand behind their table, in the same order on both sides.
            match old {
                Item::Table(table) => {
                    if let Some(table) = schema.tables.get(self.new_table(&table.name)) {
                        likes.push(Item::Table(table));
                        likes.extend(parts(table));
                    }
                }
                Item::MaterializedView(view) => {
                    if let Some(view) = schema.materialized_views.get(&view.name) {
                        likes.push(Item::MaterializedView(view));
                        likes.extend(view.indexes.iter().map(|it| Item::Index(&view.name, it)));
                    }
                }
                Item::Trigger(trigger) => {
                    let key = TriggerKey {
                        table: self.new_table(&trigger.table).clone(),
                        name: trigger.name.clone(),
                    };
                    likes.extend(schema.triggers.get(&key).map(Item::Trigger));
                }
                Item::Grant(_) => likes.extend(grants.next().map(Item::Grant)),
                Item::Database(_) => likes.push(Item::Database(schema)),
                Item::Namespace(it) => {
                    likes.extend(schema.namespaces.get(&it.name).map(Item::Namespace));
                }
                Item::Extension(it) => {
                    likes.extend(schema.extensions.get(&it.name).map(Item::Extension));
                }
                Item::Enum(it) => likes.extend(schema.enums.get(&it.name).map(Item::Enum)),
                Item::Domain(it) => likes.extend(schema.domains.get(&it.name).map(Item::Domain)),
                Item::Composite(it) => {
                    likes.extend(schema.composites.get(&it.name).map(Item::Composite));
                }
                Item::Sequence(it) => {
                    likes.extend(schema.sequences.get(&it.name).map(Item::Sequence));
                }
                Item::View(it) => likes.extend(schema.views.get(&it.name).map(Item::View)),
                Item::Function(it) => {
                    let key = crate::model::schema::Object::key(*it);
                    likes.extend(schema.functions.get(&key).map(Item::Function));
                }
                Item::Other(other) => {
                    let id = self.new_id(&other.id);
                    likes.extend(schema.others.get(&id).map(Item::Other));
                }
                // They came with their table or view.
                _ => {}
            }
        }
        olds.into_iter().zip(likes).collect()
    }

    fn new_table<'n>(&'n self, old: &'n Name) -> &'n Name {
        self.renames.new_table(old).unwrap_or(old)
    }

    fn new_id(&self, id: &ObjectId) -> ObjectId {
        ObjectId {
            table: id.table.as_ref().map(|table| self.new_table(table).clone()),
            ..id.clone()
        }
    }
}

/// What stands before the body of a trigger, as introspection of MySQL and MariaDB writes it.
const BODY: &str = " FOR EACH ROW ";

/// The schema with these names.
pub(in crate::model) fn apply(before: &Schema, renames: &Renames) -> Schema {
    let mut schema = before.clone();
    let new_table = |old: &Name| renames.new_table(old).unwrap_or(old).clone();
    let dialect = schema.dialect;
    schema.tables = std::mem::take(&mut schema.tables)
        .into_iter()
        .map(|mut table| {
            table.name = new_table(&table.name);
            belongings(dialect, &mut table, renames);
            table
        })
        .collect();
    schema.sequences = std::mem::take(&mut schema.sequences)
        .into_iter()
        .map(|mut sequence| {
            if let Some((table, column)) = &mut sequence.owned_by {
                *table = new_table(table);
                *column = new_column(renames, table, column);
            }
            sequence
        })
        .collect();
    // MySQL and MariaDB leave views as they were written; the others write the new name.
    if !dialect.is_mysql_family() {
        schema.views = std::mem::take(&mut schema.views)
            .into_iter()
            .map(|mut view| {
                view.query = tables_in(dialect, &view.query, renames);
                view
            })
            .collect();
        schema.materialized_views = std::mem::take(&mut schema.materialized_views)
            .into_iter()
            .map(|mut view| {
                view.query = tables_in(dialect, &view.query, renames);
                view
            })
            .collect();
    }
    schema.triggers = std::mem::take(&mut schema.triggers)
        .into_iter()
        .map(|mut trigger| {
            let old = std::mem::take(&mut trigger.definition);
            trigger.table = new_table(&trigger.table);
            // MySQL and MariaDB leave the body as it was written.
            let (head, body) = match old.split_once(BODY).filter(|_| dialect.is_mysql_family()) {
                Some((head, body)) => (head.to_owned(), Some(body)),
                None => (old.clone(), None),
            };
            trigger.definition = tables_in(dialect, &head, renames);
            match body {
                Some(body) => trigger.definition.push_str(&format!("{BODY}{body}")),
                None => {
                    trigger.definition =
                        columns_in(dialect, &trigger.definition, &trigger.table, renames);
                }
            }
            trigger
        })
        .collect();
    schema.others = std::mem::take(&mut schema.others)
        .into_iter()
        .map(|mut other| {
            other.id.table = other.id.table.as_ref().map(new_table);
            other.definition = tables_in(dialect, &other.definition, renames);
            other
        })
        .collect();
    for grant in &mut schema.grants {
        match &mut grant.object.table {
            Some(table) => {
                *table = new_table(table);
                grant.object.name.name = new_column(renames, table, &grant.object.name.name);
            }
            None => grant.object.name = new_table(&grant.object.name),
        }
    }
    schema
}

fn new_column(renames: &Renames, table: &Name, old: &str) -> String {
    renames.new_column(table, old).unwrap_or(old).to_owned()
}

/// What belongs to a table; it has its new name already.
fn belongings(dialect: Dialect, table: &mut Table, renames: &Renames) {
    let name = table.name.clone();
    let new = |column: &mut String| *column = new_column(renames, &name, column);
    let text = |text: &mut String| *text = columns_in(dialect, text, &name, renames);
    let parts = |parts: &mut Vec<KeyPart>| {
        for part in parts {
            match &mut part.source {
                PartSource::Column(column) => new(column),
                PartSource::Expression(expression) => text(expression),
                PartSource::Period(_) => {}
            }
        }
    };
    for column in &mut table.columns {
        let Column {
            name,
            default,
            generated,
            ..
        } = column;
        new(name);
        default.iter_mut().for_each(text);
        generated.iter_mut().for_each(|it| text(&mut it.expression));
    }
    if let Some(key) = &mut table.primary_key {
        parts(&mut key.parts);
        key.include.iter_mut().for_each(new);
    }
    for unique in &mut table.uniques {
        parts(&mut unique.parts);
        unique.include.iter_mut().for_each(new);
    }
    for check in &mut table.checks {
        text(&mut check.expression);
        // A check at a column is called as the column is.
        if check.column.is_some() && check.column == check.name {
            check.name.iter_mut().for_each(new);
        }
        check.column.iter_mut().for_each(new);
    }
    for exclusion in &mut table.exclusions {
        text(&mut exclusion.definition);
    }
    for index in &mut table.indexes {
        parts(&mut index.parts);
        index.include.iter_mut().for_each(new);
        index.predicate.iter_mut().for_each(text);
    }
    for key in &mut table.foreign_keys {
        foreign_key(key, &name, renames);
        if dialect.is_mysql_family() {
            follow_table(key, &name, renames);
        }
    }
    for policy in &mut table.policies {
        policy.using.iter_mut().for_each(text);
        policy.with_check.iter_mut().for_each(text);
    }
    if let TableOptions::Postgres(options) = &mut table.options {
        options.partition_by.iter_mut().for_each(text);
        if let Some(of) = &mut options.partition_of {
            of.parent = renames.new_table(&of.parent).unwrap_or(&of.parent).clone();
        }
        for parent in &mut options.inherits {
            *parent = renames.new_table(parent).unwrap_or(parent).clone();
        }
    }
}

fn foreign_key(key: &mut ForeignKey, table: &Name, renames: &Renames) {
    let there = renames
        .new_table(&key.references)
        .unwrap_or(&key.references)
        .clone();
    for column in key.columns.iter_mut().chain(&mut key.set_columns) {
        *column = new_column(renames, table, column);
    }
    for column in &mut key.referred_columns {
        *column = new_column(renames, &there, column);
    }
    key.references = there;
}

/// MySQL and MariaDB call a foreign key without a name after its table, and call it anew with the table.
fn follow_table(key: &mut ForeignKey, new: &Name, renames: &Renames) {
    let old = renames.tables().find(|(_, it)| *it == new);
    if let Some((old, _)) = old
        && let Some(name) = &mut key.name
        && let Some(number) = name.strip_prefix(&format!("{}_ibfk_", old.name))
    {
        *name = format!("{}_ibfk_{number}", new.name);
    }
}

/// A text with the columns of one table renamed.
fn columns_in(dialect: Dialect, text: &str, table: &Name, renames: &Renames) -> String {
    let news: Vec<(&str, &str)> = renames
        .columns()
        .filter(|(of, ..)| *of == table)
        .map(|(_, old, new)| (old, new))
        .collect();
    replaced(dialect, text, &news)
}

/// A text with tables renamed.
fn tables_in(dialect: Dialect, text: &str, renames: &Renames) -> String {
    let news: Vec<(&str, &str)> = renames
        .tables()
        .map(|(old, new)| (old.name.as_str(), new.name.as_str()))
        .collect();
    replaced(dialect, text, &news)
}

/// A text with identifiers replaced, each quoted where it was.
fn replaced(dialect: Dialect, text: &str, news: &[(&str, &str)]) -> String {
    if news.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for token in tokenize(text, dialect) {
        let word = &text[token.range.clone()];
        let quoted = match token.kind {
            TokenKind::Word => false,
            TokenKind::QuotedIdent => true,
            _ => {
                out.push_str(word);
                continue;
            }
        };
        let name = unquote(word, dialect);
        match news.iter().find(|(old, _)| *old == name) {
            Some((_, new)) if quoted => out.push_str(&quote_ident(new, dialect)),
            Some((_, new)) => out.push_str(new),
            None => out.push_str(word),
        }
    }
    out
}
