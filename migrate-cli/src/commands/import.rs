//! `import`: the migrations of another tool as revisions of ours.

use std::path::{Path, PathBuf};

use migrate_core::database::Database;
use migrate_core::model::Tool;
use migrate_core::project::import::{self, pair, read};
use migrate_core::project::lock::State;
use migrate_core::project::write::{self, Earlier, ImportEffect, Imported, WriteImport};
use migrate_core::project::{Project, Search};
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect, DialectSet, RevisionId};
use serde::{Serialize, Serializer};

use crate::arguments::Import;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Finding};
use crate::output::page::{BOLD, DIM, GOOD, ID, PLAIN, WARN, count, piece};
use crate::output::{Human, Page, Reply, Volume};
use crate::target;

/// What was imported, or would be.
#[derive(Serialize)]
struct Taken {
    tool: &'static str,
    dry: bool,
    directory: String,
    revisions: Vec<Revision>,
    heads: Vec<String>,
    #[serde(serialize_with = "findings")]
    warnings: Vec<Diagnostic>,
    /// What a person has to do before the drafts can be locked.
    #[serde(serialize_with = "findings")]
    left_to_do: Vec<Diagnostic>,
    #[serde(skip)]
    title: &'static str,
}

#[derive(Serialize)]
struct Revision {
    revision: String,
    version: String,
    message: String,
    file: String,
    source: String,
    state: &'static str,
}

fn findings<S: Serializer>(list: &[Diagnostic], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().map(Finding::from))
}

pub(crate) fn run(arguments: &Import, context: &Context) -> Result<Reply, Failure> {
    check(arguments)?;
    let start = std::env::current_dir().map_err(|error| {
        let message = format!("the current directory cannot be found: {}", error.kind());
        Diagnostic::error(Class::Config, message)
    })?;
    let project = Search::from(&start)
        .config(context.settings.config.clone())
        .dir(context.settings.dir.clone())
        .find_config()?;
    let mut readings = Vec::new();
    let mut findings = Vec::new();
    for part in parts(arguments, context, &project)? {
        let reading = read(&import::Import {
            tool: arguments.from,
            dirs: part.directories,
            start: start.clone(),
            dialect: part.dialect,
            table: arguments.table.clone(),
            placeholders: arguments.placeholder.iter().cloned().collect(),
            configurations: arguments.conf.clone(),
            sql_files: part.sql_files,
            down_sql_files: part.down_sql_files,
        });
        match reading {
            Ok(reading) => readings.push(reading),
            // What is wrong for one dialect may be so for all, where they share a directory.
            Err(found) => {
                for finding in found {
                    if !findings.contains(&finding) {
                        findings.push(finding);
                    }
                }
            }
        }
    }
    if !findings.is_empty() {
        return Err(findings.into());
    }
    let reading = pair(readings)?;
    let dialects = match project.config.migrations.dialects {
        none if none.is_empty() => reading.dialects,
        configured => configured,
    };
    let effect = if arguments.dry_run {
        ImportEffect::Show
    } else {
        ImportEffect::Write
    };
    let how = WriteImport {
        dialects,
        effect,
        earlier: if arguments.replace {
            Earlier::Replace
        } else {
            Earlier::Refuse
        },
    };
    let imported = write::import(&project, reading, how)?;
    context.output.warnings(imported.warnings.iter());
    context.output.left_to_do(&imported.left);
    let exit = if imported.left.is_empty() {
        Exit::Fine
    } else {
        Exit::No
    };
    Ok(Reply::new(Taken::new(arguments, imported)).exit(exit))
}

