//! What stands between the parentheses.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

/// `embed_migrations!()`, `embed_migrations!("path")`, either with `rust = { name, other = path::to::function }`.
pub(crate) struct EmbedCall {
    pub(crate) directory: Option<LitStr>,
    pub(crate) rust: Vec<RustStep>,
}

/// A function that sections call by a name.
pub(crate) struct RustStep {
    pub(crate) name: Ident,
    /// The function; that of the name itself where the call gives no other.
    pub(crate) function: TokenStream,
}

/// `revision!("id")` or `revision!("id", "path")`.
pub(crate) struct RevisionCall {
    pub(crate) id: LitStr,
    pub(crate) directory: Option<LitStr>,
}

impl EmbedCall {
    pub(crate) fn parse(input: TokenStream) -> syn::Result<Self> {
        let parser = |input: ParseStream<'_>| {
            let directory =
                if input.is_empty() || input.peek(Ident::peek_any) && input.peek2(Token![=]) {
                    None
                } else {
                    Some(literal(input)?)
                };
            let more = directory.is_none() || input.parse::<Option<Token![,]>>()?.is_some();
            let rust = if more && !input.is_empty() {
                rust(input)?
            } else {
                Vec::new()
            };
            finish(
                input,
                "embed_migrations! takes the path of one directory, or nothing, and `rust = { .. }`",
            )?;
            Ok(Self { directory, rust })
        };
        parser.parse2(input)
    }

    /// Where errors are shown: the path, else the call.
    pub(crate) fn span(&self) -> Span {
        self.directory
            .as_ref()
            .map_or_else(Span::call_site, LitStr::span)
    }
}

impl RevisionCall {
    pub(crate) fn parse(input: TokenStream) -> syn::Result<Self> {
        let parser = |input: ParseStream<'_>| {
            let id = literal(input)?;
            let more = input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty();
            let directory = if more { Some(literal(input)?) } else { None };
            finish(
                input,
                "revision! takes an id and, if need be, the path of the directory",
            )?;
            Ok(Self { id, directory })
        };
        parser.parse2(input)
    }
}

/// `rust = { name, other = path::to::function }`
fn rust(input: ParseStream<'_>) -> syn::Result<Vec<RustStep>> {
    let key = Ident::parse_any(input)?;
    if key != "rust" {
        let message = format!("unknown option `{key}`: the one there is is `rust = {{ .. }}`");
        return Err(syn::Error::new(key.span(), message));
    }
    input.parse::<Token![=]>()?;
    let list;
    syn::braced!(list in input);
    let mut steps: Vec<RustStep> = Vec::new();
    while !list.is_empty() {
        let name = Ident::parse_any(&list)?;
        if steps.iter().any(|step| step.name == name) {
            let message = format!("`{name}` is given twice");
            return Err(syn::Error::new(name.span(), message));
        }
        let function = if list.parse::<Option<Token![=]>>()?.is_some() {
            path(&list)?
        } else {
            name.to_token_stream()
        };
        steps.push(RustStep { name, function });
        if !list.is_empty() {
            list.parse::<Token![,]>()?;
        }
    }
    Ok(steps)
}

/// The path of a function, without generic arguments.
fn path(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut path = TokenStream::new();
    if let Some(root) = input.parse::<Option<Token![::]>>()? {
        root.to_tokens(&mut path);
    }
    loop {
        Ident::parse_any(input)?.to_tokens(&mut path);
        match input.parse::<Option<Token![::]>>()? {
            Some(colons) => colons.to_tokens(&mut path),
            None => return Ok(path),
        }
    }
}

fn literal(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input
        .parse::<LitStr>()
        .map_err(|error| syn::Error::new(error.span(), "expected a text in double quotes"))
}

fn finish(input: ParseStream<'_>, expected: &str) -> syn::Result<()> {
    input.parse::<Option<Token![,]>>()?;
    if input.is_empty() {
        Ok(())
    } else {
        Err(input.error(expected))
    }
}
