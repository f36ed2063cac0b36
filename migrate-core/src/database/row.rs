//! The row of a revision as its files have it: the same for a run and for a script.

use super::error::Error;
use super::section::recorded;
use super::state::{Compatible, Journal, Origin, Record, State};
use super::who::TOOL;
use crate::model::{Action, Migrations, Step};
use crate::text::Dialect;
use crate::text::diagnostic::Class;
use crate::text::revision::Direction;

/// The row of a revision of the set that has been applied or stamped, and the down section recorded with it.
pub(crate) fn applied(
    migrations: &Migrations,
    step: &Step,
    dialect: Dialect,
    who: &str,
) -> Result<(Record, Option<String>), Error> {
    let set = migrations.set()?;
    let index = set.graph().index(step.revision.as_str()).ok_or_else(|| {
        Error::plain(
            Class::UnknownRevision,
            format!("there is no file of revision {}", step.revision),
        )
    })?;
    let graph = set.graph();
    let entry = migrations.entry(index)?;
    let chain = set.chain(index, dialect).ok_or_else(|| {
        Error::plain(
            Class::Config,
            format!("the migrations were not checked for {dialect}"),
        )
    })?;
    let down = migrations.section(index, Direction::Down, dialect)?;
    let record = Record {
        revision: step.revision.clone(),
        parents: graph.ids(graph.parents(index)),
        depends_on: graph.ids(graph.dependencies(index)),
        message: entry.message.to_owned(),
        digest: set.digest(index, Direction::Up, dialect),
        down_digest: set.digest(index, Direction::Down, dialect),
        chain,
        is_head: step.heads_after.gained().any(|id| *id == step.revision),
        state: State::Applied,
        origin: if step.action == Action::Stamp {
            Origin::Stamp
        } else {
            Origin::Run
        },
        journal: Journal::default(),
        compatible: if entry.breaking.is_some() {
            Compatible::No
        } else {
            Compatible::Unknown
        },
        started_at: None,
        finished_at: None,
        duration_us: None,
        who: who.to_owned(),
        tool: TOOL.to_owned(),
        error: None,
    };
    Ok((record, down.as_ref().map(recorded)))
}
