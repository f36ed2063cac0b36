//! What a person names to be compared or shown: a revision, `schema`, `database`, a URL, or a file of SQL.

use std::path::Path;

use migrate_core::database::{self, Database, Side, SqlFile, Workshop};
use migrate_core::model::schema::{Filter, Pattern};
use migrate_core::model::{Migrations, Spec};
use migrate_core::project::Config;
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect, DialectSet};

use super::scratch::{Servers, Unnamed, called, file, on_scratch, same_kind, servers};
use crate::arguments::ScratchServers;
use crate::context::Context;
use crate::failure::Failure;
use crate::source::Runnable;

/// One of them, before it is known on what kind of database it is made.
#[derive(Debug, Clone)]
pub(super) enum Named {
    /// A database that is there.
    Live(Database),
    /// Revisions.
    Revisions(Spec),
    /// The desired schema.
    Desired,
    /// A file.
    File(SqlFile),
}

impl Named {
    /// Reads what was typed.
    pub(super) fn read(text: &str, context: &Context) -> Result<Self, Failure> {
        let path = Path::new(text);
        if text == "schema" {
            return Ok(Self::Desired);
        }
        if text == "database" {
            return Ok(Self::Live(context.announced()?.database));
        }
        if text.contains("://") || text.starts_with("sqlite:") {
            return Ok(Self::Live(text.parse()?));
        }
        if path.is_file() && is_sqlite(path) {
            return Ok(Self::Live(format!("sqlite://{text}").parse()?));
        }
        if path.is_file() || path.extension().is_some_and(|it| it == "sql") {
            return Ok(Self::File(file(path, text)?));
        }
        // What no spec can hold was meant as a file.
        if text.contains(['/', '.', '\\']) {
            let message = format!("`{}` is no file", text.escape_debug());
            return Err(Diagnostic::error(Class::Config, message)
                .help("named can be a file of SQL or of SQLite, a URL, a revision, `schema` or `database`")
                .into());
        }
        Ok(Self::Revisions(text.parse()?))
    }

    /// The kind of database it is of, where that is known.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        match self {
            Self::Live(database) => Some(database.dialect()),
            _ => None,
        }
    }

    /// The side of a comparison, for one kind of database.
    pub(super) fn side(&self, dialect: Dialect, context: &Context) -> Result<Side, Failure> {
        Ok(match self {
            Self::Live(database) => Side::Live(database.clone()),
            Self::Revisions(spec) => Side::Revisions(vec![spec.clone()]),
            Self::Desired => wanted(dialect, context)?,
            Self::File(file) => Side::Files(vec![file.clone()]),
        })
    }

    /// How it is called.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Live(database) => database.to_string(),
            Self::Revisions(spec) => match spec.as_str() {
                "base" | "head" | "heads" => spec.to_string(),
                _ => format!("revision {spec}"),
            },
            Self::Desired => "the desired schema".to_owned(),
            Self::File(file) => file.name.clone(),
        }
    }
}

/// Whether a file is a database of SQLite.
fn is_sqlite(path: &Path) -> bool {
    use std::io::Read as _;
    let mut head = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && &head == b"SQLite format 3\0"
}

/// The desired schema: that of the models of the application, else that of files.
pub(super) fn wanted(dialect: Dialect, context: &Context) -> Result<Side, Failure> {
    match context.source.models() {
        Some(models) => Ok(Side::Models(*models)),
        None => Ok(Side::Files(desired(dialect, context)?)),
    }
}

/// The files of the desired schema.
fn desired(dialect: Dialect, context: &Context) -> Result<Vec<SqlFile>, Failure> {
    let project = context.source.surroundings()?;
    let dialect = called(dialect, context.source.dialects()?);
    let files = project.config.schema.files.of(dialect);
    if !files.is_empty() {
        return files
            .iter()
            .map(|name| file(&project.root.join(name), name))
            .collect();
    }
    let missing = if project.config.schema.files.is_empty() {
        "there is no desired schema".to_owned()
    } else {
        format!("there is no desired schema for {dialect}")
    };
    Err(no_desired_schema(Diagnostic::error(Class::Config, missing), context).into())
}

