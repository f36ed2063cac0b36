//! `ALTER`.

use super::change::{AlterTable, Alteration, Build, Change, Column, Existing, Missing, Rename};
use super::cursor::Cursor;
use super::{object, table};

/// After `ALTER`.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Option<Change> {
    let place = cursor.place();
    cursor.take_keyword("ONLINE");
    cursor.take_keyword("IGNORE");
    cursor.take_keyword("FOREIGN");
    if !cursor.take_keyword("TABLE") {
        cursor.back_to(place);
        return object::alter(cursor);
    }
    let missing = if_exists(cursor);
    // PostgreSQL's `ALTER TABLE ALL IN TABLESPACE` is about no table.
    if cursor.is_word("ALL") && cursor.peek_word_at(1).as_deref() == Some("IN") {
        return None;
    }
    cursor.take_keyword("ONLY");
    let table = cursor.name()?;
    cursor.take('*');
    table::wait(cursor);
    let mut actions = Vec::new();
    while !cursor.at_end() {
        let place = cursor.place();
        action(cursor, &mut actions);
        cursor.skip_item();
        cursor.take(',');
        if cursor.place() == place {
            cursor.skip();
        }
    }
    Some(Change::AlterTable(AlterTable {
        table,
        missing,
        actions,
    }))
}

pub(super) fn if_exists(cursor: &mut Cursor<'_>) -> Missing {
    if cursor.take_words(&["IF", "EXISTS"]) {
        Missing::Skip
    } else {
        Missing::Error
    }
}

fn action(cursor: &mut Cursor<'_>, actions: &mut Vec<Alteration>) {
    let before = actions.len();
    let read = match cursor.take_word().as_deref() {
        Some("ADD") => add(cursor, actions),
        Some("DROP") => drop(cursor, actions),
        Some("MODIFY") => modify(cursor, actions),
        Some("CHANGE") => change(cursor, actions),
        Some("RENAME") => rename(cursor, actions),
        Some("ALTER") => alter_column(cursor, actions),
        Some("ENGINE") => engine(cursor, actions),
        Some("DETACH") => detach(cursor, actions),
        Some(word) => {
            actions.push(if is_option(word, cursor) {
                Alteration::Option
            } else {
                Alteration::Other
            });
            Some(())
        }
        None => None,
    };
    if read.is_none() {
        actions.truncate(before);
        actions.push(Alteration::Other);
    }
}

/// Words that begin an option: what it sets is the same when it is set once more.
fn is_option(word: &str, cursor: &mut Cursor<'_>) -> bool {
    match word {
        "ALGORITHM"
        | "LOCK"
        | "COMMENT"
        | "AUTO_INCREMENT"
        | "AVG_ROW_LENGTH"
        | "CHARACTER"
        | "CHARSET"
        | "CHECKSUM"
        | "COLLATE"
        | "COMPRESSION"
        | "CONVERT"
        | "DEFAULT"
        | "DELAY_KEY_WRITE"
        | "DISABLE"
        | "ENABLE"
        | "ENCRYPTED"
        | "ENCRYPTION"
        | "ENCRYPTION_KEY_ID"
        | "FORCE"
        | "KEY_BLOCK_SIZE"
        | "MAX_ROWS"
        | "MIN_ROWS"
        | "ORDER"
        | "PACK_KEYS"
        | "PAGE_CHECKSUM"
        | "PAGE_COMPRESSED"
        | "PAGE_COMPRESSION_LEVEL"
        | "ROW_FORMAT"
        | "STATS_AUTO_RECALC"
        | "STATS_PERSISTENT"
        | "STATS_SAMPLE_PAGES"
        | "OWNER"
        | "SET"
        | "RESET"
        | "VALIDATE"
        | "CLUSTER"
        | "REPLICA"
        | "NO"
        | "WITH"
        | "WITHOUT" => {
            // `ORDER BY a, b`: the columns are no actions.
            if word == "ORDER" {
                while !cursor.at_end() {
                    cursor.skip();
                }
            }
            true
        }
        _ => false,
    }
}

fn add(cursor: &mut Cursor<'_>, actions: &mut Vec<Alteration>) -> Option<()> {
    let place = cursor.place();
    if let Some(key) = table::key(cursor) {
        let end = cursor.place();
        // `IF NOT EXISTS` stands between the kind and the name.
        cursor.back_to(place);
        let existing = existing_before(cursor, end);
        actions.push(Alteration::AddKey(key, existing));
        return Some(());
    }
    if cursor.is_one_of(&["PARTITION", "PERIOD", "SYSTEM"]) && cursor.dialect.is_mysql_family() {
        actions.push(Alteration::Other);
        return Some(());
    }
    let column = cursor.take_keyword("COLUMN");
    let existing = table::if_not_exists(cursor, Existing::Error);
    if cursor.take('(') {
        return add_columns(cursor, existing, actions);
    }
    // PostgreSQL's `ADD GENERATED ..` belongs to ALTER COLUMN, which was taken whole.
    if !column && cursor.at_end() {
        return None;
    }
    let name = cursor.identifier()?;
    let definition = cursor.skip_item();
    actions.push(Alteration::AddColumn(Column { name, definition }, existing));
    Some(())
}

fn existing_before(cursor: &mut Cursor<'_>, end: usize) -> Existing {
    let mut existing = Existing::Error;
    while cursor.place() < end {
        if cursor.take_words(&["IF", "NOT", "EXISTS"]) {
            existing = Existing::Skip;
        } else {
            cursor.skip();
        }
    }
    existing
}

