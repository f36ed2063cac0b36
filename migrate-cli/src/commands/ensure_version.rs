//! `ensure-version`: the state tables, and a missing SQLite file.

use migrate_core::database::Run;
use serde::Serialize;

use super::runs::interruptible;
use crate::arguments::EnsureVersion;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::page::{BOLD, GOOD, PLAIN, piece};
use crate::output::{Human, Page, Reply, Volume};
use crate::progress::Progress;

#[derive(Serialize)]
struct Ensured {
    target: String,
    dialect: &'static str,
    table: String,
}

pub(crate) fn run(arguments: &EnsureVersion, context: &Context) -> Result<Reply, Failure> {
    let target = context.announced()?;
    let migrations = context.source.listed(target.database.dialect())?;
    let progress = Progress::new(context.output);
    let teller = progress.clone();
    // A run that stamps nothing: it creates what is missing and changes nothing else.
    let mut run = Run::stamp(Vec::<String>::new()).on_progress(move |event| teller.tell(event));
    if arguments.create_database {
        run = run.create_database();
    }
    if let Some(limit) = arguments.wait.lock_wait {
        run = run.lock_wait(limit);
    }
    let result = interruptible(&progress, async {
        migrations.run(&target.database, run).await
    });
    progress.end();
    let report = result??;
    Ok(Reply::new(Ensured {
        target: report.target,
        dialect: report.dialect,
        table: migrations.settings()?.table.clone(),
    }))
}

impl Human for Ensured {
    fn human(&self, page: &mut Page) {
        if page.volume() > Volume::Quiet {
            page.line(
                piece(GOOD, "ready")
                    .and(PLAIN, ": the state is kept in ")
                    .and(BOLD, &self.table),
            );
        }
    }
}
