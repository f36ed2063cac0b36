//! What the user gives: an existing schema, a dump of production, rows for a revision.

use super::report::{Finding, Proof};
use super::rows::{self, Rows};
use super::verify::{Existing, Prover, TestData, Verify, apart};
use crate::database::error::Error;
use crate::database::run::Run;
use crate::database::target::Database;
use crate::model::schema::{Schema, compare};
use crate::model::{Index, Spec, resolve};
use crate::text::diagnostic::Class;

impl Prover<'_> {
    /// The proofs of what was given; `head` is the schema that the migrations make.
    pub(super) async fn given(
        &mut self,
        what: &Verify,
        head: Option<&Schema>,
        proofs: &mut Vec<Proof>,
    ) -> Result<(), Error> {
        if let Some(existing) = &what.existing {
            proofs.push(match head {
                Some(head) => self.existing(existing, head).await?,
                None => Proof::not_run("existing", "the upgrade from empty failed"),
            });
        }
        if let Some(dump) = &what.dump {
            proofs.push(self.dump(dump, head).await?);
        }
        for data in &what.data {
            proofs.push(self.data(data).await?);
        }
        Ok(())
    }

    /// Loads a schema, stamps it and upgrades it: it must then be the schema that the migrations make.
    async fn existing(&self, existing: &Existing, head: &Schema) -> Result<Proof, Error> {
        let mut proof = Proof::new("existing");
        let database = self.scratch.database().await?;
        existing
            .file
            .load(&database, self.dialect, self.migrations.settings()?)
            .await?;
        let at = existing.at.as_deref().unwrap_or("heads");
        self.run(&database, Run::stamp([at])).await?;
        match self.run(&database, Run::upgrade("heads")).await {
            Ok(report) => {
                let ran = report.steps().len();
                proof.remarks.push(match ran {
                    0 => format!("stamped at {at}: nothing was left to run"),
                    1 => format!("stamped at {at}: one revision ran"),
                    _ => format!("stamped at {at}: {ran} revisions ran"),
                });
                self.is_head_schema(&database, head, &existing.file.name, &mut proof)
                    .await?;
            }
            Err(failure) => proof.find(self.culprit(&failure)?),
        }
        self.scratch.done_with(&database).await?;
        Ok(proof)
    }

    async fn is_head_schema(
        &self,
        database: &Database,
        head: &Schema,
        file: &str,
        proof: &mut Proof,
    ) -> Result<(), Error> {
        let (order, differences) = apart(compare(head, &self.schema(database).await?));
        proof.remarks.extend(order.iter().map(ToString::to_string));
        for difference in differences {
            proof.find(Finding::of_difference(
                difference,
                &format!("is in {file} and not in the migrations"),
                &format!("is in the migrations and not in {file}"),
                &format!("differs between the migrations and {file}"),
            ));
        }
        Ok(())
    }

    /// Loads a dump and takes it to the heads, with the rows counted after each step.
    async fn dump(&self, dump: &Existing, head: Option<&Schema>) -> Result<Proof, Error> {
        let mut proof = Proof::new("dump");
        let database = self.scratch.database().await?;
        dump.file
            .load(&database, self.dialect, self.migrations.settings()?)
            .await?;
        let status = self.migrations.status(&database).await?;
        match &dump.at {
            Some(at) => drop(self.run(&database, Run::stamp([at]).purge()).await?),
            None if status.tables => {}
            None => {
                return Err(Error::with_help(
                    Class::Config,
                    format!("{} does not say which revisions it is at", dump.file.name),
                    "dump the state tables too, or name the revision: `--at REV`",
                ));
            }
        }
        let pending = self.migrations.status(&database).await?.pending;
        let pending: Vec<Index> = self
            .graph
            .order()
            .filter(|index| pending.iter().any(|id| id == self.id(*index)))
            .collect();
        if self.walk(&database, &pending, &mut proof).await?
            && let Some(head) = head
        {
            self.is_head_schema(&database, head, &dump.file.name, &mut proof)
                .await?;
        }
        self.scratch.done_with(&database).await?;
        Ok(proof)
    }

    /// Goes up to a revision, loads rows, and takes them to the heads.
    async fn data(&self, data: &TestData) -> Result<Proof, Error> {
        let mut proof = Proof::new("data");
        let spec: Spec = data.at.parse()?;
        let at = resolve(self.graph, &spec, None)?;
        let database = self.fresh().await?;
        if let Err(failure) = self.run(&database, Run::upgrade(&data.at)).await {
            proof.find(self.culprit(&failure)?);
            return Ok(proof);
        }
        data.file
            .load(&database, self.dialect, self.migrations.settings()?)
            .await?;
        let below = self.graph.ancestors(at);
        let above: Vec<Index> = self
            .graph
            .order()
            .filter(|index| !below.contains(*index))
            .collect();
        self.walk(&database, &above, &mut proof).await?;
        self.scratch.done_with(&database).await?;
        Ok(proof)
    }

    /// Every one of these revisions up, down and up again, with the rows counted after each; `false` when one failed.
    async fn walk(
        &self,
        database: &Database,
        revisions: &[Index],
        proof: &mut Proof,
    ) -> Result<bool, Error> {
        let mut before = self.rows(database).await?;
        for index in revisions {
            let id = self.id(*index);
            if let Err(failure) = self.up(database, *index).await {
                proof.find(self.culprit(&failure)?);
                return Ok(false);
            }
            let after = self.rows(database).await?;
            proof
                .rows_lost
                .extend(rows::lost(id, "upgrade", &before, &after));
            before = after;
            if self.migrations.entry(*index)?.irreversible.is_some() {
                continue;
            }
            if let Err(failure) = self.down(database, *index).await {
                proof.find(self.blame(Finding::of_error(failure.error()), *index)?);
                return Ok(false);
            }
            let back = self.rows(database).await?;
            proof
                .rows_lost
                .extend(rows::lost(id, "downgrade", &before, &back));
            if let Err(failure) = self.up(database, *index).await {
                let message = format!(
                    "{id} cannot be applied again after its down: {}",
                    failure.error()
                );
                let finding = Finding {
                    message,
                    ..Finding::of_error(failure.error())
                };
                proof.find(self.blame(finding, *index)?);
                return Ok(false);
            }
            before = self.rows(database).await?;
        }
        Ok(true)
    }

    async fn rows(&self, database: &Database) -> Result<Rows, Error> {
        let schema = self.schema(database).await?;
        rows::count(database, self.migrations.settings()?, &schema).await
    }
}
