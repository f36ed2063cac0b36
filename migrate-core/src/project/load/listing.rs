//! The directory against its lock file.

use std::collections::HashMap;
use std::ops::Range;

#[cfg(feature = "write")]
use super::Loaded;
use super::Revision;
use crate::project::lock::{Entry, LockFile, LockedSection, State, entry_of};
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::source::Source;

/// A lock file that revisions are looked up in.
pub(super) struct Listing<'a> {
    lock: &'a LockFile<'a>,
    source: Source<'a>,
    by_id: HashMap<&'a str, usize>,
}

impl<'a> Listing<'a> {
    pub(super) fn new(lock: &'a LockFile<'a>, path: &'a str, text: &'a str) -> Self {
        let by_id = lock
            .entries
            .iter()
            .enumerate()
            .map(|(place, entry)| (entry.id, place))
            .collect();
        Self {
            lock,
            source: Source::new(path, text),
            by_id,
        }
    }

    /// The line of a revision.
    pub(super) fn entry(&self, revision: &Revision) -> Option<&'a Entry<'a>> {
        self.by_id
            .get(revision.file.header.revision.value.as_str())
            .map(|place| &self.lock.entries[*place])
    }

    /// Gives each revision the state that its line says.
    pub(super) fn set_states(&self, revisions: &mut [Revision]) {
        for revision in revisions {
            revision.state = self
                .entry(revision)
                .map_or(State::Draft, |entry| entry.state);
        }
    }

    /// Everything in which files and lines differ.
    pub(super) fn compare(
        &self,
        revisions: &[Revision],
        broken: &[String],
        findings: &mut Vec<Diagnostic>,
    ) {
        let mut seen = vec![false; self.lock.entries.len()];
        // Files by name, to tell a changed id from a new file.
        let listed_files: HashMap<&str, usize> = self
            .lock
            .entries
            .iter()
            .enumerate()
            .map(|(place, entry)| (&*entry.file, place))
            .collect();
        let ids: HashMap<&str, ()> = revisions
            .iter()
            .map(|revision| (revision.file.header.revision.value.as_str(), ()))
            .collect();
        for revision in revisions {
            let source = Source::new(&revision.file.path, &revision.file.text);
            let by_id = self
                .by_id
                .get(revision.file.header.revision.value.as_str())
                .copied();
            match by_id {
                // Two files with one id: the graph says so, and the second cannot be compared.
                Some(place) if seen[place] => {}
                Some(place) => {
                    seen[place] = true;
                    self.compare_entry(revision, &self.lock.entries[place], &source, findings);
                }
                None => {
                    let renamed = listed_files.get(&*revision.lock_name).filter(|place| {
                        !ids.contains_key(self.lock.entries[**place].id) && !seen[**place]
                    });
                    match renamed {
                        Some(place) => {
                            seen[*place] = true;
                            findings.push(other_id(revision, &self.lock.entries[*place], &source));
                        }
                        None => findings.push(unlisted(revision, &source)),
                    }
                }
            }
        }
        for (entry, seen) in self.lock.entries.iter().zip(seen) {
            if !seen && !broken.iter().any(|file| *file == entry.file) {
                findings.push(self.vanished(entry));
            }
        }
    }

    fn vanished(&self, entry: &Entry<'_>) -> Diagnostic {
        let start = entry.line.end - entry.file.len();
        let frame = self.source.frame(start..entry.line.end, "no such file");
        let finding = |class, what: &str| {
            Diagnostic::error(class, format!("{what} `{}` has no file", entry.id))
        };
        match entry.state {
            State::Draft => finding(Class::LockFile, "the draft")
                .at(frame)
                .help("`migrate-cli lock` drops its line"),
            State::Locked => finding(Class::EditedRevision, "the locked revision")
                .at(frame)
                .help("take the file back from version control")
                .help(format!(
                    "`migrate-cli lock --amend {}` drops its line on purpose",
                    entry.id
                )),
        }
    }

    fn compare_entry(
        &self,
        revision: &Revision,
        entry: &Entry<'_>,
        source: &Source<'_>,
        findings: &mut Vec<Diagnostic>,
    ) {
        let id = &revision.file.header.revision;
        if entry.file != revision.lock_name {
            findings.push(
                Diagnostic::error(
                    Class::LockFile,
                    format!("the file of `{}` has another name", id.value),
                )
                .at(source.frame(id.range.clone(), format!("listed as {}", entry.file)))
                .help("`migrate-cli lock` takes up the new name"),
            );
        }
        match entry.state {
            // Drafts are read as they stand; their lines follow when they are locked.
            State::Draft => {}
            State::Locked => {
                for (key, range) in header_differences(revision, entry) {
                    findings.push(edited(
                        Diagnostic::error(
                            Class::EditedRevision,
                            format!("the `{key}` of a locked revision was changed"),
                        )
                        .at(source
                            .frame(range, format!("locked with `{}`", listed_value(entry, key)))),
                        revision,
                    ));
                }
                self.compare_sections(revision, entry, source, findings);
            }
        }
    }

