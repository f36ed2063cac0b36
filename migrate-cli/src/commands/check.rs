//! `check`: the gate of a CI, part by part.

use migrate_core::database::{Database, Drift, Finding, Verdict, drift};
use migrate_core::model::Graph;
use migrate_core::model::set::HeadsPolicy;
use migrate_core::project::Loaded;
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, DialectSet};
use serde::{Serialize, Serializer};

use super::scratch::{Servers, Unnamed, called, on_scratch, same_kind, servers};
use super::sides::{filter, in_workshop, wanted};
use super::verify::{finding, verdict};
use crate::arguments::Check;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Finding as Problem};
use crate::output::page::{BOLD, DIM, PLAIN, piece};
use crate::output::{Few, Human, Page, Reply, Volume};
use crate::source::Source;

/// What was checked.
#[derive(Serialize)]
struct Checked {
    ok: bool,
    parts: Vec<Part>,
}

/// One part.
#[derive(Serialize)]
struct Part {
    part: &'static str,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "problems")]
    errors: Vec<Diagnostic>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
}

fn problems<S: Serializer>(errors: &[Diagnostic], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(errors.iter().map(Problem::from))
}

impl Part {
    fn passed(part: &'static str) -> Self {
        Self {
            part,
            verdict: Verdict::Passed,
            reason: None,
            errors: Vec::new(),
            findings: Vec::new(),
            remarks: Vec::new(),
        }
    }

    fn not_run(part: &'static str, reason: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::NotRun,
            reason: Some(reason.into()),
            ..Self::passed(part)
        }
    }

    fn failed(part: &'static str, errors: Vec<Diagnostic>) -> Self {
        Self {
            verdict: Verdict::Failed,
            errors,
            ..Self::passed(part)
        }
    }
}

pub(crate) fn run(arguments: &Check, context: &Context) -> Result<Reply, Failure> {
    let (lock, heads, readable) = match &context.source {
        Source::Directory(_) => files(context)?,
        Source::Embedded(_) => carried(context)?,
    };
    let mut exits = Vec::new();
    let mut made = |part: &'static str, made: Result<Part, Failure>| match made {
        Ok(part) => Ok(part),
        Err(failure) if failure.exit == Exit::Usage || failure.is_interrupted() => Err(failure),
        // The other parts are worth seeing all the same.
        Err(failure) => {
            exits.push(failure.exit);
            Ok(Part::failed(part, failure.diagnostics))
        }
    };
    let (drift, wanted) = if readable {
        (
            made("drift", drifted(arguments, context))?,
            made("schema", desired_schema(arguments, context))?,
        )
    } else {
        (unreadable("drift"), unreadable("schema"))
    };
    let parts = vec![
        lock,
        heads,
        Part::not_run("lint", "this release has no lints"),
        drift,
        wanted,
    ];
    let ok = parts.iter().all(|part| part.verdict != Verdict::Failed);
    let exit = exits
        .first()
        .copied()
        .unwrap_or(if ok { Exit::Fine } else { Exit::No });
    Ok(Reply::new(Checked { ok, parts }).exit(exit))
}

fn unreadable(part: &'static str) -> Part {
    Part::not_run(part, "the revisions cannot be read")
}

/// Lock and heads of a directory, and whether there is a graph.
fn files(context: &Context) -> Result<(Part, Part, bool), Failure> {
    // A project that cannot be found is no part that fails.
    let loaded = context.source.released()?;
    let heads = match &loaded.graph {
        Some(graph) => heads(graph, loaded.config().migrations.heads),
        None => unreadable("heads"),
    };
    Ok((lock(&loaded, context), heads, loaded.graph.is_some()))
}

/// Lock and heads of the revisions inside a program.
fn carried(context: &Context) -> Result<(Part, Part, bool), Failure> {
    let migrations = context.source.migrations()?;
    let lock = if context.source.has_drafts(migrations)? {
        let error = Diagnostic::error(Class::Draft, "this program carries drafts");
        let help = "`migrate-cli lock` locks them in the source tree; then build the program again";
        Part::failed("lock", vec![error.help(help)])
    } else {
        Part {
            remarks: vec!["the files were compared when this program was built".to_owned()],
            ..Part::passed("lock")
        }
    };
    let heads = heads(migrations.set()?.graph(), migrations.settings()?.heads);
    Ok((lock, heads, true))
}

/// Everything that a release build would refuse.
fn lock(loaded: &Loaded, context: &Context) -> Part {
    let errors: Vec<Diagnostic> = loaded.errors().cloned().collect();
    if errors.is_empty() {
        context.output.warnings(loaded.warnings());
        return Part::passed("lock");
    }
    Part::failed("lock", errors)
}

fn heads(graph: &Graph, policy: HeadsPolicy) -> Part {
    let heads = graph.effective_heads();
    if heads.len() < 2 {
        return Part::passed("heads");
    }
    let names: Vec<String> = graph.ids(&heads).iter().map(ToString::to_string).collect();
    let several = format!("there are {} heads: {}", names.len(), names.join(", "));
    if policy == HeadsPolicy::Many {
        return Part {
            remarks: vec![several],
            ..Part::passed("heads")
        };
    }
    let error = Diagnostic::error(Class::MultipleHeads, several).help(
        "`migrate-cli merge heads` joins them, `migrate-cli rebase` puts one on top of the other",
    );
    Part::failed("heads", vec![error])
}

