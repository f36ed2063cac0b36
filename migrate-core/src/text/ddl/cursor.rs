//! The tokens of one statement, taken one by one; blanks and comments are left out.

use std::ops::Range;

use super::name::{Name, fold, unquote};
use crate::text::Dialect;
use crate::text::sql::{Token, TokenKind, tokenize};

pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) dialect: Dialect,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, dialect: Dialect) -> Self {
        // What an executable comment (`/*!40101 .. */`) holds is SQL like any other.
        let tokens = tokenize(text, dialect)
            .filter(|token| {
                !token.kind.is_trivia()
                    && !matches!(
                        token.kind,
                        TokenKind::ExecutableStart | TokenKind::ExecutableEnd
                    )
            })
            .collect();
        Self {
            text,
            dialect,
            tokens,
            at: 0,
        }
    }

    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn text_of(&self, token: &Token) -> &'a str {
        &self.text[token.range.clone()]
    }

    /// A part of the text.
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        &self.text[range]
    }

    /// The end of the last token that was taken.
    pub(super) fn taken_to(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(0, |token| token.range.end)
    }

    /// The text from the next token on.
    pub(super) fn rest(&self) -> &'a str {
        let start = self
            .token(0)
            .map_or(self.text.len(), |token| token.range.start);
        &self.text[start..]
    }

    /// Where the cursor stands, to come back to.
    pub(super) const fn place(&self) -> usize {
        self.at
    }

    pub(super) const fn back_to(&mut self, place: usize) {
        self.at = place;
    }

    pub(super) fn at_end(&self) -> bool {
        self.token(0)
            .is_none_or(|token| matches!(token.kind, TokenKind::Semicolon | TokenKind::Delimiter))
    }

    /// The next bare word in upper case, not taken.
    pub(super) fn peek_word(&self) -> Option<String> {
        self.peek_word_at(0)
    }

    pub(super) fn peek_word_at(&self, ahead: usize) -> Option<String> {
        self.token(ahead)
            .filter(|token| token.kind == TokenKind::Word)
            .map(|token| self.text_of(token).to_ascii_uppercase())
    }

    /// The next bare word in upper case.
    pub(super) fn take_word(&mut self) -> Option<String> {
        let word = self.peek_word()?;
        self.at += 1;
        Some(word)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        self.token(ahead).is_some_and(|token| {
            token.kind == TokenKind::Word && self.text_of(token).eq_ignore_ascii_case(word)
        })
    }

    pub(super) fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    /// Takes the keyword if it is the next token.
    pub(super) fn take_keyword(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    /// Takes one of the keywords if it is the next token.
    pub(super) fn take_one_of(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.take_keyword(word))
    }

    /// Takes the keywords if they are the next tokens, all or none.
    pub(super) fn take_words(&mut self, words: &[&str]) -> bool {
        let found = words
            .iter()
            .enumerate()
            .all(|(ahead, word)| self.is_word_at(ahead, word));
        if found {
            self.at += words.len();
        }
        found
    }

    pub(super) fn is_punct(&self, punct: char) -> bool {
        self.token(0)
            .is_some_and(|token| token.kind == TokenKind::Punct(punct))
    }

    pub(super) fn take(&mut self, punct: char) -> bool {
        let found = self.is_punct(punct);
        self.at += usize::from(found);
        found
    }

    /// Takes any token.
    pub(super) fn skip(&mut self) {
        self.at += usize::from(self.at < self.tokens.len());
    }

    /// Takes a literal in single quotes or a number.
    pub(super) fn take_literal(&mut self) -> bool {
        let found = self
            .token(0)
            .is_some_and(|token| matches!(token.kind, TokenKind::String | TokenKind::Number));
        self.at += usize::from(found);
        found
    }

    /// One part of a name.
    pub(super) fn identifier(&mut self) -> Option<String> {
        let token = self.token(0)?;
        let text = self.text_of(token);
        let name = match token.kind {
            TokenKind::Word => fold(text, self.dialect),
            TokenKind::QuotedIdent => unquote(text, self.dialect)?,
            // SQLite takes a literal for a name where only a name can be.
            TokenKind::String if self.dialect == Dialect::Sqlite => unquote(text, self.dialect)?,
            // MySQL's names may begin with a digit.
            TokenKind::Number if self.dialect.is_mysql_family() => text.to_owned(),
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    /// A name with or without schema; of more than two parts, the last two.
    pub(super) fn name(&mut self) -> Option<Name> {
        let mut schema = None;
        let mut name = self.identifier()?;
        while self.take('.') {
            schema = Some(std::mem::replace(&mut name, self.identifier()?));
        }
        Some(Name { schema, name })
    }

    /// Names separated by commas, with nothing between.
    pub(super) fn names(&mut self) -> Option<Vec<Name>> {
        let mut names = vec![self.name()?];
        while self.take(',') {
            names.push(self.name()?);
        }
        Some(names)
    }

    /// Skips a group in parentheses, if there is one, and returns where it stands.
    pub(super) fn skip_group(&mut self) -> Option<Range<usize>> {
        if !self.is_punct('(') {
            return None;
        }
        let start = self.token(0)?.range.start;
        let mut depth = 0_usize;
        while let Some(token) = self.token(0) {
            let (kind, end) = (token.kind, token.range.end);
            self.at += 1;
            match kind {
                TokenKind::Punct('(') => depth += 1,
                TokenKind::Punct(')') => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(start..end);
                    }
                }
                _ => {}
            }
        }
        Some(start..self.text.len())
    }

    /// Skips to the next comma or closing parenthesis outside of groups, which is not taken, and returns the place of
    /// what was skipped.
    pub(super) fn skip_item(&mut self) -> Range<usize> {
        let start = self
            .token(0)
            .map_or(self.text.len(), |token| token.range.start);
        let mut end = start;
        while let Some(token) = self.token(0) {
            match token.kind {
                TokenKind::Punct(',' | ')') | TokenKind::Semicolon | TokenKind::Delimiter => break,
                TokenKind::Punct('(') => {
                    end = self.skip_group().map_or(end, |group| group.end);
                    continue;
                }
                _ => end = token.range.end,
            }
            self.at += 1;
        }
        start..end
    }

    /// Skips forward to just behind the keyword, outside of groups; says whether there was one.
    pub(super) fn skip_past(&mut self, word: &str) -> bool {
        while !self.at_end() {
            if self.take_keyword(word) {
                return true;
            }
            if self.skip_group().is_none() {
                self.skip();
            }
        }
        false
    }

    /// Whether the keyword stands anywhere in the rest, in groups too.
    pub(super) fn has_word(&self, word: &str) -> bool {
        (0..self.tokens.len().saturating_sub(self.at)).any(|ahead| self.is_word_at(ahead, word))
    }

    /// Every bare word of the rest, in upper case.
    pub(super) fn words(&self) -> impl Iterator<Item = String> + '_ {
        self.tokens[self.at..]
            .iter()
            .filter(|token| token.kind == TokenKind::Word)
            .map(|token| self.text_of(token).to_ascii_uppercase())
    }
}
