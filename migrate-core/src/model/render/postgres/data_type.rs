//! Types as a person writes them, and what becomes of values when a column changes its type.

/// The short word for a type, where people use one.
pub(super) fn short(data_type: &str) -> String {
    let (element, array) = match data_type.find("[]") {
        Some(at) => data_type.split_at(at),
        None => (data_type, ""),
    };
    let (base, modifier, rest) = apart(element);
    let word = match (base, rest) {
        ("character varying", "") => "varchar",
        ("character", "") => "char",
        ("bit varying", "") => "varbit",
        ("timestamp", "with time zone") => "timestamptz",
        ("timestamp", "without time zone") => "timestamp",
        ("time", "with time zone") => "timetz",
        ("time", "without time zone") => "time",
        _ => return data_type.to_owned(),
    };
    format!("{word}{modifier}{array}")
}

/// `timestamp(3) with time zone` as `timestamp`, `(3)` and `with time zone`; `character varying(9)` as two of them.
fn apart(data_type: &str) -> (&str, &str, &str) {
    if let Some(open) = data_type.find('(')
        && let Some(close) = data_type[open..].find(')')
    {
        let close = open + close + 1;
        return (
            data_type[..open].trim_end(),
            &data_type[open..close],
            data_type[close..].trim_start(),
        );
    }
    for zone in ["with time zone", "without time zone"] {
        if let Some(base) = data_type.strip_suffix(zone) {
            return (base.trim_end(), "", zone);
        }
    }
    (data_type, "", "")
}

/// The type without length and precision.
pub(super) fn base(data_type: &str) -> String {
    let (base, _, rest) = apart(data_type);
    if rest.is_empty() {
        base.to_owned()
    } else {
        format!("{base} {rest}")
    }
}

fn modifiers(data_type: &str) -> Vec<u32> {
    let (_, modifier, _) = apart(data_type);
    let inner = modifier.trim_matches(['(', ')']);
    inner
        .split(',')
        .filter_map(|number| number.trim().parse().ok())
        .collect()
}

/// How values get from one type to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    /// By themselves.
    Assignment,
    /// By `::`, which has to be written.
    Explicit,
    /// By way of text.
    Text,
}

const TEXTS: [&str; 5] = ["text", "character varying", "character", "name", "citext"];
const NUMBERS: [&str; 6] = [
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
];

fn is_text(base: &str) -> bool {
    TEXTS.contains(&base)
}

fn number(base: &str) -> Option<usize> {
    NUMBERS.iter().position(|it| *it == base)
}

/// How values of `before` become values of `after`.
pub(super) fn cast(before: &str, after: &str) -> Cast {
    let (one, other) = (base(before), base(after));
    let (one, other) = (one.as_str(), other.as_str());
    if one == other || is_text(other) || number(one).is_some() && number(other).is_some() {
        return Cast::Assignment;
    }
    let time = |it: &str| it.starts_with("timestamp") || it == "date";
    let assigned = [
        ("json", "jsonb"),
        ("jsonb", "json"),
        ("inet", "cidr"),
        ("cidr", "inet"),
        ("timestamp without time zone", "time without time zone"),
        ("timestamp with time zone", "time without time zone"),
        ("timestamp with time zone", "time with time zone"),
        ("time without time zone", "time with time zone"),
        ("time with time zone", "time without time zone"),
        ("time without time zone", "interval"),
        ("interval", "time without time zone"),
        ("bit", "bit varying"),
        ("bit varying", "bit"),
        ("integer", "money"),
        ("bigint", "money"),
        ("numeric", "money"),
        ("money", "numeric"),
        ("macaddr", "macaddr8"),
        ("macaddr8", "macaddr"),
    ];
    if time(one) && time(other) || assigned.contains(&(one, other)) {
        return Cast::Assignment;
    }
    let explicit = [
        ("boolean", "integer"),
        ("integer", "boolean"),
        ("integer", "bit"),
        ("bigint", "bit"),
        ("bit", "integer"),
        ("bit", "bigint"),
    ];
    if is_text(one) || explicit.contains(&(one, other)) {
        return Cast::Explicit;
    }
    Cast::Text
}

/// A value of one type as it is written to a column of another.
pub(in crate::model::render) fn converted(value: &str, from: &str, to: &str) -> String {
    let word = short(to);
    match cast(from, to) {
        Cast::Assignment => value.to_owned(),
        Cast::Explicit => format!("{value}::{word}"),
        Cast::Text => format!("{value}::text::{word}"),
    }
}

