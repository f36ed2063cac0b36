//! Several sections in one message: each its own transaction, or all of them one.
//!
//! What is saved is what lies between two messages: a round trip to a server, and the change between the threads of
//! sqlx and ours for every statement on SQLite. Whether all went well is all that is heard of it. After an error the
//! rows say what has been committed, and the rest is sent one by one.

use super::Work;
use super::message::Message;
use super::transactional;
use crate::database::backend::{Backend, InARow, Pending};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::state::Tables;
use crate::text::Dialect;
use crate::text::revision::Direction;

/// Whose transactions they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transactions {
    /// Each section has its own.
    Each,
    /// One for all of them.
    Whole,
}

/// Runs the sections, and says by how much the epoch has moved. On an error nothing is left open.
pub(crate) fn run<'a, B: Backend + ?Sized>(
    backend: &'a mut B,
    works: &'a [Work<'a>],
    transactions: Transactions,
) -> Pending<'a, Result<u64, ServerError>> {
    Box::pin(async move {
        let in_a_row = match transactions {
            Transactions::Each => backend.in_a_row().await?,
            Transactions::Whole => None,
        };
        // Between two transactions in a row the file stays ours.
        let between = if in_a_row.is_some() {
            Between::Nobody
        } else {
            Between::Others
        };
        let (begin, tables) = (backend.begin(), backend.tables());
        let mut sql = match &in_a_row {
            Some(InARow { before, .. }) => format!("{before};\n"),
            None => String::new(),
        };
        sql.push_str(&match transactions {
            Transactions::Each => each(tables, works, begin, between),
            Transactions::Whole => format!("{begin};\n{}", whole(tables, works).take().0),
        });
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
        // A fence each.
        outcome.map(|()| works.len() as u64)
    })
}

/// Whether somebody else may have been at work since the fence of the section before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Others,
    Nobody,
}

/// The sections, each a transaction; the last is left open.
fn each(tables: &Tables, works: &[Work<'_>], begin: &'static str, between: Between) -> String {
    let sections = works.iter().enumerate().map(|(place, work)| {
        let mut message = Message::new();
        let since = if place == 0 { Between::Others } else { between };
        section(&mut message, tables, work, since);
        format!("{begin};\n{}", message.take().0)
    });
    sections.collect::<Vec<_>>().join("COMMIT;\n")
}

/// A section between the ends of its transaction.
fn section(message: &mut Message, tables: &Tables, work: &Work<'_>, since: Between) {
    match since {
        Between::Others => message.fence(tables, work),
        Between::Nobody => message.fence_again(tables, work),
    }
    transactional::statements(message, work);
    message.extend(tables.finish(work));
}

/// The sections as one transaction, between its ends.
fn whole(tables: &Tables, works: &[Work<'_>]) -> Message {
    let mut message = Message::new();
    if tables.dialect == Dialect::Sqlite && works.iter().all(|work| work.direction == Direction::Up)
    {
        applied_at_once(&mut message, tables, works);
        return message;
    }
    let mut since = Between::Others;
    for work in works {
        section(&mut message, tables, work, since);
        since = Between::Nobody;
    }
    message
}

/// What has to be said of each is said at once at the end: nobody sees it before.
fn applied_at_once(message: &mut Message, tables: &Tables, works: &[Work<'_>]) {
    let Some(first) = works.first() else {
        return;
    };
    message.fence(tables, first);
    message.extend(tables.note_moments());
    for work in works {
        transactional::statements(message, work);
        message.extend([tables.note_moment()]);
    }
    message.extend(tables.applied_at_once(works));
}
