//! Taking over a database that another tool has migrated: read its table, record the same revisions, run nothing.
//!
//! | file | what |
//! |---|---|
//! | `find` | which tools have a table here |
//! | `recorded` | what a table says is applied, tool by tool |
//! | `judge` | the revisions of the set that this is, or why it is none |

mod find;
mod judge;
mod recorded;

use std::time::Duration;

use super::api::finish;
use super::backend::Backend;
use super::connect::{Intent, connect};
use super::error::{Error, Failure, Unplaced};
use super::event::{Event, Watch};
use super::lock::look;
use super::report::Report;
use super::run::{Effect, Run};
use super::target::Database;
use crate::model::{Action, Applied, Migrations, Tool};
use crate::text::RevisionId;
use crate::text::diagnostic::{Class, Diagnostic};
use find::{Table, find};
use recorded::Recorded;

/// What is adopted, and how; given to [`Migrations::adopt`].
///
/// ```
/// use migrate_core::database::Adopt;
/// use migrate_core::model::Tool;
///
/// let adopt = Adopt::new().from(Tool::Sqlx).dry();
/// # let _ = adopt;
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing happens before it is given to `Migrations::adopt`"]
pub struct Adopt {
    tool: Option<Tool>,
    table: Option<String>,
    effect: Effect,
    lock_wait: Option<Duration>,
    watch: Watch,
}

impl Default for Adopt {
    fn default() -> Self {
        Self::new()
    }
}

impl Adopt {
    /// From the one tool whose table the database has.
    pub fn new() -> Self {
        Self {
            tool: None,
            table: None,
            effect: Effect::Real,
            lock_wait: None,
            watch: Watch::default(),
        }
    }

    /// From this tool.
    pub fn from(mut self, tool: Tool) -> Self {
        self.tool = Some(tool);
        self
    }

    /// The name of the tool's table, `schema.table` where it is in another schema.
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.table = Some(name.into());
        self
    }

    /// Only report what would be recorded.
    pub fn dry(mut self) -> Self {
        self.effect = Effect::Dry;
        self
    }

    /// How long to wait for the run lock instead of the configured time.
    pub fn lock_wait(mut self, limit: Duration) -> Self {
        self.lock_wait = Some(limit);
        self
    }

    /// Have `tell` called with every [`Event`].
    pub fn on_progress(mut self, tell: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.watch = Watch::new(tell);
        self
    }

    fn run(&self, specs: Vec<String>) -> Run {
        let mut run = Run::adopt(specs);
        run.effect = self.effect;
        run.lock_wait = self.lock_wait;
        run.watch = self.watch.clone();
        run
    }
}

/// What was adopted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Adopted {
    /// Whose table was read.
    pub tool: Tool,
    /// The table.
    pub table: String,
    /// How many revisions of the set it says are applied.
    pub revisions: usize,
    /// What was recorded for them; no step where they were recorded already.
    pub report: Report,
}

impl Migrations {
    /// Records what another tool has applied, without running anything. Its table is left as it is.
    ///
    /// ```no_run
    /// # async fn example(migrations: migrate_core::model::Migrations) -> Result<(), Box<dyn std::error::Error>> {
    /// use migrate_core::database::{Adopt, Database};
    ///
    /// let database: Database = "sqlite://app.db".parse()?;
    /// let adopted = migrations.adopt(&database, Adopt::new()).await?;
    /// println!("{} revisions of {}", adopted.revisions, adopted.tool);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When no tool or more than one has a table, when a migration of the tool has failed half-way, when its table names
    /// versions that the set does not know, or leaves out one below another; and as [`run`](Self::run).
    pub async fn adopt(
        &self,
        database: impl Into<Database>,
        adopt: Adopt,
    ) -> Result<Adopted, Failure> {
        let database = database.into();
        let fail = |error| {
            let mut report = Report::new("adopt");
            report.target = database.to_string();
            Failure::new(error, report)
        };
        let (table, applied) = self.look(&database, &adopt).await.map_err(fail)?;
        let specs = self
            .specs(&database, &table, &applied)
            .await
            .map_err(fail)?;
        let report = self.run(&database, adopt.run(specs)).await?;
        Ok(Adopted {
            tool: table.tool,
            table: table.shown(),
            revisions: applied.set().len(),
            report,
        })
    }

