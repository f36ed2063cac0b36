//! Types of columns.

use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize};

/// The widths that integers have when none is given; those of unsigned ones second.
const WIDTHS: &[(&str, &str, &str)] = &[
    ("TINYINT", "4", "3"),
    ("SMALLINT", "6", "5"),
    ("MEDIUMINT", "9", "8"),
    ("INT", "11", "10"),
    ("BIGINT", "20", "20"),
    ("YEAR", "4", "4"),
];

/// A type of the catalogue, read into its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DataType {
    /// `VARCHAR`, in capitals.
    pub name: String,
    /// What stands in its parentheses, literals with their quotes.
    pub arguments: Vec<String>,
    /// `UNSIGNED`, `ZEROFILL`, `COMPRESSED` and the like, in capitals.
    pub attributes: Vec<String>,
}

impl DataType {
    /// Reads `COLUMN_TYPE`.
    pub(super) fn read(text: &str, dialect: Dialect) -> Self {
        let mut data_type = Self {
            name: String::new(),
            arguments: Vec::new(),
            attributes: Vec::new(),
        };
        let mut depth = 0_usize;
        for token in tokenize(text, dialect) {
            let part = &text[token.range];
            match token.kind {
                TokenKind::Punct('(') => depth += 1,
                TokenKind::Punct(')') => depth = depth.saturating_sub(1),
                TokenKind::Word if depth == 0 => {
                    let word = part.to_ascii_uppercase();
                    if data_type.name.is_empty() {
                        data_type.name = word;
                    } else {
                        data_type.attributes.push(word);
                    }
                }
                TokenKind::Number | TokenKind::String | TokenKind::Word if depth > 0 => {
                    data_type.arguments.push(part.to_owned());
                }
                _ => {}
            }
        }
        data_type.drop_usual_width();
        data_type
    }

    /// `INT(11)` says no more than `INT`; with `ZEROFILL` it does.
    fn drop_usual_width(&mut self) {
        let [width] = self.arguments.as_slice() else {
            return;
        };
        let usual = WIDTHS.iter().any(|(name, signed, unsigned)| {
            let usual = if self.is_unsigned() { unsigned } else { signed };
            *name == self.name && width == usual
        });
        if usual && !self.has("ZEROFILL") {
            self.arguments.clear();
        }
    }

    fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|it| it == attribute)
    }

    /// Whether it is `UNSIGNED`.
    pub(super) fn is_unsigned(&self) -> bool {
        self.has("UNSIGNED")
    }

    /// The number in its parentheses at this place.
    pub(super) fn number(&self, place: usize) -> Option<u32> {
        self.arguments.get(place)?.parse().ok()
    }

    /// Whether it holds characters, and so has a character set.
    pub(super) fn is_text(&self) -> bool {
        matches!(
            self.name.as_str(),
            "CHAR" | "VARCHAR" | "TINYTEXT" | "TEXT" | "MEDIUMTEXT" | "LONGTEXT" | "ENUM" | "SET"
        )
    }

    /// Whether it holds a number.
    pub(super) fn is_number(&self) -> bool {
        self.integer_rank().is_some()
            || matches!(self.name.as_str(), "DECIMAL" | "FLOAT" | "DOUBLE" | "YEAR")
    }

    /// The place of an integer among the integers, by size.
    pub(super) fn integer_rank(&self) -> Option<usize> {
        let integers = ["TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT"];
        integers.iter().position(|name| *name == self.name)
    }
}

/// As a person would write it.
impl std::fmt::Display for DataType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        if !self.arguments.is_empty() {
            let separator = if matches!(self.name.as_str(), "ENUM" | "SET") {
                ", "
            } else {
                ","
            };
            write!(f, "({})", self.arguments.join(separator))?;
        }
        for attribute in &self.attributes {
            write!(f, " {attribute}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_without_what_goes_without_saying() {
        let cases = [
            ("int(11)", "INT"),
            ("int(10) unsigned", "INT UNSIGNED"),
            ("int(10)", "INT(10)"),
            ("tinyint(1)", "TINYINT(1)"),
            ("int(5) unsigned zerofill", "INT(5) UNSIGNED ZEROFILL"),
            ("int(10) unsigned zerofill", "INT(10) UNSIGNED ZEROFILL"),
            ("bigint(20) unsigned", "BIGINT UNSIGNED"),
            ("year(4)", "YEAR"),
            ("varchar(255)", "VARCHAR(255)"),
            ("decimal(10,2)", "DECIMAL(10,2)"),
            ("enum('a','b,c','it''s')", "ENUM('a', 'b,c', 'it''s')"),
            (
                "varchar(20) /*M!100301 COMPRESSED*/",
                "VARCHAR(20) COMPRESSED",
            ),
            ("datetime(6)", "DATETIME(6)"),
            ("inet6", "INET6"),
        ];
        for (catalogue, written) in cases {
            assert_eq!(
                DataType::read(catalogue, Dialect::Mariadb).to_string(),
                written
            );
        }
    }
}
