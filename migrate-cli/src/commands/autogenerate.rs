//! `revision --autogenerate`: what makes the desired schema, proven, then written.

use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

use migrate_core::database::{
    Database, Desired, Generated, Part, Sections, Side, Verdict, Workshop,
};
use migrate_core::model::Index;
use migrate_core::model::autogenerate::{LikelyRename, Section};
use migrate_core::model::diff::Renames;
use migrate_core::model::expand::Kept;
use migrate_core::model::schema::Difference;
use migrate_core::project::write::{NewRevision, NewSection};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::revision::Direction;
use migrate_core::text::{Diagnostic, Dialect, DialectSet};
use serde::Serialize;

use super::diff::Told;
use super::revision::{Written, written};
use super::schema;
use super::scratch::{Servers, Unnamed, on_scratch, servers};
use super::sides::{filter, wanted};
use crate::arguments::{Generation, Revision};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, GOOD, PLAIN, WARN, piece};
use crate::output::{Human, Page, Reply, Volume};

/// What was generated, and what was written of it.
#[derive(Serialize)]
struct Outcome {
    /// Whether there was nothing to do.
    in_sync: bool,
    databases: Vec<OnDatabase>,
    revisions: Vec<Proposed>,
    written: Vec<Written>,
    /// The files that show the schema and were brought up to date.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dumped: Vec<String>,
}

/// What differs on one kind of database.
#[derive(Serialize)]
struct OnDatabase {
    dialect: &'static str,
    differences: Vec<Told>,
    operations: Vec<String>,
    /// What data the upgrade takes away.
    loses: Vec<String>,
    /// What is kept for an older release once this is done: `--contract` lets it go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<Kept>,
    /// What looks like a rename: `--rename` makes it one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    likely_renames: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
    /// The tables whose sample rows were the same after the up and after the down.
    rows_kept: usize,
    /// The tables for which no sample row could be made.
    rows_unknown: usize,
}

/// A revision with its sections.
#[derive(Clone, Serialize)]
struct Proposed {
    /// The id, if one was asked for.
    #[serde(skip)]
    id: Option<String>,
    message: String,
    sections: Vec<ProposedSection>,
}

#[derive(Clone, Serialize)]
struct ProposedSection {
    direction: &'static str,
    dialects: Vec<&'static str>,
    transactional: bool,
    sql: String,
    #[serde(skip)]
    new: NewSection,
}

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

/// The revisions as they are written: what was ordered is the first.
fn series(outcome: &Outcome, new: NewRevision) -> Vec<NewRevision> {
    let mut first = Some(new);
    let revision = |proposed: &Proposed| NewRevision {
        id: proposed.id.clone(),
        message: proposed.message.clone(),
        sections: proposed.sections.iter().map(|it| it.new.clone()).collect(),
        ..first.take().unwrap_or_default()
    };
    outcome.revisions.iter().map(revision).collect()
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
    let filter = filter(context.source.config()?);
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
        let generated = on_scratch(
            server,
            migrations.settings()?,
            &how.scratch,
            context,
            async |scratch| {
                let given = &context.settings.arguments;
                let workshop = Workshop::new(&migrations, scratch, &filter, given).await?;
                workshop.generate(&on, &wanted).await
            },
        )?;
        all.push(generated);
    }
    Ok(all)
}

/// The revisions with a section for each database. Where several have to do something in different stages, each has
/// its own first and second.
fn assemble(
    generated: &[Generated],
    new: &NewRevision,
    context: &Context,
) -> Result<Vec<Proposed>, Failure> {
    let configured = context.source.dialects()?;
    let several = generated.len() > 1;
    let parts: BTreeSet<Part> = generated
        .iter()
        .flat_map(|it| it.revisions.iter().map(|revision| revision.part))
        .collect();
    let mut all = Vec::new();
    for part in parts {
        let revisions = |it: &Generated| -> Vec<Sections> {
            let of_part = it.revisions.iter().filter(|it| it.part == part);
            of_part.cloned().collect()
        };
        let count = generated.iter().map(|it| revisions(it).len()).max();
        for place in 0..count.unwrap_or(0) {
            let mut sections = Vec::new();
            for direction in Direction::ALL {
                for one in generated {
                    let dialects = if several {
                        DialectSet::one(named(one.dialect, configured))
                    } else {
                        DialectSet::EMPTY
                    };
                    let of_part = revisions(one);
                    let warnings: &[String] = match all.len() {
                        0 => &one.warnings,
                        _ => &[],
                    };
                    sections.push(section(of_part.get(place), warnings, direction, dialects));
                }
            }
            let mut message = new.message.clone();
            if let Some(title) = part.title() {
                message.push_str(&format!(": {title}"));
            }
            if place > 0 {
                message.push_str(" (online part)");
            }
            all.push(Proposed {
                id: id_of(new.id.as_deref(), all.len()),
                message,
                sections,
            });
        }
    }
    Ok(all)
}

