//! The SQL of every step, found and judged before the first is run.

use super::failure::frame_at;
use super::{Engine, Ownership};
use crate::database::error::{Error, Kind};
use crate::database::execute::{Source, Transaction};
use crate::database::report::StepReport;
use crate::database::run::Stored;
use crate::database::section::{STORED, Text};
use crate::database::state::Record;
use crate::model::{Action, Graph, Step};
use crate::text::RevisionId;
use crate::text::diagnostic::{Class, Diagnostic, nearest};
use crate::text::revision::Direction;

/// A step with its SQL.
pub(super) struct Prepared<'m> {
    pub(super) step: Step,
    pub(super) text: Option<Text<'m>>,
    /// What it takes away for good.
    pub(super) loses: Vec<String>,
    /// Whether it can share a message with others.
    pub(super) plain: bool,
}

impl<'e> Engine<'e> {
    /// Finds the SQL of every step, and refuses before the first what could not be run later.
    pub(super) fn prepare(
        &self,
        graph: &Graph,
        steps: &[Step],
    ) -> Result<Vec<Prepared<'e>>, Error> {
        let mut prepared = Vec::with_capacity(steps.len());
        for step in steps {
            let text = match step.action {
                Action::Upgrade => self.up(&step.revision)?,
                Action::Downgrade => self.down(&step.revision)?,
                Action::Stamp | Action::Unstamp => None,
            };
            let (loses, plain) = match &text {
                Some(text) => {
                    let source = self.refuse_section(&step.revision, text)?;
                    (source.loses(), self.backend.is_plain(Some(&source)))
                }
                None => (Vec::new(), self.backend.is_plain(None)),
            };
            // Without a file its section has to be read from the database.
            let plain = plain && graph.index(step.revision.as_str()).is_some();
            prepared.push(Prepared {
                step: step.clone(),
                text,
                loses,
                plain,
            });
        }
        self.refuse_unknown_above(graph, steps)?;
        Ok(prepared)
    }

    /// The step as it is reported, with the recorded section where that is what runs.
    pub(super) fn describe_prepared(
        &self,
        prepared: &Prepared<'_>,
        stored: Option<&Text<'_>>,
    ) -> Result<StepReport, Error> {
        let mut report = self.describe(&prepared.step)?;
        report.loses.clone_from(&prepared.loses);
        if let Some(stored) = stored {
            STORED.clone_into(&mut report.file);
            report.loses = stored
                .source(&prepared.step.revision, self.dialect, 0)?
                .loses();
        }
        Ok(report)
    }

    fn up(&self, id: &RevisionId) -> Result<Option<Text<'e>>, Error> {
        match self.set.graph().index(id.as_str()) {
            Some(index) => Text::of_set(self.migrations, index, Direction::Up, self.dialect),
            None => Ok(None),
        }
    }

    /// The down section: the file wins. What the database has recorded is read when the step is run.
    fn down(&self, id: &RevisionId) -> Result<Option<Text<'e>>, Error> {
        let Some(index) = self.set.graph().index(id.as_str()) else {
            if self.task.stored == Stored::Allowed {
                return Ok(None);
            }
            return Err(Error::with_help(
                Class::UnknownRevision,
                format!("revision {id} is applied, and there is no file of it here"),
                "`--stored` runs the down section that the database has recorded",
            ));
        };
        Text::back(self.migrations, index, self.dialect)
    }

    /// The section, split and found fit to be run here.
    pub(super) fn refuse_section<'t>(
        &self,
        id: &RevisionId,
        text: &'t Text<'_>,
    ) -> Result<Source<'t>, Error> {
        if !text.transactional() && self.transaction() != Transaction::Own {
            let (why, help) = match self.ownership {
                Ownership::Caller => (
                    "inside the caller's",
                    "run it by `Migrations::upgrade`, outside of a transaction",
                ),
                Ownership::Own => ("for the whole run", "run it without `single`"),
            };
            return Err(Error::with_help(
                Class::Config,
                format!(
                    "revision {id} says `transaction:false` and cannot run in one transaction {why}"
                ),
                help,
            ));
        }
        // Split once more when it is run: what is wrong shows here, before anything has begun.
        let source = text.source(id, self.dialect, 0)?;
        self.refuse_calls(id, text, &source)?;
        Ok(source)
    }

    /// A Rust step needs its function, a place in the transactions of this run, and a section that comes from files.
    pub(super) fn refuse_calls(
        &self,
        id: &RevisionId,
        text: &Text<'_>,
        source: &Source<'_>,
    ) -> Result<(), Error> {
        let steps = &self.migrations.steps;
        let mut calls = (0..source.statement_count())
            .filter_map(|number| source.call(number).map(|name| (number, name)));
        let Some((number, name)) =
            calls.find(|(_, name)| text.is_stored() || !self.may_call() || !steps.has(name))
        else {
            return Ok(());
        };
        let refused = |message: String| Diagnostic::error(Class::Config, message);
        let finding = if text.is_stored() {
            let applied = self
                .recorded
                .row(id.as_str())
                .map_or_else(String::new, |row| {
                    let when = row.finished_at.as_deref().unwrap_or("an unknown time");
                    format!(
                        ": it was applied at {when} by {} with {}",
                        row.who, row.tool
                    )
                });
            refused(format!(
                "the down section that is recorded for {id} calls the Rust step `{name}`, whose code is not recorded"
            ))
            .help(format!("use the release that applied it{applied}"))
        } else {
            let place = source.script.statements[number].text.start;
            let frame = frame_at(source, place);
            if steps.has(name) {
                refused(format!(
                    "revision {id} calls the Rust step `{name}` and cannot run in one transaction for the whole run"
                ))
                .at(frame)
                .help("run it without `single`")
            } else {
                missing(id, name, steps.names()).at(frame)
            }
        };
        Err(Error::new(Kind::Plain(finding)))
    }

    /// In the one transaction of a whole run the driver does not know of it, and a step could end it by mistake.
    fn may_call(&self) -> bool {
        self.transaction() != Transaction::Run
    }

    /// A revision on which something stands that is not taken back with it must stay.
    fn refuse_unknown_above(&self, graph: &Graph, steps: &[Step]) -> Result<(), Error> {
        let is_unknown = |row: &Record| graph.index(row.revision.as_str()).is_none();
        if !self.recorded.applied().any(is_unknown) {
            return Ok(());
        }
        for step in steps
            .iter()
            .filter(|step| !step.action.applies() && !self.task.verb.purges())
        {
            let above = self.recorded.unknown_above(graph, &step.revision);
            if !above.is_empty() {
                return Err(Error::with_help(
                    Class::Ahead,
                    format!(
                        "revision {} cannot be taken back: {} stand{} on it, and this release does not know {}",
                        step.revision,
                        above.join(", "),
                        if above.len() == 1 { "s" } else { "" },
                        if above.len() == 1 { "it" } else { "them" },
                    ),
                    "`--stored` takes them back too, by the down sections that the database has recorded",
                ));
            }
        }
        Ok(())
    }
}

/// The error of a Rust step without a function.
fn missing<'n>(id: &RevisionId, name: &str, known: impl Iterator<Item = &'n str>) -> Diagnostic {
    let message =
        format!("revision {id} calls the Rust step `{name}`, and there is no function for it here");
    let finding = Diagnostic::error(Class::Config, message);
    let finding = match nearest(name, known) {
        Some(known) => finding.help(format!(
            "there is one for `{known}`: is one of the names misspelt?"
        )),
        None => finding,
    };
    finding.help(format!(
        "Rust steps are run by the application that has them: by its start-up, or by a command line inside it, such as \
         `myapp migrate upgrade`; `Migrations::with_step(\"{name}\", ..)` gives a directory read at run time the function"
    ))
}
