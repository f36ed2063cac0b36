//! Whether a statement may run in a transaction.

use crate::text::Dialect;

use super::Transactional::{self, Control, No, Yes};
use super::lexer::{Tokens, tokenize};
use super::token::TokenKind;

/// Judges one statement, given without its terminator.
pub(super) fn classify(statement: &str, dialect: Dialect) -> Transactional {
    let mut words = Words {
        text: statement,
        tokens: tokenize(statement, dialect),
    };
    let Some(first) = words.next() else {
        return Yes;
    };
    if let Some(control) = control(&first, &mut words.clone(), dialect) {
        return control;
    }
    match dialect {
        Dialect::Sqlite => sqlite(&first, &mut words),
        Dialect::Postgres => postgres(&first, words),
        Dialect::Mysql | Dialect::Mariadb => mysql(&first, words),
    }
}

/// The significant tokens of a statement: words in upper case, everything else as it is.
#[derive(Clone)]
struct Words<'a> {
    text: &'a str,
    tokens: Tokens<'a>,
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let token = self.tokens.find(|token| {
            !token.kind.is_trivia()
                && !matches!(
                    token.kind,
                    TokenKind::ExecutableStart | TokenKind::ExecutableEnd
                )
        })?;
        let text = &self.text[token.range];
        Some(match token.kind {
            TokenKind::Word => text.to_ascii_uppercase(),
            // A marker that no keyword equals; what the literal says is of no interest.
            TokenKind::String | TokenKind::QuotedIdent | TokenKind::DollarString => "''".to_owned(),
            _ => text.to_owned(),
        })
    }
}

/// Statements that begin or end transactions, as far as the dialects agree.
fn control(first: &str, rest: &mut Words<'_>, dialect: Dialect) -> Option<Transactional> {
    let postgres = dialect == Dialect::Postgres;
    match first {
        "BEGIN" if dialect.is_mysql_family() && rest.next().as_deref() == Some("NOT") => None,
        "BEGIN" => Some(Control("BEGIN")),
        "COMMIT" => Some(Control("COMMIT")),
        "END" if !dialect.is_mysql_family() => Some(Control("END")),
        "ABORT" if postgres => Some(Control("ABORT")),
        "ROLLBACK" if rest.take(3).any(|word| word == "TO") => None,
        "ROLLBACK" => Some(Control("ROLLBACK")),
        "START" if rest.next().as_deref() == Some("TRANSACTION") => {
            Some(Control("START TRANSACTION"))
        }
        "PREPARE" if postgres && rest.next().as_deref() == Some("TRANSACTION") => {
            Some(Control("PREPARE TRANSACTION"))
        }
        _ => None,
    }
}

fn sqlite(first: &str, rest: &mut Words<'_>) -> Transactional {
    match first {
        "VACUUM" => No("VACUUM"),
        "ATTACH" => No("ATTACH"),
        "DETACH" => No("DETACH"),
        "PRAGMA" => pragma(&rest.take(4).collect::<Vec<_>>()),
        _ => Yes,
    }
}

/// `PRAGMA [schema.]name = value` or `PRAGMA [schema.]name(value)`: those that SQLite refuses or ignores in a
/// transaction.
fn pragma(words: &[String]) -> Transactional {
    let words = match words {
        [_, dot, rest @ ..] if dot == "." => rest,
        all => all,
    };
    match words {
        [name, assigns, ..] if assigns == "=" || assigns == "(" => match name.as_str() {
            "FOREIGN_KEYS" => No("PRAGMA foreign_keys"),
            "JOURNAL_MODE" => No("PRAGMA journal_mode"),
            "SYNCHRONOUS" => No("PRAGMA synchronous"),
            "TEMP_STORE" => No("PRAGMA temp_store"),
            "WAL_CHECKPOINT" => No("PRAGMA wal_checkpoint"),
            _ => Yes,
        },
        [name, ..] if name == "WAL_CHECKPOINT" => No("PRAGMA wal_checkpoint"),
        _ => Yes,
    }
}

