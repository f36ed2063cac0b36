//! The parser: one pass, everything borrowed, every problem reported.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::{Entry, FORMAT, List, LockFile, LockedSection, Merge, NOT_IN_ORDER, Release, State};
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::Direction;
use crate::text::source::Source;
use crate::text::{Dialect, DialectSet, id};

const LOCK: &str = "`migrate-cli lock` writes it anew from the files";
const RESTORE: &str = "put the line back from version control, since it may protect a locked revision; without it `migrate-cli lock` takes \
                       the files as they stand";

impl<'a> LockFile<'a> {
    /// Reads the text of a lock file; `path` is how messages call it.
    ///
    /// Everything wrong is in the list; what could be read is in the value all the same.
    pub fn parse(path: &str, text: &'a str) -> (Self, Vec<Diagnostic>) {
        let mut parser = Parser {
            text,
            source: Source::new(path, text),
            lock: Self::default(),
            findings: Vec::new(),
            format: Format::Missing,
            side: Side::Both,
            below: Below::Sections,
        };
        parser.lock.entries.reserve(text.len() / 200);
        parser.lock.sections.reserve(text.len() / 120);
        parser.lines();
        parser.order();
        (parser.lock, parser.findings)
    }
}

struct Parser<'s, 'a> {
    text: &'a str,
    source: Source<'s>,
    lock: LockFile<'a>,
    findings: Vec<Diagnostic>,
    format: Format,
    side: Side,
    below: Below,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Missing,
    Known,
    Unknown,
}

/// What the lines of sections stand below.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// A revision, or nothing yet.
    Sections,
    /// A line that cannot be read: they are its.
    Unreadable,
}

/// Which part of a git conflict a line stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    /// That of the common ancestor, which is read no further.
    Ancestor,
}

