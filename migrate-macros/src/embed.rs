//! `embed_migrations!`: a directory becomes a constant.

use std::env;
use std::path::Path;

use migrate_core::project::{LoadMode, Loaded, Project, load};
use migrate_core::text::{Dialect, DialectSet};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote_spanned;

use crate::call::EmbedCall;
use crate::{emit, locate, steps};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let call = match EmbedCall::parse(input) {
        Ok(call) => call,
        Err(error) => return emit::misuse(&error, &dummy(Span::call_site())),
    };
    let span = call.span();
    let project = match locate::project(call.directory.as_ref()) {
        Ok(project) => project,
        Err(findings) => return emit::errors(&findings, span, &dummy(span)),
    };
    let configured = project.config.migrations.dialects;
    let dialects = if configured.is_empty() {
        of_features()
    } else {
        configured
    };
    let loaded = load(&project, LoadMode::strict(dialects));
    let misfits = steps::misfits(&loaded, &call);
    match loaded.pack() {
        Err(_) => {
            let tracking = tracking(&loaded, span);
            let dummy = dummy(span);
            emit::errors(
                &loaded.diagnostics,
                span,
                &quote_spanned!(span=> #tracking #misfits #dummy),
            )
        }
        Ok(_) if !misfits.is_empty() => {
            let tracking = tracking(&loaded, span);
            let dummy = dummy(span);
            quote_spanned!(span=> { #tracking #misfits #dummy })
        }
        Ok(packed) => {
            let (text, index) = (
                Literal::string(&packed.text),
                Literal::byte_string(&packed.index),
            );
            let tracking = tracking(&loaded, span);
            let warnings = emit::warnings(&loaded.diagnostics, span);
            let drafts = drafts(&loaded, span);
            let directory = directory(&project, span);
            let set = if call.rust.is_empty() {
                quote_spanned!(span=> ::migrate::Migrations::embedded(#text, #index, DIRECTORY))
            } else {
                let steps = steps::table(&call);
                quote_spanned!(span=> ::migrate::Migrations::embedded_with(#text, #index, DIRECTORY, #steps))
            };
            quote_spanned! {span=> {
                #tracking
                #warnings
                #drafts
                #directory
                #set
            }}
        }
    }
}

/// The dialects of the façade's database features.
fn of_features() -> DialectSet {
    let mysql = cfg!(feature = "mysql");
    [
        (Dialect::Sqlite, cfg!(feature = "sqlite")),
        (Dialect::Postgres, cfg!(feature = "postgres")),
        (Dialect::Mysql, mysql),
        (Dialect::Mariadb, mysql),
    ]
    .into_iter()
    .filter_map(|(dialect, there)| there.then_some(dialect))
    .collect()
}

/// A set of the right type, for a place where an error is reported instead.
fn dummy(span: Span) -> TokenStream {
    quote_spanned!(span=> ::migrate::Migrations::embedded("", b"", ::core::option::Option::None))
}

/// Makes the compiler depend on every file that was read, so that an edit, a removal or a new line of the lock file
/// builds the application again. One array costs rustc a quarter of what one constant for each file does.
fn tracking(loaded: &Loaded, span: Span) -> TokenStream {
    let files = loaded
        .revisions
        .iter()
        .map(|revision| revision.path.as_path());
    let lock = loaded
        .lock_text
        .is_some()
        .then_some(loaded.lock_path.as_path());
    let config = loaded.project.config_file.as_deref();
    let paths = files.chain(lock).chain(config).filter_map(Path::to_str);
    quote_spanned! {span=> const _: &[&[::core::primitive::u8]] = &[#(::core::include_bytes!(#paths)),*]; }
}

/// The errors that a release build makes of drafts.
fn drafts(loaded: &Loaded, span: Span) -> TokenStream {
    let errors = emit::messages(&loaded.drafts_in_release(), span);
    quote_spanned!(span=> #(#[cfg(not(debug_assertions))] #errors)*)
}

/// The directory is known to debug builds alone: what is shipped holds no path of the machine it was built on.
fn directory(project: &Project, span: Span) -> TokenStream {
    let path = project
        .dirs
        .first()
        .and_then(|dir| dir.to_str())
        .unwrap_or_default();
    // A build of a published package finds its sources below this folder, where nobody edits them.
    let own = env::var_os("CARGO_HOME").is_none_or(|home| !Path::new(path).starts_with(home));
    let known = if own {
        quote_spanned!(span=> ::core::option::Option::Some(#path))
    } else {
        none(span)
    };
    let none = none(span);
    quote_spanned! {span=>
        #[cfg(debug_assertions)]
        const DIRECTORY: ::core::option::Option<&'static ::core::primitive::str> = #known;
        #[cfg(not(debug_assertions))]
        const DIRECTORY: ::core::option::Option<&'static ::core::primitive::str> = #none;
    }
}

fn none(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::option::Option::None)
}
