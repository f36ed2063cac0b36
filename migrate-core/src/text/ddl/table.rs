//! `CREATE TABLE`, `RENAME TABLE`, `TRUNCATE`; `DROP TABLE` is one `DROP` among others.

use super::change::{Change, Column, CreateTable, Existing, Key, KeyKind, Rename, Rows};
use super::cursor::Cursor;

/// Words that begin a key or constraint in a list of columns.
const KEYS: [&str; 11] = [
    "CONSTRAINT",
    "PRIMARY",
    "UNIQUE",
    "FOREIGN",
    "CHECK",
    "EXCLUDE",
    "INDEX",
    "KEY",
    "FULLTEXT",
    "SPATIAL",
    "VECTOR",
];

/// After `CREATE [OR REPLACE]`.
pub(super) fn create(cursor: &mut Cursor<'_>, existing: Existing) -> Option<Change> {
    let place = cursor.place();
    let created = create_table(cursor, existing);
    if created.is_none() {
        cursor.back_to(place);
    }
    created.map(Change::CreateTable)
}

fn create_table(cursor: &mut Cursor<'_>, existing: Existing) -> Option<CreateTable> {
    let rows = rows(cursor);
    cursor.take_one_of(&["UNLOGGED", "FOREIGN"]);
    if !cursor.take_keyword("TABLE") {
        return None;
    }
    let existing = if_not_exists(cursor, existing);
    let mut table = CreateTable {
        name: cursor.name()?,
        existing,
        rows,
        columns: Vec::new(),
        keys: Vec::new(),
        engine: None,
        from_query: false,
    };
    if cursor.is_punct('(') && !is_query_or_like(cursor) {
        cursor.skip();
        items(cursor, &mut table);
    }
    options(cursor, &mut table);
    Some(table)
}

fn rows(cursor: &mut Cursor<'_>) -> Rows {
    cursor.take_one_of(&["GLOBAL", "LOCAL"]);
    if cursor.take_one_of(&["TEMPORARY", "TEMP"]) {
        Rows::Temporary
    } else {
        Rows::Kept
    }
}

/// `(SELECT ..)` and `(LIKE other)` of MySQL.
fn is_query_or_like(cursor: &mut Cursor<'_>) -> bool {
    let place = cursor.place();
    cursor.skip();
    let found = cursor.is_one_of(&["SELECT", "WITH", "VALUES", "TABLE"])
        || cursor.dialect.is_mysql_family() && cursor.is_word("LIKE");
    cursor.back_to(place);
    found
}

fn items(cursor: &mut Cursor<'_>, table: &mut CreateTable) {
    loop {
        let place = cursor.place();
        if let Some(key) = key(cursor) {
            table.keys.push(key);
        } else if cursor.is_one_of(&["LIKE", "PERIOD"]) {
            // Columns of another table, or a period of time.
        } else if let Some(name) = cursor.identifier() {
            let definition = cursor.skip_item();
            table.columns.push(Column { name, definition });
        }
        cursor.skip_item();
        let more = cursor.take(',');
        if !more || cursor.place() == place {
            cursor.take(')');
            return;
        }
    }
}

fn options(cursor: &mut Cursor<'_>, table: &mut CreateTable) {
    while !cursor.at_end() {
        if cursor.take_keyword("ENGINE") {
            cursor.take('=');
            table.engine = cursor.identifier();
            continue;
        }
        if cursor.is_one_of(&["SELECT", "AS", "WITH"]) && !is_table_option(cursor) {
            table.from_query = true;
            return;
        }
        if cursor.is_punct('(') {
            table.from_query |= is_query_or_like(cursor) && !cursor.has_word("LIKE");
            cursor.skip_group();
        } else {
            cursor.skip();
        }
    }
}

/// `WITH (fillfactor = 70)`, `WITH SYSTEM VERSIONING`: no query.
fn is_table_option(cursor: &Cursor<'_>) -> bool {
    cursor.is_word("WITH")
        && matches!(
            cursor.peek_word_at(1).as_deref(),
            None | Some("SYSTEM" | "OIDS" | "NO" | "DATA" | "OPTIONS")
        )
}

