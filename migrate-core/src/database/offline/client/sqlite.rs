//! sqlite3.

use super::{Checks, Client, OTHER_HISTORY, PLACE, Start, checks};
use crate::database::execute::Source;
use crate::database::session::{SQLITE_SETTINGS, pragmas};
use crate::database::state::tables::Wording;
use crate::database::state::{SCRIPT_TABLE, Tables};
use crate::model::set::Settings;
use crate::text::Dialect;

pub(super) struct Sqlite3 {
    tables: Tables,
    /// How long to wait for another writer, in milliseconds.
    wait: u128,
}

impl Sqlite3 {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            tables: Tables {
                wording: Wording::Script,
                ..Tables::new(Dialect::Sqlite, None, &settings.table)
            },
            wait: settings.timeouts.run_lock.as_millis(),
        }
    }
}

impl Client for Sqlite3 {
    fn tables(&self) -> &Tables {
        &self.tables
    }

    fn how_to_run(&self) -> &'static [&'static str] {
        &["Run it with: sqlite3 DATABASE < FILE"]
    }

    fn opening(&self, start: &Start) -> String {
        let Checks { place, history } = checks(&self.tables, start);
        let all = |checks: &mut dyn Iterator<Item = &(String, usize)>| {
            let each: Vec<String> = checks
                .map(|(query, count)| format!("{query} = {count}"))
                .collect();
            if each.is_empty() {
                "1".to_owned()
            } else {
                each.join(" AND ")
            }
        };
        let (place, history) = (all(&mut place.iter()), all(&mut history.iter()));
        let Tables { state, lock, .. } = &self.tables;
        let shown = start.shown(", ");
        let table = SCRIPT_TABLE.strip_prefix("temp.").unwrap_or(SCRIPT_TABLE);
        let mut text = format!(
            ".bail on\n.timeout {}\nPRAGMA foreign_keys = ON;\n\n-- The database is where this script starts; nobody else \
             has written between its transactions.\nBEGIN IMMEDIATE;\n",
            self.wait
        );
        if start.is_base() {
            for sql in self.tables.create() {
                text.push_str(&format!("{sql};\n"));
            }
        }
        text.push_str(&format!(
            "CREATE TEMP TABLE {table} (
  place INTEGER CONSTRAINT \"the database is not at {shown}, where this script starts\" CHECK (place = 1),
  history INTEGER CONSTRAINT \"{OTHER_HISTORY}\" CHECK (history = 1),
  epoch INTEGER NOT NULL
);
SELECT 'the database is at ' || COALESCE((SELECT GROUP_CONCAT(revision, ', ')
  FROM (SELECT revision FROM {state} WHERE {PLACE} ORDER BY revision)), 'base')
  WHERE NOT ({place});
INSERT INTO {SCRIPT_TABLE} SELECT
  {place},
  {history},
  epoch FROM {lock} WHERE id = 1;
COMMIT;
"
        ));
        text
    }

    fn closing(&self, _: &Start) -> String {
        format!("\nDROP TABLE {SCRIPT_TABLE};\n")
    }

    fn begin(&self) -> &'static str {
        "BEGIN IMMEDIATE"
    }

    fn reset(&self, _: &Source<'_>) -> Vec<String> {
        Vec::new()
    }

    fn after(&self, source: &Source<'_>) -> String {
        let named: Vec<Vec<String>> = pragmas(source).collect();
        let touched = SQLITE_SETTINGS
            .iter()
            .filter(|(name, _)| named.iter().flatten().any(|word| word == name));
        let mut text = String::new();
        for (name, default) in touched {
            // The session has foreign keys on.
            let value = if *name == "foreign_keys" {
                "ON"
            } else {
                default
            };
            text.push_str(&format!("PRAGMA {name} = {value};\n"));
        }
        text
    }
}
