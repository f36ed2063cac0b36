//! Finishing what an interrupted run has left in flight.

use std::time::{Duration, Instant};

use super::{Engine, Progress, goal};
use crate::database::backend::{Effect, Who};
use crate::database::error::{Error, Kind};
use crate::database::event::Event;
use crate::database::execute::Source;
use crate::database::execute::journalled::finished_hash;
use crate::database::recorded::lock_row;
use crate::database::report::Outcome;
use crate::database::run::Verb;
use crate::database::section::Text;
use crate::database::state::{Holder, Record, SessionId, State};
use crate::model::{Action, Graph, Step};
use crate::text::revision::Direction;

/// How long a session that may live, and that no lock tells of, must not be heard of before it is taken for dead: several
/// of its heartbeats.
const GRACE: Duration = Duration::from_secs(6);

impl Engine<'_> {
    /// Finishes every revision that is in flight, in the direction in which it was going.
    pub(super) async fn recover(&mut self) -> Result<Progress, Error> {
        let rows: Vec<Record> = self.recorded.in_flight().cloned().collect();
        for row in rows {
            if self.wait_for_session(&row).await? == Progress::Overtaken {
                return Ok(Progress::Overtaken);
            }
            // A stamp runs nothing: it says itself what has become of the revision.
            if matches!(self.task.verb, Verb::Stamp { .. }) {
                continue;
            }
            if self.recover_one(&row).await? == Progress::Overtaken {
                return Ok(Progress::Overtaken);
            }
        }
        Ok(Progress::Finished)
    }

    /// Waits until the session that works on `row` has ended, or has finished it.
    async fn wait_for_session(&mut self, row: &Record) -> Result<Progress, Error> {
        let Some(session) = row.journal.session.clone() else {
            return Ok(Progress::Finished);
        };
        // Who has recorded an error has gone.
        if row.error.is_some() {
            return Ok(Progress::Finished);
        }
        if self.backend.session().is_some_and(|own| own == &session) {
            return Ok(Progress::Finished);
        }
        if !self.lives(&session).await? {
            return Ok(Progress::Finished);
        }
        // Where a lock excludes others, the session is only about to end; elsewhere it may be at work.
        let excludes = self.fence.holder.is_some();
        let holder = (!excludes).then(|| holder_of(row, &session));
        let mut heard = Instant::now();
        let mut heartbeat = self
            .recorded
            .lock
            .as_ref()
            .and_then(|lock| lock.heartbeat.clone());
        loop {
            self.patience
                .pause(self.dialect, holder.as_ref(), &self.task.watch)
                .await?;
            if !self.lives(&session).await? {
                // Before it ended it may have finished.
                return Ok(Progress::Overtaken);
            }
            if excludes {
                continue;
            }
            if self.in_use(Who::Writers).await? {
                heard = Instant::now();
                continue;
            }
            let lock = match lock_row(self.backend).await {
                Ok(lock) => lock,
                Err(error) => {
                    self.wait_after(error).await?;
                    heard = Instant::now();
                    continue;
                }
            };
            if lock
                .as_ref()
                .is_none_or(|lock| lock.epoch != self.fence.epoch)
            {
                return Ok(Progress::Overtaken);
            }
            let beat = lock.and_then(|lock| lock.heartbeat);
            if beat != heartbeat {
                heartbeat = beat;
                heard = Instant::now();
            }
            // Without a journal to write to, a vacuum into another file holds no more than a reader's lock.
            if heard.elapsed() >= GRACE {
                if self.in_use(Who::Anybody).await? {
                    heard = Instant::now();
                    continue;
                }
                return Ok(Progress::Finished);
            }
        }
    }

    async fn in_use(&mut self, by: Who) -> Result<bool, Error> {
        let used = self.backend.is_in_use(by).await;
        used.map_err(|error| self.server("looking for the interrupted session on", error))
    }

    async fn lives(&mut self, session: &SessionId) -> Result<bool, Error> {
        let lives = self.backend.session_lives(session).await;
        lives.map_err(|error| self.server("looking for the interrupted session on", error))
    }

    async fn recover_one(&mut self, row: &Record) -> Result<Progress, Error> {
        let id = row.revision.as_str();
        let Some(index) = self.set.graph().index(id) else {
            return Err(doubt(
                row,
                "another release has begun it and not finished, and this one does not know it",
                vec!["run again with the release that knows it".to_owned()],
            ));
        };
        let direction = if row.state == State::Upgrading {
            Direction::Up
        } else {
            Direction::Down
        };
        let text = Text::of_set(self.migrations, index, direction, self.dialect)?;
        let recorded = if direction == Direction::Up {
            row.digest
        } else {
            row.down_digest
        };
        let untouched = row.journal.statement_no == 0
            && row.journal.in_flight.is_none()
            && row.journal.batch.is_none_or(|batch| batch.rows == 0);
        let edited = text.as_ref().map(Text::digest) != Some(recorded);
        if edited && !untouched && !self.begins_alike(row, text.as_ref())? {
            return Err(doubt(
                row,
                &format!(
                    "{} statement{} of it {} committed, and its text has been changed since",
                    row.journal.statement_no,
                    if row.journal.statement_no == 1 {
                        ""
                    } else {
                        "s"
                    },
                    if row.journal.statement_no == 1 {
                        "is"
                    } else {
                        "are"
                    },
                ),
                vec![
                    format!(
                        "`migrate-cli repair --resume-from N {id}` goes on with statement N of the new text"
                    ),
                    format!("`migrate-cli repair --applied {id}` says that all of it has happened"),
                ],
            ));
        }
        let from = match &text {
            Some(text) => {
                let source = text.source(&row.revision, self.dialect, 0)?;
                let from = self.first_to_run(row, &source).await?;
                if from < source.statement_count() {
                    self.refuse_calls(&row.revision, text, &source)?;
                }
                from
            }
            None => 0,
        };
        let action = if direction == Direction::Up {
            Action::Upgrade
        } else {
            Action::Downgrade
        };
        self.finish_step(index, action, text, from).await
    }

    /// Whether a text that was changed is the same in the statements that have finished, with none in flight.
    fn begins_alike(&self, row: &Record, text: Option<&Text<'_>>) -> Result<bool, Error> {
        let (Some(finished), Some(text)) = (row.journal.finished, text) else {
            return Ok(false);
        };
        let source = text.source(&row.revision, self.dialect, 0)?;
        let count = row.journal.statement_no;
        Ok(count <= source.statement_count() && finished_hash(&source, count) == finished)
    }

    /// The statement to go on with: the one in flight is asked of the catalogue.
    async fn first_to_run(&mut self, row: &Record, source: &Source<'_>) -> Result<usize, Error> {
        let number = row.journal.statement_no;
        let Some(statement) = &row.journal.in_flight else {
            return Ok(number);
        };
        if number >= source.statement_count() {
            return Ok(number);
        }
        let effect = match source.effect_of_call(number) {
            Some(effect) => Ok(effect),
            None => self.backend.probe(source, number).await,
        };
        match effect
            .map_err(|error| self.server("looking at what became of a statement on", error))?
        {
            Effect::Happened => Ok(number + 1),
            Effect::NotHappened => Ok(number),
            Effect::Unknown(why) => {
                let id = &row.revision;
                Err(doubt(
                    row,
                    &format!(
                        "the run was interrupted at statement {} of {}, and whether it has happened cannot be seen ({why}): {}",
                        number + 1,
                        source.statement_count(),
                        statement.text
                    ),
                    vec![
                        format!(
                            "`migrate-cli repair --resume-from {} {id}` if it has not happened",
                            number + 1
                        ),
                        format!(
                            "`migrate-cli repair --resume-from {} {id}` if it has",
                            number + 2
                        ),
                    ],
                ))
            }
        }
    }

    async fn finish_step(
        &mut self,
        index: crate::model::Index,
        action: Action,
        text: Option<Text<'_>>,
        from: usize,
    ) -> Result<Progress, Error> {
        let graph: &Graph = self.set.graph();
        let step = goal::finishing(graph, &self.recorded, action, index);
        let mut report = self.describe(&step)?;
        if let Some(text) = &text {
            report.loses = text.source(&step.revision, self.dialect, 0)?.loses();
        }
        let number = self.report.steps.len() + 1;
        self.task.watch.tell(&Event::StepBegins {
            step: &report,
            number,
            of: number,
        });
        let tried = self.run_step_from(graph, &step, text.as_ref(), from).await;
        match &tried {
            Ok(Some(done)) => {
                report.outcome = Outcome::Recovered;
                report.duration = done.duration;
                report.statements = done.statements;
                report.rows = done.rows;
            }
            Ok(None) => return Ok(Progress::Overtaken),
            Err(_) => report.outcome = Outcome::Failed,
        }
        self.tell_end(report, number, number);
        tried
            .map(|_| Progress::Finished)
            .map_err(|error| self.says_why_finished(error, &step))
    }

    /// Who asked for the other direction is told why this step was run all the same.
    fn says_why_finished(&self, error: Error, step: &Step) -> Error {
        let id = &step.revision;
        let (begun, first) = match (&self.task.verb, step.action) {
            (Verb::Downgrade(_) | Verb::Redo(_), Action::Upgrade) => {
                ("begun to apply", "before anything is taken back")
            }
            (Verb::Upgrade(_) | Verb::AllHeads, Action::Downgrade) => {
                ("begun to take back", "before anything is applied")
            }
            _ => return error,
        };
        error.and_help(format!(
            "an earlier run has {begun} {id} and not finished: that comes first, {first}; `migrate-cli repair --applied {id}` \
             says that all of it has happened"
        ))
    }
}

/// Who works on `row`, as far as the row says.
fn holder_of(row: &Record, session: &SessionId) -> Holder {
    let (machine, pid) = session.id.rsplit_once(':').unwrap_or((&session.id, ""));
    Holder {
        run: session.start.clone(),
        host: machine.split('/').next().unwrap_or(machine).to_owned(),
        pid: pid.parse().unwrap_or_default(),
        application: format!("the run of {}", row.revision),
        since: row.started_at.clone(),
        heartbeat: None,
    }
}

fn doubt(row: &Record, what: &str, help: Vec<String>) -> Error {
    Error::new(Kind::InDoubt {
        revision: row.revision.to_string(),
        what: what.to_owned(),
        help,
    })
}
