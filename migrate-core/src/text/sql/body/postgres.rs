//! PostgreSQL: semicolons stand inside `BEGIN ATOMIC` bodies and inside the parentheses of `CREATE RULE`.
//!
//! Also what only psql would understand, or what tells COPY data: both depend on the same nesting.

use std::ops::Range;

use crate::text::sql::token::TokenKind;
use crate::text::sql::{SyntaxError, SyntaxErrorKind};

use super::{Piece, begins};

/// The brackets and the body that are open.
#[derive(Debug, Default)]
pub(in crate::text::sql) struct Nesting {
    open: Vec<Opener>,
    /// `BEGIN` of a `BEGIN ATOMIC` body.
    atomic: Option<Range<usize>>,
    /// In such a body: whether the next token begins a statement.
    at_start: bool,
    is_rule: bool,
    copies: bool,
    last: Last,
}

#[derive(Debug)]
struct Opener {
    at: usize,
    kind: Bracket,
}

#[derive(Debug, PartialEq, Eq)]
enum Bracket {
    Paren,
    /// The parentheses of `JSON_OBJECT(key : value)`.
    Json,
    Square,
}

/// What the last token means for the next.
#[derive(Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Begin(Range<usize>),
    From,
    JsonObject,
    /// A single `:` that ends here.
    Colon(usize),
    /// `::` that ends here.
    Cast(usize),
}

impl Nesting {
    pub(super) fn feed(
        &mut self,
        piece: &Piece<'_>,
        keywords: &[String],
        errors: &mut Vec<SyntaxError>,
    ) {
        let last = std::mem::take(&mut self.last);
        errors.extend(self.psql_variable(piece, &last));
        self.is_rule = begins(keywords, &["CREATE", "RULE"])
            || begins(keywords, &["CREATE", "OR", "REPLACE", "RULE"]);
        let at_start = std::mem::take(&mut self.at_start);
        self.last = match piece.kind {
            TokenKind::Punct(c) => self.punct(c, piece, last, errors),
            TokenKind::Word => self.word(piece, keywords, last, at_start),
            _ => Last::Other,
        };
    }

    fn punct(
        &mut self,
        c: char,
        piece: &Piece<'_>,
        last: Last,
        errors: &mut Vec<SyntaxError>,
    ) -> Last {
        let at = piece.range.start;
        match c {
            '(' if last == Last::JsonObject => self.open.push(Opener {
                at,
                kind: Bracket::Json,
            }),
            '(' => self.open.push(Opener {
                at,
                kind: Bracket::Paren,
            }),
            '[' => self.open.push(Opener {
                at,
                kind: Bracket::Square,
            }),
            ']' if self.innermost() == Some(&Bracket::Square) => _ = self.open.pop(),
            ')' => errors.extend(self.close_paren(piece)),
            ':' if last == Last::Colon(at) => return Last::Cast(piece.range.end),
            ':' => return Last::Colon(piece.range.end),
            _ => {}
        }
        Last::Other
    }

    fn word(&mut self, piece: &Piece<'_>, keywords: &[String], last: Last, at_start: bool) -> Last {
        if let (Last::Begin(begin), true) = (&last, piece.is("ATOMIC")) {
            if self.open.is_empty() && self.atomic.is_none() && creates_routine(keywords) {
                (self.atomic, self.at_start) = (Some(begin.clone()), true);
            }
        } else if at_start && piece.is("END") {
            self.atomic = None;
        } else if last == Last::From && piece.is_any(&["STDIN", "STDOUT"]) {
            self.copies |= self.open.is_empty() && begins(keywords, &["COPY"]);
        }
        if piece.is("BEGIN") {
            Last::Begin(piece.range.clone())
        } else if piece.is("FROM") {
            Last::From
        } else if piece.is_any(&["JSON_OBJECT", "JSON_OBJECTAGG"]) {
            Last::JsonObject
        } else {
            Last::Other
        }
    }

    fn innermost(&self) -> Option<&Bracket> {
        self.open.last().map(|opener| &opener.kind)
    }

    fn close_paren(&mut self, piece: &Piece<'_>) -> Option<SyntaxError> {
        while self.innermost() == Some(&Bracket::Square) {
            self.open.pop();
        }
        if self.open.pop().is_some() {
            return None;
        }
        Some(SyntaxError {
            kind: SyntaxErrorKind::Other,
            range: piece.range.clone(),
            message: "`)` closes nothing".to_owned(),
            help: Some("remove it, or add the `(` that is missing before it".to_owned()),
        })
    }

    /// `:name`, `:'name'` and `:"name"`, which psql replaces and nobody else.
    fn psql_variable(&self, piece: &Piece<'_>, last: &Last) -> Option<SyntaxError> {
        let names = matches!(
            piece.kind,
            TokenKind::Word | TokenKind::String | TokenKind::QuotedIdent
        );
        let sliced = matches!(self.innermost(), Some(Bracket::Square | Bracket::Json));
        if !names || sliced || *last != Last::Colon(piece.range.start) {
            return None;
        }
        Some(SyntaxError {
            kind: SyntaxErrorKind::Other,
            range: piece.range.start - 1..piece.range.end,
            message: format!(
                "`:{}` is a variable of psql, which the server does not know",
                shown(piece.text)
            ),
            help: Some("write the value itself; a cast has two colons, as in `x::int`".to_owned()),
        })
    }

    pub(super) fn semicolon(&mut self, errors: &mut Vec<SyntaxError>) -> bool {
        self.last = Last::Other;
        self.at_start = self.atomic.is_some();
        if self.is_rule && !self.open.is_empty() {
            return false;
        }
        errors.extend(self.unclosed());
        self.open.clear();
        self.atomic.is_none()
    }

    pub(super) fn end(mut self) -> Option<SyntaxError> {
        match self.unclosed() {
            None => self.atomic.map(|begin| SyntaxError {
                kind: SyntaxErrorKind::Unterminated,
                range: begin,
                message: "the body that `BEGIN ATOMIC` opens is not closed".to_owned(),
                help: Some("close it with `END;` after the `;` of its last statement".to_owned()),
            }),
            error => error,
        }
    }

    fn unclosed(&mut self) -> Option<SyntaxError> {
        let opener = self.open.first()?;
        let (bracket, closer) = match opener.kind {
            Bracket::Square => ('[', ']'),
            Bracket::Paren | Bracket::Json => ('(', ')'),
        };
        Some(SyntaxError {
            kind: SyntaxErrorKind::Other,
            range: opener.at..opener.at + 1,
            message: format!("`{bracket}` is not closed before the statement ends"),
            help: Some(format!("close it with `{closer}` before the `;`")),
        })
    }

    pub(super) fn copies_from_stdin(&self) -> bool {
        self.copies
    }
}

fn creates_routine(keywords: &[String]) -> bool {
    let rest = match keywords {
        [create, or, replace, rest @ ..]
            if create == "CREATE" && or == "OR" && replace == "REPLACE" =>
        {
            rest
        }
        [create, rest @ ..] if create == "CREATE" => rest,
        _ => return false,
    };
    matches!(
        rest.first().map(String::as_str),
        Some("FUNCTION" | "PROCEDURE")
    )
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
