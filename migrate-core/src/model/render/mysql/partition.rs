//! Partitioning, and the periods of MariaDB.

use std::ops::Range;

use super::expression;
use crate::text::Dialect;
use crate::text::sql::{Token, TokenKind, tokenize, unquote};

/// `PARTITION BY ..` as a person would write it: one partition per line, without the engine, which is the table's.
pub(super) fn plain(partitioning: &str, dialect: Dialect) -> String {
    let read = Partitioning::read(partitioning, dialect);
    let head = expression::plain(read.head.trim(), dialect);
    if read.partitions.is_empty() {
        return head;
    }
    format!("{head} (\n    {}\n)", read.written().join(",\n    "))
}

/// `PERIOD FOR name (a, b)` without needless backticks.
pub(super) fn plain_period(period: &str, dialect: Dialect) -> String {
    // The name of a period stands before a parenthesis and is no function.
    let text = expression::plain(&period.replace("` (", "`  ("), dialect);
    let name = period_name(period, dialect);
    text.replace(&format!("`{name}`"), &super::name::ident(&name))
        .replace("  (", " (")
}

/// The name of a period; `SYSTEM_TIME` for that of system versioning.
pub(super) fn period_name(period: &str, dialect: Dialect) -> String {
    let mut tokens = tokenize(period, dialect)
        .filter(|token| !token.kind.is_trivia())
        .skip(2);
    tokens
        .next()
        .map(|token| unquote(&period[token.range], dialect))
        .unwrap_or_default()
}

/// A partitioning in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partitioning {
    /// How: `PARTITION BY RANGE (a)`, with `PARTITIONS n` where they are not listed.
    pub head: String,
    /// The partitions that are listed.
    pub partitions: Vec<Partition>,
    dialect: Dialect,
}

/// One partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partition {
    /// Its name.
    pub name: String,
    /// All of it, as the catalogue has it, without its engine.
    pub text: String,
}

impl Partitioning {
    /// Reads what the catalogue has.
    pub(super) fn read(text: &str, dialect: Dialect) -> Self {
        let tokens: Vec<Token> = tokenize(text, dialect)
            .filter(|it| !it.kind.is_trivia())
            .collect();
        let is = |place: usize, word: &str| {
            tokens
                .get(place)
                .is_some_and(|token| text[token.range.clone()].eq_ignore_ascii_case(word))
        };
        // The list opens with the parenthesis before its first `PARTITION`.
        let list = (0..tokens.len()).find(|place| is(*place, "(") && is(place + 1, "PARTITION"));
        let Some(list) = list else {
            return Self {
                head: text.trim().to_owned(),
                partitions: Vec::new(),
                dialect,
            };
        };
        let mut partitions = Vec::new();
        let mut depth = 0_usize;
        let mut start = list + 1;
        for (place, token) in tokens.iter().enumerate().skip(list) {
            match token.kind {
                TokenKind::Punct('(') => depth += 1,
                TokenKind::Punct(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            let ends = depth == 0 || depth == 1 && token.kind == TokenKind::Punct(',');
            if ends && start < place {
                partitions.push(partition(text, &tokens[start..place], dialect));
                start = place + 1;
            }
            if depth == 0 {
                break;
            }
        }
        let head = text[..tokens[list].range.start].trim().to_owned();
        Self {
            head,
            partitions,
            dialect,
        }
    }

    /// Its partitions as a person would write them.
    pub(super) fn written(&self) -> Vec<String> {
        self.partitions
            .iter()
            .map(|it| it.written(self.dialect))
            .collect()
    }

    /// Whether rows are parted by ranges or lists of values, so that single partitions come and go.
    pub(super) fn has_bounds(&self) -> bool {
        let words: Vec<&str> = self.head.split_whitespace().take(3).collect();
        matches!(words.as_slice(), [_, _, method] if {
            let method = method.to_ascii_uppercase();
            method.starts_with("RANGE") || method.starts_with("LIST")
        })
    }
}

impl Partition {
    /// As a person would write it.
    pub(super) fn written(&self, dialect: Dialect) -> String {
        expression::plain(&self.text, dialect)
    }
}

/// A partition without `ENGINE = name`, which every one of them repeats.
fn partition(text: &str, tokens: &[Token], dialect: Dialect) -> Partition {
    let word = |place: usize| {
        tokens
            .get(place)
            .map_or("", |token| &text[token.range.clone()])
    };
    let name = unquote(word(1), dialect);
    let mut kept: Vec<Range<usize>> = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        if word(place).eq_ignore_ascii_case("ENGINE") && word(place + 1) == "=" {
            place += 3;
            continue;
        }
        kept.push(tokens[place].range.clone());
        place += 1;
    }
    // What stood together stays together.
    let mut written = String::new();
    for (place, range) in kept.iter().enumerate() {
        let gap = place
            .checked_sub(1)
            .map(|before| kept[before].end < range.start);
        if gap == Some(true) {
            written.push(' ');
        }
        written.push_str(&text[range.clone()]);
    }
    Partition {
        name,
        text: written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_stand_on_lines_of_their_own() {
        let catalogue = " PARTITION BY RANGE (year(`at`))\n(PARTITION `p0` VALUES LESS THAN (2024) ENGINE = InnoDB,\n \
            PARTITION `p1` VALUES LESS THAN MAXVALUE COMMENT = 'rest' ENGINE = InnoDB)";
        assert_eq!(
            plain(catalogue, Dialect::Mariadb),
            "PARTITION BY RANGE (year(at)) (\n    PARTITION p0 VALUES LESS THAN (2024),\n    \
             PARTITION p1 VALUES LESS THAN MAXVALUE COMMENT = 'rest'\n)"
        );
        let read = Partitioning::read(catalogue, Dialect::Mariadb);
        let names: Vec<&str> = read.partitions.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["p0", "p1"]);
        assert!(read.has_bounds());
        assert_eq!(
            plain("PARTITION BY HASH (`id`)\nPARTITIONS 4", Dialect::Mariadb),
            "PARTITION BY HASH (id)\nPARTITIONS 4"
        );
    }

    #[test]
    fn periods_without_backticks() {
        assert_eq!(
            plain_period("PERIOD FOR `p` (`a`, `b`)", Dialect::Mariadb),
            "PERIOD FOR p (a, b)"
        );
        assert_eq!(
            plain_period("PERIOD FOR SYSTEM_TIME (`a`, `order`)", Dialect::Mariadb),
            "PERIOD FOR SYSTEM_TIME (a, `order`)"
        );
        assert_eq!(
            period_name("PERIOD FOR `p` (`a`, `b`)", Dialect::Mariadb),
            "p"
        );
    }
}
