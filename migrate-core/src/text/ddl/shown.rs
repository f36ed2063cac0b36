//! Statements as MySQL's and MariaDB's `SHOW CREATE` spells them.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize, unquote};

/// What a `SHOW CREATE TABLE` says that the catalogue does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShownTable {
    /// `PERIOD FOR ..`, by the name of the period (MariaDB).
    pub periods: BTreeMap<String, String>,
    /// The parsers of full text indexes, by the name of the index.
    pub parsers: BTreeMap<String, String>,
    /// The periods in keys, `(.., period WITHOUT OVERLAPS)`, by the name of the key, `PRIMARY` for the primary one (MariaDB).
    pub without_overlaps: BTreeMap<String, String>,
    /// `PARTITION BY ..` to the end.
    pub partitioning: Option<String>,
}

/// Reads a `SHOW CREATE TABLE`.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::ddl::shown_table;
///
/// let table = shown_table("CREATE TABLE `t` (`a` int) ENGINE=InnoDB\n PARTITION BY HASH (`a`)", Dialect::Mariadb);
/// assert_eq!(table.partitioning.as_deref(), Some("PARTITION BY HASH (`a`)"));
/// ```
pub fn shown_table(statement: &str, dialect: Dialect) -> ShownTable {
    let mut table = ShownTable::default();
    let mut cursor = Cursor::new(statement, dialect);
    while !cursor.at_end() && !cursor.is_punct('(') {
        cursor.skip();
    }
    cursor.take('(');
    while !cursor.at_end() && !cursor.is_punct(')') {
        if cursor.is_word("PERIOD") {
            let place = cursor.place();
            let name = if cursor.take_words(&["PERIOD", "FOR"]) {
                cursor.identifier()
            } else {
                None
            };
            cursor.back_to(place);
            let period = cursor.skip_item();
            let text = cursor.slice(period).to_owned();
            table.periods.insert(name.unwrap_or_default(), text);
        } else if cursor.take_words(&["FULLTEXT", "KEY"]) {
            let name = cursor.identifier().unwrap_or_default();
            cursor.skip_group();
            if cursor.take_words(&["WITH", "PARSER"])
                && let Some(parser) = cursor.identifier()
            {
                table.parsers.insert(name, parser);
            }
            cursor.skip_item();
        } else if cursor.take_words(&["PRIMARY", "KEY"]) {
            table.key("PRIMARY".to_owned(), &mut cursor);
        } else if cursor.take_words(&["UNIQUE", "KEY"]) {
            let name = cursor.identifier().unwrap_or_default();
            table.key(name, &mut cursor);
        } else {
            cursor.skip_item();
        }
        if !cursor.take(',') {
            break;
        }
    }
    cursor.take(')');
    while !cursor.at_end() {
        let rest = cursor.rest();
        if cursor.take_words(&["PARTITION", "BY"]) {
            // MySQL puts it into an executable comment.
            let rest = rest.trim_end().trim_end_matches("*/").trim_end();
            table.partitioning = Some(rest.to_owned());
            break;
        }
        if cursor.skip_group().is_none() {
            cursor.skip();
        }
    }
    table
}

impl ShownTable {
    /// Reads a key behind its name, to the end of the item.
    fn key(&mut self, name: String, cursor: &mut Cursor<'_>) {
        let mut last = None;
        cursor.take('(');
        while !cursor.at_end() && !cursor.is_punct(')') {
            if cursor.take_words(&["WITHOUT", "OVERLAPS"]) {
                self.without_overlaps
                    .extend(last.take().map(|it| (name.clone(), it)));
            } else if let Some(part) = cursor.identifier() {
                last = Some(part);
            } else if cursor.skip_group().is_none() {
                cursor.skip();
            }
        }
        cursor.take(')');
        cursor.skip_item();
    }
}

/// A statement without its `DEFINER = user@host`, which is whoever ran it.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::ddl::without_definer;
///
/// let shown = "CREATE DEFINER=`me`@`%` FUNCTION `f`() RETURNS int RETURN 1";
/// assert_eq!(without_definer(shown, Dialect::Mariadb), "CREATE FUNCTION `f`() RETURNS int RETURN 1");
/// ```
pub fn without_definer(statement: &str, dialect: Dialect) -> String {
    let mut tokens = tokenize(statement, dialect).filter(|token| !token.kind.is_trivia());
    let text = |range: &std::ops::Range<usize>| &statement[range.clone()];
    // It stands before the kind of object, among the first words.
    let start = tokens.by_ref().take(8).find(|token| {
        token.kind == TokenKind::Word && text(&token.range).eq_ignore_ascii_case("DEFINER")
    });
    let Some(start) = start else {
        return statement.to_owned();
    };
    let mut at = false;
    for token in tokens {
        match token.kind {
            TokenKind::Punct('=') => {}
            TokenKind::Punct('@') => at = true,
            // `user@host` in quotes each, or a bare word that the lexer has cut at `@` or not.
            _ if !at => {}
            _ => {
                let rest = statement[token.range.end..].trim_start();
                return format!("{}{rest}", &statement[..start.range.start]);
            }
        }
    }
    statement.to_owned()
}

