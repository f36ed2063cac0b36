//! The revision that makes the desired schema out of what the revisions make, proven before anybody writes it.

use super::load::SqlFile;
use super::report::{Finding, Proof, Verdict};
use super::sections::{impossible, sections};
use super::side::Workshop;
use super::survive::{Kept, kept};
use super::verify::apart;
use crate::database::error::Error;
use crate::database::target::Database;
use crate::model::Index;
use crate::model::autogenerate::{LikelyRename, Section, likely_renames, samples};
use crate::model::desired::Models;
use crate::model::diff::{Renames, diff};
use crate::model::render::{Options, render};
use crate::model::schema::{Difference, Schema, compare};
use crate::text::Dialect;
use crate::text::diagnostic::Class;
use crate::text::revision::Direction;

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
    /// The schema that is wanted.
    pub after: Schema,
}

impl Generated {
    /// What data the upgrade takes away.
    pub fn loses(&self) -> impl Iterator<Item = &str> {
        let mut seen: Vec<&str> = Vec::new();
        for revision in &self.revisions {
            for what in &revision.up.loses {
                if !seen.contains(&what.as_str()) {
                    seen.push(what);
                }
            }
        }
        seen.into_iter()
    }
}

/// Both sections of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sections {
    /// To the desired schema.
    pub up: Section,
    /// And back.
    pub down: Section,
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
        let after = self.read(&target).await?;
        self.scratch.done_with(&target).await?;
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
            after,
        };
        if !generated.differences.is_empty() {
            let renames = self.renames(&desired.renames, &files, &before, &generated.after)?;
            let trial = Trial {
                workshop: self,
                database: &start,
                before: &before,
                renames: &renames,
            };
            trial.run(&mut generated).await?;
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

/// The making and the proof, on a database that is at the former schema.
struct Trial<'t> {
    workshop: &'t Workshop<'t>,
    database: &'t Database,
    before: &'t Schema,
    renames: &'t Renames,
}

/// The sections of the revisions as files, in the order in which they run.
struct Script {
    ups: Vec<SqlFile>,
    downs: Vec<SqlFile>,
}

