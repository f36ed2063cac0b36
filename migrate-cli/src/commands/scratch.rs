//! Which servers throw-away databases are made on, and that they are dropped whatever happens.

use std::path::Path;

use migrate_core::database::{self, Database, Scratch, SqlFile};
use migrate_core::model::set::Settings;
use migrate_core::project::config::Protection;
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect, DialectSet};

use crate::arguments::ScratchServers;
use crate::context::{Context, asked_to_end, wait};
use crate::failure::Failure;
use crate::output::page::{BOLD, DIM, piece};

/// The servers, and the dialects for which there is none, with the reason.
pub(super) struct Servers {
    pub(super) found: Vec<Database>,
    pub(super) missing: Vec<(Dialect, String)>,
}

/// Whether SQLite, for which there is always room, is taken without being named beside servers that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    Taken,
    Left,
}

/// Those that are named, else that of the database that is meant; and SQLite when the project is written for it.
pub(super) fn servers(
    arguments: &ScratchServers,
    context: &Context,
    unnamed: Unnamed,
) -> Result<Servers, Failure> {
    let mut found = named(arguments, context)?;
    let was_named = !found.is_empty();
    let mut refused = None;
    if !was_named && let Ok(target) = context.target() {
        if target.protection == Protection::Protected
            && target.database.dialect() != Dialect::Sqlite
        {
            refused = Some(target.database.dialect());
        } else {
            found.push(target.database);
        }
    }
    let configured = context.source.dialects()?;
    let has = |found: &[Database], dialect: Dialect| {
        found.iter().any(|it| same_kind(it.dialect(), dialect))
    };
    if configured.contains(Dialect::Sqlite)
        && !has(&found, Dialect::Sqlite)
        && (unnamed == Unnamed::Taken || found.is_empty())
    {
        found.insert(0, "sqlite::memory:".parse::<Database>()?);
    }
    let missing: Vec<(Dialect, String)> = configured
        .iter()
        .filter(|dialect| !has(&found, *dialect))
        // MariaDB's sections are proven by whichever of the two is there.
        .filter(|dialect| *dialect != Dialect::Mariadb || !configured.contains(Dialect::Mysql))
        .map(|dialect| (dialect, reason(dialect, refused)))
        .collect();
    if found.is_empty() && missing.is_empty() {
        let error = Diagnostic::error(Class::Config, "no server is named for throw-away databases");
        let help = "`dialects` below `[migrations]` in migrate.toml says for which databases the project is; `--scratch-url URL` names a server, such as sqlite::memory: or postgres://USER@HOST/postgres";
        return Err(error.help(help).into());
    }
    Ok(Servers { found, missing })
}

fn named(arguments: &ScratchServers, context: &Context) -> Result<Vec<Database>, Failure> {
    let mut urls = arguments.scratch_url.clone();
    if urls.is_empty() {
        urls.extend(
            context
                .variables()?
                .get("MIGRATE_SCRATCH_URL")
                .filter(|url| !url.is_empty()),
        );
    }
    let parse = |url: &String| {
        url.parse::<Database>()
            .map_err(|error| Failure::from(error.diagnostic().note("named by --scratch-url")))
    };
    urls.iter().map(parse).collect()
}

fn reason(dialect: Dialect, refused: Option<Dialect>) -> String {
    let url = match dialect {
        Dialect::Sqlite => "sqlite::memory:".to_owned(),
        _ if dialect.is_mysql_family() => "mysql://USER@HOST/DATABASE".to_owned(),
        _ => format!("{dialect}://USER@HOST/DATABASE"),
    };
    let why = if refused.is_some_and(|refused| same_kind(refused, dialect)) {
        "the environment is protected, and no other server is named"
    } else {
        "no server is named"
    };
    format!("{why}: `--scratch-url {url}`")
}

/// A URL does not tell MySQL from MariaDB.
pub(super) fn same_kind(one: Dialect, other: Dialect) -> bool {
    one == other || one.is_mysql_family() && other.is_mysql_family()
}

/// A dialect as the configuration calls it. So MariaDB takes the section of MySQL where the project is written for MySQL,
/// and the server of a URL is MariaDB where it is written for MariaDB alone.
pub(super) fn called(dialect: Dialect, configured: DialectSet) -> Dialect {
    match dialect {
        Dialect::Mariadb if configured.contains(Dialect::Mysql) => Dialect::Mysql,
        Dialect::Mysql
            if configured.contains(Dialect::Mariadb) && !configured.contains(Dialect::Mysql) =>
        {
            Dialect::Mariadb
        }
        _ => dialect,
    }
}

/// The dialects of these servers.
pub(super) fn dialects(servers: &[Database]) -> DialectSet {
    servers.iter().map(Database::dialect).collect()
}

/// Drives `work`, and drops what it has made whether it comes to its end, fails, or is asked to end.
pub(super) fn on_scratch<T>(
    server: &Database,
    settings: &Settings,
    arguments: &ScratchServers,
    context: &Context,
    work: impl AsyncFnOnce(&Scratch) -> Result<T, database::Error>,
) -> Result<T, Failure> {
    let mut scratch = Scratch::new(server.clone(), settings.clone());
    if arguments.keep {
        scratch = scratch.keeping();
    }
    let (ended, cleared) = wait(async {
        let ended = tokio::select! {
            done = work(&scratch) => Ok(done),
            by = asked_to_end() => Err(by),
        };
        if arguments.keep {
            for database in scratch.keep() {
                context.output.note(|page| {
                    page.line(piece(DIM, "kept  ").and(BOLD, &database));
                });
            }
        }
        (ended, scratch.clear().await)
    })?;
    let done = ended.map_err(|by| {
        let what = if arguments.keep { "kept" } else { "dropped" };
        Diagnostic::error(Class::Interrupted, format!("stopped by {by}"))
            .note(format!("the throw-away databases are {what}"))
    })??;
    cleared?;
    Ok(done)
}

/// A file of SQL; `name` is what the user calls it.
pub(super) fn file(path: &Path, name: &str) -> Result<SqlFile, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::InvalidData => "it is no UTF-8 text".to_owned(),
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            kind => kind.to_string(),
        };
        Diagnostic::error(Class::Config, format!("{name} cannot be read: {why}"))
    })?;
    Ok(SqlFile {
        name: name.to_owned(),
        text,
    })
}
