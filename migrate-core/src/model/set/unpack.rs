//! From the packed form back to revisions.

use std::ops::Range;
use std::time::Duration;

use super::bytes::Reader;
use super::settings::{Ahead, HeadsPolicy, Settings, StartupSettings, Timeouts};
use super::{FORMAT, UnpackError, Unreadable};
use crate::model::graph::{Graph, Index, SortedNode};
use crate::text::revision::{Direction, absent_digest};
use crate::text::{Chain, Dialect, DialectSet, Digest, RevisionId};

/// What stands before the revisions: all that a start-up at head reads.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) dialects: DialectSet,
    pub(super) settings: Settings,
    pub(super) fingerprint: Chain,
    pub(super) revisions: usize,
    /// Where heads and revisions begin in the index and in the text.
    heads: Place,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    index: usize,
    text: usize,
}

/// An effective head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<'a> {
    /// Its place in the graph.
    pub index: Index,
    /// Its id.
    pub id: &'a str,
    /// Its chain for the dialect that was asked for.
    pub chain: Chain,
}

/// The decoded set: the graph, and what the files said of each revision.
#[derive(Debug)]
pub struct Set {
    graph: Graph,
    records: Vec<Record>,
    dialects: DialectSet,
}

type Span = Range<usize>;

#[derive(Debug)]
struct Record {
    labels: Vec<Span>,
    message: Span,
    file: Span,
    created: Option<Span>,
    irreversible: Option<Span>,
    breaking: Option<Span>,
    locked: bool,
    sections: Vec<SectionRecord>,
    /// One chain for all dialects, or one for each.
    chains: Vec<Chain>,
}

#[derive(Debug)]
struct SectionRecord {
    direction: Direction,
    dialects: DialectSet,
    transactional: bool,
    line: usize,
    digest: Digest,
    text: Span,
}

/// A revision of the set.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Its place in the graph.
    pub index: Index,
    /// Its id.
    pub id: &'a RevisionId,
    /// The labels declared by it.
    pub labels: Vec<&'a str>,
    /// Its message.
    pub message: &'a str,
    /// Its file, relative to the project.
    pub file: &'a str,
    /// `created`, as written.
    pub created: Option<&'a str>,
    /// Why there is no way back.
    pub irreversible: Option<&'a str>,
    /// Why a release that does not know this revision must not run beside it.
    pub breaking: Option<&'a str>,
    /// Whether the lock file calls it locked; else it is a draft.
    pub locked: bool,
}

/// The section that serves a dialect.
#[derive(Debug, Clone, Copy)]
pub struct SectionRef<'a> {
    /// Its text.
    pub text: &'a str,
    /// Whether it runs in a transaction.
    pub transactional: bool,
    /// The line of the file on which the text begins, from 1.
    pub line: usize,
    /// The file, relative to the project.
    pub file: &'a str,
    /// Its digest.
    pub digest: Digest,
    /// The dialects it names.
    pub dialects: DialectSet,
}

impl Opening {
    pub(super) fn serving(&self, dialect: Dialect) -> Option<Dialect> {
        [Some(dialect), dialect.fallback()]
            .into_iter()
            .flatten()
            .find(|dialect| self.dialects.contains(*dialect))
    }

    pub(super) fn heads<'a>(
        &self,
        text: &'a str,
        index: &[u8],
        dialect: Dialect,
    ) -> Result<Vec<Head<'a>>, UnpackError> {
        let Some(dialect) = self.serving(dialect) else {
            return Ok(Vec::new());
        };
        let column = self.dialects.iter().position(|other| other == dialect);
        let mut reader = Source::new(text, index, self.heads);
        let mut heads = Vec::new();
        for _ in 0..reader.index.size()? {
            let place = reader.place()?;
            let id = reader.string()?;
            for other in 0..self.dialects.iter().count() {
                let chain = Chain::from_bytes(reader.index.hash()?);
                if Some(other) == column {
                    heads.push(Head {
                        index: place,
                        id: &text[id.clone()],
                        chain,
                    });
                }
            }
        }
        Ok(heads)
    }
}

pub(super) fn opening(text: &str, index: &[u8]) -> Result<Opening, UnpackError> {
    let mut source = Source::new(text, index, Place { index: 0, text: 0 });
    let format = source.index.byte()?;
    if format != FORMAT {
        return Err(UnpackError(Unreadable::Format(format)));
    }
    let dialects = DialectSet::from_bits(source.index.byte()?);
    let settings = source.settings()?;
    let fingerprint = Chain::from_bytes(source.index.hash()?);
    let revisions = source.index.size()?;
    let heads = Place {
        index: source.index.place(),
        text: source.offset,
    };
    Ok(Opening {
        dialects,
        settings,
        fingerprint,
        revisions,
        heads,
    })
}

