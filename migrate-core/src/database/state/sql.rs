//! The state tables as SQL text: reading them, and every change of ours.
//!
//! Values stand in the text as literals, because a revision is sent as one message and the simple protocol has no
//! parameters. Literals hold whatever settings a revision has made (`standard_conforming_strings`, `sql_mode`).

use std::fmt::Write;
use std::time::Duration;

use super::tables::{Tables, Wording};
use super::{FORMAT, Fence, Holder, Journal, Record, Rounds, StatementInFlight};
use crate::database::execute::{HeadChange, Known, Work};
use crate::text::revision::{Direction, absent_digest};
use crate::text::{Dialect, Digest, RevisionId};

pub(crate) use super::read::{LockRow, read_flag, read_lock, read_log, read_record};

/// Where a script for SQLite keeps what it knows of its own run.
pub(crate) const SCRIPT_TABLE: &str = "temp._migrate_script";

/// A text as a literal that means the same whatever the session's settings are.
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    let text = text.replace('\0', "\u{fffd}");
    match dialect {
        Dialect::Sqlite => format!("'{}'", text.replace('\'', "''")),
        Dialect::Postgres if !text.contains('\\') => format!("'{}'", text.replace('\'', "''")),
        Dialect::Postgres => format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        Dialect::Mysql | Dialect::Mariadb if text.is_ascii() && !text.contains('\\') => {
            format!("'{}'", text.replace('\'', "''"))
        }
        Dialect::Mysql | Dialect::Mariadb => {
            let mut hex = String::with_capacity(text.len() * 2 + 16);
            hex.push_str("_utf8mb4 x'");
            for byte in text.bytes() {
                // Writing to a String does not fail.
                let _ = write!(hex, "{byte:02x}");
            }
            hex.push('\'');
            hex
        }
    }
}

/// When a section began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Started {
    /// When the fence of this transaction was raised.
    AtFence,
    /// When its row says.
    Before,
}

/// The moment at which the statement runs, by the database's clock.
pub(crate) const fn now(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
        Dialect::Postgres => "pg_catalog.clock_timestamp()",
        Dialect::Mysql | Dialect::Mariadb => "UTC_TIMESTAMP(6)",
    }
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

impl Tables {
    pub(super) fn literal(&self, text: &str) -> String {
        literal(self.dialect, text)
    }

    fn optional(&self, text: Option<&str>) -> String {
        text.map_or_else(|| "NULL".to_owned(), |text| self.literal(text))
    }