impl<'a> Parser<'_, 'a> {
    fn error(&mut self, message: impl Into<String>, range: Range<usize>, label: &str) {
        let finding = Diagnostic::error(Class::LockFile, message)
            .at(self.source.frame(range, label))
            .help(LOCK);
        self.findings.push(finding);
    }

    /// A line of which something may be lost.
    fn lost(&mut self, message: &str, range: Range<usize>, label: &str) {
        let finding = Diagnostic::error(Class::LockFile, message)
            .at(self.source.frame(range, label))
            .help(RESTORE);
        self.lock.unreadable.push(finding.clone());
        self.findings.push(finding);
    }

    fn lines(&mut self) {
        let text = self.text;
        if text.trim().is_empty() {
            self.findings.push(
                Diagnostic::error(Class::LockFile, "the lock file is empty")
                    .at(Frame::file(self.source.path))
                    .help(LOCK),
            );
            return;
        }
        let mut place = 0;
        for line in text.split('\n') {
            let start = place;
            place += line.len() + 1;
            let line = line.strip_suffix('\r').unwrap_or(line);
            if self.conflict(line, start)
                || self.side == Side::Ancestor
                || line.is_empty()
                || line.starts_with('#')
            {
                continue;
            }
            let range = start..start + line.len();
            if self.format == Format::Unknown {
                return;
            }
            if let Some(number) = line.strip_prefix("format ") {
                self.format(number, range);
            } else if let Some(section) = line.strip_prefix("  ") {
                self.section(section, range);
            } else if let Some(release) = line.strip_prefix("released ") {
                self.release(release, range);
            } else if !line.trim().is_empty() {
                self.entry(line, range);
            }
        }
        if self.format == Format::Missing {
            let end = text.find('\n').unwrap_or(text.len());
            self.error(
                "the lock file lacks its format number",
                0..end,
                "expected a line `format 1` before the revisions",
            );
        }
    }

    /// Whether the line is a marker of git; the first one is reported.
    fn conflict(&mut self, line: &str, start: usize) -> bool {
        let marker = |word: &str| {
            line.starts_with(word) && !line[word.len()..].starts_with(|c: char| c != ' ')
        };
        if !line.starts_with(['<', '|', '=', '>']) {
            return false;
        }
        let side = if marker("|||||||") {
            Side::Ancestor
        } else {
            Side::Both
        };
        if side == Side::Both && !marker("<<<<<<<") && !marker("=======") && !marker(">>>>>>>") {
            return false;
        }
        if self.lock.merge == Merge::Clean {
            let frame = self.source.frame(
                start..start + line.len(),
                "git could not join the two sides",
            );
            self.findings.push(
                Diagnostic::error(Class::LockFile, "a merge conflict in the lock file")
                    .at(frame)
                    .help(
                        "`migrate-cli lock` keeps the revisions of both sides and writes it anew; `migrate-cli rebase` does, and \
                         puts your drafts on top of the others",
                    ),
            );
        }
        self.lock.merge = Merge::Conflict;
        self.side = side;
        true
    }

    fn format(&mut self, number: &str, range: Range<usize>) {
        if number.trim().parse() == Ok(FORMAT) {
            self.format = Format::Known;
            return;
        }
        self.format = Format::Unknown;
        let message = format!(
            "the lock file has format {}, this release reads format {FORMAT}",
            number.trim()
        );
        let finding = Diagnostic::error(Class::LockFile, message)
            .at(self.source.frame(range, "written by another release"))
            .help("use the release that wrote it, or a newer one");
        self.findings.push(finding);
    }

    fn release(&mut self, rest: &'a str, range: Range<usize>) {
        let mut words = rest.split_ascii_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(tag), Some(heads), None) => {
                let release = Release {
                    tag,
                    heads: List::read(heads),
                };
                // Both sides of a conflict hold the releases that they share.
                let known =
                    self.lock.merge == Merge::Conflict && self.lock.releases.contains(&release);
                if !known {
                    self.lock.releases.push(release);
                }
            }
            _ => self.lost(
                "a release that cannot be read",
                range,
                "expected `released <tag> <heads>`",
            ),
        }
    }

    fn entry(&mut self, line: &'a str, range: Range<usize>) {
        let (words, file) = match line.split_once(" file:") {
            Some((words, file)) => (words, file.trim()),
            None => (line, ""),
        };
        let mut words = words.split(' ');
        let id = words.next().unwrap_or_default();
        let state = match words.next() {
            Some("draft") => State::Draft,
            Some("locked") => State::Locked,
            _ => return self.unreadable(range),
        };
        if file.is_empty() || id::check(id).is_err() {
            return self.unreadable(range);
        }
        let sections = self.lock.sections.len();
        self.below = Below::Sections;
        let mut entry = Entry {
            id,
            state,
            down_revision: List::default(),
            depends_on: List::default(),
            branch_labels: List::default(),
            irreversible: false,
            breaking: false,
            file: Cow::Borrowed(file),
            sections: sections..sections,
            line: range.clone(),
        };
        let mut has_parents = false;
        for word in words {
            if let Some(ids) = word.strip_prefix("down_revision:") {
                entry.down_revision = List::read(ids);
                has_parents = true;
            } else if let Some(ids) = word.strip_prefix("depends_on:") {
                entry.depends_on = List::read(ids);
            } else if let Some(labels) = word.strip_prefix("branch_labels:") {
                entry.branch_labels = List::read(labels);
            } else {
                match word {
                    "irreversible" => entry.irreversible = true,
                    "breaking" => entry.breaking = true,
                    "" => {}
                    _ => return self.unreadable(range),
                }
            }
        }
        if !has_parents {
            return self.unreadable(range);
        }
        self.lock.entries.push(entry);
    }

    fn unreadable(&mut self, range: Range<usize>) {
        self.below = Below::Unreadable;
        self.lost(
            "a line that cannot be read",
            range,
            "expected `<id> <draft|locked> down_revision:<ids> [..] file:<name>`",
        );
    }

    fn section(&mut self, line: &str, range: Range<usize>) {
        if self.below == Below::Unreadable {
            return;
        }
        let read = section(line);
        match (read, self.lock.entries.last_mut()) {
            (Some(section), Some(entry)) => {
                self.lock.sections.push(section);
                entry.sections.end = self.lock.sections.len();
            }
            (Some(_), None) => self.lost(
                "a section without its revision",
                range,
                "expected the line of a revision above",
            ),
            (None, _) => self.lost(
                "a section that cannot be read",
                range,
                "expected `<up|down> [dialect:..] v1:sha256:.. [checked:.. checker:..]`",
            ),
        }
    }

    /// Duplicates and children that stand before their parents. In a conflict both are to be expected.
    fn order(&mut self) {
        let mut findings = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::with_capacity(self.lock.entries.len());
        let mut files: HashMap<&str, usize> = HashMap::with_capacity(self.lock.entries.len());
        let entries = &self.lock.entries;
        let mut duplicates = Vec::new();
        let conflict = self.lock.merge == Merge::Conflict;
        for (place, entry) in entries.iter().enumerate() {
            let first = places
                .get(entry.id)
                .or_else(|| files.get(&*entry.file))
                .copied();
            places.entry(entry.id).or_insert(place);
            files.entry(&entry.file).or_insert(place);
            let Some(first) = first else { continue };
            let first = &entries[first];
            duplicates.push(place);
            if conflict {
                continue;
            }
            let what = if first.id == entry.id {
                format!("`{}`", entry.id)
            } else {
                format!("the file `{}`", entry.file)
            };
            let line = self.source.position(first.line.start).line;
            findings.push(
                Diagnostic::error(Class::LockFile, format!("{what} is listed twice"))
                    .at(self
                        .source
                        .frame(id_range(entry), format!("first on line {line}")))
                    .help(LOCK),
            );
        }
        if !conflict {
            for (place, entry) in entries.iter().enumerate() {
                let below = entry.down_revision.iter().chain(entry.depends_on.iter());
                let late = below
                    .filter_map(|id| places.get(id))
                    .find(|parent| **parent > place);
                let Some(parent) = late.map(|parent| &entries[*parent]) else {
                    continue;
                };
                let line = self.source.position(parent.line.start).line;
                findings.push(
                    Diagnostic::error(Class::LockFile, NOT_IN_ORDER)
                        .at(self.source.frame(
                            id_range(entry),
                            format!("stands on `{}`, which is on line {line}", parent.id),
                        ))
                        .help("`migrate-cli lock` puts parents before their children"),
                );
                break;
            }
        }
        // What is listed twice is kept once, so that the comparison with the files speaks of each revision once.
        for place in duplicates.into_iter().rev() {
            let repeated = self.lock.entries.remove(place);
            self.lock.repeated.push(repeated);
        }
        self.findings.append(&mut findings);
    }
}

fn id_range(entry: &Entry<'_>) -> Range<usize> {
    entry.line.start..entry.line.start + entry.id.len()
}

fn section(line: &str) -> Option<LockedSection> {
    let mut words = line.split(' ');
    let direction = match words.next()? {
        "up" => Direction::Up,
        "down" => Direction::Down,
        _ => return None,
    };
    let mut word = words.next()?;
    let mut dialects = DialectSet::EMPTY;
    if let Some(names) = word.strip_prefix("dialect:") {
        dialects = dialect_set(names)?;
        word = words.next()?;
    }
    let digest = word.parse().ok()?;
    let mut section = LockedSection {
        direction,
        dialects,
        digest,
        checked: DialectSet::EMPTY,
        checker: 0,
    };
    for word in words {
        if let Some(names) = word.strip_prefix("checked:") {
            section.checked = dialect_set(names)?;
        } else {
            section.checker = word.strip_prefix("checker:")?.parse().ok()?;
        }
    }
    Some(section)
}

fn dialect_set(names: &str) -> Option<DialectSet> {
    names
        .split(',')
        .map(|name| name.parse::<Dialect>().ok())
        .collect()
}