/// An expression without the name of its own database, which the catalogue puts before the name of a sequence.
///
/// ```
/// use migrate_core::text::Dialect;
/// use migrate_core::text::ddl::without_database;
///
/// assert_eq!(without_database("nextval(`app`.`s`)", "app", Dialect::Mariadb), "nextval(`s`)");
/// assert_eq!(without_database("'`app`.'", "app", Dialect::Mariadb), "'`app`.'");
/// ```
pub fn without_database(expression: &str, database: &str, dialect: Dialect) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut tokens = tokenize(expression, dialect).peekable();
    while let Some(token) = tokens.next() {
        let text = &expression[token.range];
        let is_database =
            token.kind == TokenKind::QuotedIdent && unquote(text, dialect) == database;
        let is_point = |kind: TokenKind| kind == TokenKind::Punct('.');
        if is_database && tokens.next_if(|next| is_point(next.kind)).is_some() {
            continue;
        }
        out.push_str(text);
    }
    out
}

/// The algorithm that a `SHOW CREATE VIEW` names, in upper case.
pub fn view_algorithm(statement: &str, dialect: Dialect) -> Option<String> {
    let mut cursor = Cursor::new(statement, dialect);
    if !cursor.take_keyword("CREATE") || !cursor.take_keyword("ALGORITHM") || !cursor.take('=') {
        return None;
    }
    cursor.take_word()
}

/// A `SHOW CREATE EVENT` without `STARTS`, which is the moment of its creation when nobody has said otherwise.
pub fn without_starts(statement: &str, dialect: Dialect) -> String {
    let mut cursor = Cursor::new(statement, dialect);
    while !cursor.at_end() {
        let before = cursor.taken_to();
        if cursor.take_keyword("STARTS") && cursor.take_literal() {
            let rest = &statement[cursor.taken_to()..];
            return format!("{}{rest}", &statement[..before]);
        }
        if cursor.is_word("DO") {
            break;
        }
        if cursor.place() == 0 || cursor.skip_group().is_none() {
            cursor.skip();
        }
    }
    statement.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_with_everything_that_the_catalogue_does_not_tell() {
        let table = shown_table(
            "CREATE TABLE `t` (\n  `PERIOD` int DEFAULT NULL COMMENT 'PARTITION BY (',\n  FULLTEXT KEY `ft` (`h`) WITH PARSER `ngram`,\n  \
             PERIOD FOR `p` (`a`, `b`),\n  PRIMARY KEY (`c`(10),`p` WITHOUT OVERLAPS),\n  UNIQUE KEY `u` (`c`,`without`) USING HASH\n) ENGINE=InnoDB\n/*!50100 PARTITION BY RANGE (`a`)\n(PARTITION p0 VALUES LESS THAN (10)) */",
            Dialect::Mysql,
        );
        assert_eq!(table.periods["p"], "PERIOD FOR `p` (`a`, `b`)");
        assert_eq!(table.parsers["ft"], "ngram");
        let keys: Vec<_> = table.without_overlaps.into_iter().collect();
        assert_eq!(keys, [("PRIMARY".to_owned(), "p".to_owned())]);
        assert_eq!(
            table.partitioning.as_deref(),
            Some("PARTITION BY RANGE (`a`)\n(PARTITION p0 VALUES LESS THAN (10))")
        );
    }

    #[test]
    fn definers_of_every_form() {
        for definer in ["`a`@`%`", "'a'@'localhost'", "`a b`@`10.%`", "a@localhost"] {
            let shown = format!("CREATE DEFINER={definer} PROCEDURE `p`() SELECT 1");
            assert_eq!(
                without_definer(&shown, Dialect::Mysql),
                "CREATE PROCEDURE `p`() SELECT 1",
                "{definer}"
            );
        }
        assert_eq!(
            without_definer("CREATE TABLE t (a int)", Dialect::Mysql),
            "CREATE TABLE t (a int)"
        );
    }

    #[test]
    fn events_do_not_say_when_they_were_made() {
        let shown = "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2026-11-21 12:31:29' ON COMPLETION PRESERVE DO SELECT 1";
        assert_eq!(
            without_starts(shown, Dialect::Mysql),
            "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DO SELECT 1"
        );
    }
}
