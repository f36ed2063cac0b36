//! From a target to steps.

use super::rows::follow;
use super::{Action, Applied, Operation, Plan, Purge, Target};
use crate::model::graph::{Graph, Index, IndexSet};
use crate::model::spec::{
    Branch, Offset, Spec, SpecError, Symbol, branch, first_step, resolve, starts, walk_down,
    walk_up,
};
use crate::text::diagnostic::Class;

/// What has to be done to bring a database that has `applied` to `target`.
///
/// ```
/// use migrate_core::model::graph::{Graph, Node};
/// use migrate_core::model::{Applied, Target, plan};
///
/// let node = |id: &str, down: &[&str]| Node {
///     id: id.parse().expect("an id"),
///     down_revision: down.iter().map(|id| id.parse().expect("an id")).collect(),
///     depends_on: vec![],
///     labels: vec![],
/// };
/// let graph = Graph::new(vec![node("a", &[]), node("b", &["a"])]).expect("a sound set");
/// let plan = plan(&graph, &Applied::none(&graph), &Target::Upgrade("head".parse()?))?;
/// let steps: Vec<String> = plan.steps.iter().map(|step| step.revision.to_string()).collect();
/// assert_eq!(steps, ["a", "b"]);
/// # Ok::<_, migrate_core::model::SpecError>(())
/// ```
///
/// # Errors
/// [`SpecError`] when the target cannot be resolved or is not one that can be reached this way.
pub fn plan(graph: &Graph, applied: &Applied, target: &Target) -> Result<Plan, SpecError> {
    let (operation, actions) = match target {
        Target::Upgrade(spec) => (
            Operation::Upgrade,
            upgrade(graph, applied, &upgrade_targets(graph, applied, spec)?),
        ),
        Target::AllHeads => (
            Operation::Upgrade,
            upgrade(graph, applied, &graph.effective_heads()),
        ),
        Target::Fill => (
            Operation::Upgrade,
            upgrade(graph, applied, &applied.rows(graph)),
        ),
        Target::Downgrade(spec) => (Operation::Downgrade, downgrade(graph, applied, spec)?),
        Target::Stamp { specs, purge } => (Operation::Stamp, stamp(graph, applied, specs, *purge)?),
        Target::Redo(spec) => (Operation::Redo, redo(graph, applied, spec.as_ref())?),
    };
    Ok(Plan {
        operation,
        from: graph.ids(&applied.rows(graph)),
        target: target.to_string(),
        steps: follow(graph, applied, &actions),
    })
}

type Actions = Vec<(Action, Index)>;

fn upgrade(graph: &Graph, applied: &Applied, targets: &[Index]) -> Actions {
    let wanted = graph.ancestors(targets.iter().copied());
    wanted
        .iter()
        .filter(|index| !applied.contains(*index))
        .map(|index| (Action::Upgrade, index))
        .collect()
}

fn upgrade_targets(graph: &Graph, applied: &Applied, spec: &Spec) -> Result<Vec<Index>, SpecError> {
    let steps = match (&spec.symbol, spec.offset) {
        (Symbol::Here, Offset::Up(steps)) => steps,
        (Symbol::Here, Offset::Down(steps)) => {
            return Err(SpecError::new(
                Class::InvalidSpec,
                format!("`{spec}` goes down, upgrade goes up"),
            )
            .help(format!(
                "`migrate-cli downgrade -{steps}` takes revisions back"
            )));
        }
        _ => return resolve(graph, spec, Some(applied)),
    };
    let branch = branch(graph, spec)?;
    let starts = starts(graph, applied, branch.as_ref());
    match starts.as_slice() {
        [] => {
            let first = first_step(graph, spec, branch.as_ref())?;
            Ok(vec![walk_up(
                graph,
                spec,
                first,
                steps - 1,
                branch.as_ref(),
            )?])
        }
        [start] => Ok(vec![walk_up(graph, spec, *start, steps, branch.as_ref())?]),
        several => Err(several_rows(graph, spec, several, '+', steps)),
    }
}

fn several_rows(graph: &Graph, spec: &Spec, rows: &[Index], sign: char, steps: usize) -> SpecError {
    let first = graph.id(rows[0]);
    SpecError::new(
        Class::AmbiguousWalk,
        format!(
            "`{spec}` is ambiguous: the database has {} effective rows to begin at",
            rows.len()
        ),
    )
    .candidates(graph, rows.iter().copied())
    .help(format!(
        "name the branch, as in `{first}@{sign}{steps}`, or the revision to go to"
    ))
}

