//! `CREATE INDEX`, `DROP INDEX`, `REINDEX`.

use super::alter::if_exists;
use super::change::{Build, Change, CreateIndex, DropIndex, Existing};
use super::cursor::Cursor;
use super::table::{columns, if_not_exists, wait};

/// After `CREATE [OR REPLACE]`.
pub(super) fn create(cursor: &mut Cursor<'_>, existing: Existing) -> Option<Change> {
    let place = cursor.place();
    let created = create_index(cursor, existing);
    if created.is_none() {
        cursor.back_to(place);
    }
    created.map(Change::CreateIndex)
}

fn create_index(cursor: &mut Cursor<'_>, existing: Existing) -> Option<CreateIndex> {
    cursor.take_one_of(&["ONLINE", "OFFLINE"]);
    let unique = cursor.take_keyword("UNIQUE");
    cursor.take_one_of(&["FULLTEXT", "SPATIAL", "VECTOR"]);
    if !cursor.take_keyword("INDEX") {
        return None;
    }
    let build = build(cursor);
    let existing = if_not_exists(cursor, existing);
    let name = if cursor.is_word("ON") {
        None
    } else {
        Some(cursor.name()?)
    };
    if cursor.take_keyword("USING") {
        cursor.identifier()?;
    }
    if !cursor.take_keyword("ON") {
        return None;
    }
    cursor.take_keyword("ONLY");
    let table = cursor.name()?;
    if cursor.take_keyword("USING") {
        cursor.identifier()?;
    }
    let columns = columns(cursor);
    Some(CreateIndex {
        name,
        table,
        existing,
        build,
        unique,
        columns,
    })
}

fn build(cursor: &mut Cursor<'_>) -> Build {
    if cursor.take_keyword("CONCURRENTLY") {
        Build::Concurrently
    } else {
        Build::Plain
    }
}

/// After `DROP`.
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Option<Change> {
    if !cursor.take_keyword("INDEX") {
        return None;
    }
    let build = build(cursor);
    let missing = if_exists(cursor);
    let names = cursor.names()?;
    let table = if cursor.dialect.is_mysql_family() && cursor.take_keyword("ON") {
        let table = cursor.name()?;
        wait(cursor);
        Some(table)
    } else {
        None
    };
    Some(Change::DropIndex(DropIndex {
        names,
        table,
        missing,
        build,
    }))
}

/// After `REINDEX`.
pub(super) fn rebuild(cursor: &mut Cursor<'_>) -> Option<Change> {
    let build = if cursor.has_word("CONCURRENTLY") {
        Build::Concurrently
    } else {
        Build::Plain
    };
    Some(Change::Reindex(build))
}
