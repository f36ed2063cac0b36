//! The steps of a script as text.

use std::fmt::Write as _;
use std::sync::Arc;

use super::RustSteps;
use super::client::{self, Client, Start};
use super::course::Course;
use super::section;
use crate::database::Steps;
use crate::database::error::Error;
use crate::database::event::Watch;
use crate::database::execute::message::Part;
use crate::database::execute::transactional::{Bounds, Surroundings};
use crate::database::execute::{HeadChange, Known, Source, Transaction, Work};
use crate::database::row;
use crate::database::section::Text;
use crate::database::state::{Fence, Holder, SessionId, State};
use crate::database::who::TOOL;
use crate::model::{Action, Migrations, Operation, Step};
use crate::text::diagnostic::Class;
use crate::text::revision::{Direction, absent_digest};
use crate::text::{Dialect, Digest, RevisionId};

/// The whole script.
pub(super) fn write(
    migrations: &Migrations,
    dialect: Dialect,
    course: &Course,
    rust: RustSteps,
) -> Result<String, Error> {
    let run = word(migrations, dialect, course)?;
    let start = start(migrations, dialect, course, run.clone())?;
    let client = client::of(dialect, migrations.settings()?);
    let mut writer = Writer {
        migrations,
        client: &*client,
        dialect,
        holder: Arc::new(start.holder()),
        of: course.plan.steps.len(),
        rust,
        text: String::new(),
    };
    writer.header(course)?;
    let opening = client.opening(&start);
    writer.text.push_str(&opening);
    let stamps = course.plan.operation == Operation::Stamp && !course.plan.steps.is_empty();
    if stamps {
        let begin = format!("{};\n", client.begin());
        writer.text.push_str(&begin);
    }
    for (place, step) in course.plan.steps.iter().enumerate() {
        writer.step(place, step)?;
    }
    if stamps {
        writer.text.push_str("\nCOMMIT;\n");
    }
    let closing = client.closing(&start);
    writer.text.push_str(&closing);
    Ok(writer.text)
}

/// What the script is known by in the lock row and the log: the same for the same script.
fn word(migrations: &Migrations, dialect: Dialect, course: &Course) -> Result<String, Error> {
    let set = migrations.set()?;
    let mut fields: Vec<Vec<u8>> = vec![
        dialect.name().into(),
        course.plan.operation.name().into(),
        TOOL.into(),
    ];
    fields.extend(course.plan.from.iter().map(|id| id.as_str().into()));
    for step in &course.plan.steps {
        fields.push(step.revision.as_str().into());
        for direction in [Direction::Up, Direction::Down] {
            fields.push(
                set.digest(step.index, direction, dialect)
                    .as_bytes()
                    .to_vec(),
            );
        }
    }
    let digest = Digest::of(fields.iter().map(Vec::as_slice));
    let hex: String = digest.as_bytes()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("script {hex}"))
}

fn start(
    migrations: &Migrations,
    dialect: Dialect,
    course: &Course,
    run: String,
) -> Result<Start, Error> {
    let set = migrations.set()?;
    let mut rows = Vec::new();
    for id in &course.plan.from {
        let chain = set
            .graph()
            .index(id.as_str())
            .and_then(|index| set.chain(index, dialect));
        if let Some(chain) = chain {
            rows.push((id.clone(), chain));
        }
    }
    rows.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    Ok(Start { rows, run })
}

struct Writer<'w> {
    migrations: &'w Migrations,
    client: &'w dyn Client,
    dialect: Dialect,
    holder: Arc<Holder>,
    of: usize,
    rust: RustSteps,
    text: String,
}