pub(super) fn set(opening: &Opening, text: &str, index: &[u8]) -> Result<Set, UnpackError> {
    let mut source = Source::new(text, index, opening.heads);
    let columns = opening.dialects.iter().count();
    for _ in 0..source.index.size()? {
        source.place()?;
        source.string()?;
        for _ in 0..columns {
            source.index.hash()?;
        }
    }
    let mut nodes = Vec::with_capacity(opening.revisions);
    let mut records = Vec::with_capacity(opening.revisions);
    for place in 0..opening.revisions {
        let (node, record) = source.revision(place, columns)?;
        nodes.push(node);
        records.push(record);
    }
    Ok(Set {
        graph: Graph::from_sorted(nodes),
        records,
        dialects: opening.dialects,
    })
}

/// The index and the text, read side by side.
struct Source<'a> {
    index: Reader<'a>,
    text: &'a str,
    offset: usize,
}

impl<'a> Source<'a> {
    const fn new(text: &'a str, index: &'a [u8], place: Place) -> Self {
        Self {
            index: Reader::new(index, place.index),
            text,
            offset: place.text,
        }
    }

    fn place(&mut self) -> Result<Index, UnpackError> {
        u32::try_from(self.index.size()?)
            .map(Index)
            .map_err(|_| UnpackError(Unreadable::Truncated))
    }

    fn string(&mut self) -> Result<Span, UnpackError> {
        let start = self.offset;
        let end = start
            .checked_add(self.index.size()?)
            .ok_or(UnpackError(Unreadable::Truncated))?;
        self.text
            .get(start..end)
            .ok_or(UnpackError(Unreadable::Truncated))?;
        self.offset = end;
        Ok(start..end)
    }

    fn owned(&mut self) -> Result<String, UnpackError> {
        let span = self.string()?;
        Ok(self.text[span].to_owned())
    }

    fn optional(&mut self) -> Result<Option<Span>, UnpackError> {
        (self.index.byte()? != 0).then(|| self.string()).transpose()
    }

    fn flag(&mut self) -> Result<bool, UnpackError> {
        Ok(self.index.byte()? != 0)
    }

    fn limit(&mut self) -> Result<Option<Duration>, UnpackError> {
        Ok(self
            .index
            .number()?
            .checked_sub(1)
            .map(Duration::from_millis))
    }

    fn settings(&mut self) -> Result<Settings, UnpackError> {
        let table = self.owned()?;
        let schema = self.optional()?.map(|span| self.text[span].to_owned());
        let heads = if self.flag()? {
            HeadsPolicy::Many
        } else {
            HeadsPolicy::One
        };
        let auto_env = self.owned()?;
        let environments = self.index.size()?;
        let auto_in = (0..environments)
            .map(|_| Ok((self.owned()?, self.flag()?)))
            .collect::<Result<_, UnpackError>>()?;
        let ahead = match self.index.byte()? {
            0 => Ahead::Compatible,
            1 => Ahead::Allow,
            _ => Ahead::Refuse,
        };
        let (auto, wait, require_head, cancel_at_limit) =
            (self.flag()?, self.flag()?, self.flag()?, self.flag()?);
        let [limit, connect, run_lock, ddl_lock] =
            [self.limit()?, self.limit()?, self.limit()?, self.limit()?]
                .map(Option::unwrap_or_default);
        let statement = self.limit()?;
        let startup = StartupSettings {
            auto,
            auto_in,
            auto_env,
            limit,
            wait,
            require_head,
            ahead,
            cancel_at_limit,
        };
        let timeouts = Timeouts {
            connect,
            run_lock,
            ddl_lock,
            statement,
        };
        Ok(Settings {
            table,
            schema,
            heads,
            startup,
            timeouts,
        })
    }

    fn below(&mut self, place: usize) -> Result<Vec<Index>, UnpackError> {
        let count = self.index.size()?;
        let mut below = Vec::with_capacity(count.min(place));
        for _ in 0..count {
            let target = place
                .checked_sub(self.index.size()?)
                .filter(|target| *target < place);
            below.push(Index(
                target.ok_or(UnpackError(Unreadable::Truncated))? as u32
            ));
        }
        Ok(below)
    }

