//! Columns in an `ALTER TABLE`: new ones, changed ones, and those that take another place.

use super::alter::{Action, Conversion, part};
use super::change::TableChange;
use super::column::{CharacterSet, default_value, definition, effective, is_row_time};
use super::data_type::DataType;
use super::level::{Terms, is_literal};
use super::loss;
use super::name::ident;
use super::place::{Place, places};
use crate::model::schema::Column;
use crate::text::Dialect;

/// New columns, and columns that differ or move, in their order.
pub(super) fn columns(
    change: &TableChange<'_>,
    terms: &Terms<'_>,
    conversion: Conversion,
    actions: &mut Vec<Action>,
    dialect: Dialect,
) {
    let goes = |column: &Column| {
        let dropped = change.dropped.iter().any(|it| it.name == column.name);
        dropped
            || change
                .remade
                .iter()
                .any(|(before, _)| before.name == column.name)
    };
    let current: Vec<&str> = change
        .before
        .columns
        .iter()
        .filter(|column| !goes(column))
        .map(|column| change.new_name(&column.name))
        .collect();
    let table_changes = change.before.mysql().map(|it| &it.collation)
        != change.after.mysql().map(|it| &it.collation);
    let set = if table_changes {
        CharacterSet::Always
    } else {
        CharacterSet::Other
    };
    for (column, place) in change
        .after
        .columns
        .iter()
        .zip(places(&current, &change.after.columns))
    {
        let text = definition(change.after, column, set, dialect);
        let is_new = change.added.iter().any(|it| it.name == column.name)
            || change
                .remade
                .iter()
                .any(|(_, after)| after.name == column.name);
        if is_new {
            actions.push(Action {
                part: part(column),
                ..Action::new(
                    format!("ADD COLUMN {text}{}", place.clause()),
                    terms.add_column(column, place),
                )
            });
            continue;
        }
        let changed = change
            .changed
            .iter()
            .find(|(_, after)| after.name == column.name);
        let before = match changed {
            Some((before, _)) => before,
            None if place != Place::Stays => column,
            None => continue,
        };
        if conversion == Conversion::Converted
            && place == Place::Stays
            && is_converted(before, column, dialect)
        {
            continue;
        }
        actions.push(modify(
            change,
            before,
            column,
            (place, text),
            terms,
            dialect,
        ));
    }
}

/// Whether `CONVERT TO CHARACTER SET` makes all of the difference between two columns.
fn is_converted(before: &Column, after: &Column, dialect: Dialect) -> bool {
    let before = Column {
        name: after.name.clone(),
        character_set: None,
        collation: None,
        ..before.clone()
    };
    let after = Column {
        character_set: None,
        collation: None,
        ..after.clone()
    };
    // A text may become a larger one, because its characters do.
    let grows = matches!(
        DataType::read(&after.data_type, dialect).name.as_str(),
        "TINYTEXT" | "TEXT" | "MEDIUMTEXT"
    );
    before == after && !grows
}

fn modify(
    change: &TableChange<'_>,
    before: &Column,
    after: &Column,
    (place, text): (Place<'_>, String),
    terms: &Terms<'_>,
    dialect: Dialect,
) -> Action {
    if place == Place::Stays
        && let Some(default) = new_default(change, before, after, dialect)
    {
        let sql = format!("ALTER COLUMN {} {default}", ident(&after.name));
        return Action::new(sql, terms.set_default());
    }
    Action {
        loses: loss::narrowed(change, before, after, dialect),
        ..Action::new(
            format!("MODIFY COLUMN {text}{}", place.clause()),
            terms.modify_column(before, after, place),
        )
    }
}

/// `SET DEFAULT ..` or `DROP DEFAULT`, when that is all.
fn new_default(
    change: &TableChange<'_>,
    before: &Column,
    after: &Column,
    dialect: Dialect,
) -> Option<String> {
    let same = Column {
        name: after.name.clone(),
        default: after.default.clone(),
        ..before.clone()
    } == *after
        && effective(change.before, before) == effective(change.after, after)
        && before.default != after.default
        && !is_row_time(after);
    if !same
        || super::column::check_of(change.before, &before.name).map(|it| &it.expression)
            != super::column::check_of(change.after, &after.name).map(|it| &it.expression)
    {
        return None;
    }
    match &after.default {
        Some(default) => {
            let value = default_value(default, &DataType::read(&after.data_type, dialect), dialect);
            is_literal(&value, dialect).then(|| format!("SET DEFAULT {value}"))
        }
        // A column that takes NULL would have no default at all then, not even that.
        None if after.nullability == crate::model::schema::attribute::Nullability::NotNull => {
            Some("DROP DEFAULT".to_owned())
        }
        None => None,
    }
}
