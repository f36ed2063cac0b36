//! A section that is one transaction and takes several messages: up to the data of each `COPY`, up to each Rust step.

use super::message::{Message, Part, at_fence};
use super::transactional::{self, Bounds, Surroundings, roll_back, step_error};
use super::{Kept, Source, StepError, Work, call};
use crate::database::backend::Backend;
use crate::database::error::{ServerError, ServerErrorKind};
use crate::text::sql::StatementKind;

/// What has failed, laid at its door. Nothing is taken back yet.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: ServerError,
    pub(crate) part: Part,
    pub(crate) offset: Option<usize>,
}

impl Failed {
    /// Something of ours has failed.
    pub(crate) const fn ours(error: ServerError) -> Self {
        Self {
            error,
            part: Part::Ours,
            offset: None,
        }
    }

    /// Takes back what the section has done so far.
    pub(crate) async fn abandon<B: Backend + ?Sized>(
        self,
        backend: &mut B,
        work: &Work<'_>,
        bounds: Bounds,
    ) -> StepError {
        let Self {
            error,
            part,
            offset,
        } = self;
        let kept = match (bounds, error.kind) {
            (_, ServerErrorKind::Disconnected) => Kept::Unknown,
            // By whoever holds it.
            (Bounds::Held, _) => Kept::Nothing,
            (Bounds::Sent, _) => roll_back(backend, work, &error).await,
        };
        step_error(work, error, part, offset, kept)
    }
}

/// The whole section, between the ends of its transaction.
pub(crate) async fn run<B: Backend + ?Sized>(
    backend: &mut B,
    work: &Work<'_>,
    source: &Source<'_>,
    around: &Surroundings,
) -> Result<(), Failed> {
    let mut message = Message::new();
    transactional::open(&mut message, backend.tables(), work, around);
    let mut message = statements(backend, work, source, message).await?;
    transactional::finish(&mut message, backend.tables(), work, around);
    send(backend, message).await
}

/// Ends a transaction that the driver holds, as the section in it has come out.
pub(crate) async fn settle<D: sqlx::Database>(
    held: sqlx::Transaction<'_, D>,
    outcome: Result<(), Failed>,
    translate: fn(sqlx::Error, usize) -> ServerError,
) -> Result<(), Failed> {
    match outcome {
        Ok(()) => held
            .commit()
            .await
            .map_err(|error| Failed::ours(translate(error, 0))),
        Err(failed) => {
            // The error that counts is the first one.
            let _ = held.rollback().await;
            Err(failed)
        }
    }
}

/// Sends a message, if there is anything in it.
pub(crate) async fn send<B: Backend + ?Sized>(
    backend: &mut B,
    message: Message,
) -> Result<(), Failed> {
    if message.is_empty() {
        return Ok(());
    }
    let sql = message.sql();
    let sent = backend.execute(sql.clone()).await;
    sent.map(drop).map_err(|error| {
        let place = message.place(&sql, &error);
        Failed {
            error: at_fence(error, place),
            part: place.part,
            offset: place.offset,
        }
    })
}

/// Adds the statements of a section to `message`, and sends what stands before each part that is no statement for a
/// message. What it returns is not sent yet.
pub(crate) async fn statements<B: Backend + ?Sized>(
    backend: &mut B,
    work: &Work<'_>,
    source: &Source<'_>,
    mut message: Message,
) -> Result<Message, Failed> {
    let statements = source.script.statements.iter().enumerate();
    for (number, statement) in statements.skip(source.from) {
        if let StatementKind::Rust(name) = &statement.kind {
            message.ours(call::OPEN);
            send(backend, std::mem::take(&mut message)).await?;
            call::inside(backend, work, name, number).await?;
        } else if statement.copy_data.is_some() {
            send(backend, std::mem::take(&mut message)).await?;
            if let Err(error) = backend.copy(source, number).await {
                let offset = error.position.map(|position| position.saturating_sub(1));
                return Err(Failed {
                    error,
                    part: Part::Statement(number),
                    offset,
                });
            }
        } else {
            message.statement(source, number);
        }
    }
    Ok(message)
}

impl Source<'_> {
    /// The name of the Rust step that the statement with this number is.
    pub(crate) fn call(&self, number: usize) -> Option<&str> {
        match &self.script.statements[number].kind {
            StatementKind::Rust(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it has Rust steps.
    pub(crate) fn has_calls(&self) -> bool {
        (0..self.statement_count()).any(|number| self.call(number).is_some())
    }

    /// Whether it takes several messages.
    pub(crate) fn has_parts(&self) -> bool {
        let mut statements = self.script.statements.iter();
        self.has_calls() || statements.any(|statement| statement.copy_data.is_some())
    }
}
