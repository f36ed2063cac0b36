//! Waiting for the run lock: never a blocking wait on the server, short tries with uneven pauses between.

use std::time::{Duration, Instant};

use super::backend::{Attempt, Backend, Row};
use super::engine::Deadline;
use super::error::{Error, Kind, Limit, ServerError, ServerErrorKind, Unplaced};
use super::event::{Event, Watch};
use super::state::{Holder, read_lock};
use super::who::jitter;
use crate::text::Dialect;

/// The pause between two tries at first, and after a while.
const PAUSES: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(500)];

/// How long somebody is willing to wait for others.
#[derive(Debug)]
pub(crate) struct Patience {
    limit: Duration,
    /// The end of everything, whatever the others do.
    deadline: Option<Deadline>,
    /// Since when somebody else is waited for: work of our own is no waiting.
    since: Option<Instant>,
    told: bool,
    /// The epoch last seen: when it moves, somebody is at work and the limit starts anew.
    epoch: Option<u64>,
}

impl Patience {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            limit,
            deadline: None,
            since: None,
            told: false,
            epoch: None,
        }
    }

    /// That of somebody who only looks.
    pub(crate) fn of_reader() -> Self {
        Self::new(Duration::from_secs(30))
    }

    /// The same, and not longer than until `deadline`.
    pub(crate) fn until(self, deadline: Option<Deadline>) -> Self {
        Self { deadline, ..self }
    }

    /// The others have come so far, or we have.
    pub(crate) fn seen(&mut self, epoch: u64) {
        if self.epoch.is_some_and(|known| known != epoch) {
            self.since = None;
        }
        self.epoch = Some(epoch);
    }

    /// Waits a little.
    ///
    /// # Errors
    /// When the limit is over.
    pub(crate) async fn pause(
        &mut self,
        dialect: Dialect,
        holder: Option<&Holder>,
        watch: &Watch,
    ) -> Result<(), Error> {
        let waited = self.since.get_or_insert_with(Instant::now).elapsed();
        let over = |waited, limit| {
            Err(Error::new(Kind::RunLock {
                waited,
                holder: holder.cloned(),
                dialect,
                limit,
            }))
        };
        let mut left = self.limit.saturating_sub(waited);
        if left.is_zero() {
            return over(self.limit, self.deadline.map_or(Limit::Lock, |it| it.of));
        }
        if let Some(deadline) = self.deadline {
            left = left.min(deadline.left());
            if left.is_zero() {
                return over(deadline.limit, deadline.of);
            }
        }
        if !self.told && waited > Duration::from_millis(300) {
            self.told = true;
            tracing::info!(
                target: "migrate",
                event = "waiting",
                holder = holder.map(tracing::field::display),
                "waiting for the run lock"
            );
            watch.tell(&Event::Waiting { holder, waited });
        }
        let pause = if waited < Duration::from_secs(1) {
            PAUSES[0]
        } else {
            PAUSES[1]
        };
        tokio::time::sleep(jitter(pause).min(left)).await;
        Ok(())
    }
}

/// Takes the run lock.
pub(crate) async fn acquire(
    backend: &mut dyn Backend,
    patience: &mut Patience,
    watch: &Watch,
) -> Result<(), Unplaced> {
    loop {
        if backend.try_lock().await? == Attempt::Taken {
            return Ok(());
        }
        let holder = holder(backend).await;
        patience
            .pause(backend.dialect(), holder.as_ref(), watch)
            .await?;
    }
}

/// The rows of a query outside of a transaction of ours: asked again for as long as somebody else writes.
pub(crate) async fn ask(
    backend: &mut dyn Backend,
    patience: &mut Patience,
    watch: &Watch,
    sql: String,
) -> Result<Vec<Row>, Unplaced> {
    loop {
        match backend.query(sql.clone()).await {
            Err(error) if is_contention(&error) => {
                patience.pause(backend.dialect(), None, watch).await?;
            }
            answer => return Ok(answer?),
        }
    }
}

/// The same for somebody who only looks.
pub(crate) async fn look(backend: &mut dyn Backend, sql: String) -> Result<Vec<Row>, Unplaced> {
    let mut patience = Patience::of_reader();
    ask(backend, &mut patience, &Watch::default(), sql).await
}

/// Who is recorded as the holder; unknown when it cannot be read.
pub(crate) async fn holder(backend: &mut dyn Backend) -> Option<Holder> {
    let rows = backend.query(backend.tables().select_lock()).await.ok()?;
    read_lock(rows.into_iter().next()?).ok()?.holder
}

/// Whether to wait and try again: somebody else writes.
pub(crate) fn is_contention(error: &ServerError) -> bool {
    error.kind == ServerErrorKind::Busy
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(40);

    async fn waits(patience: &mut Patience) -> Result<(), Error> {
        patience
            .pause(Dialect::Sqlite, None, &Watch::default())
            .await
    }

    #[tokio::test]
    async fn what_is_ones_own_work_is_no_waiting() {
        let mut patience = Patience::new(LIMIT);
        patience.seen(1);
        for epoch in 2..4 {
            tokio::time::sleep(LIMIT * 2).await;
            waits(&mut patience).await.expect("the first time");
            patience.seen(epoch);
        }
    }

    #[tokio::test]
    async fn it_ends_when_the_others_come_no_further() {
        let mut patience = Patience::new(LIMIT);
        loop {
            patience.seen(1);
            if let Err(error) = waits(&mut patience).await {
                assert!(error.is_run_lock(), "{error}");
                return;
            }
        }
    }
}
