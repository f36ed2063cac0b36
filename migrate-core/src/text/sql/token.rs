//! What the lexer cuts a text into.

use std::ops::Range;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub range: Range<usize>,
    /// Whether a literal, quoted identifier or comment runs into the end of the text.
    pub unterminated: bool,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// A keyword or a bare identifier.
    Word,
    /// An identifier in quotes, backticks or brackets.
    QuotedIdent,
    /// A literal in quotes, with its prefix if that changes how it is read (`E'..'`).
    String,
    /// `$$..$$` or `$tag$..$tag$`.
    DollarString,
    /// Begins with a digit.
    Number,
    /// One character of punctuation; operators are several of these.
    Punct(char),
    /// `;`
    Semicolon,
    /// The delimiter that a `DELIMITER` line has set.
    Delimiter,
    /// `/*!50003` or `/*M!100100`: what follows is SQL up to the [`ExecutableEnd`](Self::ExecutableEnd).
    ExecutableStart,
    /// `*/` after an [`ExecutableStart`](Self::ExecutableStart).
    ExecutableEnd,
    /// `-- ..` or `# ..`, without its line break.
    LineComment,
    /// `/* .. */`
    BlockComment,
    /// Blanks and line breaks.
    Blank,
}

impl TokenKind {
    /// Whether the database skips it.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Blank | Self::LineComment | Self::BlockComment)
    }
}
