//! `#[table(..)]`

use proc_macro2::Span;
use syn::{Attribute, LitStr};

use super::neighbours::Comment;
use super::parts::{Index, Key};
use super::reference::ForeignKey;
use super::values::{self, PerDialect};
use super::words::{Errors, Value, Word, of_attributes, unknown, words};

const KEYS: [&str; 16] = [
    "name",
    "schema",
    "comment",
    "renamed_from",
    "primary_key",
    "unique",
    "index",
    "check",
    "foreign_key",
    "strict",
    "without_rowid",
    "unlogged",
    "partition_by",
    "engine",
    "character_set",
    "collation",
];

/// What was said of the table.
#[derive(Default)]
pub(super) struct Container {
    pub(super) name: Option<LitStr>,
    pub(super) schema: PerDialect<String>,
    pub(super) comment: Comment,
    pub(super) renamed_from: Option<LitStr>,
    pub(super) primary_key: Option<Key>,
    pub(super) uniques: Vec<Key>,
    pub(super) indexes: Vec<Index>,
    pub(super) checks: Vec<Check>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    pub(super) strict: bool,
    pub(super) without_rowid: bool,
    pub(super) unlogged: bool,
    pub(super) partition_by: Option<LitStr>,
    pub(super) engine: Option<LitStr>,
    pub(super) character_set: Option<LitStr>,
    pub(super) collation: Option<LitStr>,
}

/// `check(name = "..", "expression")`
pub(super) struct Check {
    pub(super) name: Option<LitStr>,
    pub(super) expression: PerDialect<String>,
    pub(super) span: Span,
}

pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Container {
    let mut it = Container::default();
    let mut seen: Vec<String> = Vec::new();
    for word in of_attributes(attributes, "table", errors) {
        let name = word.name();
        let repeats = ["unique", "index", "check", "foreign_key"].contains(&name.as_str());
        if !repeats && seen.contains(&name) {
            errors.span(word.span, format_args!("`{name}` is given twice"));
        }
        seen.push(name.clone());
        match name.as_str() {
            "name" => it.name = values::text(&word, errors),
            "schema" => it.schema = values::sql(&word, errors),
            "comment" => it.comment = Comment::read(&word, attributes, errors),
            "renamed_from" => it.renamed_from = values::text(&word, errors),
            "primary_key" => it.primary_key = Some(Key::primary(&word, errors)),
            "unique" => it.uniques.push(Key::unique(&word, None, errors)),
            "index" => it.indexes.push(Index::read(&word, None, errors)),
            "check" => it.checks.extend(check(&word, errors)),
            "foreign_key" => it.foreign_keys.extend(ForeignKey::of_table(&word, errors)),
            "strict" => it.strict = values::flag(&word, errors),
            "without_rowid" => it.without_rowid = values::flag(&word, errors),
            "unlogged" => it.unlogged = values::flag(&word, errors),
            "partition_by" => it.partition_by = values::text(&word, errors),
            "engine" => it.engine = values::text(&word, errors),
            "character_set" => it.character_set = values::text(&word, errors),
            "collation" => it.collation = values::text(&word, errors),
            _ => unknown(&word, "option of a table", &KEYS, errors),
        }
    }
    it
}

/// The expressions stand beside the name: one without a dialect, or `postgres = ".."` and the like.
fn check(word: &Word, errors: &mut Errors) -> Option<Check> {
    let Value::List(list) = &word.value else {
        errors.span(
            word.span,
            "`check` of a table takes a name and an expression: `check(name = \"..\", \"a < b\")`",
        );
        return None;
    };
    let mut name = None;
    let mut rest = proc_macro2::TokenStream::new();
    for word in words(list.clone()) {
        match (&word.key, &word.value) {
            (Some(key), Value::Is(_)) if key == "name" => name = values::text(&word, errors),
            (Some(key), Value::Is(tokens)) => rest.extend(quote::quote!(#key = #tokens,)),
            (_, Value::Other(tokens)) => rest.extend(quote::quote!(#tokens,)),
            _ => errors.span(
                word.span,
                "expected `name = \"..\"` or an expression in double quotes",
            ),
        }
    }
    let expression = values::sql(
        &Word {
            key: word.key.clone(),
            value: Value::List(rest),
            span: word.span,
        },
        errors,
    );
    if expression.is_none() {
        errors.span(
            word.span,
            "this check has no expression: `check(name = \"..\", \"a < b\")`",
        );
        return None;
    }
    Some(Check {
        name,
        expression,
        span: word.span,
    })
}
