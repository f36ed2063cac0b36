//! What a run is asked to do: [`Run`].

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::event::{Event, Watch};
use super::repair::Decision;
use super::state::Origin;

/// What a run is asked to do: a verb, its target, and options.
///
/// ```
/// use std::time::Duration;
/// use migrate_core::database::Run;
///
/// let run = Run::upgrade("head").lock_wait(Duration::ZERO);
/// let look = Run::downgrade("-1").dry();
/// # let _ = (run, look);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a run does nothing before it is given to `Migrations::run`"]
pub struct Run {
    pub(crate) verb: Verb,
    pub(crate) effect: Effect,
    pub(crate) stored: Stored,
    pub(crate) fill: Fill,
    pub(crate) transaction: PerRun,
    pub(crate) create: Create,
    pub(crate) lock_wait: Option<Duration>,
    pub(crate) wait: Option<Duration>,
    pub(crate) backup: Option<PathBuf>,
    pub(crate) environment: Option<String>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) tag: Option<String>,
    pub(crate) arguments: BTreeMap<String, String>,
    pub(crate) watch: Watch,
}

/// The verb of a run and its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verb {
    Upgrade(String),
    /// To all effective heads: what start-up does.
    AllHeads,
    Downgrade(String),
    Stamp {
        specs: Vec<String>,
        purge: Purge,
        /// What the new rows say of themselves.
        origin: Origin,
    },
    Redo(Option<String>),
    Repair {
        revision: String,
        decision: Decision,
    },
}

impl Verb {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Upgrade(_) | Self::AllHeads => "upgrade",
            Self::Downgrade(_) => "downgrade",
            Self::Stamp {
                origin: Origin::Adopt,
                ..
            } => "adopt",
            Self::Stamp { .. } => "stamp",
            Self::Redo(_) => "redo",
            Self::Repair { .. } => "repair",
        }
    }

    /// Whether everything that is recorded is forgotten first.
    pub(crate) const fn purges(&self) -> bool {
        matches!(
            self,
            Self::Stamp {
                purge: Purge::Everything,
                ..
            }
        )
    }

    /// Whether it makes sense on a database that holds nothing: then a missing SQLite file is made.
    pub(crate) const fn may_begin_a_database(&self) -> bool {
        match self {
            Self::Upgrade(_) | Self::AllHeads | Self::Stamp { .. } => true,
            Self::Downgrade(_) | Self::Redo(_) | Self::Repair { .. } => false,
        }
    }
}

/// Whether a run changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Real,
    Dry,
}

/// Whether down sections recorded in the database may be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    Refused,
    Allowed,
}

/// What to do about missing ancestors of what is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    Refuse,
    Run,
}

/// What a stamp does first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purge {
    Keep,
    Everything,
}

/// How many transactions a run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PerRun {
    /// One for each revision.
    Many,
    /// One.
    Single,
}

/// What to do about a database that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    /// A missing SQLite file is made by what can begin a database; a missing server database is an error.
    File,
    /// Either is made.
    Database,
}

impl Run {
    pub(crate) fn new(verb: Verb) -> Self {
        Self {
            verb,
            effect: Effect::Real,
            stored: Stored::Refused,
            fill: Fill::Refuse,
            transaction: PerRun::Many,
            create: Create::File,
            lock_wait: None,
            wait: None,
            backup: None,
            environment: None,
            variables: BTreeMap::new(),
            tag: None,
            arguments: BTreeMap::new(),
            watch: Watch::default(),
        }
    }

    /// Upgrade to a spec, such as `head`, `+1`, an id, or `label@head`.
    pub fn upgrade(spec: impl Into<String>) -> Self {
        Self::new(Verb::Upgrade(spec.into()))
    }

    /// Do what [`Migrations::startup`](crate::model::Migrations::startup) does, with options.
    ///
    /// ```
    /// use migrate_core::database::Run;
    ///
    /// let run = Run::startup().on_progress(|event| println!("{event:?}"));
    /// # let _ = run;
    /// ```
    pub fn startup() -> Self {
        Self::new(Verb::AllHeads)
    }

    /// Downgrade to a spec, such as `-1`, `base`, or an id.
    pub fn downgrade(spec: impl Into<String>) -> Self {
        Self::new(Verb::Downgrade(spec.into()))
    }

    /// Record what the specs say as applied, without running anything.
    pub fn stamp<S: Into<String>>(specs: impl IntoIterator<Item = S>) -> Self {
        let specs = specs.into_iter().map(Into::into).collect();
        Self::new(Verb::Stamp {
            specs,
            purge: Purge::Keep,
            origin: Origin::Stamp,
        })
    }