fn downgrade(graph: &Graph, applied: &Applied, spec: &Spec) -> Result<Actions, SpecError> {
    let undone = match (&spec.symbol, spec.offset) {
        (Symbol::Here, Offset::Down(steps)) => relative_downgrade(graph, applied, spec, steps)?,
        (Symbol::Here, Offset::Up(steps)) => {
            return Err(SpecError::new(
                Class::InvalidSpec,
                format!("`{spec}` goes up, downgrade goes down"),
            )
            .help(format!("`migrate-cli upgrade +{steps}` applies revisions")));
        }
        (Symbol::Base, Offset::None) => down_to_base(graph, applied, spec)?,
        _ => down_to(graph, applied, spec)?,
    };
    Ok(undone
        .iter()
        .rev()
        .map(|index| (Action::Downgrade, index))
        .collect())
}

/// What is applied of `roots` and everything above them. The roots themselves may be missing: then there is a gap, and
/// what stands above it goes all the same.
fn undone(graph: &Graph, applied: &Applied, roots: impl IntoIterator<Item = Index>) -> IndexSet {
    let above = graph.descendants(roots);
    graph.set(above.iter().filter(|index| applied.contains(*index)))
}

fn down_to_base(graph: &Graph, applied: &Applied, spec: &Spec) -> Result<IndexSet, SpecError> {
    let Some(branch) = branch(graph, spec)? else {
        return Ok(applied.set().clone());
    };
    let below = graph.line_below([branch.at]);
    Ok(undone(
        graph,
        applied,
        graph
            .bases()
            .into_iter()
            .filter(|base| below.contains(*base)),
    ))
}

fn down_to(graph: &Graph, applied: &Applied, spec: &Spec) -> Result<IndexSet, SpecError> {
    let targets = resolve(graph, spec, Some(applied))?;
    let target = match targets.as_slice() {
        [target] => *target,
        [] => return Ok(graph.none()),
        several => {
            return Err(SpecError::new(
                Class::MultipleHeads,
                format!(
                    "`{spec}` names {} revisions, downgrade goes to one",
                    several.len()
                ),
            )
            .candidates(graph, several.iter().copied())
            .help("name one of them"));
        }
    };
    if !applied.contains(target) {
        return Err(SpecError::new(
            Class::NotApplied,
            format!(
                "revision {} is not applied, so there is no way down to it",
                graph.id(target)
            ),
        )
        .help("`migrate-cli current` shows where the database is"));
    }
    let children = graph.children(target);
    let branch = branch(graph, spec)?;
    let roots: Vec<Index> = match &branch {
        Some(branch) if children.len() > 1 => children
            .iter()
            .copied()
            .filter(|child| branch.lineage.contains(*child))
            .collect(),
        _ => children.to_vec(),
    };
    let undone = undone(graph, applied, roots);
    if undone.is_empty() && graph.above(target).any(|above| applied.contains(above)) {
        return Err(nothing_above(graph, applied, target, branch.as_ref()));
    }
    Ok(undone)
}

/// The target is applied and no row, yet what stands on it does not descend from it in this branch.
fn nothing_above(
    graph: &Graph,
    applied: &Applied,
    target: Index,
    branch: Option<&Branch>,
) -> SpecError {
    let id = graph.id(target);
    let standing: Vec<Index> = graph
        .above(target)
        .filter(|above| applied.contains(*above))
        .collect();
    let (class, message) = match branch {
        Some(branch) => (
            Class::NotApplied,
            format!(
                "nothing of the branch `{}` is applied above {id}",
                branch.name
            ),
        ),
        None => (
            Class::NotAnAncestor,
            format!("nothing that is applied descends from {id}: it is only depended on"),
        ),
    };
    let help = standing.first().map(|first| {
        let first = graph.id(*first);
        format!("`migrate-cli downgrade {first}@-1` takes back {first}")
    });
    let error = SpecError::new(class, message).candidates(graph, standing);
    help.into_iter().fold(error, SpecError::help)
}

