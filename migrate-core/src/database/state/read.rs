//! The state tables as SQL text: what is read of them, and rows as values.

use std::fmt::Write;
use std::str::FromStr;

use super::tables::{Tables, identifier};
use super::{
    Compatible, Holder, Journal, Origin, Record, Rounds, SessionId, State, StatementInFlight,
};
use crate::database::backend::Row;
use crate::database::view::LogEntry;
use crate::text::{Dialect, Digest, RevisionId};

impl Tables {
    /// Reads every row.
    pub(crate) fn select_all(&self) -> String {
        format!("SELECT {} FROM {}", self.record_columns(), self.state)
    }

    /// The one statement of a start-up: the format of the tables in a row of its own, with everything else NULL, then
    /// the rows that are head, in flight, or one of `heads`; a row can come more than once.
    ///
    /// Three reads, each by an index, so that the number of rows does not matter.
    pub(crate) fn select_heads<'a>(&self, heads: impl IntoIterator<Item = &'a str>) -> String {
        let Self { state, lock, .. } = self;
        let (null, head) = match self.dialect {
            Dialect::Postgres => ("NULL::pg_catalog.text", "is_head"),
            _ => ("NULL", "is_head = 1"),
        };
        let here = self.is_here();
        let row = format!(
            "SELECT {null}, {null}, revision, chain, {}, state FROM {state}",
            self.as_text("is_head")
        );
        let mut sql = format!(
            "SELECT {}, {here}, {null}, {null}, {null}, {null} FROM {lock} WHERE id = 1\nUNION ALL {row} WHERE \
             {head}\nUNION ALL {row} WHERE state IN ('upgrading', 'downgrading')",
            self.as_text("format")
        );
        let heads: Vec<String> = heads.into_iter().map(|id| self.literal(id)).collect();
        if !heads.is_empty() {
            // Writing to a String does not fail.
            let _ = write!(
                sql,
                "\nUNION ALL {row} WHERE revision IN ({})",
                heads.join(", ")
            );
        }
        sql
    }

    /// Whether an unqualified name has found the table of the current schema, and not one further on the search path.
    fn is_here(&self) -> String {
        match self.here() {
            None => "'1'".to_owned(),
            Some(here) => format!("CASE WHEN {here} THEN '1' ELSE '0' END"),
        }
    }

    /// The condition of [`is_here`](Self::is_here) on the lock row; `None` where names are qualified.
    fn here(&self) -> Option<String> {
        if self.schema.is_some() || self.dialect != Dialect::Postgres {
            return None;
        }
        let name = self.literal(&identifier(self.dialect, &format!("{}_lock", self.name)));
        Some(format!(
            "tableoid = pg_catalog.to_regclass(pg_catalog.quote_ident(pg_catalog.current_schema()) || '.' || {name})"
        ))
    }

    /// Reads the rows that are head or in flight; a row can come twice.
    pub(crate) fn select_open(&self) -> String {
        let columns = self.record_columns();
        let head = if self.dialect == Dialect::Postgres {
            "is_head"
        } else {
            "is_head = 1"
        };
        let Self { state, .. } = self;
        format!(
            "SELECT {columns} FROM {state} WHERE {head}\nUNION ALL SELECT {columns} FROM {state} WHERE state IN ('upgrading', \
             'downgrading')"
        )
    }

    /// Counts the applied rows.
    pub(crate) fn count_applied(&self) -> String {
        let count = match self.dialect {
            Dialect::Sqlite => "CAST(count(*) AS TEXT)",
            Dialect::Postgres => "pg_catalog.count(*)::pg_catalog.text",
            Dialect::Mysql | Dialect::Mariadb => "CAST(COUNT(*) AS CHAR)",
        };
        format!("SELECT {count} FROM {} WHERE state = 'applied'", self.state)
    }

    /// Reads the state of one revision.
    pub(crate) fn select_state(&self, revision: &str) -> String {
        format!(
            "SELECT state FROM {} WHERE revision = {}",
            self.state,
            self.literal(revision)
        )
    }

    /// Reads the log, in the order of [`read_log`].
    pub(crate) fn select_log(&self) -> String {
        let columns = [
            "revision",
            "action",
            "outcome",
            "started_at",
            "finished_at",
            "duration_us",
            "rows_touched",
            "who",
            "host",
            "tool",
            "error",
        ];
        let columns: Vec<String> = columns.iter().map(|column| self.as_text(column)).collect();
        format!(
            "SELECT {} FROM {} ORDER BY seq",
            columns.join(", "),
            self.log
        )
    }

    /// Reads the lock row: format, epoch and [`Holder`]. A table further on the search path has none.
    pub(crate) fn select_lock(&self) -> String {
        let columns = [
            "format",
            "epoch",
            "holder",
            "host",
            "pid",
            "application",
            "since",
            "heartbeat",
        ];
        let columns: Vec<String> = columns.iter().map(|column| self.as_text(column)).collect();
        let here = self
            .here()
            .map_or_else(String::new, |here| format!(" AND {here}"));
        format!(
            "SELECT {} FROM {} WHERE id = 1{here}",
            columns.join(", "),
            self.lock
        )
    }

    /// Reads the recorded down section of a revision.
    pub(crate) fn select_down_section(&self, revision: &str) -> String {
        format!(
            "SELECT down_section FROM {} WHERE revision = {}",
            self.state,
            self.literal(revision)
        )
    }

    /// Reads the epoch, and how many statements the row of a revision in flight says have finished.
    #[cfg(feature = "mysql")]
    pub(crate) fn select_journal(&self, revision: &RevisionId) -> String {
        let Self { state, lock, .. } = self;
        format!(
            "SELECT {}, (SELECT {} FROM {state} WHERE revision = {} AND state IN ('upgrading', 'downgrading')) FROM {lock} \
             WHERE id = 1",
            self.as_text("epoch"),
            self.as_text("statement_no"),
            self.literal(revision.as_str()),
        )
    }
}

