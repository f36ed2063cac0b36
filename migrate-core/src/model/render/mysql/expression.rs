//! The SQL of the catalogue as a person would write it: without needless backticks, its keywords in capitals.

use super::name::{ident, is_plain};
use crate::text::Dialect;
use crate::text::sql::{Token, TokenKind, tokenize, unquote};

/// Words of expressions and queries that are no functions, sorted. In what the catalogue spells every name is in
/// backticks, so that such a word is never one.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "ALL", "AND", "AS", "ASC", "BETWEEN", "BY", "CASE", "COLLATE", "CROSS", "CURRENT", "DESC", "DISTINCT", "DIV",
    "ELSE", "END", "ESCAPE", "EXCEPT", "EXISTS", "FALSE", "FOLLOWING", "FROM", "GROUP", "HAVING", "IN", "INNER",
    "INTERSECT", "INTERVAL", "IS", "JOIN", "LEFT", "LIKE", "LIMIT", "NATURAL", "NOT", "NULL", "OFFSET", "ON", "OR",
    "ORDER", "OUTER", "OVER", "PARTITION", "PRECEDING", "RANGE", "RECURSIVE", "REGEXP", "RIGHT", "RLIKE", "ROLLUP",
    "ROW", "ROWS", "SELECT", "STRAIGHT_JOIN", "THEN", "TRUE", "UNBOUNDED", "UNION", "USING", "WHEN", "WHERE", "WITH",
    "XOR",
];

/// Those that are functions before a parenthesis.
const FUNCTIONS: &[&str] = &["INTERVAL", "LEFT", "RIGHT", "ROW"];

/// An expression or a query of the catalogue, on as many lines as it has.
pub(super) fn plain(sql: &str, dialect: Dialect) -> String {
    let tokens: Vec<Token> = tokenize(sql, dialect).collect();
    let mut out = String::with_capacity(sql.len());
    let mut place = 0;
    while let Some(token) = tokens.get(place) {
        let text = &sql[token.range.clone()];
        let next = tokens[place + 1..].iter().find(|it| !it.kind.is_trivia());
        match token.kind {
            TokenKind::QuotedIdent => {
                out.push_str(&name(sql, text, next, &out, dialect));
                if let Some(alias) = repeated_alias(sql, &tokens[place..], &out) {
                    place += alias;
                }
            }
            TokenKind::Word => {
                let word = word(text, next);
                out.push_str(&word);
                let opens = tokens
                    .get(place + 1)
                    .is_some_and(|it| it.kind == TokenKind::Punct('('));
                if opens && is_keyword(&word) {
                    out.push(' ');
                }
            }
            TokenKind::Punct(',') => {
                out.push(',');
                if tokens
                    .get(place + 1)
                    .is_some_and(|it| it.kind != TokenKind::Blank)
                {
                    out.push(' ');
                }
            }
            _ => out.push_str(text),
        }
        place += 1;
    }
    out
}

/// A name without its backticks, unless it would be read as something else.
fn name(sql: &str, quoted: &str, next: Option<&Token>, before: &str, dialect: Dialect) -> String {
    let name = unquote(quoted, dialect);
    // Before a parenthesis it may become another function, before a literal a character set.
    let is_read_otherwise = next.is_some_and(|next| {
        matches!(next.kind, TokenKind::Punct('(') | TokenKind::String)
            && sql[next.range.clone()].starts_with(['(', '\''])
    });
    let touches = before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '@');
    if is_plain(&name) && !is_read_otherwise && !touches {
        return name;
    }
    if is_plain(&name) {
        quoted.to_owned()
    } else {
        ident(&name)
    }
}

/// How many tokens say `AS name` of a column that is called so anyway: `t.name AS name`.
fn repeated_alias(sql: &str, tokens: &[Token], before: &str) -> Option<usize> {
    let mut rest = tokens
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, it)| !it.kind.is_trivia());
    let (_, as_word) = rest.next()?;
    let (end, alias) = rest.next()?;
    let is_as =
        as_word.kind == TokenKind::Word && sql[as_word.range.clone()].eq_ignore_ascii_case("AS");
    let own = &tokens.first()?.range;
    let same = alias.kind == TokenKind::QuotedIdent && sql[alias.range.clone()] == sql[own.clone()];
    // Only behind `t.`: an alias of anything else is one that was asked for.
    let written = before.len().checked_sub(1)?;
    let name_start = before[..written].rfind(['.', ' ', '(', ','])?;
    (is_as && same && before.as_bytes()[name_start] == b'.').then_some(end)
}

