//! Section markers: `-- migrate:up dialect:postgres,mysql transaction:false` in column 1.

use std::ops::Range;

use super::Direction;
use crate::text::diagnostic::{Class, Diagnostic, nearest};
use crate::text::source::Source;
use crate::text::{Dialect, DialectSet};

const PREFIX: &str = "-- migrate:";
const OPTIONS: [&str; 2] = ["dialect", "transaction"];

/// A marker line as it was found.
#[derive(Debug, Clone)]
pub(super) struct Marker {
    pub(super) direction: Direction,
    pub(super) line: Range<usize>,
    options: Range<usize>,
}

/// The markers of a text in order.
pub(super) fn markers(text: &str) -> Vec<Marker> {
    let starts = text.match_indices(PREFIX).map(|(start, _)| start);
    starts
        .filter(|start| *start == 0 || text.as_bytes()[start - 1] == b'\n')
        .filter_map(|start| marker(text, start))
        .collect()
}

/// The lines of a text that would be read as markers.
#[cfg(feature = "write")]
pub(crate) fn lines(text: &str) -> Vec<Range<usize>> {
    markers(text)
        .into_iter()
        .map(|marker| marker.line)
        .collect()
}

fn marker(text: &str, start: usize) -> Option<Marker> {
    let end = text[start..]
        .find('\n')
        .map_or(text.len(), |length| start + length);
    let after = start + PREFIX.len();
    let rest = &text[after..end];
    Direction::ALL.into_iter().find_map(|direction| {
        let options = rest.strip_prefix(direction.name())?;
        let alone = options.is_empty() || options.starts_with([' ', '\t', '\r']);
        alone.then(|| Marker {
            direction,
            line: start..end,
            options: after + direction.name().len()..end,
        })
    })
}

/// What the options of a marker say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    pub(super) dialects: DialectSet,
    pub(super) transactional: bool,
}

/// Reads the options; what cannot be read is a finding and has no effect.
pub(super) fn options(
    source: &Source<'_>,
    marker: &Marker,
    findings: &mut Vec<Diagnostic>,
) -> Options {
    let mut options = Options {
        dialects: DialectSet::EMPTY,
        transactional: true,
    };
    let mut seen: Vec<&str> = Vec::new();
    for (range, word) in words(source.text, marker.options.clone()) {
        let (name, value) = word.split_once(':').unwrap_or((word, ""));
        let error = |message: String| Diagnostic::error(Class::InvalidRevision, message);
        if seen.contains(&name) {
            findings.push(
                error(format!("the option `{name}` stands twice in one marker"))
                    .at(source.frame(range, "the second one"))
                    .help("keep one of them"),
            );
            continue;
        }
        seen.push(name);
        let value_range = range.start + name.len() + 1..range.end;
        match name {
            "dialect" if word.contains(':') => {
                options.dialects = dialects(source, value_range, findings)
            }
            "transaction" if value == "false" => options.transactional = false,
            "transaction" => findings.push(
                error(format!("the option `{word}` cannot be read"))
                    .at(source.frame(range, "expected `transaction:false`"))
                    .help("without this option a section runs in a transaction"),
            ),
            _ => {
                let finding = error(format!("unknown option `{word}` of a section marker"))
                    .at(source.frame(range, "expected `dialect:<names>` or `transaction:false`"));
                findings.push(match nearest(name, OPTIONS) {
                    Some("dialect") if value.is_empty() => {
                        finding.help("write the names behind the colon: `dialect:postgres,mysql`")
                    }
                    Some("dialect") => finding.help(format!("did you mean `dialect:{value}`?")),
                    Some(_) => finding.help("did you mean `transaction:false`?"),
                    None if word.parse::<Dialect>().is_ok() => {
                        finding.help(format!("did you mean `dialect:{word}`?"))
                    }
                    None => finding,
                });
            }
        }
    }
    options
}

fn dialects(
    source: &Source<'_>,
    range: Range<usize>,
    findings: &mut Vec<Diagnostic>,
) -> DialectSet {
    const HELP: &str = "names are joined by commas without blanks: `dialect:postgres,mysql`";
    let mut set = DialectSet::EMPTY;
    let mut start = range.start;
    for name in source.text[range].split(',') {
        let place = start..start + name.len();
        start = place.end + 1;
        match name.parse::<Dialect>() {
            Ok(dialect) => set = set.with(dialect),
            Err(_) if name.is_empty() => findings.push(
                Diagnostic::error(Class::InvalidRevision, "the option `dialect` lacks a name")
                    .at(source.frame(place, "expected sqlite, postgres, mysql or mariadb"))
                    .help(HELP),
            ),
            Err(_) => {
                let finding =
                    Diagnostic::error(Class::InvalidRevision, format!("unknown dialect `{name}`"))
                        .at(source.frame(place, "expected sqlite, postgres, mysql or mariadb"));
                let meant = match name.to_ascii_lowercase().as_str() {
                    "pg" | "postgresql" | "psql" => Some("postgres"),
                    "sqlite3" => Some("sqlite"),
                    _ => nearest(name, Dialect::ALL.map(Dialect::name)),
                };
                findings.push(match meant {
                    Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                    None => finding,
                });
            }
        }
    }
    set
}

/// The words of a range with their places.
pub(super) fn words(text: &str, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, &str)> {
    let base = range.start;
    let part = &text[range];
    part.split_whitespace().map(move |word| {
        let start = base + (word.as_ptr() as usize - part.as_ptr() as usize);
        (start..start + word.len(), word)
    })
}
