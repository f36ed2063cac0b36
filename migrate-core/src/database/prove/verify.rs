//! Up, down and up again, step by step, on databases that are thrown away.

use std::collections::BTreeMap;

use super::load::SqlFile;
use super::report::{Finding, Proof, Verdict, Verification};
use super::scratch::Scratch;
use crate::database::error::{Error, Failure};
use crate::database::introspect::introspect;
use crate::database::report::Report;
use crate::database::run::Run;
use crate::database::target::Database;
use crate::model::schema::{Difference, Filter, Schema, compare};
use crate::model::set::HeadsPolicy;
use crate::model::{Graph, Index, Migrations};
use crate::text::Dialect;

/// What is proven beyond what is always proven.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Verify {
    /// A schema that was there before the migrations: it is loaded, stamped and upgraded, and must be what the
    /// migrations make.
    pub existing: Option<Existing>,
    /// A dump with rows, and with the state tables unless `at` says where it is: it is upgraded step by step.
    pub dump: Option<Existing>,
    /// Rows that are loaded at a revision, and kept count of from there on.
    pub data: Vec<TestData>,
    /// Keys and values for the steps of the application.
    pub arguments: BTreeMap<String, String>,
}

/// A file, and the revisions that it is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// The file.
    pub file: SqlFile,
    /// What it is stamped with.
    pub at: Option<String>,
}

/// Rows for the tables of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestData {
    /// The file.
    pub file: SqlFile,
    /// The revision.
    pub at: String,
}

/// Proves the revisions on databases that `scratch` makes.
///
/// What is wrong with a revision is a [`Finding`]; the work goes on behind it on a new database, so that all are found.
/// The databases stay until [`Scratch::clear`].
///
/// # Errors
/// When no database can be made or read: nothing is said about the revisions then.
pub async fn verify(
    migrations: &Migrations,
    scratch: &Scratch,
    what: &Verify,
) -> Result<Verification, Error> {
    let mut prover = Prover::new(migrations, scratch, &what.arguments).await?;
    let mut proofs = vec![prover.single_head()?];
    let (proof, head) = prover.upgrade().await?;
    proofs.push(proof);
    let steps = prover.step_by_step().await?;
    let sound = steps.verdict == Verdict::Passed;
    proofs.push(steps);
    match &head {
        Some((database, schema)) => {
            proofs.push(prover.stamp(database, schema).await?);
            if sound {
                proofs.push(prover.round_trip(database, schema).await?);
            } else {
                proofs.push(Proof::not_run("round_trip", "a single step does not hold"));
            }
            prover.scratch.done_with(database).await?;
        }
        None => {
            let reason = "the upgrade from empty failed";
            proofs.extend(["stamp", "round_trip"].map(|proof| Proof::not_run(proof, reason)));
        }
    }
    let head = head.map(|(_, schema)| schema);
    prover.given(what, head.as_ref(), &mut proofs).await?;
    Ok(Verification {
        dialect: prover.dialect.name(),
        revisions: prover.graph.len(),
        proofs,
    })
}

/// What every proof needs.
pub(super) struct Prover<'a> {
    pub(super) migrations: &'a Migrations,
    pub(super) scratch: &'a Scratch,
    pub(super) graph: &'a Graph,
    /// That of the server, which for MariaDB is known only when connected.
    pub(super) dialect: Dialect,
    arguments: &'a BTreeMap<String, String>,
}

