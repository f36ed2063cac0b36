//! The time that a statement may take, and the end of a run that was dropped.
//!
//! SQLite has no setting for either. While it works it calls a handler between its instructions, and the statement is
//! interrupted when the handler says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnection;

use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::report::Shown;

/// After how many instructions of its virtual machine SQLite asks: a fraction of a millisecond.
const INSTRUCTIONS: i32 = 10_000;

/// What [`Shared::until`] says when there is no limit.
const NEVER: u64 = u64::MAX;

/// Interrupts statements of one connection.
#[derive(Debug, Clone)]
pub(super) struct Watchdog {
    shared: Arc<Shared>,
    limit: Option<Duration>,
}

#[derive(Debug)]
struct Shared {
    made: Instant,
    /// When the statement has run for too long, in microseconds after `made`.
    until: AtomicU64,
    /// Whether the run was dropped.
    dropped: AtomicBool,
}

impl Watchdog {
    /// One that interrupts nothing yet.
    pub(super) fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                made: Instant::now(),
                until: AtomicU64::new(NEVER),
                dropped: AtomicBool::new(false),
            }),
            limit: None,
        }
    }

    /// Watches `connection`: no statement takes longer than `limit`.
    pub(super) async fn watch(
        &mut self,
        connection: &mut SqliteConnection,
        limit: Option<Duration>,
    ) -> Result<(), sqlx::Error> {
        self.limit = limit;
        let shared = Arc::clone(&self.shared);
        connection
            .lock_handle()
            .await?
            .set_progress_handler(INSTRUCTIONS, move || shared.goes_on());
        Ok(())
    }

    /// Leaves `connection` alone again.
    pub(super) async fn leave(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        connection.lock_handle().await?.remove_progress_handler();
        Ok(())
    }

    /// Whether there is a handler to be taken away again.
    pub(super) const fn is_watching(&self) -> bool {
        self.limit.is_some()
    }

    /// A statement begins now.
    pub(super) fn begin(&self) {
        if let Some(limit) = self.limit {
            let until = self.shared.made.elapsed() + limit;
            let until = u64::try_from(until.as_micros()).unwrap_or(NEVER);
            self.shared.until.store(until, Ordering::Relaxed);
        }
    }

    /// None is running any more.
    pub(super) fn end(&self) {
        self.shared.until.store(NEVER, Ordering::Relaxed);
    }

    /// The run is over, whatever is running: SQLite would go on without us until the statement ends.
    pub(super) fn drop_run(&self) {
        self.shared.dropped.store(true, Ordering::Relaxed);
    }

    /// Says why a statement was interrupted.
    pub(super) fn explain(&self, error: ServerError) -> ServerError {
        match self.limit {
            Some(limit) if error.code.as_deref() == Some(INTERRUPTED) => ServerError {
                kind: ServerErrorKind::StatementTimeout,
                message: format!("the statement took longer than {}", Shown(limit)),
                hint: Some(
                    "`statement` in [timeouts] of migrate.toml is how long one may take".into(),
                ),
                ..error
            },
            _ => error,
        }
    }
}

impl Shared {
    fn goes_on(&self) -> bool {
        if self.dropped.load(Ordering::Relaxed) {
            return false;
        }
        let until = self.until.load(Ordering::Relaxed);
        until == NEVER || self.made.elapsed().as_micros() < u128::from(until)
    }
}

/// What SQLite calls its answer to a handler that said no.
pub(super) const INTERRUPTED: &str = "SQLITE_INTERRUPT";
