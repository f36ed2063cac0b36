//! Names and literals as a person writes them: quoted only where they have to be.

use crate::model::schema::{Name, ObjectId};
use crate::text::Dialect;
use crate::text::sql::{quote_ident, quote_literal};

/// An identifier.
pub(in crate::model::render) fn ident(name: &str) -> String {
    let bare = name.bytes().enumerate().all(|(place, byte)| match byte {
        b'a'..=b'z' | b'_' => true,
        b'0'..=b'9' => place > 0,
        _ => false,
    });
    if bare && !name.is_empty() && KEYWORDS.binary_search(&name).is_err() {
        name.to_owned()
    } else {
        quote_ident(name, Dialect::Postgres)
    }
}

/// Identifiers, separated by commas.
pub(super) fn idents<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let names: Vec<String> = names.into_iter().map(|it| ident(it.as_ref())).collect();
    names.join(", ")
}

/// A name with its schema, if it is not in the default one.
pub(super) fn name(name: &Name) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", ident(schema), ident(&name.name)),
        None => ident(&name.name),
    }
}

/// The name of something that lives in the schema of `owner`, such as an index.
pub(super) fn beside(owner: &Name, other: &str) -> String {
    name(&sibling(owner, other))
}

/// The same as a value.
pub(super) fn sibling(owner: &Name, other: &str) -> Name {
    Name {
        schema: owner.schema.clone(),
        name: other.to_owned(),
    }
}

/// The name of a function or an aggregate with the types of its arguments.
pub(super) fn signature(id: &ObjectId) -> String {
    let (bare, arguments) = match id.name.name.split_once('(') {
        Some((bare, arguments)) => (bare, format!("({arguments}")),
        None => (id.name.name.as_str(), String::new()),
    };
    format!("{}{arguments}", beside(&id.name, bare))
}

/// A string.
pub(super) fn literal(text: &str) -> String {
    if text.contains('\\') {
        // Whatever standard_conforming_strings says.
        format!(
            "E{}",
            quote_literal(&text.replace('\\', "\\\\"), Dialect::Postgres)
        )
    } else {
        quote_literal(text, Dialect::Postgres)
    }
}

/// `a=1` pairs as they stand in `WITH (..)` and `SET (..)`.
pub(super) fn parameters(parameters: &[String]) -> String {
    let written: Vec<String> = parameters
        .iter()
        .map(|parameter| match parameter.split_once('=') {
            Some((key, value)) => format!("{key} = {}", parameter_value(value)),
            None => parameter.clone(),
        })
        .collect();
    written.join(", ")
}

fn parameter_value(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !value.is_empty() && value.bytes().all(plain) {
        value.to_owned()
    } else {
        literal(value)
    }
}

/// The keys of `a=1` pairs, for `RESET (..)`.
pub(super) fn keys(parameters: &[&String]) -> String {
    let keys: Vec<&str> = parameters
        .iter()
        .map(|it| it.split_once('=').map_or(it.as_str(), |(key, _)| key))
        .collect();
    keys.join(", ")
}

/// Words that mean something else when they stand without quotes: all of `pg_get_keywords()` that are reserved in any
/// way, sorted.
const KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stand_where_they_have_to() {
        let cases = [
            ("users", "users"),
            ("Users", "\"Users\""),
            ("order", "\"order\""),
            ("user", "\"user\""),
            ("name", "name"),
            ("2fa", "\"2fa\""),
            ("a\"b", "\"a\"\"b\""),
            ("größe", "\"größe\""),
            ("", "\"\""),
        ];
        for (given, expected) in cases {
            assert_eq!(ident(given), expected);
        }
        assert!(KEYWORDS.is_sorted());
    }
}
