//! Down sections that were changed since they were recorded, by `lock --amend`: recorded anew by the next upgrade.
//!
//! What was applied is as it was, only the way back is another one. An older release must not undo this, so a set that
//! does not know everything that is applied leaves the rows alone.

use super::{Engine, Ownership, Progress};
use crate::database::error::Error;
use crate::database::recorded::Comparison;
use crate::database::run::Verb;
use crate::database::section::recorded;
use crate::database::state::DownSection;
use crate::text::revision::Direction;

impl Engine<'_> {
    /// Records them anew, in one transaction. Called when the run has something to do.
    pub(super) async fn renew_downs(&mut self, found: &Comparison) -> Result<Progress, Error> {
        let upgrades = matches!(self.task.verb, Verb::Upgrade(_) | Verb::AllHeads);
        if !upgrades
            || self.ownership == Ownership::Caller
            || !found.unknown.is_empty()
            || !found.differing.is_empty()
        {
            return Ok(Progress::Finished);
        }
        let tables = self.backend.tables();
        let (mut statements, mut renewed) = (Vec::new(), Vec::new());
        for row in self.recorded.applied() {
            let Some(index) = self.set.graph().index(row.revision.as_str()) else {
                continue;
            };
            let digest = self.set.digest(index, Direction::Down, self.dialect);
            if digest == row.down_digest {
                continue;
            }
            let section = self
                .migrations
                .section(index, Direction::Down, self.dialect)?;
            let text = section.as_ref().map(recorded);
            let mut record = row.clone();
            record.down_digest = digest;
            statements.push(tables.renew(&record, DownSection::Now(text.as_deref())));
            renewed.push(record);
        }
        if renewed.is_empty() {
            return Ok(Progress::Finished);
        }
        if self.write(statements).await? == Progress::Overtaken {
            return Ok(Progress::Overtaken);
        }
        for record in renewed {
            self.warn(format!(
                "the down section of {} was changed since it was applied; it is recorded anew",
                record.revision
            ));
            self.recorded.replace(record);
        }
        Ok(Progress::Finished)
    }
}
