//! What makes one schema out of another: typed operations, in an order in which they can be run.
//!
//! [`diff`] pairs the objects of both schemas, compares each pair by the rules of
//! [`compare`](crate::model::schema::compare()), decides what can be changed in place and what has to be made anew with
//! everything that depends on it, and sorts the result. It renders nothing; [`render`](super::render) does.
//!
//! | file | what |
//! |---|---|
//! | `item` | [`Item`]: one object, by reference |
//! | `operation` | [`Operation`]: one step |
//! | `renames` | [`Renames`]: which object is which where names do not tell |
//! | `renamed` | the old schema as it is once they have been renamed |
//! | `walk` | every object with its counterpart |
//! | `same` | whether two values of one object are the same |
//! | `alterable` | what each database can change in place |
//! | `needs` | what an object cannot be without |
//! | `aside` | what has to stand aside while something below it changes |
//! | `steps` | pairs as operations |
//! | `order` | the order |

mod alterable;
mod aside;
mod item;
mod needs;
mod operation;
mod order;
mod renamed;
mod renames;
mod same;
mod steps;
mod walk;

#[cfg(test)]
mod tests;

pub use item::Item;
pub(in crate::model) use needs::words;
pub use operation::Operation;
pub(in crate::model) use renamed::apply as with_new_names;
pub use renames::{RenameError, Renames};

use super::schema::{Name, Schema, Table};
use renamed::Renamed;

/// What makes `after` out of `before`.
#[derive(Debug, Clone)]
pub struct Changes<'s> {
    /// The schema as it was.
    pub before: &'s Schema,
    /// The schema as it will be.
    pub after: &'s Schema,
    /// The steps, in an order in which they can be run.
    pub operations: Vec<Operation<'s>>,
}

impl Changes<'_> {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }
}

/// What makes `after` out of `before`: two schemas of one dialect.
///
/// Renames that name nothing are left aside; [`Renames::check`] finds them. The way back is the diff of `after` and
/// `before` with [`Renames::reversed`].
///
/// ```
/// use migrate_core::model::diff::{Renames, diff};
/// use migrate_core::model::schema::{Column, Name, Schema, Table};
/// use migrate_core::text::Dialect;
///
/// let mut users = Table::new(Dialect::Postgres, Name::bare("users"));
/// users.columns.push(Column::new("id", "bigint"));
/// let mut before = Schema::new(Dialect::Postgres, "public");
/// before.tables.insert(users.clone());
///
/// users.columns.push(Column::new("email", "text"));
/// let mut after = Schema::new(Dialect::Postgres, "public");
/// after.tables.insert(users);
///
/// let changes = diff(&before, &after, &Renames::default());
/// assert_eq!(changes.operations[0].to_string(), "create column users.email");
/// ```
pub fn diff<'s>(before: &'s Schema, after: &'s Schema, renames: &Renames) -> Changes<'s> {
    let renames = renames.with_case(before, after);
    let renamed = Renamed::new(before, &renames);
    let pairs = walk::walk(before, &renamed, after);
    let fates = aside::fates(before, after, &pairs);
    let mut operations = steps::operations(before, after, &pairs, &fates);
    order::sort(before, after, &mut operations);
    Changes {
        before,
        after,
        operations,
    }
}
