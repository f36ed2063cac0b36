//! The lexer: one set of rules for SQLite, one for PostgreSQL, one for MySQL and MariaDB.
//!
//! It knows literals and comments, not statements; those are the splitter's.

use crate::text::Dialect;

use super::token::{Token, TokenKind};

/// The version of an executable comment that is newer than every server.
const NO_VERSION: &str = "999999";

/// The tokens of `text`, in order and without gaps.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::sql::{TokenKind, tokenize};
///
/// let kinds: Vec<_> = tokenize("a 'b'", Dialect::Sqlite).map(|token| token.kind).collect();
/// assert_eq!(kinds, [TokenKind::Word, TokenKind::Blank, TokenKind::String]);
/// ```
pub fn tokenize(text: &str, dialect: Dialect) -> Tokens<'_> {
    Tokens {
        text,
        dialect,
        position: 0,
        delimiter: None,
        executable: None,
        escapes: Escapes::Off,
    }
}

/// The iterator of [`tokenize`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    dialect: Dialect,
    position: usize,
    delimiter: Option<String>,
    executable: Option<usize>,
    escapes: Escapes,
}

/// Whether a literal continued on another line is an escape string, because its first part was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escapes {
    Off,
    AfterLiteral,
    AfterLineBreak,
}

impl<'a> Tokens<'a> {
    /// Where the next token begins.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Goes on at `position`, a character boundary.
    pub(super) fn skip_to(&mut self, position: usize) {
        self.position = position;
    }

    /// From now on `delimiter` ends statements; `;` and nothing else when it is `None`.
    pub(super) fn set_delimiter(&mut self, delimiter: Option<String>) {
        self.delimiter = delimiter;
    }

    /// The delimiter that is set.
    pub(super) fn delimiter(&self) -> Option<&str> {
        self.delimiter.as_deref()
    }