/// The database that is meant beside what its revisions make.
fn drifted(arguments: &Check, context: &Context) -> Result<Part, Failure> {
    if context.settings.option_url.is_none()
        && context.settings.variable_url.is_none()
        && context.settings.env.is_none()
        && context.variables()?.get("DATABASE_URL").is_none()
    {
        return Ok(Part::not_run(
            "drift",
            "no database is named: `--database-url`",
        ));
    }
    let target = context.announced()?;
    let Servers { found, missing } = servers(&arguments.scratch, context, Unnamed::Taken)?;
    let dialect = target.database.dialect();
    let Some(server) = found.iter().find(|server| server.dialect() == dialect) else {
        let mut missing = missing.into_iter();
        let reason = missing.find(|(missing, _)| same_kind(*missing, dialect));
        let reason = reason.map_or_else(
            || "no server is named for a throw-away database: `--scratch-url`".to_owned(),
            |(_, reason)| reason,
        );
        return Ok(Part::not_run("drift", reason));
    };
    compared(&target.database, server, arguments, context)
}

fn compared(
    live: &Database,
    server: &Database,
    arguments: &Check,
    context: &Context,
) -> Result<Part, Failure> {
    let migrations = match context.source.provable(DialectSet::one(live.dialect())) {
        Ok(migrations) => migrations,
        Err(_) => {
            return Ok(Part::not_run(
                "drift",
                "the revisions cannot run as they are",
            ));
        }
    };
    let settings = migrations.settings()?;
    let filter = filter(context.source.config()?);
    let found = on_scratch(
        server,
        settings,
        &arguments.scratch,
        context,
        async |scratch| drift(&migrations, live, scratch, &filter).await,
    )?;
    Ok(match found {
        Drift::NotCompared(reason) => Part::not_run("drift", reason),
        Drift::Compared {
            findings, remarks, ..
        } if findings.is_empty() => Part {
            remarks,
            ..Part::passed("drift")
        },
        Drift::Compared {
            findings, remarks, ..
        } => Part {
            verdict: Verdict::Failed,
            findings,
            remarks,
            ..Part::passed("drift")
        },
        _ => Part::not_run("drift", "this program does not know what was found"),
    })
}

/// The desired schema beside what the revisions make.
fn desired_schema(arguments: &Check, context: &Context) -> Result<Part, Failure> {
    const PART: &str = "schema";
    let models = context.source.models();
    if models.is_none() && context.source.config()?.schema.files.is_empty() {
        let reason = match context.source.is_program() {
            true => {
                "there is no desired schema: neither models nor `files` below `[schema]` in migrate.toml"
            }
            false => {
                "there is no desired schema: `files` below `[schema]` in migrate.toml; models are for `check` of the application's own command"
            }
        };
        return Ok(Part::not_run(PART, reason));
    }
    let Servers { found, missing } = servers(&arguments.scratch, context, Unnamed::Taken)?;
    let mut part = Part::passed(PART);
    for (dialect, reason) in missing {
        part.remarks
            .push(format!("not compared for {dialect}: {reason}"));
    }
    if found.is_empty() {
        return Ok(Part::not_run(PART, part.remarks.join("; ")));
    }
    let several = found.len() > 1;
    let configured = context.source.dialects()?;
    for server in &found {
        let dialect = called(server.dialect(), configured);
        let Ok(migrations) = context.source.provable(DialectSet::one(dialect)) else {
            return Ok(Part::not_run(PART, "the revisions cannot run as they are"));
        };
        let wanted = wanted(dialect, context)?;
        let proof = in_workshop(
            server,
            &migrations,
            &arguments.scratch,
            context,
            async |workshop| workshop.in_sync(&wanted).await,
        )?;
        let named = |text: String| match several {
            true => format!("{dialect}: {text}"),
            false => text,
        };
        part.remarks.extend(proof.remarks.into_iter().map(named));
        for mut finding in proof.findings {
            part.verdict = Verdict::Failed;
            finding.message = named(finding.message);
            part.findings.push(finding);
        }
    }
    if part.verdict == Verdict::Failed {
        let help =
            "`migrate-cli revision --autogenerate -m TEXT` writes the revision that is missing";
        part.remarks.push(context.output.named(help.to_owned()));
    }
    Ok(part)
}

impl Human for Checked {
    fn human(&self, page: &mut Page) {
        for part in &self.parts {
            if page.volume() == Volume::Quiet && part.verdict != Verdict::Failed {
                continue;
            }
            verdict(page, part.verdict, part.part, part.reason.as_deref());
            let few = Few::of(&part.errors, Few::ERRORS, page.volume());
            for error in &few.shown {
                for line in error.to_string().lines() {
                    page.line(piece(PLAIN, format!("           {line}")));
                }
            }
            if let Some(rest) = few.rest() {
                page.line(piece(BOLD, format!("           {rest}")));
            }
            part.findings.iter().for_each(|found| finding(page, found));
            for remark in &part.remarks {
                page.line(piece(DIM, format!("           {remark}")));
            }
        }
    }
}
