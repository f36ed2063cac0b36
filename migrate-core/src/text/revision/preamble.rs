//! What stands before the first section marker: comments in paragraphs, and what must not be there.

use std::ops::Range;

use super::Direction;
use crate::text::diagnostic::{Class, Diagnostic, nearest};
use crate::text::source::Source;

/// The comment lines at the top of a file.
#[derive(Debug, Default)]
pub(super) struct Preamble<'a> {
    pub(super) paragraphs: Vec<Paragraph<'a>>,
    /// Whether it holds something that is no comment.
    pub(super) has_sql: bool,
}

/// Comment lines that follow each other.
#[derive(Debug)]
pub(super) struct Paragraph<'a> {
    pub(super) lines: Vec<Line<'a>>,
    /// The block it belongs to: paragraphs of one block are parted by an empty comment line, blocks by an empty line.
    pub(super) block: usize,
}

/// The text of a `--` comment without blanks around it.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) range: Range<usize>,
}

/// Reads the text up to `end`.
pub(super) fn read<'a>(
    source: &Source<'a>,
    end: usize,
    findings: &mut Vec<Diagnostic>,
) -> Preamble<'a> {
    let text = &source.text[..end];
    let mut preamble = Preamble::default();
    let (mut block, mut joined) = (0, false);
    let mut place = 0;
    while place < end {
        let line_end = text[place..]
            .find('\n')
            .map_or(end, |length| place + length);
        let line = &text[place..line_end];
        let content = line.trim();
        let start = place + (line.len() - line.trim_start().len());
        place = line_end + 1;
        if content.is_empty() {
            (block, joined) = (block + 1, false);
        } else if let Some(comment) = content.strip_prefix("--") {
            let text = comment.trim();
            let from = start + content.len() - comment.trim_start().len();
            let range = if text.is_empty() {
                start..start + content.len()
            } else {
                from..from + text.len()
            };
            if text.is_empty() {
                joined = false;
            } else if is_directive(text) {
                findings.push(directive(source, start, text, content));
                joined = false;
            } else {
                if !joined {
                    preamble.paragraphs.push(Paragraph {
                        lines: Vec::new(),
                        block,
                    });
                }
                joined = true;
                if let Some(paragraph) = preamble.paragraphs.last_mut() {
                    paragraph.lines.push(Line { text, range });
                }
            }
        } else if content.starts_with("/*") {
            (block, joined) = (block + 1, false);
            match text[start..].find("*/") {
                Some(length) => place = start + length + 2,
                None => {
                    findings.push(
                        Diagnostic::error(Class::InvalidRevision, "a comment is not closed")
                            .at(source.frame(
                                start..start + 2,
                                "expected `*/` before the first section marker",
                            ))
                            .help("close it, or begin its lines with `--`"),
                    );
                    return preamble;
                }
            }
        } else {
            preamble.has_sql = true;
            if !text[..start].trim_start().is_empty() || end < source.text.len() {
                findings.push(sql(source, start..start + content.len(), end));
            }
            // What follows could be inside a literal, so nothing more is read out of it.
            return preamble;
        }
    }
    preamble
}

/// Whether a comment begins `migrate:`, in any case and spacing.
fn is_directive(comment: &str) -> bool {
    comment
        .split_once(':')
        .is_some_and(|(prefix, _)| prefix.trim_end().eq_ignore_ascii_case("migrate"))
}

fn directive(source: &Source<'_>, start: usize, comment: &str, content: &str) -> Diagnostic {
    const KNOWN: [&str; 6] = ["up", "down", "batch", "allow", "rust", "empty"];
    let range = start..start + content.len();
    let rest = comment.split_once(':').map_or("", |(_, rest)| rest).trim();
    let (word, options) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let meant = KNOWN
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(word));
    let meant = meant.or_else(|| nearest(word, KNOWN));
    match meant.map(|meant| (meant, Direction::ALL.into_iter().find(|direction| direction.name() == meant))) {
        Some((_, Some(direction))) => {
            let marker = format!("-- migrate:{direction} {options}");
            Diagnostic::error(Class::InvalidRevision, "a section marker that is not written as one")
                .at(source.frame(range, "expected `-- migrate:up` or `-- migrate:down` in column 1"))
                .help(format!("write `{}` at the beginning of the line", marker.trim_end()))
        }
        Some((meant, None)) => {
            let finding = Diagnostic::error(Class::InvalidRevision, format!("`migrate:{word}` outside a section"))
                .at(source.frame(range, "before the first section marker"));
            let help = match meant == word {
                true => "move it below `-- migrate:up` or `-- migrate:down`".to_owned(),
                false => format!("did you mean `migrate:{meant}`? it belongs below a section marker"),
            };
            finding.help(help)
        }
        None => Diagnostic::error(Class::InvalidRevision, format!("unknown directive `migrate:{word}`"))
            .at(source.frame(range, "expected `migrate:up` or `migrate:down` here"))
            .help("a comment that begins with `migrate:` is for this tool; word it differently if it is prose"),
    }
}

fn sql(source: &Source<'_>, range: Range<usize>, end: usize) -> Diagnostic {
    let finding = Diagnostic::error(
        Class::InvalidRevision,
        "SQL before the first section marker",
    );
    if end < source.text.len() {
        let line = source.position(end).line;
        finding
            .at(source.frame(range, format!("the first section begins on line {line}")))
            .help("move it below that marker, or make it a comment with `--`")
    } else {
        finding
            .at(source.frame(range, "the file has no section marker above it"))
            .help("write `-- migrate:up` on a line of its own before it, and `-- migrate:down` before the way back")
    }
}
