//! What MySQL and MariaDB can change in place.
//!
//! All of it, as far as the order of operations goes: nothing has to be dropped because something else is made anew.
//! Views and routines find what they need when they are used, and keys that have to give way for a moment do so within
//! the `ALTER TABLE` of their table. Which statements that takes is the renderer's to know.

use super::{Alteration, Change};

pub(super) fn alteration(_change: Change<'_>) -> Alteration {
    Alteration::InPlace
}