/// The id of a revision behind the first one: `5cd0_2` behind `5cd0`, where that was asked for.
fn id_of(first: Option<&str>, place: usize) -> Option<String> {
    match place {
        0 => first.map(str::to_owned),
        _ => first.map(|first| format!("{first}_{}", place + 1)),
    }
}

/// MariaDB takes the section of MySQL where the project is written for both.
fn named(dialect: Dialect, configured: DialectSet) -> Dialect {
    match dialect.fallback() {
        Some(other) if configured.contains(other) => other,
        _ if dialect == Dialect::Mysql && !configured.contains(dialect) => Dialect::Mariadb,
        _ => dialect,
    }
}

fn section(
    revision: Option<&Sections>,
    warnings: &[String],
    direction: Direction,
    dialects: DialectSet,
) -> ProposedSection {
    let empty = Section::of(&[]);
    let found = revision.map(|Sections { up, down, .. }| match direction {
        Direction::Up => up,
        Direction::Down => down,
    });
    let found = found.unwrap_or(&empty);
    let mut text = String::new();
    if direction == Direction::Up {
        for warning in warnings {
            let first = warning.lines().next().unwrap_or_default();
            text.push_str(&format!("-- needs a look: {first}\n"));
        }
    }
    text.push_str(&found.text);
    if found.is_empty() {
        text.push_str("-- migrate:empty nothing to do here\n");
    }
    ProposedSection {
        direction: direction.name(),
        dialects: dialects.iter().map(Dialect::name).collect(),
        transactional: found.transactional,
        sql: text.clone(),
        new: NewSection {
            direction,
            dialects,
            text,
            transactional: found.transactional,
        },
    }
}

/// Whether there is somebody to ask.
fn asks(how: &Generation, context: &Context) -> bool {
    !how.dry_run
        && context.output.volume > Volume::Quiet
        && std::io::stdin().is_terminal()
        && std::io::stderr().is_terminal()
}

/// Asks of everything that looks like a rename whether it is one; says whether something is.
fn answered(generated: &[Generated], renames: &mut Renames) -> Result<bool, Failure> {
    let mut asked: Vec<&LikelyRename> = Vec::new();
    let mut found = false;
    for likely in generated.iter().flat_map(|it| &it.likely) {
        if asked.contains(&likely) {
            continue;
        }
        asked.push(likely);
        if yes(&format!("{likely}. Is it renamed?"))? {
            likely.add_to(renames);
            found = true;
        }
    }
    Ok(found)
}