/// Whether values of `before` may not fit into `after`, or lose digits.
pub(super) fn narrows(before: &str, after: &str) -> bool {
    let (one, other) = (base(before), base(after));
    let (from, to) = (modifiers(before), modifiers(after));
    if is_text(&one) && is_text(&other) {
        let limit = |base: &str, modifiers: &[u32]| match (base, modifiers.first()) {
            (_, Some(limit)) => *limit,
            ("character", None) => 1,
            ("name", None) => 63,
            _ => u32::MAX,
        };
        return limit(&other, &to) < limit(&one, &from);
    }
    if one == other {
        return match one.as_str() {
            "numeric" => match (from.as_slice(), to.as_slice()) {
                (_, []) => false,
                ([], _) => true,
                (from, to) => {
                    let scale = |it: &[u32]| it.get(1).copied().unwrap_or(0);
                    let digits = |it: &[u32]| it[0].saturating_sub(scale(it));
                    scale(to) < scale(from) || digits(to) < digits(from)
                }
            },
            _ => match (from.first(), to.first()) {
                (Some(from), Some(to)) => to < from,
                (None, Some(_)) => true,
                _ => false,
            },
        };
    }
    if let (Some(from_rank), Some(to_rank)) = (number(&one), number(&other)) {
        return match (one.as_str(), other.as_str()) {
            ("smallint" | "integer" | "bigint", "numeric") => !to.is_empty(),
            ("bigint" | "numeric", "real" | "double precision") | ("integer", "real") => true,
            ("real", "numeric") | ("double precision", "numeric") => !to.is_empty(),
            _ => to_rank < from_rank,
        };
    }
    let pairs = [
        ("timestamp without time zone", "date"),
        ("timestamp with time zone", "date"),
        ("timestamp without time zone", "time without time zone"),
        ("timestamp with time zone", "time without time zone"),
        ("timestamp with time zone", "time with time zone"),
        ("time with time zone", "time without time zone"),
        ("inet", "cidr"),
    ];
    // A number of any kind has more values than true and false.
    pairs.contains(&(one.as_str(), other.as_str()))
        || other == "boolean" && number(&one).is_some()
        || is_text(&other) && !to.is_empty()
}

/// Whether a change of the type writes every row anew; where it does not, the values are stored as they were.
pub(in crate::model::render) fn rewrites(before: &str, after: &str) -> bool {
    let (one, other) = (base(before), base(after));
    let (from, to) = (modifiers(before), modifiers(after));
    let varying = |base: &str| matches!(base, "text" | "character varying");
    if varying(&one) && varying(&other) {
        return match (from.first(), to.first()) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(from), Some(to)) => to < from,
        };
    }
    if one == other && one == "numeric" {
        let scale = |it: &[u32]| it.get(1).copied().unwrap_or(0);
        return match (from.first(), to.first()) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(digits), Some(more)) => more < digits || scale(&from) != scale(&to),
        };
    }
    if one == other && one.starts_with("timestamp") {
        return match (from.first(), to.first()) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(from), Some(to)) => to < from,
        };
    }
    !(one == "cidr" && other == "inet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words() {
        let cases = [
            ("character varying(255)", "varchar(255)"),
            ("character varying", "varchar"),
            ("character varying(9)[]", "varchar(9)[]"),
            ("timestamp(3) with time zone", "timestamptz(3)"),
            ("timestamp with time zone[]", "timestamptz[]"),
            ("timestamp without time zone", "timestamp"),
            ("numeric(10,2)", "numeric(10,2)"),
            ("double precision", "double precision"),
            ("app.\"time(stamp\"", "app.\"time(stamp\""),
            ("vector(3)", "vector(3)"),
        ];
        for (given, expected) in cases {
            assert_eq!(short(given), expected);
        }
    }

    #[test]
    fn casts() {
        let cases = [
            ("integer", "bigint", Cast::Assignment),
            ("bigint", "integer", Cast::Assignment),
            ("integer", "text", Cast::Assignment),
            ("text", "integer", Cast::Explicit),
            ("character varying(9)", "uuid", Cast::Explicit),
            ("integer", "boolean", Cast::Explicit),
            ("integer", "uuid", Cast::Text),
            ("mood", "state", Cast::Text),
            ("mood", "text", Cast::Assignment),
            ("date", "timestamp with time zone", Cast::Assignment),
        ];
        for (one, other, expected) in cases {
            assert_eq!(cast(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn what_may_not_fit() {
        let cases = [
            ("bigint", "integer", true),
            ("integer", "bigint", false),
            ("text", "character varying(9)", true),
            ("character varying(9)", "text", false),
            ("character varying(9)", "character varying(20)", false),
            ("numeric(10,2)", "numeric(12,2)", false),
            ("numeric(10,2)", "numeric(10,3)", true),
            ("numeric(10,2)", "numeric", false),
            ("timestamp with time zone", "date", true),
            ("date", "timestamp with time zone", false),
            ("integer", "numeric", false),
            ("double precision", "integer", true),
        ];
        for (one, other, expected) in cases {
            assert_eq!(narrows(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn what_is_written_anew() {
        let cases = [
            ("integer", "bigint", true),
            ("character varying(9)", "character varying(20)", false),
            ("character varying(20)", "character varying(9)", true),
            ("character varying(9)", "text", false),
            ("text", "character varying", false),
            ("numeric(10,2)", "numeric(12,2)", false),
            ("numeric(10,2)", "numeric(12,4)", true),
            (
                "timestamp(3) with time zone",
                "timestamp with time zone",
                false,
            ),
            ("cidr", "inet", false),
            ("text", "jsonb", true),
        ];
        for (one, other, expected) in cases {
            assert_eq!(rewrites(one, other), expected, "{one} {other}");
        }
    }
}
