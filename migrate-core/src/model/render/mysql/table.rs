//! `CREATE TABLE`, and the options behind its parentheses.

use super::column::{CharacterSet, check_of, definition};
use super::key::{check, foreign_keys as written_keys, index, primary_key};
use super::name::name;
use super::partition;
use crate::model::schema::attribute::Uniqueness;
use crate::model::schema::{ForeignKey, Index, IndexMethod, MysqlTable, Order, PrimaryKey, Table};
use crate::text::Dialect;
use crate::text::sql::quote_literal;

/// A table with its keys and those of its foreign keys that can be made together with it.
///
/// `usual` is the collation of the database, when it is known.
pub(super) fn create(
    table: &Table,
    foreign_keys: &[&ForeignKey],
    usual: Option<&str>,
    dialect: Dialect,
) -> String {
    let inline_key = table.primary_key.as_ref().and_then(single_column);
    // `CHECK` ends the definition of a column.
    let inline_key = inline_key.filter(|column| check_of(table, column).is_none());
    let mut lines: Vec<String> = Vec::new();
    for column in &table.columns {
        let mut line = definition(table, column, CharacterSet::Other, dialect);
        if inline_key == Some(column.name.as_str()) {
            line.push_str(" PRIMARY KEY");
        }
        lines.push(line);
    }
    if inline_key.is_none() {
        lines.extend(
            table
                .primary_key
                .iter()
                .map(|key| primary_key(key, dialect)),
        );
    }
    lines.extend(in_order(&table.indexes).map(|it| index(table, it, dialect)));
    lines.extend(written_keys(&table.name, &[], foreign_keys, dialect));
    let of_table = table.checks.iter().filter(|it| it.column.is_none());
    lines.extend(of_table.map(|it| check(it, dialect)));
    let options = table.mysql();
    lines.extend(
        options
            .iter()
            .flat_map(|it| periods(it).map(|period| partition::plain_period(period, dialect))),
    );

    let mut text = format!(
        "CREATE TABLE {} (\n    {}\n)",
        name(&table.name),
        lines.join(",\n    ")
    );
    if let Some(options) = options {
        for option in written_options(table, options, usual, dialect) {
            text.push(' ');
            text.push_str(&option);
        }
        if options.system_versioned {
            text.push_str(" WITH SYSTEM VERSIONING");
        }
        if let Some(partitioning) = &options.partitioning {
            text.push('\n');
            text.push_str(&partition::plain(partitioning, dialect));
        }
    }
    text
}

/// The column of a primary key that stands best beside it.
fn single_column(key: &PrimaryKey) -> Option<&str> {
    match key.parts.as_slice() {
        [part]
            if part.prefix.is_none() && part.order == Order::Ascending && key.comment.is_none() =>
        {
            part.column_name()
        }
        _ => None,
    }
}

/// Unique keys first and full text last, as people and servers write them.
fn in_order(indexes: &[Index]) -> impl Iterator<Item = &Index> {
    let rank = |index: &&Index| match (&index.method, index.uniqueness) {
        (IndexMethod::Fulltext | IndexMethod::Spatial | IndexMethod::Other(_), _) => 2,
        (_, Uniqueness::Unique) => 0,
        _ => 1,
    };
    let mut indexes: Vec<&Index> = indexes.iter().collect();
    indexes.sort_by_key(rank);
    indexes.into_iter()
}

/// The periods among the options (MariaDB).
pub(super) fn periods(options: &MysqlTable) -> impl Iterator<Item = &String> {
    options.options.iter().filter(|it| is_period(it))
}

/// Whether an option is a period, which stands within the parentheses.
pub(super) fn is_period(option: &str) -> bool {
    option.starts_with("PERIOD FOR")
}

/// What stands behind the parentheses: only what is not the server's or the database's way anyway.
fn written_options(
    table: &Table,
    options: &MysqlTable,
    usual: Option<&str>,
    dialect: Dialect,
) -> Vec<String> {
    let mut written = Vec::new();
    if !is_usual_engine(&options.engine) {
        written.push(format!("ENGINE={}", options.engine));
    }
    if options.collation.as_deref() != usual {
        written.extend(character_set(options).map(|text| format!("DEFAULT {text}")));
    }
    let others = options.options.iter().filter(|it| !is_period(it));
    written.extend(others.cloned());
    written.extend(table.comment.as_ref().map(|text| comment(text, dialect)));
    written
}

/// Whether a table of this engine is made when none is named.
pub(super) fn is_usual_engine(engine: &str) -> bool {
    engine.is_empty() || engine.eq_ignore_ascii_case("InnoDB")
}

/// `CHARSET=.. COLLATE=..`.
pub(super) fn character_set(options: &MysqlTable) -> Option<String> {
    let collation = options.collation.as_ref()?;
    let set = options.character_set.as_ref();
    let set = set.map(|set| format!("CHARSET={set} ")).unwrap_or_default();
    Some(format!("{set}COLLATE={collation}"))
}

/// `COMMENT='..'`.
pub(super) fn comment(text: &str, dialect: Dialect) -> String {
    format!("COMMENT={}", quote_literal(text, dialect))
}
