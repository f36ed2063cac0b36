//! What stands in an attribute: keys, values, and what is said of unknown ones.

use migrate_core::text::diagnostic::nearest;
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Meta};

/// Everything that is wrong, so that it is told at once.
#[derive(Default)]
pub(super) struct Errors(Vec<syn::Error>);

impl Errors {
    pub(super) fn at(&mut self, tokens: &impl ToTokens, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    pub(super) fn span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new(span, message));
    }

    pub(super) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// The errors as tokens; `None` when there are none.
    pub(super) fn tokens(&self) -> Option<TokenStream> {
        let messages = self.0.iter().flat_map(syn::Error::clone);
        let messages: TokenStream = messages.map(|error| error.to_compile_error()).collect();
        (!self.0.is_empty()).then_some(messages)
    }
}

/// One thing between two commas.
pub(super) struct Word {
    /// Its key; positional things have none.
    pub(super) key: Option<Ident>,
    /// What stands behind the key, or all of it.
    pub(super) value: Value,
    pub(super) span: Span,
}

pub(super) enum Value {
    /// `key`
    Nothing,
    /// `key = tokens`
    Is(TokenStream),
    /// `key(tokens)`
    List(TokenStream),
    /// No key: a literal, or a key with more behind it such as `created_at desc`.
    Other(TokenStream),
}

impl Word {
    pub(super) fn name(&self) -> String {
        let name = self
            .key
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
    }

    fn read(tokens: Vec<TokenTree>) -> Option<Self> {
        let mut span = tokens.first()?.span();
        if let Some(joined) = tokens.last().and_then(|last| span.join(last.span())) {
            span = joined;
        }
        let (key, value) = match tokens.as_slice() {
            [TokenTree::Ident(key)] => (Some(key.clone()), Value::Nothing),
            [TokenTree::Ident(key), TokenTree::Punct(is), rest @ ..] if is.as_char() == '=' => {
                (Some(key.clone()), Value::Is(rest.iter().cloned().collect()))
            }
            [TokenTree::Ident(key), TokenTree::Group(list)]
                if list.delimiter() == Delimiter::Parenthesis =>
            {
                (Some(key.clone()), Value::List(list.stream()))
            }
            all => (None, Value::Other(all.iter().cloned().collect())),
        };
        Some(Self { key, value, span })
    }
}

/// What stands between the commas.
pub(super) fn words(tokens: TokenStream) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                words.extend(Word::read(std::mem::take(&mut word)));
            }
            _ => word.push(token),
        }
    }
    words.extend(Word::read(word));
    words
}

/// The words of all attributes of this name. `#[name]` and `#[name = ..]` are none.
pub(super) fn of_attributes(
    attributes: &[Attribute],
    name: &str,
    errors: &mut Errors,
) -> Vec<Word> {
    let mut all = Vec::new();
    for attribute in attributes.iter().filter(|it| it.path().is_ident(name)) {
        match &attribute.meta {
            Meta::List(list) if matches!(list.delimiter, syn::MacroDelimiter::Paren(_)) => {
                all.extend(words(list.tokens.clone()));
            }
            _ => errors.at(attribute, format_args!("expected `#[{name}(..)]`")),
        }
    }
    all
}

/// Something that is none of those that there are.
pub(super) fn unknown(word: &Word, what: &str, known: &[&str], errors: &mut Errors) {
    let list = known.join(", ");
    let Some(key) = &word.key else {
        errors.span(word.span, format_args!("expected {what}: there are {list}"));
        return;
    };
    let name = word.name();
    let near = nearest(&name, known.iter().copied());
    let near = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
    let message = format!("unknown {what} `{name}`{near}\nthere are {list}");
    errors.span(key.span(), message);
}

/// The tokens of a path into the façade, with the span of what they speak of.
pub(super) fn desired(span: Span, name: &str) -> TokenStream {
    let name = Ident::new(name, span);
    quote_spanned!(span=> ::migrate::desired::#name)
}