/// `-N`: the row and the N - 1 revisions below it.
fn relative_downgrade(
    graph: &Graph,
    applied: &Applied,
    spec: &Spec,
    steps: usize,
) -> Result<IndexSet, SpecError> {
    let branch = branch(graph, spec)?;
    let starts = starts(graph, applied, branch.as_ref());
    let start = match starts.as_slice() {
        [row] => *row,
        [] => return Err(nothing_to_undo(spec, branch.as_ref())),
        several => return Err(several_rows(graph, spec, several, '-', steps)),
    };
    let last = walk_down(graph, spec, start, steps - 1, branch.as_ref())?;
    let undone = undone(graph, applied, [last]);
    let own = graph.ancestors([start]);
    let others: Vec<Index> = graph
        .maximal(&undone)
        .into_iter()
        .filter(|index| !own.contains(*index))
        .collect();
    if others.is_empty() {
        return Ok(undone);
    }
    Err(SpecError::new(
        Class::AmbiguousWalk,
        format!(
            "`{spec}` goes below {}, on which other applied branches stand",
            graph.id(last)
        ),
    )
    .candidates(graph, others)
    .help("to take these back too, name the revision to go down to"))
}

fn nothing_to_undo(spec: &Spec, branch: Option<&Branch>) -> SpecError {
    let place = branch.map_or_else(String::new, |branch| {
        format!(" of the branch `{}`", branch.name)
    });
    SpecError::new(
        Class::OutOfRange,
        format!("`{spec}` goes below base: nothing{place} is applied"),
    )
    .help("`migrate-cli current` shows where the database is")
}

fn stamp(
    graph: &Graph,
    applied: &Applied,
    specs: &[Spec],
    purge: Purge,
) -> Result<Actions, SpecError> {
    let mut dropped = graph.none();
    let mut targets = Vec::new();
    for spec in specs {
        match (&spec.symbol, spec.offset) {
            (Symbol::Base, Offset::None) => {
                dropped.extend(down_to_base(graph, applied, spec)?.iter());
            }
            // From where the database is, as in upgrade and downgrade: counted from the heads of the files, `-1` would
            // record revisions that never ran.
            (Symbol::Here, Offset::Down(steps)) => {
                dropped.extend(relative_downgrade(graph, applied, spec, steps)?.iter());
            }
            (Symbol::Here, _) => targets.extend(upgrade_targets(graph, applied, spec)?),
            _ => targets.extend(resolve(graph, spec, Some(applied))?),
        }
    }
    let wanted = graph.ancestors(targets.iter().copied());
    if purge == Purge::Yes {
        dropped = applied.set().clone();
    }
    // A target below another one asks for nothing of its own.
    let targets = graph.maximal(&graph.set(targets));
    let above: Vec<Index> = targets
        .into_iter()
        .flat_map(|target| graph.above(target))
        .collect();
    dropped.extend(undone(graph, applied, above).iter());
    let down = dropped
        .iter()
        .rev()
        .filter(|index| !wanted.contains(*index))
        .map(|index| (Action::Unstamp, index));
    let up = wanted
        .iter()
        .filter(|index| !applied.contains(*index))
        .map(|index| (Action::Stamp, index));
    Ok(down.chain(up).collect())
}

fn redo(graph: &Graph, applied: &Applied, spec: Option<&Spec>) -> Result<Actions, SpecError> {
    let candidates = match spec {
        Some(spec) => resolve(graph, spec, Some(applied))?,
        None => applied.rows(graph),
    };
    let index = match candidates.as_slice() {
        [one] => *one,
        [] => {
            return Err(SpecError::new(
                Class::NotApplied,
                "nothing is applied, so there is nothing to redo",
            ));
        }
        several => {
            return Err(SpecError::new(
                Class::AmbiguousWalk,
                format!(
                    "the database has {} effective rows: name the one to redo",
                    several.len()
                ),
            )
            .candidates(graph, several.iter().copied()));
        }
    };
    if !applied.contains(index) {
        return Err(SpecError::new(
            Class::NotApplied,
            format!("revision {} is not applied", graph.id(index)),
        )
        .help(format!(
            "`migrate-cli upgrade {}` applies it",
            graph.id(index)
        )));
    }
    let above: Vec<Index> = undone(graph, applied, graph.above(index).collect::<Vec<_>>())
        .iter()
        .collect();
    if !above.is_empty() {
        return Err(SpecError::new(
            Class::NotAnAncestor,
            format!(
                "revision {} cannot be redone: others that are applied stand on it",
                graph.id(index)
            ),
        )
        .candidates(graph, above)
        .help(format!(
            "`migrate-cli downgrade {}` takes them back first",
            graph.id(index)
        )));
    }
    Ok(vec![(Action::Downgrade, index), (Action::Upgrade, index)])
}
