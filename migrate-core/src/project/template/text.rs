//! The texts of new revisions.

use std::collections::BTreeMap;

use super::{InvalidTemplate, Part, parts};

/// The tokens of a text.
pub(crate) const HELP: &str = "tokens: {message}, {header}, {sections}, {revision}, {down_revision}, {branch_labels}, {depends_on}, \
                               {created}, {x.KEY} of `-x KEY=VALUE`; `{{` is a brace";

/// The text of a new revision with places to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextTemplate {
    parts: Vec<Part<Token>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Message,
    Header,
    Sections,
    Revision,
    DownRevision,
    BranchLabels,
    DependsOn,
    Created,
    /// What `-x KEY=VALUE` has given.
    Argument(String),
}

const TOKENS: [(&str, Token); 8] = [
    ("message", Token::Message),
    ("header", Token::Header),
    ("sections", Token::Sections),
    ("revision", Token::Revision),
    ("down_revision", Token::DownRevision),
    ("branch_labels", Token::BranchLabels),
    ("depends_on", Token::DependsOn),
    ("created", Token::Created),
];

/// What the tokens stand for. Lists are as in a header: parted by commas, `none` when empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fields<'a> {
    pub(crate) message: &'a str,
    pub(crate) revision: &'a str,
    pub(crate) down_revision: String,
    pub(crate) branch_labels: String,
    pub(crate) depends_on: String,
    pub(crate) created: &'a str,
    /// The paragraph of the keys.
    pub(crate) header: String,
    /// Everything from the first section marker on.
    pub(crate) sections: String,
    /// The keys and values of this call.
    pub(crate) arguments: &'a BTreeMap<String, String>,
}

impl TextTemplate {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        let argument = |name: &str| {
            let key = name.strip_prefix("x.").filter(|key| !key.is_empty())?;
            Some(Token::Argument(key.to_owned()))
        };
        Ok(Self {
            parts: parts(text, TOKENS, argument)?,
        })
    }

    /// A key that the template asks for and `arguments` lacks.
    pub(crate) fn missing(&self, arguments: &BTreeMap<String, String>) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Token(Token::Argument(key)) if !arguments.contains_key(key) => Some(key.as_str()),
            _ => None,
        })
    }

    pub(crate) fn fill(&self, fields: &Fields<'_>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Token(token) => text.push_str(&fields.text(token)),
            }
        }
        format!("{}\n", text.trim_end())
    }
}

impl Fields<'_> {
    fn text(&self, token: &Token) -> String {
        match token {
            Token::Message => self.message.to_owned(),
            Token::Header => self.header.trim_end().to_owned(),
            Token::Sections => self.sections.trim_matches('\n').to_owned(),
            Token::Revision => self.revision.to_owned(),
            Token::DownRevision => self.down_revision.clone(),
            Token::BranchLabels => self.branch_labels.clone(),
            Token::DependsOn => self.depends_on.clone(),
            Token::Created => self.created.to_owned(),
            Token::Argument(key) => self.arguments.get(key).cloned().unwrap_or_default(),
        }
    }
}
