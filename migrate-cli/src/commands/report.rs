//! What a run has done, or would do, for people. As JSON a report is printed as the library has it.

use migrate_core::database::{Outcome, Report, StepAction, StepReport};

use crate::output::page::{BAD, BOLD, DIM, GOOD, ID, PLAIN, WARN, count, duration, piece};
use crate::output::{Human, Page, Volume};
use crate::progress::line;

impl Human for Report {
    fn human(&self, page: &mut Page) {
        if self.dry {
            dry(self, page);
        } else if page.volume() > Volume::Quiet {
            done(self, page);
        }
    }

    /// What a failed run had done until then; nothing where that is nothing.
    fn partly(&self, page: &mut Page) {
        if self.steps.iter().any(is_done) {
            done(self, page);
        } else {
            way_back(self, page);
        }
    }
}

fn is_done(step: &StepReport) -> bool {
    matches!(step.outcome, Outcome::Finished | Outcome::Recovered)
}

fn at(rows: &[String]) -> String {
    if rows.is_empty() {
        "base".to_owned()
    } else {
        rows.join(", ")
    }
}

/// What a run did, on one line.
fn done(report: &Report, page: &mut Page) {
    if !report.pending.is_empty() {
        page.line(
            piece(
                WARN,
                format!("{} left pending", count(report.pending.len(), "revision")),
            )
            .and(PLAIN, ": at ")
            .and(ID, at(&report.heads)),
        );
        return;
    }
    if report.steps.is_empty() && report.from != report.heads && report.direction != "stamp" {
        // It has waited for the run lock, and found nothing left.
        page.line(
            piece(GOOD, "nothing left to do")
                .and(PLAIN, ": another run went on from ")
                .and(ID, at(&report.from))
                .and(PLAIN, ", now at ")
                .and(ID, at(&report.heads)),
        );
        return;
    }
    if let Some(rows) = forgotten(report) {
        // A stamp at base that was to forget everything first.
        let what = piece(GOOD, "everything recorded is forgotten")
            .and(PLAIN, format!(" ({}): ", count(rows, "row")));
        let what = if report.from == report.heads {
            what.and(PLAIN, "at ")
        } else {
            let was = what.and(PLAIN, "was at ").and(ID, at(&report.from));
            was.and(PLAIN, ", now at ")
        };
        page.line(what.and(ID, at(&report.heads)));
        return;
    }
    if report.steps.is_empty() {
        nothing_to_do(page, &report.heads);
        return;
    }
    if report.direction == "repair" {
        repaired(report, page);
        return;
    }
    let number = |action| {
        report
            .steps
            .iter()
            .filter(|step| is_done(step) && step.action == action)
            .count()
    };
    let again = number(StepAction::Upgrade);
    let words: Vec<String> = if report.direction == "redo" && again == number(StepAction::Downgrade)
    {
        vec![format!(
            "{} taken back and applied again",
            count(again, "revision")
        )]
    } else {
        [
            (StepAction::Downgrade, "taken back"),
            (StepAction::Upgrade, "applied"),
            (StepAction::Unstamp, "no longer recorded"),
            (StepAction::Stamp, "recorded"),
        ]
        .into_iter()
        .filter(|(action, _)| number(*action) > 0)
        .map(|(action, word)| format!("{} {word}", count(number(action), "revision")))
        .collect()
    };
    let failed = report
        .steps
        .iter()
        .any(|step| matches!(step.outcome, Outcome::Failed | Outcome::Unknown));
    page.line(
        piece(if failed { WARN } else { GOOD }, words.join(", "))
            .and(DIM, format!(" in {}", duration(report.duration)))
            .and(PLAIN, ": now at ")
            .and(ID, at(&report.heads))
            .and(DIM, tagged(report)),
    );
    way_back(report, page);
}

/// How many rows were forgotten by a stamp that has recorded none instead.
fn forgotten(report: &Report) -> Option<usize> {
    report
        .purged
        .filter(|rows| *rows > 0 && report.steps.is_empty())
}

fn tagged(report: &Report) -> String {
    let tag = report.tag.as_ref();
    tag.map_or_else(String::new, |tag| format!("  (tag {tag})"))
}

/// The backup, and how it is restored.
fn way_back(report: &Report, page: &mut Page) {
    if let Some(backup) = &report.backup {
        page.line(piece(DIM, "to restore the backup: ").and(PLAIN, &backup.restore));
    }
}

/// What a repair has recorded; each step says it in its message.
fn repaired(report: &Report, page: &mut Page) {
    for step in &report.steps {
        page.line(
            piece(GOOD, "recorded ")
                .and(ID, &step.revision)
                .and(PLAIN, format!("  {}", step.message)),
        );
        changes(step, page);
    }
    page.line(piece(DIM, "`migrate-cli status` shows what is left to do"));
}

/// What a dry run would have done.
fn dry(report: &Report, page: &mut Page) {
    let from = at(&report.from);
    if report.steps.is_empty() {
        page.line(piece(DIM, format!("nothing to do: at {from}")));
        return;
    }
    let title = format!(
        "{} from {from}: {}, not run",
        report.direction,
        count(report.steps.len(), "step")
    );
    page.line(piece(BOLD, title));
    let of = report.steps.len();
    for (place, step) in report.steps.iter().enumerate() {
        page.add("  ").line(line(step, place + 1, of));
        changes(step, page);
    }
}

/// What an edit changes, below its step: the old and the new of each part, and the down sections line by line.
fn changes(step: &StepReport, page: &mut Page) {
    for change in &step.changes {
        let (before, after) = (short(&change.before), short(&change.after));
        let what = format!("    {:<13} ", change.what);
        page.line(piece(DIM, what).and(PLAIN, format!("{before} -> {after}")));
        for line in &change.lines {
            let style = match line.as_bytes().first() {
                Some(b'-') => BAD,
                Some(b'+') => GOOD,
                _ => DIM,
            };
            page.add("      ").line(piece(style, line));
        }
    }
}

/// A digest as far as one compares it by eye.
fn short(text: &str) -> &str {
    let digest = text.strip_prefix("v1:sha256:");
    digest.and_then(|hex| hex.get(..12)).unwrap_or(text)
}

/// Said when the database is where it should be.
pub(super) fn nothing_to_do(page: &mut Page, rows: &[String]) {
    page.line(
        piece(GOOD, "nothing to do")
            .and(PLAIN, ": at ")
            .and(ID, at(rows)),
    );
}
