//! What an object cannot be without.
//!
//! Some of it the catalogue knows ([`Schema::dependencies`]), some the objects say themselves. What the catalogue knows of
//! a table as a whole is told apart by the texts of its parts: a check that names a function is what needs it.

use std::collections::{HashMap, HashSet};

use super::walk::parts;
use super::{Item, Name, Schema, Table};
use crate::model::schema::{Column, ForeignKey, Index, KeyPart, Kind, ObjectId, PartSource};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize, unquote};

/// What the objects of one schema need.
pub(super) struct Needs<'s> {
    schema: &'s Schema,
    known: HashMap<&'s ObjectId, Vec<&'s ObjectId>>,
    relations: HashMap<&'s Name, ObjectId>,
    /// By their names as they are displayed.
    types: HashMap<String, ObjectId>,
}

impl<'s> Needs<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let mut known: HashMap<&ObjectId, Vec<&ObjectId>> = HashMap::new();
        for dependency in &schema.dependencies {
            known
                .entry(&dependency.object)
                .or_default()
                .push(&dependency.on);
        }
        let mut relations = HashMap::new();
        relations.extend(schema.tables.iter().map(|it| (&it.name, it.id())));
        relations.extend(schema.views.iter().map(|it| (&it.name, it.id())));
        relations.extend(
            schema
                .materialized_views
                .iter()
                .map(|it| (&it.name, it.id())),
        );
        let mut types = HashMap::new();
        types.extend(schema.enums.iter().map(|it| (it.name.to_string(), it.id())));
        types.extend(
            schema
                .domains
                .iter()
                .map(|it| (it.name.to_string(), it.id())),
        );
        types.extend(
            schema
                .composites
                .iter()
                .map(|it| (it.name.to_string(), it.id())),
        );
        Self {
            schema,
            known,
            relations,
            types,
        }
    }

    /// The objects that this one needs; some may be named more than once, some may not be there.
    pub(super) fn of(&self, item: &Item<'s>) -> Vec<ObjectId> {
        let mut found = Vec::new();
        if let Some(owner) = item.owner() {
            found.extend(self.relations.get(owner).cloned());
        }
        match *item {
            Item::Table(table) => self.of_table(table, &mut found),
            Item::Column(table, column) => self.of_column(table, column, &mut found),
            Item::PrimaryKey(table, it) => self.of_parts(&table.name, &it.parts, &mut found),
            Item::Unique(table, it) => self.of_parts(&table.name, &it.parts, &mut found),
            Item::Check(table, it) => self.of_text(table, &it.expression, &mut found),
            Item::Exclusion(table, it) => self.of_text(table, &it.definition, &mut found),
            Item::ForeignKey(table, it) => self.of_foreign_key(table, it, &mut found),
            Item::Policy(table, it) => {
                for text in it.using.iter().chain(&it.with_check) {
                    self.of_text(table, text, &mut found);
                    self.of_query(text, &mut found);
                }
            }
            Item::Index(table, it) => self.of_index(table, it, &mut found),
            Item::Composite(it) => {
                for attribute in &it.attributes {
                    self.of_type(&attribute.data_type, &mut found);
                }
            }
            Item::Sequence(_) | Item::Database(_) | Item::Namespace(_) | Item::Extension(_) => {}
            Item::Grant(it) => {
                found.push(it.object.clone());
                let relation = it
                    .object
                    .table
                    .as_ref()
                    .and_then(|it| self.relations.get(it));
                found.extend(relation.cloned());
            }
            Item::Other(it) if matches!(it.id.kind, Kind::Rule | Kind::Statistics) => {
                self.of_catalogue(&it.id, &mut found);
                self.of_query(&it.definition, &mut found);
            }
            _ => self.of_catalogue(&item.id(), &mut found),
        }
        let name = item.owner().cloned().unwrap_or_else(|| item.id().name);
        if let Some(schema) = name.schema {
            found.push(ObjectId::new(Kind::Namespace, Name::bare(schema)));
        }
        found
    }

    fn of_catalogue(&self, id: &ObjectId, found: &mut Vec<ObjectId>) {
        for on in self.known.get(id).into_iter().flatten() {
            self.push(on, found);
        }
    }

    /// A column stands for its table or view too.
    fn push(&self, on: &ObjectId, found: &mut Vec<ObjectId>) {
        if let Some(relation) = on.table.as_ref().and_then(|it| self.relations.get(it)) {
            found.push(relation.clone());
        }
        found.push(on.clone());
    }

    fn of_table(&self, table: &'s Table, found: &mut Vec<ObjectId>) {
        for part in parts(table) {
            match part {
                Item::Column(_, it) => self.of_column(table, it, found),
                Item::Check(_, it) => self.of_text(table, &it.expression, found),
                Item::Exclusion(_, it) => self.of_text(table, &it.definition, found),
                _ => {}
            }
        }
        // What it says of itself is no need.
        let own = table.id();
        found.retain(|id| *id != own && id.table.as_ref() != Some(&table.name));
        let Some(options) = table.postgres() else {
            return;
        };
        let of_table = |name: &Name| ObjectId::new(Kind::Table, name.clone());
        found.extend(options.partition_of.iter().map(|it| of_table(&it.parent)));
        found.extend(options.inherits.iter().map(of_table));
        if let Some(of_type) = &options.of_type {
            self.of_type(of_type, found);
        }
        if let Some(foreign) = &options.foreign {
            let server = Name::bare(&foreign.server);
            found.push(ObjectId::new(Kind::ForeignServer, server));
        }
        if let Some(by) = &options.partition_by {
            self.mentioned(table, by, found);
        }
    }

    fn of_column(&self, table: &'s Table, column: &'s Column, found: &mut Vec<ObjectId>) {
        self.of_type(&column.data_type, found);
        self.mentioned(table, &column.data_type, found);
        if let Some(default) = &column.default {
            self.mentioned(table, default, found);
            found.extend(sequence_of(default));
        }
        if let Some(generated) = &column.generated {
            self.of_text(table, &generated.expression, found);
        }
    }

    fn of_type(&self, data_type: &str, found: &mut Vec<ObjectId>) {
        let base = data_type.trim_end_matches("[]");
        found.extend(self.types.get(base).cloned());
    }

    fn of_parts(&self, table: &Name, parts: &[KeyPart], found: &mut Vec<ObjectId>) {
        for part in parts {
            match &part.source {
                PartSource::Column(column) => {
                    found.push(ObjectId::on(Kind::Column, table.clone(), column));
                }
                PartSource::Expression(text) => {
                    if let Some(table) = self.schema.tables.get(table) {
                        self.of_text(table, text, found);
                    }
                }
                PartSource::Period(_) => {}
            }
        }
    }

    fn of_index(&self, table: &Name, index: &Index, found: &mut Vec<ObjectId>) {
        self.of_parts(table, &index.parts, found);
        for column in &index.include {
            found.push(ObjectId::on(Kind::Column, table.clone(), column));
        }
        if let (Some(predicate), Some(table)) = (&index.predicate, self.schema.tables.get(table)) {
            self.of_text(table, predicate, found);
        }
    }

    fn of_foreign_key(&self, table: &Table, key: &ForeignKey, found: &mut Vec<ObjectId>) {
        for column in &key.columns {
            found.push(ObjectId::on(Kind::Column, table.name.clone(), column));
        }
        let there = &key.references;
        found.push(ObjectId::new(Kind::Table, there.clone()));
        for column in &key.referred_columns {
            found.push(ObjectId::on(Kind::Column, there.clone(), column));
        }
        let Some(referred) = self.schema.tables.get(there) else {
            return;
        };
        for part in parts(referred) {
            let columns = match part {
                Item::PrimaryKey(_, it) => &it.parts,
                Item::Unique(_, it) => &it.parts,
                Item::Index(_, it)
                    if it.uniqueness == crate::model::schema::attribute::Uniqueness::Unique =>
                {
                    &it.parts
                }
                _ => continue,
            };
            let covers = columns.len() == key.referred_columns.len()
                && columns.iter().all(|part| {
                    part.column_name()
                        .is_some_and(|it| key.referred_columns.iter().any(|column| column == it))
                });
            if covers {
                found.push(part.id());
            }
        }
    }

    /// The columns that an expression of a table names, and what else the table needs because of it.
    fn of_text(&self, table: &'s Table, text: &str, found: &mut Vec<ObjectId>) {
        for word in words(self.schema.dialect, text) {
            if table.column(&word).is_some() {
                found.push(ObjectId::on(Kind::Column, table.name.clone(), word));
            }
        }
        self.mentioned(table, text, found);
    }

    /// The tables of the default schema that a text names, with those of their columns that it names: the catalogue says
    /// of a rule or a policy only what its table needs.
    fn of_query(&self, text: &str, found: &mut Vec<ObjectId>) {
        let words: HashSet<String> = words(self.schema.dialect, text).collect();
        let mut names: Vec<Name> = words.iter().map(Name::bare).collect();
        names.sort();
        for name in &names {
            found.extend(self.relations.get(name).cloned());
            let columns = self.schema.tables.get(name).map(|table| &table.columns);
            for column in columns.into_iter().flatten() {
                if words.contains(&column.name) {
                    found.push(column.id(name));
                }
            }
        }
    }

    /// What the catalogue knows that a table needs, as far as this text names it.
    fn mentioned(&self, table: &Table, text: &str, found: &mut Vec<ObjectId>) {
        for on in self.known.get(&table.id()).into_iter().flatten() {
            let name = on.name.name.as_str();
            let name = name.split_once('(').map_or(name, |(name, _)| name);
            if text.contains(name) {
                self.push(on, found);
            }
        }
    }
}

/// The bare words of a text, as names.
pub(in crate::model) fn words(dialect: Dialect, text: &str) -> impl Iterator<Item = String> {
    let is_word = |kind| matches!(kind, TokenKind::Word | TokenKind::QuotedIdent);
    tokenize(text, dialect)
        .filter(move |token| is_word(token.kind))
        .map(move |token| unquote(&text[token.range], dialect))
}

/// The sequence of a `nextval('..'::regclass)`.
fn sequence_of(default: &str) -> Option<ObjectId> {
    let text = default.strip_prefix("nextval('")?;
    let (text, _) = text.split_once("'::regclass")?;
    let mut names = tokenize(text, Dialect::Postgres)
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent))
        .map(|token| unquote(&text[token.range], Dialect::Postgres));
    let (first, second) = (names.next()?, names.next());
    let name = match second {
        Some(name) => Name::qualified(first, name),
        None => Name::bare(first),
    };
    Some(ObjectId::new(Kind::Sequence, name))
}
