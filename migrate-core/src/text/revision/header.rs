//! The header: the paragraph that holds `revision:` and the prose around it.

use std::ops::Range;

use super::preamble::{Line, Paragraph, Preamble};
use super::{Header, Links, Spanned};
use crate::text::diagnostic::{Class, Diagnostic, Frame, nearest};
use crate::text::source::Source;
use crate::text::{RevisionId, id};

/// The keys, in the order in which they are written.
const KEYS: [&str; 8] = [
    "revision",
    "down_revision",
    "branch_labels",
    "depends_on",
    "created",
    "irreversible",
    "breaking",
    "replaces",
];

/// Reads the header; `None` when it has no usable id.
pub(super) fn read(
    source: &Source<'_>,
    preamble: &Preamble<'_>,
    findings: &mut Vec<Diagnostic>,
) -> (Option<Header>, Links) {
    let mut holders = preamble
        .paragraphs
        .iter()
        .enumerate()
        .filter(|(_, paragraph)| holds_revision(paragraph));
    let Some((place, paragraph)) = holders.next() else {
        findings.push(missing(source, preamble));
        return (None, Links::Broken);
    };
    for (_, second) in holders {
        findings.push(second_header(source, paragraph, second));
    }
    let mut reader = Reader {
        source,
        findings,
        links: Links::Sound,
    };
    let keys = reader.keys(paragraph);
    let header = reader.header(preamble, place, &keys);
    (header, reader.links)
}

fn holds_revision(paragraph: &Paragraph<'_>) -> bool {
    paragraph
        .lines
        .iter()
        .any(|line| key(line) == Some("revision"))
}

/// The text before the colon, if the line looks like a key with a value.
fn key<'a>(line: &Line<'a>) -> Option<&'a str> {
    line.text.split_once(':').map(|(key, _)| key.trim_end())
}

/// The keys of the header with the places of their values.
#[cfg(feature = "write")]
pub(super) fn values<'a>(preamble: &Preamble<'a>) -> impl Iterator<Item = (&'a str, Range<usize>)> {
    let holder = preamble.paragraphs.iter().find(|p| holds_revision(p));
    let lines = holder.into_iter().flat_map(|paragraph| &paragraph.lines);
    lines.filter_map(|line| {
        let (key, value) = line.text.split_once(':')?;
        let length = value.trim().len();
        Some((key.trim_end(), line.range.end - length..line.range.end))
    })
}

fn error(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Class::InvalidRevision, message)
}

fn missing(source: &Source<'_>, preamble: &Preamble<'_>) -> Diagnostic {
    let finding = error("no header: this is no revision file");
    let lines = || {
        preamble
            .paragraphs
            .iter()
            .flat_map(|paragraph| &paragraph.lines)
    };
    let near = lines().find(|line| {
        let key = key(line).unwrap_or_default().to_ascii_lowercase();
        key == "revision id" || nearest(&key, ["revision"]).is_some()
    });
    let finding = match near {
        Some(line) => {
            let width = key(line).unwrap_or_default().len();
            finding
                .at(source.frame(
                    line.range.start..line.range.start + width,
                    "expected the key `revision`",
                ))
                .help("write `-- revision: <id>`")
        }
        None => match lines().find(|line| key(line).is_some_and(|key| KEYS.contains(&key))) {
            Some(line) => finding.at(source.frame(
                line.range.clone(),
                "expected `revision: <id>` beside this key",
            )),
            None => finding.at(Frame::file(source.path)),
        },
    };
    finding.help(
        "a revision file begins with the comment lines `-- <message>`, `--`, `-- revision: <id>`, \
         `-- down_revision: <id of the parent, or none>`",
    )
}

fn second_header(source: &Source<'_>, first: &Paragraph<'_>, second: &Paragraph<'_>) -> Diagnostic {
    let line = |paragraph: &Paragraph<'_>| {
        let found = paragraph
            .lines
            .iter()
            .find(|line| key(line) == Some("revision"));
        found.map_or(0..0, |line| line.range.clone())
    };
    let first = source.position(line(first).start).line;
    error("a second header in one file")
        .at(source.frame(line(second), format!("the first one is on line {first}")))
        .help("a file holds one revision: give the second a file of its own")
}

struct Reader<'a, 'f> {
    source: &'a Source<'a>,
    findings: &'f mut Vec<Diagnostic>,
    links: Links,
}

/// A key of the header with its value.
struct Entry<'a> {
    key: &'a str,
    value: &'a str,
    /// The value, or the whole line when there is none.
    range: Range<usize>,
}

