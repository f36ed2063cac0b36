//! From a spec to revisions.

use super::{Offset, Spec, SpecError, Symbol};
use crate::model::graph::{Graph, Index, IndexSet};
use crate::model::plan::Applied;
use crate::text::diagnostic::{Class, nearest};

/// The revisions that a spec names, oldest first; none of them is `base`.
pub type Targets = Vec<Index>;

/// The revisions that a spec names, without the meaning that upgrade and downgrade give to relative ones.
///
/// `-N` goes down from every head, as in Alembic's `show`; `current` are the rows of `applied`, and an error
/// when there is no database to ask.
///
/// # Errors
/// Of the classes `unknown_revision`, `ambiguous_revision`, `multiple_heads`, `not_in_branch`, `ambiguous_walk`,
/// `out_of_range` and `invalid_spec`.
pub fn resolve(
    graph: &Graph,
    spec: &Spec,
    applied: Option<&Applied>,
) -> Result<Targets, SpecError> {
    let branch = branch(graph, spec)?;
    let starts = match (&spec.symbol, applied) {
        (Symbol::Here, _) => match spec.offset {
            Offset::Down(_) => heads_in(graph, branch.as_ref()),
            _ => {
                return Err(SpecError::invalid(
                    spec.as_str(),
                    "a step up needs a revision to begin at, as in `5cd0+1`",
                ));
            }
        },
        (Symbol::Current, Some(applied)) => rows_in(graph, applied, branch.as_ref()),
        (Symbol::Current, None) => {
            return Err(SpecError::new(
                Class::InvalidSpec,
                format!("`{spec}` asks where a database is, and there is none to ask"),
            )
            .help("give one with `--database-url` or DATABASE_URL, or name the revision"));
        }
        (Symbol::Head, _) => vec![head(graph, spec, branch.as_ref())?]
            .into_iter()
            .flatten()
            .collect(),
        (Symbol::Heads, _) => match &branch {
            None => graph.effective_heads(),
            Some(branch) => heads_in(graph, Some(branch)),
        },
        (Symbol::Base, _) => match spec.offset {
            Offset::Up(_) => return Ok(vec![walk_up_from_base(graph, spec, branch.as_ref())?]),
            Offset::Down(_) => return Err(below_base(spec)),
            Offset::None => return Ok(Vec::new()),
        },
        (Symbol::Name(name), _) => vec![in_branch(
            graph,
            spec,
            find(graph, spec, name)?,
            branch.as_ref(),
        )?],
    };
    let mut targets = Vec::with_capacity(starts.len());
    for start in starts {
        let target = match spec.offset {
            Offset::None => start,
            Offset::Up(steps) => walk_up(graph, spec, start, steps, branch.as_ref())?,
            Offset::Down(steps) => walk_down(graph, spec, start, steps, branch.as_ref())?,
        };
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets.sort_unstable();
    Ok(targets)
}

/// The part before the `@`: the revision, and its lineage by down_revision.
pub(in crate::model) struct Branch {
    pub(in crate::model) name: String,
    pub(in crate::model) at: Index,
    pub(in crate::model) lineage: IndexSet,
}

/// The branch that a spec is limited to, if any.
pub(in crate::model) fn branch(graph: &Graph, spec: &Spec) -> Result<Option<Branch>, SpecError> {
    let Some(name) = &spec.branch else {
        return Ok(None);
    };
    let at = match name.as_str() {
        "head" | "heads" | "base" | "current" => {
            return Err(SpecError::invalid(
                spec.as_str(),
                "only a branch label or an id can stand before the `@`",
            ));
        }
        name => find(graph, spec, name)?,
    };
    Ok(Some(Branch {
        name: name.clone(),
        at,
        lineage: graph.lineage(at),
    }))
}

/// The shortest beginning of an id that stands for it: `downgrade 1` for `downgrade -1` is to be an error.
const SHORTEST: usize = 3;

/// The revision with this id, this label, or the only one whose id or label begins so.
pub(in crate::model) fn find(graph: &Graph, spec: &Spec, name: &str) -> Result<Index, SpecError> {
    if let Some(index) = graph.index(name).or_else(|| graph.labelled(name)) {
        return Ok(index);
    }
    let too_short = name.len() < SHORTEST;
    let ids = graph
        .order()
        .filter(|index| graph.id(*index).as_str().starts_with(name));
    let labels = graph
        .all_labels()
        .filter(|(label, _)| label.starts_with(name))
        .map(|(_, index)| index);
    let mut found: Vec<Index> = ids.chain(labels).collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [_, ..] if too_short => Err(SpecError::new(
            Class::UnknownRevision,
            format!(
                "`{name}` is too short: the beginning of an id or a label has at least {SHORTEST} characters{}",
                of(spec, name)
            ),
        )
        .candidates(graph, found)
        .help("write more characters; steps are written with a sign, as in `+1` and `-1`")),
        [one] => Ok(*one),
        [] => {
            const WORDS: [&str; 4] = ["head", "heads", "base", "current"];
            let names = graph
                .order()
                .map(|index| graph.id(index).as_str())
                .chain(graph.all_labels().map(|(label, _)| label))
                .chain(WORDS);
            let error = SpecError::new(
                Class::UnknownRevision,
                format!(
                    "no revision or branch label is called `{name}`{}",
                    of(spec, name)
                ),
            );
            let near = if name == "none" { Some("base") } else { nearest(name, names) };
            Err(match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("`migrate-cli history` lists the revisions"),
            })
        }
        several => Err(SpecError::new(
            Class::AmbiguousRevision,
            format!(
                "`{name}` is the beginning of {} revisions or labels{}",
                several.len(),
                of(spec, name)
            ),
        )
        .candidates(graph, several.iter().copied())
        .help("write more characters of the id")),
    }
}

