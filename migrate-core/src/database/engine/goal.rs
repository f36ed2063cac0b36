//! From a verb to steps; and, when somebody else has done some of them meanwhile, to the rest.

use super::Task;
use crate::database::error::{Error, Kind};
use crate::database::recorded::{Comparison, Recorded};
use crate::database::run::{Fill, Purge as PurgeRows, Verb};
use crate::database::state::State;
use crate::model::graph::Node;
use crate::model::plan::follow;
use crate::model::set::Set;
use crate::model::{
    Action, Applied, Graph, Index, Plan, Purge, Spec, Step, Target, plan as compute,
};
use crate::text::RevisionId;
use crate::text::diagnostic::{Class, Diagnostic};

/// What `task` comes to.
pub(crate) fn plan(
    graph: &Graph,
    recorded: &Recorded,
    set: &Set,
    found: &Comparison,
    task: &Task,
) -> Result<Plan, Error> {
    // On a joined graph the applied set is that graph's.
    let applied = if std::ptr::eq(graph, set.graph()) {
        found.applied.clone()
    } else {
        applied(graph, recorded)
    };
    let spec = |text: &str| text.parse::<Spec>();
    let target = match &task.verb {
        Verb::Upgrade(text) => Target::Upgrade(spec(text)?),
        Verb::AllHeads => Target::AllHeads,
        Verb::Downgrade(text) => Target::Downgrade(spec(text)?),
        Verb::Stamp { specs, purge, .. } => Target::Stamp {
            specs: specs
                .iter()
                .map(|text| spec(text))
                .collect::<Result<_, _>>()?,
            purge: match purge {
                PurgeRows::Keep => Purge::No,
                PurgeRows::Everything => Purge::Yes,
            },
        },
        Verb::Redo(text) => Target::Redo(text.as_deref().map(spec).transpose()?),
        // It has no steps: the engine does not come here with one.
        Verb::Repair { revision, .. } => Target::Redo(Some(spec(revision)?)),
    };
    if task.verb.purges() {
        return anew(graph, &applied, &target);
    }
    if task.fill == Fill::Refuse || found.missing.is_empty() {
        let plan = compute(graph, &applied, &target)?;
        if matches!(task.verb, Verb::Downgrade(_)) && plan.steps.is_empty() {
            refuse_to_stay(graph, recorded, found, &target)?;
        }
        if matches!(task.verb, Verb::Stamp { .. }) {
            refuse_to_leave_in_flight(graph, recorded, &plan)?;
        }
        if matches!(task.verb, Verb::Redo(None)) {
            refuse_below_a_draft(set, &plan)?;
        }
        return Ok(plan);
    }
    let mut filled = compute(graph, &applied, &Target::Fill)?;
    if !found.differing.is_empty() {
        // Not further before somebody has accepted what differs.
        return Ok(filled);
    }
    let whole = Applied::closure(graph, applied.set().iter());
    let rest = compute(graph, &whole, &target)?;
    filled.target = rest.target;
    filled.steps.extend(rest.steps);
    Ok(filled)
}

/// A way down on which all that is to be taken back is unknown here: "nothing to do" would be said of a database that is not
/// where it was told to go.
fn refuse_to_stay(
    graph: &Graph,
    recorded: &Recorded,
    found: &Comparison,
    target: &Target,
) -> Result<(), Error> {
    let is_joined = |id: &String| graph.index(id).is_some();
    if found.unknown.iter().all(is_joined) {
        return Ok(());
    }
    // Rows that fit no graph are told by the warning about them.
    let Ok(whole) = joined(graph, recorded) else {
        return Ok(());
    };
    let down = compute(&whole, &applied(&whole, recorded), target)?;
    if down.steps.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = down
        .steps
        .iter()
        .map(|step| step.revision.as_str())
        .collect();
    let them = if ids.len() == 1 { "it" } else { "them" };
    Err(Error::with_help(
        Class::Ahead,
        format!(
            "that way down takes back {}, and this release does not know {them}",
            ids.join(", "),
        ),
        format!("`--stored` takes {them} back by what the database has recorded of the way down"),
    ))
}

/// Whoever redoes without a name means the draft at hand. When that is not applied, because its last redo has failed half
/// way, the one row is a locked revision, and its rows are not to be lost by a slip.
fn refuse_below_a_draft(set: &Set, plan: &Plan) -> Result<(), Error> {
    let graph = set.graph();
    let row = plan.steps.first().map(|step| &step.revision);
    let Some(index) = row.and_then(|row| graph.index(row.as_str())) else {
        return Ok(());
    };
    if !set.is_locked(index) {
        return Ok(());
    }
    let mut children = graph.children(index).iter();
    let Some(draft) = children.find(|child| !set.is_locked(**child)) else {
        return Ok(());
    };
    let (row, draft) = (graph.id(index), graph.id(*draft));
    let error = Diagnostic::error(
        Class::AmbiguousRevision,
        format!(
            "the draft {draft} is not applied: a redo without a name would take back {row}, which is locked"
        ),
    );
    Err(Error::diagnosed(
        error
            .help(format!("`migrate-cli upgrade {draft}` applies the draft"))
            .help(format!(
                "`migrate-cli redo {row}` takes back the other and applies it again"
            )),
    ))
}

