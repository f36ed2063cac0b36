//! The revision that makes the desired schema out of what the revisions make, proven before anybody writes it.

use super::load::SqlFile;
use super::report::Proof;
use super::side::Workshop;
use super::trial::Trial;
use super::verify::apart;
use crate::database::error::Error;
use crate::model::Index;
use crate::model::autogenerate::{LikelyRename, Section};
use crate::model::desired::Models;
use crate::model::diff::Renames;
use crate::model::expand::{Kept, keep};
use crate::model::schema::{Difference, Schema, compare};
use crate::text::Dialect;
use crate::text::diagnostic::Class;

/// What a revision is generated from.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Desired {
    /// The files that make the schema that is wanted, with `-- was:` hints.
    pub files: Vec<SqlFile>,
    /// The models that make it, before the files.
    pub models: Option<Models>,
    /// Renames besides those of the hints.
    pub renames: Renames,
    /// In how many steps.
    pub way: Way,
}

/// In how many steps a schema becomes another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Way {
    /// In one, and what takes long online in a second.
    #[default]
    AtOnce,
    /// Columns that get another name or type come beside the old ones, which are kept for the older release: expand,
    /// backfill, switch.
    Expand,
    /// What is kept goes: the columns named here as `table.column`, or all.
    Contract(Vec<String>),
}

impl Desired {
    /// The schema that these files make.
    pub fn files(files: Vec<SqlFile>) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    /// The schema that these models want, with what they say of renames.
    pub fn models(models: Models) -> Self {
        Self {
            models: Some(models),
            ..Self::default()
        }
    }
}

/// What makes the desired schema.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Generated {
    /// The dialect of the SQL: MariaDB is told from MySQL.
    pub dialect: Dialect,
    /// What differs between what the revisions make and what is wanted; nothing where there is nothing to do.
    pub differences: Vec<Difference>,
    /// What is done about it, in words: `rename column users.mail to email`.
    pub operations: Vec<String>,
    /// What differs and makes no difference.
    pub remarks: Vec<String>,
    /// The sections of one revision, or of two that stand on each other.
    pub revisions: Vec<Sections>,
    /// What looks like a rename and was not said to be one.
    pub likely: Vec<LikelyRename>,
    /// What is not wrong and needs a look.
    pub warnings: Vec<String>,
    /// Whether it does what it should.
    pub proof: Proof,
    /// The tables whose sample rows were the same after the up and after the down.
    pub rows_kept: usize,
    /// The tables that the change leaves and for which no sample row could be made: nothing is proven of their rows.
    pub rows_unknown: usize,
    /// What is kept for an older release once this is done.
    pub kept: Vec<Kept>,
    /// The schema that is wanted, with what is kept.
    pub after: Schema,
}

impl Generated {
    /// What data the upgrade takes away.
    pub fn loses(&self) -> impl Iterator<Item = &str> {
        once_each(self.revisions.iter().flat_map(|it| &it.up.loses)).into_iter()
    }
}

/// Each of the texts once, where it stands first.
pub(super) fn once_each<'s>(all: impl Iterator<Item = &'s String>) -> Vec<&'s str> {
    let mut seen: Vec<&str> = Vec::new();
    for text in all {
        if !seen.contains(&text.as_str()) {
            seen.push(text);
        }
    }
    seen
}

/// Both sections of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sections {
    /// What the revision is a part of.
    pub part: Part,
    /// To the desired schema.
    pub up: Section,
    /// And back.
    pub down: Section,
}

/// What a generated revision is a part of. A part is one revision, or two where something takes long online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// It stands for itself.
    Whole,
    /// The new columns come beside the old ones.
    Expand,
    /// They are filled.
    Backfill,
    /// They are what counts, and the old ones are kept.
    Switch,
}

impl Part {
    /// What is added to the message of a revision.
    pub const fn title(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Expand => Some("expand"),
            Self::Backfill => Some("backfill"),
            Self::Switch => Some("switch"),
        }
    }
}