fn of(spec: &Spec, name: &str) -> String {
    if spec.as_str() == name {
        String::new()
    } else {
        format!(" (in `{spec}`)")
    }
}

fn in_branch(
    graph: &Graph,
    spec: &Spec,
    index: Index,
    branch: Option<&Branch>,
) -> Result<Index, SpecError> {
    match branch {
        Some(branch) if !branch.lineage.contains(index) => Err(SpecError::new(
            Class::NotInBranch,
            format!(
                "revision {} is not in the branch `{}` (in `{spec}`)",
                graph.id(index),
                branch.name
            ),
        )
        .help("`migrate-cli branches` and `migrate-cli history --graph` show the branches")),
        _ => Ok(index),
    }
}

fn heads_in(graph: &Graph, branch: Option<&Branch>) -> Vec<Index> {
    let heads = graph.heads();
    match branch {
        None => heads,
        Some(branch) => heads
            .into_iter()
            .filter(|head| branch.lineage.contains(*head))
            .collect(),
    }
}

/// The rows of the database in a branch.
pub(in crate::model) fn rows_in(
    graph: &Graph,
    applied: &Applied,
    branch: Option<&Branch>,
) -> Vec<Index> {
    let rows = applied.rows(graph);
    match branch {
        None => rows,
        Some(branch) => rows
            .into_iter()
            .filter(|row| branch.lineage.contains(*row))
            .collect(),
    }
}

/// Where a relative walk begins: at the rows of the branch, else at the newest of what is applied of its line.
///
/// A revision that others depend on is no row, yet its branch goes on from it.
pub(in crate::model) fn starts(
    graph: &Graph,
    applied: &Applied,
    branch: Option<&Branch>,
) -> Vec<Index> {
    let rows = rows_in(graph, applied, branch);
    let (Some(branch), true) = (branch, rows.is_empty()) else {
        return rows;
    };
    let line = |index: &Index| applied.contains(*index) && branch.lineage.contains(*index);
    branch
        .lineage
        .iter()
        .filter(line)
        .filter(|index| !graph.children(*index).iter().any(line))
        .collect()
}

/// The one head: by down_revision, or where that leaves several, the one that is an effective head.
fn head(graph: &Graph, spec: &Spec, branch: Option<&Branch>) -> Result<Option<Index>, SpecError> {
    let heads = heads_in(graph, branch);
    if heads.len() <= 1 {
        return Ok(heads.first().copied());
    }
    let effective = graph.maximal(&graph.set(heads.iter().copied()));
    if let [head] = effective.as_slice() {
        return Ok(Some(*head));
    }
    let place = branch.map_or_else(String::new, |branch| {
        format!(" in the branch `{}`", branch.name)
    });
    Err(SpecError::new(
        Class::MultipleHeads,
        format!(
            "`{spec}` is ambiguous: there are {} heads{place}",
            heads.len()
        ),
    )
    .candidates(graph, heads)
    .help("name one of them, as in `ID` or `LABEL@head`, or use `heads` for all")
    .help("`migrate-cli merge heads` joins them"))
}

