//! The migrations of another tool as revision files, locked.

mod revision;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::files::{self, Change, Existing};
use super::lock::locked_sections;
use crate::model::set::HeadsPolicy;
use crate::project::Project;
use crate::project::config::display;
use crate::project::import::Reading;
use crate::project::load::{Revision, check_sections, file_names, lock_path, sorted};
use crate::project::lock::{LockFile, State, entry_of};
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::{Dialect, DialectSet, Level, RevisionId};
use revision::Writer;

/// How an import is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteImport {
    /// The dialects that every revision of the project must serve.
    pub dialects: DialectSet,
    /// Whether anything is written.
    pub effect: ImportEffect,
    /// What to do about the files of an earlier import.
    pub earlier: Earlier,
}

/// What to do about the files of an earlier import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Earlier {
    /// They must not be there.
    #[default]
    Refuse,
    /// They are written again.
    Replace,
}

/// Whether an import writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportEffect {
    /// It does.
    Write,
    /// It only says what it would write.
    Show,
}

/// What was imported, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The revisions, parents first.
    pub revisions: Vec<ImportedRevision>,
    /// The migrations directory as messages show it.
    pub directory: String,
    /// The effective heads.
    pub heads: Vec<RevisionId>,
    /// What was changed on the way, and files that are no migrations.
    pub warnings: Vec<Diagnostic>,
    /// What a person has to do before the drafts can be locked.
    pub left: Vec<Diagnostic>,
}

/// A revision that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportedRevision {
    /// The id.
    pub id: RevisionId,
    /// The version that it had.
    pub version: String,
    /// Its message.
    pub message: String,
    /// The new file as messages show it.
    pub file: String,
    /// The file it was made from.
    pub source: String,
    /// A draft where something is left to do.
    pub state: State,
}

/// Writes the revision files and the lock file, all or nothing.
///
/// Revisions that need nothing are locked: they are history. The others are drafts.
///
/// # Errors
/// A migrations directory that holds revisions, links that make no graph, and whatever keeps files from being written.
pub fn import(
    project: &Project,
    reading: Reading,
    how: WriteImport,
) -> Result<Imported, Vec<Diagnostic>> {
    let target = target(project, &reading).map_err(|finding| vec![*finding])?;
    if how.earlier == Earlier::Refuse {
        empty(project, &target, &[]).map_err(|finding| vec![*finding])?;
    }
    let Reading {
        tool,
        dialects: read,
        migrations,
        notices,
        ..
    } = reading;
    let writer = Writer {
        project,
        target,
        tool,
        read,
        dialects: how.dialects,
    };
    let mut notes = Vec::new();
    let mut made = Vec::with_capacity(migrations.len());
    for variants in &migrations {
        made.push(
            writer
                .revision(variants, &mut notes)
                .map_err(|finding| vec![*finding])?,
        );
    }
    let (mut left, mut warnings): (Vec<_>, Vec<_>) = notices
        .into_iter()
        .chain(notes)
        .partition(|notice| notice.level == Level::Error);
    let served = writer.served();
    let lacking: DialectSet = how
        .dialects
        .iter()
        .filter(|other| !served.contains(*other))
        .collect();
    if !lacking.is_empty() {
        left.push(others_needed(lacking, read));
    }
    let checked = if writer.marks() { served } else { how.dialects };
    for one in &mut made {
        if one.revision.state == State::Draft {
            continue;
        }
        let mut found = Vec::new();
        check_sections(
            &one.revision,
            None,
            &LockFile::default(),
            checked,
            &mut found,
        );
        let (errors, others): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|finding| finding.level == Level::Error);
        if !errors.is_empty() || !lacking.is_empty() {
            one.revision.state = State::Draft;
        }
        let from = |finding: Diagnostic| finding.note(format!("imported from {}", one.source));
        left.extend(errors.into_iter().map(from));
        warnings.extend(others.into_iter().map(from));
    }
    let sources: HashMap<RevisionId, (String, String)> = made
        .iter()
        .map(|one| {
            let id = one.revision.file.header.revision.value.clone();
            (id, (one.version.clone(), one.source.clone()))
        })
        .collect();
    let made_from: HashMap<String, String> = made
        .iter()
        .map(|one| (one.revision.file.path.clone(), one.source.clone()))
        .collect();
    let revisions = made.into_iter().map(|one| one.revision).collect();
    let (revisions, graph): (Vec<Revision>, _) = match sorted(project, revisions) {
        Ok(sorted) => sorted,
        Err(findings) => return Err(unwritten_findings(findings, &made_from)),
    };
    if how.earlier == Earlier::Replace {
        let names: Vec<&str> = revisions
            .iter()
            .map(|revision| revision.lock_name.as_str())
            .collect();
        empty(project, &writer.target, &names).map_err(|finding| vec![*finding])?;
    }
    let heads: Vec<RevisionId> = graph.ids(&graph.effective_heads());
    if heads.len() > 1 && project.config.migrations.heads == HeadsPolicy::One {
        warnings.push(several_heads(&heads));
    }
    if how.effect == ImportEffect::Write {
        files::write(&changes(project, &revisions, checked, how.earlier))?;
    }
    let listed = revisions.iter().map(|revision| {
        let id = revision.file.header.revision.value.clone();
        let (version, source) = sources.get(&id).cloned().unwrap_or_default();
        ImportedRevision {
            id,
            version,
            message: revision.file.header.message.clone(),
            file: revision.file.path.clone(),
            source,
            state: revision.state,
        }
    });
    Ok(Imported {
        revisions: listed.collect(),
        directory: display(&project.root, &writer.target),
        heads,
        warnings,
        left,
    })
}

