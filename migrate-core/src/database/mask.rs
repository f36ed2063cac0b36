//! Texts made fit to be shown and stored: secrets masked, control characters escaped, lengths bounded.

use crate::text::Dialect;

/// `sql` with the literals masked that hold secrets: those after PASSWORD, IDENTIFIED BY and their like, and all in
/// CREATE or ALTER of a SERVER, USER MAPPING or SUBSCRIPTION; control characters are escaped, except line breaks and
/// tabs.
pub(crate) fn mask(sql: &str, dialect: Dialect) -> String {
    escape(&mask_secrets(sql, dialect))
}

fn mask_secrets(sql: &str, dialect: Dialect) -> String {
    let words = Words::new(sql, dialect);
    let mut masked = String::with_capacity(sql.len());
    let mut copied = 0;
    let mut everything = false;
    let mut first: Vec<String> = Vec::new();
    // A word that makes the next literal a secret, unless something else than these comes between.
    let mut secret = false;
    for (kind, range) in words {
        let text = &sql[range.clone()];
        match kind {
            Kind::Word => {
                let word = text.to_ascii_uppercase();
                if first.len() < 6 {
                    everything |= is_connection(&first, &word);
                    first.push(word.clone());
                }
                secret = matches!(
                    word.as_str(),
                    "PASSWORD" | "IDENTIFIED" | "SECRET" | "PASSPHRASE" | "TOKEN"
                ) || word.ends_with("PASSWORD")
                    || (secret
                        && matches!(
                            word.as_str(),
                            "BY" | "WITH" | "AS" | "USING" | "NULL" | "VIA" | "FOR"
                        ))
                    || (secret && word.starts_with("MYSQL_") || word.ends_with("_PASSWORD"));
            }
            Kind::Literal => {
                if secret || everything || holds_secret(text) {
                    masked.push_str(&sql[copied..range.start]);
                    masked.push_str("'***'");
                    copied = range.end;
                }
                secret = false;
            }
            Kind::Other => {
                if !matches!(text, "=" | "(" | ":" | ">") {
                    secret = false;
                }
            }
        }
    }
    masked.push_str(&sql[copied..]);
    masked
}

/// Whether these first words open a statement that says how to reach another server.
fn is_connection(before: &[String], word: &str) -> bool {
    let opens = before
        .first()
        .is_some_and(|first| first == "CREATE" || first == "ALTER");
    opens
        && (matches!(word, "SERVER" | "SUBSCRIPTION")
            || (word == "MAPPING" && before.last().is_some_and(|w| w == "USER")))
}

/// A literal that is a connection string.
fn holds_secret(literal: &str) -> bool {
    let lower = literal.to_ascii_lowercase();
    lower.contains("password=")
        || lower.contains("password =")
        || (lower.contains("://")
            && lower.split_once("://").is_some_and(|(_, rest)| {
                rest.split_once('@')
                    .is_some_and(|(user, _)| user.contains(':') && !user.contains('/'))
            }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Literal,
    Other,
}

/// Words, string literals and single other characters of a text; comments and blanks are passed over.
///
/// It needs less than the splitter knows and never fails: what it cannot place is masked rather than shown.
struct Words<'a> {
    sql: &'a str,
    at: usize,
    dialect: Dialect,
}

impl<'a> Words<'a> {
    const fn new(sql: &'a str, dialect: Dialect) -> Self {
        Self {
            sql,
            at: 0,
            dialect,
        }
    }

    /// The end of a literal that begins at `start` with `quote`.
    fn literal(&self, start: usize, quote: char) -> usize {
        let backslash = self.dialect.is_mysql_family()
            || (self.dialect == Dialect::Postgres && self.sql[..start].ends_with(['e', 'E']));
        let mut chars = self.sql[start + 1..].char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            if c == '\\' && backslash {
                chars.next();
            } else if c == quote {
                if chars.peek().is_some_and(|(_, next)| *next == quote) {
                    chars.next();
                } else {
                    return start + 1 + offset + 1;
                }
            }
        }
        self.sql.len()
    }

    /// The end of a dollar-quoted literal that begins at `start`, if one does.
    fn dollar(&self, start: usize) -> Option<usize> {
        let rest = &self.sql[start..];
        let tag_end = rest[1..].find('$')? + 2;
        let tag = &rest[..tag_end];
        let is_tag = tag[1..tag_end - 1]
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_');
        if self.dialect != Dialect::Postgres || !is_tag {
            return None;
        }
        let body = rest[tag_end..].find(tag)?;
        Some(start + tag_end + body + tag_end)
    }
}