impl<'a> Prover<'a> {
    async fn new(
        migrations: &'a Migrations,
        scratch: &'a Scratch,
        arguments: &'a BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut prover = Self {
            migrations,
            scratch,
            graph: migrations.set()?.graph(),
            dialect: scratch.dialect(),
            arguments,
        };
        if prover.dialect.is_mysql_family() {
            let database = prover.fresh().await?;
            prover.dialect = prover.schema(&database).await?.dialect;
            scratch.done_with(&database).await?;
        }
        Ok(prover)
    }

    /// A new database with the state tables and nothing else.
    pub(super) async fn fresh(&self) -> Result<Database, Error> {
        let database = self.scratch.database().await?;
        self.migrations.ensure_tables(&database).await?;
        Ok(database)
    }

    pub(super) async fn schema(&self, database: &Database) -> Result<Schema, Error> {
        introspect(database, self.migrations.settings()?, &Filter::default()).await
    }

    pub(super) async fn run(&self, database: &Database, run: Run) -> Result<Report, Failure> {
        let run = self
            .arguments
            .iter()
            .fold(run, |run, (key, value)| run.argument(key, value));
        self.migrations.run(database, run).await
    }

    pub(super) async fn up(&self, database: &Database, index: Index) -> Result<Report, Failure> {
        self.run(database, Run::upgrade(self.id(index))).await
    }

    /// Takes back one revision that nothing applied stands on.
    pub(super) async fn down(&self, database: &Database, index: Index) -> Result<Report, Failure> {
        self.run(database, Run::downgrade(format!("{}@-1", self.id(index))))
            .await
    }

    pub(super) fn id(&self, index: Index) -> &'a str {
        self.graph.id(index).as_str()
    }

    pub(super) fn blame(&self, finding: Finding, index: Index) -> Result<Finding, Error> {
        Ok(finding.at(self.id(index), self.migrations.entry(index)?.file))
    }

    /// A new database at the first revisions of the order, up to and with this one.
    async fn at_prefix(&self, last: Index) -> Result<Database, Error> {
        let database = self.fresh().await?;
        for index in self.graph.order().take_while(|index| *index <= last) {
            self.up(&database, index).await?;
        }
        Ok(database)
    }

    fn single_head(&self) -> Result<Proof, Error> {
        let mut proof = Proof::new("single_head");
        let heads = self.graph.effective_heads();
        if heads.len() > 1 {
            let names: Vec<&str> = heads.iter().map(|head| self.id(*head)).collect();
            let several = format!("there are {} heads: {}", heads.len(), names.join(", "));
            if self.migrations.settings()?.heads == HeadsPolicy::Many {
                proof.remarks.push(several);
            } else {
                proof.find(Finding::new(format!(
                    "{several}; `migrate-cli merge heads` joins them"
                )));
            }
        }
        Ok(proof)
    }

    /// From empty to all heads in one run.
    async fn upgrade(&self) -> Result<(Proof, Option<(Database, Schema)>), Error> {
        let mut proof = Proof::new("upgrade");
        let database = self.fresh().await?;
        match self.run(&database, Run::upgrade("heads")).await {
            Ok(_) => {
                let schema = self.schema(&database).await?;
                Ok((proof, Some((database, schema))))
            }
            Err(failure) => {
                proof.find(self.culprit(&failure)?);
                Ok((proof, None))
            }
        }
    }

    /// The finding of a run that failed, with the revision it failed at.
    pub(super) fn culprit(&self, failure: &Failure) -> Result<Finding, Error> {
        let finding = Finding::of_error(failure.error());
        let failed = failure.report().steps().last();
        let index = failed.and_then(|step| self.graph.index(&step.revision));
        match index {
            Some(index) => self.blame(finding, index),
            None => Ok(finding),
        }
    }

    /// Every revision: up, down, up again, with the schema compared after each.
    async fn step_by_step(&self) -> Result<Proof, Error> {
        let mut proof = Proof::new("step_by_step");
        let mut database = self.fresh().await?;
        let mut before = self.schema(&database).await?;
        for index in self.graph.order() {
            if let Err(failure) = self.up(&database, index).await {
                proof.find(self.culprit(&failure)?);
                proof.remarks.push(format!(
                    "what stands above {} was not proven",
                    self.id(index)
                ));
                break;
            }
            let after = self.schema(&database).await?;
            if let Some(reason) = self.migrations.entry(index)?.irreversible {
                proof
                    .remarks
                    .push(format!("{} is irreversible: {reason}", self.id(index)));
                before = after;
                continue;
            }
            let found = self
                .down_and_up(&database, index, &before, &after, &mut proof)
                .await?;
            if found == Found::Nothing {
                before = self.schema(&database).await?;
            } else {
                // What is wrong here must not be found again in all that follows.
                self.scratch.done_with(&database).await?;
                database = self.at_prefix(index).await?;
                before = self.schema(&database).await?;
            }
        }
        self.scratch.done_with(&database).await?;
        Ok(proof)
    }

    async fn down_and_up(
        &self,
        database: &Database,
        index: Index,
        before: &Schema,
        after: &Schema,
        proof: &mut Proof,
    ) -> Result<Found, Error> {
        let id = self.id(index);
        if let Err(failure) = self.down(database, index).await {
            proof.find(self.blame(Finding::of_error(failure.error()), index)?);
            return Ok(Found::Something);
        }
        let left = compare(before, &self.schema(database).await?);
        let (order, left) = apart(left);
        for difference in order {
            proof.remarks.push(format!(
                "the down of {id} changes the order of columns: {difference}"
            ));
        }
        let found = if left.is_empty() {
            Found::Nothing
        } else {
            Found::Something
        };
        let added = format!("is left behind by the down of {id}");
        let removed = format!("is not put back by the down of {id}");
        let changed = format!("is not as it was before {id}");
        for difference in left {
            let finding = Finding::of_difference(difference, &added, &removed, &changed);
            proof.find(self.blame(finding, index)?);
        }
        if let Err(failure) = self.up(database, index).await {
            // What was left behind is in the way: that was said already.
            if found == Found::Nothing {
                let message = format!(
                    "{id} cannot be applied again after its down: {}",
                    failure.error()
                );
                let finding = Finding {
                    message,
                    ..Finding::of_error(failure.error())
                };
                proof.find(self.blame(finding, index)?);
            }
            return Ok(Found::Something);
        }
        if found == Found::Something {
            return Ok(found);
        }
        let (_, again) = apart(compare(after, &self.schema(database).await?));
        let added = format!("is there only after {id} is applied a second time");
        let removed = format!("is missing after {id} is applied a second time");
        let changed = format!("is another one after {id} is applied a second time");
        let mut found = found;
        for difference in again {
            let finding = Finding::of_difference(difference, &added, &removed, &changed);
            proof.find(self.blame(finding, index)?);
            found = Found::Something;
        }
        Ok(found)
    }

    /// A database that has the schema is stamped: an upgrade then has nothing to do.
    async fn stamp(&self, database: &Database, schema: &Schema) -> Result<Proof, Error> {
        let mut proof = Proof::new("stamp");
        let done = async {
            self.run(database, Run::stamp(["heads"]).purge()).await?;
            self.run(database, Run::upgrade("heads")).await
        };
        match done.await {
            Ok(report) if report.steps().is_empty() => {}
            Ok(report) => {
                let steps: Vec<&str> = report
                    .steps()
                    .iter()
                    .map(|step| step.revision.as_str())
                    .collect();
                proof.find(Finding::new(format!(
                    "the upgrade after a stamp runs {}",
                    steps.join(", ")
                )));
            }
            Err(failure) => proof.find(self.culprit(&failure)?),
        }
        for difference in compare(schema, &self.schema(database).await?) {
            proof.find(Finding::new(format!(
                "the stamp has changed the schema: {difference}"
            )));
        }
        Ok(proof)
    }

    /// All the way back and up again, one step after the other, as far as there is a way back.
    async fn round_trip(&self, database: &Database, schema: &Schema) -> Result<Proof, Error> {
        let mut proof = Proof::new("round_trip");
        let mut lowest = 0;
        for index in self.graph.order() {
            if self.migrations.entry(index)?.irreversible.is_some() {
                lowest = index.0 + 1;
                proof.remarks = vec![format!(
                    "not below {}, which is irreversible",
                    self.id(index)
                )];
            }
        }
        let back: Vec<Index> = self
            .graph
            .order()
            .filter(|index| index.0 >= lowest)
            .collect();
        for index in back.into_iter().rev() {
            if let Err(failure) = self.down(database, index).await {
                proof.find(self.culprit(&failure)?);
                return Ok(proof);
            }
        }
        let start = match lowest.checked_sub(1) {
            Some(last) => self.at_prefix(Index(last)).await?,
            None => self.fresh().await?,
        };
        let (_, left) = apart(compare(
            &self.schema(&start).await?,
            &self.schema(database).await?,
        ));
        self.scratch.done_with(&start).await?;
        for difference in left {
            proof.find(Finding::of_difference(
                difference,
                "is left behind by the way back",
                "is missing after the way back",
                "is not as it was after the way back",
            ));
        }
        if let Err(failure) = self.run(database, Run::upgrade("heads")).await {
            proof.find(self.culprit(&failure)?);
            return Ok(proof);
        }
        let (_, again) = apart(compare(schema, &self.schema(database).await?));
        for difference in again {
            proof.find(Finding::new(format!(
                "the second way up makes another schema: {difference}"
            )));
        }
        Ok(proof)
    }
}

/// Whether a step has left something to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    Something,
}

/// Differences in nothing but the order of columns, and the others.
pub(super) fn apart(differences: Vec<Difference>) -> (Vec<Difference>, Vec<Difference>) {
    differences
        .into_iter()
        .partition(Difference::is_column_order)
}
