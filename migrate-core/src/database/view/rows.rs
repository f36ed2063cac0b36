//! The rows of the state tables as somebody reads them who holds no lock: tables that are missing are no error, and
//! where another writes, it is tried again.

use crate::database::backend::{Backend, READING, Row, refused};
use crate::database::error::{Error, Kind, ServerErrorKind, Unplaced};
use crate::database::event::Watch;
use crate::database::lock::{Patience, is_contention, look};
use crate::database::recorded::Recorded;
use crate::database::state::{FORMAT, LockRow, read_lock};
use crate::database::target::Database;

/// The rows of a reading statement; `None` when there are no tables.
pub(super) async fn rows(
    backend: &mut dyn Backend,
    database: &Database,
    sql: String,
) -> Result<Option<Vec<Row>>, Error> {
    match look(backend, sql).await {
        Ok(rows) => Ok(Some(rows)),
        Err(Unplaced::Server(error)) if error.kind == ServerErrorKind::MissingTable => Ok(None),
        Err(error) => {
            Err(error.at(|error| refused(backend, READING, &database.to_string(), error)))
        }
    }
}

pub(super) async fn read_lock_row(
    backend: &mut dyn Backend,
    database: &Database,
) -> Result<Option<LockRow>, Error> {
    let sql = backend.tables().select_lock();
    let Some(row) = rows(backend, database, sql)
        .await?
        .and_then(|rows| rows.into_iter().next())
    else {
        return Ok(None);
    };
    let lock = read_lock(row).map_err(|what| unreadable(backend, what))?;
    if lock.format != FORMAT {
        return Err(Error::new(Kind::Format { found: lock.format }));
    }
    Ok(Some(lock))
}

/// The rows that `sql` reads out of the tables of the current schema; none where there are no tables.
pub(super) async fn rows_of_ours(
    backend: &mut dyn Backend,
    database: &Database,
    sql: String,
) -> Result<Vec<Row>, Error> {
    match read_lock_row(backend, database).await? {
        Some(_) => Ok(rows(backend, database, sql).await?.unwrap_or_default()),
        None => Ok(Vec::new()),
    }
}

pub(super) async fn read_all(
    backend: &mut dyn Backend,
    database: &Database,
) -> Result<Recorded, Error> {
    let mut patience = Patience::of_reader();
    loop {
        match Recorded::read(backend).await {
            Ok(recorded) => return Ok(recorded),
            Err(Unplaced::Server(error)) if is_contention(&error) => {
                patience
                    .pause(backend.dialect(), None, &Watch::default())
                    .await?;
            }
            Err(error) => {
                return Err(
                    error.at(|error| refused(backend, READING, &database.to_string(), error))
                );
            }
        }
    }
}

pub(super) fn unreadable(backend: &dyn Backend, what: String) -> Error {
    Error::new(Kind::Unreadable {
        table: backend.tables().state.clone(),
        what,
    })
}
