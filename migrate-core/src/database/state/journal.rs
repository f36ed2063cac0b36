//! How far a section that is not one transaction has come, in the row of its revision.

use super::{Rounds, StatementInFlight, Tables};
use crate::text::{Digest, RevisionId};

impl Tables {
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
}