/// Findings in files that will not be written: they say from which ones these would have been made.
fn unwritten_findings(
    findings: Vec<Diagnostic>,
    made_from: &HashMap<String, String>,
) -> Vec<Diagnostic> {
    let add = |finding: Diagnostic| {
        let file = finding.frame.as_ref().map(|frame| frame.file.as_str());
        match file.and_then(|file| made_from.get(file)) {
            Some(source) => finding.note(format!(
                "this file would be made from {source}; nothing was written"
            )),
            None => finding,
        }
    };
    findings.into_iter().map(add).collect()
}

fn several_heads(heads: &[RevisionId]) -> Diagnostic {
    let names: Vec<&str> = heads.iter().map(RevisionId::as_str).collect();
    Diagnostic::warning(
        Class::MultipleHeads,
        format!("there are {} heads: {}", heads.len(), names.join(", ")),
    )
    .help("`migrate-cli merge` joins them, or `heads = \"many\"` below `[migrations]` in migrate.toml keeps them")
}

/// The directory to write to, which must hold nothing yet.
fn target(project: &Project, reading: &Reading) -> Result<PathBuf, Box<Diagnostic>> {
    let error = |message: String| Diagnostic::error(Class::Config, message);
    let Some(target) = project.dirs.first() else {
        return Err(Box::new(error(
            "no migrations directory is configured".to_owned(),
        )));
    };
    let shown = display(&project.root, target);
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if reading.dirs.iter().any(|dir| real(dir) == real(target)) {
        let message = format!("`{shown}` is the migrations directory of this project");
        return Err(Box::new(
            error(message)
                .note(format!(
                    "the files of {} would stand beside the new ones",
                    reading.tool
                ))
                .help(format!(
                    "move it away first: `mv {shown} {}-migrations`, then import from there",
                    reading.tool.name()
                ))
                .help("or let the new ones be made elsewhere: `--dir NEW`"),
        ));
    }
    Ok(target.clone())
}

/// Refuses a directory that holds anything but files of these names.
fn empty(project: &Project, target: &Path, names: &[&str]) -> Result<(), Box<Diagnostic>> {
    let listed = std::fs::read_to_string(lock_path(project)).unwrap_or_default();
    let (lock, _) = LockFile::parse("", &listed);
    let lines = lock.entries.iter().map(|entry| entry.file.to_string());
    let other = file_names(project)
        .into_iter()
        .chain(lines)
        .find(|name| !names.contains(&name.as_str()));
    let Some(other) = other else { return Ok(()) };
    let shown = display(&project.root, target);
    let finding = Diagnostic::error(Class::Config, format!("`{shown}` is not empty")).note(
        format!("it holds {other}; an import is the beginning of a history"),
    );
    Err(Box::new(if names.is_empty() {
        finding
            .help("`--replace` writes an earlier import again")
            .help("or import into another directory: `--dir NEW`")
    } else {
        finding
            .note("`--replace` replaces only what this import would write")
            .help("import into another directory: `--dir NEW`")
    }))
}

/// What a person has to write where the project is for more than what was read.
fn others_needed(lacking: DialectSet, read: DialectSet) -> Diagnostic {
    let directories: Vec<String> = lacking.iter().map(|it| format!("`{it}=DIR`")).collect();
    let names = |dialects: DialectSet| {
        let names: Vec<&str> = dialects.iter().map(Dialect::name).collect();
        names.join(" and ")
    };
    let (lacking, read) = (names(lacking), names(read));
    let message = format!("the project is for {lacking} too, and the imported SQL is {read}");
    Diagnostic::error(Class::InvalidRevision, message)
        .help(format!(
            "name their migrations too, if the other tool has any: {}",
            directories.join(", ")
        ))
        .help("or add sections for the others, then `migrate-cli lock`")
        .help("or leave them out of `dialects` below `[migrations]` in migrate.toml")
}

/// The files that an import makes, the lock file last.
fn changes(
    project: &Project,
    revisions: &[Revision],
    dialects: DialectSet,
    earlier: Earlier,
) -> Vec<Change> {
    let existing = match earlier {
        Earlier::Refuse => Existing::Refuse,
        Earlier::Replace => Existing::Replace,
    };
    let mut lock = LockFile::default();
    let mut changes = Vec::with_capacity(revisions.len() + 1);
    for revision in revisions {
        let mut entry = entry_of(&revision.file, &revision.lock_name, revision.state);
        if revision.state == State::Locked {
            let start = lock.sections.len();
            lock.sections
                .extend(locked_sections(revision, &[], dialects));
            entry.sections = start..lock.sections.len();
        }
        lock.entries.push(entry);
        changes.push(Change {
            path: revision.path.clone(),
            shown: revision.file.path.clone(),
            text: revision.file.text.to_string(),
            existing,
        });
    }
    let path = lock_path(project);
    changes.push(Change {
        shown: display(&project.root, &path),
        text: lock.to_string(),
        path,
        existing: Existing::Replace,
    });
    changes
}
