//! What belongs to a table as a whole: its engine, character set, comment and other options.

use super::alter::{Action, Conversion};
use super::change::TableChange;
use super::data_type::DataType;
use super::level::{Level, Terms};
use super::name::ident;
use super::partition::{period_name, plain_period};
use super::partitioning::{has_row_times, history};
use super::table::{character_set, comment, is_period};
use crate::model::schema::MysqlTable;
use crate::text::Dialect;

/// The options that differ.
pub(super) fn actions(
    change: &TableChange<'_>,
    terms: &Terms<'_>,
    actions: &mut Vec<Action>,
    dialect: Dialect,
) -> Conversion {
    let (Some(before), Some(after)) = (change.before.mysql(), change.after.mysql()) else {
        return Conversion::None;
    };
    if !change.options {
        return Conversion::None;
    }
    if before.engine != after.engine {
        actions.push(Action::new(
            format!("ENGINE={}", after.engine),
            Level::Unsure,
        ));
    }
    let conversion = converted(change, before, after, terms, actions, dialect);
    others(before, after, actions, dialect);
    // What is computed from the times of rows comes and goes with them.
    match (before.system_versioned, after.system_versioned) {
        (true, false) if has_row_times(before) => actions.push(Action {
            loses: Some(history(change.after)),
            ..Action::new("DROP SYSTEM VERSIONING", Level::Unsure)
        }),
        (false, true) if has_row_times(after) => {
            actions.push(Action::new("ADD SYSTEM VERSIONING", Level::Unsure));
        }
        _ => {}
    }
    if change.before.comment != change.after.comment {
        let text = change.after.comment.as_deref().unwrap_or_default();
        actions.push(Action::new(comment(text, dialect), terms.note_down()));
    }
    conversion
}

fn converted(
    change: &TableChange<'_>,
    before: &MysqlTable,
    after: &MysqlTable,
    terms: &Terms<'_>,
    actions: &mut Vec<Action>,
    dialect: Dialect,
) -> Conversion {
    if before.collation == after.collation {
        return Conversion::None;
    }
    let Some(set) = character_set(after) else {
        return Conversion::None;
    };
    let texts: Vec<_> = change
        .after
        .columns
        .iter()
        .filter(|column| DataType::read(&column.data_type, dialect).is_text())
        .collect();
    let follow = texts
        .iter()
        .all(|column| column.character_set.is_none() && column.collation.is_none());
    if follow && !texts.is_empty() {
        let set = set
            .replacen("CHARSET=", "CHARACTER SET ", 1)
            .replacen("COLLATE=", "COLLATE ", 1);
        actions.push(Action::new(format!("CONVERT TO {set}"), Level::Unsure));
        Conversion::Converted
    } else {
        actions.push(Action::new(format!("DEFAULT {set}"), terms.note_down()));
        Conversion::None
    }
}

fn others(before: &MysqlTable, after: &MysqlTable, actions: &mut Vec<Action>, dialect: Dialect) {
    let name = |option: &str| option.split('=').next().unwrap_or(option).to_owned();
    for option in &before.options {
        if is_period(option) {
            if !after.options.contains(option) {
                let period = period_name(option, dialect);
                actions.push(Action::new(
                    format!("DROP PERIOD FOR {}", period_word(&period)),
                    Level::Unsure,
                ));
            }
        } else if !after.options.iter().any(|it| name(it) == name(option)) {
            // An engine puts down some of its own, which another one does not know.
            if before.engine == after.engine {
                actions.push(Action::new(usual(&name(option)), Level::Unsure));
            }
        }
    }
    for option in after
        .options
        .iter()
        .filter(|it| !before.options.contains(it))
    {
        let sql = if is_period(option) {
            format!("ADD {}", plain_period(option, dialect))
        } else {
            option.clone()
        };
        actions.push(Action::new(sql, Level::Unsure));
    }
}

fn period_word(name: &str) -> String {
    if name == "SYSTEM_TIME" {
        name.to_owned()
    } else {
        ident(name)
    }
}

/// An option as if it had never been given.
fn usual(option: &str) -> String {
    let numbers = [
        "AVG_ROW_LENGTH",
        "CHECKSUM",
        "DELAY_KEY_WRITE",
        "KEY_BLOCK_SIZE",
        "MAX_ROWS",
        "MIN_ROWS",
    ];
    let value = if numbers.contains(&option) {
        "0"
    } else {
        "DEFAULT"
    };
    format!("{option}={value}")
}
