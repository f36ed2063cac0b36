//! The rows of the log: one for each section that has finished or failed, and for each repair.

use std::collections::HashMap;
use std::time::Duration;

use super::literal::now;
use super::{Holder, Tables};
use crate::database::backend::Row;
use crate::database::execute::{Source, Work};
use crate::text::Dialect;
use crate::text::revision::Direction;

impl Tables {
    /// The row of the log for a section that has finished; after its row was written.
    pub(crate) fn log(&self, work: &Work<'_>) -> String {
        let statements = work.section.as_ref().map_or(0, Source::statement_count);
        self.log_rows(
            work,
            &statements.to_string(),
            &self.one_of([&work.record.revision]),
        )
    }

    /// The same for several sections of one direction whose rows have been inserted in their order: on SQLite, which
    /// numbers rows as they come.
    pub(super) fn log_several(&self, works: &[Work<'_>]) -> Option<String> {
        let ids = works.iter().map(|work| &work.record.revision);
        let which = format!("{} ORDER BY rowid", self.one_of(ids));
        Some(self.log_rows(works.first()?, "statement_no", &which))
    }

    fn log_rows(&self, work: &Work<'_>, statements: &str, which: &str) -> String {
        let digest = match work.direction {
            Direction::Up => "digest",
            Direction::Down => "down_digest",
        };
        format!(
            "INSERT INTO {} (revision, action, outcome, digest, started_at, finished_at, duration_us, statements, \
             rows_touched, run, who, host, tool) SELECT revision, {}, 'finished', {digest}, started_at, finished_at, \
             duration_us, {statements}, rows_touched, {}, who, {}, tool FROM {} WHERE revision {which}",
            self.log,
            self.literal(work.action),
            self.literal(&work.holder.run),
            self.literal(&work.holder.host),
            self.state,
        )
    }

    /// Reads the last sections that this run has finished, at most so many, for [`Tables::read_finished`].
    pub(crate) fn select_finished(&self, run: &str, most: usize) -> String {
        let duration = self.as_text("duration_us");
        let finished = format!(
            "FROM {} WHERE run = {} AND outcome = 'finished' ORDER BY seq DESC LIMIT {most}",
            self.log,
            self.literal(run),
        );
        match self.dialect {
            // Each row is a change of threads.
            Dialect::Sqlite => format!(
                "SELECT group_concat(one, ' ') FROM (SELECT revision || ' ' || {duration} AS one {finished})"
            ),
            _ => format!("SELECT revision, {duration} {finished}"),
        }
    }

    /// Revisions, and how long each took.
    pub(crate) fn read_finished(rows: Vec<Row>) -> HashMap<String, Duration> {
        // No field has a blank in it.
        let fields = rows.into_iter().flatten().map(Option::unwrap_or_default);
        let all = fields.collect::<Vec<_>>().join(" ");
        let words: Vec<&str> = all.split(' ').collect();
        let pairs = words.chunks_exact(2).map(|pair| {
            let micros = pair[1].parse().unwrap_or_default();
            (pair[0].to_owned(), Duration::from_micros(micros))
        });
        pairs.collect()
    }

    /// The row of the log for a section that has failed.
    pub(crate) fn log_failure(&self, work: &Work<'_>, error: &str, duration: Duration) -> String {
        let record = &work.record;
        let digest = match work.direction {
            Direction::Up => record.digest,
            Direction::Down => record.down_digest,
        };
        let statements = work.section.as_ref().map_or(0, Source::statement_count);
        format!(
            "INSERT INTO {} (revision, action, outcome, digest, finished_at, duration_us, statements, run, who, host, tool, \
             error) VALUES ({}, {}, 'failed', {}, {}, {}, {statements}, {}, {}, {}, {}, {})",
            self.log,
            self.literal(record.revision.as_str()),
            self.literal(work.action),
            self.literal(&digest.to_string()),
            now(self.dialect),
            duration.as_micros(),
            self.literal(&work.holder.run),
            self.literal(&record.who),
            self.literal(&work.holder.host),
            self.literal(&record.tool),
            self.literal(error),
        )
    }

    /// The row of the log for a repair.
    pub(crate) fn log_repair(
        &self,
        revision: &str,
        what: &str,
        holder: &Holder,
        who: &str,
    ) -> String {
        format!(
            "INSERT INTO {} (revision, action, outcome, finished_at, run, who, host, tool, error) VALUES ({}, 'repair', \
             'finished', {}, {}, {}, {}, {}, {})",
            self.log,
            self.literal(revision),
            now(self.dialect),
            self.literal(&holder.run),
            self.literal(who),
            self.literal(&holder.host),
            self.literal(crate::database::who::TOOL),
            self.literal(what),
        )
    }
}
