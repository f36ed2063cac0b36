//! `upgrade`, `downgrade`, `stamp`, `redo`: everything that is a run.

use std::time::Duration;

use migrate_core::database::{self, Outcome, Report, Run, StepAction, StepReport};
use migrate_core::project::config::Protection;
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::Class;

use crate::arguments::{Downgrade, Redo, Stamp, Upgrade};
use crate::context::{Context, Target, asked_to_end, wait};
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, GOOD, ID, PLAIN, WARN, count, duration, piece};
use crate::output::{Human, Page, Reply, Volume};
use crate::progress::{Progress, line, stopped};

pub(crate) fn upgrade(arguments: &Upgrade, context: &Context) -> Result<Reply, Failure> {
    let target = context.announced()?;
    let mut run = Run::upgrade(&arguments.spec);
    if arguments.dry_run {
        run = run.dry();
    }
    if arguments.fill {
        run = run.fill();
    }
    if arguments.create_database {
        run = run.create_database();
    }
    carry_out(context, &target, run, arguments.wait.lock_wait)
}

pub(crate) fn downgrade(arguments: &Downgrade, context: &Context) -> Result<Reply, Failure> {
    let target = context.announced()?;
    let mut run = Run::downgrade(&arguments.spec);
    if arguments.dry_run {
        run = run.dry();
    }
    if arguments.stored {
        refuse_where_protected(&target, "--stored")?;
        run = run.stored();
    }
    carry_out(context, &target, run, arguments.wait.lock_wait)
}

pub(crate) fn redo(arguments: &Redo, context: &Context) -> Result<Reply, Failure> {
    let target = context.announced()?;
    refuse_where_protected(&target, "`redo`")?;
    carry_out(
        context,
        &target,
        Run::redo(arguments.spec.clone()),
        arguments.wait.lock_wait,
    )
}

pub(crate) fn stamp(arguments: &Stamp, context: &Context) -> Result<Reply, Failure> {
    let target = context.announced()?;
    let mut run = Run::stamp(&arguments.specs);
    if arguments.purge {
        run = run.purge();
    }
    if arguments.create_database {
        run = run.create_database();
    }
    carry_out(context, &target, run, arguments.wait.lock_wait)
}

fn refuse_where_protected(target: &Target, what: &str) -> Result<(), Failure> {
    if target.protection == Protection::Open {
        return Ok(());
    }
    let error = Diagnostic::error(
        Class::Config,
        format!("{what} is refused: the environment is protected"),
    );
    Err(error
        .help("`protected = true` of the environment in migrate.toml says so")
        .into())
}

fn carry_out(
    context: &Context,
    target: &Target,
    run: Run,
    lock_wait: Option<Duration>,
) -> Result<Reply, Failure> {
    let migrations = context.source.runnable(target)?;
    let progress = Progress::new(context.output);
    let teller = progress.clone();
    let mut run = run.on_progress(move |event| teller.tell(event));
    if let Some(limit) = lock_wait {
        run = run.lock_wait(limit);
    }
    let result = interruptible(&progress, async {
        migrations.run(&target.database, run).await
    });
    progress.end();
    Ok(Reply::new(result??))
}

/// Drives `work` to its end unless the process is asked to end: then it is dropped, which ends its connection.
pub(crate) fn interruptible<T>(
    progress: &Progress,
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    let ended = wait(async {
        tokio::select! {
            done = work => Ok(done),
            by = asked_to_end() => Err(by),
        }
    })?;
    ended.map_err(|by| {
        progress.end();
        let (done, open) = stopped(progress);
        Diagnostic::error(Class::Interrupted, format!("stopped by {by}"))
            .note(done)
            .note(open)
            .help("the same command goes on from there; `migrate-cli status` shows where the database is")
            .into()
    })
}

impl From<database::Failure> for Failure {
    fn from(failure: database::Failure) -> Self {
        let (error, report) = failure.into_parts();
        Self {
            report: Some(Box::new(report)),
            ..Self::from(error)
        }
    }
}

impl From<database::Error> for Failure {
    fn from(error: database::Error) -> Self {
        error.diagnostic().into()
    }
}

impl Human for Report {
    fn human(&self, page: &mut Page) {
        if self.dry {
            self.dry(page);
        } else if page.volume() > Volume::Quiet {
            self.done(page);
        }
    }

    /// What a failed run had done until then; nothing where that is nothing.
    fn partly(&self, page: &mut Page) {
        if self.steps.iter().any(is_done) {
            self.done(page);
        }
    }
}

fn is_done(step: &StepReport) -> bool {
    matches!(step.outcome, Outcome::Finished | Outcome::Recovered)
}

fn at(rows: &[String]) -> String {
    if rows.is_empty() {
        "base".to_owned()
    } else {
        rows.join(", ")
    }
}

/// What a run did, on one line.
trait Done {
    fn done(&self, page: &mut Page);
}

impl Done for Report {
    fn done(&self, page: &mut Page) {
        let now = at(&self.heads);
        if self.steps.is_empty() {
            page.line(
                piece(GOOD, "nothing to do")
                    .and(PLAIN, ": at ")
                    .and(ID, now),
            );
            return;
        }
        let number = |action| {
            self.steps
                .iter()
                .filter(|step| is_done(step) && step.action == action)
                .count()
        };
        let again = number(StepAction::Upgrade);
        let words: Vec<String> =
            if self.direction == "redo" && again == number(StepAction::Downgrade) {
                vec![format!(
                    "{} taken back and applied again",
                    count(again, "revision")
                )]
            } else {
                [
                    (StepAction::Downgrade, "taken back"),
                    (StepAction::Upgrade, "applied"),
                    (StepAction::Unstamp, "no longer recorded"),
                    (StepAction::Stamp, "recorded"),
                ]
                .into_iter()
                .filter(|(action, _)| number(*action) > 0)
                .map(|(action, word)| format!("{} {word}", count(number(action), "revision")))
                .collect()
            };
        let failed = self
            .steps
            .iter()
            .any(|step| matches!(step.outcome, Outcome::Failed | Outcome::Unknown));
        page.line(
            piece(if failed { WARN } else { GOOD }, words.join(", "))
                .and(DIM, format!(" in {}", duration(self.duration)))
                .and(PLAIN, ": now at ")
                .and(ID, now),
        );
    }
}

/// What a dry run would have done.
trait Dry {
    fn dry(&self, page: &mut Page);
}

impl Dry for Report {
    fn dry(&self, page: &mut Page) {
        let from = at(&self.from);
        if self.steps.is_empty() {
            page.line(piece(DIM, format!("nothing to do: at {from}")));
            return;
        }
        let title = format!(
            "{} from {from}: {}, not run",
            self.direction,
            count(self.steps.len(), "step")
        );
        page.line(piece(BOLD, title));
        let of = self.steps.len();
        for (place, step) in self.steps.iter().enumerate() {
            page.add("  ").line(line(step, place + 1, of));
        }
    }
}
