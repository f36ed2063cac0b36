//! Columns in a key or an index.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{LitInt, LitStr};

use super::values;
use super::words::{Errors, Value, Word, unknown, words};

/// A column, by the name of its field.
pub(super) struct ColumnName {
    pub(super) name: String,
    pub(super) span: Span,
}

impl ColumnName {
    fn of(ident: &Ident) -> Self {
        use syn::ext::IdentExt;
        Self {
            name: ident.unraw().to_string(),
            span: ident.span(),
        }
    }
}

/// One part of an index.
pub(super) struct Part {
    pub(super) of: PartOf,
    pub(super) descending: bool,
    pub(super) nulls: Nulls,
    pub(super) prefix: Option<u32>,
    pub(super) operator_class: Option<String>,
}

pub(super) enum PartOf {
    Column(ColumnName),
    Expression(LitStr),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    Default,
    First,
    Last,
}

/// `index(..)`
pub(super) struct Index {
    pub(super) parts: Vec<Part>,
    pub(super) name: Option<LitStr>,
    pub(super) unique: bool,
    pub(super) method: Option<LitStr>,
    pub(super) include: Vec<ColumnName>,
    pub(super) predicate: Option<LitStr>,
    pub(super) nulls_not_distinct: bool,
    pub(super) dialects: u8,
    pub(super) span: Span,
}

const INDEX: [&str; 8] = [
    "columns",
    "name",
    "unique",
    "using",
    "include",
    "where",
    "nulls_not_distinct",
    "dialects",
];

/// `unique(..)` and `primary_key(..)`
pub(super) struct Key {
    pub(super) columns: Vec<ColumnName>,
    pub(super) name: Option<LitStr>,
    pub(super) nulls_not_distinct: bool,
    pub(super) deferral: Deferral,
    pub(super) dialects: u8,
    pub(super) span: Span,
}

