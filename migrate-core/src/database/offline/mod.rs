//! Offline mode: a run as a script for the client of the database, written without a connection.
//!
//! The script records what it does by the very statements of a run, so that nobody can tell afterwards which of the two
//! it was, except by the columns that say who, when and for how long. What a run finds out by asking, a script is told:
//! the rows that it starts from. It checks them itself, and refuses any other database.
//!
//! | file | what |
//! |---|---|
//! | `course` | `FROM:TO` and the steps between |
//! | `write` | the steps as text |
//! | `section` | one section as a message: what stands in which transaction |
//! | `client` | what psql, mariadb and sqlite3 need to read it: session, checks, delimiters |

mod client;
mod course;
mod section;
mod write;

use std::fmt;

use serde::Serialize;

use super::error::{Error, Kind};
use super::report::StepAction;
use crate::model::{Action, Migrations};
use crate::text::Dialect;
use course::{Course, Way};

/// What a script is to do: a verb, where it starts and where it goes.
///
/// ```
/// use migrate_core::database::Offline;
///
/// let from_nothing = Offline::upgrade("head");
/// let release = Offline::upgrade("5cd038a8f131:head");
/// let back = Offline::downgrade("head:-1");
/// let two_rows = Offline::upgrade("head").from(["5cd038a8f131", "77b1c0de9a42"]);
/// # let _ = (from_nothing, release, back, two_rows);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing is written before it is given to `Migrations::script`"]
pub struct Offline {
    way: Way,
    from: Option<Vec<String>>,
    rust: RustSteps,
}

/// What a script does about Rust steps, which are code of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RustSteps {
    /// It is not written.
    #[default]
    Refuse,
    /// It has a comment in their place, and records the revision as if they had run.
    Comment,
}

impl Offline {
    /// Up: `[FROM:]TO`. FROM is one spec or several with commas between; without it the database is empty.
    pub fn upgrade(range: impl Into<String>) -> Self {
        Self {
            way: Way::Upgrade(range.into()),
            from: None,
            rust: RustSteps::default(),
        }
    }

    /// Down: `FROM:TO`. A relative TO such as `-1` counts from FROM.
    pub fn downgrade(range: impl Into<String>) -> Self {
        Self {
            way: Way::Downgrade(range.into()),
            from: None,
            rust: RustSteps::default(),
        }
    }

    /// Rows only: `[FROM:]TO`, and any number of further targets.
    pub fn stamp<S: Into<String>>(targets: impl IntoIterator<Item = S>) -> Self {
        Self {
            way: Way::Stamp(targets.into_iter().map(Into::into).collect()),
            from: None,
            rust: RustSteps::default(),
        }
    }

    /// The rows that the database has, instead of the FROM of the range; none: it is at base.
    pub fn from<S: Into<String>>(mut self, rows: impl IntoIterator<Item = S>) -> Self {
        self.from = Some(rows.into_iter().map(Into::into).collect());
        self
    }

    /// What to do about Rust steps.
    pub fn rust_steps(mut self, rust: RustSteps) -> Self {
        self.rust = rust;
        self
    }

    /// Whether it says where it starts. A script that takes revisions back must.
    ///
    /// ```
    /// use migrate_core::database::Offline;
    ///
    /// assert!(Offline::downgrade("head:-1").names_start());
    /// assert!(!Offline::downgrade("-1").names_start());
    /// ```
    pub fn names_start(&self) -> bool {
        self.from.is_some() || self.way.names_start()
    }
}

/// A script for the client of a database.
///
/// Its `Display` is the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Script {
    /// Which client reads it: psql, mysql, mariadb or sqlite3.
    pub dialect: &'static str,
    /// `upgrade`, `downgrade` or `stamp`.
    pub direction: &'static str,
    /// The effective rows that it starts from and checks.
    pub from: Vec<String>,
    /// The target, as it was given.
    pub target: String,
    /// The effective rows that it leads to.
    pub heads: Vec<String>,
    /// The steps, in order.
    pub steps: Vec<ScriptStep>,
    /// The text.
    pub sql: String,
}

/// A step of a [`Script`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScriptStep {
    /// The revision.
    pub revision: String,
    /// Its message.
    pub message: String,
    /// Its file.
    pub file: String,
    /// What is done with it.
    pub action: StepAction,
    /// Whether it is a draft: its text may still change.
    pub draft: bool,
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)
    }
}

impl Migrations {
    /// Writes a run as a script for the client of a database; nothing is connected.
    ///
    /// The same set and the same request give the same text.
    ///
    /// # Errors
    /// When the target cannot be resolved, when a downgrade does not say where it starts, when the set was not built for
    /// `dialect`, and when a section holds what a script cannot do.
    ///
    /// # Examples
    ///
    /// ```
    /// # use migrate_core::model::{Migrations, set::{Settings, pack}};
    /// # use migrate_core::text::DialectSet;
    /// use migrate_core::database::Offline;
    /// use migrate_core::text::Dialect;
    ///
    /// # let packed = pack(&[], DialectSet::one(Dialect::Postgres), &Settings::default());
    /// # let migrations = Migrations::from_packed(packed, None);
    /// let script = migrations.script(Dialect::Postgres, &Offline::upgrade("heads"))?;
    /// assert!(script.sql.contains("\\set ON_ERROR_STOP on"));
    /// # Ok::<_, migrate_core::database::Error>(())
    /// ```
    pub fn script(&self, dialect: Dialect, offline: &Offline) -> Result<Script, Error> {
        if self.serving(dialect)?.is_none() {
            return Err(Error::new(Kind::NotServed {
                dialect,
                configured: self.dialects()?,
            }));
        }
        let course = Course::new(self.set()?.graph(), offline)?;
        let sql = write::write(self, dialect, &course, offline.rust)?;
        let ids = |ids: &[crate::text::RevisionId]| ids.iter().map(ToString::to_string).collect();
        Ok(Script {
            dialect: dialect.name(),
            direction: course.plan.operation.name(),
            from: ids(&course.plan.from),
            target: course.plan.target.clone(),
            heads: ids(&course.plan.heads_after()),
            steps: self.script_steps(&course)?,
            sql,
        })
    }

    fn script_steps(&self, course: &Course) -> Result<Vec<ScriptStep>, Error> {
        let steps = course.plan.steps.iter().map(|step| {
            let entry = self.entry(step.index)?;
            Ok(ScriptStep {
                revision: step.revision.to_string(),
                message: entry.message.to_owned(),
                file: entry.file.to_owned(),
                action: match step.action {
                    Action::Upgrade => StepAction::Upgrade,
                    Action::Downgrade => StepAction::Downgrade,
                    Action::Stamp => StepAction::Stamp,
                    Action::Unstamp => StepAction::Unstamp,
                },
                draft: !entry.locked,
            })
        });
        steps.collect()
    }
}
