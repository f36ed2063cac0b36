//! New revisions.

use std::path::PathBuf;
use std::time::SystemTime;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::files::{self, Change, Existing};
use super::header::{HeaderText, marker};
use super::{random_id, slug};
use crate::project::config::{Timezone, display, relative};
use crate::project::load::Loaded;
use crate::project::lock::{LockFile, State, entry_of};
use crate::project::template::{Template, Values};
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::{Direction, RevisionFile};
use crate::text::{Dialect, DialectSet, RevisionId, id};

/// A revision to be written.
#[derive(Debug, Clone, Default)]
pub struct NewRevision {
    /// The message, as typed.
    pub message: String,
    /// The id; `None`: one at random.
    pub id: Option<String>,
    /// The parents; several make it a merge, none a base.
    pub down_revision: Vec<RevisionId>,
    /// The labels it declares.
    pub branch_labels: Vec<String>,
    /// Ids or labels of what it depends on.
    pub depends_on: Vec<String>,
    /// Whether a parent may have other children.
    pub splice: Splice,
    /// The directory, one of the configured ones; `None`: the first.
    pub dir: Option<PathBuf>,
    /// The sections with their SQL; empty: empty ones for the configured dialects.
    pub sections: Vec<NewSection>,
}

/// A section to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSection {
    /// The way it goes.
    pub direction: Direction,
    /// The dialects it names.
    pub dialects: DialectSet,
    /// The SQL.
    pub text: String,
}

/// Whether a new revision may stand on one that is no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Splice {
    /// It may not.
    #[default]
    Refuse,
    /// It may, and begins a new branch.
    Allow,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The id.
    pub id: RevisionId,
    /// The file.
    pub path: PathBuf,
    /// The file as messages show it.
    pub shown: String,
    /// Its text.
    pub text: String,
}

/// Writes a new draft and its line in the lock file.
///
/// # Errors
/// Everything that is wrong with the project or the order; nothing is written then.
pub fn new_revision(
    loaded: &Loaded,
    new: &NewRevision,
    now: SystemTime,
) -> Result<Written, Vec<Diagnostic>> {
    if loaded.has_errors() {
        return Err(loaded.errors().cloned().collect());
    }
    let id = check(loaded, new)?;
    let text = text(loaded, new, &id, now);
    let path = path(loaded, new, &id, now)?;
    let shown = display(&loaded.project.root, &path);
    let file = read_back(new, &id, &shown, &text)?;
    let lock = lock_text(loaded, &file, &path)?;
    let lock_shown = display(&loaded.project.root, &loaded.lock_path);
    files::write(&[
        Change {
            path: path.clone(),
            shown: shown.clone(),
            text: text.clone(),
            existing: Existing::Refuse,
        },
        Change {
            path: loaded.lock_path.clone(),
            shown: lock_shown,
            text: lock,
            existing: Existing::Replace,
        },
    ])?;
    Ok(Written {
        id,
        path,
        shown,
        text,
    })
}

fn error(class: Class, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(class, message)
}

fn check(loaded: &Loaded, new: &NewRevision) -> Result<RevisionId, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    if new.message.trim().is_empty() {
        findings.push(
            error(Class::Config, "the message is empty")
                .help("say what the revision does: `-m \"add email to users\"`"),
        );
    } else if let Some(c) = new.message.chars().find(|c| c.is_control()) {
        let shown = c.escape_default();
        findings.push(
            error(
                Class::Config,
                format!("the message holds the control character {shown}"),
            )
            .help("a message is one line; prose that explains more goes into the file"),
        );
    }
    for name in new.branch_labels.iter().chain(&new.depends_on) {
        if let Err(invalid) = id::check(name) {
            findings.push(error(Class::Config, invalid.to_string()));
        }
    }
    let names: Vec<&str> = loaded
        .revisions
        .iter()
        .flat_map(|revision| {
            let header = &revision.file.header;
            let labels = header
                .branch_labels
                .iter()
                .map(|label| label.value.as_str());
            std::iter::once(header.revision.value.as_str()).chain(labels)
        })
        .collect();
    let taken = |name: &str| names.iter().find(|other| other.eq_ignore_ascii_case(name));
    for label in &new.branch_labels {
        if taken(label).is_some() {
            findings.push(error(
                Class::DuplicateRevision,
                format!("the branch label `{label}` is taken"),
            ));
        }
    }
    for name in &new.depends_on {
        if !names.contains(&name.as_str()) {
            findings.push(error(
                Class::UnknownRevision,
                format!("unknown depends_on `{name}`"),
            ));
        }
    }
    findings.extend(
        new.down_revision
            .iter()
            .filter_map(|parent| check_parent(loaded, parent, new.splice)),
    );
    let id = loop {
        let id = new.id.clone().unwrap_or_else(random_id);
        match (taken(&id), &new.id) {
            (Some(_), None) => {}
            (Some(other), Some(id)) => {
                findings.push(error(
                    Class::DuplicateRevision,
                    format!("the id `{id}` is taken: `{other}` exists"),
                ));
                break None;
            }
            (None, _) => match RevisionId::new(&id) {
                Ok(id) => break Some(id),
                Err(invalid) => {
                    findings.push(error(Class::Config, invalid.to_string()));
                    break None;
                }
            },
        }
    };
    id.filter(|_| findings.is_empty()).ok_or(findings)
}

