//! The text of a new revision: header and empty or given sections, the built-in way or by a template.

use std::time::SystemTime;

use super::place::timestamp;
use super::{NewRevision, error};
use crate::project::load::Loaded;
use crate::project::reason;
use crate::project::template::{Fields, TextTemplate};
use crate::project::write::header::{HeaderText, marker};
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::{Direction, RevisionFile, Spanned};
use crate::text::{Dialect, DialectSet, RevisionId};

/// The text: the built-in one, or that of the template for this kind of revision.
pub(super) fn text(
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

/// RFC 3339 in UTC, to the second.
fn created(now: SystemTime) -> String {
    timestamp(now).to_string()
}

/// Reads the new text as it will be read: a message such as `revision: x` or `migrate:up` would become something else,
/// and so may whatever a template says.
pub(super) fn read_back(
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
