//! Names of things, as the database will call them.

use std::fmt;

use crate::text::Dialect;

/// A name, with its schema (on MySQL and MariaDB: its database) if that was written.
///
/// Quotes are removed, and bare names are folded as the dialect folds them: PostgreSQL to lower case, the others not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The schema, if it was written.
    pub schema: Option<String>,
    /// The name itself.
    pub name: String,
}

impl Name {
    /// A name without schema.
    pub fn bare(name: impl Into<String>) -> Self {
        Self {
            schema: None,
            name: name.into(),
        }
    }

    /// A name in a schema.
    pub fn qualified(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            schema: Some(schema.into()),
            name: name.into(),
        }
    }
}

/// Without quotes, for people.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}

/// As it is displayed.
#[cfg(feature = "runtime")]
impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A bare identifier as the database calls it.
pub(super) fn fold(word: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => cut(word.to_ascii_lowercase()),
        _ => word.to_owned(),
    }
}

/// A quoted identifier without its quotes; `None` when it has escapes that are not understood.
pub(super) fn unquote(quoted: &str, dialect: Dialect) -> Option<String> {
    let mut inner = quoted.chars();
    let open = inner.next()?;
    let close = match open {
        '"' | '`' | '\'' => open,
        '[' => ']',
        _ => return None,
    };
    let inner = inner.as_str().strip_suffix(close)?;
    let name = match open {
        '[' => inner.to_owned(),
        _ => inner.replace(&format!("{close}{close}"), &close.to_string()),
    };
    Some(match dialect {
        Dialect::Postgres => cut(name),
        _ => name,
    })
}

/// PostgreSQL cuts names at 63 bytes, at the end of a character.
fn cut(mut name: String) -> String {
    const LIMIT: usize = 63;
    if name.len() > LIMIT {
        let mut end = LIMIT;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
    }
    name
}
