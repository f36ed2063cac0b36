//! As much Python as a migration of Alembic needs: it is read, never run.
//!
//! [`Module::read`] cuts a file into logical lines and finds what stands at the level of the module: the docstring,
//! assignments, and the bodies of functions. Values are literals, their concatenations, tuples and lists of them.

mod token;

use std::ops::Range;

pub(super) use token::{Kind, Token};
use token::{Line, lines};

/// A file.
#[derive(Debug)]
pub(super) struct Module<'a> {
    text: &'a str,
    lines: Vec<Line>,
}

/// A logical line.
/// The value of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    None,
    Text(Spot),
    List(Vec<Spot>),
}

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// The body of a function.
#[derive(Debug)]
pub(super) struct Body {
    /// The word `def`.
    pub(super) head: Range<usize>,
    /// Its statements.
    pub(super) statements: Vec<Vec<Token>>,
}

impl<'a> Module<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        Self {
            text,
            lines: lines(text),
        }
    }

    /// The words of a token.
    pub(super) fn word(&self, token: &Token) -> &'a str {
        self.text.get(token.range.clone()).unwrap_or_default()
    }

    /// The docstring of the module.
    pub(super) fn docstring(&self) -> Option<String> {
        let first = self.lines.first().filter(|line| line.indent == 0)?;
        match literal(&first.tokens)? {
            Value::Text(spot) => Some(spot.text),
            _ => None,
        }
    }

    /// The tokens to the right of the last `name = ..` of the module, and the name.
    pub(super) fn assigned(&self, name: &str) -> Option<(&Token, &[Token])> {
        let lines = self.lines.iter().rev().filter(|line| line.indent == 0);
        lines
            .filter(|line| {
                line.tokens
                    .first()
                    .is_some_and(|token| self.word(token) == name)
            })
            .find_map(|line| {
                let sign = match line.tokens.get(1)?.kind {
                    Kind::Other('=') => 1,
                    // An annotation stands between.
                    Kind::Other(':') => line
                        .tokens
                        .iter()
                        .position(|token| token.kind == Kind::Other('='))?,
                    _ => return None,
                };
                Some((line.tokens.first()?, line.tokens.get(sign + 1..)?))
            })
    }

    /// The function of this name.
    pub(super) fn function(&self, name: &str) -> Option<Body> {
        let is_def = |line: &Line| {
            line.indent == 0
                && line
                    .tokens
                    .first()
                    .is_some_and(|token| self.word(token) == "def")
                && line
                    .tokens
                    .get(1)
                    .is_some_and(|token| self.word(token) == name)
        };
        let place = self.lines.iter().rposition(is_def)?;
        let head = self.lines.get(place)?;
        let mut statements = Vec::new();
        // `def upgrade(): pass` has its body on the same line.
        let colon = end_of_head(&head.tokens)?;
        let mut bodies = vec![head.tokens.get(colon + 1..).unwrap_or_default()];
        let below = self.lines.get(place + 1..).unwrap_or_default();
        bodies.extend(
            below
                .iter()
                .take_while(|line| line.indent > 0)
                .map(|line| line.tokens.as_slice()),
        );
        for tokens in bodies {
            let parts = tokens.split(|token| token.kind == Kind::Other(';'));
            statements.extend(parts.filter(|part| !part.is_empty()).map(<[Token]>::to_vec));
        }
        Some(Body {
            head: head.tokens.first()?.range.clone(),
            statements,
        })
    }
}

/// The colon that ends `def name(..) -> ..:`.
fn end_of_head(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        match token.kind {
            Kind::Other('(' | '[' | '{') => depth += 1,
            Kind::Other(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Kind::Other(':') if depth == 0 => return true,
            _ => {}
        }
        false
    })
}

/// The value of an expression that needs no Python.
pub(super) fn literal(tokens: &[Token]) -> Option<Value> {
    let mut reader = Reader { tokens, at: 0 };
    let first = reader.value()?;
    if reader.at == tokens.len() {
        return Some(first);
    }
    // `a, b` is a tuple without parentheses.
    let mut items = vec![first.text()?];
    while reader.take(',') {
        if reader.at == tokens.len() {
            break;
        }
        items.push(reader.value()?.text()?);
    }
    (reader.at == tokens.len()).then_some(Value::List(items))
}

impl Value {
    fn text(self) -> Option<Spot> {
        match self {
            Self::Text(spot) => Some(spot),
            _ => None,
        }
    }
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, wanted: char) -> bool {
        let found = self
            .tokens
            .get(self.at)
            .is_some_and(|token| token.kind == Kind::Other(wanted));
        self.at += usize::from(found);
        found
    }

    /// Terms joined by `+`, or by standing side by side.
    fn value(&mut self) -> Option<Value> {
        let mut value = self.term()?;
        loop {
            let plus = self.take('+');
            let next = self.tokens.get(self.at).map(|token| &token.kind);
            if !plus && !matches!(next, Some(Kind::Text(_))) {
                return Some(value);
            }
            let mut spot = value.text()?;
            let more = self.term()?.text()?;
            spot.text.push_str(&more.text);
            spot.range.end = more.range.end;
            value = Value::Text(spot);
        }
    }

    fn term(&mut self) -> Option<Value> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match &token.kind {
            Kind::Text(text) => Some(Value::Text(Spot {
                text: text.clone()?,
                range: token.range.clone(),
            })),
            Kind::None => Some(Value::None),
            Kind::Name => None,
            Kind::Other(open @ ('(' | '[' | '{')) => self.items(*open),
            Kind::Other(_) => None,
        }
    }

    fn items(&mut self, open: char) -> Option<Value> {
        let close = match open {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        let mut items = Vec::new();
        let mut commas = 0;
        while !self.take(close) {
            items.push(self.value()?);
            if self.take(',') {
                commas += 1;
            } else if !self.take(close) {
                return None;
            } else {
                break;
            }
        }
        // Parentheses around one value are only parentheses.
        if open == '(' && commas == 0 && items.len() == 1 {
            return items.pop();
        }
        items
            .into_iter()
            .map(Value::text)
            .collect::<Option<_>>()
            .map(Value::List)
    }
}
