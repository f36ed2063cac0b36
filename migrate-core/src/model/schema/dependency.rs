//! Which object needs which.

use super::ObjectId;

/// One object that cannot be without another, such as a view and the column it shows.
///
/// What the objects say themselves (a foreign key its table, an index its columns) is not listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Dependency {
    /// What needs something.
    pub object: ObjectId,
    /// What it needs.
    pub on: ObjectId,
}
