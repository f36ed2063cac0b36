//! A section as one transaction, sent as one message: fence, statements, settings put back, rows, log.

use std::time::Instant;

use super::message::{Message, Part, at_fence};
use super::{Done, Kept, StepError, Transaction, Work};
use crate::database::backend::{Backend, Pending};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::state::Tables;
use crate::text::Dialect;

/// The name of our savepoints.
const SAVEPOINT: &str = "migrate_revision";

/// What one database needs around the statements.
pub(crate) struct Surroundings {
    /// Opens the transaction.
    pub(crate) begin: &'static str,
    /// Puts the settings back that the section may have changed, after its last statement.
    pub(crate) reset: Vec<String>,
    /// Who says BEGIN and COMMIT.
    pub(crate) bounds: Bounds,
}

/// Who says BEGIN and COMMIT of a transaction that a section has for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// The messages.
    Sent,
    /// The driver, around the section, so that it knows that a transaction is open when a Rust step begins one in it.
    Held,
}

/// Runs `work` as one transaction.
pub(crate) fn run<'a, B: Backend + ?Sized>(
    backend: &'a mut B,
    work: &'a Work<'a>,
    around: Surroundings,
) -> Pending<'a, Result<Done, StepError>> {
    Box::pin(async move {
        let started = Instant::now();
        let message = message(backend.tables(), work, &around);
        let (sql, message) = message.take();
        match backend.execute(sql).await {
            Ok(_) => Ok(done(work, started)),
            Err(error) => {
                // Built again rather than copied beforehand: errors are rare, sections can be long.
                let place = message.place(
                    &self::message(backend.tables(), work, &around).sql(),
                    &error,
                );
                let error = at_fence(error, place);
                let kept = roll_back(backend, work, &error).await;
                Err(step_error(work, error, place.part, place.offset, kept))
            }
        }
    })
}

pub(crate) fn done(work: &Work<'_>, started: Instant) -> Done {
    let statements = work
        .section
        .as_ref()
        .map_or(0, |section| section.statement_count() - section.from);
    Done {
        epochs: 1,
        statements,
        rows: None,
        duration: started.elapsed(),
    }
}

/// The whole message.
pub(crate) fn message(tables: &Tables, work: &Work<'_>, around: &Surroundings) -> Message {
    let mut message = Message::new();
    open(&mut message, tables, work, around);
    statements(&mut message, work);
    finish(&mut message, tables, work, around);
    message
}

/// The statements of the section.
pub(crate) fn statements(message: &mut Message, work: &Work<'_>) {
    if let Some(section) = &work.section {
        for number in section.from..section.statement_count() {
            message.statement(section, number);
        }
    }
}

/// Opens the transaction and raises the fence.
pub(crate) fn open(message: &mut Message, tables: &Tables, work: &Work<'_>, around: &Surroundings) {
    match (around.bounds, work.transaction) {
        (Bounds::Held, _) | (_, Transaction::Run) => {}
        (Bounds::Sent, Transaction::Own) => message.ours(around.begin),
        (Bounds::Sent, Transaction::Savepoint) => message.ours(&format!("SAVEPOINT {SAVEPOINT}")),
    }
    message.fence(tables, work);
}

/// Records the section as finished and ends the transaction.
pub(crate) fn finish(
    message: &mut Message,
    tables: &Tables,
    work: &Work<'_>,
    around: &Surroundings,
) {
    message.extend(around.reset.iter().cloned());
    message.extend(tables.finish(work));
    match (around.bounds, work.transaction) {
        (Bounds::Held, _) | (_, Transaction::Run) => {}
        (Bounds::Sent, Transaction::Own) => message.ours("COMMIT"),
        (Bounds::Sent, Transaction::Savepoint) => {
            message.ours(&format!("RELEASE SAVEPOINT {SAVEPOINT}"));
        }
    }
}

