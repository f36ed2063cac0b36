//! Running one revision on PostgreSQL: which of the three ways of the executor it goes.

use std::time::Instant;

use sqlx::Connection;

use super::{Link, PostgresBackend, translate};
use crate::database::backend::Backend;
use crate::database::error::ServerError;
use crate::database::execute::message::Part;
use crate::database::execute::parts::{self, Failed};
use crate::database::execute::transactional::{self, Bounds, Surroundings, done, step_error};
use crate::database::execute::{Done, Kept, Source, StepError, Work, journalled};
use crate::database::session::changes_settings_of_postgres;
use crate::database::state::tables::Wording;

impl PostgresBackend<'_> {
    pub(super) async fn run_work(&mut self, work: &Work<'_>) -> Result<Done, StepError> {
        if work
            .section
            .as_ref()
            .is_some_and(|source| drops_prepared(source) || source.has_calls())
        {
            self.tables.wording = Wording::Plain;
        }
        let changes_settings = work
            .section
            .as_ref()
            .is_some_and(changes_settings_of_postgres);
        let mut reset = Vec::new();
        if changes_settings && self.is_callers() {
            reset = self
                .settings()
                .await
                .map_err(|error| step_error(work, error, Part::Ours, None, Kept::Nothing))?;
        } else if changes_settings {
            reset.clone_from(&self.reset);
        }
        let around = Surroundings {
            begin: "BEGIN",
            reset,
            bounds: Bounds::Sent,
        };
        match &work.section {
            Some(source) if !source.transactional => {
                let outcome = journalled::run(self, work, source, around).await;
                if drops_prepared(source) && !self.is_callers() {
                    // DISCARD ALL has let go of the run lock too. Whether somebody else has it now, the fence says.
                    let _ = self.try_lock().await;
                }
                outcome
            }
            Some(source) if source.has_parts() => self.run_in_parts(work, source, around).await,
            _ => transactional::run(self, work, around).await,
        }
    }

    /// A section that takes several messages inside its one transaction.
    async fn run_in_parts(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        mut around: Surroundings,
    ) -> Result<Done, StepError> {
        let started = Instant::now();
        let outcome = match &mut self.link {
            Link::Own(Some(connection)) if source.has_calls() => {
                around.bounds = Bounds::Held;
                match connection.begin().await {
                    Ok(mut held) => {
                        let mut inside = PostgresBackend {
                            tables: self.tables.clone(),
                            ..PostgresBackend::on(&mut held, None, &self.table)
                        };
                        let outcome = parts::run(&mut inside, work, source, &around).await;
                        parts::settle(held, outcome, translate).await
                    }
                    Err(error) => Err(Failed::ours(translate(error, 0))),
                }
            }
            _ => parts::run(self, work, source, &around).await,
        };
        match outcome {
            Ok(()) => Ok(done(work, started)),
            Err(failed) => Err(failed.abandon(self, work, around.bounds).await),
        }
    }

    pub(super) async fn copy_data(
        &mut self,
        statement: &str,
        data: &[u8],
    ) -> Result<(), ServerError> {
        let connection = self.connection()?;
        let mut copy = connection
            .copy_in_raw(statement)
            .await
            .map_err(|error| translate(error, 0))?;
        copy.send(data).await.map_err(|error| translate(error, 0))?;
        copy.finish()
            .await
            .map(drop)
            .map_err(|error| translate(error, 0))
    }
}

/// Whether a section may forget the statements that the session has prepared: then ours are said in full again.
pub(super) fn drops_prepared(source: &Source<'_>) -> bool {
    let mut words = source
        .text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .any(|word| word.eq_ignore_ascii_case("DISCARD") || word.eq_ignore_ascii_case("DEALLOCATE"))
}
