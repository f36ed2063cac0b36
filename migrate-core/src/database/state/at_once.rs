//! What a run that is one transaction on SQLite records of its sections: all of it at the end.
//!
//! Nobody else sees the rows before the transaction ends, and reading and compiling an `INSERT` for each section would
//! take longer than running it. While the sections run, a temporary table keeps when each of them has finished.

use super::literal::now;
use super::rows::{NULL, TIMES, micros_between};
use super::{Record, Tables};
use crate::database::execute::{Known, Work};
use crate::text::Dialect;

/// How many rows one statement inserts. More of them gain nothing, and their program takes memory.
const ROWS: usize = 100;

impl Tables {
    /// Begins to note moments: that of the fence, which has just been raised.
    pub(crate) fn note_moments(&self) -> [String; 2] {
        let (moments, lock) = (self.moments(), &self.lock);
        [
            format!("CREATE TABLE {moments} (at TEXT)"),
            format!("INSERT INTO {moments} SELECT heartbeat FROM {lock} WHERE id = 1"),
        ]
    }

    /// Notes that a section has finished.
    pub(crate) fn note_moment(&self) -> String {
        let (moments, now) = (self.moments(), now(Dialect::Sqlite));
        format!("INSERT INTO {moments} VALUES ({now})")
    }

    /// Records the sections whose moments were noted as applied: rows, heads, epoch and log.
    pub(crate) fn applied_at_once(&self, works: &[Work<'_>]) -> Vec<String> {
        let before = works.iter().filter(|work| work.row == Known::Present);
        let before: Vec<_> = before.map(|work| &work.record.revision).collect();
        let mut statements = Vec::new();
        if !before.is_empty() {
            statements.push(self.delete_rows(before));
        }
        statements.extend(self.insert_rows(works));
        statements.extend(works.iter().flat_map(|work| self.heads(&work.heads)));
        // The fence has counted the first.
        statements.extend(self.count_epochs(works.len().saturating_sub(1)));
        statements.extend(self.log_several(works));
        statements.push(format!("DROP TABLE {}", self.moments()));
        statements
    }

    fn insert_rows(&self, works: &[Work<'_>]) -> Vec<String> {
        let row = |work: &Work<'_>| {
            let record: &Record = &work.record;
            self.values(record, work.down_section.as_deref())
        };
        let rows: Vec<_> = works.iter().map(row).collect();
        let Some(first) = rows.first() else {
            return Vec::new();
        };
        // What is not named is NULL, and a shorter statement is sooner read.
        let used = |place: &usize| rows.iter().any(|row| row[*place].1 != NULL);
        let used: Vec<usize> = (0..first.len()).filter(used).collect();
        let columns: Vec<&str> = used.iter().map(|place| first[*place].0).collect();
        let columns = columns
            .into_iter()
            .chain(TIMES)
            .collect::<Vec<_>>()
            .join(", ");
        // The first column of a list of values is `column1`, and it numbers the section.
        let selected: Vec<String> = (2..2 + used.len())
            .map(|n| format!("v.column{n}"))
            .collect();
        let (moments, selected) = (self.moments(), selected.join(", "));
        let duration = micros_between("begun.at", "ended.at");
        let numbered: Vec<String> = (1..)
            .zip(&rows)
            .map(|(number, row)| {
                let values: Vec<&str> = used.iter().map(|place| row[*place].1.as_str()).collect();
                format!("({number}, {})", values.join(", "))
            })
            .collect();
        // A cross join is done in the order in which it is written.
        let insert = |rows: &[String]| {
            format!(
                "INSERT INTO {} ({columns}) SELECT {selected}, begun.at, ended.at, {duration} FROM (VALUES {}) AS v CROSS JOIN \
                 {moments} AS begun ON begun.rowid = v.column1 CROSS JOIN {moments} AS ended ON ended.rowid = v.column1 + 1",
                self.state,
                rows.join(", "),
            )
        };
        numbered.chunks(ROWS).map(insert).collect()
    }
}