    fn revision(
        &mut self,
        place: usize,
        columns: usize,
    ) -> Result<(SortedNode, Record), UnpackError> {
        let id = self.string()?;
        let id = RevisionId::trusted(&self.text[id]);
        let parents = self.below(place)?;
        let dependencies = self.below(place)?;
        let labels = (0..self.index.size()?)
            .map(|_| self.string())
            .collect::<Result<Vec<_>, _>>()?;
        let message = self.string()?;
        let file = self.string()?;
        let (created, irreversible, breaking) =
            (self.optional()?, self.optional()?, self.optional()?);
        let locked = self.flag()?;
        let sections = (0..self.index.size()?)
            .map(|_| self.section())
            .collect::<Result<Vec<_>, _>>()?;
        let chains = if self.flag()? {
            columns.min(1)
        } else {
            columns
        };
        let chains = (0..chains)
            .map(|_| self.index.hash().map(Chain::from_bytes))
            .collect::<Result<Vec<_>, _>>()?;
        let names = labels
            .iter()
            .map(|span| self.text[span.clone()].to_owned())
            .collect();
        let node = SortedNode {
            id,
            parents,
            dependencies,
            labels: names,
        };
        let record = Record {
            labels,
            message,
            file,
            created,
            irreversible,
            breaking,
            locked,
            sections,
            chains,
        };
        Ok((node, record))
    }

    fn section(&mut self) -> Result<SectionRecord, UnpackError> {
        let bits = self.index.byte()?;
        let line = self.index.size()?;
        let digest = Digest::from_bytes(self.index.hash()?);
        Ok(SectionRecord {
            direction: if bits & 1 == 0 {
                Direction::Up
            } else {
                Direction::Down
            },
            dialects: DialectSet::from_bits(bits >> 2),
            transactional: bits & 2 != 0,
            line,
            digest,
            text: self.string()?,
        })
    }
}

impl Set {
    /// The graph.
    pub const fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The digest of the section that serves `dialect`; that of an empty text when there is none.
    ///
    /// # Panics
    /// When `index` is not one of this set's graph.
    pub fn digest(&self, index: Index, direction: Direction, dialect: Dialect) -> Digest {
        self.choose(index, direction, dialect)
            .map_or_else(|| absent_digest(direction), |section| section.digest)
    }

    /// Whether the lock file calls a revision locked; else it is a draft.
    ///
    /// # Panics
    /// When `index` is not one of this set's graph.
    pub fn is_locked(&self, index: Index) -> bool {
        self.records[index.0 as usize].locked
    }

    /// The chain of a revision for `dialect`; `None` when the set does not serve the dialect.
    ///
    /// # Panics
    /// When `index` is not one of this set's graph.
    pub fn chain(&self, index: Index, dialect: Dialect) -> Option<Chain> {
        let dialect = self.serving(dialect)?;
        let chains = &self.records[index.0 as usize].chains;
        let column = self.dialects.iter().position(|other| other == dialect)?;
        chains
            .get(if chains.len() == 1 { 0 } else { column })
            .copied()
    }

    fn serving(&self, dialect: Dialect) -> Option<Dialect> {
        [Some(dialect), dialect.fallback()]
            .into_iter()
            .flatten()
            .find(|dialect| self.dialects.contains(*dialect))
    }

    fn choose(
        &self,
        index: Index,
        direction: Direction,
        dialect: Dialect,
    ) -> Option<&SectionRecord> {
        let dialect = self.serving(dialect)?;
        let sections = || {
            self.records[index.0 as usize]
                .sections
                .iter()
                .filter(|section| section.direction == direction)
        };
        let place = dialect.choose(sections().map(|section| section.dialects))?;
        sections().nth(place)
    }

    pub(super) fn entry<'a>(&'a self, text: &'a str, index: Index) -> Entry<'a> {
        let record = &self.records[index.0 as usize];
        let optional = |span: &Option<Span>| span.clone().map(|span| &text[span]);
        Entry {
            index,
            id: self.graph.id(index),
            labels: record
                .labels
                .iter()
                .map(|span| &text[span.clone()])
                .collect(),
            message: &text[record.message.clone()],
            file: &text[record.file.clone()],
            created: optional(&record.created),
            irreversible: optional(&record.irreversible),
            breaking: optional(&record.breaking),
            locked: record.locked,
        }
    }

    pub(super) fn section<'a>(
        &'a self,
        text: &'a str,
        index: Index,
        direction: Direction,
        dialect: Dialect,
    ) -> Option<SectionRef<'a>> {
        let section = self.choose(index, direction, dialect)?;
        Some(SectionRef {
            text: &text[section.text.clone()],
            transactional: section.transactional,
            line: section.line,
            file: &text[self.records[index.0 as usize].file.clone()],
            digest: section.digest,
            dialects: section.dialects,
        })
    }
}
