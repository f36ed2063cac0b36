//! Recording what a person has decided.

use super::{Engine, Progress, goal};
use crate::database::edit::changes;
use crate::database::error::{Error, ServerErrorKind};
use crate::database::lock::is_contention;
use crate::database::recorded::compare;
use crate::database::repair::Decision;
use crate::database::report::{Outcome, StepAction, StepReport};
use crate::database::section::{Text, recorded};
use crate::database::state::{DownSection, Journal, Record, Rounds, Started, State};
use crate::model::{Action, Index, Spec, Step, resolve};
use crate::text::RevisionId;
use crate::text::diagnostic::Class;
use crate::text::revision::Direction;

/// What a repair writes, and how it is told.
struct Mending {
    statements: Vec<String>,
    steps: Vec<StepReport>,
}

impl Engine<'_> {
    /// Says what would be recorded.
    pub(super) async fn preview_repair(
        &mut self,
        name: &str,
        decision: Decision,
    ) -> Result<(), Error> {
        let mending = self.mend(name, decision).await?;
        self.report.steps = mending.steps;
        Ok(())
    }

    /// Records it, in one transaction.
    pub(super) async fn repair(
        &mut self,
        name: &str,
        decision: Decision,
    ) -> Result<Progress, Error> {
        let mending = self.mend(name, decision).await?;
        let tables = self.backend.tables();
        let mut statements = mending.statements;
        statements.extend(mending.steps.iter().map(|step| {
            tables.log_repair(&step.revision, &step.message, &self.holder, &self.user)
        }));
        let progress = self.write(statements).await?;
        if progress == Progress::Finished {
            for mut step in mending.steps {
                step.outcome = Outcome::Finished;
                self.report.steps.push(step);
            }
        }
        Ok(progress)
    }

    /// Writes to the state tables, in one transaction behind the fence.
    pub(super) async fn write(&mut self, statements: Vec<String>) -> Result<Progress, Error> {
        let mut sql = vec![self.backend.begin().to_owned()];
        sql.extend(self.backend.tables().fence(&self.fence));
        sql.extend(statements);
        sql.push("COMMIT".to_owned());
        match self.backend.execute(sql.join(";\n")).await {
            Ok(_) => {
                self.fence.epoch += 1;
                Ok(Progress::Finished)
            }
            Err(error) => {
                // What counts is the first error.
                let _ = self.backend.execute("ROLLBACK".to_owned()).await;
                let interleaves = self.fence.holder.is_none();
                if interleaves && (is_contention(&error) || error.kind == ServerErrorKind::Other) {
                    self.patience
                        .pause(self.dialect, None, &self.task.watch)
                        .await?;
                    return Ok(Progress::Overtaken);
                }
                Err(self.server("writing the state tables of", error))
            }
        }
    }

    async fn mend(&mut self, name: &str, decision: Decision) -> Result<Mending, Error> {
        let stored = match decision {
            Decision::AcceptEdit => {
                let id = self.recorded_revision(name)?.1.revision.clone();
                self.recorded_down(&id).await?
            }
            _ => None,
        };
        let (index, row) = self.recorded_revision(name)?;
        match decision {
            Decision::AcceptEdit => self.accept_edit(index, row, stored.as_deref()),
            Decision::Applied => self.as_finished(index, row),
            Decision::Retry => {
                self.go_on_with(index, row, row.journal.statement_no, Edited::Refused)
            }
            Decision::ResumeFrom(number) => {
                self.go_on_with(index, row, number.saturating_sub(1), Edited::Accepted)
            }
        }
    }

    /// The revision that is meant: an id or the beginning of one, of the files.
    fn recorded_revision(&self, name: &str) -> Result<(Index, &Record), Error> {
        let graph = self.set.graph();
        let found = resolve(graph, &name.parse::<Spec>()?, None)?;
        let [index] = found.as_slice() else {
            return Err(Error::plain(
                Class::InvalidSpec,
                format!("`{name}` does not name one revision"),
            ));
        };
        let row = self
            .recorded
            .row(graph.id(*index).as_str())
            .filter(|row| row.state != State::Reverted);
        let row = row.ok_or_else(|| {
            Error::with_help(
                Class::NotApplied,
                format!("revision {} is not recorded as applied or in flight: there is nothing to repair", graph.id(*index)),
                "`migrate-cli status` shows what is",
            )
        })?;
        Ok((*index, row))
    }

    fn in_flight_only(row: &Record) -> Result<Direction, Error> {
        match row.state {
            State::Upgrading => Ok(Direction::Up),
            State::Downgrading => Ok(Direction::Down),
            _ => Err(Error::with_help(
                Class::NotApplied,
                format!("revision {} is not in flight", row.revision),
                "`migrate-cli status` shows what is; `repair --accept-edit` is for an edited revision",
            )),
        }
    }

    /// The section has happened: the row that it would have written.
    fn as_finished(&self, index: Index, row: &Record) -> Result<Mending, Error> {
        let direction = Self::in_flight_only(row)?;
        let step = self.step_of(index, direction);
        let mut record = match direction {
            Direction::Up => self.applied_record(&step)?.0,
            Direction::Down => Record {
                state: State::Reverted,
                is_head: false,
                ..row.clone()
            },
        };
        record.journal = Journal::default();
        record.error = None;
        let tables = self.backend.tables();
        let mut statements = tables.heads(&self.head_change(&step));
        statements.push(tables.update_row(&record, Started::Before));
        let what = if direction == Direction::Up {
            "recorded as applied"
        } else {
            "recorded as reverted"
        };
        Ok(Mending {
            statements,
            steps: vec![self.told(index, what.to_owned())?],
        })
    }

    /// The section goes on with the statement of this place.
    fn go_on_with(
        &self,
        index: Index,
        row: &Record,
        place: usize,
        edited: Edited,
    ) -> Result<Mending, Error> {
        let direction = Self::in_flight_only(row)?;
        let text = Text::of_set(self.migrations, index, direction, self.dialect)?;
        let digest = text.as_ref().map(Text::digest);
        let before = if direction == Direction::Up {
            row.digest
        } else {
            row.down_digest
        };
        if digest != Some(before) && edited == Edited::Refused {
            return Err(Error::with_help(
                Class::EditedRevision,
                format!(
                    "the text of revision {} has been changed since it was begun",
                    row.revision
                ),
                format!(
                    "`migrate-cli repair --resume-from N {}` goes on with statement N of the new text",
                    row.revision
                ),
            ));
        }
        let count = match &text {
            Some(text) => text
                .source(&row.revision, self.dialect, 0)?
                .script
                .statements
                .len(),
            None => 0,
        };
        if place > count {
            return Err(Error::plain(
                Class::OutOfRange,
                format!(
                    "revision {} has {count} statements: N is 1 to {}",
                    row.revision,
                    count + 1
                ),
            ));
        }
        let mut record = row.clone();
        record.journal = Journal {
            statement_no: place,
            in_flight: None,
            finished: None,
            session: None,
            batch: row.journal.batch.map(|batch| Rounds { rounds: 0, ..batch }),
        };
        record.error = Some("repaired: not run yet".to_owned());
        if let Some(digest) = digest {
            match direction {
                Direction::Up => record.digest = digest,
                Direction::Down => record.down_digest = digest,
            }
        }
        // The recorded section and its digest belong together: `redo` and `--stored` compare them.
        let section = self
            .migrations
            .section(index, Direction::Down, self.dialect)?;
        let section = section.as_ref().map(recorded);
        let down = if record.down_digest == row.down_digest {
            DownSection::AsItWas
        } else {
            DownSection::Now(section.as_deref())
        };
        let tables = self.backend.tables();
        let statements = vec![
            tables.update_row(&record, Started::Before),
            tables.renew(&record, down),
        ];
        let what = format!(
            "goes on with statement {} of {count} at the next run",
            place + 1
        );
        Ok(Mending {
            statements,
            steps: vec![self.told(index, what)?],
        })
    }

    /// Digest, parents and chains of `index` and the chains of everything above it, as the set has them.
    fn accept_edit(
        &self,
        index: Index,
        row: &Record,
        stored: Option<&str>,
    ) -> Result<Mending, Error> {
        let graph = self.set.graph();
        let tables = self.backend.tables();
        let found = compare(&self.recorded, self.set, self.dialect, |_| false);
        let differs = found
            .differing
            .iter()
            .find(|difference| difference.revision == row.revision.as_str());
        if row.state != State::Applied {
            return Err(Error::with_help(
                Class::InDoubt,
                format!("revision {} is in flight", row.revision),
                format!(
                    "`migrate-cli repair --resume-from N {}` goes on with it",
                    row.revision
                ),
            ));
        }
        // Accepted all the same, the heads would agree and nobody would see that something below them is missing.
        let missing: Vec<RevisionId> = graph
            .below(index)
            .filter(|below| {
                let row = self.recorded.row(graph.id(*below).as_str());
                row.is_none_or(|row| row.state != State::Applied)
            })
            .map(|below| graph.id(below).clone())
            .collect();
        if let Some(first) = missing.first() {
            return Err(Error::with_help(
                Class::Gap,
                format!(
                    "revision {} stands on {first} now, and {first} is not applied here",
                    row.revision
                ),
                "`migrate-cli upgrade --fill` applies it, then the edit can be accepted".to_owned(),
            ));
        }
        let mut statements = Vec::new();
        let mut steps = Vec::new();
        for above in graph.descendants([index]).iter() {
            let Some(recorded_row) = self.recorded.row(graph.id(above).as_str()) else {
                continue;
            };
            if recorded_row.state != State::Applied {
                continue;
            }
            let step = self.step_of(above, Direction::Up);
            let (fresh, _) = self.applied_record(&step)?;
            let mut record = recorded_row.clone();
            record.chain = fresh.chain;
            let mut down = None;
            if above == index {
                record = Record {
                    origin: record.origin,
                    is_head: record.is_head,
                    ..fresh
                };
                down = self
                    .migrations
                    .section(index, Direction::Down, self.dialect)?
                    .as_ref()
                    .map(recorded);
            }
            if record.chain == recorded_row.chain
                && record.digest == recorded_row.digest
                && above != index
            {
                continue;
            }
            let becomes = if above == index {
                DownSection::Now(down.as_deref())
            } else {
                DownSection::AsItWas
            };
            statements.push(tables.renew(&record, becomes));
            let what = match (above == index, differs) {
                (true, Some(difference)) => format!("{}: accepted", difference.what),
                (true, None) => "recorded anew".to_owned(),
                (false, _) => "its chain is recorded anew".to_owned(),
            };
            let mut step = self.told(above, what)?;
            if above == index {
                let down = (stored, down.as_deref());
                step.changes = changes(recorded_row, &record, down, self.dialect);
            }
            steps.push(step);
        }
        Ok(Mending { statements, steps })
    }

    /// The down section that is recorded with a revision.
    async fn recorded_down(&mut self, revision: &RevisionId) -> Result<Option<String>, Error> {
        let tables = self.backend.tables();
        let sql = tables.select_down_section(revision.as_str());
        let rows = self.ask(sql).await?;
        Ok(rows.into_iter().flatten().next().flatten())
    }

    /// The step that would finish the revision in this direction.
    fn step_of(&self, index: Index, direction: Direction) -> Step {
        let action = match direction {
            Direction::Up => Action::Upgrade,
            Direction::Down => Action::Downgrade,
        };
        goal::finishing(self.set.graph(), &self.recorded, action, index)
    }

    fn told(&self, index: Index, message: String) -> Result<StepReport, Error> {
        let step = self.step_of(index, Direction::Up);
        Ok(StepReport {
            message,
            action: StepAction::Repair,
            outcome: Outcome::Pending,
            ..self.describe(&step)?
        })
    }
}

/// Whether the text may be another than the one that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edited {
    Refused,
    Accepted,
}
