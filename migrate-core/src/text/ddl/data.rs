//! Statements that read and write rows.

use super::change::{Change, Data, Verb};
use super::cursor::Cursor;
use super::name::Name;

/// A statement that begins with `word`, which is taken.
pub(super) fn data(word: &str, cursor: &mut Cursor<'_>) -> Option<Change> {
    let verb = match word {
        "SELECT" | "VALUES" | "TABLE" => Verb::Select,
        "INSERT" => Verb::Insert,
        "UPDATE" => Verb::Update,
        "DELETE" => Verb::Delete,
        "REPLACE" => Verb::Replace,
        "MERGE" => Verb::Merge,
        "LOAD" if cursor.is_one_of(&["DATA", "XML"]) => Verb::Load,
        "COPY" if cursor.has_word("FROM") => Verb::Load,
        "COPY" => Verb::Select,
        "WITH" => return with(cursor),
        _ => return None,
    };
    let tables = written(verb, cursor);
    Some(Change::Data(Data { verb, tables }))
}

/// A query in parentheses, after the first of them.
pub(super) fn parenthesised(cursor: &mut Cursor<'_>) -> Option<Change> {
    while cursor.take('(') {}
    cursor
        .is_one_of(&["SELECT", "WITH", "VALUES", "TABLE"])
        .then(|| {
            Change::Data(Data {
                verb: Verb::Select,
                tables: Vec::new(),
            })
        })
}

/// `WITH a AS (..), b AS (..)` before a statement.
fn with(cursor: &mut Cursor<'_>) -> Option<Change> {
    cursor.take_keyword("RECURSIVE");
    loop {
        cursor.identifier()?;
        cursor.skip_group();
        if !cursor.take_keyword("AS") {
            return None;
        }
        cursor.take_keyword("NOT");
        cursor.take_keyword("MATERIALIZED");
        cursor.skip_group()?;
        // PostgreSQL's SEARCH and CYCLE, MariaDB's CYCLE.
        while !cursor.at_end()
            && !cursor.is_punct(',')
            && !cursor.is_one_of(&[
                "SELECT", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE",
            ])
            && !cursor.is_punct('(')
        {
            cursor.skip();
        }
        if !cursor.take(',') {
            break;
        }
    }
    if cursor.take('(') {
        return parenthesised(cursor);
    }
    let word = cursor.take_word()?;
    data(&word, cursor)
}

/// The tables that are written.
fn written(verb: Verb, cursor: &mut Cursor<'_>) -> Vec<Name> {
    match verb {
        Verb::Insert | Verb::Replace | Verb::Merge => {
            while cursor.take_one_of(&["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"]) {}
            // SQLite's `INSERT OR IGNORE`.
            if cursor.take_keyword("OR") {
                cursor.skip();
            }
            cursor.take_keyword("INTO");
            cursor.name().into_iter().collect()
        }
        Verb::Update => {
            while cursor.take_one_of(&["LOW_PRIORITY", "IGNORE", "ONLY"]) {}
            if cursor.take_keyword("OR") {
                cursor.skip();
            }
            sources(cursor, &["SET"])
        }
        Verb::Delete => {
            while cursor.take_one_of(&["LOW_PRIORITY", "QUICK", "IGNORE"]) {}
            // `DELETE a, b FROM ..` names aliases before FROM: the tables stand behind it.
            if !cursor.is_word("FROM") {
                cursor.skip_past("FROM");
            } else {
                cursor.take_keyword("FROM");
            }
            cursor.take_keyword("ONLY");
            sources(cursor, &["WHERE", "USING", "ORDER", "LIMIT", "RETURNING"])
        }
        Verb::Load if cursor.skip_past("INTO") => {
            cursor.take_keyword("TABLE");
            cursor.name().into_iter().collect()
        }
        Verb::Load | Verb::Select => Vec::new(),
    }
}

/// The tables of a list with joins, up to one of `ends`.
fn sources(cursor: &mut Cursor<'_>, ends: &[&str]) -> Vec<Name> {
    let mut tables = Vec::new();
    let mut expected = true;
    while !cursor.at_end() && !cursor.is_one_of(ends) {
        if expected {
            expected = false;
            if cursor.skip_group().is_some() {
                continue;
            }
            match cursor.name() {
                Some(name) => tables.push(name),
                None => cursor.skip(),
            }
            continue;
        }
        expected = cursor.take(',') || cursor.take_one_of(&["JOIN", "STRAIGHT_JOIN"]);
        if !expected && cursor.skip_group().is_none() {
            cursor.skip();
        }
    }
    tables
}
