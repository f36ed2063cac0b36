//! What SQLite says, as an error of ours.

use super::watchdog::INTERRUPTED;
use crate::database::error::{ServerError, ServerErrorKind};

pub(crate) fn translate(error: sqlx::Error, results: usize) -> ServerError {
    use ServerErrorKind as Kind;
    let mut translated = match &error {
        sqlx::Error::Database(database) => {
            let code: u32 = database
                .code()
                .and_then(|code| code.parse().ok())
                .unwrap_or_default();
            let message = database.message();
            let kind = match code & 0xff {
                3 | 8 | 23 => Kind::Permission,
                5 | 6 => Kind::Busy,
                14 => Kind::MissingDatabase,
                _ if message.starts_with("no such table") => Kind::MissingTable,
                _ if message.ends_with("already exists") => Kind::AlreadyExists,
                _ => Kind::Other,
            };
            let mut translated = ServerError::new(kind, message);
            translated.code = Some(name(code));
            translated
        }
        sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) => {
            ServerError::new(Kind::Disconnected, error.to_string())
        }
        sqlx::Error::Configuration(_) => ServerError::new(Kind::Config, error.to_string()),
        _ => ServerError::new(Kind::Other, error.to_string()),
    };
    translated.results = results;
    translated
}

/// The name of a result code, as SQLite's documentation lists it.
fn name(code: u32) -> String {
    let name = match code & 0xff {
        1 => "SQLITE_ERROR",
        3 => "SQLITE_PERM",
        5 => "SQLITE_BUSY",
        6 => "SQLITE_LOCKED",
        8 => "SQLITE_READONLY",
        9 => INTERRUPTED,
        10 => "SQLITE_IOERR",
        11 => "SQLITE_CORRUPT",
        13 => "SQLITE_FULL",
        14 => "SQLITE_CANTOPEN",
        18 => "SQLITE_TOOBIG",
        19 => "SQLITE_CONSTRAINT",
        20 => "SQLITE_MISMATCH",
        23 => "SQLITE_AUTH",
        26 => "SQLITE_NOTADB",
        _ => return format!("code {code}"),
    };
    if code > 0xff {
        format!("{name}, code {code}")
    } else {
        name.to_owned()
    }
}
