//! Specs: the words by which every command names revisions.
//!
//! One grammar for all of them:
//!
//! ```text
//! [ BRANCH "@" ] [ SYMBOL ] [ ("+" | "-") DIGITS ]
//! ```
//!
//! where `SYMBOL` is an id, the beginning of one, a label, `head`, `heads`, `base` or `current`, and `BRANCH` a label or
//! an id. The grammar is Alembic's; unlike there, every character counts.

mod error;
mod range;
mod resolve;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub use error::SpecError;
pub use range::SpecRange;
pub(super) use resolve::{Branch, branch, first_step, starts, walk_down, walk_up};
pub use resolve::{Targets, resolve};

/// A parsed spec.
///
/// ```
/// use migrate_core::model::Spec;
///
/// let spec: Spec = "billing@head-1".parse()?;
/// assert_eq!(spec.to_string(), "billing@head-1");
/// assert!("abc+1junk".parse::<Spec>().is_err());
/// # Ok::<_, migrate_core::model::SpecError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    text: String,
    pub(super) branch: Option<String>,
    pub(super) symbol: Symbol,
    pub(super) offset: Offset,
}

/// The word in the middle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Symbol {
    /// An id, the beginning of one, or a label.
    Name(String),
    Head,
    Heads,
    Base,
    Current,
    /// No word: from where the database is.
    Here,
}

/// How far from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offset {
    None,
    Up(usize),
    Down(usize),
}

impl Spec {
    /// The spec `head`.
    pub fn head() -> Self {
        Self {
            text: "head".to_owned(),
            branch: None,
            symbol: Symbol::Head,
            offset: Offset::None,
        }
    }

    /// The spec of exactly this revision.
    pub fn id(id: &crate::text::RevisionId) -> Self {
        let name = id.as_str().to_owned();
        Self {
            text: name.clone(),
            branch: None,
            symbol: Symbol::Name(name),
            offset: Offset::None,
        }
    }

    /// The text it was parsed from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the answer depends on where a database is: `+1`, `-1`, `billing@+1`, `current`.
    pub fn is_relative_to_database(&self) -> bool {
        matches!(self.symbol, Symbol::Here | Symbol::Current)
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason: &str| SpecError::invalid(text, reason);
        let (branch, rest) = match text.split_once('@') {
            Some((branch, rest)) => (Some(branch), rest),
            None => (None, text),
        };
        if rest.contains(':') || branch.is_some_and(|branch| branch.contains(':')) {
            return Err(invalid("a range is not allowed here"));
        }
        let word = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if let Some(branch) = branch {
            if branch.is_empty() {
                return Err(invalid("a branch label or an id is missing before the `@`"));
            }
            if !word(branch) {
                return Err(invalid(
                    "only a branch label or an id can stand before the `@`",
                ));
            }
        }
        let end = rest.find(['+', '-']).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        if !word(name) {
            return Err(invalid("ids and labels are made of A-Z, a-z, 0-9 and _"));
        }
        let offset = match tail.split_at_checked(1) {
            None => Offset::None,
            Some((sign, digits)) => {
                let count = digits
                    .bytes()
                    .all(|byte| byte.is_ascii_digit())
                    .then(|| digits.parse().ok())
                    .flatten();
                match (sign, count) {
                    (_, None) => {
                        return Err(invalid(
                            "a number must follow the sign, and nothing after it",
                        ));
                    }
                    (_, Some(0)) => return Err(invalid("a step of 0 goes nowhere")),
                    ("+", Some(count)) => Offset::Up(count),
                    (_, Some(count)) => Offset::Down(count),
                }
            }
        };
        let symbol = match name {
            "" => Symbol::Here,
            "head" => Symbol::Head,
            "heads" => Symbol::Heads,
            "base" => Symbol::Base,
            "current" => Symbol::Current,
            name => Symbol::Name(name.to_owned()),
        };
        if symbol == Symbol::Here && offset == Offset::None {
            return Err(invalid(if branch.is_some() {
                "a revision is missing after the `@`, such as `head`, `base` or an id"
            } else {
                "it is empty"
            }));
        }
        Ok(Self {
            text: text.to_owned(),
            branch: branch.map(str::to_owned),
            symbol,
            offset,
        })
    }
}
