//! `upgrade`, `downgrade`, `stamp`, `redo`: everything that is a run.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use migrate_core::database::{self, Run};
use migrate_core::model::{Spec, resolve};
use migrate_core::project::config::Protection;
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect};
use serde::Serialize;

use super::report::nothing_to_do;
use super::script;
use crate::arguments::{Backup, Downgrade, Redo, RunOptions, Stamp, Upgrade};
use crate::context::{Context, Target, asked_to_end, wait};
use crate::failure::Failure;
use crate::output::page::{BOLD, ID, piece};
use crate::output::{Human, Page, Reply, Volume};
use crate::progress::{Progress, stopped};

pub(crate) fn upgrade(arguments: &Upgrade, context: &Context) -> Result<Reply, Failure> {
    if arguments.script.sql {
        return script::upgrade(&arguments.spec, &arguments.script, context);
    }
    script::refuse_range("upgrade", &arguments.spec)?;
    let target = context.announced()?;
    if !arguments.fill
        && !arguments.create_database
        && let Some(there) = already_there(arguments, context, &target)?
    {
        return Ok(Reply::new(there));
    }
    let mut run = Run::upgrade(&arguments.spec);
    if arguments.dry_run {
        run = run.dry();
    }
    if arguments.fill {
        run = run.fill();
        if !arguments.dry_run {
            show_first(context, &target, run.clone())?;
        }
    }
    if arguments.create_database {
        run = run.create_database();
    }
    if let Some(limit) = arguments.limit {
        run = run.wait(limit);
    }
    run = back_up_first(run, &arguments.backup, &target);
    carry_out(context, &target, run, &arguments.options)
}

pub(crate) fn downgrade(arguments: &Downgrade, context: &Context) -> Result<Reply, Failure> {
    if arguments.script.sql {
        return script::downgrade(&arguments.spec, &arguments.script, context);
    }
    script::refuse_range("downgrade", &arguments.spec)?;
    let target = context.looked_at()?;
    let mut run = Run::downgrade(&arguments.spec);
    if arguments.dry_run {
        run = run.dry();
    }
    if arguments.stored {
        refuse_where_protected(&target, "--stored")?;
        run = run.stored();
    }
    run = back_up_first(run, &arguments.backup, &target);
    carry_out(context, &target, run, &arguments.options)
}

pub(crate) fn redo(arguments: &Redo, context: &Context) -> Result<Reply, Failure> {
    let target = context.looked_at()?;
    refuse_where_protected(&target, "`redo`")?;
    carry_out(
        context,
        &target,
        Run::redo(arguments.spec.clone()),
        &arguments.options,
    )
}

pub(crate) fn stamp(arguments: &Stamp, context: &Context) -> Result<Reply, Failure> {
    if arguments.script.sql {
        return script::stamp(&arguments.specs, &arguments.script, context);
    }
    let target = context.announced()?;
    if arguments.verify {
        super::stamped::verify(arguments, &target, context)?;
    }
    let mut run = Run::stamp(&arguments.specs);
    if arguments.purge {
        run = run.purge();
    }
    if arguments.create_database {
        run = run.create_database();
    }
    carry_out(context, &target, run, &arguments.options)
}

/// The run with the backup that the options, or else the environment, ask for.
fn back_up_first(run: Run, asked: &Backup, target: &Target) -> Run {
    let configured = target.backup.as_ref().filter(|_| !asked.no_backup);
    match asked.backup.as_ref().or(configured) {
        Some(directory) => run.backup(directory),
        None => run,
    }
}

/// Says what a run would do, before it does it: filling a gap runs older revisions below newer ones.
fn show_first(context: &Context, target: &Target, run: Run) -> Result<(), Failure> {
    let migrations = context.source.runnable(target)?;
    let plan = wait(async { migrations.plan(&target.database, run).await })??;
    if !plan.steps.is_empty() {
        let ids: Vec<&str> = plan
            .steps
            .iter()
            .map(|step| step.revision.as_str())
            .collect();
        context.output.note(|page| {
            page.line(piece(BOLD, "to run: ").and(ID, ids.join(", ")));
        });
    }
    Ok(())
}

/// The answer to an upgrade that has nothing to do: the form of a report without steps.
#[derive(Serialize)]
struct AlreadyThere {
    dialect: &'static str,
    target: String,
    direction: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    arguments: BTreeMap<String, String>,
    from: Vec<String>,
    heads: Vec<String>,
    steps: [(); 0],
    warnings: [(); 0],
    dry: bool,
    duration_ms: f64,
}

/// Most upgrades find the database at head. That is decided from revisions.lock, the names of the files and one query;
/// `None`: read everything and run.
fn already_there(
    arguments: &Upgrade,
    context: &Context,
    target: &Target,
) -> Result<Option<AlreadyThere>, Failure> {
    let begun = Instant::now();
    let dialect = target.database.dialect();
    let Some(listed) = context.source.quick(dialect)? else {
        return Ok(None);
    };
    let graph = listed.set()?.graph();
    let spec: Spec = arguments.spec.parse()?;
    let heads = graph.effective_heads();
    if !matches!(spec.as_str(), "head" | "heads")
        || resolve(graph, &spec, None).ok() != Some(heads.clone())
    {
        return Ok(None);
    }
    if target.protection == Protection::Protected && context.source.has_drafts(listed)? {
        return Ok(None);
    }
    let looked = wait(async {
        let look = listed.is_at_heads(&target.database);
        // Whoever writes to a SQLite file may keep readers out: waiting, and saying so, is the business of the run.
        let limit = if dialect == Dialect::Sqlite {
            Duration::from_millis(300)
        } else {
            Duration::MAX
        };
        tokio::time::timeout(limit, look).await
    })?;
    let Ok(looked) = looked else { return Ok(None) };
    match looked {
        Ok(true) => {}
        // A server that cannot be reached is not tried twice; a SQLite file may be missing and is then made.
        Err(error)
            if error.class() == Class::Unreachable
                && dialect != Dialect::Sqlite
                && arguments.limit.is_none() =>
        {
            return Err(error.into());
        }
        _ => return Ok(None),
    }
    let heads: Vec<String> = graph.ids(&heads).iter().map(ToString::to_string).collect();
    Ok(Some(AlreadyThere {
        dialect: dialect.name(),
        target: target.database.to_string(),
        direction: "upgrade",
        tag: arguments.options.tag.tag.clone(),
        arguments: context.settings.arguments.clone(),
        from: heads.clone(),
        heads,
        steps: [],
        warnings: [],
        dry: arguments.dry_run,
        duration_ms: begun.elapsed().as_micros() as f64 / 1000.0,
    }))
}

impl Human for AlreadyThere {
    fn human(&self, page: &mut Page) {
        if page.volume() > Volume::Quiet {
            nothing_to_do(page, &self.heads);
        }
    }
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

pub(super) fn carry_out(
    context: &Context,
    target: &Target,
    run: Run,
    options: &RunOptions,
) -> Result<Reply, Failure> {
    let migrations = context.source.runnable(target)?;
    let progress = Progress::new(context.output);
    let teller = progress.clone();
    let mut run = run.on_progress(move |event| teller.tell(event));
    if let Some(limit) = options.wait.lock_wait {
        run = run.lock_wait(limit);
    }
    if let Some(tag) = &options.tag.tag {
        run = run.tag(tag);
    }
    for (key, value) in &context.settings.arguments {
        run = run.argument(key, value);
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
        let finding = error.diagnostic();
        if error.class() == Class::Unreachable && finding.help.is_empty() {
            return finding
                .help("is the server running, and are host and port of the URL right?")
                .into();
        }
        finding.into()
    }
}
