//! From revisions in topological order to the packed form.

use super::FORMAT;
use super::bytes::Writer;
use super::settings::{Ahead, HeadsPolicy, Settings};
use crate::model::Index;
use crate::text::revision::{Direction, absent_digest};
use crate::text::{Chain, Dialect, DialectSet, Digest};

/// A revision to be packed; its parents and dependencies come before it.
#[derive(Debug, Clone)]
pub struct SourceRevision<'a> {
    /// The id.
    pub id: &'a str,
    /// The parents, in the order written.
    pub down_revision: Vec<Index>,
    /// The dependencies, in the order written.
    pub depends_on: Vec<Index>,
    /// The labels declared here.
    pub labels: Vec<&'a str>,
    /// The message.
    pub message: &'a str,
    /// The file, relative to the project.
    pub file: &'a str,
    /// The file as the lock file has it: relative to the first migrations directory.
    pub listed: &'a str,
    /// `created`, as written.
    pub created: Option<&'a str>,
    /// Why there is no way back.
    pub irreversible: Option<&'a str>,
    /// Why a release that does not know this revision must not run beside it.
    pub breaking: Option<&'a str>,
    /// Whether the lock file calls it locked.
    pub locked: bool,
    /// The sections.
    pub sections: Vec<SourceSection<'a>>,
}

impl SourceRevision<'_> {
    /// The digest of the section that `dialect` uses.
    fn digest(&self, direction: Direction, dialect: Dialect) -> Digest {
        let sections = || {
            self.sections
                .iter()
                .filter(|section| section.direction == direction)
        };
        dialect
            .choose(sections().map(|section| section.dialects))
            .and_then(|place| sections().nth(place))
            .map_or_else(|| absent_digest(direction), |section| section.digest)
    }

    fn below(&self) -> impl Iterator<Item = Index> {
        self.down_revision.iter().chain(&self.depends_on).copied()
    }
}

/// A section to be packed.
#[derive(Debug, Clone)]
pub struct SourceSection<'a> {
    /// The way it goes.
    pub direction: Direction,
    /// The dialects it names.
    pub dialects: DialectSet,
    /// False with `transaction:false`.
    pub transactional: bool,
    /// The line of the file on which its text begins, from 1.
    pub line: usize,
    /// Its text.
    pub text: &'a str,
    /// Its digest.
    pub digest: Digest,
}

/// A packed set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedSet {
    /// All texts, one after the other.
    pub text: String,
    /// Everything else, and the lengths of the texts.
    pub index: Vec<u8>,
}

/// The chains of revisions in topological order: each item is an id, the places of what it stands on, its up digest.
pub fn chains<'a, B>(revisions: impl IntoIterator<Item = (&'a str, B, Digest)>) -> Vec<Chain>
where
    B: IntoIterator<Item = Index>,
{
    let mut chains: Vec<Chain> = Vec::new();
    for (id, below, up) in revisions {
        let below: Vec<Chain> = below
            .into_iter()
            .map(|index| chains[index.0 as usize])
            .collect();
        chains.push(Chain::of(&below, id, &up));
    }
    chains
}

/// Packs `revisions`, which are in topological order, as they serve `dialects`.
///
/// ```
/// use migrate_core::model::set::{Migrations, Settings, pack};
/// use migrate_core::text::{Dialect, DialectSet};
///
/// let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
/// let set = Migrations::from_packed(packed, None);
/// assert!(set.is_empty()?);
/// # Ok::<_, migrate_core::model::set::UnpackError>(())
/// ```
pub fn pack(
    revisions: &[SourceRevision<'_>],
    dialects: DialectSet,
    settings: &Settings,
) -> PackedSet {
    let chains: Vec<Vec<Chain>> = dialects
        .iter()
        .map(|dialect| {
            let links = revisions.iter().map(|revision| {
                (
                    revision.id,
                    revision.below(),
                    revision.digest(Direction::Up, dialect),
                )
            });
            chains(links)
        })
        .collect();
    let mut packer = Packer::default();
    packer.opening(revisions, dialects, settings, &chains);
    for (place, revision) in revisions.iter().enumerate() {
        packer.revision(place, revision);
        let own = || chains.iter().map(|column| &column[place]);
        let one = own().all(|chain| Some(chain) == own().next());
        packer.index.byte(u8::from(one));
        for chain in own().take(if one { 1 } else { usize::MAX }) {
            packer.index.hash(chain.as_bytes());
        }
    }
    PackedSet {
        text: packer.text,
        index: packer.index.0,
    }
}

/// A hash over file names: equal for the same names in any order.
pub(crate) fn fingerprint<'a>(files: impl IntoIterator<Item = &'a str>) -> Chain {
    let mut files: Vec<&str> = files.into_iter().collect();
    files.sort_unstable();
    let digest = Digest::of(files.into_iter().map(str::as_bytes));
    Chain::from_bytes(*digest.as_bytes())
}

