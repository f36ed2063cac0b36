//! Rust steps: functions of the application that a section calls by `-- migrate:rust <name>`.
//!
//! Here is what an application sees of them: [`Step`], which a function is given, and how a set comes by its functions.
//! How and when they are called is the business of `execute::call`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use super::backend::Lent;
use super::event::{Event, Watch};
use crate::model::Migrations;
use crate::text::Dialect;
use crate::text::revision::Direction;

/// What a Rust step fails with: any error that can be sent to another thread, by `?`, or a text, by `.into()`.
pub type StepError = Box<dyn std::error::Error + Send + Sync>;

/// What a Rust step is while it runs.
pub type StepFuture<'s> = Pin<Box<dyn Future<Output = Result<(), StepError>> + Send + 's>>;

/// What a Rust step is given: the connection of the run, and what the run is about.
///
/// In a section that is a transaction the connection is inside it, and what the step does is committed or rolled back
/// with the revision. The step must not end that transaction; `begin()` of sqlx makes a savepoint in it. In a section with
/// `transaction:false` there is no transaction but those that the step begins.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # mod steps {
/// use migrate_core::database::{Step, StepError};
///
/// pub async fn backfill_slugs(step: &mut Step<'_>) -> Result<(), StepError> {
///     let names: Vec<(i64, String)> = sqlx::query_as("SELECT id, name FROM users")
///         .fetch_all(step.sqlite()?)
///         .await?;
///     let total = names.len() as u64;
///     for (done, (id, name)) in (1..).zip(names) {
///         sqlx::query("UPDATE users SET slug = ? WHERE id = ?")
///             .bind(name.to_lowercase().replace(' ', "-"))
///             .bind(id)
///             .execute(step.sqlite()?)
///             .await?;
///         step.progress(done, Some(total));
///     }
///     Ok(())
/// }
/// # }
/// ```
pub struct Step<'s> {
    pub(crate) lent: Lent<'s>,
    pub(crate) name: &'s str,
    pub(crate) revision: &'s str,
    pub(crate) direction: Direction,
    pub(crate) dialect: Dialect,
    pub(crate) context: &'s StepContext,
    pub(crate) watch: Watch,
    pub(crate) begun: Instant,
}

/// What a run says to its steps.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepContext {
    pub(crate) tag: Option<String>,
    pub(crate) arguments: BTreeMap<String, String>,
}

impl Step<'_> {
    /// The connection to a SQLite database.
    ///
    /// # Errors
    /// When the database is another one; a step for several databases asks [`dialect`](Self::dialect) first.
    #[cfg(feature = "sqlite")]
    pub fn sqlite(&mut self) -> Result<&mut sqlx::SqliteConnection, StepError> {
        let dialect = self.dialect;
        match &mut self.lent {
            Lent::Sqlite(connection) => Ok(connection),
            #[allow(unreachable_patterns)]
            _ => Err(another("SQLite", dialect)),
        }
    }

    /// The connection to a PostgreSQL server.
    ///
    /// # Errors
    /// When the database is another one.
    #[cfg(feature = "postgres")]
    pub fn postgres(&mut self) -> Result<&mut sqlx::PgConnection, StepError> {
        let dialect = self.dialect;
        match &mut self.lent {
            Lent::Postgres(connection) => Ok(connection),
            #[allow(unreachable_patterns)]
            _ => Err(another("PostgreSQL", dialect)),
        }
    }

    /// The connection to a MySQL or MariaDB server.
    ///
    /// # Errors
    /// When the database is another one.
    #[cfg(feature = "mysql")]
    pub fn mysql(&mut self) -> Result<&mut sqlx::MySqlConnection, StepError> {
        let dialect = self.dialect;
        match &mut self.lent {
            Lent::Mysql(connection) => Ok(connection),
            #[allow(unreachable_patterns)]
            _ => Err(another("MySQL", dialect)),
        }
    }

    /// What the database speaks.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The id of the revision.
    pub const fn revision(&self) -> &str {
        self.revision
    }

    /// The name that the section calls it by.
    pub const fn name(&self) -> &str {
        self.name
    }

    /// Whether the revision is being applied.
    pub fn is_upgrade(&self) -> bool {
        self.direction == Direction::Up
    }

    /// The word of the run: `--tag`.
    pub fn tag(&self) -> Option<&str> {
        self.context.tag.as_deref()
    }

    /// The value of a key of the run: `-x key=value`.
    pub fn argument(&self, key: &str) -> Option<&str> {
        self.context.arguments.get(key).map(String::as_str)
    }

    /// Tells how much is done, and of how much if that is known: the command line shows it with the rate.
    pub fn progress(&self, done: u64, total: Option<u64>) {
        let seconds = self.begun.elapsed().as_secs_f64().max(f64::EPSILON);
        self.watch.tell(&Event::RustStepProgress {
            revision: self.revision,
            name: self.name,
            done,
            total,
            per_second: done as f64 / seconds,
        });
    }
}

