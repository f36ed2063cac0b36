//! What data a change takes away, in words.

use super::change::TableChange;
use super::data_type::DataType;
use crate::model::schema::{Column, Name};
use crate::text::Dialect;

/// A column with its values.
pub(super) fn column(table: &Name, column: &str) -> String {
    format!("column {table}.{column}")
}

/// A column that goes and comes again under a name: its values, or those that were computed and now are nowhere.
pub(super) fn remade(table: &Name, before: &Column, after: &Column, name: &str) -> Option<String> {
    match (&before.generated, &after.generated) {
        (None, _) => Some(column(table, name)),
        (Some(_), None) => Some(format!("the computed values of {}", column(table, name))),
        (Some(_), Some(_)) => None,
    }
}

/// What a new type of a column quietly cuts off. What does not fit otherwise is an error of the server, no loss.
pub(super) fn narrowed(
    change: &TableChange<'_>,
    before: &Column,
    after: &Column,
    dialect: Dialect,
) -> Option<String> {
    if before.generated.is_some() || after.generated.is_some() {
        return None;
    }
    let (old, new) = (
        DataType::read(&before.data_type, dialect),
        DataType::read(&after.data_type, dialect),
    );
    let what = cut(&old, &new)?;
    Some(format!(
        "{what} of column {}.{}",
        change.after.name, after.name
    ))
}

fn cut(old: &DataType, new: &DataType) -> Option<&'static str> {
    let has_time = |it: &DataType| matches!(it.name.as_str(), "DATETIME" | "TIMESTAMP");
    if has_time(old) && new.name == "DATE" {
        return Some("times");
    }
    if has_time(old) && new.name == "TIME" {
        return Some("dates");
    }
    let is_moment = |it: &DataType| has_time(it) || it.name == "TIME";
    if is_moment(old) && is_moment(new) && old.number(0).unwrap_or(0) > new.number(0).unwrap_or(0) {
        return Some("fractions of seconds");
    }
    if old.is_number() && new.is_number() && digits(old) > digits(new) {
        return Some("decimal places");
    }
    None
}

/// How many digits stand behind the point; very many where it moves.
fn digits(it: &DataType) -> u32 {
    match it.name.as_str() {
        "DECIMAL" => it.number(1).unwrap_or(0),
        "FLOAT" => it.number(1).unwrap_or(100),
        "DOUBLE" => it.number(1).unwrap_or(200),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_quietly() {
        let cut = |old: &str, new: &str| {
            let read = |text| DataType::read(text, Dialect::Mariadb);
            cut(&read(old), &read(new))
        };
        let cases = [
            ("datetime(6)", "datetime", Some("fractions of seconds")),
            ("datetime", "datetime(6)", None),
            ("timestamp", "date", Some("times")),
            ("datetime", "time", Some("dates")),
            ("decimal(10,2)", "decimal(10,0)", Some("decimal places")),
            ("decimal(10,2)", "int(11)", Some("decimal places")),
            ("double", "float", Some("decimal places")),
            ("int(11)", "decimal(10,2)", None),
            ("varchar(20)", "varchar(10)", None),
        ];
        for (old, new, expected) in cases {
            assert_eq!(cut(old, new), expected, "{old} -> {new}");
        }
    }
}