fn check_parent(loaded: &Loaded, parent: &RevisionId, splice: Splice) -> Option<Diagnostic> {
    let graph = loaded.graph.as_ref()?;
    let Some(index) = graph.index(parent.as_str()) else {
        return Some(error(
            Class::UnknownRevision,
            format!("unknown revision `{parent}`"),
        ));
    };
    let child = graph
        .children(index)
        .first()
        .filter(|_| splice == Splice::Refuse)?;
    Some(
        error(
            Class::MultipleHeads,
            format!("`{parent}` is no head: `{}` stands on it", graph.id(*child)),
        )
        .help("`--splice` begins a new branch there on purpose"),
    )
}

fn text(loaded: &Loaded, new: &NewRevision, id: &RevisionId, now: SystemTime) -> String {
    let created = created(now);
    let mut text = HeaderText {
        message: new.message.trim(),
        prose: &[],
        id,
        down_revision: new.down_revision.iter().map(ToString::to_string).collect(),
        branch_labels: &new.branch_labels,
        depends_on: &new.depends_on,
        created: Some(&created),
        irreversible: None,
    }
    .to_string();
    if new.sections.is_empty() {
        // A merge usually has nothing to do but to join.
        if new.down_revision.len() < 2 {
            for direction in Direction::ALL {
                for marker in markers(direction, loaded.config().migrations.dialects) {
                    text.push_str(&format!("\n{marker}\n"));
                }
            }
        }
    }
    for section in &new.sections {
        let marker = marker(section.direction, section.dialects);
        let body = section.text.trim_end();
        let end = if body.is_empty() { "" } else { "\n" };
        text.push_str(&format!("\n{marker}\n{body}{end}"));
    }
    text
}

/// The markers of one direction: one for each configured dialect when there are several. MariaDB takes the section of
/// MySQL where both are configured.
fn markers(direction: Direction, dialects: DialectSet) -> Vec<String> {
    let own = |dialect: &Dialect| {
        dialect
            .fallback()
            .is_none_or(|other| !dialects.contains(other))
    };
    let dialects: Vec<Dialect> = dialects.iter().filter(own).collect();
    match dialects.as_slice() {
        [] | [_] => vec![marker(direction, DialectSet::EMPTY)],
        several => several
            .iter()
            .map(|dialect| marker(direction, DialectSet::one(*dialect)))
            .collect(),
    }
}

fn timestamp(now: SystemTime) -> Timestamp {
    let exact = Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH);
    Timestamp::from_second(exact.as_second()).unwrap_or(exact)
}

/// A zone such as `+05:30`.
fn fixed(name: &str) -> Option<TimeZone> {
    let (sign, rest) = match name.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, name.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    let seconds = fits.then_some(sign * (hours * 3600 + minutes * 60))?;
    Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
}

/// RFC 3339 in UTC, to the second.
fn created(now: SystemTime) -> String {
    timestamp(now).to_string()
}