impl Iterator for Words<'_> {
    type Item = (Kind, std::ops::Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = &self.sql[self.at..];
            let c = rest.chars().next()?;
            let start = self.at;
            if c.is_whitespace() {
                self.at += c.len_utf8();
            } else if rest.starts_with("--") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*")
                && !rest.starts_with("/*!")
                && !rest.starts_with("/*M!")
            {
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            } else if c == '\'' || (c == '"' && self.dialect.is_mysql_family()) {
                self.at = self.literal(start, c);
                return Some((Kind::Literal, start..self.at));
            } else if c == '"' || c == '`' {
                self.at = self.literal(start, c);
                return Some((Kind::Word, start..self.at));
            } else if let Some(end) = (c == '$').then(|| self.dollar(start)).flatten() {
                self.at = end;
                return Some((Kind::Literal, start..end));
            } else if c.is_alphanumeric() || c == '_' {
                let len = rest
                    .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .unwrap_or(rest.len());
                self.at += len;
                // The letter before a literal (E'..', N'..', x'..') is part of it.
                if len == 1 && self.sql[self.at..].starts_with('\'') {
                    self.at = self.literal(self.at, '\'');
                    return Some((Kind::Literal, start..self.at));
                }
                return Some((Kind::Word, start..self.at));
            } else {
                self.at += c.len_utf8();
                return Some((Kind::Other, start..self.at));
            }
        }
    }
}

/// Control characters escaped, except line breaks and tabs, so that no text can steer a terminal.
pub(crate) fn escape(text: &str) -> String {
    let is_steering = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(is_steering) {
        return text.to_owned();
    }
    text.chars()
        .flat_map(|c| {
            if is_steering(c) {
                c.escape_default().collect::<Vec<_>>()
            } else {
                vec![c]
            }
        })
        .collect()
}

/// At most `length` characters, the cut marked.
pub(crate) fn shorten(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        None => text.to_owned(),
        Some((byte, _)) => format!("{} ..", &text[..byte]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        use Dialect::{Mariadb, Postgres};
        let cases = [
            (
                Postgres,
                "CREATE ROLE app LOGIN PASSWORD 'geheim'",
                "CREATE ROLE app LOGIN PASSWORD '***'",
            ),
            (
                Postgres,
                "alter user app with encrypted password E'a\\'b'",
                "alter user app with encrypted password '***'",
            ),
            (
                Postgres,
                "CREATE ROLE a PASSWORD $$x$$",
                "CREATE ROLE a PASSWORD '***'",
            ),
            (
                Mariadb,
                "CREATE USER a IDENTIFIED BY 'x'",
                "CREATE USER a IDENTIFIED BY '***'",
            ),
            (
                Mariadb,
                "CREATE USER a IDENTIFIED VIA mysql_native_password USING PASSWORD(\"x\")",
                "CREATE USER a IDENTIFIED VIA mysql_native_password USING PASSWORD('***')",
            ),
            (
                Mariadb,
                "SET PASSWORD FOR 'a'@'b' = PASSWORD('x')",
                "SET PASSWORD FOR '***'@'b' = PASSWORD('***')",
            ),
            (
                Postgres,
                "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password 'p')",
                "CREATE USER MAPPING FOR a SERVER s OPTIONS (user '***', password '***')",
            ),
            (
                Postgres,
                "CREATE SUBSCRIPTION s CONNECTION 'host=a password=b' PUBLICATION p",
                "CREATE SUBSCRIPTION s CONNECTION '***' PUBLICATION p",
            ),
            (
                Postgres,
                "SELECT dblink('host=a password=b')",
                "SELECT dblink('***')",
            ),
            (Postgres, "SELECT 'postgres://u:p@h/d'", "SELECT '***'"),
            (
                Postgres,
                "INSERT INTO t (password_hint) VALUES ('a')",
                "INSERT INTO t (password_hint) VALUES ('a')",
            ),
            (
                Postgres,
                "COMMENT ON COLUMN u.password IS 'hash'",
                "COMMENT ON COLUMN u.password IS 'hash'",
            ),
        ];
        for (dialect, sql, masked) in cases {
            assert_eq!(mask(sql, dialect), masked);
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(escape("a\u{1b}[31m\n\tb"), "a\\u{1b}[31m\n\tb");
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("äbcd", 3), "äbc ..");
    }
}
