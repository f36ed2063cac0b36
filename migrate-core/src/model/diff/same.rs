//! Whether an object is the same in both schemas.

use super::Item;
use crate::model::schema::compare::{self, Detail, Details};
use crate::text::Dialect;

/// In what two values of one object differ, by the rules of [`compare`](crate::model::schema::compare()).
pub(super) fn details(dialect: Dialect, before: Item<'_>, after: Item<'_>) -> Vec<Detail> {
    let mut found = Details::new(dialect);
    let it = &mut found;
    match (before, after) {
        (Item::Database(a), Item::Database(b)) => compare::database(a, b, it),
        (Item::Namespace(a), Item::Namespace(b)) => compare::namespace(a, b, it),
        (Item::Extension(a), Item::Extension(b)) => compare::extension(a, b, it),
        (Item::Enum(a), Item::Enum(b)) => compare::enumeration(a, b, it),
        (Item::Domain(a), Item::Domain(b)) => compare::domain(a, b, it),
        (Item::Composite(a), Item::Composite(b)) => compare::composite(a, b, it),
        (Item::Sequence(a), Item::Sequence(b)) => compare::sequence(a, b, it),
        (Item::Table(a), Item::Table(b)) => compare::table(a, b, it),
        (Item::Column(_, a), Item::Column(_, b)) => compare::column(a, b, it),
        (Item::PrimaryKey(_, a), Item::PrimaryKey(_, b)) => compare::primary_key(a, b, it),
        (Item::Unique(_, a), Item::Unique(_, b)) => compare::unique(a, b, it),
        (Item::Check(_, a), Item::Check(_, b)) => compare::check(a, b, it),
        (Item::Exclusion(_, a), Item::Exclusion(_, b)) => compare::exclusion(a, b, it),
        (Item::ForeignKey(_, a), Item::ForeignKey(_, b)) => compare::foreign_key(a, b, it),
        (Item::Policy(_, a), Item::Policy(_, b)) => compare::policy(a, b, it),
        (Item::Index(_, a), Item::Index(_, b)) => compare::index(a, b, it),
        (Item::View(a), Item::View(b)) => compare::view(a, b, it),
        (Item::MaterializedView(a), Item::MaterializedView(b)) => {
            compare::materialized_view(a, b, it);
        }
        (Item::Function(a), Item::Function(b)) => compare::function(a, b, it),
        (Item::Trigger(a), Item::Trigger(b)) => compare::trigger(a, b, it),
        (Item::Other(a), Item::Other(b)) => compare::other(a, b, it),
        (Item::Grant(a), Item::Grant(b)) => compare::grant(a, b, it),
        // Objects are paired by kind.
        _ => {}
    }
    found.into_details()
}