/// `ADD (a int, b int, INDEX (a))` of MySQL.
fn add_columns(
    cursor: &mut Cursor<'_>,
    existing: Existing,
    actions: &mut Vec<Alteration>,
) -> Option<()> {
    loop {
        if let Some(key) = table::key(cursor) {
            actions.push(Alteration::AddKey(key, existing));
            cursor.skip_item();
        } else {
            let name = cursor.identifier()?;
            let definition = cursor.skip_item();
            actions.push(Alteration::AddColumn(Column { name, definition }, existing));
        }
        if !cursor.take(',') {
            return cursor.take(')').then_some(());
        }
    }
}

fn drop(cursor: &mut Cursor<'_>, actions: &mut Vec<Alteration>) -> Option<()> {
    let mysql = cursor.dialect.is_mysql_family();
    let alteration = if mysql && cursor.take_words(&["PRIMARY", "KEY"]) {
        Alteration::DropPrimaryKey
    } else if mysql && cursor.take_words(&["FOREIGN", "KEY"]) {
        let missing = if_exists(cursor);
        Alteration::DropForeignKey(cursor.identifier()?, missing)
    } else if mysql && cursor.take_one_of(&["INDEX", "KEY"]) {
        let missing = if_exists(cursor);
        Alteration::DropIndex(cursor.identifier()?, missing)
    } else if cursor.take_keyword("CONSTRAINT") || mysql && cursor.take_keyword("CHECK") {
        let missing = if_exists(cursor);
        Alteration::DropConstraint(cursor.identifier()?, missing)
    } else if mysql && cursor.is_one_of(&["PARTITION", "PERIOD", "SYSTEM"]) {
        Alteration::Other
    } else {
        cursor.take_keyword("COLUMN");
        let missing = if_exists(cursor);
        Alteration::DropColumn(cursor.identifier()?, missing)
    };
    actions.push(alteration);
    Some(())
}

fn modify(cursor: &mut Cursor<'_>, actions: &mut Vec<Alteration>) -> Option<()> {
    cursor.take_keyword("COLUMN");
    let missing = if_exists(cursor);
    // Oracle's form with several columns in parentheses is not MySQL's.
    actions.push(Alteration::ModifyColumn(cursor.identifier()?, missing));
    Some(())
}

fn change(cursor: &mut Cursor<'_>, actions: &mut Vec<Alteration>) -> Option<()> {
    cursor.take_keyword("COLUMN");
    let missing = if_exists(cursor);
    let rename = Rename {
        from: cursor.identifier()?,
        to: cursor.identifier()?,
    };
    actions.push(Alteration::ChangeColumn(rename, missing));
    Some(())
}

fn rename(cursor: &mut Cursor<'_>, actions: &mut Vec<Alteration>) -> Option<()> {
    let alteration = if cursor.take_keyword("CONSTRAINT") {
        Alteration::RenameConstraint(old_and_new(cursor)?)
    } else if cursor.dialect.is_mysql_family() && cursor.take_one_of(&["INDEX", "KEY"]) {
        cursor.take_words(&["IF", "EXISTS"]);
        Alteration::RenameIndex(old_and_new(cursor)?)
    } else if cursor.take_keyword("COLUMN") {
        cursor.take_words(&["IF", "EXISTS"]);
        Alteration::RenameColumn(old_and_new(cursor)?)
    } else if cursor.take_one_of(&["TO", "AS"]) || cursor.take('=') {
        Alteration::RenameTo(cursor.name()?)
    } else {
        // `RENAME a TO b` renames a column, except on MySQL, where `RENAME b` renames the table.
        let place = cursor.place();
        if let Some(columns) = old_and_new(cursor) {
            Alteration::RenameColumn(columns)
        } else {
            cursor.back_to(place);
            Alteration::RenameTo(cursor.name()?)
        }
    };
    actions.push(alteration);
    Some(())
}

fn old_and_new(cursor: &mut Cursor<'_>) -> Option<Rename<String>> {
    let from = cursor.identifier()?;
    if !cursor.take_keyword("TO") {
        return None;
    }
    let to = cursor.identifier()?;
    Some(Rename { from, to })
}

fn alter_column(cursor: &mut Cursor<'_>, actions: &mut Vec<Alteration>) -> Option<()> {
    let mysql = cursor.dialect.is_mysql_family();
    if mysql && cursor.is_one_of(&["INDEX", "KEY", "CHECK", "CONSTRAINT"])
        || cursor.is_word("CONSTRAINT")
    {
        actions.push(Alteration::Option);
        return Some(());
    }
    cursor.take_keyword("COLUMN");
    let missing = if_exists(cursor);
    actions.push(Alteration::ModifyColumn(cursor.identifier()?, missing));
    Some(())
}

fn engine(cursor: &mut Cursor<'_>, actions: &mut Vec<Alteration>) -> Option<()> {
    cursor.take('=');
    actions.push(Alteration::Engine(cursor.identifier()?));
    Some(())
}

fn detach(cursor: &mut Cursor<'_>, actions: &mut Vec<Alteration>) -> Option<()> {
    if !cursor.take_keyword("PARTITION") {
        return None;
    }
    let partition = cursor.name()?;
    let build = if cursor.take_keyword("CONCURRENTLY") {
        Build::Concurrently
    } else {
        Build::Plain
    };
    actions.push(Alteration::DetachPartition(partition, build));
    Some(())
}