fn path(
    loaded: &Loaded,
    new: &NewRevision,
    id: &RevisionId,
    now: SystemTime,
) -> Result<PathBuf, Vec<Diagnostic>> {
    let config = &loaded.config().migrations;
    let template = Template::parse(&config.file_template)
        .map_err(|invalid| vec![error(Class::Config, invalid.to_string())])?;
    let zone = match &config.timezone {
        Timezone::Utc => TimeZone::UTC,
        Timezone::Local => TimeZone::system(),
        Timezone::Named(name) => match fixed(name) {
            Some(zone) => zone,
            None => TimeZone::get(name).map_err(|_| {
                let message = format!("the time zone `{}` is not known here", name.escape_default());
                let finding = error(Class::Config, message)
                    .note("`timezone` below `[migrations]` in migrate.toml names it");
                vec![finding.help("expected `UTC`, `local`, `+05:30`, or a name such as `Europe/Berlin` if this computer has a time zone database")]
            })?,
        },
    };
    let time = Zoned::new(timestamp(now), zone);
    let slug = slug(&new.message, config.slug_length);
    let name = template.fill(&values(id, &slug, &time));
    Ok(dir(loaded, new)?.join(name))
}

/// What the tokens of a file name stand for.
pub(super) fn values<'a>(id: &'a RevisionId, slug: &'a str, time: &Zoned) -> Values<'a> {
    Values {
        revision: id.as_str(),
        slug,
        epoch: time.timestamp().as_second(),
        year: time.year(),
        month: time.month(),
        day: time.day(),
        hour: time.hour(),
        minute: time.minute(),
        second: time.second(),
    }
}

fn dir(loaded: &Loaded, new: &NewRevision) -> Result<PathBuf, Vec<Diagnostic>> {
    let dirs = &loaded.project.dirs;
    let Some(wanted) = &new.dir else {
        return dirs.first().cloned().ok_or_else(|| {
            vec![error(
                Class::Config,
                "no migrations directory is configured",
            )]
        });
    };
    let from_root = loaded.project.root.join(wanted);
    let known = dirs
        .iter()
        .find(|dir| relative(dir, &from_root) == "." || relative(dir, wanted) == ".");
    known.cloned().ok_or_else(|| {
        let names: Vec<String> = dirs
            .iter()
            .map(|dir| display(&loaded.project.root, dir))
            .collect();
        let shown = wanted.display();
        vec![
            error(
                Class::Config,
                format!("`{shown}` is none of the migrations directories"),
            )
            .note(format!("configured: {}", names.join(", ")))
            .help("add it to `dirs` below `[migrations]` in migrate.toml"),
        ]
    })
}

/// Reads the new text as it will be read: a message such as `revision: x` or `migrate:up` would become something else.
fn read_back(
    new: &NewRevision,
    id: &RevisionId,
    shown: &str,
    text: &str,
) -> Result<RevisionFile, Vec<Diagnostic>> {
    let (file, findings) = RevisionFile::parse(shown, text.as_bytes());
    let same = |file: &RevisionFile| {
        file.header.message == new.message.trim() && file.header.revision.value == *id
    };
    match file.filter(same) {
        Some(file) if findings.is_empty() => Ok(file),
        _ => Err(vec![
            error(Class::Config, "the message would be read as a key or a directive")
                .at(Frame::file(shown))
                .help("word it differently: it must not begin with a key such as `revision:` or with `migrate:`"),
        ]),
    }
}

/// The lock file with the new line at its end, and before it those that it lacks.
fn lock_text(
    loaded: &Loaded,
    file: &RevisionFile,
    path: &std::path::Path,
) -> Result<String, Vec<Diagnostic>> {
    let first = loaded.project.dirs.first().unwrap_or(&loaded.project.root);
    let name = relative(first, path);
    let mut text = match &loaded.lock_text {
        Some(text) => {
            let (_, findings) =
                LockFile::parse(&display(&loaded.project.root, &loaded.lock_path), text);
            if !findings.is_empty() {
                return Err(findings);
            }
            let text = text.replace("\r\n", "\n");
            if text.ends_with('\n') {
                text
            } else {
                text + "\n"
            }
        }
        None => LockFile::default().to_string(),
    };
    let lock = loaded.lock();
    let listed: std::collections::HashSet<&str> =
        lock.entries.iter().map(|entry| entry.id).collect();
    for revision in &loaded.revisions {
        if !listed.contains(revision.file.header.revision.value.as_str()) {
            text.push_str(&format!(
                "{}\n",
                entry_of(&revision.file, &revision.lock_name, State::Draft)
            ));
        }
    }
    text.push_str(&format!("{}\n", entry_of(file, &name, State::Draft)));
    Ok(text)
}
