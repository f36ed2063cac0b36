//! What is said on stderr while a run goes on: a line for each step, and a spinner on a terminal.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use migrate_core::database::{Event, Outcome, RowCount, StepReport};

use crate::output::page::{
    BAD, BOLD, DIM, GOOD, ID, PLAIN, Piece, WARN, bytes, count, duration, piece, printable,
};
use crate::output::{Output, Volume};

/// Watches one run. Clones watch the same run.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Mutex<Watched>>);

struct Watched {
    output: Output,
    /// What goes on, since when; drawn only when it lasts.
    now: Option<(String, Instant)>,
    bar: Option<ProgressBar>,
    /// Whether a thread draws; `None` where nothing is drawn.
    drawing: Option<Drawing>,
    finished: Vec<String>,
    at_work: Option<String>,
    waits: bool,
    /// When a line was last printed about something that goes on.
    said: Instant,
}

/// Whether the thread that draws was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drawing {
    NotYet,
    Begun,
}

/// So long something must last to be drawn: what is faster would only flicker.
const PATIENCE: Duration = Duration::from_millis(200);

/// How long nothing is said of something that goes on, where nothing is drawn.
const SILENCE: Duration = Duration::from_secs(10);

impl Progress {
    /// Has seen nothing yet.
    pub(crate) fn new(output: Output) -> Self {
        let draws = output.volume > Volume::Quiet && std::io::stderr().is_terminal();
        Self(Arc::new(Mutex::new(Watched {
            output,
            now: None,
            bar: None,
            drawing: draws.then_some(Drawing::NotYet),
            finished: vec![],
            at_work: None,
            waits: false,
            said: Instant::now(),
        })))
    }

    /// Takes note of an event.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        let mut watched = self.watched();
        watched.tell(event);
        if watched.now.is_some() && watched.drawing == Some(Drawing::NotYet) {
            watched.drawing = Some(Drawing::Begun);
            let drawn = Arc::downgrade(&self.0);
            std::thread::spawn(move || draw(&drawn));
        }
    }

    /// Removes what is drawn; nothing is drawn any more.
    pub(crate) fn end(&self) {
        let mut watched = self.watched();
        watched.drawing = None;
        watched.clear();
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

/// Draws from time to time what goes on, until the run is over.
fn draw(watched: &Weak<Mutex<Watched>>) {
    loop {
        std::thread::sleep(PATIENCE / 2);
        let Some(watched) = watched.upgrade() else {
            return;
        };
        let mut watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.drawing.is_none() {
            return;
        }
        watched.draw();
    }
}

impl Watched {
    fn draw(&mut self) {
        let Some((text, since)) = self
            .now
            .as_ref()
            .filter(|(_, since)| since.elapsed() >= PATIENCE)
        else {
            return;
        };
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_message(format!("{text}  {} s", since.elapsed().as_secs()));
        bar.tick();
    }

    /// Removes what is drawn; something else goes on from now, or nothing.
    fn clear(&mut self) {
        self.now = None;
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// What goes on from now on.
    fn begin(&mut self, text: String) {
        self.clear();
        self.now = Some((printable(&text), Instant::now()));
    }

    /// How far something has come that has begun before. Where nothing is drawn, such as in the log of a CI job, a line
    /// says it from time to time.
    fn goes_on(&mut self, text: &str) {
        if let Some((now, _)) = &mut self.now {
            *now = printable(text);
        }
        if self.drawing.is_none() && self.said.elapsed() >= SILENCE {
            self.said = Instant::now();
            self.say(&piece(DIM, text));
        }
    }

    fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Waiting { holder, .. } => {
                let who = holder.map_or_else(|| "another run".to_owned(), ToString::to_string);
                if !self.waits {
                    self.waits = true;
                    self.say(
                        &piece(WARN, "waiting")
                            .and(PLAIN, format!(" for the run lock: {who} holds it")),
                    );
                }
                if self.now.is_none() {
                    self.begin("waiting for the run lock".to_owned());
                }
            }
            Event::Unreachable { reason, .. } => {
                self.say(
                    &piece(WARN, "waiting").and(PLAIN, format!(" for the database: {reason}")),
                );
                self.begin("waiting for the database".to_owned());
            }
            Event::BackupBegins { file, .. } => self.begin(format!("backup {}", file.display())),
            Event::BackupEnds { backup, .. } => {
                self.clear();
                self.say(
                    &piece(PLAIN, "backup ")
                        .and(BOLD, backup.file.display())
                        .and(DIM, format!("  {}", bytes(backup.bytes)))
                        .and(DIM, format!("  {}", duration(backup.duration))),
                );
            }
            Event::Planned { .. } => self.clear(),
            Event::StepBegins {
                step, number, of, ..
            } => {
                self.at_work = Some(step.revision.clone());
                self.begin(format!(
                    "{number}/{of}  {} {}  {}",
                    step.action.name(),
                    step.revision,
                    step.message
                ));
            }
            Event::StoredSection { revision, sql, .. } => {
                self.clear();
                self.say(
                    &piece(BOLD, "stored section")
                        .and(PLAIN, " of ")
                        .and(ID, revision),
                );
                for part in sql.trim_end().lines() {
                    self.say(&piece(DIM, "    ").and(PLAIN, part));
                }
            }
            Event::StatementBegins {
                revision,
                number,
                of,
                ..
            } => {
                self.begin(format!("{revision}: statement {number} of {of}"));
            }
            Event::BatchRound {
                revision,
                number,
                of,
                rows,
                rows_per_second,
                ..
            } => self.goes_on(&format!(
                "{revision}: statement {number} of {of}, {}, {rows_per_second:.0} rows/s",
                RowCount(*rows)
            )),
            Event::RustStepProgress {
                revision,
                name,
                done,
                total,
                per_second,
                ..
            } => {
                let of = total.map_or_else(String::new, |total| format!(" of {total}"));
                self.goes_on(&format!(
                    "{revision}: {name}, {done}{of}, {per_second:.0}/s"
                ));
            }
            Event::StepEnds {
                step, number, of, ..
            } => {
                self.at_work = None;
                self.clear();
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
    if !step.loses.is_empty() {
        line = line.and(WARN, format!("  {}", step.loses.join(", ")));
    }
    let rows = step
        .rows
        .map_or_else(String::new, |rows| format!("  {}", RowCount(rows)));
    let time = format!("{rows}  {}", duration(step.duration));
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
        // Of the one at work a statement may be committed: DDL on MySQL and MariaDB, `transaction:false`.
        "no revision was finished".to_owned()
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
