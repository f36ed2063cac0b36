//! What a start-up says: fixed lines with fixed fields, to whoever listens.
//!
//! The lines and their fields are a promise: `docs/production.md` lists them, and people alert on them. They are events
//! of `tracing` with the target `migrate`. Where no subscriber has been set they go to stderr, so that a container whose
//! application logs nothing still tells why it does not start.

use std::fmt::Display;
use std::io::Write as _;
use std::time::Duration;

use super::switch::{Position, Switch};
use crate::database::error::Error;
use crate::database::event::{Event, Watch};
use crate::database::report::{Outcome, Report, Shown, whole_ms};
use crate::database::target::Database;

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// The subscriber of `tracing`, if there is one; and the caller's own function.
    Subscriber,
    /// Nobody listens: stderr.
    Stderr,
}

impl Audience {
    /// Those who listen to a run that `watch` is told of.
    pub(super) fn of(watch: &Watch) -> Self {
        if watch.is_none() && !tracing::dispatcher::has_been_set() {
            Self::Stderr
        } else {
            Self::Subscriber
        }
    }

    /// What is told of the events of the run.
    pub(super) fn watch(self, watch: &Watch) -> Watch {
        match self {
            Self::Subscriber => watch.clone(),
            Self::Stderr => Watch::new(print),
        }
    }

    pub(super) fn begins(self, database: &Database, switch: &Switch, limit: Duration) {
        let auto = switch.position == Position::On;
        let message = if auto {
            "running database migrations"
        } else {
            "looking for pending database migrations"
        };
        tracing::info!(
            target: "migrate",
            event = "start",
            %database,
            auto,
            switch = %switch,
            limit_ms = whole_ms(limit),
            "{message}"
        );
        self.line(format_args!("{message} on {database} ({switch})"));
    }

    pub(super) fn ends(self, database: &Database, report: &Report, outcome: &Result<(), Error>) {
        let finished = |outcome| matches!(outcome, Outcome::Finished | Outcome::Recovered);
        let revisions = report
            .steps
            .iter()
            .filter(|step| finished(step.outcome))
            .count();
        let duration_ms = whole_ms(report.duration);
        let heads = if report.heads.is_empty() {
            "base".to_owned()
        } else {
            report.heads.join(", ")
        };
        match outcome {
            Ok(()) => {
                let message = "database migrations completed";
                tracing::info!(
                    target: "migrate",
                    event = "success",
                    %database,
                    revisions,
                    heads,
                    pending = report.pending.len(),
                    duration_ms,
                    "{message}"
                );
                let done = match revisions {
                    0 => "nothing was run".to_owned(),
                    1 => format!("1 revision in {}", Shown(report.duration)),
                    count => format!("{count} revisions in {}", Shown(report.duration)),
                };
                self.line(format_args!("{message}: {done}, at {heads}"));
            }
            Err(error) => {
                let message = "database migrations failed";
                tracing::error!(
                    target: "migrate",
                    event = "failure",
                    %database,
                    class = error.class().name(),
                    revisions,
                    heads,
                    duration_ms,
                    %error,
                    "{message}"
                );
                self.line(format_args!("{message}: {error}"));
            }
        }
    }

    fn line(self, text: impl Display) {
        if self == Self::Stderr {
            say(text);
        }
    }
}

/// The events of a run as lines on stderr.
fn print(event: &Event<'_>) {
    match event {
        Event::Unreachable { reason } => {
            say(format_args!("waiting for the database: {reason}"));
        }
        Event::Waiting { holder, .. } => {
            let who = holder.map_or_else(|| "another run".to_owned(), ToString::to_string);
            say(format_args!("waiting for the run lock: {who} holds it"));
        }
        Event::StepEnds { step, .. } => say(step),
        Event::Retrying { revision, reason } => {
            say(format_args!("trying {revision} again: {reason}"));
        }
        Event::Warning { message } => say(format_args!("warning: {message}")),
        _ => {}
    }
}

/// One line; that stderr is closed stops nothing.
fn say(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "migrate: {text}");
}
