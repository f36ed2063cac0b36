//! `CREATE`, `DROP` and `ALTER` of everything that has a name and is neither table nor index.

use super::alter::if_exists;
use super::change::{Change, CreateObject, DropObject, Existing, ObjectKind, Rename, RenameObject};
use super::cursor::Cursor;
use super::table::if_not_exists;
use crate::text::Dialect;

/// After `CREATE [OR REPLACE]`.
pub(super) fn create(cursor: &mut Cursor<'_>, existing: Existing) -> Option<Change> {
    prefixes(cursor);
    let kind = kind(cursor)?;
    let existing = if_not_exists(cursor, existing);
    // `CREATE SCHEMA AUTHORIZATION joe` has its name from the user.
    if kind == ObjectKind::Schema && cursor.dialect == Dialect::Postgres {
        cursor.take_keyword("AUTHORIZATION");
    }
    let name = cursor.name()?;
    let on = if kind == ObjectKind::Trigger && cursor.skip_past("ON") {
        cursor.name()
    } else {
        None
    };
    Some(Change::Create(CreateObject {
        kind,
        name,
        existing,
        on,
    }))
}

/// What may stand before the kind: definer, algorithm, security and the like.
fn prefixes(cursor: &mut Cursor<'_>) {
    loop {
        if cursor.take_keyword("DEFINER") {
            cursor.take('=');
            definer(cursor);
        } else if cursor.take_keyword("ALGORITHM") {
            cursor.take('=');
            cursor.skip();
        } else if cursor.take_words(&["SQL", "SECURITY"]) {
            cursor.skip();
        } else if !cursor.take_one_of(&[
            "AGGREGATE",
            "TEMPORARY",
            "TEMP",
            "RECURSIVE",
            "CONSTRAINT",
            "UNLOGGED",
            "TRUSTED",
            "PROCEDURAL",
        ]) {
            return;
        }
    }
}

/// `CURRENT_USER`, `CURRENT_USER()`, `CURRENT_ROLE`, `'user'@'host'`, `` `user`@`host` ``.
fn definer(cursor: &mut Cursor<'_>) {
    cursor.skip();
    cursor.skip_group();
    if cursor.take('@') {
        cursor.skip();
    }
}

/// The words that name a kind.
fn kind(cursor: &mut Cursor<'_>) -> Option<ObjectKind> {
    let kind = match cursor.take_word()?.as_str() {
        "TABLE" | "TABLES" => ObjectKind::Table,
        "TEMPORARY" => cursor
            .take_one_of(&["TABLE", "TABLES"])
            .then_some(ObjectKind::TemporaryTable)?,
        "FOREIGN" => cursor.take_keyword("TABLE").then_some(ObjectKind::Table)?,
        "INDEX" => ObjectKind::Index,
        "VIEW" => ObjectKind::View,
        "MATERIALIZED" => cursor
            .take_keyword("VIEW")
            .then_some(ObjectKind::MaterializedView)?,
        "TRIGGER" => ObjectKind::Trigger,
        // `CREATE EVENT TRIGGER` of PostgreSQL.
        "EVENT" if cursor.dialect == Dialect::Postgres => ObjectKind::Other,
        "EVENT" => ObjectKind::Event,
        "PROCEDURE" => ObjectKind::Procedure,
        "FUNCTION" => ObjectKind::Function,
        "PACKAGE" if cursor.take_keyword("BODY") => ObjectKind::PackageBody,
        "PACKAGE" => ObjectKind::Package,
        "SEQUENCE" => ObjectKind::Sequence,
        "SCHEMA" => ObjectKind::Schema,
        "DATABASE" if cursor.dialect.is_mysql_family() => ObjectKind::Schema,
        "DATABASE" => ObjectKind::Database,
        "TYPE" => ObjectKind::Type,
        "DOMAIN" => ObjectKind::Domain,
        "EXTENSION" => ObjectKind::Extension,
        "USER" | "ROLE" | "GROUP" => ObjectKind::Role,
        "SERVER" | "COLLATION" | "PUBLICATION" | "SUBSCRIPTION" | "POLICY" | "RULE"
        | "TABLESPACE" | "STATISTICS" | "AGGREGATE" | "LANGUAGE" | "CONVERSION" | "VIRTUAL" => {
            ObjectKind::Other
        }
        _ => return None,
    };
    Some(kind)
}

/// After `DROP`.
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Option<Change> {
    let kind = kind(cursor)?;
    let missing = if_exists(cursor);
    let mut names = vec![cursor.name()?];
    // The arguments that tell one PostgreSQL function from another.
    cursor.skip_group();
    while cursor.take(',') {
        names.push(cursor.name()?);
        cursor.skip_group();
    }
    Some(Change::Drop(DropObject {
        kind,
        names,
        missing,
    }))
}

/// After `ALTER`, when it is no table.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Option<Change> {
    prefixes(cursor);
    let kind = kind(cursor)?;
    if_exists(cursor);
    let from = cursor.name()?;
    cursor.skip_group();
    if !cursor.take_words(&["RENAME", "TO"]) {
        return Some(Change::Alter(kind, from));
    }
    let to = cursor.name()?;
    Some(Change::Rename(RenameObject {
        kind,
        rename: Rename { from, to },
    }))
}
