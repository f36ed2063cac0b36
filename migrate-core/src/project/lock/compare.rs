//! The lock line of a revision file.

use std::borrow::Cow;

use super::{Entry, List, State};
use crate::text::revision::{RevisionFile, Spanned};

/// The line of a revision as its file has it now; without sections.
pub(crate) fn entry_of<'a>(file: &'a RevisionFile, lock_name: &'a str, state: State) -> Entry<'a> {
    let header = &file.header;
    let texts = |items: &[Spanned<String>]| List::of(items.iter().map(|item| item.value.as_str()));
    Entry {
        id: header.revision.value.as_str(),
        state,
        down_revision: List::of(header.down_revision.iter().map(|item| item.value.as_str())),
        depends_on: texts(&header.depends_on),
        branch_labels: texts(&header.branch_labels),
        irreversible: header.irreversible.is_some(),
        breaking: header.breaking.is_some(),
        file: Cow::Borrowed(lock_name),
        sections: 0..0,
        line: 0..0,
    }
}
