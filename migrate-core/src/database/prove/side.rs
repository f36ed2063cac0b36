//! One side of a comparison: a live database, what revisions make, or what files make.

use std::collections::BTreeMap;

use super::load::SqlFile;
use super::report::{Finding, Proof};
use super::scratch::Scratch;
use super::verify::apart;
use crate::database::connect::{Intent, connect};
use crate::database::error::Error;
use crate::database::introspect::introspect;
use crate::database::run::Run;
use crate::database::target::Database;
use crate::model::desired::Models;
use crate::model::expand::{Kept, keep};
use crate::model::schema::{Filter, Pattern, Schema, compare};
use crate::model::{Index, Migrations, Spec, Tool, resolve};
use crate::text::Dialect;

/// One side of a comparison.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Side {
    /// What is in a database, which is only read.
    Live(Database),
    /// What these revisions and everything below them make.
    Revisions(Vec<Spec>),
    /// What files make that are loaded one after the other.
    Files(Vec<SqlFile>),
    /// What models of an application say.
    Models(Models),
}

impl Side {
    /// Whether it says what is wanted, and not what is there.
    fn is_desired(&self) -> bool {
        matches!(self, Self::Files(_) | Self::Models(_))
    }
}

/// Both sides of a comparison.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Both {
    /// What is on the first side.
    pub before: Schema,
    /// What is on the second side.
    pub after: Schema,
    /// What one side keeps for an older release, where the other one is a desired schema: it is on both sides then.
    pub kept: Vec<Kept>,
}

/// What the sides of a comparison are made with.
#[derive(Debug, Clone, Copy)]
pub struct Workshop<'a> {
    pub(super) migrations: &'a Migrations,
    pub(super) scratch: &'a Scratch,
    pub(super) filter: &'a Filter,
    pub(super) arguments: &'a BTreeMap<String, String>,
    /// That of the server, which for MariaDB is known only when connected.
    pub(super) dialect: Dialect,
    /// The database beside which what is made is looked at.
    beside: Option<&'a Database>,
}

