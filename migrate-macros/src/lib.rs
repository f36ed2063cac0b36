//! The macros of `migrate`. Applications use them through the façade crate.
//!
//! They parse the call (`call`), find the directory (`locate`), ask `migrate-core`, and emit tokens or errors
//! (`emit`); every rule about revisions lives in `migrate-core`.

mod call;
mod embed;
mod emit;
mod locate;
mod reference;
mod steps;

use proc_macro::TokenStream;

/// Reads a directory of revisions while the application compiles, refuses anything that could not run, and yields
/// the checked set as a constant `migrate::Migrations`.
///
/// ```text
/// static MIGRATIONS: migrate::Migrations = migrate::embed_migrations!();
/// static OTHERS: migrate::Migrations = migrate::embed_migrations!("db/migrations");
/// ```
///
/// Sections that call functions of the application (`-- migrate:rust backfill_slugs`) are given them here, each an
/// `async fn(step: &mut migrate::Step<'_>) -> Result<(), migrate::StepError>`. A name that is missing is an error, and so is
/// one that no section uses:
///
/// ```text
/// migrate::embed_migrations!("migrations", rust = { backfill_slugs, totals = billing::recompute_totals });
/// ```
///
/// Without an argument the directory is the one that `migrate.toml` names, else `migrations`. A path is relative to
/// the package, else to the calling source file or a folder above it.
///
/// All problems of the directory are reported at once, each with file, line and column.
#[proc_macro]
pub fn embed_migrations(input: TokenStream) -> TokenStream {
    embed::expand(input.into()).into()
}

/// The id of a revision, checked against `revisions.lock` while the application compiles.
///
/// ```text
/// const ADD_EMAIL: migrate::RevisionId = migrate::revision!("5cd038a8f131");
/// const SAME: migrate::RevisionId = migrate::revision!("5cd0", "db/migrations");
/// ```
///
/// The first argument is an id, a unique beginning of one, or a branch label; the second names the directory as in
/// [`embed_migrations!`].
#[proc_macro]
pub fn revision(input: TokenStream) -> TokenStream {
    reference::expand(input.into()).into()
}
