//! Several sections in one message: each its own transaction, or all of them one.
//!
//! What is saved is what lies between two messages: a round trip to a server, and the change between the threads of
//! sqlx and ours for every statement on SQLite. Whether all went well is all that is heard of it. After an error the
//! rows say what has been committed, and the rest is sent one by one.

use super::Work;
use super::transactional::{self, Bounds, Surroundings};
use crate::database::backend::{Backend, InARow, Pending};
use crate::database::error::{ServerError, ServerErrorKind};

/// Whose transactions they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transactions {
    /// Each section has its own.
    Each,
    /// One for all of them.
    Whole,
}

/// Runs the sections. On an error nothing is left open.
pub(crate) fn run<'a>(
    backend: &'a mut dyn Backend,
    works: &'a [Work<'a>],
    transactions: Transactions,
) -> Pending<'a, Result<(), ServerError>> {
    Box::pin(async move {
        let mut around = Surroundings {
            begin: backend.begin(),
            reset: Vec::new(),
            bounds: Bounds::Held,
        };
        let (between, in_a_row) = match transactions {
            Transactions::Each => (
                format!("COMMIT;\n{};\n", around.begin),
                backend.in_a_row().await?,
            ),
            Transactions::Whole => (String::new(), None),
        };
        let mut sql = String::new();
        if let Some(InARow { before, .. }) = &in_a_row {
            sql.push_str(before);
            sql.push_str(";\n");
        }
        sql.push_str(around.begin);
        sql.push_str(";\n");
        for (place, work) in works.iter().enumerate() {
            if place > 0 {
                sql.push_str(&between);
                if transactions == Transactions::Whole {
                    around.bounds = Bounds::Shared;
                }
            }
            let (section, _) = transactional::message(backend.tables(), work, &around).take();
            sql.push_str(&section);
        }
        let mut outcome = backend.execute_and_commit(sql).await;
        if let Err(error) = &outcome
            && error.kind != ServerErrorKind::Disconnected
        {
            // The error may have ended the transaction already; then there is none to roll back.
            let _ = backend.execute("ROLLBACK".to_owned()).await;
        }
        if let Some(InARow { after, .. }) = in_a_row {
            let ended = backend.execute(after).await;
            outcome = outcome.and(ended.map(drop));
        }
        outcome
    })
}
