//! File names of new revisions: `{year}{month}{day}_{hour}{minute}_{revision}_{slug}`.

use std::fmt;

/// The tokens of a template.
pub const HELP: &str = "tokens: {revision}, {slug}, {epoch}, {year}, {month}, {day}, {hour}, {minute}, {second}; `{{` is a brace";

/// A template that can be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Token(Token),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Revision,
    Slug,
    Epoch,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

const TOKENS: [(&str, Token); 9] = [
    ("revision", Token::Revision),
    ("slug", Token::Slug),
    ("epoch", Token::Epoch),
    ("year", Token::Year),
    ("month", Token::Month),
    ("day", Token::Day),
    ("hour", Token::Hour),
    ("minute", Token::Minute),
    ("second", Token::Second),
];

/// What the tokens stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after the tokens")]
pub struct Values<'a> {
    pub revision: &'a str,
    pub slug: &'a str,
    pub epoch: i64,
    pub year: i16,
    pub month: i8,
    pub day: i8,
    pub hour: i8,
    pub minute: i8,
    pub second: i8,
}

/// The text is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidTemplate {
    /// A brace without its partner.
    Unbalanced,
    /// A token that does not exist, with the one that was probably meant.
    UnknownToken(String, Option<&'static str>),
    /// Two revisions could get one name.
    NotUnique,
    /// A character that file names cannot hold everywhere.
    Character(char),
}

impl fmt::Display for InvalidTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbalanced => {
                f.write_str("the file name template has a brace without its partner")
            }
            Self::UnknownToken(token, None) => {
                write!(f, "unknown token `{{{token}}}` in the file name template")
            }
            Self::UnknownToken(token, Some(meant)) => {
                write!(
                    f,
                    "unknown token `{{{token}}}` in the file name template: did you mean `{{{meant}}}`?"
                )
            }
            Self::NotUnique => f.write_str(
                "the file name template must hold `{revision}`, which makes names unique",
            ),
            Self::Character(c) => {
                write!(
                    f,
                    "the file name template holds {:?}, which file names cannot hold everywhere",
                    c
                )
            }
        }
    }
}

impl std::error::Error for InvalidTemplate {}

impl Template {
    /// Reads a template.
    ///
    /// ```
    /// use migrate_core::project::template::Template;
    ///
    /// assert!(Template::parse("{revision}_{slug}").is_ok());
    /// assert!(Template::parse("{slug}").is_err());
    /// ```
    ///
    /// # Errors
    /// [`InvalidTemplate`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '{' | '}' if rest.starts_with(c) => {
                    literal.push(c);
                    rest = &rest[1..];
                }
                '{' => {
                    let (name, after) = rest.split_once('}').ok_or(InvalidTemplate::Unbalanced)?;
                    let found = TOKENS.iter().find(|(token, _)| *token == name);
                    let (_, token) = found.ok_or_else(|| unknown(name))?;
                    parts.push(Part::Text(std::mem::take(&mut literal)));
                    parts.push(Part::Token(*token));
                    rest = after;
                }
                '}' => return Err(InvalidTemplate::Unbalanced),
                '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '/' => {
                    return Err(InvalidTemplate::Character(c));
                }
                c if c.is_control() => return Err(InvalidTemplate::Character(c)),
                c => literal.push(c),
            }
        }
        parts.push(Part::Text(literal));
        if !parts.contains(&Part::Token(Token::Revision)) {
            return Err(InvalidTemplate::NotUnique);
        }
        Ok(Self { parts })
    }

    /// The file name with `.sql` at its end. An empty slug leaves no underscore behind.
    pub fn fill(&self, values: &Values<'_>) -> String {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Token(token) => name.push_str(&values.text(*token)),
            }
        }
        let name = name.strip_suffix(".sql").unwrap_or(&name);
        let name = if values.slug.is_empty() {
            name.trim_end_matches(['_', '-'])
        } else {
            name
        };
        // A leading dot would hide the file from the reader of directories.
        format!("{}.sql", name.trim_start_matches('.'))
    }
}

fn unknown(name: &str) -> InvalidTemplate {
    let alembic = match name {
        "rev" => Some("revision"),
        _ => crate::text::diagnostic::nearest(name, TOKENS.map(|(token, _)| token)),
    };
    let meant = TOKENS
        .iter()
        .map(|(token, _)| *token)
        .find(|token| Some(*token) == alembic);
    InvalidTemplate::UnknownToken(name.escape_default().to_string(), meant)
}

impl Values<'_> {
    fn text(&self, token: Token) -> String {
        match token {
            Token::Revision => self.revision.to_owned(),
            Token::Slug => self.slug.to_owned(),
            Token::Epoch => self.epoch.to_string(),
            Token::Year => format!("{:04}", self.year),
            Token::Month => format!("{:02}", self.month),
            Token::Day => format!("{:02}", self.day),
            Token::Hour => format!("{:02}", self.hour),
            Token::Minute => format!("{:02}", self.minute),
            Token::Second => format!("{:02}", self.second),
        }
    }
}
