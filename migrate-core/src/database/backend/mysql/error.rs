//! What the server's error numbers mean, and the place in a statement that a message speaks of.

use sqlx::mysql::MySqlDatabaseError;

use crate::database::error::{ServerError, ServerErrorKind};

/// An error of sqlx after so many results.
pub(in crate::database::backend) fn translate(error: sqlx::Error, results: usize) -> ServerError {
    use ServerErrorKind as Kind;
    let mut translated = match &error {
        sqlx::Error::Database(database) => {
            match database.try_downcast_ref::<MySqlDatabaseError>() {
                Some(database) => {
                    let mut translated =
                        ServerError::new(kind(database.number()), database.message());
                    translated.code = Some(match database.code() {
                        Some(state) => format!("{}, SQLSTATE {state}", database.number()),
                        None => database.number().to_string(),
                    });
                    translated
                }
                None => ServerError::new(Kind::Other, database.message()),
            }
        }
        sqlx::Error::Io(io) => {
            let kind = match io.kind() {
                std::io::ErrorKind::ConnectionRefused
                | std::io::ErrorKind::NotFound
                | std::io::ErrorKind::HostUnreachable
                | std::io::ErrorKind::NetworkUnreachable
                | std::io::ErrorKind::TimedOut => Kind::Unreachable,
                _ => Kind::Disconnected,
            };
            ServerError::new(kind, io.to_string())
        }
        sqlx::Error::Tls(_) | sqlx::Error::Configuration(_) => {
            ServerError::new(Kind::Config, error.to_string())
        }
        sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            ServerError::new(Kind::Disconnected, error.to_string())
        }
        _ => ServerError::new(Kind::Other, error.to_string()),
    };
    translated.results = results;
    translated
}

/// By number: states such as HY000 and 42000 stand for too many different things.
const fn kind(number: u16) -> ServerErrorKind {
    use ServerErrorKind as Kind;
    match number {
        1146 => Kind::MissingTable,
        1049 => Kind::MissingDatabase,
        // No rights on a database, a table, a column, a routine, or at all.
        1044 | 1045 | 1142 | 1143 | 1227 | 1370 | 1698 | 1410 => Kind::Permission,
        // Database, table, column, index or primary key, view and others, trigger, routine, event, constraint.
        1007 | 1050 | 1060 | 1061 | 1068 | 1304 | 1359 | 1537 | 1826 | 3822 | 1022 => {
            Kind::AlreadyExists
        }
        // A deadlock; too many connections, and a server that is starting or stopping.
        1213 | 1040 | 1203 | 1226 => Kind::Busy,
        1205 | 1614 => Kind::LockTimeout,
        1969 | 3024 => Kind::StatementTimeout,
        1053 | 1152 | 1317 | 1927 | 2006 | 2013 | 3168 => Kind::Disconnected,
        _ => Kind::Other,
    }
}

/// `message` without what it quotes of the text behind the statement: our terminator, and our bookkeeping.
pub(super) fn own_part(message: &str) -> String {
    match message.rsplit_once("' at line ") {
        Some((quoted, line)) => match quoted.split_once(TERMINATOR) {
            Some((own, _)) => format!("{own}' at line {line}"),
            None => message.to_owned(),
        },
        None => message.to_owned(),
    }
}

/// What stands between the statements of a message.
const TERMINATOR: &str = "\n;\n";

/// The byte of `statement` that `message` speaks of: the text after `near`, or a name in quotes.
pub(crate) fn place(statement: &str, message: &str) -> Option<usize> {
    if let Some((_, rest)) = message.rsplit_once("to use near '") {
        let (near, line) = rest.rsplit_once("' at line ")?;
        return near_place(statement, near, line.trim().parse().unwrap_or(1));
    }
    named_place(statement, message)
}

