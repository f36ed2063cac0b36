//! Which semicolons end a statement, and which stand inside its body.
//!
//! One tracker per dialect. The splitter feeds it every token of a statement that is not trivia and asks at each
//! semicolon; the trackers know grammar only as far as semicolons need it.

mod mysql;
mod postgres;
mod sqlite;

use std::ops::Range;

use crate::text::Dialect;

use super::SyntaxError;
use super::token::TokenKind;

/// A token as the trackers see it.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
    pub(super) text: &'a str,
}

impl Piece<'_> {
    /// Whether it is this bare word, given in upper case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is one of these bare words.
    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Whether it is this punctuation.
    pub(super) fn is_punct(&self, c: char) -> bool {
        self.kind == TokenKind::Punct(c)
    }
}

/// The state of the statement that is being read.
#[derive(Debug)]
pub(super) enum Body {
    Sqlite(sqlite::Trigger),
    Postgres(postgres::Nesting),
    Mysql(mysql::Program),
}

impl Body {
    pub(super) fn new(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => Self::Sqlite(sqlite::Trigger::default()),
            Dialect::Postgres => Self::Postgres(postgres::Nesting::default()),
            Dialect::Mysql | Dialect::Mariadb => Self::Mysql(mysql::Program::default()),
        }
    }

    /// Takes a token; `keywords` are the first words of the statement, this one included.
    pub(super) fn feed(
        &mut self,
        piece: &Piece<'_>,
        keywords: &[String],
        errors: &mut Vec<SyntaxError>,
    ) {
        match self {
            Self::Sqlite(trigger) => trigger.feed(piece, keywords),
            Self::Postgres(nesting) => nesting.feed(piece, keywords, errors),
            Self::Mysql(program) => program.feed(piece),
        }
    }

    /// Takes a semicolon and says whether it ends the statement.
    pub(super) fn semicolon(&mut self, errors: &mut Vec<SyntaxError>) -> bool {
        match self {
            Self::Sqlite(trigger) => trigger.semicolon(),
            Self::Postgres(nesting) => nesting.semicolon(errors),
            Self::Mysql(program) => program.semicolon(),
        }
    }

    /// Takes the end of the text, and says what is still open.
    pub(super) fn end(self, errors: &mut Vec<SyntaxError>) {
        errors.extend(match self {
            Self::Sqlite(trigger) => trigger.end(),
            Self::Postgres(nesting) => nesting.end(),
            Self::Mysql(program) => program.end(),
        });
    }

    /// Whether the statement is followed by COPY data.
    pub(super) fn copies_from_stdin(&self) -> bool {
        matches!(self, Self::Postgres(nesting) if nesting.copies_from_stdin())
    }
}

/// Whether `keywords` begin with `words`.
pub(super) fn begins(keywords: &[String], words: &[&str]) -> bool {
    keywords.len() >= words.len()
        && keywords
            .iter()
            .zip(words)
            .all(|(keyword, word)| keyword == word)
}
