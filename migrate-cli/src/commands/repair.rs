//! `repair`: records what a person has decided about a revision in flight, or one whose text was edited.

use migrate_core::database::Repair as Decided;
use migrate_core::model::Migrations;
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::Class;

use super::runs::interruptible;
use crate::arguments::Repair;
use crate::context::{Context, Target, wait};
use crate::failure::Failure;
use crate::output::Reply;
use crate::progress::Progress;

pub(crate) fn run(arguments: &Repair, context: &Context) -> Result<Reply, Failure> {
    let target = context.looked_at()?;
    let migrations = context.source.runnable(&target)?;
    let mut decided = match &arguments.accept_edit {
        Some(id) => Decided::accept_edit(id),
        None => {
            let revision = match &arguments.revision {
                Some(id) => id.clone(),
                None => in_flight(&migrations, &target)?,
            };
            match arguments.resume_from {
                Some(number) => Decided::resume_from(revision, number.get()),
                None if arguments.applied => Decided::applied(revision),
                None => Decided::retry(revision),
            }
        }
    };
    if arguments.dry_run {
        decided = decided.dry();
    }
    if let Some(limit) = arguments.wait.lock_wait {
        decided = decided.lock_wait(limit);
    }
    let progress = Progress::new(context.output);
    let teller = progress.clone();
    let decided = decided.on_progress(move |event| teller.tell(event));
    let result = interruptible(&progress, async {
        migrations.repair(&target.database, decided).await
    });
    progress.end();
    Ok(Reply::new(result??))
}

/// The one revision in flight.
fn in_flight(migrations: &Migrations, target: &Target) -> Result<String, Failure> {
    let current = wait(async { migrations.current(&target.database).await })??;
    let ids: Vec<&str> = current
        .in_flight
        .iter()
        .map(|row| row.revision.as_str())
        .collect();
    match ids.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(Diagnostic::error(
            Class::NotApplied,
            "no revision is in flight, there is nothing to repair",
        )
        .help("`migrate-cli status` shows where the database is")
        .into()),
        several => Err(Diagnostic::error(
            Class::AmbiguousRevision,
            "several revisions are in flight: name the one to repair",
        )
        .note(format!("to choose from: {}", several.join(", ")))
        .into()),
    }
}
