//! SQL that makes one schema out of another, tried on a throw-away database.

use super::generate::{Generated, Part, Sections};
use super::load::SqlFile;
use super::report::{Finding, Verdict};
use super::side::Workshop;
use super::survive::{Kept, kept};
use super::verify::apart;
use crate::database::error::Error;
use crate::database::target::Database;
use crate::model::autogenerate::{Section, likely_renames, samples};
use crate::model::diff::{Renames, diff};
use crate::model::expand::{Kept as KeptColumn, refill};
use crate::model::render::{Options, RenderError, Stage, Statement, render};
use crate::model::schema::{Schema, compare};
use crate::text::diagnostic::Class;

/// The making and the proof, on a database that is at the former schema.
pub(super) struct Trial<'t> {
    pub(super) workshop: &'t Workshop<'t>,
    pub(super) database: &'t Database,
    pub(super) before: &'t Schema,
    pub(super) renames: &'t Renames,
}

/// The sections of the revisions as files, in the order in which they run.
pub(super) struct Script {
    pub(super) ups: Vec<SqlFile>,
    pub(super) downs: Vec<SqlFile>,
}

impl Script {
    /// Those of revisions that stand on each other.
    pub(super) fn of(revisions: &[Sections]) -> Self {
        let ups: Vec<&Section> = revisions.iter().map(|it| &it.up).collect();
        let downs: Vec<&Section> = revisions.iter().map(|it| &it.down).collect();
        let mut downs = files("down", &downs);
        downs.reverse();
        Self {
            ups: files("up", &ups),
            downs,
        }
    }
}

impl Trial<'_> {
    /// All of it in one revision, and what takes long online in a second. What `goes` is filled again by the down.
    pub(super) async fn at_once(
        &self,
        goes: &[KeptColumn],
        generated: &mut Generated,
    ) -> Result<(), Error> {
        let after = generated.after.clone();
        let changes = diff(self.before, &after, self.renames);
        generated.operations = changes.operations.iter().map(ToString::to_string).collect();
        generated.likely = likely_renames(&changes);
        let statements = render(&changes, &Options::default()).map_err(impossible)?;
        generated.revisions = in_stages(Part::Whole, statements);
        let Some(mut states) = self.states(generated).await? else {
            return Ok(());
        };
        states.insert(0, self.before.clone());
        for (place, pair) in states.windows(2).enumerate() {
            // Names change in the first revision only.
            let renames = if place == 0 {
                self.renames.reversed()
            } else {
                Renames::default()
            };
            let mut statements = back(&pair[1], &pair[0], &renames)?;
            if place == 0 {
                goes.iter()
                    .for_each(|it| refill(&pair[0], it, &mut statements));
            }
            generated.revisions[place].down = Section::of(&statements);
        }
        self.prove(states.last(), generated).await?;
        if generated.proof.verdict == Verdict::Passed {
            let script = Script::of(&generated.revisions);
            let views = std::slice::from_ref(self.renames);
            self.with_rows(&script, views, generated).await?;
        }
        Ok(())
    }

    /// Runs the ups and reads the schema behind each; `None` when one of them cannot be run.
    async fn states(&self, generated: &mut Generated) -> Result<Option<Vec<Schema>>, Error> {
        let mut states = Vec::new();
        for file in Script::of(&generated.revisions).ups {
            if !self.loaded(&file, generated).await? {
                return Ok(None);
            }
            states.push(self.workshop.read(self.database).await?);
        }
        Ok(Some(states))
    }

    /// Whether what the ups have made is what is wanted; then runs the downs, and whether that is what was there.
    pub(super) async fn prove(
        &self,
        made: Option<&Schema>,
        generated: &mut Generated,
    ) -> Result<(), Error> {
        let after = generated.after.clone();
        if let Some(found) = made {
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
        for file in Script::of(&generated.revisions).downs {
            if !self.loaded(&file, generated).await? {
                return Ok(());
            }
        }
        let back = self.workshop.read(self.database).await?;
        self.is(&back, self.before, "down", generated);
        Ok(())
    }

    /// Loads a section; `false` when it cannot be run.
    pub(super) async fn loaded(
        &self,
        file: &SqlFile,
        generated: &mut Generated,
    ) -> Result<bool, Error> {
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

    /// Compares what a section has made with what it should have made.
    fn is(&self, found: &Schema, wanted: &Schema, section: &str, generated: &mut Generated) {
        let (order, differences) = apart(compare(wanted, found));
        generated.remarks.extend(
            order
                .iter()
                .map(|difference| format!("after the {section}: {difference}"))
                .filter(|_| section == "down"),
        );
        for difference in differences {
            generated.proof.find(Finding::of_difference(
                difference,
                &format!("is there after the {section} and should not be"),
                &format!("is missing after the {section}"),
                &format!("is not as it should be after the {section}"),
            ));
        }
    }

    /// The same once more, with rows in the tables, which are looked at under each of the renames.
    pub(super) async fn with_rows(
        &self,
        script: &Script,
        views: &[Renames],
        generated: &mut Generated,
    ) -> Result<(), Error> {
        let after = &generated.after;
        let samples = samples(self.before, after, self.renames);
        let filled = self.workshop.fill(self.database, &samples).await?;
        generated.rows_unknown = filled.remarks.len();
        generated.remarks.extend(filled.remarks);
        let kept = |renames| kept(self.before, after, renames, &filled.tables);
        let views: Vec<Vec<Kept>> = views.iter().map(kept).collect();
        let mut rows = Vec::new();
        for kept in &views {
            let found = self.workshop.rows(self.database, kept, Kept::before);
            rows.push(found.await?);
        }
        for (way, files) in [("up", &script.ups), ("down", &script.downs)] {
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
                        "the {way} fails when there are rows that do not fit: {said}"
                    ));
                    return Ok(());
                }
            }
            let look = if way == "up" {
                Kept::after
            } else {
                Kept::before
            };
            for (kept, rows) in views.iter().zip(&rows) {
                let found = self.workshop.rows(self.database, kept, look).await?;
                for (table, before) in rows {
                    if found.get(table) != Some(before) {
                        generated.proof.find(Finding::new(format!(
                            "the rows of {table} are not the same after the {way}"
                        )));
                    }
                }
            }
        }
        generated.rows_kept = rows.first().map_or(0, |rows| rows.len());
        Ok(())
    }
}

/// The revisions of a part with their ups: what takes long online in one of its own.
pub(super) fn in_stages(part: Part, statements: Vec<Statement>) -> Vec<Sections> {
    let (second, first): (Vec<_>, Vec<_>) = statements
        .into_iter()
        .partition(|statement| statement.stage == Stage::Second);
    [first, second]
        .iter()
        .filter(|statements| !statements.is_empty())
        .map(|statements| Sections {
            part,
            up: Section::of(statements),
            down: Section::default(),
        })
        .collect()
}

/// What makes the former schema out of the later one.
pub(super) fn back(
    later: &Schema,
    former: &Schema,
    renames: &Renames,
) -> Result<Vec<Statement>, Error> {
    render(&diff(later, former, renames), &Options::PLAIN).map_err(impossible)
}

fn files(way: &str, sections: &[&Section]) -> Vec<SqlFile> {
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

pub(super) fn impossible(error: RenderError) -> Error {
    let message = format!("{}: {}", error.object, error.message);
    Error::with_help(Class::Config, message, error.help)
}