    /// The tools whose tables the database has, for a hint; nothing where that cannot be read.
    ///
    /// ```no_run
    /// # async fn example(migrations: migrate_core::model::Migrations) -> Result<(), Box<dyn std::error::Error>> {
    /// use migrate_core::database::Database;
    ///
    /// let database: Database = "sqlite://app.db".parse()?;
    /// for tool in migrations.other_tools(&database).await {
    ///     println!("migrated by {tool} so far");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn other_tools(&self, database: impl Into<Database>) -> Vec<Tool> {
        let database = database.into();
        let Ok(settings) = self.settings() else {
            return Vec::new();
        };
        let Ok(mut backend) = connect(&database, Intent::Read, settings).await else {
            return Vec::new();
        };
        let found = find(&mut *backend, None, None).await;
        let result: Result<(), Error> = Ok(());
        finish(backend, &result).await;
        found
            .unwrap_or_default()
            .into_iter()
            .map(|table| table.tool)
            .collect()
    }

    async fn look(&self, database: &Database, adopt: &Adopt) -> Result<(Table, Applied), Error> {
        let mut backend = connect(database, Intent::Read, self.settings()?).await?;
        let looked = self.read_table(&mut *backend, database, adopt).await;
        finish(backend, &looked).await;
        looked
    }

    async fn read_table(
        &self,
        backend: &mut dyn Backend,
        database: &Database,
        adopt: &Adopt,
    ) -> Result<(Table, Applied), Error> {
        let refused = |error: Unplaced| {
            error.at(|error| {
                Error::new(super::error::Kind::Server {
                    doing: "reading the table of another tool in",
                    target: database.to_string(),
                    error,
                })
            })
        };
        let found = find(backend, adopt.tool, adopt.table.as_deref())
            .await
            .map_err(refused)?;
        let table = find::the_one(found, adopt.tool, adopt.table.as_deref(), database)?;
        let sql = recorded::query(&table, backend.dialect());
        let rows = look(backend, sql).await.map_err(refused)?;
        let recorded = Recorded::read(&table, rows)?;
        let applied = judge::applied(self.set()?.graph(), &table, &recorded)?;
        Ok((table, applied))
    }

    /// What to stamp: nothing is ever taken back from what is recorded here.
    async fn specs(
        &self,
        database: &Database,
        table: &Table,
        adopted: &Applied,
    ) -> Result<Vec<String>, Error> {
        let graph = self.set()?.graph();
        let heads = |set: &Applied| -> Vec<String> {
            let maximal = graph.maximal(set.set());
            graph
                .ids(&maximal)
                .iter()
                .map(RevisionId::to_string)
                .collect()
        };
        let wanted = heads(adopted);
        if wanted.is_empty() {
            return Ok(wanted);
        }
        let plan = self.plan(database, Run::adopt(wanted.clone())).await?;
        let lost: Vec<&str> = plan
            .steps
            .iter()
            .filter(|step| step.action == Action::Unstamp)
            .map(|step| step.revision.as_str())
            .collect();
        if lost.is_empty() {
            return Ok(wanted);
        }
        let gains = plan.steps.iter().any(|step| step.action == Action::Stamp);
        if !gains {
            // Adopted before, and upgraded since.
            let here = plan.from.iter().filter_map(|id| graph.index(id.as_str()));
            return Ok(heads(&Applied::closure(graph, here)));
        }
        let tool = table.tool;
        let finding = Diagnostic::error(
            Class::Diverged,
            format!("this database is recorded here already, and {tool} has gone another way since"),
        )
        .note(format!("recorded here and not by {tool}: {}", lost.join(", ")))
        .help("two tools must not migrate one database: `migrate-cli stamp` says where it is, and the other is not used any more");
        Err(Error::new(super::error::Kind::Plain(finding)))
    }
}
