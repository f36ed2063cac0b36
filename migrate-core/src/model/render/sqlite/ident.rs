//! Names, quoted only where SQLite would read something else.

use std::collections::BTreeSet;

use crate::text::Dialect;
use crate::text::sql::{TokenKind, quote_ident, tokenize, unquote};

/// Words that SQLite does not take for a name everywhere, in upper case and in order. Its other keywords (`KEY`,
/// `DESC`, `ACTION` ..) are names where no keyword can stand.
const RESERVED: [&str; 101] = [
    "ADD",
    "ALL",
    "ALTER",
    "ALWAYS",
    "AND",
    "AS",
    "ASC",
    "AUTOINCREMENT",
    "BEGIN",
    "BETWEEN",
    "CASE",
    "CAST",
    "CHECK",
    "COLLATE",
    "COMMIT",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "CURRENT",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "DEFAULT",
    "DEFERRABLE",
    "DELETE",
    "DESC",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FILTER",
    "FOR",
    "FOREIGN",
    "FROM",
    "FULL",
    "GENERATED",
    "GLOB",
    "GROUP",
    "HAVING",
    "IF",
    "IGNORE",
    "IN",
    "INDEX",
    "INDEXED",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "MATCH",
    "NATURAL",
    "NOT",
    "NOTHING",
    "NOTNULL",
    "NULL",
    "NULLS",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PRIMARY",
    "RAISE",
    "REFERENCES",
    "REGEXP",
    "REPLACE",
    "RETURNING",
    "RIGHT",
    "ROLLBACK",
    "SELECT",
    "SET",
    "TABLE",
    "TEMP",
    "TEMPORARY",
    "THEN",
    "TO",
    "TRANSACTION",
    "TRIGGER",
    "TRUE",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USING",
    "VALUES",
    "VIEW",
    "VIRTUAL",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
    "WITHOUT",
];

/// A name.
pub(in crate::model::render) fn ident(name: &str) -> String {
    let mut characters = name.chars();
    let begins = characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let plain = begins && characters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain
        && RESERVED
            .binary_search(&name.to_ascii_uppercase().as_str())
            .is_err()
    {
        name.to_owned()
    } else {
        quote_ident(name, Dialect::Sqlite)
    }
}

/// Names, separated by commas.
pub(super) fn idents<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| ident(name.as_ref())).collect();
    names.join(", ")
}

/// Whether a text names something, as a bare word or in quotes.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    words(text).any(|word| word.eq_ignore_ascii_case(name))
}

/// Everything that a text may name, in lower case.
pub(super) fn names_in(text: &str) -> BTreeSet<String> {
    words(text).map(|word| word.to_ascii_lowercase()).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    tokenize(text, Dialect::Sqlite)
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent))
        .map(|token| unquote(&text[token.range], Dialect::Sqlite))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stand_only_where_they_are_needed() {
        assert!(RESERVED.is_sorted());
        let cases = [
            ("users", "users"),
            ("created_at2", "created_at2"),
            ("key", "key"),
            ("order", "\"order\""),
            ("Group", "\"Group\""),
            ("2fa", "\"2fa\""),
            ("a b", "\"a b\""),
            ("a\"b", "\"a\"\"b\""),
            ("naïve", "\"naïve\""),
            ("", "\"\""),
        ];
        for (name, expected) in cases {
            assert_eq!(ident(name), expected);
        }
    }

    #[test]
    fn a_name_is_a_whole_word_outside_of_literals() {
        assert!(mentions("SELECT a FROM Users", "users"));
        assert!(mentions("SELECT [a b] FROM t", "a b"));
        assert!(!mentions("SELECT 'users' FROM users2 -- users", "users"));
    }
}
