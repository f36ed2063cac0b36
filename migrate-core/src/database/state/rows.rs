//! The rows of the state table: written when a section has begun or finished.

use super::literal::{join, now};
use super::tables::Wording;
use super::{Journal, Record, Tables};
use crate::database::execute::{HeadChange, Known, Work};
use crate::text::revision::{Direction, absent_digest};
use crate::text::{Dialect, RevisionId};

/// When a section began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Started {
    /// When the fence of this transaction was raised.
    AtFence,
    /// When its row says.
    Before,
}

/// What becomes of a recorded down section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DownSection<'a> {
    /// It stays.
    AsItWas,
    /// It is this one, or there is none.
    Now(Option<&'a str>),
}

/// The columns of [`Record`], each as text, in the order in which [`read_record`] takes them.
const COLUMNS: [&str; 23] = [
    "revision",
    "parents",
    "depends_on",
    "message",
    "digest",
    "down_digest",
    "chain",
    "is_head",
    "state",
    "origin",
    "statement_no",
    "statement_hash",
    "statement",
    "session_id",
    "session_start",
    "rounds",
    "rows_touched",
    "compatible",
    "started_at",
    "finished_at",
    "duration_us",
    "who",
    "tool",
];

/// When a row began, when it ended, and how long that took.
pub(super) const TIMES: [&str; 3] = ["started_at", "finished_at", "duration_us"];

/// What stands in a column in which there is nothing.
pub(super) const NULL: &str = "NULL";

impl Tables {
    pub(super) fn record_columns(&self) -> String {
        let mut columns: Vec<String> = COLUMNS.iter().map(|column| self.as_text(column)).collect();
        columns.push("error".to_owned());
        columns.join(", ")
    }

    /// The statements that record a section as finished: its row, the heads, the log.
    pub(crate) fn finish(&self, work: &Work<'_>) -> Vec<String> {
        let prepared = self.wording == Wording::Prepared
            && work.action == "upgrade"
            && work.row == Known::Absent;
        if prepared {
            let mut statements = self.heads(&work.heads);
            statements.push(self.prepared_apply(work));
            return statements;
        }
        let mut statements = self.heads(&work.heads);
        statements.extend(self.write_row(work));
        statements.push(self.log(work));
        statements
    }

    /// The statements that change `is_head` of other rows.
    pub(crate) fn heads(&self, change: &HeadChange) -> Vec<String> {
        if self.wording == Wording::Prepared && change.gained.is_empty() {
            return change
                .lost
                .iter()
                .map(|id| self.prepared_unhead(id))
                .collect();
        }
        let update = |ids: &[RevisionId], flag: bool| {
            format!(
                "UPDATE {} SET is_head = {} WHERE revision {}",
                self.state,
                self.flag(flag),
                self.one_of(ids)
            )
        };
        [(&change.lost, false), (&change.gained, true)]
            .into_iter()
            .filter(|(ids, _)| !ids.is_empty())
            .map(|(ids, flag)| update(ids, flag))
            .collect()
    }

    /// The statements that write the row of [`Work::record`] as it stands there; behind the fence.
    pub(crate) fn write_row(&self, work: &Work<'_>) -> Vec<String> {
        self.write_record(work, &work.record)
    }

    /// The statements that write the row of the revision of `work` as `record` says; behind the fence.
    pub(crate) fn write_record(&self, work: &Work<'_>, record: &Record) -> Vec<String> {
        match (work.direction, work.row) {
            (Direction::Down, Known::Present) => {
                let section = match &work.down_section {
                    Some(text) => DownSection::Now(Some(text)),
                    None => DownSection::AsItWas,
                };
                vec![self.updated_row(record, Started::AtFence, section)]
            }
            (_, known) => {
                let delete = (known == Known::Present).then(|| self.delete_row(record));
                let insert = self.insert_row(record, work.down_section.as_deref());
                delete.into_iter().chain([insert]).collect()
            }
        }
    }

