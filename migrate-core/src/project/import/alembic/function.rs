//! The SQL of `upgrade()` and `downgrade()`: what was printed, else what the functions hand to `op.execute`.

use std::ops::Range;

use super::Reader;
use super::file::File;
use super::python::{self, Module, Spot, Token, Value, literal};
use crate::project::import::script::Script;
use crate::text::Dialect;
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::revision::Direction;
use crate::text::sql::{TokenKind, split, tokenize};

impl Reader<'_> {
    pub(super) fn way(
        &self,
        file: &File,
        direction: Direction,
        notices: &mut Vec<Diagnostic>,
    ) -> Way {
        let key = (direction, file.revision.text.clone());
        if let Some(script) = self.parts.get(&key) {
            let is_empty = split(&script.sql(), self.import.dialect)
                .statements
                .is_empty();
            return if is_empty {
                Way::Nothing
            } else {
                Way::Script(script.clone())
            };
        }
        let function = match direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        let module = Module::read(&file.file.text);
        let Some(body) = module.function(function) else {
            return Way::Refused;
        };
        let mut sql = Vec::new();
        for statement in &body.statements {
            match self.step(&module, statement) {
                Step::Nothing => {}
                Step::Refuses => return Way::Refused,
                Step::Sql(spot) => sql.push((spot.range.start, spot.text)),
                Step::Python => {
                    notices.push(self.python(file, statement, direction, &body.head));
                    let what = format!(
                        "write the SQL of {function}() of {}",
                        short(&file.file.shown)
                    );
                    return Way::Script(Script::to_be_written(&file.file, what));
                }
            }
        }
        if sql.is_empty() {
            Way::Nothing
        } else {
            Way::Script(Script::composed(&file.file, sql))
        }
    }

    fn python(
        &self,
        file: &File,
        statement: &[Token],
        direction: Direction,
        head: &Range<usize>,
    ) -> Diagnostic {
        let start = statement
            .first()
            .map_or(head.start, |token| token.range.start);
        let end = statement.last().map_or(head.end, |token| token.range.end);
        let (command, option) = match direction {
            Direction::Up => (
                "alembic upgrade base:head --sql > up.sql",
                "--sql-file up.sql",
            ),
            Direction::Down => (
                "alembic downgrade head:base --sql > down.sql",
                "--down-sql-file down.sql",
            ),
        };
        Diagnostic::error(
            Class::InvalidRevision,
            "the SQL of this is known only to Alembic",
        )
        .at(file.frame(
            &(start..end),
            &format!("the revision `{}`, the way {direction}", file.revision.text),
        ))
        .help(format!(
            "`{command}`, then import again with `{option} --replace`"
        ))
        .help(
            "or write the SQL in the place of the line `-- migrate:todo`, then `migrate-cli lock`",
        )
    }

    /// What one statement of a function does.
    fn step(&self, module: &Module<'_>, tokens: &[Token]) -> Step {
        let words: Vec<&str> = tokens
            .iter()
            .take(4)
            .map(|token| module.word(token))
            .collect();
        match words.as_slice() {
            ["pass" | "return"] | [".", ".", "."] => return Step::Nothing,
            ["raise", ..] => return Step::Refuses,
            _ => {}
        }
        if tokens
            .iter()
            .all(|token| matches!(token.kind, python::Kind::Text(_)))
        {
            return Step::Nothing;
        }
        let ["op", ".", "execute", "("] = words.as_slice() else {
            return Step::Python;
        };
        let argument = inside(tokens.get(3..).unwrap_or_default());
        let argument = argument.and_then(|tokens| {
            let words: Vec<&str> = tokens
                .iter()
                .take(3)
                .map(|token| module.word(token))
                .collect();
            match words.as_slice() {
                ["text", "(", ..] => inside(tokens.get(1..)?),
                ["sa" | "sqlalchemy", ".", "text"] => inside(tokens.get(3..)?),
                _ => Some(tokens),
            }
        });
        let found = argument.and_then(literal);
        let Some(Value::Text(spot)) = found else {
            return Step::Python;
        };
        match unescaped(&spot.text) {
            Some(text) => Step::Sql(Spot {
                text: statement_of(&text, self.import.dialect),
                range: spot.range,
            }),
            None => Step::Python,
        }
    }
}

/// What a direction of a revision does.
pub(super) enum Way {
    Script(Script),
    Nothing,
    /// It cannot be gone.
    Refused,
}

/// What a statement does.
enum Step {
    Nothing,
    Refuses,
    Sql(Spot),
    Python,
}

/// What stands between a parenthesis and its partner, when nothing follows that; a comma at the end is left out.
fn inside(tokens: &[Token]) -> Option<&[Token]> {
    let (first, rest) = tokens.split_first()?;
    let (last, inner) = rest.split_last()?;
    let bracket = |token: &Token, c| token.kind == python::Kind::Other(c);
    if !bracket(first, '(') || !bracket(last, ')') {
        return None;
    }
    let mut depth = 0_i32;
    for token in inner {
        match token.kind {
            python::Kind::Other('(') => depth += 1,
            python::Kind::Other(')') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    match inner.split_last() {
        Some((last, inner)) if bracket(last, ',') => Some(inner),
        _ => Some(inner),
    }
}

/// What SQLAlchemy makes of a text: `\:` is a colon, and `:name` would be a parameter, whose value nobody knows here.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let rest = &text[at + c.len_utf8()..];
        if c == '\\' && rest.starts_with(':') {
            chars.next();
            out.push(':');
            before = '\\';
            continue;
        }
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let free = before != ':' && before != '_' && before != '\\' && !before.is_alphanumeric();
        if c == ':' && free && word > 0 && !rest[word..].starts_with(':') {
            return None;
        }
        out.push(c);
        before = c;
    }
    Some(out)
}

/// The SQL of one `op.execute`, without the indentation of the Python around it and with a `;` at its end.
pub(super) fn statement_of(text: &str, dialect: Dialect) -> String {
    let text = text.trim_end();
    let in_literal = |token: &crate::text::sql::Token| {
        matches!(
            token.kind,
            TokenKind::String | TokenKind::QuotedIdent | TokenKind::DollarString
        ) && text[token.range.clone()].contains('\n')
    };
    let mut sql = if tokenize(text, dialect).any(|token| in_literal(&token)) {
        text.trim_start().to_owned()
    } else {
        let below = || text.lines().skip(1).filter(|line| !line.trim().is_empty());
        let indent = below()
            .map(|line| line.len() - line.trim_start().len())
            .min()
            .unwrap_or(0);
        let lines = text
            .trim_start()
            .lines()
            .enumerate()
            .map(|(place, line)| match place {
                // The first line begins behind the quote.
                0 => line,
                _ => line.get(indent..).unwrap_or_default(),
            });
        lines.collect::<Vec<_>>().join("\n")
    };
    let last = tokenize(&sql, dialect)
        .filter(|token| !token.kind.is_trivia())
        .last();
    if last.is_some_and(|token| token.kind != TokenKind::Semicolon) {
        let commented = tokenize(&sql, dialect)
            .last()
            .is_some_and(|token| token.kind == TokenKind::LineComment);
        sql.push_str(if commented { "\n;" } else { ";" });
    }
    sql.push('\n');
    sql
}

fn short(shown: &str) -> &str {
    shown.rsplit('/').next().unwrap_or(shown)
}