impl Workshop<'_> {
    /// What makes the desired schema out of what `on` and everything below make, proven on throw-away databases: after
    /// the up there is no difference to the desired schema, after the down none to the former one, and rows in the
    /// tables survive both.
    ///
    /// [`Generated::proof`] says when that is not so; nothing must be written then.
    ///
    /// # Errors
    /// When a database cannot be made, the revisions cannot be run, a file cannot be loaded, a hint or a rename names
    /// nothing, or the database has no way to make a change.
    pub async fn generate(&self, on: &[Index], desired: &Desired) -> Result<Generated, Error> {
        let start = self.at(on).await?;
        let before = self.read(&start).await?;
        let target = self.scratch.database().await?;
        let files = self.files(desired)?;
        self.load(&files, &target).await?;
        let mut after = self.read(&target).await?;
        self.scratch.done_with(&target).await?;
        let renames = self.renames(&desired.renames, &files, &before, &after)?;
        let mut goes = Vec::new();
        let kept = match &desired.way {
            Way::Contract(columns) => {
                goes = going(&before, &after, columns)?;
                keep(&before, &mut after, |kept| !goes.contains(kept))
            }
            Way::AtOnce | Way::Expand => keep(&before, &mut after, |_| true),
        };
        let (order, differences) = apart(compare(&before, &after));
        let mut generated = Generated {
            dialect: after.dialect,
            remarks: order.iter().map(ToString::to_string).collect(),
            differences,
            operations: Vec::new(),
            revisions: Vec::new(),
            likely: Vec::new(),
            warnings: Vec::new(),
            proof: Proof::new("autogenerate"),
            rows_kept: 0,
            rows_unknown: 0,
            kept,
            after,
        };
        if !generated.differences.is_empty() {
            let trial = Trial {
                workshop: self,
                database: &start,
                before: &before,
                renames: &renames,
            };
            match desired.way {
                Way::AtOnce | Way::Contract(_) => trial.at_once(&goes, &mut generated).await?,
                Way::Expand => trial.expand(&mut generated).await?,
            }
        }
        self.scratch.done_with(&start).await?;
        Ok(generated)
    }

    /// The files that make the desired schema.
    fn files(&self, desired: &Desired) -> Result<Vec<SqlFile>, Error> {
        let models = desired.models.iter().map(|it| self.script(it));
        let files = desired.files.iter().cloned().map(Ok);
        models.chain(files).collect()
    }
}

/// What a contract lets go.
///
/// # Errors
/// When nothing is kept, when nothing is kept by one of the names, or when something else differs too.
fn going(before: &Schema, wanted: &Schema, columns: &[String]) -> Result<Vec<Kept>, Error> {
    let mut with_kept = wanted.clone();
    let mut kept = keep(before, &mut with_kept, |_| true);
    let names: Vec<String> = kept.iter().map(Kept::column).collect();
    if kept.is_empty() {
        return Err(Error::with_help(
            Class::Config,
            "nothing is kept for an older release: there is nothing to contract".to_owned(),
            "`revision --autogenerate --expand-contract` writes what keeps a column for it",
        ));
    }
    if let Some(unknown) = columns.iter().find(|it| !names.contains(it)) {
        return Err(Error::with_help(
            Class::Config,
            format!("`{unknown}` is not kept for an older release"),
            format!("these are: {}", names.join(", ")),
        ));
    }
    let (_, others) = apart(compare(before, &with_kept));
    if let Some(first) = others.first() {
        return Err(Error::with_help(
            Class::Config,
            format!("the desired schema differs in more than what is kept: {first}"),
            "write that first: `migrate-cli revision --autogenerate -m TEXT`; then the contract",
        ));
    }
    kept.retain(|it| columns.is_empty() || columns.contains(&it.column()));
    Ok(kept)
}