/// Takes back what the message has done, and says what is left.
pub(crate) async fn roll_back<B: Backend + ?Sized>(
    backend: &mut B,
    work: &Work<'_>,
    error: &ServerError,
) -> Kept {
    if error.kind == ServerErrorKind::Disconnected {
        return Kept::Unknown;
    }
    let sql = match work.transaction {
        Transaction::Own | Transaction::Run => "ROLLBACK".to_owned(),
        Transaction::Savepoint => {
            format!("ROLLBACK TO SAVEPOINT {SAVEPOINT};\nRELEASE SAVEPOINT {SAVEPOINT}")
        }
    };
    // Some errors have ended the transaction already (a full disk, on SQLite); then there is none to roll back.
    match backend.execute(sql).await {
        Err(error) if error.kind == ServerErrorKind::Disconnected => Kept::Unknown,
        _ => Kept::Nothing,
    }
}

pub(crate) fn step_error(
    work: &Work<'_>,
    error: ServerError,
    part: Part,
    offset: Option<usize>,
    kept: Kept,
) -> StepError {
    let (statement, offset) = match (part, &work.section) {
        (Part::Statement(number), Some(section)) => {
            let start = section.script.statements[number].text.start;
            let offset =
                offset.or_else(|| find(section.sql(number), &error.message, section.dialect));
            (Some(number), offset.map(|offset| start + offset))
        }
        _ => (None, None),
    };
    StepError {
        error,
        statement,
        offset,
        kept,
        batch: None,
        epochs: 0,
    }
}

/// The place in a statement that a message without position speaks of: SQLite and MySQL quote the text near it.
fn find(statement: &str, message: &str, dialect: Dialect) -> Option<usize> {
    let word = match dialect {
        Dialect::Sqlite => sqlite_word(message)?,
        _ => return None,
    };
    let bytes = statement.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let edge = |at: usize, neighbour: Option<&u8>| {
        !(is_word(bytes[at]) && neighbour.is_some_and(|neighbour| is_word(*neighbour)))
    };
    let mut places = statement
        .match_indices(word)
        .map(|(start, _)| start)
        .filter(|start| {
            let end = start + word.len();
            edge(
                *start,
                start.checked_sub(1).and_then(|before| bytes.get(before)),
            ) && edge(end - 1, bytes.get(end))
        });
    let first = places.next()?;
    // Which of several is meant cannot be known from a syntax error.
    (!message.contains("syntax error") || places.next().is_none()).then_some(first)
}

/// The name in a message of SQLite.
fn sqlite_word(message: &str) -> Option<&str> {
    if let Some(rest) = message.strip_prefix("near \"") {
        return rest
            .rsplit_once("\": ")
            .map(|(word, _)| word)
            .filter(|word| !word.is_empty());
    }
    if let Some(rest) = message
        .strip_prefix("table ")
        .or_else(|| message.strip_prefix("index "))
    {
        return rest.split_whitespace().next();
    }
    let starts = [
        "no such table: ",
        "no such column: ",
        "no such function: ",
        "no such index: ",
        "duplicate column name: ",
    ];
    let name = starts
        .iter()
        .find_map(|start| message.strip_prefix(start))?;
    let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_an_error_without_position_is_found_by_the_name_it_quotes() {
        let cases = [
            (
                "CREATE TABLE a (id IN TEGER (",
                "near \"TEGER\": syntax error",
                Some(22),
            ),
            ("SELECT a a a FROM b", "near \"a\": syntax error", None),
            (
                "INSERT INTO gone VALUES (1)",
                "no such table: main.gone",
                Some(12),
            ),
            (
                "CREATE TABLE users (id)",
                "table users already exists",
                Some(13),
            ),
            (
                "CREATE INDEX i ON t (usersx)",
                "no such column: users",
                None,
            ),
            ("SELECT 1", "UNIQUE constraint failed: a.b", None),
        ];
        for (statement, message, place) in cases {
            assert_eq!(
                find(statement, message, Dialect::Sqlite),
                place,
                "{message}"
            );
        }
    }
}
