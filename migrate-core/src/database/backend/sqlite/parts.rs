//! A section that takes several messages inside its one transaction: one with Rust steps, and one that rebuilds tables.
//!
//! # Rebuilding a table
//!
//! What `ALTER TABLE` cannot do is done by building a new table and renaming it, and that needs foreign keys off, which
//! SQLite allows only outside of a transaction. A section asks for it in SQLite's own words, by
//! `PRAGMA foreign_keys = OFF` as one of its statements: then foreign keys are off before its transaction begins, and
//! before it commits `PRAGMA foreign_key_check` must find nothing that it had not found before.

use std::collections::BTreeMap;
use std::time::Instant;

use sqlx::Connection as _;

use super::SqliteBackend;
use super::error::translate;
use crate::database::backend::Backend as _;
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::execute::message::Message;
use crate::database::execute::parts::{self, Failed};
use crate::database::execute::transactional::{self, Bounds, Surroundings, done};
use crate::database::execute::{Done, Source, StepError, Transaction, Work};
use crate::database::session::asks_for_rebuild;

/// Whether foreign keys hold while a section runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    On,
    /// It rebuilds tables.
    Off,
}

impl SqliteBackend<'_> {
    /// A section that takes several messages inside its one transaction: one with Rust steps, and one during which
    /// foreign keys are off.
    pub(super) async fn run_in_parts(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        mut around: Surroundings,
    ) -> Result<Done, StepError> {
        let started = Instant::now();
        let own = work.transaction == Transaction::Own;
        let keys = if own && asks_for_rebuild(source) {
            Keys::Off
        } else {
            Keys::On
        };
        if keys == Keys::Off
            && let Err(failed) = self.foreign_keys_off().await
        {
            return Err(failed.abandon(self, work, around.bounds).await);
        }
        let outcome = if own && source.has_calls() {
            around.bounds = Bounds::Held;
            self.run_held(work, source, &around, keys).await
        } else {
            self.run_parts(work, source, &around, keys).await
        };
        match outcome {
            Ok(()) => Ok(done(work, started)),
            Err(failed) => Err(failed.abandon(self, work, around.bounds).await),
        }
    }

    async fn foreign_keys_off(&mut self) -> Result<(), Failed> {
        let off = self.execute("PRAGMA foreign_keys = OFF".to_owned()).await;
        off.map(drop).map_err(Failed::ours)
    }

    /// In a transaction that the driver knows of.
    async fn run_held(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        around: &Surroundings,
        keys: Keys,
    ) -> Result<(), Failed> {
        let (tables, watchdog) = (self.tables.clone(), self.watchdog.clone());
        let connection = self.connection().map_err(Failed::ours)?;
        let mut held = connection
            .begin_with(around.begin)
            .await
            .map_err(|error| Failed::ours(translate(error, 0)))?;
        let mut inside = SqliteBackend::on(&mut held, "");
        inside.tables = tables;
        inside.watchdog = watchdog;
        let outcome = inside.run_parts(work, source, around, keys).await;
        drop(inside);
        parts::settle(held, outcome, translate).await
    }

    /// Between the ends of the transaction. A rebuild must not leave a violation that was not there before.
    async fn run_parts(
        &mut self,
        work: &Work<'_>,
        source: &Source<'_>,
        around: &Surroundings,
        keys: Keys,
    ) -> Result<(), Failed> {
        if keys == Keys::On {
            return parts::run(self, work, source, around).await;
        }
        let mut opening = Message::new();
        transactional::open(&mut opening, &self.tables, work, around);
        parts::send(self, opening).await?;
        let before = self.violations().await?;
        let rest = parts::statements(self, work, source, Message::new()).await?;
        parts::send(self, rest).await?;
        let after = self.violations().await?;
        let new = after
            .iter()
            .find(|(pair, count)| before.get(*pair).is_none_or(|known| known < count));
        if let Some(((table, parent), count)) = new {
            let count = count - before.get(&(table.clone(), parent.clone())).unwrap_or(&0);
            let rows = if count == 1 {
                "a row".to_owned()
            } else {
                format!("{count} rows")
            };
            let message =
                format!("foreign_key_check: {rows} of {table} would refer to nothing in {parent}");
            let error = ServerError::new(ServerErrorKind::Other, message);
            return Err(Failed::ours(error));
        }
        let mut closing = Message::new();
        transactional::finish(&mut closing, &self.tables, work, around);
        parts::send(self, closing).await
    }

    /// How many rows of which table refer to nothing in which other. Rows are counted and not named, because a rebuild
    /// may number them anew.
    async fn violations(&mut self) -> Result<BTreeMap<(String, String), usize>, Failed> {
        let sql = "SELECT \"table\", parent FROM pragma_foreign_key_check".to_owned();
        let rows = self.query(sql).await.map_err(Failed::ours)?;
        let mut found = BTreeMap::new();
        for row in rows {
            let mut fields = row.into_iter().map(Option::unwrap_or_default);
            let pair = (
                fields.next().unwrap_or_default(),
                fields.next().unwrap_or_default(),
            );
            *found.entry(pair).or_insert(0) += 1;
        }
        Ok(found)
    }
}
