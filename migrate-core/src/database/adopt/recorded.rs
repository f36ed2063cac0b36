//! What the table of a tool says is applied.

use super::find::Table;
use crate::database::backend::Row;
use crate::database::error::{Error, Kind};
use crate::model::Tool;
use crate::text::Dialect;
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::sql::quote_ident;

/// What a table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Recorded {
    /// The versions.
    pub(super) versions: Vec<String>,
    pub(super) meaning: Meaning,
    /// Everything up to this version counts as applied.
    pub(super) baseline: Option<String>,
}

/// What the versions of a table stand for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Themselves.
    #[default]
    Each,
    /// Everything below them too.
    AllBelow,
}

/// The statement that reads the table; every column as text, in the order in which the rows came to be.
pub(super) fn query(table: &Table, dialect: Dialect) -> String {
    let (columns, order): (&[&str], Option<&str>) = match table.tool {
        Tool::Alembic => (&["version_num"], None),
        Tool::Sqlx => (&["version", "success"], Some("version")),
        Tool::Refinery | Tool::Diesel | Tool::Dbmate => (&["version"], Some("version")),
        Tool::Flyway => (
            &["version", "description", "type", "success"],
            Some("installed_rank"),
        ),
        Tool::Goose => (&["version_id", "is_applied"], Some("id")),
        Tool::GolangMigrate => (&["version", "dirty"], None),
    };
    let kind = if dialect.is_mysql_family() {
        "CHAR"
    } else {
        "TEXT"
    };
    let columns: Vec<String> = columns
        .iter()
        .map(|column| format!("CAST({} AS {kind})", quote_ident(column, dialect)))
        .collect();
    let order = order.map_or_else(String::new, |column| {
        format!(" ORDER BY {}", quote_ident(column, dialect))
    });
    format!(
        "SELECT {} FROM {}{order}",
        columns.join(", "),
        table.quoted(dialect)
    )
}

/// How the databases write a truth as text.
fn is_true(text: Option<&str>) -> bool {
    matches!(text, Some("1" | "t" | "true" | "TRUE" | "True" | "\u{1}"))
}

impl Recorded {
    /// Reads the rows of [`query`].
    pub(super) fn read(table: &Table, rows: Vec<Row>) -> Result<Self, Error> {
        let mut recorded = Self::default();
        for row in rows {
            let mut row = row.into_iter();
            let mut next = || row.next().flatten();
            match table.tool {
                Tool::Alembic => {
                    recorded.meaning = Meaning::AllBelow;
                    recorded.versions.extend(next());
                }
                Tool::Refinery | Tool::Diesel | Tool::Dbmate => recorded.versions.extend(next()),
                Tool::Sqlx => {
                    let version = next().unwrap_or_default();
                    if !is_true(next().as_deref()) {
                        return Err(dirty(table, &version, "`success` is false"));
                    }
                    recorded.versions.push(version);
                }
                Tool::GolangMigrate => {
                    recorded.meaning = Meaning::AllBelow;
                    let version = next().unwrap_or_default();
                    if is_true(next().as_deref()) {
                        return Err(dirty(table, &version, "`dirty` is true"));
                    }
                    // It writes -1 for "before the first".
                    recorded
                        .versions
                        .extend(Some(version).filter(|version| !version.starts_with('-')));
                }
                Tool::Goose => {
                    let version = next().unwrap_or_default();
                    let is_applied = is_true(next().as_deref());
                    recorded.versions.retain(|other| *other != version);
                    // Version 0 is the table itself.
                    if is_applied && version != "0" {
                        recorded.versions.push(version);
                    }
                }
                Tool::Flyway => {
                    let row = [next(), next(), next(), next()];
                    recorded.flyway(table, row)?;
                }
            }
        }
        Ok(recorded)
    }

    /// Version, description, type and success of a row.
    fn flyway(&mut self, table: &Table, row: [Option<String>; 4]) -> Result<(), Error> {
        let [version, description, kind, success] = row;
        let kind = kind.unwrap_or_default();
        let description = description.unwrap_or_default();
        if kind == "SCHEMA" {
            return Ok(());
        }
        // Without a version it is a script that is run again and again.
        let name = version
            .clone()
            .unwrap_or_else(|| format!("R_{description}"));
        if !is_true(success.as_deref()) {
            return Err(dirty(table, &name, "`success` is false"));
        }
        self.versions.retain(|other| *other != name);
        if kind.ends_with("BASELINE") {
            self.baseline = version;
        } else if !kind.starts_with("UNDO") && kind != "DELETE" {
            self.versions.push(name);
        }
        Ok(())
    }
}

fn dirty(table: &Table, version: &str, what: &str) -> Error {
    let tool = table.tool;
    let finding = Diagnostic::error(
        Class::InDoubt,
        format!("the version {version} of {tool} has not finished"),
    )
    .note(format!("{what} in the table {}", table.shown()))
    .help(format!(
        "bring the database into order as {tool} asks for it, then `migrate-cli adopt` again"
    ));
    Error::new(Kind::Plain(finding))
}
