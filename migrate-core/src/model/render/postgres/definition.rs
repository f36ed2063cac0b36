//! A column as its line says it.

use super::data_type::{base, short};
use super::name::{ident, literal};
use super::sequence::{identity, serial};
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{Column, Generated, Objects, Sequence, Table};
use crate::text::Dialect;
use crate::text::sql::{TokenKind, tokenize};

/// A column with everything that stands on its line; `constraints` stand last.
pub(super) fn definition(
    sequences: &Objects<Sequence>,
    table: &Table,
    column: &Column,
    constraints: &[String],
) -> String {
    let is_key = constraints.iter().any(|it| it.starts_with("PRIMARY KEY"));
    let serial = serial(sequences, table, column);
    let mut text = ident(&column.name);
    match serial {
        Some((_, word)) => text += &format!(" {word}"),
        None => text += &format!(" {}", short(&column.data_type)),
    }
    let foreign: Vec<String> = foreign_options(column)
        .map(|(key, value)| format!("{} {}", ident(key), literal(value)))
        .collect();
    if !foreign.is_empty() {
        text += &format!(" OPTIONS ({})", foreign.join(", "));
    }
    if let Some(compression) = &column.compression {
        text += &format!(" COMPRESSION {compression}");
    }
    if let Some(collation) = &column.collation {
        text += &format!(" COLLATE {collation}");
    }
    if column.nullability == Nullability::NotNull
        && !is_key
        && serial.is_none()
        && column.identity.is_none()
    {
        text += " NOT NULL";
    }
    if let Some(default) = &column.default
        && serial.is_none()
    {
        text += &format!(" DEFAULT {}", default_text(default, &column.data_type));
    }
    if let Some(Generated {
        expression,
        generation,
    }) = &column.generated
    {
        text += &format!(" GENERATED ALWAYS AS ({expression}) {generation}");
    }
    if let Some(it) = &column.identity {
        text += &format!(" {}", identity(it, &column.data_type));
    }
    for constraint in constraints {
        text += &format!(" {constraint}");
    }
    text
}

/// A default without the cast to the type of its column, which the server adds by itself.
pub(super) fn default_text(default: &str, data_type: &str) -> String {
    let tokens: Vec<_> = tokenize(default, Dialect::Postgres)
        .filter(|token| !token.kind.is_trivia())
        .collect();
    let Some(first) = tokens.first().filter(|it| it.kind == TokenKind::String) else {
        return default.to_owned();
    };
    let rest = default[first.range.end..].trim();
    match rest.strip_prefix("::") {
        Some(to) if to == data_type || to == base(data_type) => {
            default[..first.range.end].to_owned()
        }
        _ => default.to_owned(),
    }
}

pub(super) fn foreign_options(column: &Column) -> impl Iterator<Item = (&str, &str)> {
    let options = column
        .options
        .iter()
        .filter_map(|it| it.strip_prefix("OPTIONS "));
    options.filter_map(|it| it.split_once('='))
}

pub(super) fn statistics(column: &Column) -> Option<&str> {
    let mut options = column.options.iter();
    options.find_map(|it| it.strip_prefix("statistics="))
}

/// `n_distinct=..` and the like.
pub(super) fn attributes(column: &Column) -> Vec<&String> {
    let is_one = |it: &&String| !it.starts_with("OPTIONS ") && !it.starts_with("statistics=");
    column.options.iter().filter(is_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_written_without_the_cast_to_its_own_type() {
        let cases = [
            ("'a'::text", "text", "'a'"),
            ("'a'::character varying", "character varying(9)", "'a'"),
            ("'a'::mood", "mood", "'a'"),
            ("'a'::text", "mood", "'a'::text"),
            ("now()", "timestamp with time zone", "now()"),
            ("'{}'::text[]", "text[]", "'{}'"),
            (
                "('a'::text || 'b'::text)",
                "text",
                "('a'::text || 'b'::text)",
            ),
        ];
        for (default, data_type, expected) in cases {
            assert_eq!(default_text(default, data_type), expected);
        }
    }
}
