//! A section as messages: which part of a message is ours and which is a statement of the section, so that an error
//! can be laid at the right door.

use std::ops::Range;

use super::{Source, Work};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::state::Tables;
use crate::text::ddl::losses;

/// One message of several statements.
#[derive(Debug, Default)]
pub(crate) struct Message {
    sql: String,
    parts: Vec<(Part, Range<usize>)>,
}

/// What a part of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Bookkeeping.
    Ours,
    /// The fence: an error here means that somebody else was at work.
    Fence,
    /// The statement of the section with this number, from 0.
    Statement(usize),
}

/// Where a message has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) part: Part,
    /// The byte in the part's text, if the server said a position.
    pub(crate) offset: Option<usize>,
}

impl Message {
    pub(crate) const fn new() -> Self {
        Self {
            sql: String::new(),
            parts: Vec::new(),
        }
    }

    /// Adds a part: one statement, without terminator.
    pub(crate) fn push(&mut self, part: Part, sql: &str) {
        let start = self.sql.len();
        self.sql.push_str(sql);
        self.parts.push((part, start..self.sql.len()));
        // At once, though a part may not end in a comment: SQLite keeps blanks before it as part of a trigger.
        self.sql.push_str(";\n");
    }

    pub(crate) fn ours(&mut self, sql: &str) {
        self.push(Part::Ours, sql);
    }

    pub(crate) fn extend(&mut self, statements: impl IntoIterator<Item = String>) {
        for sql in statements {
            self.ours(&sql);
        }
    }

    /// The fence of `work`.
    pub(crate) fn fence(&mut self, tables: &Tables, work: &Work<'_>) {
        for sql in tables.fence(&work.fence) {
            self.push(Part::Fence, &sql);
        }
    }

    /// The fence of `work`, when nobody else can have been at work since the last.
    pub(crate) fn fence_again(&mut self, tables: &Tables, work: &Work<'_>) {
        for sql in tables.fence_again(&work.fence) {
            self.push(Part::Fence, &sql);
        }
    }

    /// The statement of `source` with this number.
    pub(crate) fn statement(&mut self, source: &Source<'_>, number: usize) {
        self.push(Part::Statement(number), source.sql(number));
    }

    /// How many parts it has.
    #[cfg(feature = "mysql")]
    pub(crate) const fn length(&self) -> usize {
        self.parts.len()
    }

    /// What the part with this number is, from 0.
    #[cfg(feature = "mysql")]
    pub(crate) fn part(&self, number: usize) -> Option<Part> {
        self.parts.get(number).map(|(part, _)| *part)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Every part with its text, without terminator.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (Part, &str)> {
        self.parts
            .iter()
            .map(|(part, range)| (*part, &self.sql[range.clone()]))
    }

    /// The text to be sent.
    pub(crate) fn sql(&self) -> String {
        self.sql.clone()
    }

    /// The text to be sent, and the rest of the message for [`place`](Self::place).
    pub(crate) fn take(mut self) -> (String, Self) {
        (std::mem::take(&mut self.sql), self)
    }

    /// The statements of the section among the first so many parts.
    #[cfg(feature = "mysql")]
    pub(crate) fn statements(&self, parts: usize) -> impl Iterator<Item = usize> {
        self.parts
            .iter()
            .take(parts)
            .filter_map(|(part, _)| match part {
                Part::Statement(number) => Some(*number),
                _ => None,
            })
    }

    /// The part that an error belongs to: by its position, else by the number of results before it.
    ///
    /// `sql` is the text that was sent.
    pub(crate) fn place(&self, sql: &str, error: &ServerError) -> Place {
        if let Some(position) = error.position {
            let byte = sql
                .char_indices()
                .nth(position.saturating_sub(1))
                .map_or(sql.len(), |(byte, _)| byte);
            let found = self
                .parts
                .iter()
                .rev()
                .find(|(_, range)| range.start <= byte);
            if let Some((part, range)) = found {
                return Place {
                    part: *part,
                    offset: Some(byte.min(range.end) - range.start),
                };
            }
        }
        let part = self
            .parts
            .get(error.results)
            .or(self.parts.last())
            .map_or(Part::Ours, |(part, _)| *part);
        Place { part, offset: None }
    }
}

/// The fence's own way to fail says that it was missed; a lost connection stays what it is.
pub(crate) fn at_fence(mut error: ServerError, place: Place) -> ServerError {
    if place.part == Part::Fence && error.kind == ServerErrorKind::Other {
        error.kind = ServerErrorKind::FenceMissed;
    }
    error
}

impl Source<'_> {
    /// How many statements it has.
    pub(crate) const fn statement_count(&self) -> usize {
        self.script.statements.len()
    }

    /// The text of a statement as it is sent.
    pub(crate) fn sql(&self, number: usize) -> &str {
        &self.text[self.script.statements[number].text.clone()]
    }

    /// What the section takes away for good, in words.
    pub(crate) fn loses(&self) -> Vec<String> {
        let statements = (0..self.statement_count()).map(|number| self.sql(number));
        losses(statements, self.dialect)
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        let mut message = Message::new();
        message.ours("BEGIN");
        message.push(Part::Fence, "SELECT 1");
        message.push(Part::Statement(0), "SELECT 'é'");
        message.push(Part::Statement(1), "SELEC 2");
        message.ours("COMMIT");
        message
    }

    fn error(position: Option<usize>, results: usize) -> ServerError {
        ServerError {
            position,
            results,
            ..ServerError::new(ServerErrorKind::Other, "x")
        }
    }

    #[test]
    fn an_error_is_laid_at_the_part_by_position_or_number_of_results() {
        let message = message();
        let sql = message.sql();
        let at = sql
            .chars()
            .collect::<String>()
            .find("SELEC 2")
            .map(|byte| sql[..byte].chars().count() + 1);
        assert_eq!(
            message.place(&sql, &error(at, 0)),
            Place {
                part: Part::Statement(1),
                offset: Some(0)
            }
        );
        assert_eq!(
            message.place(&sql, &error(at.map(|at| at + 2), 0)).offset,
            Some(2)
        );
        for (results, part) in [
            (0, Part::Ours),
            (1, Part::Fence),
            (2, Part::Statement(0)),
            (3, Part::Statement(1)),
            (4, Part::Ours),
            (9, Part::Ours),
        ] {
            assert_eq!(
                message.place(&sql, &error(None, results)),
                Place { part, offset: None },
                "{results}"
            );
        }
    }

    #[test]
    fn an_error_at_the_fence_is_a_miss() {
        let place = Place {
            part: Part::Fence,
            offset: None,
        };
        assert_eq!(
            at_fence(error(None, 1), place).kind,
            ServerErrorKind::FenceMissed
        );
        let lost = ServerError::new(ServerErrorKind::Disconnected, "gone");
        assert_eq!(at_fence(lost, place).kind, ServerErrorKind::Disconnected);
    }
}