const UNIQUE: [&str; 6] = [
    "columns",
    "name",
    "nulls_not_distinct",
    "deferrable",
    "initially_deferred",
    "dialects",
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Deferral {
    Not,
    Immediate,
    Deferred,
}

impl Index {
    /// `index` of a column, or what stands in `index(..)`. Of a column the list names no columns.
    pub(super) fn read(word: &Word, of_column: Option<&Ident>, errors: &mut Errors) -> Self {
        let mut index = Self {
            parts: Vec::new(),
            name: None,
            unique: false,
            method: None,
            include: Vec::new(),
            predicate: None,
            nulls_not_distinct: false,
            dialects: 0,
            span: word.span,
        };
        let mut descending = false;
        for word in list(word, of_column.is_some(), "index(a, b desc)", errors) {
            match (word.name().as_str(), &word.value) {
                ("columns", Value::List(list)) if of_column.is_none() => {
                    let parts = words(list.clone()).into_iter();
                    index
                        .parts
                        .extend(parts.filter_map(|word| Part::read(&word, errors)));
                }
                ("name", Value::Is(_)) => index.name = values::text(&word, errors),
                ("unique", Value::Nothing) => index.unique = values::flag(&word, errors),
                ("using", Value::Is(_)) => index.method = values::text(&word, errors),
                ("include", Value::List(list)) => index.include = columns(list, errors),
                ("where", Value::Is(_)) => index.predicate = values::text(&word, errors),
                ("nulls_not_distinct", Value::Nothing) => index.nulls_not_distinct = true,
                ("dialects", Value::List(_)) => index.dialects = values::dialects(&word, errors),
                ("desc", Value::Nothing) if of_column.is_some() => descending = true,
                (name, Value::Is(_)) => option(name, &word, "option of an index", &INDEX, errors),
                _ if of_column.is_some() => {
                    unknown(&word, "option of an index", &INDEX[1..], errors)
                }
                _ => index.parts.extend(Part::read(&word, errors)),
            }
        }
        if let Some(column) = of_column {
            index.parts = vec![Part {
                of: PartOf::Column(ColumnName::of(column)),
                descending,
                nulls: Nulls::Default,
                prefix: None,
                operator_class: None,
            }];
        } else if index.parts.is_empty() {
            errors.span(index.span, "an index names its columns: `index(a, b desc)`");
        }
        index
    }
}

impl Key {
    /// `unique` of a column, or what stands in `unique(..)`.
    pub(super) fn unique(word: &Word, of_column: Option<&Ident>, errors: &mut Errors) -> Self {
        let mut key = Self::empty(word);
        for word in list(word, of_column.is_some(), "unique(a, b)", errors) {
            match (word.name().as_str(), &word.value) {
                ("columns", Value::List(list)) if of_column.is_none() => {
                    key.columns.extend(columns(list, errors));
                }
                ("name", Value::Is(_)) => key.name = values::text(&word, errors),
                ("nulls_not_distinct", Value::Nothing) => key.nulls_not_distinct = true,
                ("deferrable", Value::Nothing) => key.deferral = Deferral::Immediate,
                ("initially_deferred", Value::Nothing) => key.deferral = Deferral::Deferred,
                ("dialects", Value::List(_)) => key.dialects = values::dialects(&word, errors),
                (_, Value::Nothing) if of_column.is_none() => key.columns.extend(column(&word)),
                (name, _) => option(
                    name,
                    &word,
                    "option of a unique constraint",
                    &UNIQUE,
                    errors,
                ),
            }
        }
        match of_column {
            Some(column) => key.columns = vec![ColumnName::of(column)],
            None if key.columns.is_empty() => {
                errors.span(
                    key.span,
                    "a unique constraint names its columns: `unique(a, b)`",
                );
            }
            None => {}
        }
        key
    }

    /// `primary_key(a, b)`
    pub(super) fn primary(word: &Word, errors: &mut Errors) -> Self {
        let mut key = Self::empty(word);
        for word in list(word, false, "primary_key(a, b)", errors) {
            match (word.name().as_str(), &word.value) {
                ("columns", Value::List(list)) => key.columns.extend(columns(list, errors)),
                ("name", Value::Is(_)) => key.name = values::text(&word, errors),
                (_, Value::Nothing) => key.columns.extend(column(&word)),
                (name, _) => option(
                    name,
                    &word,
                    "option of a primary key",
                    &["columns", "name"],
                    errors,
                ),
            }
        }
        if key.columns.is_empty() {
            errors.span(
                key.span,
                "a primary key names its columns: `primary_key(a, b)`",
            );
        }
        key
    }

    fn empty(word: &Word) -> Self {
        Self {
            columns: Vec::new(),
            name: None,
            nulls_not_distinct: false,
            deferral: Deferral::Not,
            dialects: 0,
            span: word.span,
        }
    }
}

/// What stands in the parentheses; of a column there need not be any.
fn list(word: &Word, may_be_absent: bool, sample: &str, errors: &mut Errors) -> Vec<Word> {
    match &word.value {
        Value::List(list) => words(list.clone()),
        Value::Nothing if may_be_absent => Vec::new(),
        _ => {
            let name = word.name();
            let message = if may_be_absent {
                format!("`{name}` stands alone, or with options: `{name}(name = \"..\")`")
            } else {
                format!("`{name}` takes a list: `{sample}`")
            };
            errors.span(word.span, message);
            Vec::new()
        }
    }
}

/// A known option with a value of the wrong kind, or an unknown one.
fn option(name: &str, word: &Word, what: &str, known: &[&str], errors: &mut Errors) {
    let sample = match name {
        "columns" | "include" => format!("{name}(a, b)"),
        "dialects" => "dialects(sqlite, postgres)".to_owned(),
        "name" | "using" | "where" => format!("{name} = \"..\""),
        _ => name.to_owned(),
    };
    if known.contains(&name) {
        errors.span(word.span, format_args!("`{name}` is written `{sample}`"));
    } else {
        unknown(word, what, known, errors);
    }
}

/// `a, b, c`
pub(super) fn columns(list: &TokenStream, errors: &mut Errors) -> Vec<ColumnName> {
    let mut columns = Vec::new();
    for word in words(list.clone()) {
        match column(&word) {
            Some(column) => columns.push(column),
            None => errors.span(word.span, "expected the name of a field"),
        }
    }
    columns
}

fn column(word: &Word) -> Option<ColumnName> {
    match (&word.key, &word.value) {
        (Some(key), Value::Nothing) => Some(ColumnName::of(key)),
        _ => None,
    }
}

impl Part {
    /// `a`, `a desc nulls first`, `"lower(a)"`, `a(20)`, `a ops vector_l2_ops`
    fn read(word: &Word, errors: &mut Errors) -> Option<Self> {
        let part = |of, prefix| Self {
            of,
            descending: false,
            nulls: Nulls::Default,
            prefix,
            operator_class: None,
        };
        let (mut part, rest) = match (&word.key, &word.value) {
            (Some(key), Value::Nothing) => {
                return Some(part(PartOf::Column(ColumnName::of(key)), None));
            }
            (Some(key), Value::List(list)) => {
                let prefix = prefix(list, errors)?;
                return Some(part(PartOf::Column(ColumnName::of(key)), Some(prefix)));
            }
            (_, Value::Other(tokens)) => {
                let mut tokens = tokens.clone().into_iter().peekable();
                let of = match tokens.next()? {
                    TokenTree::Ident(ident) => PartOf::Column(ColumnName::of(&ident)),
                    other => {
                        match syn::parse2::<LitStr>(TokenStream::from(other.clone())) {
                            Ok(text) => PartOf::Expression(text),
                            Err(_) => {
                                errors.at(&other, "expected the name of a field, or an expression in double quotes");
                                return None;
                            }
                        }
                    }
                };
                let prefix = match tokens.peek() {
                    Some(TokenTree::Group(group)) => {
                        let prefix = prefix(&group.stream(), errors)?;
                        tokens.next();
                        Some(prefix)
                    }
                    _ => None,
                };
                (part(of, prefix), tokens)
            }
            _ => {
                errors.span(
                    word.span,
                    "expected the name of a field, or an expression in double quotes",
                );
                return None;
            }
        };
        part.modify(rest, errors);
        Some(part)
    }

    fn modify(&mut self, tokens: impl Iterator<Item = TokenTree>, errors: &mut Errors) {
        let mut tokens = tokens;
        while let Some(token) = tokens.next() {
            let mut next = || tokens.next();
            match token.to_string().as_str() {
                "asc" => self.descending = false,
                "desc" => self.descending = true,
                "nulls" => match next().map(|it| it.to_string()).as_deref() {
                    Some("first") => self.nulls = Nulls::First,
                    Some("last") => self.nulls = Nulls::Last,
                    _ => errors.at(&token, "expected `nulls first` or `nulls last`"),
                },
                "ops" => match next() {
                    Some(class) => {
                        let text = class.to_string();
                        self.operator_class = Some(text.trim_matches('"').to_owned());
                    }
                    None => errors.at(&token, "expected an operator class: `a ops gin_trgm_ops`"),
                },
                other => errors.at(
                    &token,
                    format_args!("`{other}` is nothing that can stand behind a column: there are asc, desc, nulls first, nulls last, ops .."),
                ),
            }
        }
    }
}

fn prefix(list: &TokenStream, errors: &mut Errors) -> Option<u32> {
    let number = syn::parse2::<LitInt>(list.clone()).and_then(|it| it.base10_parse());
    match number {
        Ok(number) => Some(number),
        Err(_) => {
            errors.at(list, "expected how many characters of the column: `a(20)`");
            None
        }
    }
}