impl Writer<'_> {
    fn header(&mut self, course: &Course) -> Result<(), Error> {
        let plan = &course.plan;
        let mut drafts = Vec::new();
        for step in &plan.steps {
            if !self.migrations.entry(step.index)?.locked {
                drafts.push(step.revision.as_str());
            }
        }
        let mut lines = vec![
            format!(
                "{} for {}, written by {TOOL}.",
                plan.operation.name(),
                self.dialect
            ),
            format!("from: {}", rows(&plan.from)),
            format!("to:   {}", rows(&plan.heads_after())),
            match plan.steps.len() {
                0 => "There is nothing to do.".to_owned(),
                1 => "1 revision.".to_owned(),
                count => format!("{count} revisions."),
            },
        ];
        if !drafts.is_empty() {
            lines.push(format!(
                "DRAFTS, whose text may still change: {}",
                drafts.join(", ")
            ));
        }
        lines.push(String::new());
        lines.extend(
            self.client
                .how_to_run()
                .iter()
                .map(|line| (*line).to_owned()),
        );
        for line in lines {
            self.comment(&line);
        }
        self.text.push('\n');
        Ok(())
    }

    fn step(&mut self, place: usize, step: &Step) -> Result<(), Error> {
        let text = match step.action {
            Action::Upgrade => {
                Text::of_set(self.migrations, step.index, Direction::Up, self.dialect)?
            }
            Action::Downgrade => Text::back(self.migrations, step.index, self.dialect)?,
            Action::Stamp | Action::Unstamp => None,
        };
        let source = text
            .as_ref()
            .map(|text| text.source(&step.revision, self.dialect, 0))
            .transpose()?;
        if let Some(source) = &source {
            self.refuse(&step.revision, source)?;
        }
        self.title(place, step)?;
        let reset = source
            .as_ref()
            .map_or_else(Vec::new, |source| self.client.reset(source));
        let work = self.work(step, source)?;
        let around = Surroundings {
            begin: self.client.begin(),
            reset,
            bounds: Bounds::Sent,
        };
        // Where no lock lasts longer than a transaction, whoever finds the row waits as long as it moves.
        let session = (self.dialect == Dialect::Sqlite).then(|| SessionId {
            id: "script".to_owned(),
            start: self.holder.run.clone(),
        });
        let message = section::message(
            self.client.tables(),
            &work,
            &around,
            session.as_ref(),
            self.client.batch_rows().unwrap_or("0"),
        );
        let mut before = None;
        for (part, sql) in message.parts() {
            let kind = matches!(part, Part::Statement(_));
            if before.is_some_and(|before| before != kind) {
                self.text.push('\n');
            }
            before = Some(kind);
            let part = match (part, &work.section) {
                (Part::Statement(number), Some(source)) => self.statement(source, number),
                (Part::Fence, _) => self.client.fence(sql),
                _ => format!("{sql};\n"),
            };
            self.text.push_str(&part);
        }
        if let Some(source) = &work.section {
            let after = self.client.after(source);
            self.text.push_str(&after);
        }
        Ok(())
    }

    fn statement(&self, source: &Source<'_>, number: usize) -> String {
        match (source.batch(number), source.call(number)) {
            (Some(batch), _) => self.client.batch(source, batch),
            (None, Some(name)) => format!(
                "-- Here the application calls the Rust step {name}. This script does not, and goes on as if it had run.\n"
            ),
            (None, None) => self.client.statement(source, number),
        }
    }

    /// Refuses what a script cannot do: a Rust step is code of the application, and a batch needs a loop.
    fn refuse(&self, revision: &RevisionId, source: &Source<'_>) -> Result<(), Error> {
        let place = |number: usize| {
            let line = source.script.statements[number].position.line;
            format!(
                "{}:{}: revision {revision}",
                source.file,
                source.line + line - 1
            )
        };
        for number in 0..source.statement_count() {
            if let Some(name) = source.call(number)
                && self.rust == RustSteps::Refuse
            {
                return Err(Error::with_help(
                    Class::Config,
                    format!(
                        "{} has the Rust step `{name}`, which a script cannot call",
                        place(number)
                    ),
                    "let the application run this revision, and write scripts up to it and from it on; or \
                     `--rust-steps comment`, and do by hand what the step does",
                ));
            }
            if source.batch(number).is_some() && self.client.batch_rows().is_none() {
                return Err(Error::with_help(
                    Class::Config,
                    format!(
                        "{} has a batch, and a script for {} has no loops",
                        place(number),
                        self.dialect
                    ),
                    "run this revision by `migrate-cli upgrade`, and write scripts up to it and from it on",
                ));
            }
        }
        self.client.refuse(revision, source)
    }

    fn title(&mut self, place: usize, step: &Step) -> Result<(), Error> {
        let entry = self.migrations.entry(step.index)?;
        let lines = [
            "-".repeat(100),
            format!(
                "{} of {}: {} {}: {}",
                place + 1,
                self.of,
                step.action.name(),
                step.revision,
                entry.message
            ),
            entry.file.to_owned(),
            format!("then at {}", rows(&step.heads_after.to_vec())),
        ];
        self.text.push('\n');
        for line in lines {
            self.comment(&line);
        }
        self.text.push('\n');
        Ok(())
    }

    fn comment(&mut self, line: &str) {
        // A line break would end the comment.
        let line: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        // Writing to a String does not fail.
        let _ = writeln!(self.text, "{}", format!("-- {line}").trim_end());
    }

    /// Everything that has to be known for a step.
    fn work<'s>(&self, step: &Step, section: Option<Source<'s>>) -> Result<Work<'s>, Error> {
        let (mut record, down_section) =
            row::applied(self.migrations, step, self.dialect, "script")?;
        if !step.action.applies() {
            record.is_head = false;
            record.state = State::Reverted;
            if section.is_none() {
                // The one that is recorded stays.
                record.down_digest = absent_digest(Direction::Down);
            }
        }
        record.journal.statement_no = section.as_ref().map_or(0, Source::statement_count);
        let stamps = matches!(step.action, Action::Stamp | Action::Unstamp);
        Ok(Work {
            direction: if step.action.applies() {
                Direction::Up
            } else {
                Direction::Down
            },
            record,
            // There may be one of earlier days.
            row: Known::Present,
            down_section,
            heads: head_change(step),
            section,
            fence: Fence {
                epoch: 0,
                holder: (self.dialect != Dialect::Sqlite).then(|| self.holder.run.clone()),
            },
            action: match step.action {
                Action::Upgrade => "upgrade",
                Action::Downgrade => "downgrade",
                Action::Stamp | Action::Unstamp => "stamp",
            },
            holder: Arc::clone(&self.holder),
            transaction: if stamps {
                Transaction::Run
            } else {
                Transaction::Own
            },
            watch: Watch::default(),
            until: None,
            batch: None,
            steps: &NO_STEPS,
            context: Arc::default(),
        })
    }
}

/// Which other rows gain and lose `is_head`.
fn head_change(step: &Step) -> HeadChange {
    let others = |id: &&RevisionId| **id != step.revision;
    HeadChange {
        gained: step.heads_after.gained().filter(others).cloned().collect(),
        lost: step.heads_after.lost().filter(others).cloned().collect(),
    }
}

/// A script calls no functions.
static NO_STEPS: Steps = Steps::embedded(&[]);

/// Rows for a person.
fn rows(ids: &[RevisionId]) -> String {
    if ids.is_empty() {
        return "base".to_owned();
    }
    let ids: Vec<&str> = ids.iter().map(RevisionId::as_str).collect();
    ids.join(", ")
}
