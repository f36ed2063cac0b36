//! PostgreSQL: one migrated template database for each set of revisions, copied by the server.
//!
//! The template stays on the server for the next run of the tests. Its name holds two hashes: one of the bases, which are
//! the same as long as it is the same project, and one of everything that is applied. A new template drops the older
//! ones of its project.

use std::time::Duration;

use super::server::Server;
use super::{fingerprint, short};
use crate::database::api::finish;
use crate::database::backend::{Backend, Row};
use crate::database::connect::{Intent, connect};
use crate::database::error::{Error, ServerError, ServerErrorKind};
use crate::database::run::Run;
use crate::database::target::Database;
use crate::database::who::jitter;
use crate::model::Migrations;
use crate::text::Digest;

/// The error of a database that somebody is still connected to.
const IN_USE: &str = "55006";

/// The error of a database that is there already.
const EXISTS: &str = "42P04";

/// How often a busy template is tried again.
const TRIES: u32 = 100;

const PAUSE: Duration = Duration::from_millis(100);

/// Makes the database of a test.
pub(super) async fn copy(
    migrations: &Migrations,
    server: &Server,
    name: &str,
) -> Result<(), Error> {
    let family = family(migrations, server)?;
    let template = format!("{family}_{}", fingerprint(migrations, server)?);
    let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
    let mut tries = 0;
    loop {
        let Err(error) = server.try_send(sql.clone()).await? else {
            return Ok(());
        };
        tries += 1;
        if tries > TRIES {
            return Err(server.refused(error));
        }
        if error.kind == ServerErrorKind::MissingDatabase {
            make(migrations, server, &family, &template).await?;
        } else if error.code.as_deref() == Some(IN_USE) {
            // Whoever has made it may not have left yet.
            tokio::time::sleep(jitter(PAUSE)).await;
        } else {
            return Err(server.refused(error));
        }
    }
}

fn family(migrations: &Migrations, server: &Server) -> Result<String, Error> {
    let graph = migrations.set()?.graph();
    let mut bases: Vec<&str> = graph
        .bases()
        .iter()
        .map(|index| graph.id(*index).as_str())
        .collect();
    bases.sort_unstable();
    let digest = Digest::of(
        bases
            .iter()
            .map(|id| id.as_bytes())
            .chain([server.settings.table.as_bytes()]),
    );
    Ok(format!("migrate_template_{}", short(&digest)))
}

/// Makes the template, unless somebody else does: under a lock of the server.
async fn make(
    migrations: &Migrations,
    server: &Server,
    family: &str,
    template: &str,
) -> Result<(), Error> {
    let mut backend = connect(&server.maintenance()?, Intent::Read, &server.settings).await?;
    let made = make_locked(migrations, server, &mut *backend, family, template).await;
    // The lock goes with the session.
    finish(backend, &Ok(())).await;
    made?.map_err(|error| server.refused(error))
}

async fn make_locked(
    migrations: &Migrations,
    server: &Server,
    backend: &mut dyn Backend,
    family: &str,
    template: &str,
) -> Result<Result<(), ServerError>, Error> {
    // Never a blocking wait: it would hold up `CREATE INDEX CONCURRENTLY` in the revisions.
    let lock = format!("SELECT pg_try_advisory_lock(hashtext('{family}'))::text");
    loop {
        match backend.query(lock.clone()).await {
            Ok(rows) if first(&rows) == Some("true") => break,
            Ok(_) => tokio::time::sleep(jitter(PAUSE)).await,
            Err(error) => return Ok(Err(error)),
        }
    }
    let there = format!("SELECT datname::text FROM pg_database WHERE datname = '{template}'");
    match backend.query(there).await {
        Ok(rows) if rows.is_empty() => {}
        found => return Ok(found.map(drop)),
    }
    if let Err(error) = clear(backend, family).await {
        return Ok(Err(error));
    }
    let unfinished = format!("{template}_unfinished");
    match backend
        .execute(format!("CREATE DATABASE {unfinished}"))
        .await
    {
        Err(error) if error.code.as_deref() != Some(EXISTS) => return Ok(Err(error)),
        _ => {}
    }
    let database: Database = server.url_of(&unfinished).parse()?;
    migrations.run(&database, Run::upgrade("heads")).await?;
    let rename = format!("ALTER DATABASE {unfinished} RENAME TO {template}");
    for _ in 0..TRIES {
        match backend.execute(rename.clone()).await {
            Err(error) if error.code.as_deref() == Some(IN_USE) => {
                tokio::time::sleep(jitter(PAUSE)).await;
            }
            renamed => return Ok(renamed.map(drop)),
        }
    }
    Ok(backend.execute(rename).await.map(drop))
}

/// Drops the older templates of the project, and what a killed process has not finished.
async fn clear(backend: &mut dyn Backend, family: &str) -> Result<(), ServerError> {
    let older = format!(
        "SELECT datname::text FROM pg_database WHERE starts_with(datname::text, '{family}_')"
    );
    for name in backend.query(older).await?.into_iter().flatten().flatten() {
        match backend
            .execute(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await
        {
            // Somebody copies it just now: it goes the next time.
            Err(error) if error.code.as_deref() == Some(IN_USE) => {}
            dropped => drop(dropped?),
        }
    }
    Ok(())
}

fn first(rows: &[Row]) -> Option<&str> {
    rows.first()?.first()?.as_deref()
}
