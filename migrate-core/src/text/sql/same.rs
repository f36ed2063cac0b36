//! Whether two texts are the same SQL.

use super::token::{Token, TokenKind};
use super::{tokenize, unquote};
use crate::text::Dialect;

/// Whether two texts consist of the same tokens: blanks and comments, the case of bare words and the quotes around
/// identifiers make no difference, what stands in literals does.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::sql::same_tokens;
///
/// assert!(same_tokens("select \"a\"  from t -- all", "SELECT a FROM t", Dialect::Sqlite));
/// assert!(!same_tokens("SELECT 'a'", "SELECT 'A'", Dialect::Sqlite));
/// ```
pub fn same_tokens(one: &str, other: &str, dialect: Dialect) -> bool {
    let mut others = significant(other, dialect);
    significant(one, dialect).all(|token| {
        others
            .next()
            .is_some_and(|twin| same(one, &token, other, &twin, dialect))
    }) && others.next().is_none()
}

fn significant(text: &str, dialect: Dialect) -> impl Iterator<Item = Token> {
    tokenize(text, dialect).filter(|token| !token.kind.is_trivia())
}

fn same(one: &str, token: &Token, other: &str, twin: &Token, dialect: Dialect) -> bool {
    let (text, twin_text) = (&one[token.range.clone()], &other[twin.range.clone()]);
    let is_name = |kind| matches!(kind, TokenKind::Word | TokenKind::QuotedIdent);
    if is_name(token.kind) && is_name(twin.kind) {
        let (name, twin_name) = (unquote(text, dialect), unquote(twin_text, dialect));
        // PostgreSQL keeps the case of what is quoted, and has folded the rest by now.
        return match dialect {
            Dialect::Postgres => name == twin_name,
            _ => name.eq_ignore_ascii_case(&twin_name),
        };
    }
    token.kind == twin.kind && text == twin_text
}

/// A text without the blanks and comments around it: what can be put into parentheses without swallowing them.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::sql::without_comments_around;
///
/// assert_eq!(without_comments_around(" a > /* b */ 0 -- c", Dialect::Sqlite), "a > /* b */ 0");
/// ```
pub fn without_comments_around(text: &str, dialect: Dialect) -> &str {
    let mut tokens = significant(text, dialect).map(|token| token.range);
    let Some(first) = tokens.next() else {
        return "";
    };
    let end = tokens.last().map_or(first.end, |last| last.end);
    &text[first.start..end]
}

/// An expression without the parentheses around all of it.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::sql::without_parentheses;
///
/// assert_eq!(without_parentheses("((a > 0))", Dialect::Postgres), "a > 0");
/// assert_eq!(without_parentheses("(a) > (0)", Dialect::Postgres), "(a) > (0)");
/// ```
pub fn without_parentheses(expression: &str, dialect: Dialect) -> &str {
    let mut inner = expression.trim();
    loop {
        let tokens: Vec<Token> = significant(inner, dialect).collect();
        let mut depth = 0_usize;
        let closes = tokens.iter().position(|token| {
            match token.kind {
                TokenKind::Punct('(') => depth += 1,
                TokenKind::Punct(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let opens = tokens
            .first()
            .is_some_and(|token| token.kind == TokenKind::Punct('('));
        if !opens || closes != tokens.len().checked_sub(1) || depth != 0 {
            return inner;
        }
        match inner
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
        {
            Some(rest) => inner = rest.trim(),
            // A comment stands around them.
            None => return inner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_pairs() {
        let cases = [
            ("a + b", "a+b", true),
            ("a + b", "a - b", false),
            ("a", "a b", false),
            ("a b", "a", false),
            ("[a]", "\"A\"", true),
            ("'a'", "a", false),
            ("lower(x)", "LOWER( x )", true),
            ("", "  -- nothing", true),
        ];
        for (one, other, expected) in cases {
            assert_eq!(
                same_tokens(one, other, Dialect::Sqlite),
                expected,
                "{one} {other}"
            );
        }
        assert!(!same_tokens("\"A\"", "a", Dialect::Postgres));
        assert!(same_tokens("A", "a", Dialect::Postgres));
    }
}
