//! The statement splitter: one pass over the tokens, one statement at a time.

use std::ops::Range;

use crate::text::{Dialect, Position};

use super::body::{Body, Piece};
use super::directive::{self, Comment};
use super::lexer::{Tokens, tokenize};
use super::token::{Token, TokenKind};
use super::{
    Directive, DirectiveKind, Script, Statement, StatementKind, SyntaxError, SyntaxErrorKind,
    Transactional, client, transaction,
};

const KEYWORDS: usize = 8;

/// Cuts `text` into statements by the rules of `dialect`.
///
/// Never fails: what is wrong stands in [`Script::errors`], and the cut goes on as well as it can.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::sql::split;
///
/// let text = "INSERT INTO t VALUES (';'); DROP TABLE u";
/// let script = split(text, Dialect::Sqlite);
/// let texts: Vec<_> = script.statements.iter().map(|statement| &text[statement.text.clone()]).collect();
/// assert_eq!(texts, ["INSERT INTO t VALUES (';')", "DROP TABLE u"]);
/// ```
pub fn split(text: &str, dialect: Dialect) -> Script {
    let mut splitter = Splitter {
        text,
        dialect,
        tokens: tokenize(text, dialect),
        script: Script {
            statements: vec![],
            tail: 0..text.len(),
            errors: vec![],
            empty: None,
        },
        open: None,
        directives: vec![],
        segment: 0,
        swallowed: false,
        places: Places {
            text,
            offset: 0,
            position: Position { line: 1, column: 1 },
        },
    };
    splitter.run();
    splitter.script
}

struct Splitter<'a> {
    text: &'a str,
    dialect: Dialect,
    tokens: Tokens<'a>,
    script: Script,
    /// The statement that is being read.
    open: Option<Open>,
    /// The directives since the last statement.
    directives: Vec<Directive>,
    /// Where the next segment begins.
    segment: usize,
    /// Whether something unterminated took the rest of the text: what else is open then says nothing new.
    swallowed: bool,
    places: Places<'a>,
}

/// A statement of which at least one token is read.
struct Open {
    text: Range<usize>,
    keywords: Vec<String>,
    keywords_end: bool,
    body: Body,
}