fn split_ids(text: &str) -> Result<Vec<RevisionId>, String> {
    text.split(',')
        .filter(|id| !id.is_empty())
        .map(|id| RevisionId::new(id).map_err(|error| error.to_string()))
        .collect()
}

/// The fields of a row, taken one by one.
struct Fields(std::vec::IntoIter<Option<String>>);

impl Fields {
    fn optional(&mut self) -> Option<String> {
        self.0.next().flatten()
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        self.optional().ok_or_else(|| format!("{name} is NULL"))
    }

    fn word<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, String> {
        let text = self.text(name)?;
        read(&text).ok_or_else(|| format!("{name} is `{text}`"))
    }

    fn parsed<T: FromStr<Err: ToString>>(&mut self, name: &str) -> Result<T, String> {
        self.text(name)?
            .parse()
            .map_err(|error: T::Err| error.to_string())
    }
}

/// A row of [`Tables::select_all`]; the error says what cannot be understood.
pub(crate) fn read_record(row: Row) -> Result<Record, String> {
    let mut fields = Fields(row.into_iter());
    let revision = fields.text("revision")?;
    read_fields(&revision, &mut fields).map_err(|error| format!("{error} in the row of {revision}"))
}

fn read_fields(revision: &str, fields: &mut Fields) -> Result<Record, String> {
    Ok(Record {
        revision: RevisionId::new(revision).map_err(|error| error.to_string())?,
        parents: split_ids(&fields.text("parents")?)?,
        depends_on: split_ids(&fields.text("depends_on")?)?,
        message: fields.text("message")?,
        digest: fields.parsed("digest")?,
        down_digest: fields.parsed("down_digest")?,
        chain: fields.parsed("chain")?,
        is_head: read_flag(&fields.text("is_head")?),
        state: fields.word("state", State::read)?,
        origin: fields.word("origin", Origin::read)?,
        journal: read_journal(fields)?,
        compatible: fields.word("compatible", Compatible::read)?,
        started_at: fields.optional(),
        finished_at: fields.optional(),
        duration_us: fields.optional().and_then(|text| text.parse().ok()),
        who: fields.text("who")?,
        tool: fields.text("tool")?,
        error: fields.optional(),
    })
}

fn read_journal(fields: &mut Fields) -> Result<Journal, String> {
    let statement_no = fields.word("statement_no", |text| text.parse().ok())?;
    let hash = fields
        .optional()
        .map(|hash| hash.parse::<Digest>())
        .transpose()
        .map_err(|error| error.to_string())?;
    let text = fields.optional();
    let (id, start) = (fields.optional(), fields.optional());
    let mut count = || fields.optional().and_then(|text| text.parse().ok());
    let batch = count()
        .zip(count())
        .map(|(rounds, rows)| Rounds { rounds, rows });
    let (in_flight, finished) = match (hash, text) {
        (Some(hash), Some(text)) => (Some(StatementInFlight { hash, text }), None),
        (finished, _) => (None, finished),
    };
    Ok(Journal {
        statement_no,
        in_flight,
        finished,
        session: id.zip(start).map(|(id, start)| SessionId { id, start }),
        batch,
    })
}

/// A row of [`Tables::select_log`].
pub(crate) fn read_log(row: Row) -> LogEntry {
    let mut fields = Fields(row.into_iter());
    LogEntry {
        revision: fields.optional().unwrap_or_default(),
        action: fields.optional().unwrap_or_default(),
        outcome: fields.optional().unwrap_or_default(),
        started_at: fields.optional(),
        finished_at: fields.optional(),
        duration_us: fields.optional().and_then(|text| text.parse().ok()),
        rows: fields.optional().and_then(|text| text.parse().ok()),
        who: fields.optional(),
        host: fields.optional(),
        tool: fields.optional(),
        error: fields.optional(),
    }
}

/// A flag as any of the databases prints it.
pub(crate) fn read_flag(text: &str) -> bool {
    matches!(text, "1" | "t" | "true")
}

/// The lock row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockRow {
    pub(crate) format: i64,
    pub(crate) epoch: u64,
    pub(crate) holder: Option<Holder>,
    /// When whoever is at work was last heard of.
    pub(crate) heartbeat: Option<String>,
}

/// A row of [`Tables::select_lock`].
pub(crate) fn read_lock(row: Row) -> Result<LockRow, String> {
    let mut fields = Fields(row.into_iter());
    let format = fields.word("format", |text| text.parse().ok())?;
    let epoch = fields.word("epoch", |text| text.parse().ok())?;
    let run = fields.optional();
    let holder = Holder {
        run: run.clone().unwrap_or_default(),
        host: fields.optional().unwrap_or_default(),
        pid: fields
            .optional()
            .and_then(|text| text.parse().ok())
            .unwrap_or_default(),
        application: fields.optional().unwrap_or_default(),
        since: fields.optional(),
        heartbeat: fields.optional(),
    };
    Ok(LockRow {
        format,
        epoch,
        heartbeat: holder.heartbeat.clone(),
        holder: run.map(|_| holder),
    })
}
