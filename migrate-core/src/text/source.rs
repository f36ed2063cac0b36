//! A text with its path: makes the frames of diagnostics.

use std::cell::OnceCell;
use std::ops::Range;

use super::diagnostic::Frame;
use super::{LineIndex, Position};

/// A text that findings point into. Its lines are counted at the first finding, not before: most files have none.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    lines: OnceCell<LineIndex>,
}

impl<'a> Source<'a> {
    pub(crate) const fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            path,
            text,
            lines: OnceCell::new(),
        }
    }

    fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(self.text))
    }

    /// Line and column of a byte offset.
    pub(crate) fn position(&self, offset: usize) -> Position {
        self.lines().position(self.text, offset)
    }

    /// The frame that underlines `range`, or the part of it that stands on its first line.
    pub(crate) fn frame(&self, range: Range<usize>, label: impl Into<String>) -> Frame {
        let Position { line, column } = self.position(range.start);
        let text = self.lines().line(self.text, line);
        let before = text.chars().count().saturating_sub(column - 1);
        let wanted = self
            .text
            .get(range)
            .map_or(1, |text| text.chars().take_while(|c| *c != '\n').count());
        let width = wanted.min(before).max(1);
        Frame {
            file: self.path.to_owned(),
            line,
            column,
            text: text.to_owned(),
            width,
            label: label.into(),
        }
    }
}
