//! The migrations of another tool as revision files, locked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::files::{self, Change, Existing};
use super::header::{HeaderText, marker};
use super::lock::locked_sections;
use super::new::values;
use super::slug;
use crate::model::Tool;
use crate::model::set::HeadsPolicy;
use crate::project::Project;
use crate::project::config::{display, relative};
use crate::project::import::{Down, Migration, Reading, Script, Transaction, convert};
use crate::project::load::{Revision, check_sections, file_names, lock_path, sorted, unwritten};
use crate::project::lock::{LockFile, State, entry_of};
use crate::project::template::Template;
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::{Direction, RevisionFile};
use crate::text::{Dialect, DialectSet, Level, RevisionId};

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
        dialect,
        migrations,
        notices,
        ..
    } = reading;
    let (mut left, mut warnings): (Vec<_>, Vec<_>) = notices
        .into_iter()
        .partition(|notice| notice.level == Level::Error);
    let several = how.dialects.iter().count() > 1;
    let writer = Writer {
        project,
        target,
        tool,
        dialect,
        marked: if several {
            served(dialect, how.dialects)
        } else {
            DialectSet::EMPTY
        },
    };
    let mut made = Vec::with_capacity(migrations.len());
    for migration in migrations {
        made.push(
            writer
                .revision(migration, &mut warnings)
                .map_err(|finding| vec![*finding])?,
        );
    }
    let lacking: DialectSet = how
        .dialects
        .iter()
        .filter(|other| !served(dialect, how.dialects).contains(*other))
        .collect();
    if !lacking.is_empty() {
        left.push(writer.lacking(lacking));
    }
    let checked = if several {
        served(dialect, how.dialects)
    } else {
        how.dialects
    };
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
        files::write(&writer.changes(&revisions, checked, how.earlier))?;
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

/// The dialects of the project that SQL of `dialect` serves.
fn served(dialect: Dialect, dialects: DialectSet) -> DialectSet {
    dialects
        .iter()
        .filter(|other| *other == dialect || other.fallback() == Some(dialect))
        .collect::<DialectSet>()
        .with(dialect)
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

struct Writer<'a> {
    project: &'a Project,
    target: PathBuf,
    tool: Tool,
    dialect: Dialect,
    /// What the markers say; empty where the project has one dialect.
    marked: DialectSet,
}

/// A revision that is ready to be written.
struct Made {
    revision: Revision,
    version: String,
    source: String,
}