impl<'a> Workshop<'a> {
    /// Makes databases on the server of `scratch`, and looks at what `filter` takes. `arguments` are keys and values for
    /// the steps of the application.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn new(
        migrations: &'a Migrations,
        scratch: &'a Scratch,
        filter: &'a Filter,
        arguments: &'a BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut dialect = scratch.dialect();
        if dialect.is_mysql_family() {
            let server = scratch.server().or_maintenance();
            let backend = connect(&server, Intent::Read, migrations.settings()?).await?;
            dialect = backend.dialect();
            backend.close().await;
        }
        Ok(Self {
            migrations,
            scratch,
            filter,
            arguments,
            dialect,
            beside: None,
        })
    }

    /// The dialect of the server: MariaDB is told from MySQL.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The same for what is compared with a live database: on MySQL and MariaDB what is made has its character set.
    pub(super) fn beside<'b>(&'b self, live: &'b Database) -> Workshop<'b> {
        Workshop {
            beside: Some(live),
            ..*self
        }
    }

    /// What is on a side. The tables in which other migration tools keep what they have applied are not.
    ///
    /// # Errors
    /// When a database cannot be reached or read, the revisions cannot be run, or a file cannot be loaded.
    pub async fn schema(&self, side: &Side) -> Result<Schema, Error> {
        match side {
            Side::Live(database) => self.read(database).await,
            Side::Revisions(specs) => {
                let graph = self.migrations.set()?.graph();
                let mut revisions = Vec::new();
                for spec in specs {
                    revisions.extend(resolve(graph, spec, None)?);
                }
                let database = self.at(&revisions).await?;
                let schema = self.read(&database).await?;
                self.scratch.done_with(&database).await?;
                Ok(schema)
            }
            Side::Files(files) => self.loaded(files).await,
            Side::Models(models) => self.loaded(&[self.script(models)?]).await,
        }
    }

    /// What is on both sides, with a filter that holds for both: of a live database beside something else, only the
    /// schemas that the other side makes are looked at, unless the filter says which.
    ///
    /// A desired schema does not say what is kept for an older release: what the other side keeps is added to it.
    ///
    /// # Errors
    /// As [`schema`](Self::schema).
    pub async fn both(&self, before: &Side, after: &Side) -> Result<Both, Error> {
        let (mut one, mut other) = match (before, after) {
            (Side::Live(live), _) | (_, Side::Live(live)) => {
                let workshop = self.beside(live);
                (
                    workshop.schema(before).await?,
                    workshop.schema(after).await?,
                )
            }
            _ => (self.schema(before).await?, self.schema(after).await?),
        };
        let only = |made: &Schema| Filter {
            namespaces: Some(made.namespaces.iter().map(|it| it.name.clone()).collect()),
            ..Filter::default()
        };
        match (before, after) {
            _ if self.filter.namespaces.is_some() => {}
            (Side::Live(_), Side::Live(_)) => {}
            (Side::Live(_), _) => only(&other).apply(&mut one),
            (_, Side::Live(_)) => only(&one).apply(&mut other),
            _ => {}
        }
        let kept = match (before.is_desired(), after.is_desired()) {
            (false, true) => keep(&one, &mut other, |_| true),
            (true, false) => keep(&other, &mut one, |_| true),
            _ => Vec::new(),
        };
        Ok(Both {
            before: one,
            after: other,
            kept,
        })
    }

    /// Whether what is wanted is what the heads make.
    ///
    /// # Errors
    /// As [`schema`](Self::schema).
    pub async fn in_sync(&self, wanted: &Side) -> Result<Proof, Error> {
        let heads: Spec = "heads".parse()?;
        let both = self.both(&Side::Revisions(vec![heads]), wanted).await?;
        let (order, differences) = apart(compare(&both.before, &both.after));
        let mut proof = Proof::new("schema");
        proof.remarks = order.iter().map(ToString::to_string).collect();
        proof.remarks.extend(both.kept.iter().map(Kept::to_string));
        for difference in differences {
            proof.find(Finding::of_difference(
                difference,
                "is wanted and made by no revision",
                "is made by the revisions and not wanted",
                "is wanted otherwise than the revisions make it",
            ));
        }
        Ok(proof)
    }

    /// A new database with what these revisions and everything below them make.
    pub(super) async fn at(&self, revisions: &[Index]) -> Result<Database, Error> {
        let database = self.scratch.database_like(self.beside).await?;
        self.migrations.ensure_tables(&database).await?;
        self.upgrade(&database, revisions).await?;
        Ok(database)
    }

    /// Brings a database of ours to revisions.
    pub(super) async fn upgrade(
        &self,
        database: &Database,
        revisions: &[Index],
    ) -> Result<(), Error> {
        let graph = self.migrations.set()?.graph();
        for index in revisions {
            let run = Run::upgrade(graph.id(*index).as_str());
            let run = self
                .arguments
                .iter()
                .fold(run, |run, (key, value)| run.argument(key, value));
            self.migrations.run(database, run).await?;
        }
        Ok(())
    }

    /// Models as a file, in the dialect of the server.
    pub(super) fn script(&self, models: &Models) -> Result<SqlFile, Error> {
        Ok(SqlFile {
            name: "the models".to_owned(),
            text: models.script(self.dialect)?,
        })
    }

    /// What files make in an empty database.
    async fn loaded(&self, files: &[SqlFile]) -> Result<Schema, Error> {
        let database = self.scratch.database_like(self.beside).await?;
        self.load(files, &database).await?;
        let schema = self.read(&database).await?;
        self.scratch.done_with(&database).await?;
        Ok(schema)
    }

    /// Loads files one after the other.
    pub(super) async fn load(&self, files: &[SqlFile], database: &Database) -> Result<(), Error> {
        let settings = self.migrations.settings()?;
        for file in files {
            file.load(database, self.dialect, settings).await?;
        }
        Ok(())
    }

    /// What is in a database, as far as it is anybody's but ours and other tools'.
    pub(super) async fn read(&self, database: &Database) -> Result<Schema, Error> {
        introspect(database, self.migrations.settings()?, &owned(self.filter)).await
    }
}

/// The filter that leaves out the tables of other migration tools too: what was used before stays there, and is
/// nobody's difference.
pub(super) fn owned(filter: &Filter) -> Filter {
    let others = Tool::ALL.iter().map(|tool| Pattern::new(tool.table()));
    Filter {
        exclude: filter.exclude.iter().cloned().chain(others).collect(),
        ..filter.clone()
    }
}
