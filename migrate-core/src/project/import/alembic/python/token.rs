//! The tokens of a Python file, in logical lines.

use std::ops::Range;

#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) indent: usize,
    pub(super) tokens: Vec<Token>,
}

/// A token with its place.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::project::import::alembic) struct Token {
    pub(in crate::project::import::alembic) range: Range<usize>,
    pub(in crate::project::import::alembic) kind: Kind,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::project::import::alembic) enum Kind {
    /// The word `None`.
    None,
    Name,
    /// A string literal; `None` when its value is known only to Python (`f".."`, `b".."`, `\N{..}`).
    Text(Option<String>),
    /// Punctuation, a digit, anything else: one character.
    Other(char),
}

/// The logical lines of a file.
pub(super) fn lines(text: &str) -> Vec<Line> {
    Lexer { text, at: 0 }.lines()
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
