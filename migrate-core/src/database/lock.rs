//! Waiting for the run lock: never a blocking wait on the server, short tries with uneven pauses between.

use std::time::{Duration, Instant};

use super::backend::{Attempt, Backend};
use super::engine::Deadline;
use super::error::{Error, Kind, Limit, ServerError, ServerErrorKind};
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
    since: Instant,
    told: bool,
    /// The epoch last seen: when it moves, the others are at work and the limit starts anew.
    epoch: Option<u64>,
}

impl Patience {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            limit,
            deadline: None,
            since: Instant::now(),
            told: false,
            epoch: None,
        }
    }

    /// The same, and not longer than until `deadline`.
    pub(crate) fn until(self, deadline: Option<Deadline>) -> Self {
        Self { deadline, ..self }
    }

    /// The others have come so far.
    pub(crate) fn seen(&mut self, epoch: u64) {
        if self.epoch.is_some_and(|known| known != epoch) {
            self.since = Instant::now();
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
        let waited = self.since.elapsed();
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
) -> Result<(), LockError> {
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

/// Who is recorded as the holder; unknown when it cannot be read.
pub(crate) async fn holder(backend: &mut dyn Backend) -> Option<Holder> {
    let rows = backend.query(backend.tables().select_lock()).await.ok()?;
    read_lock(rows.into_iter().next()?).ok()?.holder
}

/// The run lock could not be taken.
#[derive(Debug)]
pub(crate) enum LockError {
    Server(ServerError),
    Error(Error),
}

impl From<ServerError> for LockError {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

impl From<Error> for LockError {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Whether to wait and try again: somebody else writes.
pub(crate) fn is_contention(error: &ServerError) -> bool {
    error.kind == ServerErrorKind::Busy
}
