//! What stands between the parentheses.

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

/// `embed_migrations!()` or `embed_migrations!("path")`.
pub(crate) struct EmbedCall {
    pub(crate) directory: Option<LitStr>,
}

/// `revision!("id")` or `revision!("id", "path")`.
pub(crate) struct RevisionCall {
    pub(crate) id: LitStr,
    pub(crate) directory: Option<LitStr>,
}

impl EmbedCall {
    pub(crate) fn parse(input: TokenStream) -> syn::Result<Self> {
        let parser = |input: ParseStream<'_>| {
            let directory = if input.is_empty() {
                None
            } else {
                Some(literal(input)?)
            };
            finish(
                input,
                "embed_migrations! takes the path of one directory, or nothing",
            )?;
            Ok(Self { directory })
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