fn word(word: &str, next: Option<&Token>) -> String {
    let upper = word.to_ascii_uppercase();
    let calls = next.is_some_and(|next| next.kind == TokenKind::Punct('('));
    let is_function = calls && FUNCTIONS.contains(&upper.as_str());
    if is_keyword(&upper) && !is_function {
        upper
    } else {
        word.to_owned()
    }
}

/// Whether a word in capitals is one of the keywords.
fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search(&word).is_ok()
}

/// A query of the catalogue, its clauses on lines of their own.
pub(super) fn query(sql: &str, dialect: Dialect) -> String {
    let sql = plain(sql, dialect);
    let mut out = String::with_capacity(sql.len());
    let mut depth = 0_usize;
    let mut previous = String::new();
    for token in tokenize(&sql, dialect) {
        let text = &sql[token.range.clone()];
        match token.kind {
            TokenKind::Punct('(') => depth += 1,
            TokenKind::Punct(')') => depth = depth.saturating_sub(1),
            TokenKind::Word if depth == 0 && begins_clause(text, &previous) => {
                out.truncate(out.trim_end().len());
                if !out.is_empty() {
                    out.push('\n');
                }
            }
            _ => {}
        }
        if !token.kind.is_trivia() {
            text.clone_into(&mut previous);
        }
        out.push_str(text);
    }
    out
}

/// Whether a clause of the outermost query begins with this word.
fn begins_clause(word: &str, previous: &str) -> bool {
    match word {
        "FROM" | "WHERE" | "GROUP" | "HAVING" | "ORDER" | "LIMIT" | "UNION" | "EXCEPT"
        | "INTERSECT" => true,
        "SELECT" => matches!(previous, "UNION" | "ALL" | "EXCEPT" | "INTERSECT" | ")"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_lose_what_only_the_catalogue_needs() {
        let cases = [
            ("`a` > 0 and `b` is not null", "a > 0 AND b IS NOT NULL"),
            ("`order` + `a b`", "`order` + `a b`"),
            ("json_valid(`m`)", "json_valid(m)"),
            ("`f`(`a`)", "`f`(a)"),
            ("concat(`a`,'x','`b`')", "concat(a, 'x', '`b`')"),
            ("left(`a`,3)", "left(a, 3)"),
            ("`a` in (1,2)", "a IN (1, 2)"),
            (
                "case when `a` > 1 then 'and' else `x`.`y` end",
                "CASE WHEN a > 1 THEN 'and' ELSE x.y END",
            ),
        ];
        for (catalogue, plain_text) in cases {
            assert_eq!(plain(catalogue, Dialect::Mariadb), plain_text);
        }
    }

    #[test]
    fn queries_stand_on_several_lines() {
        let catalogue = "select `a`.`id` AS `id`,count(0) AS `n`,`a`.`x` AS `y`,(select 1 from `c`) AS `z` \
            from (`a` left join `b` on(`b`.`id` = `a`.`id`)) where `a`.`id` in (1,2) group by `a`.`id` order by count(0) desc limit 3";
        assert_eq!(
            query(catalogue, Dialect::Mariadb),
            "SELECT a.id, count(0) AS n, a.x AS y, (SELECT 1 FROM c) AS z\n\
             FROM (a LEFT JOIN b ON (b.id = a.id))\n\
             WHERE a.id IN (1, 2)\n\
             GROUP BY a.id\n\
             ORDER BY count(0) DESC\n\
             LIMIT 3"
        );
        assert_eq!(
            query(
                "select 1 AS `a` union all select 2 AS `2`",
                Dialect::Mariadb
            ),
            "SELECT 1 AS a\nUNION ALL\nSELECT 2 AS `2`"
        );
    }
}
