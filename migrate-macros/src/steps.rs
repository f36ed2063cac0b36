//! The functions that sections call: do they fit what the call gives, and the table that is emitted.

use migrate_core::project::Loaded;
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::{Class, nearest};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;

use crate::call::{EmbedCall, RustStep};
use crate::emit;

/// Errors for calls without a function, and for functions that nothing calls.
pub(crate) fn misfits(loaded: &Loaded, call: &EmbedCall) -> TokenStream {
    let calls = loaded.rust_calls();
    let given: Vec<String> = call.rust.iter().map(name).collect();
    let missing: Vec<Diagnostic> = calls
        .iter()
        .filter(|call| !given.contains(&call.name))
        .map(|call| {
            let name = &call.name;
            let message = format!("there is no function for the Rust step `{name}`");
            let mut finding = Diagnostic::error(Class::Config, message).at(call.frame.clone());
            if let Some(known) = nearest(name, given.iter().map(String::as_str)) {
                finding = finding.help(format!("did you mean `{known}`?"));
            }
            finding
                .help(format!("give it to the macro: `embed_migrations!(.., rust = {{ {name} }})`"))
                .help(format!(
                    "`async fn {name}(step: &mut migrate::Step<'_>) -> Result<(), migrate::StepError>` is what it looks like"
                ))
        })
        .collect();
    let mut errors: TokenStream = emit::messages(&missing, call.span())
        .into_iter()
        .map(|error| error.to_token_stream())
        .collect();
    for step in &call.rust {
        let name = name(step);
        if calls.iter().any(|call| call.name == name) {
            continue;
        }
        let known = calls.iter().map(|call| call.name.as_str());
        let help = nearest(&name, known)
            .map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
        let message = format!("no section calls `-- migrate:rust {name}`{help}");
        errors.extend(quote_spanned!(step.name.span()=> ::core::compile_error!{ #message }));
    }
    errors
}

/// The name that sections use.
fn name(step: &RustStep) -> String {
    step.name.unraw().to_string()
}

/// The table of names and functions.
pub(crate) fn table(call: &EmbedCall) -> TokenStream {
    let span = call.span();
    let steps = call.rust.iter().map(|step| {
        let (name, function) = (name(step), &step.function);
        let span = step.name.span();
        quote_spanned! {span=>
            ::migrate::RustStep::new(#name, |step| ::std::boxed::Box::pin(#function(step)))
        }
    });
    quote_spanned!(span=> &[#(#steps),*])
}
