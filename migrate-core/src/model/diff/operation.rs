//! What makes one schema out of the other, step by step.

use std::fmt;

use super::Item;

/// One step.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Operation<'s> {
    /// Makes an object that was not there.
    ///
    /// A table comes with its columns, primary key, unique, check and exclusion constraints, comments and options; its
    /// indexes, foreign keys and policies are operations behind it, so that tables may refer to each other. On SQLite,
    /// which can add no foreign key later, they are part of the table.
    Create(Item<'s>),
    /// Takes an object away; a table with everything that belongs to it.
    Drop(Item<'s>),
    /// Changes an object that keeps its name; of a table its options and its comment alone.
    Alter {
        /// As it was.
        before: Item<'s>,
        /// As it will be.
        after: Item<'s>,
    },
    /// Gives an object another name, and nothing else.
    Rename {
        /// As it was.
        before: Item<'s>,
        /// As it will be.
        after: Item<'s>,
    },
}

impl<'s> Operation<'s> {
    /// The object: as it will be, or as it was if it will not be.
    pub const fn item(&self) -> Item<'s> {
        match *self {
            Self::Create(item)
            | Self::Drop(item)
            | Self::Alter { after: item, .. }
            | Self::Rename { after: item, .. } => item,
        }
    }
}

/// For people: `create table users`.
impl fmt::Display for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(item) => write!(f, "create {}", item.id()),
            Self::Drop(item) => write!(f, "drop {}", item.id()),
            Self::Alter { after, .. } => write!(f, "alter {}", after.id()),
            Self::Rename { before, after } => {
                write!(f, "rename {} to {}", before.id(), after.id().name)
            }
        }
    }
}
