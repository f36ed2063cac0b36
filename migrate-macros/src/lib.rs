//! The macros of `migrate`. Applications use them through the façade crate.
//!
//! They parse the call (`call`), find the directory (`locate`), ask `migrate-core`, and emit tokens or errors
//! (`emit`); every rule about revisions lives in `migrate-core`. The derives of models are in `table`.

mod call;
mod embed;
mod emit;
mod locate;
mod reference;
mod steps;
mod table;

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

/// The table that a struct stands for: `migrate::Table`, a constant of which the desired schema is made.
///
/// ```text
/// #[derive(migrate::Table)]
/// #[table(name = "users")]
/// struct User {
///     #[column(primary_key, auto_increment)]
///     id: i64,
///     #[column(unique, length(mysql = 255))]
///     email: String,
///     #[column(references = Team::id, on_delete = cascade)]
///     team_id: Option<i64>,
/// }
/// ```
///
/// Without a name the table is called as the struct is, in snake case: no plural is guessed. `docs/models.md` lists
/// every option. `#[sqlx(rename)]`, `#[sqlx(rename_all)]`, `#[sqlx(skip)]`, `#[sqlx(json)]` and `#[sqlx(try_from)]` are
/// honoured, so that one struct serves both.
#[proc_macro_derive(Table, attributes(table, column))]
pub fn table(input: TokenStream) -> TokenStream {
    table::expand(input.into()).into()
}

/// The type of the columns that hold a newtype, or an enum without fields: `migrate::ColumnType`.
///
/// ```text
/// #[derive(migrate::ColumnType)]
/// struct UserId(i64);
///
/// #[derive(migrate::ColumnType)]
/// #[column_type(rename_all = "snake_case")]
/// enum Status { Draft, InReview, Published }
/// ```
///
/// An enum is a type of its own on PostgreSQL, `enum(..)` on MySQL and MariaDB, and a text with a check on SQLite; with
/// `#[column_type(text)]` it is a text with a check everywhere, and with `#[repr(i32)]` its number.
#[proc_macro_derive(ColumnType, attributes(column_type))]
pub fn column_type(input: TokenStream) -> TokenStream {
    table::expand_column_type(input.into()).into()
}
