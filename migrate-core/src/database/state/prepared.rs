//! What every upgrade says, prepared once in a session: reading and planning it anew would cost more than running it.
//!
//! PostgreSQL only. The names are called within the message of a revision, so nothing changes in what is sent when.
//! SQLite forgets its prepared statements with every change of the schema.

use super::literal::{join, now};
use super::tables::Tables;
use super::{Fence, Record};
use crate::database::execute::Work;
use crate::text::{Dialect, RevisionId};

const FENCE: &str = "_migrate_fence";
const UNHEAD: &str = "_migrate_unhead";
const APPLY: &str = "_migrate_apply";

impl Tables {
    /// The statements that prepare.
    pub(crate) fn prepare(&self) -> Vec<String> {
        let Self {
            state, log, lock, ..
        } = self;
        let now = now(Dialect::Postgres);
        vec![
            format!(
                "PREPARE {FENCE} (pg_catalog.int8, pg_catalog.text) AS WITH fence AS (UPDATE {lock} SET epoch = epoch + 1, \
                 heartbeat = {now} WHERE id = 1 AND epoch = $1 AND holder = $2 RETURNING 1) SELECT 1 / pg_catalog.count(*) FROM \
                 fence"
            ),
            format!(
                "PREPARE {UNHEAD} (pg_catalog.text) AS UPDATE {state} SET is_head = false WHERE revision = $1"
            ),
            format!(
                "PREPARE {APPLY} (pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, \
                 pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.int8, pg_catalog.text, pg_catalog.text, \
                 pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) AS WITH row AS (INSERT INTO {state} \
                 (revision, parents, depends_on, message, digest, down_digest, chain, is_head, state, origin, statement_no, \
                 compatible, started_at, finished_at, duration_us, who, tool, down_section) SELECT $1, $2, $3, $4, $5, $6, $7, \
                 $8, 'applied', 'run', $9, $10, heartbeat, {now}, (extract(epoch FROM {now} - heartbeat) * \
                 1000000)::pg_catalog.int8, $11, $12, $13 FROM {lock} WHERE id = 1 RETURNING *) INSERT INTO {log} (revision, \
                 action, outcome, digest, started_at, finished_at, duration_us, statements, run, who, host, tool) SELECT \
                 revision, 'upgrade', 'finished', digest, started_at, finished_at, duration_us, $9, $14, who, $15, tool FROM row"
            ),
        ]
    }

    pub(super) fn prepared_fence(&self, fence: &Fence) -> Option<String> {
        let holder = fence.holder.as_deref()?;
        Some(format!(
            "EXECUTE {FENCE} ({}, {})",
            fence.epoch,
            self.literal(holder)
        ))
    }

    pub(super) fn prepared_unhead(&self, id: &RevisionId) -> String {
        format!("EXECUTE {UNHEAD} ({})", self.literal(id.as_str()))
    }

    /// The row of a revision that was applied by this run, and its row of the log.
    pub(super) fn prepared_apply(&self, work: &Work<'_>) -> String {
        let record: &Record = &work.record;
        let text = |text: &str| self.literal(text);
        let join = |ids: &[RevisionId]| text(&self::join(ids));
        let values = [
            text(record.revision.as_str()),
            join(&record.parents),
            join(&record.depends_on),
            text(&record.message),
            text(&record.digest.to_string()),
            text(&record.down_digest.to_string()),
            text(&record.chain.to_string()),
            record.is_head.to_string(),
            record.journal.statement_no.to_string(),
            text(record.compatible.name()),
            text(&record.who),
            text(&record.tool),
            work.down_section
                .as_deref()
                .map_or_else(|| "NULL".to_owned(), text),
            text(&work.holder.run),
            text(&work.holder.host),
        ];
        format!("EXECUTE {APPLY} ({})", values.join(", "))
    }
}