/// Options that only one tool has a use for.
fn check(arguments: &Import) -> Result<(), Failure> {
    let misplaced = [
        (!arguments.sql_file.is_empty(), "--sql-file", Tool::Alembic),
        (
            !arguments.down_sql_file.is_empty(),
            "--down-sql-file",
            Tool::Alembic,
        ),
        (
            !arguments.placeholder.is_empty(),
            "--placeholder",
            Tool::Flyway,
        ),
        (!arguments.conf.is_empty(), "--conf", Tool::Flyway),
        (arguments.table.is_some(), "--table", Tool::Alembic),
    ];
    for (given, option, tool) in misplaced {
        if given && arguments.from != tool {
            let message = format!(
                "`{option}` is for {tool}, and this is an import from {}",
                arguments.from
            );
            return Err(Diagnostic::error(Class::Usage, message)
                .help("leave it out")
                .into());
        }
    }
    Ok(())
}

/// What is read for one dialect.
struct Part {
    dialect: Dialect,
    directories: Vec<PathBuf>,
    sql_files: Vec<PathBuf>,
    down_sql_files: Vec<PathBuf>,
}

/// The operands by their dialects, in the order in which these are named first.
fn parts(arguments: &Import, context: &Context, project: &Project) -> Result<Vec<Part>, Failure> {
    let mut usual = None;
    let mut of = |path: &Path| -> Result<(Dialect, PathBuf), Failure> {
        let (named, path) = of_dialect(path);
        let dialect = match (named, usual) {
            (Some(dialect), _) => serves(dialect, project)?,
            (None, Some(dialect)) => dialect,
            (None, None) => *usual.insert(dialect(arguments, context, project)?),
        };
        Ok((dialect, path))
    };
    let mut parts: Vec<Part> = Vec::new();
    for path in &arguments.directories {
        let (dialect, path) = of(path)?;
        match parts.iter_mut().find(|part| part.dialect == dialect) {
            Some(part) => part.directories.push(path),
            None => parts.push(Part {
                dialect,
                directories: vec![path],
                sql_files: Vec::new(),
                down_sql_files: Vec::new(),
            }),
        }
    }
    let mut file = |path: &Path, add: fn(&mut Part, PathBuf)| -> Result<(), Failure> {
        let (dialect, path) = of(path)?;
        let Some(part) = parts.iter_mut().find(|part| part.dialect == dialect) else {
            let message = format!("{} is for {dialect}, and no directory is", path.display());
            return Err(Diagnostic::error(Class::Usage, message)
                .help(format!(
                    "name the directory that it belongs to: `{dialect}=DIR`"
                ))
                .into());
        };
        add(part, path);
        Ok(())
    };
    for path in &arguments.sql_file {
        file(path, |part, path| part.sql_files.push(path))?;
    }
    for path in &arguments.down_sql_file {
        file(path, |part, path| part.down_sql_files.push(path))?;
    }
    Ok(parts)
}

/// `postgres=old/postgres`: a path with the dialect of what is there.
fn of_dialect(path: &Path) -> (Option<Dialect>, PathBuf) {
    let named = path.to_str().and_then(|text| {
        let (dialect, path) = text.split_once('=')?;
        Some((dialect.parse().ok()?, path))
    });
    match named {
        Some((dialect, path)) => (Some(dialect), path.into()),
        None => (None, path.to_owned()),
    }
}

/// The dialect, if the project is for it.
fn serves(dialect: Dialect, project: &Project) -> Result<Dialect, Failure> {
    let configured = project.config.migrations.dialects;
    let mut others = configured.iter();
    if configured.is_empty()
        || others.any(|other| other == dialect || other.fallback() == Some(dialect))
    {
        return Ok(dialect);
    }
    let message = format!("the project is not for {dialect}");
    Err(Diagnostic::error(Class::Config, message)
        .note(format!(
            "`dialects` in migrate.toml has {}",
            shown(configured)
        ))
        .help(format!("add \"{dialect}\" there"))
        .into())
}

fn shown(dialects: DialectSet) -> String {
    let names: Vec<&str> = dialects.iter().map(Dialect::name).collect();
    names.join(", ")
}