fn below_base(spec: &Spec) -> SpecError {
    SpecError::new(Class::OutOfRange, format!("`{spec}` goes below base"))
        .help("`base` alone means that nothing is applied")
}

/// `steps` up from `start` along down_revision, within the branch.
pub(in crate::model) fn walk_up(
    graph: &Graph,
    spec: &Spec,
    start: Index,
    steps: usize,
    branch: Option<&Branch>,
) -> Result<Index, SpecError> {
    let mut at = start;
    for step in 0..steps {
        let next = choose(graph.children(at), branch);
        at = match next.as_slice() {
            [one] => *one,
            [] => {
                return Err(SpecError::new(
                    Class::OutOfRange,
                    format!(
                        "`{spec}` goes above head: only {step} of {steps} steps can be made, up to {}",
                        graph.id(at)
                    ),
                )
                .help("`heads` goes as far up as there are revisions"));
            }
            several => {
                return Err(fork(
                    graph,
                    spec,
                    &format!("above {}", graph.id(at)),
                    several,
                ));
            }
        };
    }
    Ok(at)
}

fn walk_up_from_base(
    graph: &Graph,
    spec: &Spec,
    branch: Option<&Branch>,
) -> Result<Index, SpecError> {
    let Offset::Up(steps) = spec.offset else {
        return Err(below_base(spec));
    };
    let first = first_step(graph, spec, branch)?;
    walk_up(graph, spec, first, steps - 1, branch)
}

/// The one base, within the branch.
pub(in crate::model) fn first_step(
    graph: &Graph,
    spec: &Spec,
    branch: Option<&Branch>,
) -> Result<Index, SpecError> {
    match choose(&graph.bases(), branch).as_slice() {
        [one] => Ok(*one),
        [] => Err(SpecError::new(
            Class::OutOfRange,
            format!("`{spec}` goes above head: there are no revisions"),
        )),
        several => Err(fork(graph, spec, "at base", several)),
    }
}

/// `steps` down from `start` along down_revision, within the branch where a merge has several parents.
pub(in crate::model) fn walk_down(
    graph: &Graph,
    spec: &Spec,
    start: Index,
    steps: usize,
    branch: Option<&Branch>,
) -> Result<Index, SpecError> {
    let mut at = start;
    for step in 0..steps {
        let parents = graph.parents(at);
        let next = if parents.len() > 1 {
            choose(parents, branch)
        } else {
            parents.to_vec()
        };
        at = match next.as_slice() {
            [one] => *one,
            [] => {
                return Err(SpecError::new(
                    Class::OutOfRange,
                    format!("`{spec}` goes below base: {}", below_it(graph, start, step)),
                )
                .help("`base` means that nothing is applied"));
            }
            several => {
                return Err(fork(
                    graph,
                    spec,
                    &format!("below the merge {}", graph.id(at)),
                    several,
                ));
            }
        };
    }
    Ok(at)
}

fn below_it(graph: &Graph, start: Index, found: usize) -> String {
    let id = graph.id(start);
    match found {
        0 => format!("there is no revision below {id}"),
        1 => format!("there is only 1 revision below {id}"),
        _ => format!("there are only {found} revisions below {id}"),
    }
}

fn choose(among: &[Index], branch: Option<&Branch>) -> Vec<Index> {
    match branch {
        None => among.to_vec(),
        Some(branch) => among
            .iter()
            .copied()
            .filter(|index| branch.lineage.contains(*index))
            .collect(),
    }
}

fn fork(graph: &Graph, spec: &Spec, place: &str, ways: &[Index]) -> SpecError {
    let error = SpecError::new(
        Class::AmbiguousWalk,
        format!(
            "`{spec}` is ambiguous: there are {} ways {place}",
            ways.len()
        ),
    )
    .candidates(graph, ways.iter().copied())
    .help("name the revision to go to");
    match (ways.first(), &spec.branch) {
        (Some(way), None) => {
            error.help(format!("or the branch, as in `{}@{spec}`", graph.id(*way)))
        }
        _ => error,
    }
}
