//! A value for a column, by its type.

use crate::model::schema::{Column, Schema};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, quote_literal, tokenize};

/// A value for a column: another one in each row, and of each way one that other checks take.
pub(super) fn literal(
    schema: &Schema,
    column: &Column,
    later: Option<&Column>,
    row: usize,
    way: usize,
    checks: &[String],
) -> Option<String> {
    let dialect = schema.dialect;
    let text = column.data_type.as_str();
    let (kind, inner) = parts(text);
    let quote = |text: &str| quote_literal(text, dialect);
    if let Some(labels) = labels(schema, text, &kind) {
        let label = labels.get((row - 1) % labels.len().max(1))?;
        return Some(quote(label));
    }
    if kind.ends_with("[]") {
        let element = Column::new(column.name.clone(), text.trim_end_matches("[]").to_owned());
        let element = literal(schema, &element, None, row, way, checks)?;
        return Some(format!("ARRAY[{element}]::{text}"));
    }
    let domain = schema.domains.iter().find(|it| it.name.to_string() == text);
    if let Some(domain) = domain {
        let base = Column::new(column.name.clone(), domain.data_type.clone());
        let mut all = checks.to_vec();
        for check in &domain.checks {
            let text = check.expression.as_str();
            let values = tokenize(text, dialect)
                .filter(|it| matches!(it.kind, TokenKind::String | TokenKind::Number));
            all.extend(values.map(|it| text[it.range].to_owned()));
        }
        return literal(schema, &base, None, row, way, &all);
    }
    let number = |text: &str| text.parse::<i64>().ok();
    let numbers: Vec<i64> = checks.iter().filter_map(|it| number(it)).collect();
    let strings: Vec<&String> = checks.iter().filter(|it| it.ends_with('\'')).collect();
    let count = i64::try_from(row).unwrap_or(1);
    let counted = match (way, numbers.as_slice()) {
        (0, _) | (_, []) => count,
        (way, numbers) => {
            let most = numbers.iter().copied().max().unwrap_or(0);
            let least = numbers.iter().copied().min().unwrap_or(0);
            match way {
                1 => least + count,
                2 => most - count,
                _ => most + count,
            }
        }
    };
    Some(match Family::of(&kind, dialect)? {
        Family::Number => counted.to_string(),
        Family::Flag => match dialect {
            Dialect::Postgres => if row % 2 == 1 { "true" } else { "false" }.to_owned(),
            _ => (row % 2).to_string(),
        },
        Family::Text => {
            if way > 0 && !strings.is_empty() {
                return Some(strings[(row - 1 + way - 1) % strings.len()].clone());
            }
            let limit = |column: &Column| parts(&column.data_type).1.and_then(|it| it.parse().ok());
            let room: usize = [limit(column), later.and_then(limit)]
                .into_iter()
                .flatten()
                .min()
                .unwrap_or(usize::MAX);
            // What is not text later has to be readable as what it becomes.
            let becomes_other = later.is_some_and(|it| {
                Family::of(&parts(&it.data_type).0, dialect) != Some(Family::Text)
            });
            if becomes_other || room < 8 {
                quote(&row.to_string())
            } else {
                quote(&format!("sample {row}"))
            }
        }
        Family::Date => quote(&format!("2024-01-0{row}")),
        Family::Moment => quote(&format!("2024-01-0{row} 00:00:00")),
        Family::Time => quote(&format!("0{row}:00:00")),
        Family::Year => format!("202{row}"),
        Family::Interval => quote(&format!("{row} days")),
        Family::Uuid => quote(&format!("00000000-0000-4000-8000-00000000000{row}")),
        Family::Json => quote(&format!("{{\"sample\": {row}}}")),
        Family::Xml => quote("<sample/>"),
        Family::Bytes => match dialect {
            Dialect::Postgres => format!("'\\x0{row}'"),
            _ => format!("X'0{row}'"),
        },
        Family::Address => quote(&format!("10.0.0.{row}")),
        Family::Mac => quote(&format!("08:00:2b:01:02:0{row}")),
        Family::Bits => match dialect {
            Dialect::Postgres => format!("{row}::bit({})", inner.unwrap_or("1")),
            _ => "1".to_owned(),
        },
        Family::Words => quote("sample"),
        Family::Range => quote("empty"),
        Family::Vector => {
            let size: usize = inner.and_then(|it| it.parse().ok()).unwrap_or(3);
            let values = vec![row.to_string(); size];
            quote(&format!("[{}]", values.join(",")))
        }
    })
}

/// Types that take the same values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Number,
    Flag,
    Text,
    Date,
    Moment,
    Time,
    Year,
    Interval,
    Uuid,
    Json,
    Xml,
    Bytes,
    Address,
    Mac,
    Bits,
    Words,
    Range,
    Vector,
}

impl Family {
    fn of(kind: &str, dialect: Dialect) -> Option<Self> {
        let has = |part: &str| kind.contains(part);
        Some(match kind {
            "date" => Self::Date,
            "uuid" => Self::Uuid,
            "xml" => Self::Xml,
            "year" => Self::Year,
            "vector" | "halfvec" => Self::Vector,
            "json" | "jsonb" => Self::Json,
            "inet" | "cidr" | "inet4" => Self::Address,
            "macaddr" => Self::Mac,
            "tsvector" | "tsquery" => Self::Words,
            "bytea" => Self::Bytes,
            "interval" => Self::Interval,
            "money" | "oid" => Self::Number,
            "bool" | "boolean" => Self::Flag,
            "bit" | "bit varying" => Self::Bits,
            "name" | "citext" => Self::Text,
            _ if has("range") => Self::Range,
            _ if has("timestamp") || has("datetime") => Self::Moment,
            _ if kind.starts_with("time") => Self::Time,
            _ if has("char") || has("text") || has("clob") || has("string") => Self::Text,
            _ if has("blob") || has("binary") => Self::Bytes,
            _ if has("int") || has("serial") => Self::Number,
            _ if has("dec") || has("num") || has("real") || has("floa") || has("doub") => {
                Self::Number
            }
            // SQLite stores anything under any name of a type.
            _ if dialect == Dialect::Sqlite => Self::Text,
            _ => return None,
        })
    }
}

/// The name of a type in lower case, and what stands in its parentheses.
fn parts(text: &str) -> (String, Option<&str>) {
    let Some((name, rest)) = text.split_once('(') else {
        return (text.trim().to_ascii_lowercase(), None);
    };
    let (inner, behind) = rest.split_once(')').unwrap_or((rest, ""));
    let name = format!("{} {}", name.trim(), behind.trim());
    let name = name.trim().to_ascii_lowercase().replace(" []", "[]");
    (name, Some(inner.trim()))
}

/// The values of an enum.
fn labels(schema: &Schema, text: &str, kind: &str) -> Option<Vec<String>> {
    if let Some(found) = schema.enums.iter().find(|it| it.name.to_string() == text) {
        return Some(found.labels.clone());
    }
    if !schema.dialect.is_mysql_family() || !(kind.starts_with("enum") || kind.starts_with("set")) {
        return None;
    }
    let values = tokenize(text, schema.dialect)
        .filter(|it| it.kind == TokenKind::String)
        .map(|it| text[it.range].trim_matches('\'').replace("''", "'"));
    Some(values.collect())
}
