//! `upgrade --sql`, `downgrade --sql`, `stamp --sql`: a run as a script.

use std::fs;
use std::path::Path;

use migrate_core::database::{self, Offline};
use migrate_core::project::write::{self, Existing};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect};
use serde::Serialize;

use crate::arguments::Script;
use crate::context::{Context, wait};
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, count, piece};
use crate::output::{Human, Page, Reply, Volume};

pub(crate) fn upgrade(
    range: &str,
    arguments: &Script,
    context: &Context,
) -> Result<Reply, Failure> {
    answer(Offline::upgrade(range), arguments, context)
}

/// Without FROM the rows are read, if a database is there to be asked.
pub(crate) fn downgrade(
    range: &str,
    arguments: &Script,
    context: &Context,
) -> Result<Reply, Failure> {
    let mut offline = Offline::downgrade(range);
    if !offline.names_start() {
        offline = offline.from(rows(range, context)?);
    }
    answer(offline, arguments, context)
}

pub(crate) fn stamp(
    targets: &[String],
    arguments: &Script,
    context: &Context,
) -> Result<Reply, Failure> {
    answer(Offline::stamp(targets), arguments, context)
}

fn answer(offline: Offline, arguments: &Script, context: &Context) -> Result<Reply, Failure> {
    let dialect = dialect(arguments, context)?;
    let migrations = context
        .source
        .runnable_for(dialect, context.protection()?)?;
    let script = migrations.script(dialect, &offline)?;
    let drafts: Vec<&str> = script
        .steps
        .iter()
        .filter(|step| step.draft)
        .map(|step| step.revision.as_str())
        .collect();
    if !drafts.is_empty() {
        let warning = Diagnostic::warning(
            Class::Draft,
            format!(
                "the script has drafts, whose text may still change: {}",
                drafts.join(", ")
            ),
        )
        .help("`migrate-cli lock` checks and locks them");
        context.output.warnings([warning].iter());
    }
    let written = match &arguments.output {
        Some(path) => Some(save(path, &script.sql, arguments.force)?),
        None => None,
    };
    Ok(Reply::new(Answer {
        sql: written.is_none().then(|| script.sql.clone()),
        output: arguments
            .output
            .as_ref()
            .map(|path| path.display().to_string()),
        written,
        script,
    }))
}

/// What the script is written for.
fn dialect(arguments: &Script, context: &Context) -> Result<Dialect, Failure> {
    if let Some(dialect) = arguments.dialect {
        return Ok(dialect);
    }
    let configured = context.source.dialects()?;
    let mut each = configured.iter();
    if let (Some(only), None) = (each.next(), each.next()) {
        return Ok(only);
    }
    if let Some(dialect) = context.database_dialect() {
        return Ok(dialect);
    }
    let message = if configured.is_empty() {
        "the project names no dialect, and no database is named".to_owned()
    } else {
        format!("the project has several dialects: {configured}")
    };
    Err(Diagnostic::error(Class::Usage, message)
        .help("say for which one the script is: `--dialect postgres`")
        .into())
}

/// The rows of the database that is named.
fn rows(range: &str, context: &Context) -> Result<Vec<String>, Failure> {
    let unknown = |why: &Diagnostic| -> Failure {
        Diagnostic::error(
            Class::Usage,
            format!("`{range}` counts from where the database is, and that is not known"),
        )
        .note(why.message.clone())
        .help(format!(
            "write FROM:TO, such as `migrate-cli downgrade --sql head:{range}`"
        ))
        .into()
    };
    let target = match context.target() {
        Ok(target) => target,
        Err(failure) => {
            return Err(failure
                .diagnostics
                .first()
                .map_or_else(|| Failure::internal("no database".to_owned()), unknown));
        }
    };
    let migrations = context.source.runnable(&target)?;
    let current = match wait(async { migrations.current(&target.database).await })? {
        Ok(current) => current,
        Err(error) if error.class() == Class::Unreachable => {
            return Err(unknown(&error.diagnostic()));
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(row) = current.in_flight.first() {
        return Err(Diagnostic::error(
            Class::InDoubt,
            format!("revision {} is in flight", row.revision),
        )
        .help("`migrate-cli upgrade` finishes it; `migrate-cli status` shows more")
        .into());
    }
    if let Some(row) = current.unknown.first() {
        return Err(Diagnostic::error(
            Class::UnknownRevision,
            format!(
                "revision {} is applied, and there is no file of it here",
                row.revision
            ),
        )
        .help("use the files of the release that applied it")
        .into());
    }
    Ok(current
        .current
        .into_iter()
        .map(|row| row.revision)
        .collect())
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Saved {
    Written,
    Unchanged,
}

/// Writes the file at once or not at all. Another one is not replaced unasked: somebody may have edited it.
fn save(path: &Path, text: &str, force: bool) -> Result<Saved, Failure> {
    if fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()) {
        return Ok(Saved::Unchanged);
    }
    let existing = if force {
        Existing::Replace
    } else {
        Existing::Refuse
    };
    write::save(path, text, existing).map_err(|mut findings| {
        for finding in &mut findings {
            if !force && path.exists() {
                finding.help.push("`--force` replaces it".to_owned());
            }
        }
        findings
    })?;
    Ok(Saved::Written)
}

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    script: database::Script,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(skip)]
    sql: Option<String>,
    #[serde(skip)]
    written: Option<Saved>,
}

impl Human for Answer {
    fn human(&self, page: &mut Page) {
        if let Some(sql) = &self.sql {
            page.raw(sql);
            return;
        }
        if page.volume() == Volume::Quiet {
            return;
        }
        let output = self.output.as_deref().unwrap_or_default();
        let steps = count(self.script.steps.len(), "revision");
        let word = match self.written {
            Some(Saved::Unchanged) => "unchanged",
            _ => "written",
        };
        page.line(piece(BOLD, output).and(
            DIM,
            format!("  {word}: {steps} for {}", self.script.dialect),
        ));
    }
}
