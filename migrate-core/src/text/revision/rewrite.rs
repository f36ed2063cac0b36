//! The ids of a header changed, everything else left byte for byte.

use std::ops::Range;

use super::marker;
use super::{header, preamble};
use crate::text::RevisionId;
use crate::text::source::Source;

/// What the header of a revision is to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rewrite {
    /// The id.
    pub(crate) revision: Option<RevisionId>,
    /// The parents; none: a base.
    pub(crate) down_revision: Option<Vec<RevisionId>>,
    /// What it depends on; only for a header that has the key.
    pub(crate) depends_on: Option<Vec<String>>,
}

impl Rewrite {
    /// The text of the file with the new values in the places of the old ones. Line breaks and a byte order mark stay.
    pub(crate) fn apply(&self, raw: &str) -> String {
        let start = raw.len() - raw.trim_start_matches('\u{feff}').len();
        let text = raw[start..].replace("\r\n", "\n");
        let source = Source::new("", &text);
        let markers = marker::markers(&text);
        let end = markers.first().map_or(text.len(), |first| first.line.start);
        let preamble = preamble::read(&source, end, &mut Vec::new());
        let mut changes: Vec<(Range<usize>, String)> = header::values(&preamble)
            .filter_map(|(key, range)| Some((range, self.value(key)?)))
            .collect();
        changes.sort_by_key(|(range, _)| range.start);
        let mut rewritten = raw.to_owned();
        for (range, value) in changes.into_iter().rev() {
            let begin = start + raw_offset(&raw[start..], range.start);
            // A value is a part of one line, so it has the same length in both texts.
            rewritten.replace_range(begin..begin + range.len(), &value);
        }
        rewritten
    }

    fn value(&self, key: &str) -> Option<String> {
        let list = |ids: Vec<&str>| {
            if ids.is_empty() {
                "none".to_owned()
            } else {
                ids.join(", ")
            }
        };
        match key {
            "revision" => self.revision.as_ref().map(ToString::to_string),
            "down_revision" => {
                let ids = self.down_revision.as_ref()?;
                Some(list(ids.iter().map(RevisionId::as_str).collect()))
            }
            "depends_on" => {
                let names = self.depends_on.as_ref()?;
                Some(list(names.iter().map(String::as_str).collect()))
            }
            _ => None,
        }
    }
}

/// Where a place of the text with `\n` line breaks is in the one with `\r\n`.
fn raw_offset(raw: &str, wanted: usize) -> usize {
    let mut seen = 0;
    for (place, byte) in raw.bytes().enumerate() {
        let is_removed = byte == b'\r' && raw.as_bytes().get(place + 1) == Some(&b'\n');
        if is_removed {
            continue;
        }
        if seen == wanted {
            return place;
        }
        seen += 1;
    }
    raw.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> RevisionId {
        text.parse().expect("an id")
    }

    #[test]
    fn only_the_values_change() {
        let rewrite = Rewrite {
            revision: Some(id("new")),
            down_revision: Some(vec![id("x"), id("y")]),
            depends_on: None,
        };
        for (before, after) in [
            (
                "-- m\n--\n-- revision: old\n-- down_revision: none\n-- created: now\n\n-- migrate:up\n-- revision: old\n",
                "-- m\n--\n-- revision: new\n-- down_revision: x, y\n-- created: now\n\n-- migrate:up\n-- revision: old\n",
            ),
            (
                "\u{feff}-- m\r\n--\r\n--  revision:   old  \r\n--down_revision:a,b\r\n-- depends_on: z\r\n\r\n-- migrate:up\r\n",
                "\u{feff}-- m\r\n--\r\n--  revision:   new  \r\n--down_revision:x, y\r\n-- depends_on: z\r\n\r\n-- migrate:up\r\n",
            ),
            (
                "/* Copyright \u{e9} */\n\n-- old: a message\n--\n-- down_revision: old\n-- revision: old\n--\n-- revision old\n",
                "/* Copyright \u{e9} */\n\n-- old: a message\n--\n-- down_revision: x, y\n-- revision: new\n--\n-- revision old\n",
            ),
        ] {
            assert_eq!(rewrite.apply(before), after);
        }
    }

    #[test]
    fn no_parents_and_no_dependencies_are_none() {
        let rewrite = Rewrite {
            down_revision: Some(Vec::new()),
            depends_on: Some(Vec::new()),
            ..Rewrite::default()
        };
        assert_eq!(
            rewrite.apply("-- revision: a\n-- down_revision: b, c\n-- depends_on: d\n"),
            "-- revision: a\n-- down_revision: none\n-- depends_on: none\n"
        );
    }
}
