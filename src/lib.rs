#![doc = include_str!("../README.md")]
//!
//! # This crate
//!
//! The façade: the one crate an application names. Everything here is defined in `migrate-core`, `migrate-macros` and
//! `migrate-cli`.

#[cfg(feature = "macros")]
pub use migrate_macros::{ColumnType, Table, embed_migrations, revision};

pub use migrate_core::model::desired::{self, ColumnType, Models, Table};
pub use migrate_core::model::set::{Migrations, Settings};
pub use migrate_core::model::{autogenerate, diff, expand, render, schema};
pub use migrate_core::models;
pub use migrate_core::project::load::LoadError;
pub use migrate_core::text::diagnostic::Class;
pub use migrate_core::text::{Diagnostic, Dialect, RevisionId};

#[cfg(feature = "runtime")]
pub use migrate_core::database::*;

/// The command line inside an application.
#[cfg(feature = "cli")]
pub use migrate_cli as cli;

/// The blocks of the guide to models are run.
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../docs/models.md")]
struct GuideToModels;
