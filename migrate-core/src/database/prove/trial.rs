//! SQL that makes one schema out of another, tried on a throw-away database.

use super::generate::{Generated, Part, Sections};
use super::load::SqlFile;
use super::report::{Finding, Verdict};
use super::sections::{impossible, sections};
use super::side::Workshop;
use super::survive::{Kept, Rows, Where, kept};
use super::verify::apart;
use crate::database::error::Error;
use crate::database::target::Database;
use crate::model::autogenerate::{Section, likely_renames, samples};
use crate::model::diff::{Renames, diff};
use crate::model::expand::{Kept as KeptColumn, refill};
use crate::model::render::{Options, Statement, render};
use crate::model::schema::{Schema, compare};
use crate::text::diagnostic::Class;
use crate::text::revision::Direction;

/// The making and the proof, on a database that is at the former schema.
pub(super) struct Trial<'t> {
    pub(super) workshop: &'t Workshop<'t>,
    pub(super) database: &'t Database,
    pub(super) before: &'t Schema,
    pub(super) renames: &'t Renames,
}

/// Under which renames the rows of before and after are the same, on the way up and on the way down.
pub(super) struct Looks {
    pub(super) up: Vec<Renames>,
    pub(super) down: Vec<Renames>,
}

/// What is looked at after the sections of one direction: the rows that are kept, as they are before everything.
struct View {
    direction: Direction,
    kept: Vec<Kept>,
    rows: Rows,
}

/// The sections of the revisions as files, in the order in which they run.
struct Script {
    ups: Vec<SqlFile>,
    downs: Vec<SqlFile>,
}

impl Script {
    /// Those of revisions that stand on each other.
    fn of(revisions: &[Sections]) -> Self {
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
        generated.revisions = revisions(Part::Whole, sections(&changes)?);
        let mut states = vec![self.before.clone()];
        for file in Script::of(&generated.revisions).ups {
            if !self.loaded(&file, generated).await? {
                return Ok(());
            }
            states.push(self.workshop.read(self.database).await?);
        }
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
        self.prove(&states, generated).await?;
        if generated.proof.verdict == Verdict::Passed {
            let same = || vec![self.renames.clone()];
            let looks = Looks {
                up: same(),
                down: same(),
            };
            self.with_rows(&looks, generated).await?;
        }
        Ok(())
    }

    /// Whether what the ups have made is what is wanted; then runs the downs, and looks whether each leaves what was
    /// there before its up: a database may stop between two revisions.
    ///
    /// `states` are the schemas before the first up and behind each.
    pub(super) async fn prove(
        &self,
        states: &[Schema],
        generated: &mut Generated,
    ) -> Result<(), Error> {
        let after = generated.after.clone();
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
        let downs = Script::of(&generated.revisions).downs;
        let count = downs.len();
        for (place, file) in downs.iter().enumerate() {
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
        Ok(())
    }

    /// Loads a section; `false` when it cannot be run, and the proof says why.
    pub(super) async fn loaded(
        &self,
        file: &SqlFile,
        generated: &mut Generated,
    ) -> Result<bool, Error> {
        let failed = self.load(file).await?;
        if let Some(error) = &failed {
            generated.proof.find(Finding::of_error(error));
        }
        Ok(failed.is_none())
    }

    /// Loads a section; returns why it cannot be run, if it cannot.
    async fn load(&self, file: &SqlFile) -> Result<Option<Error>, Error> {
        let one = std::slice::from_ref(file);
        match self.workshop.load(one, self.database).await {
            Ok(()) => Ok(None),
            Err(error) if error.class() == Class::SqlFailed => Ok(Some(error)),
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
    pub(super) async fn with_rows(
        &self,
        looks: &Looks,
        generated: &mut Generated,
    ) -> Result<(), Error> {
        let script = Script::of(&generated.revisions);
        let samples = samples(self.before, &generated.after, self.renames);
        let filled = self.workshop.fill(self.database, &samples).await?;
        generated.rows_unknown = filled.remarks.len();
        generated.remarks.extend(filled.remarks);
        let after = generated.after.clone();
        let mut views = Vec::new();
        for (direction, renames) in [(Direction::Up, &looks.up), (Direction::Down, &looks.down)] {
            for renames in renames {
                let kept = kept(self.before, &after, renames, &filled.tables);
                let rows = self.workshop.rows(self.database, &kept, Kept::before);
                let rows = rows.await?;
                views.push(View {
                    direction,
                    kept,
                    rows,
                });
            }
        }
        for (direction, files) in [
            (Direction::Up, &script.ups),
            (Direction::Down, &script.downs),
        ] {
            let views: Vec<&View> = views
                .iter()
                .filter(|view| view.direction == direction)
                .collect();
            if !self.keeps(direction, files, &views, generated).await? {
                return Ok(());
            }
        }
        generated.rows_kept = views.first().map_or(0, |view| view.kept.len());
        Ok(())
    }

    /// Runs the sections of one direction, and looks whether the rows are as they were; `false` when they cannot be run.
    async fn keeps(
        &self,
        direction: Direction,
        files: &[SqlFile],
        views: &[&View],
        generated: &mut Generated,
    ) -> Result<bool, Error> {
        let mut expected = Vec::new();
        for view in views {
            let values = self.workshop.expected(self.database, &view.kept, direction);
            expected.extend(values.await?);
        }
        for file in files {
            if let Some(error) = self.load(file).await? {
                // What is stricter than it was can only be had when the rows agree: that is for a person to say.
                let said = error.diagnostic().message;
                let said = said.strip_prefix(&format!("{} cannot be loaded: ", file.name));
                let said = said.map_or_else(|| error.to_string(), str::to_owned);
                generated.warnings.push(format!(
                    "the {direction} fails when there are rows that do not fit: {said}"
                ));
                return Ok(false);
            }
        }
        let look = match direction {
            Direction::Up => Kept::after as fn(&Kept) -> Where<'_>,
            Direction::Down => Kept::before,
        };
        for View { kept, rows, .. } in views {
            let found = self.workshop.rows(self.database, kept, look).await?;
            for (table, before) in rows {
                if found.get(table) != Some(before) {
                    generated.proof.find(Finding::new(format!(
                        "the rows of {table} are not the same after the {direction}"
                    )));
                }
            }
        }
        for wrong in self.workshop.unlike(self.database, &expected).await? {
            let found = Finding::new(format!("after the {direction}: {wrong}"));
            generated.proof.find(found);
        }
        Ok(true)
    }
}

/// The revisions of a part with their ups.
pub(super) fn revisions(part: Part, ups: Vec<Section>) -> Vec<Sections> {
    ups.into_iter()
        .map(|up| Sections {
            part,
            up,
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
