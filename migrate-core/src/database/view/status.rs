//! Where a database is, put together from its rows.

use super::rows::{read_all, read_lock_row, rows, unreadable};
use super::{Current, RecordedRevision, Status};
use crate::database::backend::Backend;
use crate::database::error::Error;
use crate::database::recorded;
use crate::database::state::{Record, read_record};
use crate::database::target::Database;
use crate::model::{Applied, Migrations};

impl Migrations {
    pub(super) async fn read_current(
        &self,
        backend: &mut dyn Backend,
        database: &Database,
    ) -> Result<Current, Error> {
        let sql = backend.tables().select_open();
        let Some(rows) = rows(backend, database, sql).await? else {
            return Ok(Current::default());
        };
        let mut current = Current::default();
        let mut seen: Vec<String> = Vec::new();
        for row in rows {
            let record = read_record(row).map_err(|what| unreadable(backend, what))?;
            if seen.iter().any(|id| record.revision == id.as_str()) {
                continue;
            }
            seen.push(record.revision.to_string());
            let described = self.describe_row(&record)?;
            match (record.in_flight(), described.known) {
                (true, _) => current.in_flight.push(described),
                (false, true) => current.current.push(described),
                (false, false) => current.unknown.push(described),
            }
        }
        for list in [
            &mut current.current,
            &mut current.in_flight,
            &mut current.unknown,
        ] {
            list.sort_by(|a, b| a.revision.cmp(&b.revision));
        }
        Ok(current)
    }

    pub(super) async fn read_status(
        &self,
        backend: &mut dyn Backend,
        database: &Database,
    ) -> Result<Status, Error> {
        let dialect = backend.dialect();
        let mut status = Status {
            target: database.to_string(),
            dialect: dialect.name(),
            tables: false,
            current: Current::default(),
            applied: 0,
            pending: Vec::new(),
            unknown_applied: Vec::new(),
            differing: Vec::new(),
            missing: Vec::new(),
            back: None,
            holder: None,
        };
        let graph = self.set()?.graph();
        let Some(lock) = read_lock_row(backend, database).await? else {
            status.pending = graph
                .order()
                .map(|index| graph.id(index).to_string())
                .collect();
            return Ok(status);
        };
        status.tables = true;
        status.holder = lock.holder;
        status.current = self.read_current(backend, database).await?;
        let sql = backend.tables().count_applied();
        let counted = rows(backend, database, sql)
            .await?
            .and_then(|rows| rows.into_iter().flatten().next().flatten());
        status.applied = counted
            .and_then(|count| count.parse().ok())
            .unwrap_or_default();
        let set = self.set()?;
        let same = status.current.current.iter().all(|row| {
            let ours = graph
                .index(&row.revision)
                .and_then(|index| set.chain(index, dialect));
            ours.is_none_or(|chain| chain == row.chain)
        });
        // Everything below the effective rows is applied and as it was, as long as the numbers and the chains agree.
        let heads = status
            .current
            .current
            .iter()
            .filter_map(|row| graph.index(&row.revision));
        let applied = Applied::closure(graph, heads);
        if same && status.current.unknown.is_empty() && applied.set().len() == status.applied {
            let pending = graph.order().filter(|index| !applied.contains(*index));
            status.pending = pending.map(|index| graph.id(index).to_string()).collect();
            return Ok(status);
        }
        let recorded = read_all(backend, database).await?;
        let found = recorded::compare(&recorded, self.set()?, dialect, |_| false);
        status.pending = found.pending.iter().map(ToString::to_string).collect();
        status.missing = found.missing.iter().map(ToString::to_string).collect();
        status.back = found.back;
        status.unknown_applied = found.unknown;
        status.differing = found
            .differing
            .into_iter()
            .map(|it| (it.revision, it.what.to_owned()))
            .collect();
        Ok(status)
    }

    pub(super) fn describe_row(&self, record: &Record) -> Result<RecordedRevision, Error> {
        let graph = self.set()?.graph();
        let index = graph.index(record.revision.as_str());
        let in_flight = record.in_flight();
        Ok(RecordedRevision {
            revision: record.revision.to_string(),
            message: record.message.clone(),
            head: index.is_some_and(|index| graph.above(index).next().is_none()),
            known: index.is_some(),
            state: record.state,
            origin: record.origin,
            started_at: record.started_at.clone(),
            finished_at: record.finished_at.clone(),
            who: record.who.clone(),
            statements_finished: in_flight.then_some(record.journal.statement_no),
            rows: record
                .journal
                .batch
                .filter(|_| in_flight)
                .map(|batch| batch.rows),
            statement: record
                .journal
                .in_flight
                .as_ref()
                .map(|statement| statement.text.clone()),
            error: record.error.clone(),
            chain: record.chain,
        })
    }
}
