//! A table that `ALTER TABLE` cannot change is made anew beside the old one, filled from it, and put in its place: the
//! steps of <https://www.sqlite.org/lang_altertable.html>. Foreign keys are off meanwhile, so that `DROP TABLE` deletes
//! nothing elsewhere.

use super::alter::lacks_values;
use super::ident::ident;
use super::table::{counts, create, default_value, is_same, rowid_alias};
use crate::model::render::Statement;
use crate::model::schema::attribute::Nullability;
use crate::model::schema::{Column, Difference, Table};
use crate::text::Dialect;
use crate::text::sql::quote_literal;

/// How other objects name the table while it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mentions {
    /// None does.
    None,
    /// Views or triggers do: they would keep SQLite from giving the new table its name.
    Some,
}

/// The statements up to the one that gives the new table its name; indexes and triggers are made behind them.
pub(super) fn rebuild(
    now: &Table,
    after: &Table,
    new: &str,
    why: &[Difference],
    mentions: Mentions,
) -> Vec<Statement> {
    let name = &after.name.name;
    let note = format!(
        "{name} is rebuilt, because SQLite cannot change this in place:{}",
        reasons(why)
    );
    let mut statements = vec![Statement {
        note: Some(note),
        ..Statement::new(create(new, after))
    }];
    if counts(now) && counts(after) {
        statements.push(Statement::new(format!(
            "INSERT INTO sqlite_sequence (name, seq)\nSELECT {}, seq FROM sqlite_sequence WHERE name = {}",
            quote_literal(new, Dialect::Sqlite),
            quote_literal(name, Dialect::Sqlite)
        )));
    }
    statements.extend(copy(now, after, new));
    let gone = now
        .columns
        .iter()
        .filter(|it| find(after, &it.name).is_none());
    let computed = after.columns.iter().filter(|it| {
        it.generated.is_some() && find(now, &it.name).is_some_and(|it| it.generated.is_none())
    });
    statements.push(Statement {
        loses: gone
            .filter(|column| column.generated.is_none())
            .chain(computed)
            .map(|column| format!("column {name}.{}", column.name))
            .collect(),
        ..Statement::new(format!("DROP TABLE {}", ident(name)))
    });
    let rename = format!("ALTER TABLE {} RENAME TO {}", ident(new), ident(name));
    if mentions == Mentions::None {
        statements.push(Statement::new(rename));
    } else {
        statements.extend([
            Statement {
                note: Some(format!(
                    "views and triggers that name {name} stay as they are"
                )),
                ..Statement::new("PRAGMA legacy_alter_table = ON")
            },
            Statement::new(rename),
            Statement::new("PRAGMA legacy_alter_table = OFF"),
        ]);
    }
    statements
}

/// One reason behind the colon, several below it.
fn reasons(why: &[Difference]) -> String {
    match why {
        [one] => format!(" {one}"),
        several => several.iter().map(|one| format!("\n  {one}")).collect(),
    }
}

fn find<'t>(table: &'t Table, column: &str) -> Option<&'t Column> {
    table.columns.iter().find(|it| is_same(&it.name, column))
}

/// The rows; `None` when there is nothing to take over.
fn copy(now: &Table, after: &Table, new: &str) -> Option<Statement> {
    let strict = after.sqlite().is_some_and(|options| options.strict);
    let mut notes = Vec::new();
    let mut read_as_numbers = Vec::new();
    let (mut names, mut values): (Vec<String>, Vec<String>) = rowid(now, after).into_iter().unzip();
    let numbered = rowid_alias(after).map(|column| column.name.as_str());
    for column in &after.columns {
        if column.generated.is_some() {
            continue;
        }
        let Some(old) = find(now, &column.name) else {
            if numbered != Some(column.name.as_str()) {
                notes.extend(lacks_values(after, column));
            }
            continue;
        };
        names.push(ident(&column.name));
        let is_numbered = rowid_alias(now).is_some_and(|it| it.name == old.name);
        if is_numbered {
            values.push(ident(&old.name));
        } else {
            values.push(value(old, column, strict, &mut notes));
        }
        if is_read_as_number(old, column) {
            read_as_numbers.push(column.name.as_str());
        }
    }
    if !read_as_numbers.is_empty() {
        notes.push(format!(
            "what reads as a number in {} becomes one, so that '007' is 7",
            read_as_numbers.join(", ")
        ));
    }
    if names.is_empty() {
        return None;
    }
    let or = if resolves_conflicts(after) {
        // Otherwise the table would drop rows of which the new constraints do not approve.
        " OR ABORT"
    } else {
        ""
    };
    let sql = format!(
        "INSERT{or} INTO {} ({})\nSELECT {}\nFROM {}",
        ident(new),
        list(&names),
        list(&values),
        ident(&after.name.name)
    );
    Some(Statement {
        note: (!notes.is_empty()).then(|| notes.join("\n")),
        ..Statement::new(sql)
    })
}