    /// Record as applied what another tool has applied.
    pub(crate) fn adopt(specs: Vec<String>) -> Self {
        Self::new(Verb::Stamp {
            specs,
            purge: Purge::Keep,
            origin: Origin::Adopt,
        })
    }

    /// Take back a revision by the down section recorded in the database, then apply it again from the files; `None`
    /// means the one effective row.
    pub fn redo(revision: Option<String>) -> Self {
        Self {
            stored: Stored::Allowed,
            ..Self::new(Verb::Redo(revision))
        }
    }

    /// Only report what would be done.
    pub fn dry(mut self) -> Self {
        self.effect = Effect::Dry;
        self
    }

    /// Allow a downgrade to run the down sections that are recorded in the database, where there is no file: that is
    /// how an older release takes back a revision it does not have.
    pub fn stored(mut self) -> Self {
        self.stored = Stored::Allowed;
        self
    }

    /// Run the revisions that are missing below applied ones, in order, before anything else.
    pub fn fill(mut self) -> Self {
        self.fill = Fill::Run;
        self
    }

    /// For a stamp: forget every row first.
    pub fn purge(mut self) -> Self {
        if let Verb::Stamp { purge, .. } = &mut self.verb {
            *purge = Purge::Everything;
        }
        self
    }

    /// One transaction for the whole run: all of it or nothing. Not on MySQL and MariaDB, and not with
    /// `transaction:false` sections.
    pub fn single(mut self) -> Self {
        self.transaction = PerRun::Single;
        self
    }

    /// Make the database on the server when it does not exist.
    pub fn create_database(mut self) -> Self {
        self.create = Create::Database;
        self
    }

    /// How long to wait for the run lock instead of the configured time; zero: not at all.
    pub fn lock_wait(mut self, limit: Duration) -> Self {
        self.lock_wait = Some(limit);
        self
    }

    /// A word for this run, such as the number of a deployment. It is recorded in the report and given to Rust steps;
    /// we give it no meaning.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use migrate_core::model::{Migrations, set::{Settings, pack}};
    /// # use migrate_core::text::{Dialect, DialectSet};
    /// use migrate_core::database::{Database, Run};
    ///
    /// # let packed = pack(&[], DialectSet::one(Dialect::Sqlite), &Settings::default());
    /// # let migrations = Migrations::from_packed(packed, None);
    /// let database: Database = "sqlite::memory:".parse()?;
    /// let run = Run::upgrade("heads").tag("deploy-17").argument("tenant", "acme");
    /// let report = migrations.run(&database, run).await?;
    /// assert_eq!(report.tag.as_deref(), Some("deploy-17"));
    /// assert_eq!(report.arguments["tenant"], "acme");
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// A key and its value for this run: `-x key=value` of the command line. They are recorded in the report and given
    /// to Rust steps; of a key that is given twice, the last value counts.
    pub fn argument(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.arguments.insert(key.into(), value.into());
        self
    }

    /// Wait for a database that is not up yet and for the run lock, and begin no further revision when so much time is
    /// over. A start-up has the limits of its settings instead.
    pub fn wait(mut self, limit: Duration) -> Self {
        self.wait = Some(limit);
        self
    }

    /// Make a backup in this directory before the first change; nothing when there is nothing to do. A backup that cannot
    /// be made stops the run.
    ///
    /// SQLite is copied by `VACUUM INTO`; for PostgreSQL, MySQL and MariaDB `pg_dump`, `mysqldump` or `mariadb-dump` must be
    /// there. [`Report::backup`](super::Report::backup) says where the file is and how it is restored.
    ///
    /// ```
    /// use migrate_core::database::Run;
    ///
    /// let run = Run::downgrade("-1").backup("backups");
    /// # let _ = run;
    /// ```
    pub fn backup(mut self, directory: impl Into<PathBuf>) -> Self {
        self.backup = Some(directory.into());
        self
    }

    /// The environment of `migrate.toml` that a start-up goes by, instead of what `MIGRATE_ENV` says.
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// Variables that a start-up goes by where the process does not set them, such as those of a `.env` file.
    pub fn variables(mut self, variables: BTreeMap<String, String>) -> Self {
        self.variables = variables;
        self
    }

    /// Have `tell` called with every [`Event`] of the run.
    pub fn on_progress(mut self, tell: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.watch = Watch::new(tell);
        self
    }
}