/// A key or constraint of a list of columns or of `ADD`, from its first word to its name; the rest is not taken.
pub(super) fn key(cursor: &mut Cursor<'_>) -> Option<Key> {
    // `key text` is a column where KEY begins no index.
    if !cursor.is_one_of(&KEYS)
        || !cursor.dialect.is_mysql_family()
            && cursor.is_one_of(&["INDEX", "KEY", "FULLTEXT", "SPATIAL", "VECTOR"])
    {
        return None;
    }
    let place = cursor.place();
    let constraint = cursor.take_keyword("CONSTRAINT");
    let mut name = None;
    if constraint && !cursor.is_one_of(&["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"]) {
        cursor.take_words(&["IF", "NOT", "EXISTS"]);
        name = cursor.identifier();
    }
    let Some((kind, name)) = kind_and_name(cursor, name, constraint) else {
        cursor.back_to(place);
        return None;
    };
    if cursor.take_keyword("USING") {
        cursor.skip();
    }
    let columns = if kind == KeyKind::Check {
        Vec::new()
    } else {
        columns(cursor)
    };
    let references = if kind == KeyKind::Foreign && cursor.take_keyword("REFERENCES") {
        cursor.name()
    } else {
        None
    };
    Some(Key {
        kind,
        name,
        columns,
        references,
    })
}

/// Columns in parentheses, each with nothing but a length or an order; none when there is anything else.
pub(super) fn columns(cursor: &mut Cursor<'_>) -> Vec<String> {
    let place = cursor.place();
    let mut columns = Vec::new();
    let whole = cursor.take('(')
        && loop {
            let Some(column) = cursor.identifier() else {
                break false;
            };
            columns.push(column);
            cursor.skip_group();
            cursor.take_one_of(&["ASC", "DESC"]);
            if !cursor.take(',') {
                break cursor.take(')');
            }
        };
    if !whole {
        columns.clear();
        cursor.back_to(place);
        cursor.skip_group();
    }
    columns
}

fn kind_and_name(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    constraint: bool,
) -> Option<(KeyKind, Option<String>)> {
    if cursor.take_words(&["PRIMARY", "KEY"]) {
        return Some((KeyKind::Primary, name));
    }
    if cursor.take_words(&["FOREIGN", "KEY"]) {
        cursor.take_words(&["IF", "NOT", "EXISTS"]);
        // On MariaDB the name of the index names the constraint that has none.
        let index = index_name(cursor);
        return Some((KeyKind::Foreign, name.or(index)));
    }
    if cursor.take_keyword("UNIQUE") {
        cursor.take_one_of(&["INDEX", "KEY"]);
        cursor.take_words(&["IF", "NOT", "EXISTS"]);
        let index = index_name(cursor);
        return Some((KeyKind::Unique, index.or(name)));
    }
    if cursor.take_keyword("CHECK") {
        return Some((KeyKind::Check, name));
    }
    if constraint {
        return Some((KeyKind::Other, name));
    }
    if cursor.take_keyword("EXCLUDE") {
        return Some((KeyKind::Other, None));
    }
    if cursor.take_one_of(&["FULLTEXT", "SPATIAL", "VECTOR"]) {
        cursor.take_one_of(&["INDEX", "KEY"]);
    } else if !cursor.take_one_of(&["INDEX", "KEY"]) {
        return None;
    }
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    Some((KeyKind::Index, index_name(cursor)))
}

/// The name of an index before `USING BTREE` or its columns.
fn index_name(cursor: &mut Cursor<'_>) -> Option<String> {
    if !cursor.dialect.is_mysql_family() || cursor.is_word("USING") {
        return None;
    }
    cursor.identifier()
}

pub(super) fn if_not_exists(cursor: &mut Cursor<'_>, existing: Existing) -> Existing {
    if cursor.take_words(&["IF", "NOT", "EXISTS"]) {
        Existing::Skip
    } else {
        existing
    }
}

/// `RENAME TABLE a TO b, c TO d`, after its first word.
pub(super) fn rename(cursor: &mut Cursor<'_>) -> Option<Change> {
    if !cursor.take_one_of(&["TABLE", "TABLES"]) {
        return None;
    }
    cursor.take_words(&["IF", "EXISTS"]);
    let mut renames = Vec::new();
    loop {
        let from = cursor.name()?;
        wait(cursor);
        if !cursor.take_keyword("TO") {
            return None;
        }
        let to = cursor.name()?;
        renames.push(Rename { from, to });
        if !cursor.take(',') {
            return Some(Change::RenameTables(renames));
        }
    }
}

/// `WAIT n`, `NOWAIT` (MariaDB).
pub(super) fn wait(cursor: &mut Cursor<'_>) {
    if cursor.take_keyword("WAIT") {
        cursor.take_literal();
    } else {
        cursor.take_keyword("NOWAIT");
    }
}

pub(super) fn truncate(cursor: &mut Cursor<'_>) -> Option<Change> {
    cursor.take_keyword("TABLE");
    cursor.take_keyword("ONLY");
    let mut names = vec![cursor.name()?];
    cursor.take('*');
    while cursor.take(',') {
        cursor.take_keyword("ONLY");
        names.push(cursor.name()?);
        cursor.take('*');
    }
    Some(Change::Truncate(names))
}
