//! The lock row: who holds the run lock, and the fence before every change of ours.

use super::literal::now;
use super::tables::Wording;
use super::{FORMAT, Fence, Holder, StatementInFlight, Tables};
use crate::text::{Dialect, RevisionId};

/// Where a script for SQLite keeps what it knows of its own run.
pub(crate) const SCRIPT_TABLE: &str = "temp._migrate_script";

impl Tables {
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
            && let Some(prepared) = self.prepared_fence(fence)
        {
            return vec![prepared];
        }
        let Self { lock, .. } = self;
        let known = self.fence_condition("", fence);
        let now = now(self.dialect);
        match self.dialect {
            // The epoch is the one that the script has found at its beginning.
            Dialect::Sqlite if self.wording == Wording::Script => vec![
                format!(
                    "INSERT INTO {lock} (id, format, epoch) VALUES (1, {FORMAT}, (SELECT epoch + 1 FROM {lock} WHERE id = 1 \
                     AND epoch = (SELECT epoch FROM {SCRIPT_TABLE}))) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, \
                     heartbeat = {now}"
                ),
                format!("UPDATE {SCRIPT_TABLE} SET epoch = epoch + 1"),
            ],
            // The NULL of a row that is not there violates NOT NULL before the conflict is looked at.
            Dialect::Sqlite => vec![format!(
                "INSERT INTO {lock} (id, format, epoch) VALUES (1, {FORMAT}, (SELECT {} FROM {lock} WHERE id = \
                 1{known})) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, heartbeat = {now}",
                fence.epoch + 1
            )],
            Dialect::Postgres => vec![format!(
                "WITH fence AS (UPDATE {lock} SET epoch = epoch + 1, heartbeat = {now} WHERE id = 1{known} RETURNING 1) \
                 SELECT 1 / pg_catalog.count(*) AS migrate_fence FROM fence"
            )],
            Dialect::Mysql | Dialect::Mariadb => vec![
                format!(
                    "UPDATE {lock} SET epoch = epoch + 1, heartbeat = {now} WHERE id = 1{known}"
                ),
                raise_unless_changed(1),
            ],
        }
    }

    /// The fence of a further revision, when nobody else can have changed the row since the one before: what is left is the
    /// count and the time.
    pub(crate) fn fence_again(&self, fence: &Fence) -> Vec<String> {
        match self.dialect {
            Dialect::Sqlite if self.wording == Wording::Plain => vec![format!(
                "UPDATE {} SET epoch = epoch + 1, heartbeat = {} WHERE id = 1",
                self.lock,
                now(self.dialect)
            )],
            _ => self.fence(fence),
        }
    }

    /// Moves the epoch on for so many further revisions of a transaction that has raised the fence.
    pub(super) fn count_epochs(&self, revisions: usize) -> Option<String> {
        (revisions > 0).then(|| {
            format!(
                "UPDATE {} SET epoch = epoch + {revisions} WHERE id = 1",
                self.lock
            )
        })
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
        [update, raise_unless_changed(2)]
    }
}

/// Raises on MySQL and MariaDB unless the statement before has changed so many rows: one more than the largest number
/// there is, which is [an error under every `sql_mode`][overflow]. `DO` would make a warning of it, and a subquery of two
/// rows takes seven times as long.
///
/// [overflow]: https://dev.mysql.com/doc/refman/8.4/en/out-of-range-and-overflow.html
fn raise_unless_changed(rows: usize) -> String {
    format!("SET @migrate_fence = ~0 + (ROW_COUNT() <> {rows})")
}