    /// The start of the executable comment that is open.
    pub(super) fn executable(&self) -> Option<usize> {
        self.executable
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The byte `ahead` of the position, 0 past the end.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes()
            .get(self.position + ahead)
            .copied()
            .unwrap_or(0)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn delimiter_length(&self) -> Option<usize> {
        let delimiter = self.delimiter.as_deref()?;
        let found = self.rest().starts_with(delimiter)
            && !(delimiter.ends_with(is_plain_word)
                && self.rest()[delimiter.len()..].starts_with(is_plain_word));
        found.then_some(delimiter.len())
    }

    /// The kind of the next token, its end, and whether it is complete.
    fn scan(&mut self) -> (TokenKind, usize, bool) {
        if let Some(length) = self.delimiter_length() {
            return (TokenKind::Delimiter, self.position + length, true);
        }
        if let Some(scanned) = self.trivia() {
            return scanned;
        }
        match self.peek(0) {
            b'\'' => self.literal(0),
            b'"' if self.dialect.is_mysql_family() => self.quoted(TokenKind::String, 0, b'"', true),
            b'"' => self.quoted(TokenKind::QuotedIdent, 0, b'"', false),
            b'`' if self.dialect != Dialect::Postgres => {
                self.quoted(TokenKind::QuotedIdent, 0, b'`', false)
            }
            b'[' if self.dialect == Dialect::Sqlite => self.until(TokenKind::QuotedIdent, 1, "]"),
            b'$' if self.dialect == Dialect::Postgres => self.dollar(),
            b';' => (TokenKind::Semicolon, self.position + 1, true),
            b'0'..=b'9' => (TokenKind::Number, self.number(), true),
            b'*' if self.executable.is_some() && self.peek(1) == b'/' => {
                self.executable = None;
                (TokenKind::ExecutableEnd, self.position + 2, true)
            }
            byte if is_word(byte) || byte == b'$' => self.prefixed().unwrap_or_else(|| self.word()),
            _ => self.punct(),
        }
    }

    fn trivia(&mut self) -> Option<(TokenKind, usize, bool)> {
        let family = self.dialect.is_mysql_family();
        match (self.peek(0), self.peek(1)) {
            (byte, _) if is_blank(byte) => {
                Some((TokenKind::Blank, self.position + self.blanks(), true))
            }
            _ if self.position == 0 && self.text.starts_with('\u{feff}') => {
                Some((TokenKind::Blank, 3, true))
            }
            (b'-', b'-') if !family || self.peek(2) <= b' ' || self.peek(2) == 0x7f => {
                Some(self.line_comment())
            }
            (b'#', _) if family => Some(self.line_comment()),
            (b'/', b'*') if self.dialect == Dialect::Postgres => Some(self.nested_comment()),
            (b'/', b'*') if family => Some(
                self.executable_start()
                    .unwrap_or_else(|| self.plain_comment()),
            ),
            (b'/', b'*') => Some(self.plain_comment()),
            _ => None,
        }
    }

    fn blanks(&self) -> usize {
        let rest = &self.bytes()[self.position..];
        rest.iter()
            .position(|byte| !is_blank(*byte))
            .unwrap_or(rest.len())
    }

    fn line_comment(&self) -> (TokenKind, usize, bool) {
        let postgres = self.dialect == Dialect::Postgres;
        let rest = self.rest();
        let end = rest
            .find(|c| c == '\n' || (postgres && c == '\r'))
            .unwrap_or(rest.len());
        let end = if rest[..end].ends_with('\r') {
            end - 1
        } else {
            end
        };
        (TokenKind::LineComment, self.position + end, true)
    }

    fn plain_comment(&self) -> (TokenKind, usize, bool) {
        self.until(TokenKind::BlockComment, 2, "*/")
    }

    fn nested_comment(&self) -> (TokenKind, usize, bool) {
        let mut depth = 1;
        let mut at = self.position + 2;
        while let Some(pair) = self.bytes().get(at..at + 2) {
            match pair {
                b"/*" => (depth, at) = (depth + 1, at + 2),
                b"*/" => (depth, at) = (depth - 1, at + 2),
                _ => at += 1,
            }
            if depth == 0 {
                return (TokenKind::BlockComment, at, true);
            }
        }
        (TokenKind::BlockComment, self.text.len(), false)
    }

    /// `/*!` or `/*M!` with its version. To a version that no server has, all of it is a comment: the sandbox line
    /// of mariadb-dump is one.
    fn executable_start(&mut self) -> Option<(TokenKind, usize, bool)> {
        let rest = self.rest();
        let opener = if rest.starts_with("/*!") {
            3
        } else if rest.starts_with("/*M!") {
            4
        } else {
            return None;
        };
        let digits = rest[opener..]
            .bytes()
            .take(6)
            .take_while(u8::is_ascii_digit)
            .count();
        if rest[opener..].starts_with(NO_VERSION) {
            return None;
        }
        self.executable = Some(self.position);
        Some((
            TokenKind::ExecutableStart,
            self.position + opener + digits,
            true,
        ))
    }

    /// A literal whose opening quote stands `prefix` bytes ahead.
    fn literal(&mut self, prefix: usize) -> (TokenKind, usize, bool) {
        let escapes = match self.dialect {
            Dialect::Sqlite => false,
            Dialect::Mysql | Dialect::Mariadb => true,
            Dialect::Postgres => {
                matches!(self.peek(0), b'e' | b'E')
                    || (prefix == 0 && self.escapes == Escapes::AfterLineBreak)
            }
        };
        if escapes && self.dialect == Dialect::Postgres {
            self.escapes = Escapes::AfterLiteral;
        }
        self.quoted(TokenKind::String, prefix, b'\'', escapes)
    }

    /// From the opening quote, `prefix` bytes ahead, to the closing one; a doubled quote is text.
    fn quoted(
        &self,
        kind: TokenKind,
        prefix: usize,
        quote: u8,
        escapes: bool,
    ) -> (TokenKind, usize, bool) {
        let bytes = self.bytes();
        let mut at = self.position + prefix + 1;
        while let Some(byte) = bytes.get(at) {
            if escapes && *byte == b'\\' {
                at += 2;
            } else if *byte != quote {
                at += 1;
            } else if bytes.get(at + 1) == Some(&quote) {
                at += 2;
            } else {
                return (kind, at + 1, true);
            }
        }
        (kind, self.text.len(), false)
    }

    /// From an opener of `opener` bytes to `closer`.
    fn until(&self, kind: TokenKind, opener: usize, closer: &str) -> (TokenKind, usize, bool) {
        let start = self.position + opener;
        match self.text[start..].find(closer) {
            Some(length) => (kind, start + length + closer.len(), true),
            None => (kind, self.text.len(), false),
        }
    }

    fn dollar(&self) -> (TokenKind, usize, bool) {
        let tag = &self.bytes()[self.position + 1..];
        let length = tag
            .iter()
            .position(|byte| !is_word(*byte))
            .unwrap_or(tag.len());
        let opens = tag.get(length) == Some(&b'$') && !tag[0].is_ascii_digit();
        if !opens {
            return (TokenKind::Punct('$'), self.position + 1, true);
        }
        let opener = &self.rest()[..length + 2];
        self.until(TokenKind::DollarString, opener.len(), opener)
    }

    /// The literals of PostgreSQL with a prefix that belongs to them.
    fn prefixed(&mut self) -> Option<(TokenKind, usize, bool)> {
        if self.dialect != Dialect::Postgres {
            return None;
        }
        match (
            self.peek(0).to_ascii_lowercase(),
            self.peek(1),
            self.peek(2),
        ) {
            (b'e' | b'b' | b'x' | b'n', b'\'', _) => Some(self.literal(1)),
            (b'u', b'&', b'\'') => Some(self.literal(2)),
            (b'u', b'&', b'"') => Some(self.quoted(TokenKind::QuotedIdent, 2, b'"', false)),
            _ => None,
        }
    }

    fn number(&self) -> usize {
        let mut at = self.position + 1;
        let mut letters = false;
        while let Some(byte) = self.bytes().get(at) {
            letters |= is_word(*byte) && !byte.is_ascii_digit();
            let digits_follow = || self.bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
            if !(is_word(*byte) || (*byte == b'$' && letters) || (*byte == b'.' && digits_follow()))
            {
                break;
            }
            at += 1;
        }
        at.min(self.delimiter_within(at))
    }

    fn word(&self) -> (TokenKind, usize, bool) {
        let rest = &self.bytes()[self.position..];
        let length = rest
            .iter()
            .position(|byte| !is_word(*byte) && *byte != b'$')
            .unwrap_or(rest.len());
        (
            TokenKind::Word,
            self.delimiter_within(self.position + length),
            true,
        )
    }

    /// Where a delimiter of `$` characters cuts the word or number that ends at `end`: `END$$` holds one.
    fn delimiter_within(&self, end: usize) -> usize {
        let Some(delimiter) = self.delimiter() else {
            return end;
        };
        if delimiter.starts_with(is_plain_word) {
            return end;
        }
        let reach = self.text.floor_char_boundary(end + delimiter.len());
        self.text[self.position..reach]
            .find(delimiter)
            .map_or(end, |found| (self.position + found).min(end))
    }

    fn punct(&self) -> (TokenKind, usize, bool) {
        let c = self.rest().chars().next().unwrap_or('\0');
        (TokenKind::Punct(c), self.position + c.len_utf8(), true)
    }

    /// Keeps track of whether an escape string may be continued.
    fn follow(&mut self, token: &Token) {
        let breaks = || self.text[token.range.clone()].contains(['\n', '\r']);
        self.escapes = match (self.escapes, token.kind) {
            (Escapes::Off, _) => Escapes::Off,
            (Escapes::AfterLiteral, TokenKind::String) => Escapes::AfterLiteral,
            (_, TokenKind::Blank) if breaks() => Escapes::AfterLineBreak,
            (escapes, TokenKind::Blank | TokenKind::LineComment) => escapes,
            _ => Escapes::Off,
        };
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if self.position >= self.text.len() {
            return None;
        }
        let start = self.position;
        let (kind, end, terminated) = self.scan();
        let token = Token {
            kind,
            range: start..end,
            unterminated: !terminated,
        };
        self.follow(&token);
        self.position = end;
        Some(token)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// What words are made of, apart from `$`; every byte of a character beyond ASCII is.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_plain_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