/// What is to be done where nothing says which schema is wanted.
pub(super) fn no_desired_schema(error: Diagnostic, context: &Context) -> Diagnostic {
    let error = error.help("`files = [\"schema.sql\"]` below `[schema]` in migrate.toml names its files; `migrate-cli schema dump -o schema.sql` writes a first one");
    error.help(if context.source.is_program() {
        "or the models of this program: `embed_migrations!().with_models(&MODELS)`, then build it again"
    } else {
        "or models: this program does not see the structs of an application; its own command does, where the set has `.with_models(&MODELS)`: `myapp migrate ..` instead of `migrate-cli ..`"
    })
}

/// What is looked at, as `[schema]` says.
pub(super) fn filter(config: &Config) -> Filter {
    let patterns = |names: &[String]| names.iter().map(Pattern::new).collect();
    Filter {
        include: patterns(&config.schema.include),
        exclude: patterns(&config.schema.exclude),
        namespaces: config.schema.schemas.clone(),
        grants: false,
    }
}

/// Drives `work` with what makes schemas of revisions, files and models on throw-away databases of this server.
pub(super) fn in_workshop<T>(
    server: &Database,
    migrations: &Migrations,
    arguments: &ScratchServers,
    context: &Context,
    work: impl AsyncFnOnce(&Workshop<'_>) -> Result<T, database::Error>,
) -> Result<T, Failure> {
    let filter = filter(context.source.config()?);
    let given = &context.settings.arguments;
    on_scratch(
        server,
        migrations.settings()?,
        arguments,
        context,
        async |scratch| {
            let workshop = Workshop::new(migrations, scratch, &filter, given).await?;
            work(&workshop).await
        },
    )
}

/// The server for the throw-away databases in which these sides are made: that of the side that is a database, or what was
/// asked for, or the only kind there is. Where all of them are databases nothing is made, and it is one of them.
pub(super) fn server(
    sides: &[&Named],
    dialect: Option<Dialect>,
    arguments: &ScratchServers,
    context: &Context,
) -> Result<Database, Failure> {
    if let [Named::Live(database), others @ ..] = sides
        && others.iter().all(|side| matches!(side, Named::Live(_)))
    {
        return Ok(database.clone());
    }
    let wanted = sides.iter().find_map(|side| side.dialect()).or(dialect);
    // For SQLite there is always room.
    if wanted == Some(Dialect::Sqlite) {
        return Ok("sqlite::memory:".parse()?);
    }
    let Servers { mut found, missing } = servers(arguments, context, Unnamed::Left)?;
    if let Some(wanted) = wanted {
        found.retain(|server| same_kind(server.dialect(), wanted));
    }
    match found.as_slice() {
        [server] => Ok(server.clone()),
        [] => {
            let reason = missing
                .into_iter()
                .find(|(dialect, _)| wanted.is_none_or(|wanted| same_kind(*dialect, wanted)));
            let error = Diagnostic::error(
                Class::Config,
                match (reason.as_ref().map(|it| it.0), wanted) {
                    (Some(dialect), _) | (None, Some(dialect)) => {
                        format!("no throw-away database can be made for {dialect}")
                    }
                    (None, None) => "no throw-away database can be made".to_owned(),
                },
            );
            let help = reason.map_or_else(
                || "`--scratch-url URL` names a server".to_owned(),
                |(_, reason)| reason,
            );
            Err(error.help(help).into())
        }
        several => {
            let configured = context.source.dialects()?;
            let names: Vec<&str> = several
                .iter()
                .map(|it| called(it.dialect(), configured).name())
                .collect();
            let message = format!("on which kind of database: {}?", names.join(" or "));
            Err(Diagnostic::error(Class::Config, message)
                .help("`--dialect NAME` says it")
                .into())
        }
    }
}

/// The revisions, or none where nothing that was named needs them.
pub(super) fn revisions<'m>(
    sides: &[&Named],
    dialect: Dialect,
    context: &Context<'m>,
) -> Result<Runnable<'m>, Failure> {
    let dialects = DialectSet::one(dialect);
    if sides.iter().any(|side| matches!(side, Named::Revisions(_))) {
        return context.source.provable(dialects);
    }
    let settings = context.source.config()?.settings();
    let packed = migrate_core::model::set::pack(&[], dialects, &settings);
    Ok(Runnable::Read(Box::new(Migrations::from_packed(
        packed, None,
    ))))
}
