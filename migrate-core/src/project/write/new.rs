//! New revisions.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::files::{self, Change, Existing};
use super::header::{HeaderText, marker};
use super::{random_id, slug};
use crate::project::config::{Recursion, Timezone, display, relative};
use crate::project::load::Loaded;
use crate::project::lock::{LockFile, State, entry_of};
use crate::project::reason;
use crate::project::template::{Fields, Template, TextTemplate, Values};
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::{Direction, RevisionFile, Spanned};
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
    /// The directory, one of the configured ones; `None`: that of the first parent.
    pub dir: Option<PathBuf>,
    /// The sections with their SQL; empty: empty ones for the configured dialects.
    pub sections: Vec<NewSection>,
    /// Keys and values for the template of the text, as `-x` gives them.
    pub arguments: BTreeMap<String, String>,
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
    /// False with `transaction:false`.
    pub transactional: bool,
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
    /// The parents.
    pub down_revision: Vec<RevisionId>,
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
    let mut written = new_series(loaded, std::slice::from_ref(new), now)?;
    written.pop().ok_or_else(Vec::new)
}

/// Writes new drafts of which each stands on the one before it, and their lines in the lock file: all of them or none.
/// The first stands where it says; [`down_revision`](NewRevision::down_revision) and [`dir`](NewRevision::dir) of the
/// others are those that follow from it.
///
/// # Errors
/// Everything that is wrong with the project or the orders; nothing is written then.
pub fn new_series(
    loaded: &Loaded,
    series: &[NewRevision],
    now: SystemTime,
) -> Result<Vec<Written>, Vec<Diagnostic>> {
    if loaded.has_errors() {
        return Err(loaded.errors().cloned().collect());
    }
    let mut written: Vec<Written> = Vec::new();
    let mut lines = String::new();
    let mut folder = PathBuf::new();
    for new in series {
        let new = NewRevision {
            down_revision: match written.last() {
                Some(before) => vec![before.id.clone()],
                None => new.down_revision.clone(),
            },
            ..new.clone()
        };
        let id = check(loaded, &new, &written)?;
        let text = text(loaded, &new, &id, now)?;
        let name = name(loaded, &new, &id, now)?;
        if written.is_empty() {
            folder = dir(loaded, &new)?;
        }
        let path = folder.join(name);
        let shown = display(&loaded.project.root, &path);
        let file = read_back(loaded, &new, &id, &shown, &text)?;
        let first = loaded.project.dirs.first().unwrap_or(&loaded.project.root);
        lines.push_str(&lock_line(&file, &relative(first, &path)));
        written.push(Written {
            id,
            path,
            shown,
            text,
            down_revision: new.down_revision,
        });
    }
    let new_file = |one: &Written| Change {
        path: one.path.clone(),
        shown: one.shown.clone(),
        text: one.text.clone(),
        existing: Existing::Refuse,
    };
    let mut changes: Vec<Change> = written.iter().map(new_file).collect();
    changes.push(Change {
        path: loaded.lock_path.clone(),
        shown: display(&loaded.project.root, &loaded.lock_path),
        text: lock_text(loaded)? + &lines,
        existing: Existing::Replace,
    });
    files::write(&changes)?;
    Ok(written)
}

fn error(class: Class, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(class, message)
}

