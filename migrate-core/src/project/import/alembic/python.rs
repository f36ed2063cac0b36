//! As much Python as a migration of Alembic needs: it is read, never run.
//!
//! [`Module::read`] cuts a file into logical lines and finds what stands at the level of the module: the docstring,
//! assignments, and the bodies of functions. Values are literals, their concatenations, tuples and lists of them.

use std::ops::Range;

/// A file.
#[derive(Debug)]
pub(super) struct Module<'a> {
    text: &'a str,
    lines: Vec<Line>,
}

/// A logical line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    indent: usize,
    pub(super) tokens: Vec<Token>,
}

/// A token with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// The word `None`.
    None,
    Name,
    /// A string literal; `None` when its value is known only to Python (`f".."`, `b".."`, `\N{..}`).
    Text(Option<String>),
    /// Punctuation, a digit, anything else: one character.
    Other(char),
}

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
            lines: Lexer { text, at: 0 }.lines(),
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

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn lines(mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut open = Line {
            indent: 0,
            tokens: Vec::new(),
        };
        let mut depth = 0_usize;
        let mut start = 0;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\n' => {
                    self.at += 1;
                    if depth == 0 {
                        if !open.tokens.is_empty() {
                            lines.push(std::mem::replace(
                                &mut open,
                                Line {
                                    indent: 0,
                                    tokens: Vec::new(),
                                },
                            ));
                        }
                        start = self.at;
                    }
                }
                '\\' if self.rest().starts_with("\\\n") => self.at += 2,
                '#' => {
                    let rest = self.rest();
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                c if c.is_whitespace() => self.at += c.len_utf8(),
                c => {
                    if open.tokens.is_empty() {
                        open.indent = self.at - start;
                    }
                    let token = self.token(c);
                    match token.kind {
                        Kind::Other('(' | '[' | '{') => depth += 1,
                        Kind::Other(')' | ']' | '}') => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    open.tokens.push(token);
                }
            }
        }
        if !open.tokens.is_empty() {
            lines.push(open);
        }
        lines
    }

    fn token(&mut self, first: char) -> Token {
        let start = self.at;
        let rest = self.rest();
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let prefix = rest.get(..word).unwrap_or_default();
        let quoted = rest
            .get(word..)
            .unwrap_or_default()
            .starts_with(['"', '\'']);
        let is_prefix = word <= 2 && prefix.chars().all(|c| "rRbBuUfFtT".contains(c));
        let kind = if quoted && is_prefix {
            let prefix = prefix.to_ascii_lowercase();
            self.at += word;
            Kind::Text(self.string(&prefix))
        } else if word > 0 && !first.is_ascii_digit() {
            let kind = if prefix == "None" {
                Kind::None
            } else {
                Kind::Name
            };
            self.at += word;
            kind
        } else {
            self.at += first.len_utf8();
            Kind::Other(first)
        };
        Token {
            range: start..self.at,
            kind,
        }
    }

    /// A string literal from its opening quote on.
    fn string(&mut self, prefix: &str) -> Option<String> {
        let rest = self.rest();
        let quote = if rest.starts_with("\"\"\"") || rest.starts_with("'''") {
            rest.get(..3)
        } else {
            rest.get(..1)
        };
        let quote = quote.unwrap_or_default().to_owned();
        self.at += quote.len();
        let raw = prefix.contains('r');
        let mut value = Some(String::new());
        while !self.rest().starts_with(&quote) {
            let c = self.rest().chars().next()?;
            if c == '\n' && quote.len() == 1 {
                // Python refuses it; nothing after it can be trusted.
                return None;
            }
            if c != '\\' {
                self.at += c.len_utf8();
                if let Some(value) = &mut value {
                    value.push(c);
                }
                continue;
            }
            let length = self.escape(raw, &mut value);
            self.at += length;
        }
        self.at += quote.len();
        value.filter(|_| !prefix.contains(['b', 'f', 't']))
    }

    /// One backslash and what belongs to it; returns how long that is.
    fn escape(&self, raw: bool, value: &mut Option<String>) -> usize {
        let rest = self.rest();
        let next = rest.chars().nth(1);
        let length = 1 + next.map_or(0, char::len_utf8);
        let Some(out) = value else { return length };
        if raw {
            out.push_str(rest.get(..length).unwrap_or_default());
            return length;
        }
        let number = |from: usize, most: usize, radix: u32| {
            let digits = rest.get(from..).unwrap_or_default();
            let count = digits
                .chars()
                .take(most)
                .take_while(|c| c.is_digit(radix))
                .count();
            let code = u32::from_str_radix(digits.get(..count)?, radix).ok()?;
            Some((char::from_u32(code)?, from + count))
        };
        let plain = match next {
            Some('\n') => return length,
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('a') => '\u{7}',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('v') => '\u{b}',
            Some(c @ ('\\' | '\'' | '"')) => c,
            Some(c @ ('x' | 'u' | 'U' | '0'..='7')) => {
                let found = match c {
                    'x' => number(2, 2, 16),
                    'u' => number(2, 4, 16),
                    'U' => number(2, 8, 16),
                    _ => number(1, 3, 8),
                };
                let Some((c, end)) = found else {
                    *value = None;
                    return length;
                };
                out.push(c);
                return end;
            }
            Some('N') => {
                *value = None;
                return length;
            }
            // Python keeps the backslash of an escape that it does not know.
            Some(other) => {
                out.push('\\');
                other
            }
            None => return length,
        };
        out.push(plain);
        length
    }
}