impl Trial<'_> {
    async fn run(&self, generated: &mut Generated) -> Result<(), Error> {
        let after = generated.after.clone();
        let changes = diff(self.before, &after, self.renames);
        generated.operations = changes.operations.iter().map(ToString::to_string).collect();
        generated.likely = likely_renames(&changes);
        let ups = sections(&changes)?;
        let mut script = Script {
            ups: files("up", &ups),
            downs: Vec::new(),
        };
        // The schema after each up, beginning with the former one.
        let mut states = vec![self.before.clone()];
        for file in &script.ups {
            if !self.loaded(file, generated).await? {
                self.keep(generated, ups, Vec::new());
                return Ok(());
            }
            states.push(self.workshop.read(self.database).await?);
        }
        let mut downs = Vec::new();
        for (place, pair) in states.windows(2).enumerate() {
            // Names change in the first revision only.
            let renames = if place == 0 {
                self.renames.reversed()
            } else {
                Renames::default()
            };
            let back = diff(&pair[1], &pair[0], &renames);
            let statements = render(&back, &Options::PLAIN).map_err(impossible)?;
            downs.push(Section::of(&statements));
        }
        script.downs = files("down", &downs);
        script.downs.reverse();
        self.keep(generated, ups, downs);
        if let Some(found) = states.last() {
            self.is(found, &after, "up", generated);
            let again = diff(found, &after, &Renames::default());
            if generated.proof.verdict == Verdict::Passed && !again.is_empty() {
                let steps: Vec<String> = again.operations.iter().map(ToString::to_string).collect();
                generated.proof.find(Finding::new(format!(
                    "after the up there is still something to do: {}",
                    steps.join(", ")
                )));
            }
        }
        // Each down leaves what was there before its up: a database may stop between two revisions.
        let count = script.downs.len();
        for (place, file) in script.downs.iter().enumerate() {
            if !self.loaded(file, generated).await? {
                return Ok(());
            }
            let back = self.workshop.read(self.database).await?;
            let revision = count - place;
            let section = match count {
                1 => "down".to_owned(),
                _ => format!("down of revision {revision}"),
            };
            let order = self.is(&back, &states[revision - 1], &section, generated);
            generated.remarks.extend(order);
        }
        if generated.proof.verdict == Verdict::Passed {
            self.with_rows(&script, &after, generated).await?;
        }
        Ok(())
    }

    fn keep(&self, generated: &mut Generated, ups: Vec<Section>, downs: Vec<Section>) {
        let mut downs = downs.into_iter();
        generated.revisions = ups
            .into_iter()
            .map(|up| Sections {
                up,
                down: downs.next().unwrap_or_default(),
            })
            .collect();
    }

    /// Loads a section; `false` when it cannot be run.
    async fn loaded(&self, file: &SqlFile, generated: &mut Generated) -> Result<bool, Error> {
        let one = std::slice::from_ref(file);
        match self.workshop.load(one, self.database).await {
            Ok(()) => Ok(true),
            Err(error) if error.class() == Class::SqlFailed => {
                generated.proof.find(Finding::of_error(&error));
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Compares what a section has made with what it should have made; returns what makes no difference.
    fn is(
        &self,
        found: &Schema,
        wanted: &Schema,
        section: &str,
        generated: &mut Generated,
    ) -> Vec<String> {
        let (order, differences) = apart(compare(wanted, found));
        for difference in differences {
            generated.proof.find(Finding::of_difference(
                difference,
                &format!("is there after the {section} and should not be"),
                &format!("is missing after the {section}"),
                &format!("is not as it should be after the {section}"),
            ));
        }
        let told = |difference| format!("after the {section}: {difference}");
        order.iter().map(told).collect()
    }

    /// The same once more, with rows in the tables.
    async fn with_rows(
        &self,
        script: &Script,
        after: &Schema,
        generated: &mut Generated,
    ) -> Result<(), Error> {
        let samples = samples(self.before, after, self.renames);
        let filled = self.workshop.fill(self.database, &samples).await?;
        generated.rows_unknown = filled.remarks.len();
        generated.remarks.extend(filled.remarks);
        let kept: Vec<Kept> = kept(self.before, after, self.renames, &filled.tables);
        let rows = self
            .workshop
            .rows(self.database, &kept, Kept::before)
            .await?;
        for direction in Direction::ALL {
            let files = match direction {
                Direction::Up => &script.ups,
                Direction::Down => &script.downs,
            };
            let expected = self
                .workshop
                .expected(self.database, &kept, direction)
                .await?;
            for file in files {
                let one = std::slice::from_ref(file);
                if let Err(error) = self.workshop.load(one, self.database).await {
                    if error.class() != Class::SqlFailed {
                        return Err(error);
                    }
                    // What is stricter than it was can only be had when the rows agree: that is for a person to say.
                    let said = error.diagnostic().message;
                    let said = said.strip_prefix(&format!("{} cannot be loaded: ", file.name));
                    let said = said.map_or_else(|| error.to_string(), str::to_owned);
                    generated.warnings.push(format!(
                        "the {direction} fails when there are rows that do not fit: {said}"
                    ));
                    return Ok(());
                }
            }
            let look = match direction {
                Direction::Up => Kept::after,
                Direction::Down => Kept::before,
            };
            let found = self.workshop.rows(self.database, &kept, look).await?;
            for (table, before) in &rows {
                if found.get(table) != Some(before) {
                    generated.proof.find(Finding::new(format!(
                        "the rows of {table} are not the same after the {direction}"
                    )));
                }
            }
            for wrong in self.workshop.unlike(self.database, &expected).await? {
                let found = Finding::new(format!("after the {direction}: {wrong}"));
                generated.proof.find(found);
            }
        }
        generated.rows_kept = rows.len();
        Ok(())
    }
}

fn files(way: &str, sections: &[Section]) -> Vec<SqlFile> {
    let name = |place: usize| match sections.len() {
        1 => format!("the {way} section"),
        _ => format!("the {way} section of revision {}", place + 1),
    };
    sections
        .iter()
        .enumerate()
        .map(|(place, section)| SqlFile {
            name: name(place),
            text: section.text.clone(),
        })
        .collect()
}
