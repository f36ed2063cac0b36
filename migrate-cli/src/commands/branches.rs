//! `branches`: the revisions that several others stand on, and those.

use migrate_core::model::Index;
use serde::Serialize;

use super::listing::Listed;
use crate::failure::Failure;
use crate::output::page::{DIM, PLAIN, piece};
use crate::output::{Human, Page, Reply, Volume};
use crate::source::Source;

#[derive(Serialize)]
struct Branches {
    branches: Vec<Branch>,
}

#[derive(Serialize)]
struct Branch {
    revision: String,
    children: Vec<String>,
    #[serde(skip)]
    point: Listed,
    #[serde(skip)]
    arms: Vec<Listed>,
}

pub(crate) fn run(source: &Source) -> Result<Reply, Failure> {
    let migrations = source.migrations()?;
    let graph = migrations.set()?.graph();
    let points = (0..graph.len() as u32)
        .map(Index)
        .filter(|index| graph.is_branch_point(*index));
    let branches = points
        .map(|index| {
            let point = Listed::new(migrations, index)?;
            let arms = graph
                .children(index)
                .iter()
                .map(|child| Listed::new(migrations, *child));
            let arms = arms.collect::<Result<Vec<_>, _>>()?;
            Ok(Branch {
                revision: point.revision.clone(),
                children: point.children.clone(),
                point,
                arms,
            })
        })
        .collect::<Result<_, Failure>>()?;
    Ok(Reply::new(Branches { branches }))
}

impl Human for Branches {
    fn human(&self, page: &mut Page) {
        if self.branches.is_empty() {
            page.line(piece(DIM, "no revision has more than one child"));
        }
        for (place, branch) in self.branches.iter().enumerate() {
            if page.volume() == Volume::Verbose {
                if place > 0 {
                    page.end();
                }
                branch.point.in_full(page, "");
                branch.arms.iter().for_each(|arm| {
                    page.end();
                    arm.in_full(page, "    ");
                });
                continue;
            }
            page.line(branch.point.line());
            let last = branch.arms.len().saturating_sub(1);
            for (place, arm) in branch.arms.iter().enumerate() {
                page.line(
                    piece(DIM, if place == last { "`--" } else { "|--" })
                        .and(PLAIN, " ")
                        .then(arm.line()),
                );
            }
        }
    }
}
