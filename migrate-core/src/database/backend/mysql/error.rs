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

/// `message` without what it quotes of the text behind `statement`: our terminator, and our bookkeeping.
pub(super) fn own_part(statement: &str, message: &str) -> String {
    let own = quoted(message).and_then(|near| {
        let (_, cut) = near_place(statement, near.text, near.line)?;
        Some(format!("{}{}' at line {}", near.before, cut, near.line))
    });
    own.unwrap_or_else(|| message.to_owned())
}

/// What a syntax error quotes: the text from the place on, up to 80 characters of it and of what follows in the message.
struct Near<'m> {
    before: &'m str,
    text: &'m str,
    /// Counted from the first line of the statement.
    line: usize,
}

fn quoted(message: &str) -> Option<Near<'_>> {
    const START: &str = "to use near '";
    let at = message.find(START)? + START.len();
    let (text, line) = message[at..].rsplit_once("' at line ")?;
    Some(Near {
        before: &message[..at],
        text,
        line: line.trim().parse().ok()?,
    })
}

/// The byte of `statement` that `message` speaks of: the text after `near`, or a name in quotes.
pub(crate) fn place(statement: &str, message: &str) -> Option<usize> {
    match quoted(message) {
        Some(near) => near_place(statement, near.text, near.line).map(|(place, _)| place),
        None => named_place(statement, message),
    }
}

/// The byte where `near` stands, and what of it belongs to the statement.
fn near_place<'n>(statement: &str, near: &'n str, line: usize) -> Option<(usize, &'n str)> {
    let statement = statement.trim_end();
    // A text that was cut ends in dots of its own.
    let near = near.strip_suffix("...").unwrap_or(near);
    let start: usize = statement
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let inside = || statement.match_indices(near).map(|(place, _)| place);
    if !near.is_empty()
        && let Some(place) = inside().find(|place| *place >= start)
    {
        return Some((place, near));
    }
    // It reaches behind the statement: the longest end of the statement that it begins with.
    let end = |place: &usize| near.starts_with(&statement[*place..]);
    let places = statement.char_indices().map(|(place, _)| place);
    let reaching = places.chain([statement.len()]).find(end);
    match reaching {
        Some(place)
            if near.is_empty()
                || near[statement.len() - place..]
                    .trim_start()
                    .starts_with(';') =>
        {
            Some((place, &near[..statement.len() - place]))
        }
        // The line may be counted from elsewhere.
        _ => inside().last().map(|place| (place, near)),
    }
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
        let message = "syntax to use near 'x;\nSTART TRANSACTION;\nUPDATE a SET...' at line 2";
        assert_eq!(
            own_part("SELECT\nx", message),
            "syntax to use near 'x' at line 2"
        );
        // What looks like our terminator may be the statement's own.
        let message = "syntax to use near 'y;\n  SET z = 1;\nEND;\nCOMMIT' at line 2";
        assert_eq!(
            own_part(
                "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN\n  x y;\n  SET z = 1;\nEND",
                message
            ),
            "syntax to use near 'y;\n  SET z = 1;\nEND' at line 2"
        );
        assert_eq!(
            own_part("SELECT x", "Unknown column 'x'"),
            "Unknown column 'x'"
        );
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
                syntax("in);\nSTART TRANSACTION;\n", 1),
                Some(18),
            ),
            ("SELECT a,\n  FROM a", syntax("FROM a", 2), Some(12)),
            ("SELECT it's 'quoted'", syntax("'quoted'", 1), Some(12)),
            ("SELECT (", syntax("", 1), Some(8)),
            ("SELECT (", syntax(";\nCOMMIT", 1), Some(8)),
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
