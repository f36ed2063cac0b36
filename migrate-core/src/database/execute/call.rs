//! Calling a Rust step.

use std::time::Instant;

use super::message::Part;
use super::parts::Failed;
use super::{Source, Work};
use crate::database::backend::{Backend, Effect, Lent};
use crate::database::error::{ServerError, ServerErrorKind};
use crate::database::step::{Step, StepError};
use crate::text::Dialect;
use crate::text::sql::DirectiveKind;

/// The savepoint around a call inside a transaction. It is gone afterwards when the step has ended the transaction.
pub(crate) const OPEN: &str = "SAVEPOINT migrate_step";
/// Lets go of it.
pub(crate) const CLOSE: &str = "RELEASE SAVEPOINT migrate_step";

impl Source<'_> {
    /// What can be said of a Rust step that was interrupted: `None` when the statement is none.
    pub(crate) fn effect_of_call(&self, number: usize) -> Option<Effect> {
        self.call(number)?;
        let directives = &self.script.statements[number].directives;
        let repeatable = directives
            .iter()
            .any(|directive| directive.kind == DirectiveKind::Repeatable);
        Some(if repeatable {
            Effect::NotHappened
        } else {
            Effect::Unknown("what a Rust step has done, only the application knows".to_owned())
        })
    }
}

/// Calls the function `name`, statement `number` of the section, inside the transaction of the section, where
/// [`OPEN`] was the last statement.
pub(crate) async fn inside<B: Backend + ?Sized>(
    backend: &mut B,
    work: &Work<'_>,
    name: &str,
    number: usize,
) -> Result<(), Failed> {
    let dialect = backend.dialect();
    let lent = backend.lend().map_err(|error| failed(error, number))?;
    call(lent, dialect, work, name, number).await?;
    let Err(error) = backend.execute(CLOSE.to_owned()).await else {
        return Ok(());
    };
    if !is_gone(dialect, &error) {
        return Err(failed(broken(name, error), number));
    }
    let message = format!("the Rust step {name} has ended the transaction of its revision");
    let error = ServerError {
        detail: Some(
            "if it was a COMMIT, what the section has done until then stays, and the revision is not recorded".into(),
        ),
        hint: Some(
            "take COMMIT and ROLLBACK out of the step, or let the marker say `transaction:false`; `begin()` of sqlx makes a \
             savepoint"
                .into(),
        ),
        ..ServerError::new(ServerErrorKind::Other, message)
    };
    Err(failed(error, number))
}

/// Calls the function. Whether a transaction is open around it is the caller's business.
pub(crate) async fn call(
    lent: Lent<'_>,
    dialect: Dialect,
    work: &Work<'_>,
    name: &str,
    number: usize,
) -> Result<(), Failed> {
    let translate = lent.translator();
    let mut step = Step {
        lent,
        name,
        revision: work.record.revision.as_str(),
        direction: work.direction,
        dialect,
        context: &work.context,
        watch: work.watch.clone(),
        begun: Instant::now(),
    };
    tracing::debug!(name, "Rust step");
    let Some(running) = work.steps.call(name, &mut step) else {
        // Such a plan is refused before anything is run; this is for whoever comes here without one.
        let message = format!("there is no function for the Rust step {name}");
        return Err(failed(
            ServerError::new(ServerErrorKind::Config, message),
            number,
        ));
    };
    running
        .await
        .map_err(|error| failed(told(name, error, translate), number))
}

/// Ends a transaction that a step outside of transactions has left open, and says whether there was one.
pub(crate) async fn was_left_open<B: Backend + ?Sized>(backend: &mut B) -> bool {
    // PostgreSQL and MySQL do not mind a ROLLBACK without a transaction; SQLite does, and PostgreSQL minds a savepoint.
    let open = match backend.dialect() {
        Dialect::Postgres => backend.execute(OPEN.to_owned()).await.is_ok(),
        Dialect::Sqlite | Dialect::Mysql | Dialect::Mariadb => false,
    };
    let ended = backend.execute("ROLLBACK".to_owned()).await.is_ok();
    open || ended && backend.dialect() == Dialect::Sqlite
}

/// The error of a step that has left a transaction open.
pub(crate) fn left_open(name: &str, number: usize) -> Failed {
    let message = format!("the Rust step {name} has left a transaction open; it was rolled back");
    let error = ServerError {
        hint: Some("commit it before the step ends".into()),
        ..ServerError::new(ServerErrorKind::Other, message)
    };
    failed(error, number)
}

/// The error of a step outside of transactions. Part of its work may be committed, so it is not called again by itself.
pub(crate) fn outside(error: ServerError) -> ServerError {
    let kind = match error.kind {
        ServerErrorKind::Busy | ServerErrorKind::LockTimeout => ServerErrorKind::Other,
        kind => kind,
    };
    let hint = error.hint.or(Some(
        "what it has committed itself stays; the next run calls it again".into(),
    ));
    ServerError {
        kind,
        hint,
        ..error
    }
}

/// The savepoint cannot be released, although it is there.
fn broken(name: &str, error: ServerError) -> ServerError {
    ServerError {
        message: format!("after the Rust step {name}: {}", error.message),
        hint: Some(
            "an error that the step has caught has broken the transaction; a savepoint (`begin()`) around what may fail \
             keeps it"
                .into(),
        ),
        position: None,
        ..error
    }
}

/// Whether the server says that there is no such savepoint, or no transaction at all.
pub(crate) fn is_gone(dialect: Dialect, error: &ServerError) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    match dialect {
        Dialect::Sqlite => error.message.starts_with("no such savepoint"),
        Dialect::Postgres => matches!(code, "3B001" | "25P01"),
        Dialect::Mysql | Dialect::Mariadb => code.starts_with("1305"),
    }
}

/// An error of the statement with this number.
pub(crate) const fn failed(error: ServerError, number: usize) -> Failed {
    Failed {
        error,
        part: Part::Statement(number),
        offset: Some(0),
    }
}

/// What a step says it has failed with. An error of sqlx keeps its kind, so that a lock that could not be had is waited
/// for as everywhere else.
fn told(
    name: &str,
    error: StepError,
    translate: fn(sqlx::Error, usize) -> ServerError,
) -> ServerError {
    let text = chain(&*error);
    let said = match error.downcast::<sqlx::Error>() {
        Ok(error) => translate(*error, 0),
        Err(_) => ServerError::new(ServerErrorKind::Other, ""),
    };
    // A table that is missing is the step's business, and none of the state tables.
    let kind = match said.kind {
        ServerErrorKind::Busy
        | ServerErrorKind::LockTimeout
        | ServerErrorKind::StatementTimeout
        | ServerErrorKind::Disconnected => said.kind,
        _ => ServerErrorKind::Other,
    };
    ServerError {
        kind,
        message: format!("the Rust step {name} has failed: {text}"),
        position: None,
        ..said
    }
}

/// The error and what is behind it, as far as that says something new.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}
