//! `adopt`: a database that another tool has migrated becomes one of ours.

use migrate_core::database::{self, Report};
use serde::Serialize;

use crate::arguments::Adopt;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, PLAIN, count, piece};
use crate::output::{Human, Page, Reply, Volume};
use crate::progress::Progress;

use super::runs::interruptible;

/// What was adopted.
#[derive(Serialize)]
struct Adopted {
    tool: &'static str,
    table: String,
    /// How many revisions the table says are applied.
    revisions: usize,
    #[serde(flatten)]
    report: Report,
    #[serde(skip)]
    title: &'static str,
}

pub(crate) fn run(arguments: &Adopt, context: &Context) -> Result<Reply, Failure> {
    let target = context.announced()?;
    let migrations = context.source.runnable(&target)?;
    let progress = Progress::new(context.output);
    let teller = progress.clone();
    let mut adopt = database::Adopt::new().on_progress(move |event| teller.tell(event));
    if let Some(tool) = arguments.from {
        adopt = adopt.from(tool);
    }
    if let Some(table) = &arguments.table {
        adopt = adopt.table(table);
    }
    if arguments.dry_run {
        adopt = adopt.dry();
    }
    if let Some(limit) = arguments.wait.lock_wait {
        adopt = adopt.lock_wait(limit);
    }
    let result = interruptible(&progress, async {
        migrations.adopt(&target.database, adopt).await
    });
    progress.end();
    let adopted = result??;
    Ok(Reply::new(Adopted {
        tool: adopted.tool.name(),
        title: adopted.tool.title(),
        table: adopted.table,
        revisions: adopted.revisions,
        report: adopted.report,
    }))
}

impl Human for Adopted {
    fn human(&self, page: &mut Page) {
        if page.volume() > Volume::Quiet {
            page.line(
                piece(BOLD, &self.table)
                    .and(PLAIN, format!(" of {} says: ", self.title))
                    .and(BOLD, count(self.revisions, "revision"))
                    .and(PLAIN, " applied"),
            );
        }
        self.report.human(page);
        if page.volume() > Volume::Quiet && !self.report.dry {
            page.line(piece(
                DIM,
                format!(
                    "nothing was run; {} is left as it is and can be dropped once nobody uses {} here",
                    self.table, self.title
                ),
            ));
        }
    }
}
