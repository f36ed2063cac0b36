//! Names, told apart without regard to case.

use std::borrow::Cow;
use std::collections::HashMap;

/// What kind of name it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Id,
    Label,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) position: usize,
    pub(super) spelling: &'a str,
    pub(super) taken: Taken,
}

/// Names without regard to case, with their owners; more than one only when they clash.
pub(super) struct Names<'a>(
    pub(super) HashMap<Cow<'a, str>, Owner<'a>>,
    pub(super) HashMap<&'a str, Owner<'a>>,
);

impl<'a> Names<'a> {
    pub(super) fn find(&self, name: &str) -> Option<Owner<'a>> {
        match self.0.get(&fold(name)) {
            Some(owner) if owner.spelling == name => Some(*owner),
            _ => self.1.get(name).copied(),
        }
    }

    /// The name as it is spelt, when only the case is wrong.
    pub(super) fn respelt(&self, name: &str) -> Option<Owner<'a>> {
        self.0.get(&fold(name)).copied()
    }
}

pub(super) fn fold(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}
