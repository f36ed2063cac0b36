//! The lexer and the statement splitter.
//!
//! [`split`] cuts a script into statements the way the database itself would, for each of the dialects, and says of
//! each where it stands, which directives precede it and whether it may run in a transaction.

mod body;
mod client;
mod directive;
mod ident;
mod lexer;
mod same;
mod split;
mod token;
mod transaction;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::time::Duration;

use super::Position;

#[cfg(feature = "write")]
pub(crate) use directive::is_directive;
pub use ident::{quote_ident, quote_literal, unquote};
pub use lexer::{Tokens, tokenize};
pub use same::{same_tokens, without_comments_around, without_parentheses};
pub use split::split;
pub use token::{Token, TokenKind};

/// A script cut into statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The statements in order. Their segments are adjacent, begin at 0, and with [`tail`](Self::tail) cover the text.
    pub statements: Vec<Statement>,
    /// What follows the last statement: blanks and comments.
    pub tail: Range<usize>,
    /// Everything that is wrong, in order of place.
    pub errors: Vec<SyntaxError>,
    /// `-- migrate:empty <reason>`, if the script has one.
    pub empty: Option<String>,
}

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// All of it: the blanks and comments before it, its text, its terminator, its COPY data.
    pub segment: Range<usize>,
    /// From its first to its last token, without terminator and COPY data: what is sent.
    pub text: Range<usize>,
    /// Where `text` begins.
    pub position: Position,
    /// What it is.
    pub kind: StatementKind,
    /// The directives in the comments before it.
    pub directives: Vec<Directive>,
    /// Its first words, in upper case, up to eight; quoted names and punctuation end the list.
    pub keywords: Vec<String>,
    /// The data lines of a `COPY .. FROM STDIN`, without the closing `\.` line.
    pub copy_data: Option<Range<usize>>,
    /// Whether it may run in a transaction.
    pub transaction: Transactional,
}

/// What a statement is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementKind {
    /// SQL for the database.
    Sql,
    /// `-- migrate:rust <name>`: a call of the application's function.
    Rust(String),
}

/// Whether a statement may run in a transaction of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transactional {
    /// It may.
    Yes,
    /// It must run outside; the text says what it is, such as `CREATE INDEX CONCURRENTLY`.
    No(&'static str),
    /// It begins or ends transactions itself, such as `COMMIT`.
    Control(&'static str),
}

/// A directive comment before a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// The comment.
    pub range: Range<usize>,
    /// What it says.
    pub kind: DirectiveKind,
}

/// What a directive says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DirectiveKind {
    /// `-- migrate:batch [pause:50ms] [max-rounds:N]`: run again and again until no row is touched.
    Batch {
        /// The pause between two rounds.
        pause: Duration,
        /// After so many rounds the statement is taken not to converge.
        max_rounds: u64,
    },
    /// `-- migrate:rust <name> repeatable`: after an interruption the function may be called again.
    Repeatable,
    /// `-- migrate:allow <rule> <reason>`.
    Allow {
        /// The lint rule.
        rule: String,
        /// Why.
        reason: String,
    },
}

/// What kind of mistake a [`SyntaxError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SyntaxErrorKind {
    /// A literal, a comment or a body is open where the script ends: the text may have been cut in two.
    Unterminated,
    /// Anything else.
    Other,
}

/// Something in a script that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Whether something is open.
    pub kind: SyntaxErrorKind,
    /// The place: for something unterminated, its opener.
    pub range: Range<usize>,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// What mends it.
    pub help: Option<String>,
}
