//! The SQL of every step, found and judged before the first is run.

use super::{Engine, Ownership};
use crate::database::error::Error;
use crate::database::execute::{Source, Transaction};
use crate::database::report::StepReport;
use crate::database::run::Stored;
use crate::database::section::{STORED, Text};
use crate::model::{Action, Graph, Step};
use crate::text::RevisionId;
use crate::text::diagnostic::Class;
use crate::text::revision::Direction;

/// A step with its SQL.
pub(super) struct Prepared<'m> {
    pub(super) step: Step,
    pub(super) text: Option<Text<'m>>,
    /// What it takes away for good.
    pub(super) loses: Vec<String>,
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
            let loses = match &text {
                Some(text) => self.refuse_section(&step.revision, text)?.loses(),
                None => Vec::new(),
            };
            prepared.push(Prepared {
                step: step.clone(),
                text,
                loses,
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
        text.source(id, self.dialect, 0)
    }

    /// A revision on which something stands that is not taken back with it must stay.
    fn refuse_unknown_above(&self, graph: &Graph, steps: &[Step]) -> Result<(), Error> {
        for step in steps
            .iter()
            .filter(|step| !step.action.applies() && !self.purges())
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