impl Splitter<'_> {
    fn run(&mut self) {
        self.refuse_nul();
        while let Some(token) = self.tokens.next() {
            if token.unterminated {
                self.swallowed = true;
                self.script.errors.push(unterminated(self.text, &token));
            }
            match token.kind {
                TokenKind::Blank => {}
                TokenKind::LineComment | TokenKind::BlockComment => self.comment(&token),
                TokenKind::Delimiter => self.finish(token.range.end),
                TokenKind::Semicolon => self.semicolon(&token),
                _ => self.significant(&token),
            }
        }
        self.end();
    }

    fn refuse_nul(&mut self) {
        if let Some(at) = self.text.find('\0') {
            let help = Some("databases drop what follows it; remove it".to_owned());
            self.error(at..at + 1, "the text holds a NUL byte", help);
        }
    }

    fn semicolon(&mut self, token: &Token) {
        let Some(open) = &mut self.open else { return };
        let ends = open.body.semicolon(&mut self.script.errors);
        if ends && self.tokens.delimiter().is_none() && self.tokens.executable().is_none() {
            self.finish(token.range.end);
        }
    }

    fn significant(&mut self, token: &Token) {
        if token.kind == TokenKind::Punct('\\')
            && self.dialect != Dialect::Sqlite
            && self.client_command(token)
        {
            return;
        }
        if self.open.is_none() && self.dialect.is_mysql_family() && self.delimiter_line(token) {
            return;
        }
        let piece = Piece {
            kind: token.kind,
            range: token.range.clone(),
            text: &self.text[token.range.clone()],
        };
        let open = self.open.get_or_insert_with(|| Open {
            text: token.range.clone(),
            keywords: vec![],
            keywords_end: false,
            body: Body::new(self.dialect),
        });
        open.text.end = token.range.end;
        open.read_keyword(&piece);
        open.body
            .feed(&piece, &open.keywords, &mut self.script.errors);
    }

    /// A backslash command of psql or mysql; `false` if the backslash is SQL after all.
    fn client_command(&mut self, token: &Token) -> bool {
        let start = token.range.start;
        let inside = self.open.is_some();
        let Some(command) = client::backslash(&self.text[start..], self.dialect, inside) else {
            return false;
        };
        if let Some((message, help)) = command.refusal {
            self.error(start..start + command.length, &message, Some(help));
        }
        self.tokens.skip_to(match self.dialect {
            Dialect::Postgres => client::line(self.text, start).end,
            _ => start + command.length,
        });
        if command.terminates {
            self.finish(self.tokens.position());
        }
        true
    }

    /// A `DELIMITER` line of the mysql client.
    fn delimiter_line(&mut self, token: &Token) -> bool {
        if !self.text[token.range.clone()].eq_ignore_ascii_case(client::DELIMITER) {
            return false;
        }
        let line = client::line(self.text, token.range.start);
        match client::delimiter(&self.text[line.clone()]) {
            None => return false,
            Some(Ok(delimiter)) => self
                .tokens
                .set_delimiter(Some(delimiter).filter(|delimiter| delimiter != ";")),
            Some(Err(message)) => self.error(
                line.clone(),
                message,
                Some("write it like `DELIMITER //`".to_owned()),
            ),
        }
        self.tokens.skip_to(line.end);
        true
    }

    fn comment(&mut self, token: &Token) {
        let range = &token.range;
        match directive::read(&self.text[range.clone()], token.kind, range) {
            None => {}
            Some(Err(error)) => self.script.errors.push(error),
            Some(Ok(_)) if self.open.is_some() => {
                let help = Some(
                    "put it on a line of its own before the statement, after the `;` of the last"
                        .to_owned(),
                );
                self.error(range.clone(), "a directive stands inside a statement", help);
            }
            Some(Ok(_)) if self.follows_statement(range.start) => {
                let help = Some(
                    "put it on a line of its own before the statement that it is for".to_owned(),
                );
                self.error(
                    range.clone(),
                    "a directive stands on the line of the statement before it",
                    help,
                );
            }
            Some(Ok(Comment::Before(kind))) => self.directive(Directive {
                range: range.clone(),
                kind,
            }),
            Some(Ok(Comment::Rust(name, repeatable))) => self.rust(range, name, repeatable),
            Some(Ok(Comment::Empty(_))) if self.script.empty.is_some() => {
                self.error(
                    range.clone(),
                    "`migrate:empty` is given twice",
                    Some("keep one of them".to_owned()),
                );
            }
            Some(Ok(Comment::Empty(reason))) => self.script.empty = Some(reason),
        }
    }

    /// Whether a statement ends on the line of the place `at`.
    fn follows_statement(&self, at: usize) -> bool {
        // Bytes, because the segment may begin behind a character of several.
        self.segment > 0 && !self.text.as_bytes()[self.segment - 1..at].contains(&b'\n')
    }

    fn directive(&mut self, directive: Directive) {
        let is_batch =
            |directive: &Directive| matches!(directive.kind, DirectiveKind::Batch { .. });
        if is_batch(&directive) && self.directives.iter().any(is_batch) {
            self.error(
                directive.range,
                "`migrate:batch` is given twice",
                Some("keep one of them".to_owned()),
            );
        } else {
            self.directives.push(directive);
        }
    }

    fn rust(&mut self, comment: &Range<usize>, name: String, repeatable: Option<DirectiveKind>) {
        self.directives.extend(repeatable.map(|kind| Directive {
            range: comment.clone(),
            kind,
        }));
        let statement = Statement {
            segment: self.segment..comment.end,
            text: comment.clone(),
            position: self.places.at(comment.start),
            kind: StatementKind::Rust(name),
            directives: std::mem::take(&mut self.directives),
            keywords: vec![],
            copy_data: None,
            transaction: Transactional::Yes,
        };
        self.segment = comment.end;
        self.script.statements.push(statement);
    }

    /// Ends the open statement, whose terminator ends at `end`.
    fn finish(&mut self, end: usize) {
        let Some(open) = self.open.take() else { return };
        let (copy_data, end) = if open.body.copies_from_stdin() {
            let (data, end) = self.copy_data(&open, end);
            (Some(data), end)
        } else {
            (None, end)
        };
        self.push(open.text, open.keywords, copy_data, end);
    }

    /// The data block after a COPY statement, and the end of its last line.
    fn copy_data(&mut self, open: &Open, end: usize) -> (Range<usize>, usize) {
        let line = client::line(self.text, end);
        let rest = self.text[line.clone()].trim_start();
        if !rest.is_empty() && !rest.starts_with("--") {
            let help = Some("the lines after `COPY .. FROM STDIN;` are its data; put the SQL after the `\\.` line".to_owned());
            self.error(
                line.end - rest.len()..line.end,
                "text follows on the line of `COPY .. FROM STDIN`",
                help,
            );
        }
        let data = client::after_break(self.text, line.end);
        let mut at = data;
        while at < self.text.len() {
            let line = client::line(self.text, at);
            let next = client::after_break(self.text, line.end);
            if &self.text[line] == "\\." {
                self.tokens.skip_to(next);
                return (data..at, next);
            }
            at = next;
        }
        let help = Some("end the data with a line that holds only `\\.`".to_owned());
        self.error(open.text.clone(), "the data of this COPY has no end", help);
        self.tokens.skip_to(self.text.len());
        (data..self.text.len(), self.text.len())
    }

    fn push(
        &mut self,
        text: Range<usize>,
        keywords: Vec<String>,
        copy_data: Option<Range<usize>>,
        end: usize,
    ) {
        self.script.statements.push(Statement {
            segment: self.segment..end,
            position: self.places.at(text.start),
            kind: StatementKind::Sql,
            directives: std::mem::take(&mut self.directives),
            keywords,
            copy_data,
            transaction: transaction::classify(&self.text[text.clone()], self.dialect),
            text,
        });
        self.segment = end;
    }

    fn end(&mut self) {
        if let Some(start) = self.tokens.executable() {
            let help = Some("close it with `*/`".to_owned());
            self.error(
                start..start + 3,
                "an executable comment is not closed",
                help,
            );
        }
        if let Some(mut open) = self.open.take() {
            if open.body.copies_from_stdin() {
                let help = Some("end the statement with `;`, then write the data and a line that holds only `\\.`".to_owned());
                self.error(open.text.clone(), "the data of this COPY is missing", help);
            }
            let has_delimiter = self.tokens.delimiter().is_some();
            let body = std::mem::replace(&mut open.body, Body::new(self.dialect));
            if !has_delimiter && !self.swallowed {
                body.end(&mut self.script.errors);
            }
            // Blanks and comments after the last statement are the tail.
            let end = open.text.end;
            self.push(open.text, open.keywords, None, end);
        }
        for directive in std::mem::take(&mut self.directives) {
            let help = Some("put it before the statement that it is for".to_owned());
            self.error(directive.range, "no statement follows this directive", help);
        }
        self.script.tail = self.segment..self.text.len();
        self.script.errors.sort_by_key(|error| error.range.start);
    }

    fn error(&mut self, range: Range<usize>, message: &str, help: Option<String>) {
        self.script.errors.push(SyntaxError {
            kind: SyntaxErrorKind::Other,
            range,
            message: message.to_owned(),
            help,
        });
    }
}

