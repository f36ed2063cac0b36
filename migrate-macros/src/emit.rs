//! Errors and warnings as tokens.

use migrate_core::text::{Diagnostic, Level};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};

/// A block that reports every error and then has the type of `dummy`, so that nothing else is reported.
pub(crate) fn errors(diagnostics: &[Diagnostic], span: Span, dummy: &TokenStream) -> TokenStream {
    let messages = messages(diagnostics, span);
    let warnings = warnings(diagnostics, span);
    quote_spanned! {span=> {
        #(#messages)*
        #warnings
        #dummy
    }}
}

/// The same for a call that is not written as it should be.
pub(crate) fn misuse(error: &syn::Error, dummy: &TokenStream) -> TokenStream {
    let (span, message) = (error.span(), error.to_string());
    quote_spanned! {span=> {
        ::core::compile_error!{ #message }
        #dummy
    }}
}

/// One macro call for each error.
pub(crate) fn messages(diagnostics: &[Diagnostic], span: Span) -> Vec<TokenStream> {
    let errors = diagnostics
        .iter()
        .filter(|finding| finding.level == Level::Error);
    let message = |finding: &Diagnostic| {
        let text = text(finding);
        quote_spanned!(span=> ::core::compile_error!{ #text })
    };
    errors.map(message).collect()
}

/// Statements that make the compiler print each warning. On stable the only such thing is the use of a deprecated
/// constant, whose note is shown.
pub(crate) fn warnings(diagnostics: &[Diagnostic], span: Span) -> TokenStream {
    let warnings = diagnostics
        .iter()
        .filter(|finding| finding.level == Level::Warning);
    let constants = warnings.enumerate().map(|(number, finding)| {
        let name = format_ident!("migration_warning_{}", number + 1, span = span);
        let note = text(finding);
        quote_spanned! {span=>
            #[deprecated(note = #note)]
            #[allow(non_upper_case_globals)]
            const #name: () = ();
            const _: () = #name;
        }
    });
    quote_spanned! {span=> #(#constants)* }
}

/// The diagnostic without its own first word, since the compiler prints one.
fn text(finding: &Diagnostic) -> String {
    let text = finding.to_string();
    let word = text.find(": ").map_or(0, |place| place + 2);
    text[word..].to_owned()
}
