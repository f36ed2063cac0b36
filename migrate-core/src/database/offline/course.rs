//! From `FROM:TO` to steps.

use super::Offline;
use crate::database::error::Error;
use crate::model::graph::{Graph, Index};
use crate::model::{Applied, Plan, Purge, Spec, SpecError, Target, plan, resolve};
use crate::text::diagnostic::Class;

/// The verb, with its range as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    Upgrade(String),
    Downgrade(String),
    Stamp(Vec<String>),
}

impl Way {
    pub(super) fn names_start(&self) -> bool {
        let named = |text: &str| {
            text.split_once(':')
                .is_some_and(|(from, _)| !from.is_empty())
        };
        match self {
            Self::Upgrade(range) | Self::Downgrade(range) => named(range),
            Self::Stamp(targets) => targets.iter().any(|target| named(target)),
        }
    }
}

/// Where a script starts and what it does.
#[derive(Debug)]
pub(super) struct Course {
    /// The steps; `from` are the rows that the script checks.
    pub(super) plan: Plan,
}

impl Course {
    /// # Errors
    /// When a spec cannot be resolved, and when a downgrade names no start.
    pub(super) fn new(graph: &Graph, offline: &Offline) -> Result<Self, Error> {
        let (starts, way) = split(&offline.way)?;
        let given = offline.from.as_deref().unwrap_or(&starts);
        if matches!(way, Way::Downgrade(_)) && !offline.names_start() {
            return Err(Error::with_help(
                Class::Usage,
                "a script that takes revisions back has to know which rows the database has",
                "write FROM:TO, such as `migrate-cli downgrade --sql head:-1`; `migrate-cli current` shows the rows",
            ));
        }
        let mut rows = Vec::new();
        for text in given {
            let spec: Spec = text.trim().parse()?;
            rows.extend(start(graph, &spec)?);
        }
        let applied = Applied::closure(graph, rows);
        let target = target(&way)?;
        let plan = plan(graph, &applied, &target)?;
        refuse_wrong_way(graph, &applied, &target, &plan)?;
        Ok(Self { plan })
    }
}

/// The specs of FROM, and what is left of the request: TO alone.
fn split(way: &Way) -> Result<(Vec<String>, Way), Error> {
    let mut starts: Option<Vec<String>> = None;
    let mut rest = |text: &String| -> Result<String, Error> {
        let Some((from, to)) = text.split_once(':') else {
            return Ok(text.clone());
        };
        if to.is_empty() {
            return Err(Error::with_help(
                Class::InvalidSpec,
                format!("`{text}` does not say where to"),
                "a range is written FROM:TO",
            ));
        }
        let from: Vec<String> = from
            .split(',')
            .filter(|_| !from.is_empty())
            .map(str::to_owned)
            .collect();
        match &starts {
            Some(other) if *other != from => Err(Error::with_help(
                Class::InvalidSpec,
                format!(
                    "the targets start from different rows: `{}` and `{}`",
                    other.join(","),
                    from.join(",")
                ),
                "write FROM once: all targets are seen from the same rows",
            )),
            _ => {
                starts = Some(from);
                Ok(to.to_owned())
            }
        }
    };
    let way = match way {
        Way::Upgrade(range) => Way::Upgrade(rest(range)?),
        Way::Downgrade(range) => Way::Downgrade(rest(range)?),
        Way::Stamp(targets) => Way::Stamp(targets.iter().map(rest).collect::<Result<_, _>>()?),
    };
    Ok((starts.unwrap_or_default(), way))
}

/// The revisions that a spec of FROM names.
fn start(graph: &Graph, spec: &Spec) -> Result<Vec<Index>, SpecError> {
    if spec.is_relative_to_database() {
        return Err(SpecError::new(
            Class::InvalidSpec,
            format!("`{spec}` counts from where a database is, and no database is asked"),
        )
        .help("name the rows that the database has: `migrate-cli current` shows them"));
    }
    Ok(resolve(graph, spec, None)?.to_vec())
}

fn target(way: &Way) -> Result<Target, SpecError> {
    Ok(match way {
        Way::Upgrade(spec) => Target::Upgrade(spec.parse()?),
        Way::Downgrade(spec) => Target::Downgrade(spec.parse()?),
        Way::Stamp(specs) => Target::Stamp {
            specs: specs
                .iter()
                .map(|spec| spec.parse())
                .collect::<Result<_, _>>()?,
            purge: Purge::No,
        },
    })
}

/// An upgrade to what lies below its start would be an empty script.
fn refuse_wrong_way(
    graph: &Graph,
    applied: &Applied,
    target: &Target,
    plan: &Plan,
) -> Result<(), SpecError> {
    let Target::Upgrade(spec) = target else {
        return Ok(());
    };
    let rows = applied.rows(graph);
    if !plan.steps.is_empty() || rows.is_empty() {
        return Ok(());
    }
    let targets = resolve(graph, spec, Some(applied))?;
    if targets.iter().any(|target| rows.contains(target)) {
        return Ok(());
    }
    let from: Vec<String> = plan.from.iter().map(ToString::to_string).collect();
    let from = from.join(",");
    Err(SpecError::new(
        Class::NotAnAncestor,
        format!("`{spec}` lies below {from}: there is nothing to upgrade"),
    )
    .help(format!(
        "`migrate-cli downgrade --sql {from}:{spec}` writes the way down"
    )))
}