impl Open {
    fn read_keyword(&mut self, piece: &Piece<'_>) {
        match piece.kind {
            TokenKind::ExecutableStart | TokenKind::ExecutableEnd => {}
            TokenKind::Word if !self.keywords_end => {
                self.keywords.push(piece.text.to_uppercase());
                self.keywords_end = self.keywords.len() == KEYWORDS;
            }
            _ => self.keywords_end = true,
        }
    }
}

fn unterminated(text: &str, token: &Token) -> SyntaxError {
    let start = token.range.start;
    let token_text = &text[token.range.clone()];
    let (length, what, closer) = match token.kind {
        TokenKind::BlockComment => (2, "comment", "*/"),
        TokenKind::DollarString => {
            let length = token_text[1..].find('$').map_or(1, |tag| tag + 2);
            (length, "dollar-quoted string", &token_text[..length])
        }
        kind => {
            let length = token_text
                .find(['\'', '"', '`', '['])
                .map_or(1, |quote| quote + 1);
            let opener = &token_text[length - 1..length];
            let what = if kind == TokenKind::String {
                "string"
            } else {
                "quoted identifier"
            };
            (length, what, if opener == "[" { "]" } else { opener })
        }
    };
    SyntaxError {
        kind: SyntaxErrorKind::Unterminated,
        range: start..start + length,
        message: format!("this {what} is not closed"),
        help: Some(format!("close it with `{closer}`")),
    }
}

/// Turns ascending offsets into positions, reading the text once.
struct Places<'a> {
    text: &'a str,
    offset: usize,
    position: Position,
}

impl Places<'_> {
    fn at(&mut self, offset: usize) -> Position {
        for c in self.text[self.offset..offset].chars() {
            if c == '\n' {
                self.position = Position {
                    line: self.position.line + 1,
                    column: 1,
                };
            } else {
                self.position.column += 1;
            }
        }
        self.offset = offset;
        self.position
    }
}