/// What is wrong with an order, else its id; `before` are those of the same series.
fn check(
    loaded: &Loaded,
    new: &NewRevision,
    before: &[Written],
) -> Result<RevisionId, Vec<Diagnostic>> {
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
        .chain(before.iter().map(|written| written.id.as_str()))
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
    if before.is_empty() {
        let parents = new.down_revision.iter();
        findings.extend(parents.filter_map(|parent| check_parent(loaded, parent, new.splice)));
    }
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

/// The text: the built-in one, or that of the template for this kind of revision.
fn text(
    loaded: &Loaded,
    new: &NewRevision,
    id: &RevisionId,
    now: SystemTime,
) -> Result<String, Vec<Diagnostic>> {
    let created = created(now);
    let header = HeaderText {
        message: new.message.trim(),
        prose: &[],
        id,
        down_revision: new.down_revision.iter().map(ToString::to_string).collect(),
        branch_labels: &new.branch_labels,
        depends_on: &new.depends_on,
        created: Some(&created),
        irreversible: None,
    };
    let sections = sections(loaded, new);
    let Some(file) = template_of(loaded, new) else {
        return Ok(format!("{header}{sections}"));
    };
    let list = |items: &[String]| {
        if items.is_empty() {
            "none".to_owned()
        } else {
            items.join(", ")
        }
    };
    let fields = Fields {
        message: header.message,
        revision: id.as_str(),
        down_revision: list(&header.down_revision),
        branch_labels: list(&new.branch_labels),
        depends_on: list(&new.depends_on),
        header: header.keys().unwrap_or_default(),
        created: &created,
        sections,
        arguments: &new.arguments,
    };
    let template = template(loaded, file)?;
    if let Some(key) = template.missing(&new.arguments) {
        let problem = error(
            Class::Config,
            format!("the template asks for `-x {key}=VALUE`"),
        );
        return Err(vec![problem.at(Frame::file(file)).help(format!(
            "give it: `migrate-cli revision -m TEXT -x {key}=VALUE`"
        ))]);
    }
    Ok(template.fill(&fields))
}

/// Everything below the header.
fn sections(loaded: &Loaded, new: &NewRevision) -> String {
    let mut text = String::new();
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
        let mut marker = marker(section.direction, section.dialects);
        if !section.transactional {
            marker.push_str(" transaction:false");
        }
        let body = section.text.trim_end();
        let end = if body.is_empty() { "" } else { "\n" };
        text.push_str(&format!("\n{marker}\n{body}{end}"));
    }
    text
}

/// The template for this kind of revision, as migrate.toml names it.
fn template_of<'a>(loaded: &'a Loaded, new: &NewRevision) -> Option<&'a str> {
    let templates = &loaded.config().migrations.revision_template;
    let file = if new.down_revision.len() > 1 {
        &templates.merge
    } else if new.sections.is_empty() {
        &templates.plain
    } else {
        &templates.autogenerate
    };
    file.as_deref()
}

fn template(loaded: &Loaded, file: &str) -> Result<TextTemplate, Vec<Diagnostic>> {
    let path = loaded.project.root.join(file);
    let problem = |message: String| {
        error(Class::Config, message)
            .at(Frame::file(file))
            .note("`revision_template` below `[migrations]` in migrate.toml names it")
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        vec![problem(format!(
            "cannot read the template: {}",
            reason(&error)
        ))]
    })?;
    TextTemplate::parse(&text).map_err(|invalid| {
        vec![problem(invalid.to_string()).help(crate::project::template::TEXT_HELP)]
    })
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

