//! SQLite: only triggers hold semicolons, and the `END` that closes one follows a semicolon and precedes one.
//!
//! This is how `sqlite3_complete` decides; neither `CASE` nor columns named `end` or `begin` confuse it.

use std::ops::Range;

use crate::text::sql::{SyntaxError, SyntaxErrorKind};

use super::{Piece, begins};

/// The state of a statement that may be `CREATE TRIGGER`.
#[derive(Debug, Default)]
pub(in crate::text::sql) struct Trigger {
    begin: Option<Range<usize>>,
    last: Last,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Semicolon,
    End,
}

impl Trigger {
    pub(super) fn feed(&mut self, piece: &Piece<'_>, keywords: &[String]) {
        if self.begin.is_none() && piece.is("BEGIN") && creates_trigger(keywords) {
            self.begin = Some(piece.range.clone());
        }
        self.last = if self.last == Last::Semicolon && piece.is("END") {
            Last::End
        } else {
            Last::Other
        };
    }

    pub(super) fn semicolon(&mut self) -> bool {
        let ends = self.begin.is_none() || self.last == Last::End;
        self.last = Last::Semicolon;
        ends
    }

    pub(super) fn end(self) -> Option<SyntaxError> {
        let begin = self.begin.filter(|_| self.last != Last::End)?;
        Some(SyntaxError {
            kind: SyntaxErrorKind::Unterminated,
            range: begin,
            message: "the body of this trigger is not closed".to_owned(),
            help: Some("close it with `END;` after the `;` of its last statement".to_owned()),
        })
    }
}

fn creates_trigger(keywords: &[String]) -> bool {
    let keywords = match keywords {
        [explain, query, plan, rest @ ..]
            if explain == "EXPLAIN" && query == "QUERY" && plan == "PLAN" =>
        {
            rest
        }
        [explain, rest @ ..] if explain == "EXPLAIN" => rest,
        all => all,
    };
    [
        &["CREATE", "TRIGGER"][..],
        &["CREATE", "TEMP", "TRIGGER"],
        &["CREATE", "TEMPORARY", "TRIGGER"],
    ]
    .iter()
    .any(|words| begins(keywords, words))
}
