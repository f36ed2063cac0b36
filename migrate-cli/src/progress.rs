//! What is said on stderr while a run goes on: a line for each step, and a spinner on a terminal.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use migrate_core::database::{Event, Outcome, StepReport};

use crate::output::page::{BAD, DIM, GOOD, ID, PLAIN, Piece, WARN, count, duration, piece};
use crate::output::{Output, Volume};

/// Watches one run. Clones watch the same run.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Mutex<Watched>>);

struct Watched {
    output: Output,
    bar: Option<ProgressBar>,
    finished: Vec<String>,
    at_work: Option<String>,
    waits: bool,
}

impl Progress {
    /// Has seen nothing yet.
    pub(crate) fn new(output: Output) -> Self {
        Self(Arc::new(Mutex::new(Watched {
            output,
            bar: None,
            finished: vec![],
            at_work: None,
            waits: false,
        })))
    }

    /// Takes note of an event.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        self.watched().tell(event);
    }

    /// Removes what is drawn.
    pub(crate) fn end(&self) {
        if let Some(bar) = self.watched().bar.take() {
            bar.finish_and_clear();
        }
    }

    /// The revisions that were finished, and the one at work.
    pub(crate) fn seen(&self) -> (Vec<String>, Option<String>) {
        let watched = self.watched();
        (watched.finished.clone(), watched.at_work.clone())
    }

    /// A panic elsewhere must not become a second one here.
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Waiting { holder, waited, .. } => {
                let who = holder.map_or_else(|| "another run".to_owned(), ToString::to_string);
                if !self.waits {
                    self.waits = true;
                    self.say(
                        &piece(WARN, "waiting")
                            .and(PLAIN, format!(" for the run lock: {who} holds it")),
                    );
                }
                self.spin(format!("waiting for the run lock, {}", duration(*waited)));
            }
            Event::StepBegins {
                step, number, of, ..
            } => {
                self.at_work = Some(step.revision.clone());
                self.spin(format!(
                    "{number}/{of}  {} {}  {}",
                    step.action.name(),
                    step.revision,
                    step.message
                ));
            }
            Event::StatementBegins {
                revision,
                number,
                of,
                ..
            } => {
                self.spin(format!("{revision}: statement {number} of {of}"));
            }
            Event::StepEnds {
                step, number, of, ..
            } => {
                self.at_work = None;
                if matches!(step.outcome, Outcome::Finished | Outcome::Recovered) {
                    self.finished.push(step.revision.clone());
                }
                self.say(&line(step, *number, *of));
            }
            Event::Retrying {
                revision, reason, ..
            } => {
                self.say(&piece(WARN, "retrying").and(PLAIN, format!(" {revision}: {reason}")));
            }
            Event::Warning { message, .. } => {
                self.say(&piece(WARN, "warning").and(PLAIN, format!(": {message}")))
            }
            _ => {}
        }
    }

    /// A line that stays.
    fn say(&self, line: &Piece) {
        let print = || {
            self.output.note(|page| {
                page.line(line.clone());
            });
        };
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// A line that is replaced by the next; only on a terminal.
    fn spin(&mut self, text: String) {
        if self.output.volume == Volume::Quiet || !std::io::stderr().is_terminal() {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        bar.set_message(crate::output::page::printable(&text));
    }
}

/// `[ 3/12] upgrade 5cd038a8f131  add email to users  12 ms`
pub(crate) fn line(step: &StepReport, number: usize, of: usize) -> Piece {
    let width = of.to_string().len();
    let mut line = piece(DIM, format!("[{number:>width$}/{of}] "))
        .and(PLAIN, step.action.name())
        .and(PLAIN, " ")
        .and(ID, &step.revision);
    if !step.message.is_empty() {
        line = line.and(PLAIN, "  ").and(PLAIN, &step.message);
    }
    let time = format!("  {}", duration(step.duration));
    match step.outcome {
        Outcome::Pending => line,
        Outcome::Finished => line.and(DIM, time),
        Outcome::Recovered => line.and(GOOD, "  recovered").and(DIM, time),
        Outcome::Failed => line.and(BAD, "  failed"),
        Outcome::Unknown => line.and(BAD, "  outcome unknown"),
        Outcome::RolledBack => line.and(WARN, "  rolled back"),
        _ => line,
    }
}

/// What is to be said when a run was stopped from outside.
pub(crate) fn stopped(progress: &Progress) -> (String, String) {
    let (finished, at_work) = progress.seen();
    let done = if finished.is_empty() {
        "nothing was committed".to_owned()
    } else {
        format!(
            "committed: {} ({})",
            finished.join(", "),
            count(finished.len(), "revision")
        )
    };
    let open = match at_work {
        Some(revision) => format!(
            "{revision} was at work: what it had not committed is rolled back; where the server had it already, it may \
             still finish"
        ),
        None => "no revision was at work".to_owned(),
    };
    (done, open)
}
