//! What the tables hold, as far as both schemas have it.

use std::collections::BTreeMap;

use migrate::Dialect;
use migrate::schema::{Name, Schema, Table};
use migrate_core::text::sql::quote_ident;

use super::file::Pair;
use crate::servers::TestDatabase;

/// The tables and columns that both schemas have, by their names on both sides.
pub(super) struct Common {
    dialect: Dialect,
    tables: Vec<CommonTable>,
}

struct CommonTable {
    before: Name,
    after: Name,
    columns: Vec<CommonColumn>,
    /// Whether both have an AUTOINCREMENT.
    counts: bool,
}

struct CommonColumn {
    before: String,
    after: String,
    /// The type on the old side: not every value is read in the same way.
    data_type: String,
}

/// Which names hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

/// The rows of each table, by its old name, in the order of their texts.
pub(super) type Rows = BTreeMap<String, Vec<String>>;

impl Common {
    pub(super) fn of(before: &Schema, after: &Schema, pair: &Pair) -> Self {
        let mut tables = Vec::new();
        for old in &before.tables {
            let name = pair.renames.new_table(&old.name).unwrap_or(&old.name);
            let Some(new) = after.tables.get(name) else {
                continue;
            };
            let mut columns: Vec<CommonColumn> = old
                .columns
                .iter()
                .filter_map(|column| {
                    let name = pair.renames.new_column(&new.name, &column.name);
                    let name = name.unwrap_or(&column.name);
                    let is_kept = new.column(name).is_some()
                        && !pair.changes.contains(&format!("{}.{name}", new.name));
                    is_kept.then(|| CommonColumn {
                        before: column.name.clone(),
                        after: name.to_owned(),
                        data_type: column.data_type.clone(),
                    })
                })
                .collect();
            let is_free = |table: &Table, name: &str| {
                let has_rowid = table
                    .sqlite()
                    .is_some_and(|it| !it.without_rowid && it.virtual_table.is_none());
                has_rowid && table.column(name).is_none()
            };
            if is_free(old, "rowid") && is_free(new, "rowid") {
                columns.push(CommonColumn {
                    before: "rowid".to_owned(),
                    after: "rowid".to_owned(),
                    data_type: "integer".to_owned(),
                });
            }
            let counts = |table: &Table| table.columns.iter().any(|it| it.identity.is_some());
            tables.push(CommonTable {
                counts: counts(old) && counts(new),
                before: old.name.clone(),
                after: new.name.clone(),
                columns,
            });
        }
        Self {
            dialect: before.dialect,
            tables,
        }
    }

    /// Reads all of them from a database in which the names of this side hold.
    pub(super) fn read(&self, database: &TestDatabase, side: Side) -> Rows {
        let mut rows = Rows::new();
        for table in self.tables.iter().filter(|table| !table.columns.is_empty()) {
            let name = match side {
                Side::Before => &table.before,
                Side::After => &table.after,
            };
            let columns: Vec<String> = table
                .columns
                .iter()
                .map(|column| {
                    let name = match side {
                        Side::Before => &column.before,
                        Side::After => &column.after,
                    };
                    self.as_text(&quote_ident(name, self.dialect), &column.data_type)
                })
                .collect();
            let sql = format!("SELECT {} FROM {}", columns.join(", "), self.quoted(name));
            let found = database.sql(&sql);
            let mut lines: Vec<String> = found.lines().map(str::to_owned).collect();
            lines.sort();
            rows.insert(table.before.to_string(), lines);
        }
        rows
    }

    fn as_text(&self, column: &str, data_type: &str) -> String {
        match self.dialect {
            Dialect::Mysql | Dialect::Mariadb if matches!(data_type, "point" | "geometry") => {
                format!("ST_AsText({column})")
            }
            Dialect::Postgres => format!("{column}::text"),
            Dialect::Sqlite => format!("CAST({column} AS TEXT)"),
            Dialect::Mysql | Dialect::Mariadb => format!("CAST({column} AS CHAR)"),
        }
    }

    fn quoted(&self, name: &Name) -> String {
        let quoted = quote_ident(&name.name, self.dialect);
        match &name.schema {
            Some(schema) => format!("{}.{quoted}", quote_ident(schema, self.dialect)),
            None => quoted,
        }
    }

    /// The counters of SQLite's AUTOINCREMENT, of tables that have one on both sides.
    pub(super) fn counters(&self, database: &TestDatabase, side: Side) -> Vec<String> {
        let exists = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'";
        if self.dialect != Dialect::Sqlite || database.sql(exists).trim() == "0" {
            return Vec::new();
        }
        let found = database.sql("SELECT name, seq FROM sqlite_sequence");
        let mut lines: Vec<String> = found
            .lines()
            .filter_map(|line| {
                let (name, seq) = line.split_once('\t')?;
                let table = self.tables.iter().find(|table| match side {
                    Side::Before => table.before.name == name,
                    Side::After => table.after.name == name,
                });
                table
                    .filter(|table| table.counts)
                    .map(|table| format!("{} {seq}", table.before))
            })
            .collect();
        lines.sort();
        lines
    }
}

/// What differs, for people.
pub(super) fn differences(before: &Rows, after: &Rows) -> Vec<String> {
    let mut found = Vec::new();
    for (table, lines) in before {
        let others = after.get(table);
        if others != Some(lines) {
            found.push(format!(
                "rows of {table}: {lines:?} -> {:?}",
                others.map_or(&[][..], Vec::as_slice)
            ));
        }
    }
    found
}
