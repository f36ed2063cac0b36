//! MySQL and MariaDB: stored programs, kept whole without `DELIMITER`.
//!
//! The server reads a program as one statement; only the `mysql` client needs `DELIMITER`. So we follow the blocks of
//! the body: `BEGIN`, `IF`, `CASE`, `LOOP`, `WHILE`, `REPEAT` and `FOR` open one where a statement may begin, `END`
//! closes one.

use std::ops::Range;

use crate::text::sql::token::TokenKind;
use crate::text::sql::{SyntaxError, SyntaxErrorKind};

use super::Piece;

/// The state of a statement that may be a stored program.
#[derive(Debug, Default)]
pub(in crate::text::sql) struct Program {
    phase: Phase,
    blocks: Vec<Block>,
    /// An `END` that waits for its second word.
    ending: bool,
    last: Last,
}

/// How far the statement is understood.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing read.
    #[default]
    Start,
    /// `BEGIN`, which is a program if `NOT ATOMIC` follows.
    Begin,
    /// `ALTER`, which is a program if `EVENT` follows.
    Alter,
    /// `CREATE` and what may stand before the kind of object.
    Create,
    /// A routine, up to the end of its parameters.
    Parameters { depth: usize },
    /// A trigger, up to `FOR EACH ROW`.
    Trigger,
    /// An event, up to `DO`.
    Event,
    /// Before the body, or before the statement of a handler.
    Header,
    /// In a body, where a statement begins.
    Statement,
    /// In a body, after the first word of a statement, which may be a label.
    First,
    /// In a body, within a `DECLARE`.
    Declare,
    /// Before the `FOR` of a handler, whose conditions and statement follow.
    Handler,
    /// In a body, within a statement.
    Within,
    /// No program: the next semicolon ends the statement.
    Plain,
}

#[derive(Debug)]
struct Block {
    kind: BlockKind,
    range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    Begin,
    If,
    Case,
    /// `CASE` as an expression; closed by a plain `END`.
    CaseExpression,
    Loop,
    While,
    Repeat,
    For,
}

/// What the last token means for the next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Dot,
    /// `@` or `=`: the next word is part of a user's name.
    User,
    Not,
    Returns,
    Name,
    /// What a handler does: the next word may be `HANDLER`, which is a name otherwise.
    Action,
}

/// Words that begin a statement which is not a block.
const SIMPLE: &[&str] = &[
    "ALTER", "ANALYZE", "CALL", "CREATE", "DELETE", "DO", "DROP", "EXECUTE", "FLUSH", "GET",
    "GRANT", "INSERT", "OPTIMIZE", "PREPARE", "RENAME", "REPLACE", "RESIGNAL", "RETURN", "REVOKE",
    "SELECT", "SET", "SIGNAL", "TRUNCATE", "UPDATE", "VALUES", "WITH",
];

impl Program {
    pub(super) fn feed(&mut self, piece: &Piece<'_>) {
        if matches!(
            piece.kind,
            TokenKind::ExecutableStart | TokenKind::ExecutableEnd
        ) {
            return;
        }
        if std::mem::take(&mut self.ending) {
            let closes = block_kind(piece).filter(|kind| *kind != BlockKind::Begin);
            if self.close(closes) && closes.is_some() {
                self.last = Last::Other;
                return;
            }
        }
        self.phase = self.advance(piece);
        self.last = match piece.kind {
            TokenKind::Punct('.') => Last::Dot,
            TokenKind::Punct('@' | '=') => Last::User,
            _ if piece.is("NOT") => Last::Not,
            _ if piece.is_any(&["RETURNS", "CHARACTER"]) => Last::Returns,
            _ if piece.is_any(&["CONTINUE", "EXIT", "UNDO"]) => Last::Action,
            _ if piece.is_any(&[
                "TRIGGER",
                "PROCEDURE",
                "FUNCTION",
                "EVENT",
                "FOLLOWS",
                "PRECEDES",
            ]) =>
            {
                Last::Name
            }
            _ => Last::Other,
        };
    }

    fn advance(&mut self, piece: &Piece<'_>) -> Phase {
        match self.phase {
            Phase::Start if piece.is("BEGIN") => {
                self.open(BlockKind::Begin, piece);
                Phase::Begin
            }
            Phase::Start if piece.is("CREATE") => Phase::Create,
            Phase::Start if piece.is("ALTER") => Phase::Alter,
            Phase::Start => match block_kind(piece) {
                Some(kind) => self.open(kind, piece),
                None => Phase::Plain,
            },
            Phase::Begin if piece.is("NOT") => Phase::Within,
            Phase::Begin => {
                self.blocks.clear();
                Phase::Plain
            }
            Phase::Alter if piece.is("EVENT") => Phase::Event,
            Phase::Alter => self.user_or_plain(piece, Phase::Alter),
            Phase::Create if piece.is_any(&["PROCEDURE", "FUNCTION"]) => {
                Phase::Parameters { depth: 0 }
            }
            Phase::Create if piece.is("TRIGGER") => Phase::Trigger,
            Phase::Create if piece.is("EVENT") => Phase::Event,
            Phase::Create => self.user_or_plain(piece, Phase::Create),
            Phase::Parameters { depth } => parameters(piece, depth),
            Phase::Trigger if piece.is("ROW") && self.last == Last::Other => Phase::Header,
            Phase::Event if piece.is("DO") && self.last == Last::Other => Phase::Statement,
            Phase::Header => self.header(piece),
            Phase::Declare if piece.is("HANDLER") && self.last == Last::Action => Phase::Handler,
            Phase::Handler if piece.is("FOR") => Phase::Header,
            Phase::Statement => self.statement(piece),
            Phase::First if piece.is_punct(':') => Phase::Statement,
            Phase::First | Phase::Within => self.within(piece),
            phase => phase,
        }
    }

