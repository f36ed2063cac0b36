//! `migrate.toml`: what it may say, and where it is found.
//!
//! [`Config::parse`] reads a text and says everything that is wrong with it; [`Search`] finds the file and the
//! migrations directories. The values that matter at run time are [`Settings`](crate::model::set::Settings).

mod environments;
mod find;
mod keys;
mod migrations;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod values;

pub use find::{FILE_NAME, Project, Search};
pub(crate) use find::{display, normalise, relative};
pub use values::{
    Config, Dotenv, Drafts, Environment, LintLevel, Lints, MigrationsConfig, PerDialect, Policy,
    Protection, Recursion, RevisionTemplates, SchemaConfig, Timezone, Url,
};