impl Writer<'_> {
    fn revision(
        &self,
        migration: Migration,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Made, Box<Diagnostic>> {
        let (sections, left) = self.sections(&migration, warnings);
        let path = self.target.join(self.name(&migration));
        let shown = display(&self.project.root, &path);
        let mut message = single_line(&migration.message);
        let mut prose: Vec<String> = migration
            .prose
            .iter()
            .map(|line| single_line(line))
            .collect();
        prose.push(format!(
            "imported from {}: {}",
            self.tool,
            short_name(&migration.file)
        ));
        let plain = format!("imported {}", migration.version);
        if message.is_empty() {
            message.clone_from(&plain);
        }
        // A docstring may say anything, also `revision: x` or `migrate:up`: then its colons go, or else all of it.
        let bare = |text: &str| single_line(&text.replace(':', " "));
        let without = (
            bare(&message),
            prose.iter().map(|line| bare(line)).collect(),
        );
        let attempts = [(message, prose), without, (plain, Vec::new())];
        for (message, prose) in attempts {
            let text = self.text(&migration, &message, &prose) + &sections;
            let (file, findings) = RevisionFile::parse(&shown, text.as_bytes());
            if let Some(file) = file.filter(|_| findings.is_empty())
                && file.header.message == message
                && file.header.revision.value == migration.id
            {
                let lock_name = relative(&self.target, &path);
                let mut revision = unwritten(file, path, lock_name);
                revision.state = if left { State::Draft } else { State::Locked };
                return Ok(Made {
                    revision,
                    version: migration.version,
                    source: migration.file,
                });
            }
        }
        Err(Box::new(
            Diagnostic::error(
                Class::InvalidRevision,
                "this migration cannot be written as a revision",
            )
            .at(Frame::file(migration.file))
            .help("please report it: a file that this tool writes must be one that it can read"),
        ))
    }

    fn text(&self, migration: &Migration, message: &str, prose: &[String]) -> String {
        let ids = |ids: &[RevisionId]| ids.iter().map(ToString::to_string).collect();
        HeaderText {
            message,
            prose,
            id: &migration.id,
            down_revision: ids(&migration.down_revision),
            branch_labels: &migration.branch_labels,
            depends_on: &migration.depends_on,
            created: migration.created.as_deref(),
            irreversible: match &migration.down {
                Down::Irreversible(reason) => Some(reason),
                _ => None,
            },
        }
        .to_string()
    }

    /// The sections, and whether something in them is left to do.
    fn sections(&self, migration: &Migration, warnings: &mut Vec<Diagnostic>) -> (String, bool) {
        let mut text = String::new();
        let mut left = false;
        let mut add = |direction: Direction, script: Option<&Script>| {
            let outside = match script {
                Some(script) => {
                    let body = convert(script, self.dialect, warnings);
                    left |= !script.todo.is_empty();
                    (body.transaction == Transaction::Outside, body.text)
                }
                None => (
                    false,
                    "-- migrate:empty there was nothing to run".to_owned(),
                ),
            };
            let (outside, body) = outside;
            let option = if outside { " transaction:false" } else { "" };
            let marker = marker(direction, self.marked);
            text.push_str(&format!("\n{marker}{option}\n{}\n", body.trim_end()));
        };
        let joins = migration.down_revision.len() > 1;
        let down = match &migration.down {
            Down::Script(script) => Some(Some(script)),
            Down::Irreversible(_) => None,
            Down::Nothing => Some(None),
        };
        // A merge that only joins has no sections.
        if joins && migration.up.is_none() && matches!(migration.down, Down::Nothing) {
            return (text, false);
        }
        add(Direction::Up, migration.up.as_ref());
        if let Some(down) = down {
            add(Direction::Down, down);
        }
        (text, left)
    }

    /// Files of numbered migrations keep their number in front; those of Alembic are named as new ones are.
    fn name(&self, migration: &Migration) -> String {
        let config = &self.project.config.migrations;
        let slug = slug(&migration.message, config.slug_length);
        let id = &migration.id;
        let time = migration
            .created
            .as_deref()
            .filter(|_| self.tool == Tool::Alembic)
            .and_then(|text| text.get(..19)?.parse::<jiff::civil::DateTime>().ok())
            .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok());
        let template = Template::parse(&config.file_template).ok();
        match (template, time) {
            (Some(template), Some(time)) => template.fill(&values(id, &slug, &time)),
            // The id of a repeatable script of Flyway is its name.
            _ if slug.is_empty() || id.as_str().starts_with("R_") => format!("{id}.sql"),
            _ => format!("{id}_{slug}.sql"),
        }
    }

    fn lacking(&self, lacking: DialectSet) -> Diagnostic {
        let names: Vec<&str> = lacking.iter().map(Dialect::name).collect();
        let message = format!(
            "the project is for {} too, and the imported SQL is {}",
            names.join(" and "),
            self.dialect
        );
        Diagnostic::error(Class::InvalidRevision, message)
            .help("add sections for the others, then `migrate-cli lock`")
            .help("or leave them out of `dialects` below `[migrations]` in migrate.toml")
    }

    fn changes(
        &self,
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
        let path = lock_path(self.project);
        changes.push(Change {
            shown: display(&self.project.root, &path),
            text: lock.to_string(),
            path,
            existing: Existing::Replace,
        });
        changes
    }
}

/// A text without line breaks and control characters.
fn single_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// The name of a file; of Diesel's `up.sql` with its directory, which is what tells it from the others.
fn short_name(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    if name.starts_with("up.") {
        let before = &file[..file.len() - name.len()];
        let dir = before.trim_end_matches('/').rsplit('/').next();
        return dir.unwrap_or(name);
    }
    name
}