    fn delete_row(&self, record: &Record) -> String {
        self.delete_rows([&record.revision])
    }

    pub(super) fn delete_rows<'a>(&self, ids: impl IntoIterator<Item = &'a RevisionId>) -> String {
        format!(
            "DELETE FROM {} WHERE revision {}",
            self.state,
            self.one_of(ids)
        )
    }

    /// Inserts a row; behind the fence, which has left the time in the lock row.
    fn insert_row(&self, record: &Record, down_section: Option<&str>) -> String {
        let started = "heartbeat".to_owned();
        let (finished, duration) = self.ended(record, &started);
        let times = TIMES.into_iter().zip([started, finished, duration]);
        // What is not named is NULL, and a shorter statement is sooner read.
        let (columns, values): (Vec<&str>, Vec<String>) = self
            .values(record, down_section)
            .into_iter()
            .chain(times)
            .filter(|(_, value)| value != NULL)
            .unzip();
        format!(
            "INSERT INTO {} ({}) SELECT {} FROM {} WHERE id = 1",
            self.state,
            columns.join(", "),
            values.join(", "),
            self.lock
        )
    }

    /// The columns of a row, but for the [`TIMES`], and what is in them.
    pub(super) fn values(
        &self,
        record: &Record,
        down_section: Option<&str>,
    ) -> [(&'static str, String); 22] {
        let Journal {
            statement_no,
            in_flight,
            session,
            batch,
            ..
        } = &record.journal;
        let hash = record.journal.hash().map(|hash| hash.to_string());
        let text = |text: &str| self.literal(text);
        let statement = in_flight.as_ref().map(|statement| statement.text.as_str());
        [
            ("revision", text(record.revision.as_str())),
            ("parents", text(&join(&record.parents))),
            ("depends_on", text(&join(&record.depends_on))),
            ("message", text(&record.message)),
            ("digest", text(&record.digest.to_string())),
            ("down_digest", text(&record.down_digest.to_string())),
            ("chain", text(&record.chain.to_string())),
            ("is_head", self.flag(record.is_head).to_owned()),
            ("state", text(record.state.name())),
            ("origin", text(record.origin.name())),
            ("statement_no", statement_no.to_string()),
            ("statement_hash", self.optional(hash.as_deref())),
            ("statement", self.optional(statement)),
            (
                "session_id",
                self.optional(session.as_ref().map(|session| session.id.as_str())),
            ),
            (
                "session_start",
                self.optional(session.as_ref().map(|session| session.start.as_str())),
            ),
            ("rounds", number(batch.map(|batch| batch.rounds))),
            ("rows_touched", number(batch.map(|batch| batch.rows))),
            ("compatible", text(record.compatible.name())),
            ("who", self.who(record)),
            ("tool", text(&record.tool)),
            ("error", self.optional(record.error.as_deref())),
            ("down_section", self.optional(down_section)),
        ]
    }

    /// Changes the row of a revision to this state, keeping what does not change with a state.
    pub(crate) fn update_row(&self, record: &Record, started: Started) -> String {
        self.updated_row(record, started, DownSection::AsItWas)
    }

    fn updated_row(
        &self,
        record: &Record,
        started: Started,
        down_section: DownSection<'_>,
    ) -> String {
        let Journal {
            statement_no,
            in_flight,
            session,
            batch,
            ..
        } = &record.journal;
        let hash = record.journal.hash().map(|hash| hash.to_string());
        let started = match started {
            Started::AtFence => format!("(SELECT heartbeat FROM {} WHERE id = 1)", self.lock),
            Started::Before => "started_at".to_owned(),
        };
        let (finished, duration) = self.ended(record, &started);
        // A script does not know how the row has come to be, and the digest only when it runs the section.
        let mut known = String::new();
        if self.wording != Wording::Script {
            known = format!(", origin = {}", self.literal(record.origin.name()));
        }
        if self.wording != Wording::Script || record.down_digest != absent_digest(Direction::Down) {
            let digest = self.literal(&record.down_digest.to_string());
            known = format!("{known}, down_digest = {digest}");
        }
        // What the batches have touched it has counted in the row.
        if self.wording != Wording::Script || batch.is_none() {
            let (rounds, rows) = (
                number(batch.map(|batch| batch.rounds)),
                number(batch.map(|batch| batch.rows)),
            );
            known = format!("{known}, rounds = {rounds}, rows_touched = {rows}");
        }
        known += &self.set_down_section(down_section);
        format!(
            "UPDATE {} SET is_head = {}, state = {}{known}, statement_no = {statement_no}, statement_hash = {}, \
             statement = {}, session_id = {}, session_start = {}, finished_at = {finished}, duration_us = {duration}, \
             started_at = {started}, who = {}, tool = {}, error = {} WHERE revision = {}",
            self.state,
            self.flag(record.is_head),
            self.literal(record.state.name()),
            self.optional(hash.as_deref()),
            self.optional(in_flight.as_ref().map(|statement| statement.text.as_str())),
            self.optional(session.as_ref().map(|session| session.id.as_str())),
            self.optional(session.as_ref().map(|session| session.start.as_str())),
            self.who(record),
            self.literal(&record.tool),
            self.optional(record.error.as_deref()),
            self.literal(record.revision.as_str()),
        )
    }

    /// Records anew what a revision is: digests, parents, chain, message, and the down section.
    pub(crate) fn renew(&self, record: &Record, down_section: DownSection<'_>) -> String {
        let down_section = self.set_down_section(down_section);
        format!(
            "UPDATE {} SET parents = {}, depends_on = {}, message = {}, digest = {}, down_digest = {}, chain = \
             {}{down_section} WHERE revision = {}",
            self.state,
            self.literal(&join(&record.parents)),
            self.literal(&join(&record.depends_on)),
            self.literal(&record.message),
            self.literal(&record.digest.to_string()),
            self.literal(&record.down_digest.to_string()),
            self.literal(&record.chain.to_string()),
            self.literal(record.revision.as_str()),
        )
    }

    /// Forgets every row.
    pub(crate) fn purge(&self) -> String {
        format!("DELETE FROM {}", self.state)
    }

    fn set_down_section(&self, becomes: DownSection<'_>) -> String {
        match becomes {
            DownSection::AsItWas => String::new(),
            DownSection::Now(None) => ", down_section = NULL".to_owned(),
            DownSection::Now(Some(text)) => format!(", down_section = {}", self.literal(text)),
        }
    }

    /// `finished_at` and `duration_us`, given the expression for the start.
    fn ended(&self, record: &Record, started: &str) -> (String, String) {
        if record.in_flight() {
            return (NULL.to_owned(), NULL.to_owned());
        }
        let now = now(self.dialect);
        let duration = match self.dialect {
            Dialect::Sqlite => micros_between(started, "'now'"),
            Dialect::Postgres => {
                format!("(extract(epoch FROM {now} - {started}) * 1000000)::pg_catalog.int8")
            }
            Dialect::Mysql | Dialect::Mariadb => {
                format!("TIMESTAMPDIFF(MICROSECOND, {started}, {now})")
            }
        };
        (now.to_owned(), duration)
    }

    /// Who runs: in a script the user of the session that runs it, where there are users.
    fn who(&self, record: &Record) -> String {
        match (self.wording, self.dialect) {
            (Wording::Script, Dialect::Postgres) => "session_user".to_owned(),
            (Wording::Script, Dialect::Mysql | Dialect::Mariadb) => "USER()".to_owned(),
            _ => self.literal(&record.who),
        }
    }
}

/// The microseconds between two moments on SQLite, the clock of which counts milliseconds.
pub(super) fn micros_between(from: &str, to: &str) -> String {
    format!("CAST(ROUND((julianday({to}) - julianday({from})) * 86400000.0) AS INTEGER) * 1000")
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| NULL.to_owned(), |number| number.to_string())
}