fn postgres(first: &str, rest: Words<'_>) -> Transactional {
    let mut next = rest.clone();
    match first {
        "VACUUM" => No("VACUUM"),
        "REINDEX" => reindex(rest),
        "CLUSTER" if clusters_everything(&rest) => No("CLUSTER"),
        "DISCARD" if next.next().as_deref() == Some("ALL") => No("DISCARD ALL"),
        "CREATE" | "DROP" | "ALTER" => {
            let mut object = next.next().unwrap_or_default();
            if object == "UNIQUE" {
                object = next.next().unwrap_or_default();
            }
            let concurrently = next.next().as_deref() == Some("CONCURRENTLY");
            match (first, object.as_str()) {
                ("CREATE", "INDEX") if concurrently => No("CREATE INDEX CONCURRENTLY"),
                ("DROP", "INDEX") if concurrently => No("DROP INDEX CONCURRENTLY"),
                ("CREATE", "DATABASE") => No("CREATE DATABASE"),
                ("DROP", "DATABASE") => No("DROP DATABASE"),
                ("CREATE", "TABLESPACE") => No("CREATE TABLESPACE"),
                ("DROP", "TABLESPACE") => No("DROP TABLESPACE"),
                ("CREATE", "SUBSCRIPTION") if creates_slot(&rest) => No("CREATE SUBSCRIPTION"),
                ("ALTER", "SUBSCRIPTION") if refreshes(&rest) => {
                    No("ALTER SUBSCRIPTION .. REFRESH")
                }
                ("DROP", "SUBSCRIPTION") => No("DROP SUBSCRIPTION"),
                ("ALTER", "SYSTEM") => No("ALTER SYSTEM"),
                ("ALTER", "DATABASE") if moves_database(&rest) => {
                    No("ALTER DATABASE SET TABLESPACE")
                }
                ("ALTER", "TABLE") => detach(rest),
                _ => Yes,
            }
        }
        _ => Yes,
    }
}

/// `CLUSTER` without a table, with or without its options.
fn clusters_everything(rest: &Words<'_>) -> bool {
    let mut depth = 0usize;
    for word in rest.clone() {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "VERBOSE" => {}
            _ if depth > 0 => {}
            _ => return false,
        }
    }
    true
}

/// Unless an option says that the slot on the publisher is not to be made.
fn creates_slot(rest: &Words<'_>) -> bool {
    !(switches_off(rest, "CREATE_SLOT") || switches_off(rest, "CONNECT"))
}

/// `REFRESH PUBLICATION`, and what refreshes unless an option says no.
fn refreshes(rest: &Words<'_>) -> bool {
    let action: Vec<_> = rest.clone().skip(2).take(2).collect();
    match action.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["REFRESH", "PUBLICATION"] => true,
        ["SET" | "ADD" | "DROP", "PUBLICATION"] => !switches_off(rest, "REFRESH"),
        _ => false,
    }
}

/// Whether the option of this name stands there as off: `name = false`.
fn switches_off(rest: &Words<'_>, option: &str) -> bool {
    let mut rest = rest.clone();
    rest.any(|word| word == option)
        && rest.next().as_deref() == Some("=")
        && rest
            .next()
            .is_some_and(|value| matches!(value.as_str(), "FALSE" | "OFF" | "0"))
}

/// `ALTER DATABASE name SET TABLESPACE ..`.
fn moves_database(rest: &Words<'_>) -> bool {
    rest.clone().skip(2).take(2).eq(["SET", "TABLESPACE"])
}

fn reindex(rest: Words<'_>) -> Transactional {
    let mut depth = 0usize;
    let mut object = true;
    for word in rest {
        match word.as_str() {
            "CONCURRENTLY" => return No("REINDEX CONCURRENTLY"),
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "SCHEMA" if object && depth == 0 => return No("REINDEX SCHEMA"),
            "DATABASE" if object && depth == 0 => return No("REINDEX DATABASE"),
            "SYSTEM" if object && depth == 0 => return No("REINDEX SYSTEM"),
            _ if depth == 0 => object = false,
            _ => {}
        }
    }
    Yes
}

/// `ALTER TABLE .. DETACH PARTITION name CONCURRENTLY`.
fn detach(rest: Words<'_>) -> Transactional {
    let mut detached = false;
    let mut last = String::new();
    for word in rest {
        detached |= last == "DETACH" && word == "PARTITION";
        if detached && word == "CONCURRENTLY" {
            return No("DETACH PARTITION CONCURRENTLY");
        }
        last = word;
    }
    Yes
}

fn mysql(first: &str, rest: Words<'_>) -> Transactional {
    match first {
        "XA" => Control("XA"),
        "SET" if sets_autocommit(rest) => Control("SET autocommit"),
        _ => Yes,
    }
}

/// Whether one of the assignments is to `autocommit`, in whichever spelling.
fn sets_autocommit(rest: Words<'_>) -> bool {
    let mut is_target = true;
    let mut depth = 0usize;
    for word in rest {
        match word.as_str() {
            "AUTOCOMMIT" if is_target => return true,
            "@" | "." | "SESSION" | "GLOBAL" | "LOCAL" if is_target => {}
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => is_target = true,
            _ => is_target = false,
        }
    }
    false
}