    const fn flag(&self, flag: bool) -> &'static str {
        match (self.dialect, flag) {
            (Dialect::Postgres, true) => "true",
            (Dialect::Postgres, false) => "false",
            (_, true) => "1",
            (_, false) => "0",
        }
    }

    /// A column as text.
    pub(super) fn as_text(&self, column: &str) -> String {
        let time = matches!(column, "started_at" | "finished_at" | "since" | "heartbeat");
        let number = matches!(
            column,
            "statement_no"
                | "duration_us"
                | "is_head"
                | "pid"
                | "epoch"
                | "format"
                | "seq"
                | "statements"
                | "rounds"
                | "rows_touched"
        );
        match self.dialect {
            Dialect::Sqlite if number => format!("CAST({column} AS TEXT)"),
            Dialect::Sqlite => column.to_owned(),
            Dialect::Postgres if time => format!(
                "pg_catalog.to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
            ),
            Dialect::Postgres if number => format!("{column}::pg_catalog.text"),
            Dialect::Postgres => column.to_owned(),
            Dialect::Mysql | Dialect::Mariadb if time => {
                format!("DATE_FORMAT({column}, '%Y-%m-%dT%H:%i:%s.%fZ')")
            }
            Dialect::Mysql | Dialect::Mariadb if number => format!("CAST({column} AS CHAR)"),
            Dialect::Mysql | Dialect::Mariadb => column.to_owned(),
        }
    }

    pub(super) fn record_columns(&self) -> String {
        let mut columns: Vec<String> = COLUMNS.iter().map(|column| self.as_text(column)).collect();
        columns.push("error".to_owned());
        columns.join(", ")
    }

    /// Records who holds the run lock, and moves the epoch on, so that nobody else's fence holds any longer.
    pub(crate) fn register(&self, holder: &Holder) -> String {
        let now = now(self.dialect);
        format!(
            "UPDATE {} SET epoch = epoch + 1, holder = {}, host = {}, pid = {}, application = {}, since = {now}, heartbeat \
             = {now} WHERE id = 1",
            self.lock,
            self.literal(&holder.run),
            self.literal(&holder.host),
            holder.pid,
            self.literal(&holder.application),
        )
    }

    /// Takes the holder out of the lock row, if it is this run.
    pub(crate) fn unregister(&self, run: &str) -> String {
        format!(
            "UPDATE {} SET holder = NULL, host = NULL, pid = NULL, application = NULL, since = NULL, heartbeat = NULL WHERE \
             id = 1 AND holder = {}",
            self.lock,
            self.literal(run)
        )
    }

    /// Notes that the session that works on `revision` is alive, as long as it is the one that is recorded there.
    #[cfg(feature = "sqlite")]
    pub(crate) fn beat(&self, revision: &RevisionId, session: &super::SessionId) -> String {
        format!(
            "UPDATE {} SET heartbeat = {} WHERE id = 1 AND EXISTS (SELECT 1 FROM {} WHERE revision = {} AND session_id = {} \
             AND session_start = {} AND state IN ('upgrading', 'downgrading'))",
            self.lock,
            now(self.dialect),
            self.state,
            self.literal(revision.as_str()),
            self.literal(&session.id),
            self.literal(&session.start),
        )
    }

    /// The fence: moves the epoch on and raises unless the lock row says what it must. The time it leaves in the row is
    /// when the change began.
    pub(crate) fn fence(&self, fence: &Fence) -> Vec<String> {
        if self.wording == Wording::Prepared
            && self.dialect == Dialect::Postgres
            && let Some(prepared) = self.prepared_fence(fence)
        {
            return vec![prepared];
        }
        let Self { lock, .. } = self;
        let known = self.fence_condition("", fence);
        let now = now(self.dialect);
        match self.dialect {
            // The epoch is the one that the script has found at its beginning. The time, because nobody gives it.
            Dialect::Sqlite if self.wording == Wording::Script => vec![
                format!(
                    "INSERT INTO {lock} (id, format, epoch) VALUES (1, {FORMAT}, (SELECT epoch + 1 FROM {lock} WHERE id = 1 \
                     AND epoch = (SELECT epoch FROM {SCRIPT_TABLE}))) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, \
                     heartbeat = {now}"
                ),
                format!("UPDATE {SCRIPT_TABLE} SET epoch = epoch + 1"),
            ],
            // The NULL of a row that is not there violates NOT NULL before the conflict is looked at. No time: functions of
            // date cost as much there as the rest of the statement, and the clock is that of this process anyway.
            Dialect::Sqlite => vec![format!(
                "INSERT INTO {lock} (id, format, epoch) VALUES (1, {FORMAT}, (SELECT {} FROM {lock} WHERE id = \
                 1{known})) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch",
                fence.epoch + 1
            )],
            Dialect::Postgres => vec![format!(
                "WITH fence AS (UPDATE {lock} SET epoch = epoch + 1, heartbeat = {now} WHERE id = 1{known} RETURNING 1) \
                 SELECT 1 / pg_catalog.count(*) AS migrate_fence FROM fence"
            )],
            // The subquery has two rows, an error under every sql_mode, unless the update has hit.
            Dialect::Mysql | Dialect::Mariadb => vec![
                format!(
                    "UPDATE {lock} SET epoch = epoch + 1, heartbeat = {now} WHERE id = 1{known}"
                ),
                // Not DO, which makes a warning of it.
                "SET @migrate_fence = (SELECT 1 UNION ALL SELECT 2 FROM DUAL WHERE ROW_COUNT() <> 1)".to_owned(),
            ],
        }
    }

    /// What the lock row must say besides its `id`.
    fn fence_condition(&self, table: &str, fence: &Fence) -> String {
        let epoch = match self.wording {
            Wording::Script => String::new(),
            _ => format!(" AND {table}epoch = {}", fence.epoch),
        };
        let holder = fence.holder.as_ref().map_or_else(String::new, |run| {
            format!(" AND {table}holder = {}", self.literal(run))
        });
        epoch + &holder
    }

    /// Who runs: in a script the user of the session that runs it, where there are users.
    fn who(&self, record: &Record) -> String {
        match (self.wording, self.dialect) {
            (Wording::Script, Dialect::Postgres) => "session_user".to_owned(),
            (Wording::Script, Dialect::Mysql | Dialect::Mariadb) => "USER()".to_owned(),
            _ => self.literal(&record.who),
        }
    }

    /// The statements that record a section as finished: its row, the heads, the log.
    pub(crate) fn finish(&self, work: &Work<'_>) -> Vec<String> {
        let prepared = self.wording == Wording::Prepared
            && work.action == "upgrade"
            && work.row == Known::Absent;
        if prepared
            && self.dialect == Dialect::Sqlite
            && let Some(applied) = self.prepared_apply_on_sqlite(work)
        {
            return vec![applied];
        }
        let mut statements = self.heads(&work.heads);
        if prepared && self.dialect == Dialect::Postgres {
            statements.push(self.prepared_apply(work));
        } else {
            statements.extend(self.write_row(work));
            statements.push(self.log(work));
        }
        statements
    }

    /// The statements that change `is_head` of other rows.
    pub(crate) fn heads(&self, change: &HeadChange) -> Vec<String> {
        let prepared = self.wording == Wording::Prepared && self.dialect == Dialect::Postgres;
        if prepared && change.gained.is_empty() {
            return change
                .lost
                .iter()
                .map(|id| self.prepared_unhead(id))
                .collect();
        }
        let update = |ids: &[RevisionId], flag: bool| {
            let ids: Vec<String> = ids.iter().map(|id| self.literal(id.as_str())).collect();
            let condition = match ids.as_slice() {
                [id] => format!("= {id}"),
                ids => format!("IN ({})", ids.join(", ")),
            };
            format!(
                "UPDATE {} SET is_head = {} WHERE revision {condition}",
                self.state,
                self.flag(flag)
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
            (_, Known::Present) => {
                let delete = format!(
                    "DELETE FROM {} WHERE revision = {}",
                    self.state,
                    self.literal(record.revision.as_str())
                );
                vec![
                    delete,
                    self.insert_row(record, work.down_section.as_deref()),
                ]
            }
            (_, Known::Absent) => vec![self.insert_row(record, work.down_section.as_deref())],
        }
    }

    /// Inserts a row; behind the fence, which has left the time at which the change began.
    pub(crate) fn insert_row(&self, record: &Record, down_section: Option<&str>) -> String {
        let Journal {
            statement_no,
            in_flight,
            session,
            batch,
            ..
        } = &record.journal;
        let hash = record.journal.hash().map(|hash| hash.to_string());
        let text = |text: &str| self.literal(text);
        // SQLite is given the time; elsewhere the fence has left it in the lock row.
        let given = record
            .started_at
            .as_deref()
            .filter(|_| self.dialect == Dialect::Sqlite)
            .map(|time| self.literal(time));
        let (started, from) = match given {
            Some(time) => (time, String::new()),
            None => (
                "heartbeat".to_owned(),
                format!(" FROM {} WHERE id = 1", self.lock),
            ),
        };
        let (finished, duration) = self.ended(record, &started);
        let values = [
            text(record.revision.as_str()),
            text(&join(&record.parents)),
            text(&join(&record.depends_on)),
            text(&record.message),
            text(&record.digest.to_string()),
            text(&record.down_digest.to_string()),
            text(&record.chain.to_string()),
            self.flag(record.is_head).to_owned(),
            text(record.state.name()),
            text(record.origin.name()),
            statement_no.to_string(),
            self.optional(hash.as_deref()),
            self.optional(in_flight.as_ref().map(|statement| statement.text.as_str())),
            self.optional(session.as_ref().map(|session| session.id.as_str())),
            self.optional(session.as_ref().map(|session| session.start.as_str())),
            number(batch.map(|batch| batch.rounds)),
            number(batch.map(|batch| batch.rows)),
            text(record.compatible.name()),
            started,
            finished,
            duration,
            self.who(record),
            text(&record.tool),
            self.optional(record.error.as_deref()),
            self.optional(down_section),
        ];
        format!(
            "INSERT INTO {} ({}, error, down_section) SELECT {}{from}",
            self.state,
            COLUMNS.join(", "),
            values.join(", "),
        )
    }

    /// `finished_at` and `duration_us`, given the expression for the start.
    fn ended(&self, record: &Record, started: &str) -> (String, String) {
        if record.in_flight() {
            return ("NULL".to_owned(), "NULL".to_owned());
        }
        let now = now(self.dialect);
        let duration = match self.dialect {
            Dialect::Sqlite => {
                format!(
                    "CAST(ROUND((julianday('now') - julianday({started})) * 86400000.0) AS INTEGER) * 1000"
                )
            }
            Dialect::Postgres => {
                format!("(extract(epoch FROM {now} - {started}) * 1000000)::pg_catalog.int8")
            }
            Dialect::Mysql | Dialect::Mariadb => {
                format!("TIMESTAMPDIFF(MICROSECOND, {started}, {now})")
            }
        };
        (now.to_owned(), duration)
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
            Started::AtFence if self.dialect == Dialect::Sqlite && record.started_at.is_some() => {
                self.optional(record.started_at.as_deref())
            }
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

    /// Records that a statement of a section that is not one transaction begins; all before it have finished.
    pub(crate) fn begin_statement(
        &self,
        revision: &RevisionId,
        number: usize,
        statement: &StatementInFlight,
    ) -> String {
        format!(
            "UPDATE {} SET statement_no = {number}, statement_hash = {}, statement = {}, error = NULL WHERE revision = {}",
            self.state,
            self.literal(&statement.hash.to_string()),
            self.literal(&statement.text),
            self.literal(revision.as_str()),
        )
    }

    /// The fence and [`begin_statement`](Self::begin_statement) at once, outside of a transaction: either both rows are
    /// changed or none is, and then it raises.
    pub(crate) fn fenced_begin_statement(
        &self,
        fence: &Fence,
        revision: &RevisionId,
        number: usize,
        statement: &StatementInFlight,
    ) -> [String; 2] {
        let Self { state, lock, .. } = self;
        let known = self.fence_condition("l.", fence);
        let update = format!(
            "UPDATE {lock} AS l JOIN {state} AS s ON s.revision = {} SET l.epoch = l.epoch + 1, l.heartbeat = {}, \
             s.statement_no = {number}, s.statement_hash = {}, s.statement = {}, s.error = NULL WHERE l.id = 1{known}",
            self.literal(revision.as_str()),
            now(self.dialect),
            self.literal(&statement.hash.to_string()),
            self.literal(&statement.text),
        );
        let check =
            "SET @migrate_fence = (SELECT 1 UNION ALL SELECT 2 FROM DUAL WHERE ROW_COUNT() <> 2)";
        [update, check.to_owned()]
    }

    /// Records that so many statements have finished and none is in flight.
    pub(crate) fn end_statement(&self, revision: &RevisionId, finished: usize) -> String {
        format!(
            "UPDATE {} SET statement_no = {finished}, statement_hash = NULL, statement = NULL, error = NULL WHERE revision = \
             {}",
            self.state,
            self.literal(revision.as_str()),
        )
    }

    /// Records a round of the batch that is statement `number`: none is in flight, and the hash is that of what stands
    /// before the batch.
    pub(crate) fn round(&self, revision: &RevisionId, finished: Digest, batch: Rounds) -> String {
        format!(
            "UPDATE {} SET statement_hash = {}, statement = NULL, error = NULL, rounds = {}, rows_touched = {} WHERE revision \
             = {}",
            self.state,
            self.literal(&finished.to_string()),
            batch.rounds,
            batch.rows,
            self.literal(revision.as_str()),
        )
    }

    /// Records that a batch has come to its end as the last of so many statements.
    pub(crate) fn end_batch(
        &self,
        revision: &RevisionId,
        finished: usize,
        rows: impl std::fmt::Display,
    ) -> String {
        format!(
            "UPDATE {} SET statement_no = {finished}, statement_hash = NULL, statement = NULL, error = NULL, rounds = 0, \
             rows_touched = {rows} WHERE revision = {}",
            self.state,
            self.literal(revision.as_str()),
        )
    }

    /// Records the error of a section of which so many statements have finished: none is in flight.
    pub(crate) fn fail(
        &self,
        revision: &RevisionId,
        finished: usize,
        hash: Option<Digest>,
        error: &str,
    ) -> String {
        format!(
            "UPDATE {} SET statement_no = {finished}, statement_hash = {}, statement = NULL, error = {} WHERE revision = {}",
            self.state,
            self.optional(hash.map(|hash| hash.to_string()).as_deref()),
            self.literal(error),
            self.literal(revision.as_str()),
        )
    }

    /// The row of the log for a section that has finished; after its row was written.
    pub(crate) fn log(&self, work: &Work<'_>) -> String {
        let digest = match work.direction {
            Direction::Up => "digest",
            Direction::Down => "down_digest",
        };
        let statements = work
            .section
            .as_ref()
            .map_or(0, |section| section.script.statements.len());
        format!(
            "INSERT INTO {} (revision, action, outcome, digest, started_at, finished_at, duration_us, statements, \
             rows_touched, run, who, host, tool) SELECT revision, {}, 'finished', {digest}, started_at, finished_at, \
             duration_us, {statements}, rows_touched, {}, who, {}, tool FROM {} WHERE revision = {}",
            self.log,
            self.literal(work.action),
            self.literal(&work.holder.run),
            self.literal(&work.holder.host),
            self.state,
            self.literal(work.record.revision.as_str()),
        )
    }

    /// The row of the log for a section that has failed.
    pub(crate) fn log_failure(&self, work: &Work<'_>, error: &str, duration: Duration) -> String {
        let record = &work.record;
        let digest = match work.direction {
            Direction::Up => record.digest,
            Direction::Down => record.down_digest,
        };
        let statements = work
            .section
            .as_ref()
            .map_or(0, |section| section.script.statements.len());
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

    fn set_down_section(&self, becomes: DownSection<'_>) -> String {
        match becomes {
            DownSection::AsItWas => String::new(),
            DownSection::Now(None) => ", down_section = NULL".to_owned(),
            DownSection::Now(Some(text)) => format!(", down_section = {}", self.literal(text)),
        }
    }

    /// Forgets every row.
    pub(crate) fn purge(&self) -> String {
        format!("DELETE FROM {}", self.state)
    }
}

/// What becomes of a recorded down section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DownSection<'a> {
    /// It stays.
    AsItWas,
    /// It is this one, or there is none.
    Now(Option<&'a str>),
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "NULL".to_owned(), |number| number.to_string())
}

pub(super) fn join(ids: &[RevisionId]) -> String {
    ids.iter()
        .map(RevisionId::as_str)
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_mean_the_same_under_every_setting() {
        let cases = [
            (Dialect::Sqlite, "it's a \\ é", "'it''s a \\ é'"),
            (Dialect::Postgres, "it's", "'it''s'"),
            (Dialect::Postgres, "a\\'b", "E'a\\\\''b'"),
            (Dialect::Mariadb, "it's", "'it''s'"),
            (Dialect::Mariadb, "a\\b", "_utf8mb4 x'615c62'"),
            (Dialect::Mysql, "é", "_utf8mb4 x'c3a9'"),
        ];
        for (dialect, text, expected) in cases {
            assert_eq!(literal(dialect, text), expected, "{dialect}");
        }
    }
}