    /// Between `CREATE` and the kind of object: `OR REPLACE`, `DEFINER = user`, `AGGREGATE`.
    fn user_or_plain(&self, piece: &Piece<'_>, phase: Phase) -> Phase {
        let definer = ["OR", "REPLACE", "DEFINER", "AGGREGATE"];
        match piece.kind {
            // A host may be bare: `root@db.example.org`.
            TokenKind::Word if matches!(self.last, Last::User | Last::Dot) => phase,
            TokenKind::Word if !piece.is_any(&definer) => Phase::Plain,
            TokenKind::Semicolon => Phase::Plain,
            _ => phase,
        }
    }

    fn header(&mut self, piece: &Piece<'_>) -> Phase {
        if piece.kind != TokenKind::Word
            || matches!(self.last, Last::Name | Last::Returns | Last::Dot)
        {
            return Phase::Header;
        }
        match block_kind(piece) {
            Some(kind) => self.open(kind, piece),
            None if piece.is_any(SIMPLE) => Phase::Within,
            None => Phase::Header,
        }
    }

    fn statement(&mut self, piece: &Piece<'_>) -> Phase {
        match block_kind(piece) {
            Some(kind) => self.open(kind, piece),
            None if piece.is("END") => {
                self.ending = true;
                Phase::Within
            }
            None if piece.is("DECLARE") => Phase::Declare,
            // `ELSE` of an IF or CASE.
            None if piece.is("ELSE") => Phase::Statement,
            None => Phase::First,
        }
    }

    fn within(&mut self, piece: &Piece<'_>) -> Phase {
        let innermost = self.blocks.last().map(|block| block.kind);
        if self.last == Last::Dot {
            return Phase::Within;
        }
        let starts = match innermost {
            Some(BlockKind::If | BlockKind::Case) => piece.is("THEN"),
            Some(BlockKind::While | BlockKind::For) => piece.is("DO"),
            _ => false,
        };
        if starts || (piece.is("ATOMIC") && self.last == Last::Not) {
            return Phase::Statement;
        }
        if piece.is("CASE") {
            self.open(BlockKind::CaseExpression, piece);
        } else if piece.is("END") && matches!(innermost, Some(BlockKind::CaseExpression)) {
            self.close(None);
        } else if piece.is("END") && innermost == Some(BlockKind::Repeat) {
            self.ending = true;
        }
        Phase::Within
    }

    fn open(&mut self, kind: BlockKind, piece: &Piece<'_>) -> Phase {
        self.blocks.push(Block {
            kind,
            range: piece.range.clone(),
        });
        match kind {
            BlockKind::Begin | BlockKind::Loop | BlockKind::Repeat => Phase::Statement,
            _ => Phase::Within,
        }
    }

    /// Closes the innermost block if `END` with this second word does.
    fn close(&mut self, second: Option<BlockKind>) -> bool {
        let closes = self.blocks.last().is_some_and(|block| match second {
            Some(kind) => block.kind == kind,
            None => matches!(block.kind, BlockKind::Begin | BlockKind::CaseExpression),
        });
        if closes {
            self.blocks.pop();
        }
        closes
    }

    pub(super) fn semicolon(&mut self) -> bool {
        if std::mem::take(&mut self.ending) {
            self.close(None);
        }
        self.last = Last::Other;
        while self
            .blocks
            .last()
            .is_some_and(|block| block.kind == BlockKind::CaseExpression)
        {
            self.blocks.pop();
        }
        let plain_begin = self.phase == Phase::Begin;
        self.phase = Phase::Statement;
        plain_begin || self.blocks.is_empty()
    }

    pub(super) fn end(mut self) -> Option<SyntaxError> {
        if self.ending {
            self.close(None);
        }
        if self.phase == Phase::Begin {
            return None;
        }
        let block = self
            .blocks
            .iter()
            .find(|block| block.kind != BlockKind::CaseExpression)?;
        let (opener, closer) = match block.kind {
            BlockKind::Begin | BlockKind::CaseExpression => ("BEGIN", "END"),
            BlockKind::If => ("IF", "END IF"),
            BlockKind::Case => ("CASE", "END CASE"),
            BlockKind::Loop => ("LOOP", "END LOOP"),
            BlockKind::While => ("WHILE", "END WHILE"),
            BlockKind::Repeat => ("REPEAT", "UNTIL .. END REPEAT"),
            BlockKind::For => ("FOR", "END FOR"),
        };
        Some(SyntaxError {
            kind: SyntaxErrorKind::Unterminated,
            range: block.range.clone(),
            message: format!("the block that `{opener}` opens is not closed"),
            help: Some(format!("close it with `{closer};`")),
        })
    }
}

fn parameters(piece: &Piece<'_>, depth: usize) -> Phase {
    match piece.kind {
        TokenKind::Punct('(') => Phase::Parameters { depth: depth + 1 },
        TokenKind::Punct(')') if depth <= 1 => Phase::Header,
        TokenKind::Punct(')') => Phase::Parameters { depth: depth - 1 },
        _ => Phase::Parameters { depth },
    }
}

fn block_kind(piece: &Piece<'_>) -> Option<BlockKind> {
    let kinds = [
        ("BEGIN", BlockKind::Begin),
        ("IF", BlockKind::If),
        ("CASE", BlockKind::Case),
        ("LOOP", BlockKind::Loop),
        ("WHILE", BlockKind::While),
        ("REPEAT", BlockKind::Repeat),
        ("FOR", BlockKind::For),
    ];
    kinds
        .into_iter()
        .find(|(word, _)| piece.is(word))
        .map(|(_, kind)| kind)
}
