//! The sections of one revision: are there enough of them, and would they run?

use super::Revision;
use crate::project::lock::{Entry, LockFile, LockedSection, State};
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::revision::{Direction, Section};
use crate::text::source::Source;
use crate::text::{Dialect, DialectSet};

/// Checks the sections of a revision under `dialects`. A locked section whose line says that it was checked under a
/// dialect by this version is not looked at again.
pub(crate) fn check(
    revision: &Revision,
    entry: Option<&Entry<'_>>,
    lock: &LockFile<'_>,
    dialects: DialectSet,
    findings: &mut Vec<Diagnostic>,
) {
    let checker = Checker {
        revision,
        source: Source::new(&revision.file.path, &revision.file.text),
        dialects,
    };
    findings.extend(checker.contradiction());
    let locked = entry
        .filter(|entry| entry.state == State::Locked)
        .map_or(&[][..], |entry| lock.sections(entry));
    for (section, digest) in revision.file.sections.iter().zip(&revision.digests) {
        let line = locked.iter().find(|line| {
            line.direction == section.direction
                && line.dialects == section.dialects
                && line.digest == *digest
        });
        checker.section(section, line, findings);
    }
    if !revision.file.is_merge() {
        for direction in Direction::ALL {
            // A section that is missing because its marker is misspelt has been reported as that.
            if let Some(missing) = checker.missing(direction)
                && !checker.has_marker_finding(findings)
            {
                findings.push(missing);
            }
        }
    }
}

/// The dialects under which a section is to be checked: those that it names, and those of `dialects` that use
/// it.
pub(crate) fn dialects_of(
    revision: &Revision,
    section: &Section,
    dialects: DialectSet,
) -> DialectSet {
    let users: DialectSet = dialects
        .iter()
        .filter(|dialect| {
            revision
                .file
                .section(section.direction, *dialect)
                .is_some_and(|used| used == section)
        })
        .collect();
    users.union(section.dialects)
}

struct Checker<'a> {
    revision: &'a Revision,
    source: Source<'a>,
    dialects: DialectSet,
}

impl Checker<'_> {
    fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Class::InvalidRevision, message)
    }

    /// A direction that some dialect cannot go.
    fn missing(&self, direction: Direction) -> Option<Diagnostic> {
        let file = &self.revision.file;
        let header = &file.header;
        if direction == Direction::Down && header.irreversible.is_some() {
            return None;
        }
        let any = file
            .sections
            .iter()
            .any(|section| section.direction == direction);
        let lacking: DialectSet = self
            .dialects
            .iter()
            .filter(|dialect| file.section(direction, *dialect).is_none())
            .collect();
        let (message, help) = if !any {
            (
                format!("no {direction} section"),
                format!("write `-- migrate:{direction}` and the SQL below it"),
            )
        } else if !lacking.is_empty() {
            let named = lacking
                .iter()
                .map(Dialect::name)
                .collect::<Vec<_>>()
                .join(" and ");
            let marker = format!("-- migrate:{direction} dialect:{lacking}");
            (
                format!("no {direction} section for {named}"),
                format!("write `{marker}` and the SQL below it"),
            )
        } else {
            return None;
        };
        let id = &header.revision;
        let finding = self
            .error(message)
            .at(self.source.frame(id.range.clone(), "this revision"))
            .help(help);
        Some(match direction {
            Direction::Up => finding,
            Direction::Down => finding.help("or write `-- irreversible: <reason>` in the header"),
        })
    }

    fn has_marker_finding(&self, findings: &[Diagnostic]) -> bool {
        findings.iter().any(|finding| {
            let here = finding
                .frame
                .as_ref()
                .is_some_and(|frame| frame.file == self.source.path);
            here && finding.message.contains("section marker")
        })
    }

    fn contradiction(&self) -> Option<Diagnostic> {
        self.revision.file.header.irreversible.as_ref()?;
        let down = self
            .revision
            .file
            .sections
            .iter()
            .find(|section| section.direction == Direction::Down)?;
        Some(
            self.error("a down section in a revision that is irreversible")
                .at(self
                    .source
                    .frame(down.marker.clone(), "the header says `irreversible`"))
                .help("remove the section, or the line `irreversible` from the header"),
        )
    }

    fn section(
        &self,
        section: &Section,
        line: Option<&LockedSection>,
        findings: &mut Vec<Diagnostic>,
    ) {
        let first = findings.len();
        let dialects = dialects_of(self.revision, section, self.dialects);
        let mut is_empty = dialects.is_empty() && is_blank(self.revision.file.body(section));
        for dialect in dialects.iter() {
            if line.is_some_and(|line| line.is_checked(dialect)) {
                continue;
            }
            let (script, found) = self.revision.file.check(section, dialect);
            is_empty |= found.is_empty() && script.statements.is_empty() && script.empty.is_none();
            for finding in found {
                // Most mistakes are mistakes under every dialect; each is said once.
                if !findings[first..].contains(&finding) {
                    findings.push(finding);
                }
            }
        }
        if is_empty && !self.revision.file.is_merge() {
            findings.extend(self.empty(section));
        }
    }

    fn empty(&self, section: &Section) -> Option<Diagnostic> {
        let direction = section.direction;
        let frame = self
            .source
            .frame(section.marker.clone(), "no statement follows");
        let finding = match (self.revision.state, direction) {
            (State::Draft, Direction::Up) => {
                Diagnostic::warning(Class::InvalidRevision, "an empty up section").at(frame)
            }
            (State::Draft, Direction::Down) => return None,
            (State::Locked, _) => self
                .error(format!("an empty {direction} section in a locked revision"))
                .at(frame),
        };
        let finding =
            finding.help("write the SQL, or `-- migrate:empty <reason>` if nothing is to be done");
        Some(match direction {
            Direction::Up => finding,
            Direction::Down => finding
                .help("or remove the section and write `-- irreversible: <reason>` in the header"),
        })
    }
}

/// Whether there are only blanks and comments, which can be said without knowing the dialect.
fn is_blank(body: &str) -> bool {
    let mut lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.all(|line| line.starts_with("--") && !line.contains("migrate:empty"))
}
