//! The heartbeat of a section that is not one transaction.
//!
//! A file has no run lock that outlives a transaction. What tells other runners that such a section is still at work is
//! the lock of the file while a statement of it writes, and between those the time in the lock row, which moves as long
//! as the process lives. It is written through a connection of its own, opened for each beat: one that stayed open would
//! keep the section from changing the journal mode.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;

use crate::text::Dialect;
use crate::text::sql::tokenize;

/// How often the time is written.
pub(super) const EVERY: Duration = Duration::from_secs(1);

/// How long a beat waits for another writer: who writes is seen to be alive by that.
const PATIENCE: Duration = Duration::from_millis(50);

/// A heart that beats until it is dropped.
pub(super) struct Heart {
    beating: Arc<Mutex<()>>,
    task: JoinHandle<()>,
}

impl Heart {
    /// Runs `sql` on a connection of its own every so often, first after one such time: what has just begun is known to
    /// be alive.
    pub(super) fn start(options: &SqliteConnectOptions, sql: String, every: Duration) -> Self {
        let options = options
            .clone()
            .create_if_missing(false)
            .busy_timeout(PATIENCE)
            .disable_statement_logging();
        let beating = Arc::new(Mutex::new(()));
        let quiet = Arc::clone(&beating);
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                let _beating = quiet.lock().await;
                if let Err(error) = beat(&options, &sql).await {
                    // Most often the file is locked, and that is as good.
                    tracing::debug!(%error, "no heartbeat");
                }
            }
        });
        Self { beating, task }
    }

    /// No beat until the guard is dropped, and none under way: a beat in the middle of somebody's own transaction could
    /// make that fail.
    pub(super) async fn hold(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.beating).lock_owned().await
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether a beat does no harm while this message runs. Only a statement that takes long without being a transaction of
/// ours can need one: a vacuum into another file.
pub(super) fn may_beat_during(sql: &str) -> bool {
    first_word(sql).eq_ignore_ascii_case("VACUUM")
}

fn first_word(sql: &str) -> &str {
    let mut tokens = tokenize(sql, Dialect::Sqlite);
    tokens
        .find(|token| !token.kind.is_trivia())
        .map_or("", |token| &sql[token.range])
}

async fn beat(options: &SqliteConnectOptions, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    let beaten = sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await;
    connection.close().await?;
    beaten.map(drop)
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqlitePool;

    use super::*;

    async fn beats(pool: &SqlitePool) -> i64 {
        sqlx::query_scalar("SELECT n FROM heart")
            .fetch_one(pool)
            .await
            .expect("a count")
    }

    async fn until_more(pool: &SqlitePool, than: i64) -> i64 {
        loop {
            let now = beats(pool).await;
            if now > than {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    #[tokio::test]
    async fn it_beats_until_it_is_dropped_and_not_while_it_is_held() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("app.db"))
            .create_if_missing(true);
        let pool = SqlitePool::connect_with(options.clone())
            .await
            .expect("a file");
        for sql in [
            "CREATE TABLE heart (n INTEGER)",
            "INSERT INTO heart VALUES (0)",
        ] {
            sqlx::query(sql).execute(&pool).await.expect(sql);
        }
        let heart = Heart::start(
            &options,
            "UPDATE heart SET n = n + 1".to_owned(),
            Duration::from_millis(5),
        );
        let first = until_more(&pool, 0).await;
        until_more(&pool, first).await;
        let quiet = heart.hold().await;
        let held = beats(&pool).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(beats(&pool).await, held, "held");
        drop(quiet);
        until_more(&pool, held).await;
        let beating = heart.hold().await;
        drop(heart);
        drop(beating);
        let last = beats(&pool).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(beats(&pool).await, last, "dropped");
    }
}