/// `near` is the text from the error on, up to 80 characters of it; `line` counts from the statement's first.
fn near_place(statement: &str, near: &str, line: usize) -> Option<usize> {
    if near.is_empty() {
        return Some(statement.trim_end().len());
    }
    // What follows in the message is part of it: our terminator, and the next statement.
    let own = near.split(TERMINATOR).next().unwrap_or(near);
    let own = if own.is_empty() {
        return Some(statement.trim_end().len());
    } else {
        own
    };
    let start: usize = statement
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let places = || statement.match_indices(own).map(|(place, _)| place);
    // The text reaches to the end of the statement or is cut: a shorter match further on is no other place.
    places()
        .find(|place| *place >= start)
        .or_else(|| places().last())
}

/// `Unknown column 'x' in ..`, `Table 'db.x' doesn't exist`, `Duplicate column name 'x'`, `Can't DROP INDEX `x``.
fn named_place(statement: &str, message: &str) -> Option<usize> {
    const STARTS: [&str; 14] = [
        "Unknown column '",
        "Table '",
        "Unknown table '",
        "Duplicate column name '",
        "Duplicate key name '",
        "Key column '",
        "Can't DROP COLUMN `",
        "Can't DROP INDEX `",
        "Can't DROP FOREIGN KEY `",
        "Can't DROP CONSTRAINT `",
        "Can't DROP '",
        "Unknown database '",
        "Unknown storage engine '",
        "Unknown data type: '",
    ];
    let rest = STARTS
        .iter()
        .find_map(|start| message.strip_prefix(start))?;
    let name = rest.split(['\'', '`']).next()?;
    let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
    if name.is_empty() {
        return None;
    }
    let bytes = statement.as_bytes();
    let is_word = |place: usize| {
        bytes
            .get(place)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80)
    };
    let mut places = statement
        .match_indices(name)
        .map(|(place, _)| place)
        .filter(|place| *place == 0 || !is_word(place - 1))
        .filter(|place| !is_word(place + name.len()));
    let first = places.next()?;
    // A name that stands twice may be meant either time, except that of the table, which comes first.
    (message.starts_with("Table '")
        || message.starts_with("Unknown table '")
        || places.next().is_none())
    .then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_the_statement_is_not_shown() {
        let message = "syntax to use near 'x\n;\nSTART TRANSACTION\n;\nUPDATE ' at line 2";
        assert_eq!(own_part(message), "syntax to use near 'x' at line 2");
        assert_eq!(own_part("Unknown column 'x'"), "Unknown column 'x'");
    }

    #[test]
    fn the_place_that_a_message_speaks_of() {
        let syntax = |near: &str, line: usize| {
            format!(
                "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for \
                 the right syntax to use near '{near}' at line {line}"
            )
        };
        let cases = [
            ("CREATE TABLE a (b in)", syntax("in)", 1), Some(18)),
            (
                "CREATE TABLE a (b in)",
                syntax("in)\n;\nSTART TRANSACTION\n;\n", 1),
                Some(18),
            ),
            ("SELECT a,\n  FROM a", syntax("FROM a", 2), Some(12)),
            ("SELECT it's 'quoted'", syntax("'quoted'", 1), Some(12)),
            ("SELECT (", syntax("", 1), Some(8)),
            ("SELECT (", syntax("\n;\nCOMMIT", 1), Some(8)),
            (
                "INSERT INTO gone VALUES (1)",
                "Table 'shop.gone' doesn't exist".to_owned(),
                Some(12),
            ),
            (
                "UPDATE a SET bcd = 1 WHERE cd = 1",
                "Unknown column 'cd' in 'where clause'".to_owned(),
                Some(27),
            ),
            (
                "SELECT x FROM a WHERE x = 1",
                "Unknown column 'x' in 'field list'".to_owned(),
                None,
            ),
            (
                "ALTER TABLE a DROP INDEX i",
                "Can't DROP INDEX `i`; check that it exists".to_owned(),
                Some(25),
            ),
            (
                "INSERT INTO a VALUES (1)",
                "Duplicate entry '1' for key 'PRIMARY'".to_owned(),
                None,
            ),
        ];
        for (statement, message, expected) in cases {
            assert_eq!(place(statement, &message), expected, "{message}");
        }
    }
}
