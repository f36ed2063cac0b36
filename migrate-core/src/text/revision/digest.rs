//! The digest of a section, version 1.

use std::borrow::Cow;

use super::{Direction, Section};
use crate::text::{DialectSet, Digest};

/// The digest of a section that does not exist, such as that of a merge revision: that of an empty text.
pub fn absent_digest(direction: Direction) -> Digest {
    fields(direction, DialectSet::EMPTY, true, "")
}

pub(super) fn of(section: &Section, body: &str) -> Digest {
    fields(
        section.direction,
        section.dialects,
        section.transactional,
        &normalised(body),
    )
}

fn fields(direction: Direction, dialects: DialectSet, transactional: bool, text: &str) -> Digest {
    let dialects = if dialects.is_empty() {
        String::new()
    } else {
        dialects.to_string()
    };
    let options = if transactional {
        ""
    } else {
        "transaction:false"
    };
    Digest::of([
        direction.name().as_bytes(),
        dialects.as_bytes(),
        options.as_bytes(),
        text.as_bytes(),
    ])
}

/// The text without blanks at the ends of lines, empty lines at its end, and lines that hold only a
/// `-- migrate:allow`. Borrowed when there is nothing to leave out, which is the usual case.
fn normalised(body: &str) -> Cow<'_, str> {
    let body = body.trim_end_matches([' ', '\t', '\n']);
    // Searching for each is much faster than looking at every line, and this runs unoptimised in the macro.
    if !body.contains(" \n") && !body.contains("\t\n") && !body.contains(':') {
        return Cow::Borrowed(body);
    }
    let kept = |line: &&str| !is_allow(line);
    let mut text = String::with_capacity(body.len());
    for line in body.split('\n').filter(kept) {
        text.push_str(line.trim_end_matches([' ', '\t']));
        text.push('\n');
    }
    text.truncate(text.trim_end_matches('\n').len());
    Cow::Owned(text)
}

/// Whether a line is a `-- migrate:allow` comment and nothing else, in any case and spacing.
fn is_allow(line: &str) -> bool {
    let Some(comment) = line.trim_start_matches([' ', '\t']).strip_prefix("--") else {
        return false;
    };
    let Some((prefix, rest)) = comment.split_once(':') else {
        return false;
    };
    let word = rest
        .trim_start()
        .split([' ', '\t'])
        .next()
        .unwrap_or_default();
    prefix.trim().eq_ignore_ascii_case("migrate") && word.eq_ignore_ascii_case("allow")
}
