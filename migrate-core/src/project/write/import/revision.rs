//! One migration of another tool as the text of a revision file.

use std::path::PathBuf;

use super::super::header::{HeaderText, marker};
use super::super::new::place::values;
use super::super::slug;
use crate::model::Tool;
use crate::project::Project;
use crate::project::config::{display, relative};
use crate::project::import::{Down, Migration, Script, Transaction, Variants, convert};
use crate::project::load::{Revision, unwritten};
use crate::project::lock::State;
use crate::project::template::Template;
use crate::text::diagnostic::{Class, Diagnostic, Frame};
use crate::text::revision::{Direction, RevisionFile};
use crate::text::{Dialect, DialectSet, RevisionId};

pub(super) struct Writer<'a> {
    pub(super) project: &'a Project,
    pub(super) target: PathBuf,
    pub(super) tool: Tool,
    /// The dialects of the SQL that was read.
    pub(super) read: DialectSet,
    /// Those of the project.
    pub(super) dialects: DialectSet,
}

/// A revision that is ready to be written.
pub(super) struct Made {
    pub(super) revision: Revision,
    pub(super) version: String,
    pub(super) source: String,
}

/// A section that is to be written.
struct Section {
    dialects: DialectSet,
    transaction: Transaction,
    text: String,
}

impl Writer<'_> {
    /// The revision of a migration; what was changed on the way and what is left to do is added to `notices`.
    pub(super) fn revision(
        &self,
        variants: &Variants,
        notices: &mut Vec<Diagnostic>,
    ) -> Result<Made, Box<Diagnostic>> {
        let (_, migration) = &variants.first;
        let (sections, state) = self.sections(variants, notices);
        let path = self.target.join(self.name(migration));
        let shown = display(&self.project.root, &path);
        let mut message = single_line(&migration.message);
        let mut prose: Vec<String> = migration
            .prose
            .iter()
            .map(|line| single_line(line))
            .collect();
        let mut names: Vec<&str> = variants
            .each()
            .map(|(_, migration)| short_name(&migration.file))
            .collect();
        names.dedup();
        prose.push(format!("imported from {}: {}", self.tool, names.join(", ")));
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
            let text = self.text(variants, &message, &prose) + &sections;
            let (file, findings) = RevisionFile::parse(&shown, text.as_bytes());
            if let Some(file) = file.filter(|_| findings.is_empty())
                && file.header.message == message
                && file.header.revision.value == migration.id
            {
                let lock_name = relative(&self.target, &path);
                let mut revision = unwritten(file, path, lock_name);
                revision.state = state;
                return Ok(Made {
                    revision,
                    version: migration.version.clone(),
                    source: sources(variants),
                });
            }
        }
        Err(Box::new(
            Diagnostic::error(
                Class::InvalidRevision,
                "this migration cannot be written as a revision",
            )
            .at(Frame::file(&*migration.file))
            .help("please report it: a file that this tool writes must be one that it can read"),
        ))
    }

    fn text(&self, variants: &Variants, message: &str, prose: &[String]) -> String {
        let (_, migration) = &variants.first;
        let ids = |ids: &[RevisionId]| ids.iter().map(ToString::to_string).collect();
        HeaderText {
            message,
            prose,
            id: &migration.id,
            down_revision: ids(&migration.down_revision),
            branch_labels: &migration.branch_labels,
            depends_on: &migration.depends_on,
            created: migration.created.as_deref(),
            irreversible: irreversible(variants),
        }
        .to_string()
    }

    /// The sections; a draft where something in them is left to do.
    fn sections(&self, variants: &Variants, notices: &mut Vec<Diagnostic>) -> (String, State) {
        let (_, first) = &variants.first;
        let nothing = |(_, migration): &(Dialect, Migration)| {
            migration.up.is_none() && matches!(migration.down, Down::Nothing)
        };
        // A merge that only joins has no sections.
        if first.down_revision.len() > 1 && variants.each().all(nothing) {
            return (String::new(), State::Locked);
        }
        let mut text = String::new();
        let mut state = State::Locked;
        for direction in Direction::ALL {
            if direction == Direction::Down && irreversible(variants).is_some() {
                continue;
            }
            let mut sections: Vec<Section> = Vec::new();
            for (dialect, migration) in variants.each() {
                let section = match self.section(direction, *dialect, migration, notices) {
                    Ok(section) => section,
                    Err(todo) => {
                        state = State::Draft;
                        todo
                    }
                };
                let same = sections.iter_mut().find(|other| {
                    other.text == section.text && other.transaction == section.transaction
                });
                match same {
                    Some(same) => same.dialects = same.dialects.union(section.dialects),
                    None => sections.push(section),
                }
            }
            for section in sections {
                let all = self.dialects.intersection(section.dialects) == self.dialects;
                let named = match self.marks() && !(all && variants.each().count() > 1) {
                    true => section.dialects,
                    false => DialectSet::EMPTY,
                };
                let option = match section.transaction {
                    Transaction::Outside => " transaction:false",
                    Transaction::Inside => "",
                };
                let (marker, body) = (marker(direction, named), section.text.trim_end());
                text.push_str(&format!("\n{marker}{option}\n{body}\n"));
            }
        }
        (text, state)
    }

    /// The section of one dialect; an error is one in which something is left to do.
    fn section(
        &self,
        direction: Direction,
        dialect: Dialect,
        migration: &Migration,
        notices: &mut Vec<Diagnostic>,
    ) -> Result<Section, Section> {
        let of = |transaction, text| Section {
            dialects: self.served_by(dialect),
            transaction,
            text,
        };
        let script: Option<&Script> = match (direction, &migration.down) {
            (Direction::Up, _) => migration.up.as_ref(),
            (Direction::Down, Down::Script(script)) => Some(script),
            (Direction::Down, Down::Nothing) => None,
            // Another dialect has a way back, so that the header cannot say that there is none.
            (Direction::Down, Down::Irreversible(reason)) => {
                let message =
                    format!("there is no way back for {dialect}, and for another dialect there is");
                notices.push(
                    Diagnostic::error(Class::InvalidRevision, message)
                        .at(Frame::file(&*migration.file))
                        .note(reason)
                        .help("write it in the place of the line `-- migrate:todo`, then `migrate-cli lock`"),
                );
                let todo = format!("-- migrate:todo write the way back for {dialect}");
                return Err(of(Transaction::Inside, todo));
            }
        };
        let Some(script) = script else {
            let nothing = "-- migrate:empty there was nothing to run".to_owned();
            return Ok(of(Transaction::Inside, nothing));
        };
        let body = convert(script, dialect, notices);
        let section = of(body.transaction, body.text);
        match script.todo.is_empty() {
            true => Ok(section),
            false => Err(section),
        }
    }

    /// Whether sections name their dialects.
    pub(super) fn marks(&self) -> bool {
        self.dialects.iter().count() > 1
    }

    /// The dialects that the SQL serves.
    pub(super) fn served(&self) -> DialectSet {
        let each = self.read.iter().map(|dialect| self.served_by(dialect));
        each.fold(DialectSet::EMPTY, DialectSet::union)
    }

    /// The dialects of the project that SQL of `dialect` serves.
    fn served_by(&self, dialect: Dialect) -> DialectSet {
        let falls_back =
            |other: &Dialect| other.fallback() == Some(dialect) && !self.read.contains(*other);
        let others: DialectSet = self.dialects.iter().filter(falls_back).collect();
        others.with(dialect)
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
}

/// The reason, where no dialect has a way back.
fn irreversible(variants: &Variants) -> Option<&str> {
    let mut reasons = variants.each().map(|(_, migration)| match &migration.down {
        Down::Irreversible(reason) => Some(reason.as_str()),
        Down::Script(_) | Down::Nothing => None,
    });
    let first = reasons.next()??;
    reasons.all(|reason| reason.is_some()).then_some(first)
}

/// The files that a revision is made from.
fn sources(variants: &Variants) -> String {
    let mut files: Vec<&str> = variants
        .each()
        .map(|(_, migration)| migration.file.as_str())
        .collect();
    files.dedup();
    files.join(", ")
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
