//! The revisions that are written: what was generated for each database, put together in one file for all of them.

use std::collections::BTreeSet;

use migrate_core::database::{Generated, Part, Sections};
use migrate_core::model::autogenerate::Section;
use migrate_core::project::write::{NewRevision, NewSection};
use migrate_core::text::revision::Direction;
use migrate_core::text::{Dialect, DialectSet};

use super::outcome::{Outcome, Proposed, ProposedSection};
use crate::commands::scratch::called;
use crate::context::Context;
use crate::failure::Failure;

/// The revisions as they are written: what was ordered is the first.
pub(super) fn series(outcome: &Outcome, new: NewRevision) -> Vec<NewRevision> {
    let mut first = Some(new);
    let revision = |proposed: &Proposed| NewRevision {
        id: proposed.id.clone(),
        message: proposed.message.clone(),
        sections: proposed.sections.iter().map(|it| it.new.clone()).collect(),
        ..first.take().unwrap_or_default()
    };
    outcome.revisions.iter().map(revision).collect()
}

/// The revisions with a section for each database. Where several have to do something in different stages, each has
/// its own first and second.
pub(super) fn assemble(
    generated: &[Generated],
    new: &NewRevision,
    context: &Context,
) -> Result<Vec<Proposed>, Failure> {
    let configured = context.source.dialects()?;
    let several = generated.len() > 1;
    let parts: BTreeSet<Part> = generated
        .iter()
        .flat_map(|it| it.revisions.iter().map(|revision| revision.part))
        .collect();
    let mut all = Vec::new();
    for part in parts {
        let revisions = |it: &Generated| -> Vec<Sections> {
            let of_part = it.revisions.iter().filter(|it| it.part == part);
            of_part.cloned().collect()
        };
        let count = generated.iter().map(|it| revisions(it).len()).max();
        for place in 0..count.unwrap_or(0) {
            let mut sections = Vec::new();
            for direction in Direction::ALL {
                for one in generated {
                    let dialects = if several {
                        DialectSet::one(called(one.dialect, configured))
                    } else {
                        DialectSet::EMPTY
                    };
                    let of_part = revisions(one);
                    let warnings: &[String] = match all.len() {
                        0 => &one.warnings,
                        _ => &[],
                    };
                    sections.push(section(of_part.get(place), warnings, direction, dialects));
                }
            }
            let mut message = new.message.clone();
            if let Some(title) = part.title() {
                message.push_str(&format!(": {title}"));
            }
            if place > 0 {
                message.push_str(" (online part)");
            }
            all.push(Proposed {
                id: id_of(new.id.as_deref(), all.len()),
                message,
                sections,
            });
        }
    }
    Ok(all)
}

/// The id of a revision behind the first one: `5cd0_2` behind `5cd0`, where that was asked for.
fn id_of(first: Option<&str>, place: usize) -> Option<String> {
    match place {
        0 => first.map(str::to_owned),
        _ => first.map(|first| format!("{first}_{}", place + 1)),
    }
}

fn section(
    revision: Option<&Sections>,
    warnings: &[String],
    direction: Direction,
    dialects: DialectSet,
) -> ProposedSection {
    let empty = Section::of(&[]);
    let found = revision.map(|Sections { up, down, .. }| match direction {
        Direction::Up => up,
        Direction::Down => down,
    });
    let found = found.unwrap_or(&empty);
    let mut text = String::new();
    if direction == Direction::Up {
        for warning in warnings {
            let first = warning.lines().next().unwrap_or_default();
            text.push_str(&format!("-- needs a look: {first}\n"));
        }
    }
    text.push_str(&found.text);
    if found.is_empty() {
        text.push_str("-- migrate:empty nothing to do here\n");
    }
    ProposedSection {
        direction: direction.name(),
        dialects: dialects.iter().map(Dialect::name).collect(),
        transactional: found.transactional,
        sql: text.clone(),
        new: NewSection {
            direction,
            dialects,
            text,
            transactional: found.transactional,
        },
    }
}
