//! The lock line of a revision file, and what can be said from lock lines alone.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Entry, List, LockFile, State};
use crate::text::revision::{Direction, RevisionFile, Spanned, absent_digest};
use crate::text::{Chain, Dialect, Digest};

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

/// An effective head with its chain, as the lock file knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedHead<'a> {
    /// The id.
    pub id: &'a str,
    /// Its chain.
    pub chain: Chain,
}

impl LockFile<'_> {
    /// The digest of the up section that `dialect` uses, as locked.
    pub fn up_digest(&self, entry: &Entry<'_>, dialect: Dialect) -> Digest {
        let ups = || {
            self.sections(entry)
                .iter()
                .filter(|section| section.direction == Direction::Up)
        };
        dialect
            .choose(ups().map(|section| section.dialects))
            .and_then(|place| ups().nth(place))
            .map_or_else(|| absent_digest(Direction::Up), |section| section.digest)
    }

    /// The effective heads with their chains for `dialect`, in the order of the file. `draft` answers the up digest
    /// of a draft, which the lock file does not record.
    ///
    /// `None` when a line names a revision that is not listed above it, or `draft` has no answer.
    pub fn effective_heads(
        &self,
        dialect: Dialect,
        mut draft: impl FnMut(&Entry<'_>) -> Option<Digest>,
    ) -> Option<Vec<ListedHead<'_>>> {
        let mut places: HashMap<&str, usize> = HashMap::with_capacity(self.entries.len());
        let mut chains: Vec<Chain> = Vec::with_capacity(self.entries.len());
        let mut is_head: Vec<bool> = Vec::with_capacity(self.entries.len());
        let mut below: Vec<Chain> = Vec::new();
        for entry in &self.entries {
            below.clear();
            for id in entry.down_revision.iter().chain(entry.depends_on.iter()) {
                let place = *places.get(id)?;
                below.push(chains[place]);
                is_head[place] = false;
            }
            let up = match entry.state {
                State::Locked => self.up_digest(entry, dialect),
                State::Draft => draft(entry)?,
            };
            for name in std::iter::once(entry.id).chain(entry.branch_labels.iter()) {
                places.insert(name, chains.len());
            }
            chains.push(Chain::of(&below, entry.id, &up));
            is_head.push(true);
        }
        let heads = self
            .entries
            .iter()
            .zip(chains)
            .zip(is_head)
            .filter(|(_, is_head)| *is_head);
        Some(
            heads
                .map(|((entry, chain), _)| ListedHead {
                    id: entry.id,
                    chain,
                })
                .collect(),
        )
    }
}
