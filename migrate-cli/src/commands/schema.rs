//! `schema dump`: a schema as the SQL that makes it.

use std::path::{Path, PathBuf};

use migrate_core::database::Database;
use migrate_core::model::autogenerate::dump;
use migrate_core::model::schema::Schema as Model;
use migrate_core::project::write::{Existing, save};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect};
use serde::Serialize;

use super::scratch::{Servers, Unnamed, called, servers};
use super::sides::{Named, in_workshop, revisions, server};
use crate::arguments::{Dump, Schema, SchemaCommand};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::page::{BAD, BOLD, DIM, GOOD, PLAIN, piece};
use crate::output::{Human, Page, Reply, Volume};

/// A schema as text.
#[derive(Serialize)]
struct Dumped {
    dialect: &'static str,
    sql: String,
}

/// The files that were written or looked at.
#[derive(Serialize)]
struct Files {
    /// Whether all of them say what they should.
    ok: bool,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    file: String,
    dialect: &'static str,
    state: State,
}

/// What came of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Written,
    UpToDate,
    Stale,
}

pub(crate) fn run(arguments: &Schema, context: &Context) -> Result<Reply, Failure> {
    let SchemaCommand::Dump(arguments) = &arguments.what;
    let side = Named::read(arguments.side.as_deref().unwrap_or("heads"), context)?;
    let configured = context.source.config()?.schema.dump.clone();
    if arguments.side.is_none() && arguments.output.is_none() && !configured.is_empty() {
        let mut files = Vec::new();
        for server in dumped_servers(arguments, context)? {
            let schema = read(&side, &server, arguments, context)?;
            if let Some(path) = path(schema.dialect, context)? {
                files.push(put(&path, &schema, arguments.check, context)?);
            }
        }
        return Ok(answer(files));
    }
    let server = server(&[&side], arguments.dialect, &arguments.scratch, context)?;
    let schema = read(&side, &server, arguments, context)?;
    match &arguments.output {
        Some(output) => {
            let file = put(output, &schema, arguments.check, context)?;
            Ok(answer(vec![file]))
        }
        None if arguments.check => Err(Diagnostic::error(
            Class::Usage,
            "`--check` compares with a file, and none is named",
        )
        .help("`-o FILE`, or `dump = \"FILE\"` below `[schema]` in migrate.toml")
        .into()),
        None => Ok(Reply::new(Dumped {
            dialect: schema.dialect.name(),
            sql: text(&schema)?,
        })),
    }
}

fn answer(files: Vec<File>) -> Reply {
    let ok = files.iter().all(|file| file.state != State::Stale);
    let exit = if ok { Exit::Fine } else { Exit::No };
    Reply::new(Files { ok, files }).exit(exit)
}

/// Those for whose dialects a dump is configured.
fn dumped_servers(arguments: &Dump, context: &Context) -> Result<Vec<Database>, Failure> {
    if arguments.dialect.is_some() {
        return Ok(vec![server(
            &[],
            arguments.dialect,
            &arguments.scratch,
            context,
        )?]);
    }
    let Servers { mut found, missing } = servers(&arguments.scratch, context, Unnamed::Taken)?;
    let configured = &context.source.config()?.schema.dump;
    let dialects = context.source.dialects()?;
    found.retain(|server| {
        let dialect = called(server.dialect(), dialects);
        !configured.of(dialect).is_empty()
    });
    let missing = missing
        .iter()
        .find(|(dialect, _)| !configured.of(*dialect).is_empty());
    match missing {
        Some((dialect, reason)) if arguments.check || found.is_empty() => {
            let message = format!("the schema cannot be dumped for {dialect}");
            Err(Diagnostic::error(Class::Config, message)
                .help(reason.as_str())
                .into())
        }
        _ => Ok(found),
    }
}

fn read(
    side: &Named,
    server: &Database,
    arguments: &Dump,
    context: &Context,
) -> Result<Model, Failure> {
    let dialect = server.dialect();
    let migrations = revisions(&[side], dialect, context)?;
    let side = side.side(dialect, context)?;
    in_workshop(
        server,
        &migrations,
        &arguments.scratch,
        context,
        async |workshop| workshop.schema(&side).await,
    )
}

/// The file that is to show the schema of this dialect.
fn path(dialect: Dialect, context: &Context) -> Result<Option<PathBuf>, Failure> {
    let project = context.source.surroundings()?;
    let configured = &project.config.schema.dump;
    let kinds: std::collections::BTreeSet<Dialect> = context
        .source
        .dialects()?
        .iter()
        .map(|it| it.fallback().unwrap_or(it))
        .collect();
    if kinds.len() > 1 && !configured.all.is_empty() {
        let message = "`schema.dump` is one file, and the project is written for several databases";
        let error = Diagnostic::error(Class::Config, message);
        let help = "each has its own: `dump = { sqlite = \"schema.sqlite.sql\", postgres = \"schema.postgres.sql\" }`";
        return Err(error.help(help).into());
    }
    let file = configured.of(dialect).first();
    Ok(file.map(|file| project.root.join(file)))
}

/// Brings the configured file up to date, if there is one.
pub(super) fn keep(schema: &Model, context: &Context) -> Result<Option<String>, Failure> {
    let Some(path) = path(schema.dialect, context)? else {
        return Ok(None);
    };
    let file = put(&path, schema, false, context)?;
    Ok((file.state == State::Written).then_some(file.file))
}

fn put(path: &Path, schema: &Model, check: bool, context: &Context) -> Result<File, Failure> {
    let wanted = text(schema)?;
    let root = &context.source.surroundings()?.root;
    let shown = path
        .strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string();
    let found = std::fs::read_to_string(path).unwrap_or_default();
    // An editor may have put other line breaks there.
    let state = if found.replace("\r\n", "\n") == wanted {
        State::UpToDate
    } else if check {
        State::Stale
    } else {
        save(path, &wanted, Existing::Replace).map_err(|mut findings| {
            for frame in findings.iter_mut().filter_map(|it| it.frame.as_mut()) {
                frame.file.clone_from(&shown);
            }
            findings
        })?;
        State::Written
    };
    Ok(File {
        file: shown,
        dialect: schema.dialect.name(),
        state,
    })
}

fn text(schema: &Model) -> Result<String, Failure> {
    let sql = dump(schema).map_err(|error| {
        let message = format!("{}: {}", error.object, error.message);
        Diagnostic::error(Class::Config, message).help(error.help)
    })?;
    // The same text whichever program writes it.
    let head = format!("-- {}, written by: schema dump\n", schema.dialect);
    Ok(if sql.is_empty() {
        head
    } else {
        format!("{head}\n{sql}")
    })
}

impl Human for Dumped {
    fn human(&self, page: &mut Page) {
        page.raw(&self.sql);
    }
}

impl Human for Files {
    fn human(&self, page: &mut Page) {
        for File { file, state, .. } in &self.files {
            let line = match state {
                State::Written => piece(GOOD, "dumped     ").and(BOLD, file),
                State::UpToDate => piece(DIM, "up to date ").and(PLAIN, file),
                State::Stale => piece(BAD, "stale      ")
                    .and(BOLD, file)
                    .and(DIM, ": the same without `--check` writes it"),
            };
            if page.volume() > Volume::Quiet || *state == State::Stale {
                page.line(line);
            }
        }
    }
}