fn yes(question: &str) -> Result<bool, Failure> {
    let problem = |error: std::io::Error| {
        Diagnostic::error(Class::Config, format!("nobody answers: {}", error.kind()))
    };
    let mut stderr = anstream::stderr();
    write!(stderr, "{question} [y/N] ").map_err(problem)?;
    stderr.flush().map_err(problem)?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(problem)?;
    if !answer.ends_with('\n') {
        // The input has ended on the line of the question.
        writeln!(stderr).map_err(problem)?;
    }
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
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

/// What takes data away is written only when somebody has said so.
fn may_lose(generated: &[Generated], how: &Generation, context: &Context) -> Result<(), Failure> {
    let mut loses: Vec<&str> = Vec::new();
    for what in generated.iter().flat_map(Generated::loses) {
        if !loses.contains(&what) {
            loses.push(what);
        }
    }
    // A contract is asked for by its name.
    if loses.is_empty() || how.allow_destructive || how.contract.is_some() {
        return Ok(());
    }
    let lost = loses.join(", ");
    if asks(how, context) && yes(&format!("this takes data away: {lost}. Write it?"))? {
        return Ok(());
    }
    let mut error = Diagnostic::error(
        Class::Config,
        format!("this would take data away: {lost}; nothing is written"),
    );
    let mut likely: Vec<&LikelyRename> = Vec::new();
    for one in generated.iter().flat_map(|it| &it.likely) {
        if !likely.contains(&one) {
            likely.push(one);
        }
    }
    for rename in likely {
        error = error.help(format!(
            "{rename}: `--rename {}` if it is the same one",
            rename.option()
        ));
    }
    Err(error
        .help("`--allow-destructive` writes it as it is, `--dry-run` shows it")
        .into())
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

impl From<&Generated> for OnDatabase {
    fn from(generated: &Generated) -> Self {
        let told = |difference: &Difference| Told::from(difference.clone());
        Self {
            dialect: generated.dialect.name(),
            differences: generated.differences.iter().map(told).collect(),
            operations: generated.operations.clone(),
            loses: generated.loses().map(str::to_owned).collect(),
            kept: generated.kept.clone(),
            likely_renames: generated.likely.iter().map(LikelyRename::option).collect(),
            warnings: generated.warnings.clone(),
            remarks: generated.remarks.clone(),
            rows_kept: generated.rows_kept,
            rows_unknown: generated.rows_unknown,
        }
    }
}

impl Human for Outcome {
    fn human(&self, page: &mut Page) {
        if self.in_sync {
            if page.volume() > Volume::Quiet {
                page.line(
                    piece(GOOD, "nothing to do")
                        .and(PLAIN, ": the revisions make the desired schema"),
                );
                self.kept(page);
            }
            return;
        }
        if self.written.is_empty() {
            self.proposal(page);
            return;
        }
        let verbose = page.volume() == Volume::Verbose;
        if page.volume() > Volume::Quiet {
            for database in &self.databases {
                if self.databases.len() > 1 {
                    page.line(piece(BOLD, database.dialect));
                }
                for operation in &database.operations {
                    page.line(format!("  {operation}"));
                }
                for what in &database.loses {
                    page.line(piece(WARN, "  destructive ").and(PLAIN, what));
                }
                for remark in database.remarks.iter().filter(|_| verbose) {
                    page.line(piece(DIM, format!("  {remark}")));
                }
            }
        }
        self.written.iter().for_each(|it| it.human(page));
        if page.volume() > Volume::Quiet {
            self.kept(page);
            for file in &self.dumped {
                page.line(piece(GOOD, "dumped  ").and(BOLD, file));
            }
        }
        if page.volume() > Volume::Quiet {
            let rows = self.rows();
            page.line(piece(
                DIM,
                format!("proven: the up makes the desired schema, the down the former one{rows}"),
            ));
        }
    }
}

impl Outcome {
    /// What is kept for an older release, once for all databases.
    fn kept(&self, page: &mut Page) {
        let mut told: Vec<String> = Vec::new();
        for kept in self.databases.iter().flat_map(|it| &it.kept) {
            let text = kept.to_string();
            if !told.contains(&text) {
                page.line(piece(DIM, &text));
                told.push(text);
            }
        }
    }

    /// What the proof says of rows: nothing where there were none, or where they did not fit.
    fn rows(&self) -> String {
        let kept: usize = self.databases.iter().map(|it| it.rows_kept).sum();
        let unknown: usize = self.databases.iter().map(|it| it.rows_unknown).sum();
        let fit = self.databases.iter().all(|it| it.warnings.is_empty());
        match (fit, kept, unknown) {
            (false, ..) | (true, 0, 0) => String::new(),
            (true, _, 0) => ", rows survive".to_owned(),
            (true, kept, unknown) => {
                format!(", rows survive in {kept} of {} tables", kept + unknown)
            }
        }
    }

    /// The sections as they would be written.
    fn proposal(&self, page: &mut Page) {
        for (place, revision) in self.revisions.iter().enumerate() {
            if place > 0 {
                page.end();
            }
            page.line(piece(BOLD, format!("-- {}", revision.message)));
            for section in &revision.sections {
                let mut marker = format!("-- migrate:{}", section.direction);
                if !section.dialects.is_empty() {
                    marker.push_str(&format!(" dialect:{}", section.dialects.join(",")));
                }
                if !section.transactional {
                    marker.push_str(" transaction:false");
                }
                page.end().line(piece(DIM, marker));
                for text in section.sql.lines() {
                    page.line(text);
                }
            }
        }
    }
}