/// The dialect of SQL of which nothing is said where it stands: that of the option, else the one of the project, else
/// that of the database.
fn dialect(arguments: &Import, context: &Context, project: &Project) -> Result<Dialect, Failure> {
    if let Some(dialect) = arguments.dialect {
        return serves(dialect, project);
    }
    let configured = project.config.migrations.dialects;
    // A section for MySQL serves MariaDB too.
    let own: Vec<Dialect> = configured
        .iter()
        .filter(|dialect| {
            dialect
                .fallback()
                .is_none_or(|other| !configured.contains(other))
        })
        .collect();
    if let [one] = own.as_slice() {
        return Ok(*one);
    }
    let chosen = target::choose(&context.settings, &project.config, |name| {
        std::env::var(name).ok()
    });
    let database = chosen
        .ok()
        .and_then(|choice| choice.url.parse::<Database>().ok());
    match database.map(|database| database.dialect()) {
        Some(dialect) if own.is_empty() => Ok(dialect),
        _ => {
            let error = Diagnostic::error(Class::Config, "whose SQL is it that is imported?");
            let error = if own.is_empty() {
                error.note("neither migrate.toml nor a database says for which dialect it is")
            } else {
                error.note(format!("the project is for {}", shown(configured)))
            };
            let example = own.first().copied().unwrap_or(Dialect::Postgres);
            Err(error
                .help(format!("say it: `--dialect {example}`"))
                .help(format!(
                    "or of each directory, where there is one for each dialect: `{example}=DIR`"
                ))
                .into())
        }
    }
}

impl Taken {
    fn new(arguments: &Import, imported: Imported) -> Self {
        Self {
            tool: arguments.from.name(),
            title: arguments.from.title(),
            dry: arguments.dry_run,
            directory: imported.directory,
            heads: imported.heads.iter().map(RevisionId::to_string).collect(),
            revisions: imported
                .revisions
                .into_iter()
                .map(|one| Revision {
                    revision: one.id.to_string(),
                    version: one.version,
                    message: one.message,
                    file: one.file,
                    source: one.source,
                    state: one.state.name(),
                })
                .collect(),
            warnings: imported.warnings,
            left_to_do: imported.left,
        }
    }

    fn number(&self, state: State) -> usize {
        let same = |one: &&Revision| one.state == state.name();
        self.revisions.iter().filter(same).count()
    }
}

impl Human for Taken {
    fn human(&self, page: &mut Page) {
        if page.volume() == Volume::Quiet {
            return;
        }
        if self.dry || page.volume() == Volume::Verbose {
            let rows: Vec<_> = self
                .revisions
                .iter()
                .map(|one| {
                    let state = if one.state == State::Draft.name() {
                        "draft"
                    } else {
                        ""
                    };
                    vec![
                        piece(ID, &one.revision),
                        piece(PLAIN, &one.message),
                        piece(DIM, &one.file),
                        piece(WARN, state),
                    ]
                })
                .collect();
            page.table("  ", &rows);
        }
        let (locked, drafts) = (self.number(State::Locked), self.number(State::Draft));
        let what = if self.dry { "to import " } else { "imported " };
        let states = match (locked, drafts) {
            (_, 0) => "all locked".to_owned(),
            (0, _) => "all drafts".to_owned(),
            _ => format!("{locked} locked, {}", count(drafts, "draft")),
        };
        page.line(
            piece(GOOD, what)
                .and(BOLD, count(self.revisions.len(), "revision"))
                .and(PLAIN, format!(" of {} into ", self.title))
                .and(BOLD, format!("{}/", self.directory))
                .and(PLAIN, format!(": {states}")),
        );
        if self.dry {
            return;
        }
        if self.left_to_do.is_empty() {
            page.line(piece(DIM, format!(
                "next: `migrate-cli adopt` on a database that {} has migrated, `migrate-cli upgrade` on an empty one",
                self.title
            )));
        } else {
            page.line(
                piece(WARN, format!("left to do: {}", self.left_to_do.len()))
                    .and(PLAIN, ", listed above; then `migrate-cli lock`"),
            );
        }
    }
}
