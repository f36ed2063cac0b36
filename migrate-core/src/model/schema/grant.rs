//! Who may do what.

use super::ObjectId;

/// One right of one role on one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
pub struct Grant {
    /// On what: a table, a column, a sequence, a function, a schema, a type.
    pub object: ObjectId,
    /// Who; `PUBLIC` is everybody.
    pub grantee: String,
    /// What: `SELECT`, `EXECUTE` ..
    pub privilege: String,
    /// Whether it may be passed on, or is none.
    pub option: GrantOption,
}

/// Whether a right may be passed on, or is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "runtime", derive(serde::Serialize))]
#[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
pub enum GrantOption {
    /// It may not.
    #[default]
    None,
    /// `WITH GRANT OPTION`.
    Grantable,
    /// It is no right but the lack of one: everybody could do this by itself, such as run a function, and it was revoked.
    Withheld,
}

impl Grant {
    /// What messages call it.
    pub fn id(&self) -> ObjectId {
        super::compare::grant_id(self)
    }
}
