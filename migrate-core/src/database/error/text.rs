//! Every error as a finding: its text, its place and the command that mends it.

use std::time::Duration;

use super::{Difference, Error, Kind, Limit, ServerError, SqlFailure};
use crate::database::report::{RowCount, Shown};
use crate::database::state::{FORMAT, Holder};
use crate::text::Dialect;
use crate::text::diagnostic::{Class, Diagnostic};

impl Error {
    /// The error as a finding, with its place and what mends it.
    pub fn diagnostic(&self) -> Diagnostic {
        let error = |message: String| Diagnostic::error(self.class(), message);
        match &*self.0 {
            Kind::Unpack(unpack) => error(unpack.to_string()),
            Kind::Spec(spec) => spec.diagnostic(),
            Kind::Plain(diagnostic) => diagnostic.clone(),
            Kind::NotServed { dialect, configured } => error(format!(
                "the database speaks {dialect}, the migrations were checked for {configured}"
            ))
            .help(format!("add `{dialect}` to `dialects` in migrate.toml, and sections for it where they differ")),
            Kind::Server { doing, target, error: server } => {
                add_server(error(format!("{doing} {target}: {}", server.message)), server)
            }
            Kind::Permission { error: server, grant } => {
                add_server(error(format!("not allowed: {}", server.message)), server).help(grant.clone())
            }
            Kind::Sql(failure) => sql_failure(self.class(), failure),
            Kind::RunLock { waited, holder, dialect, limit } => {
                run_lock(error, *waited, holder.as_ref(), *dialect).help(limit.help())
            }
            Kind::RunTimeout { limit, of, done, pending } => error(format!(
                "the limit of {} was over after {done} revision{}: not begun {}",
                Shown(*limit),
                plural(*done),
                pending.join(", ")
            ))
            .help(of.help()),
            Kind::Cancelled { limit, of, revision } => error(format!(
                "the limit of {} was over while {revision} was at work, and it was cut off",
                Shown(*limit)
            ))
            .note("`cancel_at_limit` in [startup] of migrate.toml asks for that; the next run goes on from what is committed")
            .help(of.help()),
            Kind::LimitInBatch { limit, of, revision, rows } => error(format!(
                "the limit of {} was over in a batch of {revision}: {} are done",
                Shown(*limit),
                RowCount(*rows)
            ))
            .note("the next run goes on with the next round")
            .help(of.help()),
            Kind::FenceLost { revision, holder } => {
                let at = revision.as_ref().map_or_else(String::new, |revision| format!(" at {revision}"));
                let by = holder.as_ref().map_or_else(String::new, |holder| format!(" by {holder}"));
                error(format!("the run lock was taken over{by}, this run has stopped{at}"))
                    .note("what it had not committed by then is rolled back")
                    .help("`migrate-cli status` shows who is at work")
            }
            Kind::InDoubt { revision, what, help } => {
                help.iter().fold(error(format!("revision {revision} is in doubt: {what}")), |finding, text| {
                    finding.help(text.clone())
                })
            }
            Kind::Gap { missing, above, back } => {
                let finding = error(format!(
                    "applied revisions stand on others that are not applied: {}",
                    missing.join(", ")
                ))
                .note(format!("applied above the gap: {}", above.join(", ")))
                .help("`migrate-cli upgrade --fill` runs what is missing, in order; `migrate-cli redo ID` runs a draft again");
                match back {
                    Some(back) => finding.help(format!(
                        "after a rebase: `migrate-cli downgrade {back}` and `migrate-cli upgrade` apply them in the new order"
                    )),
                    None => finding,
                }
            }
            Kind::HistoryDiffers { revisions } => history_differs(error, revisions),
            Kind::Ahead { unknown, incompatible } => error(format!(
                "the database has revisions that this release does not know and must not run beside: {}",
                incompatible.join(", ")
            ))
            .note(format!("all that are unknown here: {}", unknown.join(", ")))
            .help("deploy a release that knows them, or set `ahead = \"allow\"` in [startup] of migrate.toml"),
            Kind::Diverged { unknown, pending } => error(
                "the database has revisions that this release does not know, and this release has revisions that are \
                 not applied"
                    .to_owned(),
            )
            .note(format!("unknown here: {}", unknown.join(", ")))
            .note(format!("not applied: {}", pending.join(", ")))
            .help("`migrate-cli upgrade` with the files of both sides; until then start the release that migrated last"),
            Kind::Behind { pending, switch } => error(left_pending(pending, switch))
                .note("`require_head` in [startup] of migrate.toml refuses to start so")
                .help("`migrate-cli upgrade` runs them"),
            Kind::NobodyMigrated { limit, pending, switch } => error(format!(
                "nobody has migrated within {}: {}",
                Shown(*limit),
                left_pending(pending, switch)
            ))
            .note("`wait` in [startup] of migrate.toml waits for somebody who does")
            .help("`migrate-cli upgrade` runs them"),
            Kind::Format { found } => {
                let who = if *found > FORMAT { "this program" } else { "the program that wrote them" };
                error(format!(
                    "the state tables have format {found}, this release of migrate reads format {}",
                    FORMAT
                ))
                .help(format!("update {who}"))
            }
            Kind::Unreadable { table, what } => {
                error(format!("the table {table} cannot be understood: {what}"))
                    .help("a newer release may have written it, or a person; `migrate-cli status` shows the rows")
            }
        }
    }
}