/// The name of the file, relative to its migrations directory.
fn name(
    loaded: &Loaded,
    new: &NewRevision,
    id: &RevisionId,
    now: SystemTime,
) -> Result<String, Vec<Diagnostic>> {
    let config = &loaded.config().migrations;
    let template = Template::parse(&config.file_template)
        .map_err(|invalid| vec![error(Class::Config, invalid.to_string())])?;
    if template.has_directories() && config.recursion == Recursion::Flat {
        let message = "`file_template` puts new files into sub-directories, which are not read";
        return Err(vec![error(Class::Config, message).help(
            "`recursive = true` below `[migrations]` in migrate.toml reads them",
        )]);
    }
    let zone =
        match &config.timezone {
            Timezone::Utc => TimeZone::UTC,
            Timezone::Local => TimeZone::system(),
            Timezone::Named(name) => match fixed(name) {
                Some(zone) => zone,
                None => TimeZone::get(name).map_err(|_| {
                    let message = format!(
                        "the time zone `{}` is not known here",
                        name.escape_default()
                    );
                    let finding = error(Class::Config, message)
                        .note("`timezone` below `[migrations]` in migrate.toml names it");
                    vec![finding.help(
                        "expected `UTC`, `local`, `+05:30`, or a name such as `Europe/Berlin`",
                    )]
                })?,
            },
        };
    let time = Zoned::new(timestamp(now), zone);
    let slug = slug(&new.message, config.slug_length);
    Ok(template.fill(&values(id, &slug, &time)))
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
        return default_dir(loaded, new);
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

/// The directory of the first parent; where there is one directory only, that one.
fn default_dir(loaded: &Loaded, new: &NewRevision) -> Result<PathBuf, Vec<Diagnostic>> {
    let dirs = &loaded.project.dirs;
    if let [only] = dirs.as_slice() {
        return Ok(only.clone());
    }
    let parent = new.down_revision.first();
    let parent = parent.and_then(|id| {
        let graph = loaded.graph.as_ref()?;
        loaded.revision(graph.index(id.as_str())?)
    });
    // Of directories in each other, the inner one is meant.
    let holds = |dir: &&PathBuf| parent.is_some_and(|parent| parent.path.starts_with(dir));
    let found = dirs
        .iter()
        .filter(holds)
        .max_by_key(|dir| dir.as_os_str().len());
    found.cloned().ok_or_else(|| {
        let names: Vec<String> = dirs
            .iter()
            .map(|dir| display(&loaded.project.root, dir))
            .collect();
        vec![
            error(
                Class::Config,
                "there are several migrations directories, and no parent says which one is meant",
            )
            .note(format!("configured: {}", names.join(", ")))
            .help("`--version-path DIR` names it"),
        ]
    })
}

/// Reads the new text as it will be read: a message such as `revision: x` or `migrate:up` would become something else,
/// and so may whatever a template says.
fn read_back(
    loaded: &Loaded,
    new: &NewRevision,
    id: &RevisionId,
    shown: &str,
    text: &str,
) -> Result<RevisionFile, Vec<Diagnostic>> {
    let (file, findings) = RevisionFile::parse(shown, text.as_bytes());
    let same = |file: &RevisionFile| {
        let header = &file.header;
        let texts = |items: &[Spanned<String>]| -> Vec<String> {
            items.iter().map(|item| item.value.clone()).collect()
        };
        let parents = header.down_revision.iter().map(|item| &item.value);
        header.message == new.message.trim()
            && header.revision.value == *id
            && parents.eq(new.down_revision.iter())
            && texts(&header.branch_labels) == new.branch_labels
            && texts(&header.depends_on) == new.depends_on
    };
    let Some(template) = template_of(loaded, new) else {
        return match file.filter(same) {
            Some(file) if findings.is_empty() => Ok(file),
            _ => Err(vec![
                error(Class::Config, "the message would be read as a key or a directive")
                    .at(Frame::file(shown))
                    .help("word it differently: it must not begin with a key such as `revision:` or with `migrate:`"),
            ]),
        };
    };
    let wrong = |what: &str| {
        error(Class::Config, format!("what the template makes {what}"))
            .at(Frame::file(template))
            .note("nothing was written")
            .help("a file begins with `-- {message}`, `--` and `{header}`; `{sections}` stands for the section markers and their SQL")
    };
    match file.map(|file| (same(&file), file)) {
        Some((true, file)) if findings.is_empty() => Ok(file),
        Some((false, _)) if findings.is_empty() => Err(vec![wrong(
            "has another message or other keys than were asked for",
        )]),
        _ => {
            let mut errors = vec![wrong("cannot be read")];
            errors.extend(findings);
            Err(errors)
        }
    }
}

/// The line of a draft in the lock file, where its file has this name.
fn lock_line(file: &RevisionFile, name: &str) -> String {
    format!("{}\n", entry_of(file, name, State::Draft))
}

/// The lock file with the lines that it lacks.
fn lock_text(loaded: &Loaded) -> Result<String, Vec<Diagnostic>> {
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
            text.push_str(&lock_line(&revision.file, &revision.lock_name));
        }
    }
    Ok(text)
}
