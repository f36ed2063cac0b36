//! SQL that remembers where it was cut from, so that whatever is found in it later can be shown in the file it is from.

use std::ops::Range;
use std::sync::Arc;

use super::folder::SourceFile;
use crate::text::diagnostic::Frame;
use crate::text::source::Source;

/// The SQL of one direction.
#[derive(Debug, Clone)]
pub(in crate::project) struct Script {
    /// The file, as messages show it.
    pub(super) file: String,
    text: Arc<str>,
    /// In order of place.
    pieces: Vec<Piece>,
    /// How the other tool runs it.
    pub(in crate::project) transaction: Transaction,
    /// What a person must do before it can run; each becomes a `-- migrate:todo` line.
    pub(in crate::project) todo: Vec<String>,
}

/// A part of a script.
#[derive(Debug, Clone)]
enum Piece {
    /// As it stands in the file.
    Cut(Range<usize>),
    /// Something else, in the place of what stands at this offset.
    Own(String, usize),
}

/// How a tool runs a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::project) enum Transaction {
    /// In one transaction, or nothing is said.
    Inside,
    /// Outside, because the file says so.
    Outside,
}

impl Script {
    /// The whole file.
    pub(super) fn whole(file: &SourceFile) -> Self {
        Self::cut(file, 0..file.text.len())
    }

    /// A part of the file.
    pub(super) fn cut(file: &SourceFile, range: Range<usize>) -> Self {
        Self {
            file: file.shown.clone(),
            text: Arc::clone(&file.text),
            pieces: vec![Piece::Cut(range)],
            transaction: Transaction::Inside,
            todo: Vec::new(),
        }
    }

    /// SQL that was put together from what stands in the file at these offsets.
    pub(super) fn composed(file: &SourceFile, parts: Vec<(usize, String)>) -> Self {
        Self {
            pieces: parts
                .into_iter()
                .map(|(at, text)| Piece::Own(text, at))
                .collect(),
            ..Self::cut(file, 0..0)
        }
    }

    /// Nothing that can run: a person must write it.
    pub(super) fn to_be_written(file: &SourceFile, what: impl Into<String>) -> Self {
        Self {
            todo: vec![what.into()],
            ..Self::cut(file, 0..0)
        }
    }

    /// The same, run outside a transaction.
    pub(super) fn outside(mut self) -> Self {
        self.transaction = Transaction::Outside;
        self
    }

    /// The same with `other`, a part of the same file, behind it.
    pub(super) fn followed_by(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self.todo.extend(other.todo);
        self
    }

    /// Puts `own` in the place of a range of the file.
    pub(super) fn replace(&mut self, range: &Range<usize>, own: &str) {
        let mut pieces = Vec::with_capacity(self.pieces.len() + 2);
        for piece in std::mem::take(&mut self.pieces) {
            match piece {
                Piece::Cut(cut) if cut.start <= range.start && range.end <= cut.end => {
                    pieces.push(Piece::Cut(cut.start..range.start));
                    if !own.is_empty() {
                        pieces.push(Piece::Own(own.to_owned(), range.start));
                    }
                    pieces.push(Piece::Cut(range.end..cut.end));
                }
                other => pieces.push(other),
            }
        }
        self.pieces = pieces;
    }

    /// The SQL.
    pub(super) fn sql(&self) -> String {
        let mut sql = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Cut(range) => sql.push_str(&self.text[range.clone()]),
                Piece::Own(text, _) => sql.push_str(text),
            }
        }
        sql
    }

    /// The place in the file of a range of [`sql`](Self::sql).
    pub(super) fn frame(&self, range: Range<usize>, label: impl Into<String>) -> Frame {
        let start = self.origin(range.start);
        let end = self.origin(range.end.saturating_sub(1)) + 1;
        Source::new(&self.file, &self.text).frame(start..end.max(start + 1), label)
    }

    fn origin(&self, at: usize) -> usize {
        let mut before = 0;
        for piece in &self.pieces {
            let length = match piece {
                Piece::Cut(range) => range.len(),
                Piece::Own(text, _) => text.len(),
            };
            if at < before + length {
                return match piece {
                    Piece::Cut(range) => range.start + (at - before),
                    Piece::Own(_, place) => *place,
                };
            }
            before += length;
        }
        match self.pieces.last() {
            Some(Piece::Cut(range)) => range.end.saturating_sub(1).max(range.start),
            Some(Piece::Own(_, place)) => *place,
            None => 0,
        }
    }
}

/// The lines of a text with their ranges, line breaks left out of the text and counted into the range.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end;
        (range, line.strip_suffix('\n').unwrap_or(line))
    })
}
