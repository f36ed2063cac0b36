//! Attributes of sqlx, which says what columns are called when rows are read, and doc comments.

use proc_macro2::Span;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Type};

use super::values;
use super::words::{Errors, Value, Word, words};

/// What sqlx was told of a struct or an enum.
#[derive(Default)]
pub(super) struct OfContainer {
    pub(super) rename_all: Option<Case>,
    pub(super) type_name: Option<LitStr>,
}

/// What sqlx was told of a field.
#[derive(Default)]
pub(super) struct OfField {
    pub(super) rename: Option<LitStr>,
    pub(super) skip: bool,
    pub(super) flatten: Option<Span>,
    pub(super) try_from: Option<Type>,
    pub(super) json: Option<Json>,
}

/// `#[sqlx(json)]`, `#[sqlx(json(nullable))]`
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Json {
    NotNull,
    Nullable,
}

/// How names are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
    Snake,
    ScreamingSnake,
    Kebab,
    Camel,
    Pascal,
}

impl Case {
    pub(super) const NAMES: [(&str, Self); 7] = [
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("camelCase", Self::Camel),
        ("PascalCase", Self::Pascal),
    ];

    pub(super) fn read(text: &LitStr, errors: &mut Errors) -> Option<Self> {
        let value = text.value();
        let found = Self::NAMES.iter().find(|(name, _)| *name == value);
        if found.is_none() {
            let names: Vec<&str> = Self::NAMES.iter().map(|(name, _)| *name).collect();
            errors.at(
                text,
                format_args!("unknown case `{value}`\nthere are {}", names.join(", ")),
            );
        }
        found.map(|(_, case)| *case)
    }

    /// A name in this case.
    pub(super) fn apply(self, name: &str) -> String {
        let words = migrate_core::model::desired::names::words(name);
        let capital = |word: &String| {
            let mut letters = word.chars();
            let first = letters.next().map(|it| it.to_uppercase().to_string());
            first.unwrap_or_default() + letters.as_str()
        };
        match self {
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            Self::Snake => words.join("_"),
            Self::ScreamingSnake => words.join("_").to_uppercase(),
            Self::Kebab => words.join("-"),
            Self::Pascal => words.iter().map(capital).collect(),
            Self::Camel => {
                let rest = words.iter().skip(1).map(capital);
                words.first().cloned().into_iter().chain(rest).collect()
            }
        }
    }
}

/// What stands in `#[sqlx(..)]`. What is wrong there is for sqlx to say.
fn sqlx(attributes: &[Attribute]) -> Vec<Word> {
    let ours = attributes.iter().filter(|it| it.path().is_ident("sqlx"));
    let lists = ours.filter_map(|it| match &it.meta {
        Meta::List(list) => Some(words(list.tokens.clone())),
        _ => None,
    });
    lists.flatten().collect()
}

pub(super) fn of_container(attributes: &[Attribute], errors: &mut Errors) -> OfContainer {
    let mut it = OfContainer::default();
    for word in sqlx(attributes) {
        match word.name().as_str() {
            "rename_all" => {
                let text = values::text(&word, errors);
                it.rename_all = text.and_then(|text| Case::read(&text, errors));
            }
            "type_name" => it.type_name = values::text(&word, errors),
            _ => {}
        }
    }
    it
}

pub(super) fn of_field(attributes: &[Attribute], errors: &mut Errors) -> OfField {
    let mut it = OfField::default();
    for word in sqlx(attributes) {
        match (word.name().as_str(), &word.value) {
            ("rename", _) => it.rename = values::text(&word, errors),
            ("skip", Value::Nothing) => it.skip = true,
            ("flatten", Value::Nothing) => it.flatten = Some(word.span),
            ("json", Value::Nothing) => it.json = Some(Json::NotNull),
            ("json", Value::List(list)) if list.to_string() == "nullable" => {
                it.json = Some(Json::Nullable)
            }
            ("try_from", Value::Is(tokens)) => {
                let text = syn::parse2::<LitStr>(tokens.clone());
                it.try_from = text.and_then(|text| text.parse::<Type>()).ok();
            }
            _ => {}
        }
    }
    it
}

/// A comment that the database keeps.
#[derive(Default)]
pub(super) struct Comment(pub(super) Option<String>);

impl Comment {
    /// `comment = ".."`, or `comment` for the doc comment.
    pub(super) fn read(word: &Word, attributes: &[Attribute], errors: &mut Errors) -> Self {
        if !matches!(word.value, Value::Nothing) {
            return Self(values::text(word, errors).map(|text| text.value()));
        }
        let lines = attributes.iter().filter_map(|it| match &it.meta {
            Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        });
        let text = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
        if text.is_empty() {
            errors.span(
                word.span,
                "there is no doc comment to take: write one, or `comment = \"..\"`",
            );
            return Self(None);
        }
        Self(Some(text))
    }
}
