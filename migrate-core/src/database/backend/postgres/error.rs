//! What PostgreSQL says, as an error of ours.

use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use crate::database::error::{ServerError, ServerErrorKind};

/// An error while connecting: what would be a lost connection later is an unreachable server.
pub(super) fn connecting(mut error: ServerError) -> ServerError {
    let refused = error
        .code
        .as_deref()
        .is_some_and(|code| code.starts_with("28"));
    if refused || error.kind == ServerErrorKind::Disconnected {
        error.kind = ServerErrorKind::Unreachable;
    }
    error
}

pub(crate) fn translate(error: sqlx::Error, results: usize) -> ServerError {
    let mut translated = match &error {
        sqlx::Error::Database(database) => match database.try_downcast_ref::<PgDatabaseError>() {
            Some(database) => told(database),
            None => ServerError::new(ServerErrorKind::Other, database.message()),
        },
        sqlx::Error::Io(error) => {
            ServerError::new(ServerErrorKind::Disconnected, error.to_string())
        }
        sqlx::Error::Protocol(text) => ServerError::new(ServerErrorKind::Disconnected, text),
        sqlx::Error::Tls(error) => ServerError {
            hint: Some(
                "build with the cargo feature `tls-rustls`, or connect with `?sslmode=disable`"
                    .into(),
            ),
            ..ServerError::new(ServerErrorKind::Config, format!("TLS: {error}"))
        },
        sqlx::Error::Configuration(error) => {
            ServerError::new(ServerErrorKind::Config, error.to_string())
        }
        error => ServerError::new(ServerErrorKind::Other, error.to_string()),
    };
    translated.results = results;
    translated
}

fn told(database: &PgDatabaseError) -> ServerError {
    use ServerErrorKind as Kind;
    let kind = match database.code() {
        "42P01" | "3F000" => Kind::MissingTable,
        "3D000" => Kind::MissingDatabase,
        "42501" => Kind::Permission,
        "42P07" | "42710" | "42701" | "42P06" | "42723" => Kind::AlreadyExists,
        "55P03" => Kind::LockTimeout,
        // A deadlock or a serialization failure; a server that is starting up, or full.
        "40P01" | "40001" | "57P03" | "53300" => Kind::Busy,
        "57014" => Kind::StatementTimeout,
        "57P01" | "57P02" | "57P05" => Kind::Disconnected,
        code if code.starts_with("08") => Kind::Disconnected,
        _ => Kind::Other,
    };
    let position = match database.position() {
        Some(PgErrorPosition::Original(position)) => Some(position),
        _ => None,
    };
    let context = database
        .r#where()
        .map(|context| format!("context: {context}").into_boxed_str());
    ServerError {
        kind,
        message: database.message().to_owned(),
        code: Some(database.code().to_owned()),
        detail: database.detail().map(Into::into).or(context),
        hint: database.hint().map(Into::into),
        position,
        results: 0,
    }
}
