//! Assertions about a set of revisions, for tests of an application.

use crate::model::Migrations;

/// Asserts that the revisions have one head, counting a head that another depends on as joined.
///
/// # Panics
/// When there are several, with their ids.
///
/// # Examples
///
/// ```
/// # use migrate_core::model::{Migrations, set::{Settings, pack}};
/// # use migrate_core::text::{Dialect, DialectSet};
/// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
/// # let migrations = Migrations::from_packed(packed, None);
/// use migrate_core::database::testing::assert_single_head;
///
/// assert_single_head(&migrations);
/// ```
#[track_caller]
pub fn assert_single_head(migrations: &Migrations) {
    let set = migrations.set().unwrap_or_else(|error| panic!("{error}"));
    let graph = set.graph();
    let heads = graph.ids(&graph.effective_heads());
    let names: Vec<&str> = heads.iter().map(|id| id.as_str()).collect();
    assert!(
        names.len() <= 1,
        "there are {} heads: {}; `migrate-cli merge heads` joins them",
        names.len(),
        names.join(", ")
    );
}
