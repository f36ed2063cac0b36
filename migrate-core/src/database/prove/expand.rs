//! The revisions that change a column while the older release goes on: expand, backfill, switch.

use super::generate::{Generated, Part, Sections, once_each};
use super::load::SqlFile;
use super::report::Verdict;
use super::sections::{impossible, in_stages};
use super::trial::{Looks, Trial, back, revisions};
use crate::database::error::Error;
use crate::model::autogenerate::Section;
use crate::model::diff::{Operation, Renames, diff};
use crate::model::expand::{
    Bridge, Swap, backfill, bridges, expanded, held, keep, swap, swap_back,
};
use crate::model::render::{Options, Statement, render};
use crate::model::schema::Schema;
use crate::text::diagnostic::Class;

impl Trial<'_> {
    /// The columns that change come beside the old ones, are filled, and take their place; the old ones are kept.
    pub(super) async fn expand(&self, generated: &mut Generated) -> Result<(), Error> {
        let wanted = generated.after.clone();
        let bridges = bridges(self.before, &wanted, self.renames).map_err(impossible)?;
        generated.operations = bridges.iter().map(ToString::to_string).collect();
        generated.operations.extend(self.others(&wanted, &bridges));

        let model = expanded(self.before, &wanted, &bridges);
        let statements = written(self.before, &model, &Renames::default())?;
        let up = Section::of(&statements).under(&intro(Part::Expand, &bridges));
        if !self.try_out(&up, generated).await? {
            return Ok(());
        }
        let expanded = self.workshop.read(self.database).await?;
        let down = back(&expanded, self.before, &Renames::default())?;
        generated.revisions.push(Sections {
            part: Part::Expand,
            up,
            down: Section::of(&down),
        });

        let up = Section {
            text: backfill(&expanded, &bridges),
            transactional: false,
            loses: Vec::new(),
        };
        if !self.try_out(&up, generated).await? {
            return Ok(());
        }
        generated.revisions.push(Sections {
            part: Part::Backfill,
            up: up.under(&intro(Part::Backfill, &bridges)),
            down: Section::of(&[]),
        });

        // The backfill changes rows alone.
        let mut states = vec![self.before.clone(), expanded.clone(), expanded.clone()];
        match self.switch(&expanded, &bridges, generated).await? {
            Some(switched) => states.extend(switched),
            None => return Ok(()),
        }
        self.prove(&states, generated).await?;
        if generated.proof.verdict == Verdict::Passed {
            let mut kept = Renames::default();
            for bridge in bridges.iter().filter(|it| it.swaps()) {
                kept.column(bridge.table.clone(), &bridge.old.name, &bridge.from_switch);
            }
            // As the new columns have them, and as the old ones have kept them and give them back.
            let looks = Looks {
                up: vec![self.renames.clone(), kept.clone()],
                down: vec![kept],
            };
            self.with_rows(&looks, generated).await?;
        }
        Ok(())
    }

    /// What changes besides, which comes with the switch.
    fn others(&self, wanted: &Schema, bridges: &[Bridge]) -> Vec<String> {
        let is_bridged = |operation: &Operation<'_>| {
            let id = operation.item().id();
            let bridge = |it: &Bridge| id == it.new.id(&it.table);
            bridges.iter().any(bridge)
        };
        diff(self.before, wanted, self.renames)
            .operations
            .iter()
            .filter(|it| !is_bridged(it))
            .map(ToString::to_string)
            .collect()
    }

    /// The new columns take the place of the old ones; returns the schemas behind each revision of it.
    async fn switch(
        &self,
        expanded: &Schema,
        bridges: &[Bridge],
        generated: &mut Generated,
    ) -> Result<Option<Vec<Schema>>, Error> {
        let mut statements = swap_statements(swap(expanded, bridges), expanded)?;
        let mut swapped = expanded.clone();
        if !statements.is_empty() {
            if !self.try_out(&Section::of(&statements), generated).await? {
                return Ok(None);
            }
            swapped = self.workshop.read(self.database).await?;
        }
        let held = held(&swapped, &generated.after, bridges);
        generated.kept = keep(&held, &mut generated.after, |_| true);
        let rest = written(&swapped, &generated.after, &Renames::default())?;
        let stages = in_stages(rest.clone());
        statements.extend(rest);
        self.refuse_losses(&statements)?;

        let mut revisions = revisions(Part::Switch, in_stages(statements));
        // The swap belongs to the first revision, and is all of it when the rest takes long online.
        let is_swap_alone = revisions.len() > stages.len();
        let mut stages = stages.into_iter();
        let mut states: Vec<Schema> = Vec::new();
        for (place, revision) in revisions.iter_mut().enumerate() {
            let before = states.last().unwrap_or(&swapped);
            let mut down = Vec::new();
            let mut made = before.clone();
            if !(place == 0 && is_swap_alone)
                && let Some(stage) = stages.next()
            {
                if !self.try_out(&stage, generated).await? {
                    return Ok(None);
                }
                made = self.workshop.read(self.database).await?;
                down = back(&made, before, &Renames::default())?;
            }
            if place == 0 {
                down.extend(swap_statements(swap_back(&swapped, bridges), &swapped)?);
                revision.up = std::mem::take(&mut revision.up).under(&intro(Part::Switch, bridges));
            }
            revision.down = Section::of(&down);
            states.push(made);
        }
        generated.revisions.extend(revisions);
        Ok(Some(states))
    }

    /// Runs a section; `false` when it cannot be run, and the proof says why.
    async fn try_out(&self, section: &Section, generated: &mut Generated) -> Result<bool, Error> {
        let file = SqlFile {
            name: "the up section".to_owned(),
            text: section.text.clone(),
        };
        self.loaded(&file, generated).await
    }

    /// The older release needs what is there: nothing may go that is not kept.
    fn refuse_losses(&self, statements: &[Statement]) -> Result<(), Error> {
        let loses = once_each(statements.iter().flat_map(|it| &it.loses));
        if loses.is_empty() {
            return Ok(());
        }
        Err(Error::with_help(
            Class::Config,
            format!(
                "`--expand-contract` keeps what the older release needs, and this would go: {}",
                loses.join(", ")
            ),
            "leave it in the desired schema for now, and take it out when no release uses it any more",
        ))
    }
}

