//! The values that keys take.

use migrate_core::text::diagnostic::nearest;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Lit, LitInt, LitStr, Token};

use super::words::{Errors, Value, Word, words};

/// The names of the dialects, and of their places here.
const DIALECTS: [&str; 4] = ["sqlite", "postgres", "mysql", "mariadb"];

/// A value for each dialect.
#[derive(Clone, Default)]
pub(super) struct PerDialect<T>(pub(super) [Option<T>; 4]);

impl<T> PerDialect<T> {
    pub(super) fn is_none(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Whether SQLite, PostgreSQL and MySQL all have one; MariaDB takes that of MySQL.
    pub(super) fn is_complete(&self) -> bool {
        self.0[..3].iter().all(Option::is_some)
    }

    pub(super) fn map<U>(&self, of: impl Fn(&T) -> U) -> PerDialect<U> {
        let [sqlite, postgres, mysql, mariadb] = &self.0;
        let of = |value: &Option<T>| value.as_ref().map(&of);
        PerDialect([of(sqlite), of(postgres), of(mysql), of(mariadb)])
    }
}

impl<T: Clone> PerDialect<T> {
    pub(super) fn all(value: T) -> Self {
        Self([Some(value.clone()), Some(value.clone()), Some(value), None])
    }
}

impl<T: ToTokens> ToTokens for PerDialect<T> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let values = self.0.iter().map(option);
        let [sqlite, postgres, mysql, mariadb] =
            DIALECTS.map(|name| quote::format_ident!("{name}"));
        let names = [sqlite, postgres, mysql, mariadb];
        tokens.extend(quote!(::migrate::desired::PerDialect { #(#names: #values),* }));
    }
}

/// `Some(..)` or `None`.
pub(super) fn option<T: ToTokens>(value: &Option<T>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// `key`
pub(super) fn flag(word: &Word, errors: &mut Errors) -> bool {
    if !matches!(word.value, Value::Nothing) {
        let name = word.name();
        errors.span(
            word.span,
            format_args!("`{name}` stands alone: it takes no value"),
        );
    }
    true
}

/// `key = "text"`
pub(super) fn text(word: &Word, errors: &mut Errors) -> Option<LitStr> {
    let name = word.name();
    let message = format!("`{name}` takes a text: `{name} = \"..\"`");
    match &word.value {
        Value::Is(tokens) => match syn::parse2::<LitStr>(tokens.clone()) {
            Ok(text) if text.value().trim().is_empty() => {
                errors.span(text.span(), format_args!("`{name}` is empty"));
                None
            }
            Ok(text) => Some(text),
            Err(_) => {
                errors.at(tokens, message);
                None
            }
        },
        _ => {
            errors.span(word.span, message);
            None
        }
    }
}

/// `key = 12`
pub(super) fn number(word: &Word, errors: &mut Errors) -> Option<u32> {
    let name = word.name();
    match &word.value {
        Value::Is(tokens) => positive(tokens, &name, errors),
        _ => {
            errors.span(
                word.span,
                format_args!("`{name}` takes a number: `{name} = 10`"),
            );
            None
        }
    }
}

fn positive(tokens: &TokenStream, name: &str, errors: &mut Errors) -> Option<u32> {
    let number = syn::parse2::<LitInt>(tokens.clone()).and_then(|it| it.base10_parse::<u32>());
    match number {
        Ok(number) => Some(number),
        Err(_) => {
            errors.at(tokens, format_args!("`{name}` takes a whole number"));
            None
        }
    }
}

/// `key = "sql"`, `key = 0`, `key = true`, or `key(postgres = "sql", ..)`, where a value without dialect is for the others.
pub(super) fn sql(word: &Word, errors: &mut Errors) -> PerDialect<String> {
    per_dialect(word, errors, "\"..\"", |tokens, _, errors| {
        match literal(tokens) {
            Ok(text) if text.trim().is_empty() => {
                errors.at(tokens, "this is empty");
                None
            }
            Ok(text) => Some(text),
            Err(error) => {
                errors.push(error);
                None
            }
        }
    })
}

/// The same with numbers.
pub(super) fn length(word: &Word, errors: &mut Errors) -> PerDialect<u32> {
    per_dialect(word, errors, "255", |tokens, name, errors| {
        positive(tokens, name, errors)
    })
}

fn per_dialect<T: Clone>(
    word: &Word,
    errors: &mut Errors,
    sample: &str,
    read: impl Fn(&TokenStream, &str, &mut Errors) -> Option<T>,
) -> PerDialect<T> {
    let name = word.name();
    let list = match &word.value {
        Value::Is(tokens) => {
            return read(tokens, &name, errors)
                .map_or(PerDialect([const { None }; 4]), PerDialect::all);
        }
        Value::List(list) => list.clone(),
        _ => {
            let message = format!(
                "`{name}` takes a value: `{name} = {sample}`, or `{name}(postgres = {sample})`"
            );
            errors.span(word.span, message);
            return PerDialect([const { None }; 4]);
        }
    };
    let mut values: [Option<T>; 4] = [const { None }; 4];
    let mut otherwise = None;
    for word in words(list) {
        match (&word.key, &word.value) {
            (Some(key), Value::Is(tokens)) => {
                let Some(place) = dialect(&word.name()) else {
                    unknown_dialect(&word.name(), key.span(), errors);
                    continue;
                };
                if values[place].is_some() {
                    errors.span(key.span(), format_args!("`{}` is given twice", word.name()));
                }
                values[place] = read(tokens, &name, errors);
            }
            (None, Value::Other(tokens)) if otherwise.is_none() => {
                otherwise = read(tokens, &name, errors);
            }
            _ => errors.span(
                word.span,
                format_args!("expected a dialect and its value: `postgres = {sample}`"),
            ),
        }
    }
    if let Some(otherwise) = otherwise {
        for value in &mut values[..3] {
            value.get_or_insert_with(|| otherwise.clone());
        }
    }
    PerDialect(values)
}

fn dialect(name: &str) -> Option<usize> {
    DIALECTS.iter().position(|it| *it == name)
}

fn unknown_dialect(name: &str, span: Span, errors: &mut Errors) {
    let near = nearest(name, DIALECTS);
    let near = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
    let list = DIALECTS.join(", ");
    errors.span(
        span,
        format_args!("unknown dialect `{name}`{near}\nthere are {list}"),
    );
}

/// `key(sqlite, postgres)`: the bits of a set of dialects.
pub(super) fn dialects(word: &Word, errors: &mut Errors) -> u8 {
    let name = word.name();
    let Value::List(list) = &word.value else {
        errors.span(
            word.span,
            format_args!("`{name}` takes dialects: `{name}(sqlite, postgres)`"),
        );
        return 0;
    };
    let mut bits = 0;
    for word in words(list.clone()) {
        match (dialect(&word.name()), &word.value) {
            (Some(place), Value::Nothing) => bits |= 1 << place,
            _ => unknown_dialect(&word.name(), word.span, errors),
        }
    }
    if bits == 0 {
        errors.span(word.span, format_args!("`{name}` names no dialect"));
    }
    bits
}

/// The text of SQL: a string as it is; numbers, `true` and `false` as SQL writes them.
fn literal(tokens: &TokenStream) -> syn::Result<String> {
    let parser = |input: ParseStream<'_>| {
        let minus = input.parse::<Option<Token![-]>>()?.is_some();
        let literal: Lit = input.parse()?;
        Ok((minus, literal))
    };
    let wrong = || {
        syn::Error::new_spanned(
            tokens,
            "expected SQL in double quotes, a number, `true` or `false`",
        )
    };
    let (minus, literal) = parser.parse2(tokens.clone()).map_err(|_| wrong())?;
    let sign = if minus { "-" } else { "" };
    match literal {
        Lit::Str(text) if !minus => Ok(text.value()),
        Lit::Bool(it) if !minus => Ok(if it.value { "TRUE" } else { "FALSE" }.to_owned()),
        Lit::Int(it) => Ok(format!("{sign}{}", it.base10_digits())),
        Lit::Float(it) => Ok(format!("{sign}{}", it.base10_digits())),
        _ => Err(wrong()),
    }
}