impl Limit {
    /// What can be done about it.
    fn help(self) -> String {
        match self {
            Self::Lock => "`--lock-wait SECS` waits longer; `migrate-cli status` shows who is at work".to_owned(),
            Self::Wait => {
                "the same command goes on from there; a larger `--wait` waits longer, `migrate-cli status` shows who is at work"
                    .to_owned()
            }
            Self::Startup(command) => format!(
                "`{command}` runs the rest by hand, without this limit; `limit` in [startup] of migrate.toml raises it"
            ),
        }
    }
}

/// What is said of a start-up that is switched off; `switch` is who says so.
pub(crate) fn left_pending(pending: &[String], switch: &str) -> String {
    let (be, them) = if pending.len() == 1 {
        ("revision is", "it")
    } else {
        ("revisions are", "them")
    };
    format!(
        "{} {be} pending and start-up does not run {them} ({switch}): {}",
        pending.len(),
        pending.join(", ")
    )
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn add_server(mut finding: Diagnostic, server: &ServerError) -> Diagnostic {
    if let Some(detail) = &server.detail {
        finding = finding.note(&**detail);
    }
    if let Some(hint) = &server.hint {
        finding = finding.help(&**hint);
    }
    finding
}

fn sql_failure(class: Class, failure: &SqlFailure) -> Diagnostic {
    let SqlFailure {
        revision,
        error,
        statement,
        number,
        frame,
        committed,
        carried_out: _,
        help,
    } = failure;
    let code = error
        .code
        .as_ref()
        .map_or_else(String::new, |code| format!(" ({code})"));
    let mut finding = Diagnostic::error(
        class,
        format!("revision {revision} failed: {}{code}", error.message),
    );
    finding.frame.clone_from(frame);
    if let Some((number, of)) = number {
        finding = finding.note(format!("statement {number} of {of}"));
    }
    if let Some(statement) = statement {
        finding = finding.note(statement.clone());
    }
    if let Some(detail) = &error.detail {
        finding = finding.note(&**detail);
    }
    finding = finding.note(committed.clone());
    if let Some(hint) = &error.hint {
        finding = finding.help(&**hint);
    }
    help.iter()
        .fold(finding, |finding, text| finding.help(text.clone()))
}

fn run_lock(
    error: impl Fn(String) -> Diagnostic,
    waited: Duration,
    holder: Option<&Holder>,
    dialect: Dialect,
) -> Diagnostic {
    let waited = if waited.is_zero() {
        String::new()
    } else {
        format!(" within {}", Shown(waited))
    };
    let finding = match holder {
        Some(holder) => error(format!(
            "the run lock could not be had{waited}: {holder} holds it"
        )),
        None => error(format!("the run lock could not be had{waited}")),
    };
    if dialect == Dialect::Sqlite && holder.is_none() {
        finding.note("SQLite does not say who writes to the file")
    } else {
        finding
    }
}

fn history_differs(error: impl Fn(String) -> Diagnostic, revisions: &[Difference]) -> Diagnostic {
    let names: Vec<&str> = revisions
        .iter()
        .map(|difference| difference.revision.as_str())
        .collect();
    let finding = error(format!(
        "applied revisions are not what they were when they were applied: {}",
        names.join(", ")
    ));
    revisions.iter().fold(finding, |finding, Difference { revision, what, draft }| {
        let finding = finding.note(format!("{revision}: {what}"));
        if *draft {
            finding.help(format!("`migrate-cli redo {revision}` runs the draft again"))
        } else {
            finding
                .help(format!("`migrate-cli repair --accept-edit {revision}` takes the new text as what was applied"))
                .help(format!("where that is not what the database holds: `migrate-cli redo {revision}` takes back what was run, with its rows, and runs the new text"))
        }
    })
}