    fn compare_sections(
        &self,
        revision: &Revision,
        entry: &Entry<'_>,
        source: &Source<'_>,
        findings: &mut Vec<Diagnostic>,
    ) {
        let lines = self.lock.sections(entry);
        let mut seen = vec![false; lines.len()];
        for (section, digest) in revision.file.sections.iter().zip(&revision.digests) {
            let same = |line: &LockedSection| {
                line.direction == section.direction && line.dialects == section.dialects
            };
            let place = lines.iter().position(same);
            let direction = section.direction;
            let (message, label) = match place {
                Some(place) => {
                    seen[place] = true;
                    if lines[place].digest == *digest {
                        continue;
                    }
                    (
                        format!("the {direction} section of a locked revision was edited"),
                        "differs from what was locked",
                    )
                }
                None => (
                    format!("a locked revision has got another {direction} section"),
                    "was not there when it was locked",
                ),
            };
            let frame = source.frame(section.marker.clone(), label);
            findings.push(edited(
                Diagnostic::error(Class::EditedRevision, message).at(frame),
                revision,
            ));
        }
        for (line, _) in lines.iter().zip(seen).filter(|(_, seen)| !seen) {
            let whom = if line.dialects.is_empty() {
                String::new()
            } else {
                format!(" for {}", line.dialects)
            };
            let message = format!(
                "a locked revision has lost its {} section{whom}",
                line.direction
            );
            let frame = source.frame(
                revision.file.header.revision.range.clone(),
                "locked with it",
            );
            findings.push(edited(
                Diagnostic::error(Class::EditedRevision, message).at(frame),
                revision,
            ));
        }
    }
}

#[cfg(feature = "write")]
/// The locked revisions that differ from their lines, except those that `is_exempt`: what `lock` refuses.
pub(crate) fn edits(
    loaded: &Loaded,
    lock: &LockFile<'_>,
    shown: &str,
    is_exempt: impl Fn(&str) -> bool,
    findings: &mut Vec<Diagnostic>,
) {
    let mut lock = lock.clone();
    lock.entries.retain(|entry| !is_exempt(entry.id));
    let text = loaded.lock_text.as_deref().unwrap_or_default();
    let mut found = Vec::new();
    Listing::new(&lock, shown, text).compare(&loaded.revisions, &[], &mut found);
    findings.extend(
        found
            .into_iter()
            .filter(|finding| finding.class == Class::EditedRevision),
    );
}

fn edited(finding: Diagnostic, revision: &Revision) -> Diagnostic {
    let id = &revision.file.header.revision.value;
    finding
        .note("databases may have run it as it was locked")
        .help(format!(
            "take it back (`git checkout -- {}`) and write a new revision",
            revision.file.path
        ))
        .help(format!(
            "`migrate-cli lock --amend {id}` accepts the edit on purpose"
        ))
}

fn unlisted(revision: &Revision, source: &Source<'_>) -> Diagnostic {
    let id = &revision.file.header.revision;
    Diagnostic::error(
        Class::LockFile,
        format!("`{}` is missing from the lock file", id.value),
    )
    .at(source.frame(id.range.clone(), "not listed in revisions.lock"))
    .help("`migrate-cli lock` takes it up")
}

fn other_id(revision: &Revision, entry: &Entry<'_>, source: &Source<'_>) -> Diagnostic {
    let id = &revision.file.header.revision;
    let frame = source.frame(id.range.clone(), format!("listed as `{}`", entry.id));
    match entry.state {
        State::Draft => Diagnostic::error(
            Class::LockFile,
            format!("the draft `{}` has another id now", entry.id),
        )
        .at(frame)
        .help("`migrate-cli lock` takes up the new one"),
        State::Locked => Diagnostic::error(
            Class::EditedRevision,
            format!("the locked revision `{}` has another id now", entry.id),
        )
        .at(frame)
        .note("databases that have run it know it by the old one")
        .help(format!("write `-- revision: {}` again", entry.id)),
    }
}

/// The keys in which header and line differ, with the place of each.
fn header_differences(revision: &Revision, entry: &Entry<'_>) -> Vec<(&'static str, Range<usize>)> {
    let header = &revision.file.header;
    let now = entry_of(&revision.file, &revision.lock_name, entry.state);
    let whole = |first: Option<&Range<usize>>, last: Option<&Range<usize>>| match (first, last) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => header.revision.range.clone(),
    };
    let texts = |items: &[crate::text::revision::Spanned<String>]| {
        whole(
            items.first().map(|item| &item.range),
            items.last().map(|item| &item.range),
        )
    };
    let flag = |value: &Option<crate::text::revision::Spanned<String>>| {
        whole(
            value.as_ref().map(|value| &value.range),
            value.as_ref().map(|value| &value.range),
        )
    };
    let parents = &header.down_revision;
    let mut differences = Vec::new();
    if now.down_revision != entry.down_revision {
        let range = whole(
            parents.first().map(|item| &item.range),
            parents.last().map(|item| &item.range),
        );
        differences.push(("down_revision", range));
    }
    if now.depends_on != entry.depends_on {
        differences.push(("depends_on", texts(&header.depends_on)));
    }
    if now.branch_labels != entry.branch_labels {
        differences.push(("branch_labels", texts(&header.branch_labels)));
    }
    if now.irreversible != entry.irreversible {
        differences.push(("irreversible", flag(&header.irreversible)));
    }
    if now.breaking != entry.breaking {
        differences.push(("breaking", flag(&header.breaking)));
    }
    differences
}

fn listed_value(entry: &Entry<'_>, key: &str) -> String {
    let flag = |flag: bool| {
        if flag {
            format!("{key}: ..")
        } else {
            format!("no {key}")
        }
    };
    match key {
        "down_revision" => entry.down_revision.as_str().to_owned(),
        "depends_on" => entry.depends_on.as_str().to_owned(),
        "branch_labels" => entry.branch_labels.as_str().to_owned(),
        "irreversible" => flag(entry.irreversible),
        _ => flag(entry.breaking),
    }
}