#[derive(Debug, Default)]
struct Packer {
    text: String,
    index: Writer,
}

impl Packer {
    fn opening(
        &mut self,
        revisions: &[SourceRevision<'_>],
        dialects: DialectSet,
        settings: &Settings,
        chains: &[Vec<Chain>],
    ) {
        self.index.byte(FORMAT);
        self.index.byte(dialects.to_bits());
        self.settings(settings);
        self.index
            .hash(fingerprint(revisions.iter().map(|revision| revision.listed)).as_bytes());
        self.index.size(revisions.len());
        let heads = effective_heads(revisions);
        self.index.size(heads.len());
        for head in heads {
            self.index.size(head);
            self.string(revisions[head].id);
            for column in chains {
                self.index.hash(column[head].as_bytes());
            }
        }
    }

    fn settings(&mut self, settings: &Settings) {
        let Settings {
            table,
            schema,
            heads,
            startup,
            timeouts,
        } = settings;
        self.string(table);
        self.optional(schema.as_deref());
        self.index.byte(match heads {
            HeadsPolicy::One => 0,
            HeadsPolicy::Many => 1,
        });
        self.string(&startup.auto_env);
        self.index.size(startup.auto_in.len());
        for (environment, auto) in &startup.auto_in {
            self.string(environment);
            self.index.byte(u8::from(*auto));
        }
        self.index.byte(match startup.ahead {
            Ahead::Compatible => 0,
            Ahead::Allow => 1,
            Ahead::Refuse => 2,
        });
        for flag in [
            startup.auto,
            startup.wait,
            startup.require_head,
            startup.cancel_at_limit,
        ] {
            self.index.byte(u8::from(flag));
        }
        let limits = [
            startup.limit,
            timeouts.connect,
            timeouts.run_lock,
            timeouts.ddl_lock,
        ];
        for limit in limits.into_iter().map(Some).chain([timeouts.statement]) {
            // Zero stands for "none", so everything else is moved up by one.
            let millis = limit.map_or(0, |limit| {
                u64::try_from(limit.as_millis()).unwrap_or(u64::MAX - 1) + 1
            });
            self.index.number(millis);
        }
    }

    fn revision(&mut self, place: usize, revision: &SourceRevision<'_>) {
        self.string(revision.id);
        for below in [&revision.down_revision, &revision.depends_on] {
            self.index.size(below.len());
            for index in below {
                // The distance is nearly always 1 and then takes one byte.
                self.index.size(place - index.0 as usize);
            }
        }
        self.index.size(revision.labels.len());
        for label in &revision.labels {
            self.string(label);
        }
        self.string(revision.message);
        self.string(revision.file);
        self.optional(revision.created);
        self.optional(revision.irreversible);
        self.optional(revision.breaking);
        self.index.byte(u8::from(revision.locked));
        self.index.size(revision.sections.len());
        for section in &revision.sections {
            let down = u8::from(section.direction == Direction::Down);
            self.index.byte(
                section.dialects.to_bits() << 2 | u8::from(section.transactional) << 1 | down,
            );
            self.index.size(section.line);
            self.index.hash(section.digest.as_bytes());
            self.string(section.text);
        }
    }

    fn string(&mut self, text: &str) {
        self.index.size(text.len());
        self.text.push_str(text);
    }

    fn optional(&mut self, text: Option<&str>) {
        self.index.byte(u8::from(text.is_some()));
        if let Some(text) = text {
            self.string(text);
        }
    }
}

fn effective_heads(revisions: &[SourceRevision<'_>]) -> Vec<usize> {
    let mut is_head = vec![true; revisions.len()];
    for index in revisions.iter().flat_map(SourceRevision::below) {
        is_head[index.0 as usize] = false;
    }
    (0..revisions.len())
        .filter(|place| is_head[*place])
        .collect()
}
