//! Templates: names of new files, such as `{year}{month}{day}_{hour}{minute}_{revision}_{slug}`, and their texts.

#[cfg(feature = "write")]
mod text;

use std::fmt;

#[cfg(feature = "write")]
pub(crate) use text::{Fields, HELP as TEXT_HELP, TextTemplate};

/// The tokens of a template.
pub const HELP: &str = "tokens: {revision}, {slug}, {epoch}, {year}, {month}, {day}, {hour}, {minute}, {second}; `{{` is a brace";

/// A template that can be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part<Token>>,
}

/// A part of a template: text as it stands, or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<T> {
    Text(String),
    Token(T),
}

/// Cuts a template into its parts; `{{` and `}}` are braces. `named` knows tokens that carry a name of the user's.
fn parts<T: Clone, const N: usize>(
    text: &str,
    tokens: [(&'static str, T); N],
    named: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Part<T>>, InvalidTemplate> {
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
                let found = tokens.iter().find(|(token, _)| *token == name);
                let found = found
                    .map(|(_, token)| token.clone())
                    .or_else(|| named(name));
                let token = found.ok_or_else(|| {
                    let names: Vec<&str> = tokens.iter().map(|(token, _)| *token).collect();
                    unknown(name, &names)
                })?;
                parts.push(Part::Text(std::mem::take(&mut literal)));
                parts.push(Part::Token(token));
                rest = after;
            }
            '}' => return Err(InvalidTemplate::Unbalanced),
            c => literal.push(c),
        }
    }
    parts.push(Part::Text(literal));
    Ok(parts)
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
    /// A path that leads nowhere, or out of the directory.
    Path,
}

impl fmt::Display for InvalidTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbalanced => {
                f.write_str("a brace without its partner in the template")
            }
            Self::UnknownToken(token, None) => {
                write!(f, "unknown token `{{{token}}}` in the template")
            }
            Self::UnknownToken(token, Some(meant)) => {
                write!(
                    f,
                    "unknown token `{{{token}}}` in the template: did you mean `{{{meant}}}`?"
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
            Self::Path => f.write_str(
                "the file name template must name a file below the directory: no `/` at its ends, no empty part, no `..`",
            ),
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
        let parts = parts(text, TOKENS, |_| None)?;
        let texts = parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            Part::Token(_) => None,
        });
        let refused = |c: &char| {
            matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') || c.is_control()
        };
        if let Some(c) = texts.flat_map(|text| text.chars()).find(refused) {
            return Err(InvalidTemplate::Character(c));
        }
        if text
            .split('/')
            .any(|part| part.is_empty() || part.chars().all(|c| c == '.'))
        {
            return Err(InvalidTemplate::Path);
        }
        if !parts.contains(&Part::Token(Token::Revision)) {
            return Err(InvalidTemplate::NotUnique);
        }
        Ok(Self { parts })
    }

    /// Whether new files are put into sub-directories.
    pub fn has_directories(&self) -> bool {
        let is_path = |part: &Part<Token>| matches!(part, Part::Text(text) if text.contains('/'));
        self.parts.iter().any(is_path)
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
        let parts = name.split('/').map(|part| part.trim_start_matches('.'));
        format!("{}.sql", parts.collect::<Vec<_>>().join("/"))
    }
}

fn unknown(name: &str, tokens: &[&'static str]) -> InvalidTemplate {
    let alembic = match name {
        "rev" | "up_revision" => Some("revision"),
        "create_date" => Some("created"),
        _ => crate::text::diagnostic::nearest(name, tokens.iter().copied()),
    };
    let meant = tokens.iter().copied().find(|token| Some(*token) == alembic);
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
