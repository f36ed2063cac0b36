//! `revision --autogenerate`: what makes the desired schema, proven, then written.

mod outcome;
mod questions;
mod series;

use migrate_core::database::{Database, Desired, Generated, Side, Verdict};
use migrate_core::model::Index;
use migrate_core::model::diff::Renames;
use migrate_core::project::write::NewRevision;
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect, DialectSet};

use super::revision::written;
use super::schema;
use super::scratch::{Servers, Unnamed, servers};
use super::sides::{in_workshop, wanted};
use crate::arguments::{Generation, Revision};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Reply;
use outcome::{OnDatabase, Outcome};
use questions::{answered, asks, may_lose};
use series::{assemble, series};

pub(super) fn run(
    arguments: &Revision,
    new: NewRevision,
    context: &Context,
) -> Result<Reply, Failure> {
    let how = &arguments.generation;
    let servers = all_servers(how, context)?;
    let mut renames = Renames::default();
    how.rename.iter().for_each(|it| it.add_to(&mut renames));
    let mut generated = generate(&servers, &new, &renames, how, context)?;
    if asks(how, context) && answered(&generated, &mut renames)? {
        generated = generate(&servers, &new, &renames, how, context)?;
    }
    let revisions = assemble(&generated, &new, context)?;
    let mut outcome = Outcome {
        in_sync: generated.iter().all(|it| it.differences.is_empty()),
        databases: generated.iter().map(OnDatabase::from).collect(),
        revisions,
        written: Vec::new(),
        dumped: Vec::new(),
    };
    if outcome.in_sync {
        return Ok(Reply::new(outcome));
    }
    refuse_unproven(&generated, &mut outcome)?;
    if how.dry_run {
        return Ok(Reply::new(outcome));
    }
    may_lose(&generated, how, context)?;
    warn(&generated, context);
    outcome.written = written(context, context.source.loaded()?, series(&outcome, new))?;
    for one in &generated {
        outcome.dumped.extend(schema::keep(&one.after, context)?);
    }
    Ok(Reply::new(outcome))
}

/// A server for each dialect that the project is written for.
fn all_servers(how: &Generation, context: &Context) -> Result<Vec<Database>, Failure> {
    let Servers { mut found, missing } = servers(&how.scratch, context, Unnamed::Taken)?;
    let configured = context.source.dialects()?;
    if !configured.is_empty() {
        found.retain(|server| {
            let dialect = server.dialect();
            configured.contains(dialect)
                || dialect.is_mysql_family() && configured.iter().any(Dialect::is_mysql_family)
        });
    }
    if missing.is_empty() {
        return Ok(found);
    }
    let names: Vec<&str> = missing.iter().map(|(dialect, _)| dialect.name()).collect();
    let error = Diagnostic::error(
        Class::Config,
        format!(
            "the project is written for {} too, and there is no server to try the SQL on",
            names.join(" and ")
        ),
    );
    let error = missing
        .into_iter()
        .fold(error, |error, (_, reason)| error.help(reason));
    Err(error.into())
}

fn generate(
    servers: &[Database],
    new: &NewRevision,
    renames: &Renames,
    how: &Generation,
    context: &Context,
) -> Result<Vec<Generated>, Failure> {
    let mut all = Vec::new();
    for server in servers {
        let dialect = server.dialect();
        let migrations = context.source.provable(DialectSet::one(dialect))?;
        let graph = migrations.set()?.graph();
        let on: Vec<Index> = new
            .down_revision
            .iter()
            .filter_map(|id| graph.index(id.as_str()))
            .collect();
        let mut wanted = match wanted(dialect, context)? {
            Side::Models(models) => Desired::models(models),
            Side::Files(files) => Desired::files(files),
            _ => {
                return Err(Failure::internal(
                    "the desired schema is no database".to_owned(),
                ));
            }
        };
        wanted.renames = renames.clone();
        wanted.way = how.way();
        let generated = in_workshop(
            server,
            &migrations,
            &how.scratch,
            context,
            async |workshop| workshop.generate(&on, &wanted).await,
        )?;
        all.push(generated);
    }
    Ok(all)
}

/// A proof that fails writes nothing, and shows what is wrong.
fn refuse_unproven(generated: &[Generated], outcome: &mut Outcome) -> Result<(), Failure> {
    let mut error = Diagnostic::error(
        Class::Config,
        "the generated revision does not do what it should: nothing is written",
    );
    let mut failed = false;
    for one in generated {
        if one.proof.verdict != Verdict::Failed {
            continue;
        }
        failed = true;
        for finding in &one.proof.findings {
            error = error.note(format!("{}: {}", one.dialect, finding.message));
        }
    }
    if !failed {
        return Ok(());
    }
    let error = error
        .help("write this one by hand: `migrate-cli revision -m TEXT`, then `migrate-cli verify`");
    let shown = Outcome {
        in_sync: false,
        databases: std::mem::take(&mut outcome.databases),
        revisions: std::mem::take(&mut outcome.revisions),
        written: Vec::new(),
        dumped: Vec::new(),
    };
    Err(Failure {
        report: Some(Box::new(shown)),
        ..error.into()
    })
}

fn warn(generated: &[Generated], context: &Context) {
    let mut warnings = Vec::new();
    for one in generated {
        for warning in &one.warnings {
            warnings.push(Diagnostic::warning(
                Class::Config,
                format!("{}: {warning}", one.dialect),
            ));
        }
        for likely in &one.likely {
            warnings.push(
                Diagnostic::warning(Class::Config, format!("{}: {likely}", one.dialect)).help(
                    format!("`--rename {}` if it is the same one", likely.option()),
                ),
            );
        }
    }
    context.output.warnings(warnings.iter());
}

/// What several databases have in common is told once, where it comes first.
fn once_each<T: PartialEq>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for one in all {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}
