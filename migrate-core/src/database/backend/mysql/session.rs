//! The session of a run: one written-down set of settings, and putting them back after a revision.

use crate::database::backend::{Row, SessionSettings};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::session::{MYSQL_SETTINGS as SETTINGS, mysql_assignments};
use crate::database::state::{SessionId, literal};
use crate::text::Dialect;
use crate::text::sql::quote_ident;

/// How long ago a server was started is known to the second, and reading it takes a moment.
const SAME_START: u64 = 3;

/// A session that has been opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) id: SessionId,
    /// The values of [`SETTINGS`].
    values: Vec<String>,
}

/// The message that sets a session and reads it back.
pub(super) fn open(dialect: Dialect, settings: &SessionSettings) -> String {
    let set = mysql_assignments(dialect, settings.ddl_lock, settings.statement);
    let values: Vec<String> = SETTINGS
        .iter()
        .map(|name| format!("CAST(@@SESSION.{name} AS CHAR)"))
        .collect();
    // Two rows: the number of the session with its settings, and how long the server has been up.
    format!(
        "SET {};\nSELECT CAST(CONNECTION_ID() AS CHAR), CAST(UNIX_TIMESTAMP() AS CHAR), {};\nSHOW GLOBAL STATUS LIKE \
         'Uptime'",
        set.join(", "),
        values.join(", ")
    )
}

impl Session {
    /// What came back from [`open`].
    pub(super) fn read(rows: Vec<Row>) -> Result<Self, ServerError> {
        let unreadable = || {
            ServerError::new(
                ServerErrorKind::Other,
                "the settings of the session cannot be read",
            )
        };
        let mut rows = rows.into_iter();
        let mut fields = rows.next().ok_or_else(unreadable)?.into_iter();
        let id = fields.next().flatten().ok_or_else(unreadable)?;
        let now: u64 = fields
            .next()
            .flatten()
            .and_then(|now| now.parse().ok())
            .ok_or_else(unreadable)?;
        let uptime = rows.next().and_then(|row| row.into_iter().nth(1)).flatten();
        let uptime: u64 = uptime
            .and_then(|uptime| uptime.parse().ok())
            .ok_or_else(unreadable)?;
        let start = now.saturating_sub(uptime).to_string();
        Ok(Self {
            id: SessionId { id, start },
            values: fields.map(Option::unwrap_or_default).collect(),
        })
    }

    /// Whether a recorded session belongs to the server as it was started last.
    pub(super) fn same_server(&self, recorded: &SessionId) -> bool {
        let start = |session: &SessionId| session.start.parse::<u64>().ok();
        match (start(&self.id), start(recorded)) {
            (Some(own), Some(recorded)) => own.abs_diff(recorded) <= SAME_START,
            _ => true,
        }
    }

    /// The engine of a table that names none.
    pub(super) fn default_engine(&self) -> &str {
        let value = SETTINGS
            .iter()
            .zip(&self.values)
            .find(|(name, _)| **name == "default_storage_engine");
        value.map_or("InnoDB", |(_, value)| value)
    }

    /// The statements that put everything back that a revision may have set. They commit nothing.
    pub(super) fn reset(&self, database: &str) -> Vec<String> {
        let settings = SETTINGS
            .iter()
            .zip(&self.values)
            .map(|(name, value)| format!("{name} = {}", shown(value)));
        let set: Vec<String> = std::iter::once("NAMES utf8mb4".to_owned())
            .chain(settings)
            .collect();
        vec![
            format!("SET {}", set.join(", ")),
            format!("USE {}", quote_ident(database, Dialect::Mysql)),
        ]
    }
}

/// A value in a `SET`: numbers bare, because a number in quotes is refused.
fn shown(value: &str) -> String {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        value.to_owned()
    } else {
        literal(Dialect::Mysql, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        let mut values = vec![Some("7".to_owned()), Some("1000".to_owned())];
        values.extend(SETTINGS.iter().map(|name| {
            Some(
                if *name == "sql_mode" {
                    "ANSI,STRICT"
                } else {
                    "1"
                }
                .to_owned(),
            )
        }));
        Session::read(vec![
            values,
            vec![Some("Uptime".to_owned()), Some("400".to_owned())],
        ])
        .expect("two rows")
    }

    #[test]
    fn a_session_is_known_by_its_number_and_the_start_of_the_server() {
        let session = session();
        assert_eq!(
            session.id,
            SessionId {
                id: "7".to_owned(),
                start: "600".to_owned()
            }
        );
        for (start, same) in [
            ("600", true),
            ("602", true),
            ("598", true),
            ("500", false),
            ("604", false),
        ] {
            let recorded = SessionId {
                id: "1".to_owned(),
                start: start.to_owned(),
            };
            assert_eq!(session.same_server(&recorded), same, "{start}");
        }
    }

    #[test]
    fn settings_are_put_back() {
        let reset = session().reset("my`db");
        assert!(
            reset[0].starts_with("SET NAMES utf8mb4, sql_mode = 'ANSI,STRICT', time_zone = 1, "),
            "{}",
            reset[0]
        );
        assert_eq!(reset[1], "USE `my``db`");
    }
}
