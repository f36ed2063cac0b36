//! `plan`: the steps of an upgrade or downgrade. With `--from` no database is asked.

use migrate_core::model::{self, Applied, Migrations, Spec, Target, resolve};
use serde::Serialize;

use super::listing::Listed;
use crate::arguments::{Direction, Plan};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, ID, Piece, count, piece};
use crate::output::{Human, Page, Reply};

/// A plan as it is printed.
#[derive(Serialize)]
pub(crate) struct Planned {
    direction: &'static str,
    from: Vec<String>,
    target: String,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    revision: String,
    heads_after: Vec<String>,
    #[serde(skip)]
    listed: Listed,
}

pub(crate) fn run(arguments: &Plan, context: &Context) -> Result<Reply, Failure> {
    let migrations = context.source.migrations()?;
    let graph = migrations.set()?.graph();
    let target: Target = match arguments.direction {
        Direction::Upgrade => Target::Upgrade(arguments.spec.as_deref().unwrap_or("head").parse()?),
        Direction::Downgrade => {
            Target::Downgrade(arguments.spec.as_deref().unwrap_or("-1").parse()?)
        }
    };
    let applied = if arguments.from.is_empty() {
        super::current::applied(context, migrations)?
    } else {
        starting(migrations, &arguments.from)?
    };
    let plan = model::plan(graph, &applied, &target)?;
    let names = |ids: &[migrate_core::text::RevisionId]| {
        ids.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let steps = plan.steps.iter().map(|step| {
        let listed = Listed::new(migrations, step.index)?;
        Ok(Step {
            revision: step.revision.to_string(),
            heads_after: names(&step.heads_after),
            listed,
        })
    });
    let steps = steps.collect::<Result<_, Failure>>()?;
    Ok(Reply::new(Planned {
        direction: plan.operation.name(),
        from: names(&plan.from),
        target: plan.target,
        steps,
    }))
}

/// The applied set that `--from` names: these revisions and everything below them.
fn starting(migrations: &Migrations, from: &[String]) -> Result<Applied, Failure> {
    let graph = migrations.set()?.graph();
    let mut rows = Vec::new();
    for text in from {
        let spec: Spec = text.trim().parse()?;
        rows.extend(resolve(graph, &spec, None)?.iter());
    }
    Ok(Applied::closure(graph, rows))
}

impl Human for Planned {
    fn human(&self, page: &mut Page) {
        let from = if self.from.is_empty() {
            "base".to_owned()
        } else {
            self.from.join(", ")
        };
        if self.steps.is_empty() {
            page.line(piece(
                DIM,
                format!(
                    "nothing to do: {} from {from} to {}",
                    self.direction, self.target
                ),
            ));
            return;
        }
        let title = format!(
            "{} from {from} to {}: {}",
            self.direction,
            self.target,
            count(self.steps.len(), "step")
        );
        page.line(piece(BOLD, title));
        let rows: Vec<Vec<Piece>> = self
            .steps
            .iter()
            .enumerate()
            .map(|(place, step)| self.row(place, step))
            .collect();
        page.table("  ", &rows);
    }
}

impl Planned {
    fn row(&self, place: usize, step: &Step) -> Vec<Piece> {
        // Where only the step's own revision comes or goes, the rows say nothing new.
        let after = match step.heads_after.as_slice() {
            [] => "then at base".to_owned(),
            [only] if *only == step.revision => String::new(),
            heads => format!("then at {}", heads.join(", ")),
        };
        vec![
            piece(
                DIM,
                format!(
                    "{:>width$}",
                    place + 1,
                    width = self.steps.len().to_string().len()
                ),
            ),
            piece(ID, &step.revision),
            step.listed.message.as_str().into(),
            piece(DIM, after),
        ]
    }
}