fn has_rowid(table: &Table) -> bool {
    !table.sqlite().is_some_and(|options| options.without_rowid)
}

/// What the number of a row is called where no column is it.
fn rowid_name(table: &Table) -> Option<String> {
    let names = ["rowid", "_rowid_", "oid"];
    let free = names.into_iter().find(|name| find(table, name).is_none());
    free.map(str::to_owned)
}

/// The columns that tell a row from all others.
pub(in crate::model) fn row_of(table: &Table) -> Vec<String> {
    if has_rowid(table) {
        let alias = rowid_alias(table).map(|column| ident(&column.name));
        return alias.or_else(|| rowid_name(table)).into_iter().collect();
    }
    let parts = table.primary_key.iter().flat_map(|key| &key.parts);
    parts
        .filter_map(|part| part.column_name())
        .map(ident)
        .collect()
}

/// What keeps the numbers of the rows, where they are not a column of both: the name of the target and the source.
fn rowid(now: &Table, after: &Table) -> Option<(String, String)> {
    if !has_rowid(now) || !has_rowid(after) {
        return None;
    }
    match (rowid_alias(now), rowid_alias(after)) {
        // Its values come over with the others.
        (_, Some(column)) if find(now, &column.name).is_some() => None,
        (old, Some(column)) => {
            let source = old.map(|it| ident(&it.name)).or_else(|| rowid_name(now))?;
            Some((ident(&column.name), source))
        }
        (old, None) => {
            let source = old.map(|it| ident(&it.name)).or_else(|| rowid_name(now))?;
            Some((rowid_name(after)?, source))
        }
    }
}

/// What a column of the new table gets from the old one.
fn value(old: &Column, new: &Column, strict: bool, notes: &mut Vec<String>) -> String {
    let name = ident(&old.name);
    let (from, to) = (Affinity::of(&old.data_type), Affinity::of(&new.data_type));
    let mut value = match (from, to) {
        (Affinity::Number, Affinity::Blob) if strict => format!("CAST({name} AS {to})"),
        _ => converted(&name, &old.data_type, &new.data_type),
    };
    if old.nullability == Nullability::Nullable && new.nullability == Nullability::NotNull {
        match &new.default {
            Some(default) => value = format!("coalesce({value}, {})", default_value(default)),
            None => notes.push(format!(
                "fails if a row has no {}: fill it before",
                new.name
            )),
        }
    }
    value
}

/// A value of one type for a column of another. What can be stored as the other without a loss is, by SQLite itself.
pub(in crate::model) fn converted(value: &str, from: &str, to: &str) -> String {
    use Affinity::{Blob, Text};
    match (Affinity::of(from), Affinity::of(to)) {
        (Text, to @ Blob) | (Blob, to @ Text) => format!("CAST({value} AS {to})"),
        _ => value.to_owned(),
    }
}

fn is_read_as_number(old: &Column, new: &Column) -> bool {
    let affinities = (Affinity::of(&old.data_type), Affinity::of(&new.data_type));
    affinities == (Affinity::Text, Affinity::Number)
}

/// What SQLite makes of values that are written to a column, as far as it matters here. It turns numbers into texts and
/// texts into numbers itself, where nothing is lost by it; `CAST` would make 0 of a text that is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Affinity {
    Number,
    Text,
    Blob,
    /// Whatever comes.
    Any,
}

impl Affinity {
    /// By the rules of <https://www.sqlite.org/datatype3.html>.
    fn of(data_type: &str) -> Self {
        let upper = data_type.to_ascii_uppercase();
        let has = |part: &str| upper.contains(part);
        if has("INT") {
            Self::Number
        } else if has("CHAR") || has("CLOB") || has("TEXT") {
            Self::Text
        } else if has("BLOB") {
            Self::Blob
        } else if upper.is_empty() || upper == "ANY" {
            Self::Any
        } else {
            Self::Number
        }
    }
}

impl std::fmt::Display for Affinity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Number => "NUMERIC",
            Self::Text => "TEXT",
            Self::Blob | Self::Any => "BLOB",
        })
    }
}

/// Whether a constraint says what becomes of a row that breaks it.
fn resolves_conflicts(table: &Table) -> bool {
    let key = table.primary_key.as_ref();
    key.is_some_and(|it| it.on_conflict.is_some())
        || table.uniques.iter().any(|it| it.on_conflict.is_some())
        || table.columns.iter().any(|it| !it.options.is_empty())
}

/// Names or values separated by commas, in lines that can be read.
fn list(items: &[String]) -> String {
    const WIDTH: usize = 90;
    let mut lines = vec![String::new()];
    for (place, item) in items.iter().enumerate() {
        let comma = if place + 1 < items.len() { "," } else { "" };
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                *line = format!("{item}{comma}");
                continue;
            }
            if line.len() + item.len() < WIDTH {
                line.push_str(&format!(" {item}{comma}"));
                continue;
            }
        }
        lines.push(format!("{item}{comma}"));
    }
    lines.join("\n    ")
}
