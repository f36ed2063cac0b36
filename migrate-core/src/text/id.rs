//! Revision ids.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

/// The longest id, in bytes.
pub const MAX_LENGTH: usize = 64;

/// Words that specs give another meaning to and that therefore are no ids or labels.
pub const RESERVED: [&str; 5] = ["head", "heads", "base", "current", "none"];

/// The id of a revision: 1 to 64 of `A-Z a-z 0-9 _`, and none of [`RESERVED`].
///
/// Cheap to clone. Ids compare by their bytes; two ids that differ only in case are refused when a set is built.
///
/// ```
/// use migrate_core::text::RevisionId;
///
/// let id: RevisionId = "5cd038a8f131".parse()?;
/// assert_eq!(id.as_str(), "5cd038a8f131");
/// assert!("head".parse::<RevisionId>().is_err());
/// # Ok::<_, migrate_core::text::id::InvalidId>(())
/// ```
#[derive(Clone)]
pub struct RevisionId(Inner);

#[derive(Clone)]
enum Inner {
    Static(&'static str),
    Shared(Arc<str>),
}

impl RevisionId {
    /// Checks `text` and makes it an id.
    ///
    /// # Errors
    /// [`InvalidId`] says which rule it breaks.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        check(text)?;
        Ok(Self(Inner::Shared(text.into())))
    }

    /// An id that is known to be valid: what the macros emit.
    #[doc(hidden)]
    pub const fn from_static(text: &'static str) -> Self {
        Self(Inner::Static(text))
    }

    /// An id that was checked before: what the packed set holds.
    pub(crate) fn trusted(text: &str) -> Self {
        Self(Inner::Shared(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Inner::Static(text) => text,
            Inner::Shared(text) => text,
        }
    }
}

/// Whether `text` may be the name of a revision or of a branch label.
///
/// # Errors
/// [`InvalidId`] says which rule it breaks.
pub fn check(text: &str) -> Result<(), InvalidId> {
    let reason = if text.is_empty() {
        Reason::Empty
    } else if text.len() > MAX_LENGTH {
        Reason::TooLong
    } else if let Some(other) = text
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && *c != '_')
    {
        Reason::Character(other)
    } else if RESERVED.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        Reason::Reserved
    } else {
        return Ok(());
    };
    Err(InvalidId {
        text: text.to_owned(),
        reason,
    })
}

/// The text cannot be an id or a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidId {
    text: String,
    reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Empty,
    TooLong,
    Character(char),
    Reserved,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match self.reason {
            Reason::Empty => f.write_str("an id cannot be empty"),
            Reason::TooLong => {
                write!(
                    f,
                    "`{text}` is {} characters long: an id has at most {MAX_LENGTH}",
                    text.chars().count()
                )
            }
            Reason::Character(other) => write!(
                f,
                "`{}` cannot be used in an id: ids are made of A-Z, a-z, 0-9 and _",
                other.escape_default()
            ),
            Reason::Reserved => write!(
                f,
                "`{text}` is a word of specs (head, heads, base, current, none), not an id"
            ),
        }
    }
}

impl std::error::Error for InvalidId {}

impl FromStr for RevisionId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl PartialEq for RevisionId {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RevisionId {}

impl PartialOrd for RevisionId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RevisionId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for RevisionId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Borrow<str> for RevisionId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for RevisionId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for RevisionId {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for RevisionId {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}