fn another(wanted: &str, dialect: Dialect) -> StepError {
    format!("it asks for a connection to {wanted}, and the database speaks {dialect}").into()
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("name", &self.name)
            .field("revision", &self.revision)
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

/// A function that can be a Rust step: every `async fn(&mut Step<'_>) -> Result<(), StepError>` is one.
///
/// Not meant to be implemented by hand.
pub trait StepFunction<'s>: Send + Sync + 'static {
    /// What it is while it runs.
    type Running: Future<Output = Result<(), StepError>> + Send + 's;

    /// Calls it.
    fn call(&self, step: &'s mut Step<'s>) -> Self::Running;
}

impl<'s, F, R> StepFunction<'s> for F
where
    F: Fn(&'s mut Step<'s>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), StepError>> + Send + 's,
{
    type Running = R;

    fn call(&self, step: &'s mut Step<'s>) -> R {
        self(step)
    }
}

/// A Rust step of an embedded set; what the macro emits.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct RustStep {
    name: &'static str,
    call: for<'s> fn(&'s mut Step<'s>) -> StepFuture<'s>,
}

impl RustStep {
    /// The function that sections call by `name`.
    pub const fn new(
        name: &'static str,
        call: for<'s> fn(&'s mut Step<'s>) -> StepFuture<'s>,
    ) -> Self {
        Self { name, call }
    }
}

/// The functions that a set has.
#[derive(Default, Clone)]
pub(crate) struct Steps {
    embedded: &'static [RustStep],
    added: Vec<(Cow<'static, str>, Arc<dyn Boxed>)>,
}

/// [`StepFunction`] for every lifetime, as an object.
trait Boxed: Send + Sync {
    fn call<'s>(&self, step: &'s mut Step<'s>) -> StepFuture<'s>;
}

impl<F: for<'s> StepFunction<'s>> Boxed for F {
    fn call<'s>(&self, step: &'s mut Step<'s>) -> StepFuture<'s> {
        Box::pin(StepFunction::call(self, step))
    }
}

impl Steps {
    pub(crate) const fn embedded(embedded: &'static [RustStep]) -> Self {
        Self {
            embedded,
            added: Vec::new(),
        }
    }

    /// Whether there is a function of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// The names of all functions.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let embedded = self.embedded.iter().map(|step| step.name);
        embedded.chain(self.added.iter().map(|(name, _)| name.as_ref()))
    }

    /// Calls the function of this name; the last that was added counts.
    pub(crate) fn call<'s>(&self, name: &str, step: &'s mut Step<'s>) -> Option<StepFuture<'s>> {
        if let Some((_, function)) = self.added.iter().rev().find(|(known, _)| known == name) {
            return Some(function.call(step));
        }
        let function = self.embedded.iter().find(|known| known.name == name)?;
        Some((function.call)(step))
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl Migrations {
    /// Gives a set the function that its sections call by `-- migrate:rust <name>`: for a set that was read from a
    /// directory while the program runs. The macro takes them as `rust = { name }`, and sees that none is missing.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use migrate_core::database::{Step, StepError};
    /// # use migrate_core::model::{Migrations, set::{Settings, pack}};
    /// # use migrate_core::text::{Dialect, DialectSet};
    ///
    /// async fn backfill_slugs(step: &mut Step<'_>) -> Result<(), StepError> {
    ///     sqlx::query("UPDATE users SET slug = lower(name)").execute(step.sqlite()?).await?;
    ///     Ok(())
    /// }
    ///
    /// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
    /// # let migrations = Migrations::from_packed(packed, None);
    /// let migrations = migrations.with_step("backfill_slugs", backfill_slugs);
    /// # let _ = migrations;
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn with_step(
        mut self,
        name: impl Into<Cow<'static, str>>,
        function: impl for<'s> StepFunction<'s>,
    ) -> Self {
        self.steps.added.push((name.into(), Arc::new(function)));
        self
    }

    /// Gives a set the functions of another one, in place of its own: to a directory that is read by the program which
    /// carries them.
    ///
    /// ```
    /// # use migrate_core::model::{Migrations, set::{Settings, pack}};
    /// # use migrate_core::text::DialectSet;
    /// # let packed = || pack(&[], DialectSet::EMPTY, &Settings::default());
    /// # let (embedded, read) = (Migrations::from_packed(packed(), None), Migrations::from_packed(packed(), None));
    /// let migrations = read.with_steps_of(&embedded);
    /// # let _ = migrations;
    /// ```
    #[must_use]
    pub fn with_steps_of(mut self, other: &Self) -> Self {
        self.steps = other.steps.clone();
        self
    }
}