impl<'a> Reader<'a, '_> {
    fn broken(&mut self, finding: Diagnostic) {
        self.links = Links::Broken;
        self.findings.push(finding);
    }

    /// The entries of the paragraph, each key once.
    fn keys(&mut self, paragraph: &Paragraph<'a>) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> = Vec::with_capacity(paragraph.lines.len());
        for line in &paragraph.lines {
            let Some((name, rest)) = line.text.split_once(':') else {
                self.broken(self.prose(line));
                continue;
            };
            let name = name.trim_end();
            let value = rest.trim();
            let name_range = line.range.start..line.range.start + name.len();
            let range = if value.is_empty() {
                line.range.clone()
            } else {
                line.range.end - value.len()..line.range.end
            };
            if let Some(first) = entries.iter().find(|entry| entry.key == name) {
                let first = self.source.position(first.range.start).line;
                self.broken(
                    error(format!("the key `{name}` stands twice"))
                        .at(self
                            .source
                            .frame(name_range, format!("the first one is on line {first}")))
                        .help("keep one of them; several ids are parted by commas"),
                );
            } else if !KEYS.contains(&name) {
                self.broken(self.unknown(line, name, name_range));
            } else if name == "replaces" {
                self.findings.push(
                    error("`replaces` is reserved for a later release")
                        .at(self.source.frame(name_range, "not read by this release"))
                        .help("remove the line; revisions cannot be squashed yet"),
                );
            } else {
                entries.push(Entry {
                    key: name,
                    value,
                    range,
                });
            }
        }
        entries
    }

    fn prose(&self, line: &Line<'_>) -> Diagnostic {
        error("prose in the paragraph of the header's keys")
            .at(self
                .source
                .frame(line.range.clone(), "expected `key: value`"))
            .help("part prose from the keys by an empty comment line `--`")
    }

    fn unknown(&self, line: &Line<'_>, name: &str, range: Range<usize>) -> Diagnostic {
        if name.contains(' ') && nearest(name, KEYS).is_none() {
            return self.prose(line);
        }
        let finding = error(format!("unknown key `{name}`"));
        match nearest(&name.replace(['-', ' '], "_"), KEYS) {
            Some(meant) => finding
                .at(self.source.frame(range, "no such key"))
                .help(format!("did you mean `{meant}`?")),
            None => finding
                .at(self
                    .source
                    .frame(range, format!("expected one of {}", KEYS[..7].join(", "))))
                .help("part prose from the keys by an empty comment line `--`"),
        }
    }

    fn header(
        &mut self,
        preamble: &Preamble<'a>,
        place: usize,
        entries: &[Entry<'a>],
    ) -> Option<Header> {
        let find = |key: &str| entries.iter().find(|entry| entry.key == key);
        let message = self.message(preamble, place);
        let revision = find("revision").and_then(|entry| self.revision(entry));
        let down_revision = match find("down_revision") {
            Some(entry) => self.list(entry),
            None => {
                self.no_down_revision(preamble, find("revision"));
                Vec::new()
            }
        };
        let down_revision = down_revision
            .into_iter()
            .filter_map(|item| {
                let id = RevisionId::new(&item.value).ok()?;
                Some(Spanned {
                    value: id,
                    range: item.range,
                })
            })
            .collect();
        let branch_labels = find("branch_labels").map_or_else(Vec::new, |entry| self.list(entry));
        let depends_on = find("depends_on").map_or_else(Vec::new, |entry| self.list(entry));
        let mut text = |key: &str| find(key).and_then(|entry| self.text(entry));
        let (created, irreversible, breaking) =
            (text("created"), text("irreversible"), text("breaking"));
        Some(Header {
            message,
            revision: revision?,
            down_revision,
            branch_labels,
            depends_on,
            created,
            irreversible,
            breaking,
        })
    }

    /// The first line of prose in the block that holds the keys, else that of the paragraph above it.
    fn message(&mut self, preamble: &Preamble<'_>, keys: usize) -> String {
        let paragraphs = &preamble.paragraphs;
        let block = paragraphs[keys].block;
        let own = |(place, paragraph): &(usize, &Paragraph<'_>)| {
            paragraph.block == block && *place != keys
        };
        let prose = paragraphs
            .iter()
            .enumerate()
            .find(own)
            .map(|(_, paragraph)| paragraph);
        let prose = prose.or_else(|| keys.checked_sub(1).and_then(|above| paragraphs.get(above)));
        let Some(line) = prose.and_then(|paragraph| paragraph.lines.first()) else {
            return String::new();
        };
        if let Some((at, other)) = line.text.char_indices().find(|(_, c)| c.is_control()) {
            let start = line.range.start + at;
            self.findings.push(
                error(format!(
                    "the message holds the control character {}",
                    other.escape_default()
                ))
                .at(self
                    .source
                    .frame(start..start + other.len_utf8(), "expected text"))
                .help("remove it"),
            );
        }
        line.text.to_owned()
    }

    fn revision(&mut self, entry: &Entry<'_>) -> Option<Spanned<RevisionId>> {
        if entry.value.is_empty() {
            self.broken(
                error("`revision` lacks the id")
                    .at(self.source.frame(entry.range.clone(), "expected an id behind the colon"))
                    .help("ids are made of A-Z, a-z, 0-9 and _, such as `5cd038a8f131` or `001_initial_schema`"),
            );
            return None;
        }
        match RevisionId::new(entry.value) {
            Ok(value) => Some(Spanned {
                value,
                range: entry.range.clone(),
            }),
            Err(invalid) => {
                self.broken(self.invalid(&invalid, entry.range.clone()));
                None
            }
        }
    }

    fn no_down_revision(&mut self, preamble: &Preamble<'_>, revision: Option<&Entry<'_>>) {
        let mut lines = preamble
            .paragraphs
            .iter()
            .flat_map(|paragraph| &paragraph.lines);
        let elsewhere = lines.find(|line| key(line) == Some("down_revision"));
        let near = self.links == Links::Broken && elsewhere.is_none();
        // A misspelt key has been reported; that this one is missing follows from it.
        if near
            && self.findings.iter().any(|finding| {
                finding
                    .help
                    .iter()
                    .any(|help| help.contains("down_revision"))
            })
        {
            return;
        }
        let range = revision.map_or(0..0, |entry| entry.range.clone());
        let finding = error("the header lacks `down_revision`")
            .at(self.source.frame(range, "beside this key"));
        let finding = match elsewhere {
            Some(line) => finding.note(format!(
                "line {} holds `down_revision:`, but keys are read only in the paragraph that holds `revision:`",
                self.source.position(line.range.start).line
            )),
            None => finding,
        };
        self.broken(
            finding.help(
                "write `-- down_revision: <id of the parent>`, or `none` for a first revision",
            ),
        );
    }

    /// Ids or labels, parted by commas or blanks; `none` is the empty list.
    fn list(&mut self, entry: &Entry<'_>) -> Vec<Spanned<String>> {
        if entry.value.is_empty() {
            self.broken(
                error(format!("`{}` lacks its value", entry.key))
                    .at(self.source.frame(
                        entry.range.clone(),
                        "expected ids or `none` behind the colon",
                    ))
                    .help(format!("write `{}: none` for an empty list", entry.key)),
            );
            return Vec::new();
        }
        if entry.value.eq_ignore_ascii_case("none") {
            return Vec::new();
        }
        let text = &self.source.text[entry.range.clone()];
        let mut items: Vec<Spanned<String>> = Vec::new();
        let mut start = entry.range.start;
        for part in text.split([',', ' ', '\t']) {
            let range = start..start + part.len();
            start = range.end + 1;
            if part.is_empty() {
                continue;
            }
            match id::check(part) {
                Ok(()) if items.iter().any(|item| item.value == part) => self.broken(
                    error(format!("`{part}` stands twice in `{}`", entry.key))
                        .at(self.source.frame(range, "the second one"))
                        .help("keep one of them"),
                ),
                Ok(()) => items.push(Spanned {
                    value: part.to_owned(),
                    range,
                }),
                Err(_) if part.eq_ignore_ascii_case("none") => self.broken(
                    error("`none` beside other ids")
                        .at(self.source.frame(range, "`none` stands for an empty list"))
                        .help("remove it, or the others"),
                ),
                Err(invalid) => self.broken(self.invalid(&invalid, range)),
            }
        }
        items
    }

    fn invalid(&self, invalid: &id::InvalidId, range: Range<usize>) -> Diagnostic {
        let meant: String = self.source.text[range.clone()]
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let finding = error(invalid.to_string()).at(self.source.frame(range, "not an id"));
        match id::check(&meant) {
            Ok(()) => finding.help(format!("`{meant}` would be one")),
            Err(_) => {
                finding.help("choose another, such as `5cd038a8f131` or `001_initial_schema`")
            }
        }
    }

    fn text(&mut self, entry: &Entry<'_>) -> Option<Spanned<String>> {
        if entry.value.is_empty() {
            let what = if entry.key == "created" {
                "a time such as 2025-10-24T17:40:00Z"
            } else {
                "the reason"
            };
            self.findings
                .push(
                    error(format!("`{}` lacks its value", entry.key)).at(self.source.frame(
                        entry.range.clone(),
                        format!("expected {what} behind the colon"),
                    )),
                );
            return None;
        }
        if let Some(other) = entry.value.chars().find(|c| c.is_control()) {
            self.findings.push(
                error(format!(
                    "`{}` holds the control character {}",
                    entry.key,
                    other.escape_default()
                ))
                .at(self.source.frame(entry.range.clone(), "expected text"))
                .help("remove it"),
            );
        }
        Some(Spanned {
            value: entry.value.to_owned(),
            range: entry.range.clone(),
        })
    }
}
