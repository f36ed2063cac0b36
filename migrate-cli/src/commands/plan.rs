//! `plan`: the steps of an upgrade or downgrade. With `--from` no database is asked.

use migrate_core::database::Run;
use migrate_core::model::{self, Action, Applied, Heads, Migrations, Spec, Target, resolve};
use migrate_core::text::revision::Direction as Section;
use migrate_core::text::{Dialect, DialectSet, RevisionId};
use serde::Serialize;

use crate::arguments::{Direction, Plan};
use crate::context::{Context, wait};
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, ID, Piece, WARN, count, piece};
use crate::output::{Human, Page, Reply};

/// How many rows are named behind a step; of more only the number is said.
const SHOWN: usize = 10;

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
    heads_after: Heads,
    /// What it takes away for good.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    loses: Vec<String>,
    #[serde(skip)]
    message: String,
}

pub(crate) fn run(arguments: &Plan, context: &Context) -> Result<Reply, Failure> {
    let upgrade = arguments.direction == Direction::Upgrade;
    let spec = arguments
        .spec
        .as_deref()
        .unwrap_or(if upgrade { "head" } else { "-1" });
    if !arguments.from.is_empty() {
        let migrations = context.source.migrations()?;
        let spec: Spec = spec.parse()?;
        let target = if upgrade {
            Target::Upgrade(spec)
        } else {
            Target::Downgrade(spec)
        };
        let plan = model::plan(
            migrations.set()?.graph(),
            &starting(migrations, &arguments.from)?,
            &target,
        )?;
        let configured = context.source.dialects()?;
        let dialects = match context.database_dialect() {
            _ if !configured.is_empty() => configured,
            Some(dialect) => DialectSet::one(dialect),
            None => Dialect::ALL.into_iter().collect(),
        };
        return Ok(Reply::new(Planned::new(&plan, migrations, dialects)?));
    }
    let target = context.looked_at()?;
    let migrations = context.source.runnable(&target)?;
    let run = if upgrade {
        Run::upgrade(spec)
    } else {
        Run::downgrade(spec)
    };
    let plan = wait(async { migrations.plan(&target.database, run).await })??;
    let dialects = DialectSet::one(target.database.dialect());
    Ok(Reply::new(Planned::new(&plan, &migrations, dialects)?))
}

/// What a step takes away for good, under any of these dialects.
fn losses(
    step: &model::Step,
    migrations: &Migrations,
    dialects: DialectSet,
) -> Result<Vec<String>, Failure> {
    let section = match step.action {
        Action::Upgrade => Section::Up,
        Action::Downgrade => Section::Down,
        Action::Stamp | Action::Unstamp => return Ok(Vec::new()),
    };
    let graph = migrations.set()?.graph();
    let Some(index) = graph.index(step.revision.as_str()) else {
        return Ok(Vec::new());
    };
    let mut found: Vec<String> = Vec::new();
    for dialect in dialects.iter() {
        let losses = migrations.losses(index, section, dialect)?;
        let fresh = losses.iter().map(ToString::to_string);
        found.extend(
            fresh
                .filter(|loss| !found.contains(loss))
                .collect::<Vec<_>>(),
        );
    }
    Ok(found)
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
    fn new(
        plan: &model::Plan,
        migrations: &Migrations,
        dialects: DialectSet,
    ) -> Result<Self, Failure> {
        let names = |ids: &[RevisionId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let graph = migrations.set()?.graph();
        let steps = plan.steps.iter().map(|step| {
            // A revision that only the database knows has no file and no message here.
            let listed = graph
                .index(step.revision.as_str())
                .map(|index| migrations.entry(index))
                .transpose()?;
            let message = listed.map_or_else(String::new, |entry| entry.message.to_owned());
            Ok(Step {
                revision: step.revision.to_string(),
                loses: losses(step, migrations, dialects)?,
                heads_after: step.heads_after.clone(),
                message,
            })
        });
        Ok(Self {
            direction: plan.operation.name(),
            from: names(&plan.from),
            target: plan.target.clone(),
            steps: steps.collect::<Result<_, Failure>>()?,
        })
    }

    fn row(&self, place: usize, step: &Step) -> Vec<Piece> {
        // Where only the step's own revision comes or goes, the rows say nothing new.
        let after = match step.heads_after.len() {
            0 => "then at base".to_owned(),
            // A list that nobody reads, after every step.
            rows if rows > SHOWN => format!("then at {}", count(rows, "row")),
            _ => match step.heads_after.to_vec().as_slice() {
                [only] if *only == *step.revision => String::new(),
                heads => {
                    let heads: Vec<&str> = heads.iter().map(RevisionId::as_str).collect();
                    format!("then at {}", heads.join(", "))
                }
            },
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
            step.message.as_str().into(),
            piece(WARN, step.loses.join(", ")),
            piece(DIM, after),
        ]
    }
}
