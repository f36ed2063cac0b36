//! What SQLite can change in place.

use super::{Alteration, Change};
use crate::model::diff::Item;

pub(super) fn alteration(change: Change<'_>) -> Alteration {
    match change.after {
        Item::Database(_) | Item::Table(_) | Item::Column(..) | Item::Sequence(_) => {
            Alteration::InPlace
        }
        _ => Alteration::Replace,
    }
}
