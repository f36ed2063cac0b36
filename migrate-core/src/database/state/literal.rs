//! Values as they stand in our statements.
//!
//! They stand in the text as literals, because a revision is sent as one message and the simple protocol has no
//! parameters. Literals hold whatever settings a revision has made (`standard_conforming_strings`, `sql_mode`).

use std::fmt::Write;

use super::Tables;
use crate::text::{Dialect, RevisionId};

/// A text as a literal that means the same whatever the session's settings are.
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    let text = text.replace('\0', "\u{fffd}");
    match dialect {
        Dialect::Sqlite => format!("'{}'", text.replace('\'', "''")),
        Dialect::Postgres if !text.contains('\\') => format!("'{}'", text.replace('\'', "''")),
        Dialect::Postgres => format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        Dialect::Mysql | Dialect::Mariadb if text.is_ascii() && !text.contains('\\') => {
            format!("'{}'", text.replace('\'', "''"))
        }
        Dialect::Mysql | Dialect::Mariadb => {
            let mut hex = String::with_capacity(text.len() * 2 + 16);
            hex.push_str("_utf8mb4 x'");
            for byte in text.bytes() {
                // Writing to a String does not fail.
                let _ = write!(hex, "{byte:02x}");
            }
            hex.push('\'');
            hex
        }
    }
}

/// The moment at which the statement runs, by the database's clock.
pub(crate) const fn now(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
        Dialect::Postgres => "pg_catalog.clock_timestamp()",
        Dialect::Mysql | Dialect::Mariadb => "UTC_TIMESTAMP(6)",
    }
}

impl Tables {
    pub(super) fn literal(&self, text: &str) -> String {
        literal(self.dialect, text)
    }

    pub(super) fn optional(&self, text: Option<&str>) -> String {
        text.map_or_else(|| "NULL".to_owned(), |text| self.literal(text))
    }

    /// The condition that a column is one of these: `= 'a'` or `IN ('a', 'b')`.
    pub(super) fn one_of<'a>(&self, ids: impl IntoIterator<Item = &'a RevisionId>) -> String {
        let literal = |id: &RevisionId| self.literal(id.as_str());
        let ids: Vec<String> = ids.into_iter().map(literal).collect();
        match ids.as_slice() {
            [id] => format!("= {id}"),
            ids => format!("IN ({})", ids.join(", ")),
        }
    }

    pub(super) const fn flag(&self, flag: bool) -> &'static str {
        match (self.dialect, flag) {
            (Dialect::Postgres, true) => "true",
            (Dialect::Postgres, false) => "false",
            (_, true) => "1",
            (_, false) => "0",
        }
    }

    /// A column as text.
    pub(super) fn as_text(&self, column: &str) -> String {
        let time = matches!(column, "started_at" | "finished_at" | "since" | "heartbeat");
        let number = matches!(
            column,
            "statement_no"
                | "duration_us"
                | "is_head"
                | "pid"
                | "epoch"
                | "format"
                | "seq"
                | "statements"
                | "rounds"
                | "rows_touched"
        );
        match self.dialect {
            Dialect::Sqlite if number => format!("CAST({column} AS TEXT)"),
            Dialect::Sqlite => column.to_owned(),
            Dialect::Postgres if time => format!(
                "pg_catalog.to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
            ),
            Dialect::Postgres if number => format!("{column}::pg_catalog.text"),
            Dialect::Postgres => column.to_owned(),
            Dialect::Mysql | Dialect::Mariadb if time => {
                format!("DATE_FORMAT({column}, '%Y-%m-%dT%H:%i:%s.%fZ')")
            }
            Dialect::Mysql | Dialect::Mariadb if number => format!("CAST({column} AS CHAR)"),
            Dialect::Mysql | Dialect::Mariadb => column.to_owned(),
        }
    }
}

pub(super) fn join(ids: &[RevisionId]) -> String {
    ids.iter()
        .map(RevisionId::as_str)
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_mean_the_same_under_every_setting() {
        let cases = [
            (Dialect::Sqlite, "it's a \\ é", "'it''s a \\ é'"),
            (Dialect::Postgres, "it's", "'it''s'"),
            (Dialect::Postgres, "a\\'b", "E'a\\\\''b'"),
            (Dialect::Mariadb, "it's", "'it''s'"),
            (Dialect::Mariadb, "a\\b", "_utf8mb4 x'615c62'"),
            (Dialect::Mysql, "é", "_utf8mb4 x'c3a9'"),
        ];
        for (dialect, text, expected) in cases {
            assert_eq!(literal(dialect, text), expected, "{dialect}");
        }
    }
}