fn written(before: &Schema, after: &Schema, renames: &Renames) -> Result<Vec<Statement>, Error> {
    render(&diff(before, after, renames), &Options::default()).map_err(impossible)
}

/// The statements of a swap, if there is one.
fn swap_statements(swap: Option<Swap>, before: &Schema) -> Result<Vec<Statement>, Error> {
    let Some(swap) = swap else {
        return Ok(Vec::new());
    };
    let mut statements = written(before, &swap.schema, &swap.renames)?;
    statements.extend(swap.statements.into_iter().map(Statement::new));
    Ok(statements)
}

/// What stands above the SQL of a part.
fn intro(part: Part, bridges: &[Bridge]) -> Vec<String> {
    let mut lines = Vec::new();
    for bridge in bridges {
        let Bridge {
            table,
            old,
            new,
            until_switch,
            from_switch,
            ..
        } = bridge;
        match part {
            Part::Expand => {
                lines.push(format!(
                    "{bridge}: triggers write to {table}.{until_switch} what is written to {table}.{}, and back",
                    old.name
                ));
                if old.data_type != new.data_type {
                    lines.push(format!(
                        "a value of {table}.{until_switch} that is none of {} cannot be written back: the write fails",
                        old.data_type
                    ));
                }
            }
            Part::Backfill => lines.push(format!("{bridge}: the rows from before")),
            _ => {
                lines.push(format!(
                    "{bridge}; {table}.{from_switch} is kept for the older release"
                ));
                if bridge.swaps() {
                    lines.push(format!(
                        "the older release finds {} in {table}.{} from here on: it has to be able to read that",
                        new.data_type, new.name
                    ));
                }
            }
        }
    }
    if part == Part::Switch {
        lines.push(
            "to drop what is kept, in a later release: `migrate-cli revision --contract -m TEXT`"
                .to_owned(),
        );
    }
    lines
}