/// What a run has begun and not finished is answered by a stamp that records it as applied, and by no other.
fn refuse_to_leave_in_flight(graph: &Graph, recorded: &Recorded, plan: &Plan) -> Result<(), Error> {
    let is_recorded = |id: &RevisionId| plan.steps.iter().any(|step| step.revision == *id);
    let mut left = recorded.in_flight().map(|row| &row.revision);
    let Some(id) = left.find(|id| !is_recorded(id)) else {
        return Ok(());
    };
    let mut help = Vec::new();
    if graph.index(id.as_str()).is_some() {
        help.push(format!("`migrate-cli stamp {id}` records it as applied"));
        help.push(format!(
            "`migrate-cli repair --resume-from 1 {id}` if nothing of it is left in the database: the next run begins it anew"
        ));
    }
    help.push("with `--purge` the stamp forgets all that was recorded".to_owned());
    Err(Error::new(Kind::InDoubt {
        revision: id.to_string(),
        what: "a run has begun it and not finished, and this stamp does not record it".to_owned(),
        help,
    }))
}

/// A stamp after which nothing of the old rows is left: the same outcome, reached from nothing.
fn anew(graph: &Graph, applied: &Applied, target: &Target) -> Result<Plan, Error> {
    let seen = compute(graph, applied, target)?;
    let specs = seen.heads_after().iter().map(Spec::id).collect();
    let plan = compute(
        graph,
        &Applied::none(graph),
        &Target::Stamp {
            specs,
            purge: Purge::No,
        },
    )?;
    Ok(Plan {
        from: seen.from,
        target: seen.target,
        ..plan
    })
}

fn applied(graph: &Graph, recorded: &Recorded) -> Applied {
    let known = recorded
        .applied()
        .filter_map(|row| graph.index(row.revision.as_str()));
    exact(graph, known)
}

/// Exactly these revisions, gap and all.
fn exact(graph: &Graph, known: impl IntoIterator<Item = Index>) -> Applied {
    match Applied::exact(graph, known) {
        Ok(applied) => applied,
        Err(gap) => gap.applied,
    }
}

/// The graph of the set together with the applied revisions that only the database knows.
pub(crate) fn joined(graph: &Graph, recorded: &Recorded) -> Result<Graph, Error> {
    let mut nodes: Vec<Node> = graph
        .order()
        .map(|index| Node {
            id: graph.id(index).clone(),
            down_revision: graph.ids(graph.parents(index)),
            depends_on: graph
                .dependencies(index)
                .iter()
                .map(|index| graph.id(*index).to_string())
                .collect(),
            labels: graph.labels(index).map(str::to_owned).collect(),
        })
        .collect();
    let unknown = recorded
        .applied()
        .filter(|row| graph.index(row.revision.as_str()).is_none());
    nodes.extend(unknown.map(|row| Node {
        id: row.revision.clone(),
        down_revision: row.parents.clone(),
        depends_on: row.depends_on.iter().map(ToString::to_string).collect(),
        labels: Vec::new(),
    }));
    Graph::new(nodes).map_err(|problems| {
        Error::with_help(
            Class::Diverged,
            format!(
                "the revisions that only the database knows do not fit those of the files ({} problem{})",
                problems.len(),
                if problems.len() == 1 { "" } else { "s" }
            ),
            "use the files of the release that applied them",
        )
    })
}

/// The steps of the first plan. They stay the goal, however the rows change: a relative spec such as `+1` means one
/// revision, also when somebody else has run it meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Goal {
    /// Whether the rows are forgotten first, whatever they say.
    from_nothing: bool,
    steps: Vec<(Action, RevisionId)>,
}

impl Goal {
    pub(crate) fn new(plan: &Plan, verb: &Verb) -> Self {
        Self {
            from_nothing: verb.purges(),
            steps: plan
                .steps
                .iter()
                .map(|step| (step.action, step.revision.clone()))
                .collect(),
        }
    }

    /// What is left of the goal.
    ///
    /// # Errors
    /// When the rows have changed in a way that the goal cannot be reached from.
    pub(crate) fn rest(&self, graph: &Graph, recorded: &Recorded) -> Result<Vec<Step>, Error> {
        let before = if self.from_nothing {
            Applied::none(graph)
        } else {
            applied(graph, recorded)
        };
        let mut applied = before.set().clone();
        let mut actions = Vec::new();
        for (action, id) in &self.steps {
            let Some(index) = graph.index(id.as_str()) else {
                continue;
            };
            if applied.contains(index) == action.applies() {
                continue;
            }
            let stands = graph.below(index).all(|below| applied.contains(below));
            let carries = |index| graph.above(index).any(|above| applied.contains(above));
            if action.applies() && !stands || !action.applies() && carries(index) {
                return Err(Error::new(Kind::FenceLost {
                    revision: Some(id.to_string()),
                    holder: None,
                }));
            }
            if action.applies() {
                applied.insert(index);
            } else {
                applied.remove(index);
            }
            actions.push((*action, index));
        }
        Ok(follow(graph, &before, &actions))
    }
}

/// The step that would finish a revision on which a run is at work, or was.
pub(crate) fn finishing(graph: &Graph, recorded: &Recorded, action: Action, index: Index) -> Step {
    let others = recorded
        .applied()
        .filter_map(|row| graph.index(row.revision.as_str()))
        .filter(|other| *other != index);
    let before = others.chain((!action.applies()).then_some(index));
    let before = exact(graph, before);
    follow(graph, &before, &[(action, index)]).remove(0)
}

/// Whether a row says that the revision is applied.
pub(crate) fn is_applied(recorded: &Recorded, id: &str) -> bool {
    recorded
        .row(id)
        .is_some_and(|row| row.state == State::Applied)
}
