//! What SQLite can change in place.

use super::{Alteration, Change};
use crate::model::diff::Item;

/// Whatever belongs to a table is changed with it, by `ALTER TABLE` or by a rebuild that keeps the rows: what of it is
/// dropped and made is for the renderer to say. A virtual table is what its module made of it.
pub(super) fn alteration(change: Change<'_>) -> Alteration {
    match change.after {
        Item::Table(_) if change.has("module") => Alteration::Replace,
        Item::Table(_)
        | Item::Column(..)
        | Item::PrimaryKey(..)
        | Item::Unique(..)
        | Item::Check(..)
        | Item::ForeignKey(..) => Alteration::InPlace,
        _ => Alteration::Replace,
    }
}
